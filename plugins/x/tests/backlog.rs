//! Backlogs of more than X lets anybody read at once: nothing is lost, nothing begins again.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod support;

use std::collections::BTreeSet;

use hark_doubles::platforms::x::APP_TOKEN;
use hark_doubles::violations;
use hark_plugin_x::X;
use hark_sdk::Connector;
use hark_sdk::types::{Batch, Budget, Fault, ReadMode, ReadRequest};
use serde_json::json;
use support::{NOW, Stage, gaps, items, request, texts};

const DAY_MS: i64 = 24 * 3_600_000;
const SEARCHES: [&str; 1] = ["GET /2/tweets/search/recent"];

/// Returns the ids of all items, each of which came once.
fn ids(batches: &[Batch]) -> BTreeSet<String> {
    let all: Vec<_> = batches.iter().flat_map(|batch| items(&batch.events)).map(|item| &item.id).collect();
    let each: BTreeSet<String> = all.iter().map(|id| (*id).clone()).collect();
    assert_eq!(each.len(), all.len(), "an item came twice");
    each
}

fn refusals(stage: &Stage) -> usize {
    stage.double.log().iter().filter(|entry| entry.status == Some(429)).count()
}

#[test]
fn more_than_a_window_is_read_whole_and_new_posts_do_not_wait_for_it() {
    let stage = Stage::searching();
    stage.double.control(json!({"op": "seed", "items": 46_000}));
    let budget = Budget { max_events: 20_000, ..request("search", None).budget };
    let (batches, cursor) =
        stage.run_over_windows(ReadRequest { budget, ..request("search", None) }, false, |window| {
            stage.insert(json!({"text": format!("acme, meanwhile {window}")}));
        });
    assert_eq!(ids(&batches).len(), 46_001);
    let second = batches.iter().position(|batch| batch.limit_left == Some(0)).unwrap() + 1;
    assert!(texts(&batches[second].events).contains(&"acme, meanwhile 0"), "it is read before the rest");
    assert_eq!(stage.asked().len(), 450 + 1 + 10, "450, the top, and what was left");
    assert_eq!((refusals(&stage), violations(&stage.double.log(), &SEARCHES)), (0, vec![]));
    let (after, _) = stage.run(request("search", cursor)).unwrap();
    assert_eq!(ids(&after).len(), 0);
}

#[test]
fn a_restart_after_any_window_loses_nothing_although_new_posts_leave_new_holes() {
    for restarts in [false, true] {
        let stage = Stage::searching();
        stage.double.control(json!([
            {"op": "seed", "items": 1_000}, {"op": "limit", "bucket": "search/app", "limit": 3},
        ]));
        let burst = |window: usize| {
            let count = if window < 4 { 150 } else { 0 };
            stage.double.control(json!({"op": "insert", "text": "acme, a burst", "count": count}));
        };
        let back = ReadRequest { since: Some(NOW - DAY_MS), ..request("search", None) };
        let (batches, cursor) = stage.run_over_windows(back, restarts, burst);
        assert_eq!(ids(&batches).len(), 1_000 + 4 * 150, "restarts: {restarts}");
        assert!(batches.iter().all(|batch| gaps(&batch.events).is_empty()));
        assert_eq!(refusals(&stage), 0, "the limit is known without being told");
        stage.double.control(json!({"op": "advance", "ms": 900_000}));
        let newest = stage.run(request("search", cursor)).unwrap();
        assert_eq!(newest.0[0].events, []);
    }
}

#[test]
fn reading_resumes_from_every_cursor_that_was_given() {
    let stage = Stage::searching();
    stage.double.control(json!({"op": "seed", "items": 250}));
    let budget = Budget { max_requests: 1, ..request("search", None).budget };
    let (batches, _) = stage.run(ReadRequest { budget, ..request("search", None) }).unwrap();
    for at in 0..batches.len() {
        let (rest, _) = stage.run(request("search", batches[at].cursor.clone())).unwrap();
        let all: Vec<Batch> = batches[..=at].iter().cloned().chain(rest).collect();
        assert_eq!(ids(&all).len(), 250, "after batch {at}");
    }
}

#[test]
fn a_refusal_half_way_keeps_what_was_read() {
    let stage = Stage::searching();
    stage.double.control(json!({"op": "seed", "items": 250}));
    stage.double.control(json!({"op": "fault", "fault": "rate-limit", "on": {"skip": 1, "times": 1}}));
    let (batches, _) = stage.run_over_windows(request("search", None), true, |_| ());
    assert_eq!((ids(&batches).len(), refusals(&stage)), (250, 1));
}

#[test]
fn a_backfill_of_a_hundred_thousand_goes_on_over_windows_and_restarts() {
    let stage = Stage::searching();
    stage.double.control(json!({"op": "seed", "items": 100_000}));
    let budget = Budget { max_events: 60_000, max_requests: 100, ..request("search", None).budget };
    let back = ReadRequest {
        mode: ReadMode::Backfill,
        since: Some(NOW - 3 * DAY_MS),
        until: Some(NOW),
        budget,
        ..request("search", None)
    };
    let (batches, cursor) = stage.run_over_windows(back.clone(), true, |_| ());
    // X takes no end of a range that is less than ten seconds ago.
    assert_eq!(ids(&batches).len(), 100_000 - 15);
    assert_eq!((stage.asked().len(), refusals(&stage)), (1_000, 0));
    assert_eq!(violations(&stage.double.log(), &SEARCHES), [""; 0]);
    let (done, _) = stage.run(ReadRequest { cursor, ..back }).unwrap();
    assert_eq!(done[0].events, []);
}

