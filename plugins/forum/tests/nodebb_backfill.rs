//! Going back through a NodeBB over real HTTP.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod support;

use std::collections::BTreeSet;

use hark_doubles::violations;
use hark_sdk::types::{Event, Fault, ReadMode, ReadRequest, Visibility};
use serde_json::json;
use support::{Stage, ids, item, items};

fn nodebb() -> Stage {
    Stage::new("nodebb", json!({}))
}

fn back(stage: &Stage) -> ReadRequest {
    ReadRequest { mode: ReadMode::Backfill, ..stage.request() }
}

fn distinct(events: &[Event]) -> BTreeSet<u64> {
    let all = ids(events);
    let each: BTreeSet<u64> = all.iter().copied().collect();
    assert_eq!(each.len(), all.len(), "a post came twice");
    each
}

#[test]
fn every_post_of_the_span_comes_once_with_few_requests() {
    let stage = nodebb();
    stage.control(json!({"op": "seed", "items": 2_000}));
    let now = stage.double.clock().now();
    assert_eq!(distinct(&stage.drain(&mut back(&stage))).len(), 2_000);
    // 100 pages of the list, ten empty ones, and that twice; 67 topics of two pages; who may read.
    let asked = stage.double.log().len();
    assert!(asked < 400, "{asked} requests");
    let allowed = ["GET /api/recent/posts", "GET /api/topic/*", "GET /api/v3/categories/*"];
    assert_eq!(violations(&stage.double.log(), &allowed), [""; 0]);
    let minute = 60_000;
    let mut span =
        ReadRequest { since: Some(now - 500 * minute), until: Some(now - 100 * minute), ..back(&stage) };
    let found = stage.drain(&mut span);
    assert_eq!(distinct(&found).len(), 400);
    let times: Vec<_> = items(&found).iter().map(|item| item.published_at).collect();
    assert!(times.iter().all(|at| Some(*at) >= span.since && Some(*at) < span.until));
    assert_eq!(stage.drain(&mut span), [], "what is done stays so");
}

#[test]
fn it_resumes_from_every_cursor_whatever_the_budget() {
    let stage = nodebb();
    stage.control(json!({"op": "seed", "items": 130}));
    for (max_requests, max_events) in [(1, 2_000), (3, 2_000), (50, 30), (2, 9)] {
        let mut request = back(&stage);
        (request.budget.max_requests, request.budget.max_events) = (max_requests, max_events);
        let mut events = Vec::new();
        for call in 0.. {
            assert!(call < 1_000, "it never ends");
            let batch = stage.read(&request).unwrap();
            events.extend(batch.events);
            // A restart after each call: nothing but the cursor is left.
            (request.cursor, request.continuation) = (batch.cursor, None);
            if batch.continuation.is_none() {
                break;
            }
        }
        assert_eq!(distinct(&events).len(), 130, "{max_requests} requests, {max_events} events");
    }
}

#[test]
fn what_is_said_and_purged_meanwhile_hides_nothing_else() {
    let stage = nodebb();
    stage.control(json!({"op": "seed", "items": 100}));
    // The second topic from the end has one row at the edge of a page of the list, and its topic a second page.
    stage.control(json!([
        {"op": "after", "path": "/api/recent", "do": [
            {"op": "insert", "text": "in between", "topic": 41}, {"op": "delete", "id": 600, "purge": true},
            {"op": "delete", "id": 599, "purge": true}, {"op": "delete", "id": 598, "purge": true},
        ]},
        {"op": "after", "path": "/api/topic", "request": 2, "do": [
            {"op": "delete", "id": 572, "purge": true}, {"op": "delete", "id": 573, "purge": true},
        ]},
    ]));
    let until = Some(stage.double.clock().now());
    let found = distinct(&stage.drain(&mut ReadRequest { until, ..back(&stage) }));
    let gone: BTreeSet<u64> = [572, 573, 598, 599, 600].into();
    for id in (501..=600).filter(|id| !gone.contains(id)) {
        assert!(found.contains(&id), "{id} is missing");
    }
}

#[test]
fn a_topic_that_no_row_led_to_is_found_the_second_time() {
    let stage = nodebb();
    let said: Vec<u64> = (0..41).map(|n| stage.insert(json!({"text": format!("topic {n}")}))).collect();
    // A row of the second page moves to the first after that was read.
    stage.control(
        json!({"op": "after", "path": "/api/recent", "do": {"op": "delete", "id": said[40], "purge": true}}),
    );
    let found = distinct(&stage.drain(&mut back(&stage)));
    assert_eq!(found, said[..40].iter().copied().collect());
}

#[test]
fn one_category_or_topic_is_read_alone_and_closed_ones_stay_closed() {
    let stage = nodebb();
    let open = stage.insert(json!({"text": "the canteen is closed"}));
    let closed = stage.insert(json!({"text": "layoffs", "category": 3}));
    let whole = stage.drain(&mut back(&stage));
    assert_eq!(item(&whole, closed).visibility, Visibility::Restricted);
    assert_eq!(item(&whole, open).visibility, Visibility::Internal);
    for (target, want) in [("category:3", closed), ("topic:41", open), ("topic:42", closed)] {
        let mut request = ReadRequest { target: Some(target.to_owned()), ..back(&stage) };
        let found = stage.drain(&mut request);
        assert_eq!(ids(&found), [want], "{target}");
        assert_eq!(item(&found, want).visibility, item(&whole, want).visibility, "{target}");
    }
    let wrong = ReadRequest { target: Some("topic:x".to_owned()), ..back(&stage) };
    assert!(matches!(stage.read(&wrong), Err(Fault::NotFound(_))));
}

#[test]
fn what_was_read_before_a_fault_that_passes_is_kept() {
    let stage = nodebb();
    stage.control(json!({"op": "seed", "items": 60}));
    let asked = stage.double.log().len();
    assert_eq!(distinct(&stage.drain(&mut back(&stage))).len(), 60);
    let undisturbed = stage.double.log().len() - asked;
    for (fault, skip) in [("html-502", 2), ("truncated", 3), ("cut", 4), ("server-error", undisturbed - 1)] {
        let asked = stage.double.log().len();
        stage.control(json!({"op": "fault", "fault": fault, "on": {"skip": skip, "times": 1}}));
        let mut request = back(&stage);
        let part = stage.read(&request).unwrap();
        assert!(part.continuation.is_some(), "{fault}: it is not through");
        (request.cursor, request.continuation) = (part.cursor, part.continuation);
        let found: Vec<Event> = part.events.into_iter().chain(stage.drain(&mut request)).collect();
        assert_eq!(distinct(&found).len(), 60, "{fault}");
        assert_eq!(
            stage.double.log().len() - asked,
            undisturbed + 1,
            "{fault}: nothing is asked again but once"
        );
        stage.control(json!({"op": "clear-faults"}));
    }
}

#[test]
fn what_does_not_pass_is_told_at_once() {
    let stage = nodebb();
    stage.control(json!({"op": "seed", "items": 60}));
    // The first request of a call, a limit without a time, a token that is revoked.
    for (fault, skip) in [("html-502", 0), ("rate-limit", 3), ("revoked", 3)] {
        stage.control(json!({"op": "fault", "fault": fault, "on": {"skip": skip, "times": 1}}));
        assert!(stage.read(&back(&stage)).is_err(), "{fault}");
        assert_eq!(distinct(&stage.drain(&mut back(&stage))).len(), 60, "{fault}");
        stage.control(json!({"op": "clear-faults"}));
    }
}

#[test]
fn a_topic_that_is_refused_is_a_gap_and_hides_no_other() {
    let stage = nodebb();
    let refused = stage.insert(json!({"text": "VPN drops"}));
    let other = stage.insert(json!({"text": "no soup", "title": "Canteen"}));
    let topic = item(&stage.drain(&mut back(&stage)), refused).conversation;
    let topic = topic.trim_start_matches("topic:");
    stage
        .control(json!({"op": "fault", "fault": "forbidden", "on": {"path": format!("/api/topic/{topic}")}}));
    let events = stage.drain(&mut back(&stage));
    assert_eq!(ids(&events), [other]);
    let gaps: Vec<_> = events
        .iter()
        .filter_map(|event| if let Event::Gap(gap) = event { Some(&gap.why) } else { None })
        .collect();
    assert!(
        gaps.len() == 1 && gaps[0].contains(&format!("topic {topic} is listed, but refused")),
        "{gaps:?}"
    );
}