#[test]
fn a_hole_that_search_no_longer_reaches_is_a_gap_on_record() {
    let stage = Stage::searching();
    stage.double.control(json!([
        {"op": "seed", "items": 400}, {"op": "limit", "bucket": "search/app", "limit": 2},
    ]));
    let first = stage.read(request("search", None)).unwrap();
    assert_eq!(items(&first.events).len(), 200);
    let oldest = items(&first.events).iter().map(|item| item.published_at).min();
    stage.double.control(json!({"op": "advance", "ms": 8 * DAY_MS}));
    stage.insert(json!({"text": "acme again"}));
    let (after, cursor) = stage.run(request("search", first.cursor)).unwrap();
    assert_eq!(texts(&after[0].events), ["acme again"]);
    let told: Vec<_> = gaps(&after[0].events).iter().map(|gap| (gap.since, gap.until)).collect();
    let edge = Some(NOW + DAY_MS + 60_000);
    assert_eq!(told, [(Some(NOW - DAY_MS), oldest), (Some(NOW - 1_000), edge)], "the hole, and the week");
    let (quiet, _) = stage.run(request("search", cursor)).unwrap();
    assert_eq!(quiet[0].events, [], "each is told once");
}

#[test]
fn a_search_that_finds_nothing_for_weeks_has_no_gap() {
    let stage = Stage::searching();
    stage.insert(json!({"text": "acme"}));
    let (_, mut cursor) = stage.run(request("search", None)).unwrap();
    for _ in 0..20 {
        stage.double.control(json!({"op": "advance", "ms": DAY_MS}));
        let (batches, next) = stage.run(request("search", cursor)).unwrap();
        assert_eq!(batches[0].events, []);
        cursor = next;
    }
    stage.insert(json!({"text": "acme, at last"}));
    let (batches, _) = stage.run(request("search", cursor)).unwrap();
    assert_eq!((texts(&batches[0].events), batches[0].events.len()), (vec!["acme, at last"], 3));
}

#[test]
fn x_shows_eight_hundred_mentions_and_the_rest_is_a_gap() {
    for mode in [ReadMode::Incremental, ReadMode::Backfill] {
        let stage = Stage::with(APP_TOKEN, json!({"user_id": "1111111111"}));
        stage.double.control(json!({"op": "seed", "items": 9_000}));
        let all = ReadRequest { mode, since: Some(NOW - DAY_MS), ..request("mentions", None) };
        let (batches, cursor) = stage.run(all.clone()).unwrap();
        assert_eq!(ids(&batches).len(), 800, "{mode:?}");
        let told: Vec<_> = batches.iter().flat_map(|batch| gaps(&batch.events)).collect();
        let [gap] = told[..] else { panic!("{told:?}") };
        assert_eq!((gap.since, gap.until), (Some(NOW - DAY_MS), Some(NOW - 8_000_000)), "{mode:?}");
        assert!(gap.why.contains("800 newest"), "{}", gap.why);
        let (again, _) = stage.run(ReadRequest { cursor, ..all }).unwrap();
        assert_eq!(again[0].events, [], "{mode:?}");

        stage.double.control(json!({"op": "seed", "items": 3_000}));
        let few = ReadRequest { mode, since: Some(NOW - DAY_MS), ..request("mentions", None) };
        let (batches, _) = stage.run(few).unwrap();
        assert!(batches.iter().all(|batch| gaps(&batch.events).is_empty()), "{mode:?}");
    }
}

#[test]
fn a_cap_on_what_is_spent_stretches_a_backlog_and_loses_nothing() {
    let stage = Stage::signed_in();
    stage.double.control(json!({"op": "seed", "items": 2_000}));
    for (stream, most, whole) in [("search", 1_000_000, 2_000), ("mentions", 250_000, 200)] {
        let budget = Budget { max_cost_microusd: most, ..request(stream, None).budget };
        let (batches, _) = stage.run(ReadRequest { budget, ..request(stream, None) }).unwrap();
        assert_eq!(ids(&batches).len(), whole, "{stream}");
        let spent = batches.iter().map(|batch| batch.cost_microusd).max();
        assert!(spent <= Some(most) && batches.len() > 3, "{stream}: {spent:?}, {}", batches.len());
    }
}

#[test]
fn a_cursor_of_version_1_is_taken_over() {
    let stage = Stage::searching();
    stage.double.control(json!({"op": "seed", "items": 250}));
    let (dry, _) = stage.run(request("search", None)).unwrap();
    let known = items(&dry[0].events).iter().map(|item| &item.id).max().unwrap();
    let old = json!({"v": 1, "at": {"since_id": known}}).to_string().into_bytes();
    let cursor = X::migrate_cursor(1, old.clone()).unwrap();
    stage.insert(json!({"text": "acme, since then"}));
    let (batches, _) = stage.run(request("search", Some(cursor.clone()))).unwrap();
    assert_eq!(texts(&batches[0].events), ["acme, since then"]);
    assert_eq!(X::migrate_cursor(2, cursor.clone()).unwrap(), cursor);
    for (version, cursor) in [(0, &old), (3, &old), (1, &cursor)] {
        assert!(
            matches!(X::migrate_cursor(version, cursor.clone()), Err(Fault::StaleCursor(_))),
            "{version}"
        );
    }
}
