//! Reading a NodeBB over real HTTP.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod support;

use std::collections::BTreeSet;

use hark_doubles::violations;
use hark_plugin_forum::Forum;
use hark_sdk::Connector;
use hark_sdk::types::{
    Action, AuthWhy, Direction, Event, Fault, ItemKind, Outcome, ReadMode, RemovalReason, Visibility,
};
use serde_json::json;
use support::{Stage, ids, item, items, removals};

fn nodebb() -> Stage {
    Stage::new("nodebb", json!({}))
}

fn distinct(ids: &[u64]) -> usize {
    ids.iter().collect::<BTreeSet<_>>().len()
}

#[test]
fn every_post_comes_once_and_then_none() {
    let stage = nodebb();
    stage.control(json!({"op": "seed", "items": 75}));
    let mut request = stage.request();
    let events = stage.drain(&mut request);
    assert_eq!((ids(&events).len(), distinct(&ids(&events))), (75, 75));
    // After several pages the next read goes back as far once more, and finds nothing that was hidden.
    assert_eq!(stage.drain(&mut request), []);
    stage.control(json!({"op": "clear-log"}));
    assert_eq!(stage.drain(&mut request), []);
    assert_eq!(stage.double.log().len(), 1, "an idle forum costs one request");
    let allowed = ["GET /api/recent/posts/*", "GET /api/topic/*", "GET /api/v3/categories/*"];
    assert_eq!(violations(&stage.double.log(), &allowed), [""; 0]);
}

#[test]
fn what_is_purged_between_pages_hides_nothing_for_long() {
    let stage = nodebb();
    stage.control(json!({"op": "seed", "items": 60}));
    stage.control(json!({"op": "after", "path": "/api/recent", "do": [
        {"op": "delete", "id": 560, "purge": true}, {"op": "delete", "id": 559, "purge": true},
        {"op": "insert", "text": "in between"},
    ]}));
    let mut request = stage.request();
    let mut found = ids(&stage.drain(&mut request));
    found.extend(ids(&stage.drain(&mut request)));
    assert_eq!(found.len(), distinct(&found), "{found:?}");
    for id in (501..=558).chain([561]) {
        assert!(found.contains(&id), "{id} is missing");
    }
}

#[test]
fn a_post_says_what_it_is() {
    let stage = nodebb();
    let first = stage.insert(json!({"text": "VPN drops", "tags": ["vpn"]}));
    let answer = stage.insert(json!({"text": "same <b>here</b>", "author": "kimfict", "reply_to": first}));
    let own = stage.insert(json!({"text": "we are on it", "author": "admin", "reply_to": answer}));
    let closed = stage.insert(json!({"text": "layoffs", "category": 3}));
    stage.control(json!({"op": "react", "id": first, "likes": 3}));
    let events = stage.drain(&mut stage.request());
    let of = |id| item(&events, id);
    assert_eq!((of(first).kind, of(answer).kind), (ItemKind::Post, ItemKind::Comment));
    assert_eq!(
        (of(first).title.as_deref(), of(first).tags),
        (Some("VPN drops every hour"), vec!["vpn".to_owned()])
    );
    assert_eq!(of(answer).text, "same here");
    assert_eq!(of(answer).relations[0].target, format!("post:{first}"));
    let counters = of(first).counters.unwrap();
    assert_eq!((counters.likes, counters.score, counters.replies), (Some(3), Some(3), Some(1)));
    assert_eq!((of(own).direction, of(answer).direction), (Direction::Outbound, Direction::Inbound));
    assert_eq!((of(first).visibility, of(closed).visibility), (Visibility::Internal, Visibility::Restricted));
    let places: Vec<_> = events
        .iter()
        .filter_map(|event| if let Event::Conversation(topic) = event { topic.place.clone() } else { None })
        .collect();
    assert_eq!(places, ["IT & more", "Management"]);
    let people: Vec<_> = events
        .iter()
        .filter_map(|event| if let Event::Actor(actor) = event { actor.handle.clone() } else { None })
        .collect();
    assert_eq!(people, ["jofict", "kimfict", "admin"]);
    stage.control(json!({"op": "remove-author", "author": "kimfict"}));
    assert_eq!(item(&stage.drain(&mut stage.request()), answer).author, None);
}

#[test]
fn every_id_that_is_asked_about_gets_an_answer() {
    let stage = nodebb();
    stage.control(json!({"op": "seed", "items": 40}));
    stage.control(json!([
        {"op": "edit", "id": 510, "text": "an edited acme widget"}, {"op": "delete", "id": 511, "by": "admin"},
        {"op": "delete", "id": 512, "purge": true}, {"op": "move", "id": 513},
    ]));
    let edited_at = stage.double.clock().now();
    let mut request = stage.request();
    request.mode = ReadMode::Recheck;
    request.ids = (510..=514).map(|id| format!("post:{id}")).collect();
    for max_requests in [50, 4] {
        request.budget.max_requests = max_requests;
        let events = stage.drain(&mut request);
        let again = item(&events, 510);
        assert_eq!((again.text.as_str(), again.edited_at), ("an edited acme widget", Some(edited_at)));
        let told: Vec<_> = removals(&events).iter().map(|one| (one.id.as_str(), one.reason)).collect();
        assert_eq!(
            told,
            [("post:512", RemovalReason::Unknown), ("post:511", RemovalReason::RemovedByModerator)]
        );
        assert_eq!(item(&events, 513).conversation, "topic:43");
        assert_eq!(ids(&events).len(), 3);
    }
}

#[test]
fn reports_come_once_and_again_when_they_are_settled() {
    let stage = Stage::new("nodebb", json!({"flags": true}));
    let post = stage.insert(json!({}));
    stage.control(json!({"op": "flag", "id": post, "text": "Spam &amp; lies", "by": "kimfict"}));
    let mut request = stage.request();
    request.stream_name = "flags".to_owned();
    let [Event::FlagReport(report)] = &stage.drain(&mut request)[..] else { panic!("one report") };
    assert_eq!(
        (report.about.clone(), report.reason.as_str(), report.status.as_str()),
        (format!("post:{post}"), "Spam & lies", "open")
    );
    assert_eq!(stage.drain(&mut request), []);
    stage.control(json!({"op": "review", "id": 1}));
    let [Event::FlagReport(report)] = &stage.drain(&mut request)[..] else { panic!("one report") };
    assert_eq!(report.status, "resolved");
}

#[test]
fn an_answer_is_given_once() {
    let stage = nodebb();
    let post = stage.insert(json!({}));
    let action = |text: &str| Action {
        name: "reply".to_owned(),
        on: Some(format!("post:{post}")),
        arguments: json!({"text": text}).to_string(),
        idempotency_key: "k".to_owned(),
    };
    let Ok(Outcome::Done(events)) = Forum::act(&stage.settings, action("We are on it.")) else {
        panic!("not done")
    };
    let ours = items(&events)[0].clone();
    assert_eq!((ours.direction, ours.visibility), (Direction::Outbound, Visibility::Internal));
    assert!(matches!(Forum::act(&stage.settings, action("We are on it.")), Ok(Outcome::AlreadyDone(_))));
    let heard = stage.drain(&mut stage.request());
    assert_eq!(items(&heard).iter().filter(|item| item.id == ours.id).count(), 1);
    let aside = Action {
        arguments: json!({"text": "Among us: it is the switch.", "whisper": true}).to_string(),
        ..action("")
    };
    let fault = Forum::act(&stage.settings, aside).unwrap_err();
    assert!(matches!(&fault, Fault::Refused(words) if words.contains("no whispers")), "{fault:?}");
    let fault = Forum::act(&stage.settings, action("Hm")).unwrap_err();
    assert!(matches!(&fault, Fault::Refused(words) if words.contains("8 character")), "{fault:?}");
    // The first three never arrive, the others do, and nobody is told.
    for (fault, arrives) in
        [("html-502", false), ("reset", false), ("empty-200", false), ("lost-answer", true), ("cut", true)]
    {
        let action = action(&format!("Really, we are: {fault}."));
        stage.control(json!({"op": "fault", "fault": fault, "on": {"method": "POST", "times": 1}}));
        let outcome = Forum::act(&stage.settings, action.clone());
        assert!(matches!(outcome, Ok(Outcome::Uncertain(_))), "{fault}: {outcome:?}");
        let outcome = Forum::act(&stage.settings, action.clone());
        assert!(matches!(outcome, Ok(Outcome::AlreadyDone(_))) == arrives, "{fault}: {outcome:?}");
        assert!(matches!(Forum::act(&stage.settings, action), Ok(Outcome::AlreadyDone(_))), "{fault}");
    }
}

#[test]
fn a_topic_that_is_listed_and_refused_is_told_as_the_list_shows_it() {
    let stage = nodebb();
    let post = stage.insert(json!({"text": "VPN drops"}));
    let answer = stage.insert(json!({"text": "same <b>here</b>", "author": "kimfict", "reply_to": post}));
    let other = stage.insert(json!({"text": "no soup", "title": "Canteen"}));
    let topic = item(&stage.drain(&mut stage.request()), post).conversation;
    let topic = topic.trim_start_matches("topic:");
    let refused = json!({"op": "fault", "fault": "forbidden", "on": {"path": format!("/api/topic/{topic}")}});
    stage.control(refused);
    let mut request = stage.request();
    let events = stage.drain(&mut request);
    let of = |id| item(&events, id);
    assert_eq!((of(answer).text.as_str(), of(answer).author.is_some()), ("same here", true));
    assert_eq!((of(post).title.as_deref(), of(post).kind), (Some("VPN drops every hour"), ItemKind::Post));
    assert_eq!(
        (of(answer).conversation, of(post).conversation),
        (format!("topic:{topic}"), format!("topic:{topic}"))
    );
    assert_eq!(
        (of(post).visibility, of(answer).visibility),
        (Visibility::Restricted, Visibility::Restricted)
    );
    assert_eq!(of(other).visibility, Visibility::Internal);
    let pointed = of(answer).origin.pointer.trim_start_matches('/').parse::<usize>();
    assert!(pointed.is_ok(), "its place in the list: {:?}", of(answer).origin);
    assert_eq!(stage.drain(&mut request), []);
}

#[test]
fn refusals_are_told_apart() {
    for (fault, want) in [
        ("revoked", "Auth(AuthProblem { why: AuthWhy::Revoked"),
        ("forbidden", "Auth(AuthProblem { why: AuthWhy::Forbidden"),
        ("rate-limit", "RateLimited("),
        ("server-error", "Transient("),
        ("html-502", "Transient("),
        ("html-200", "Protocol("),
        ("truncated", "Protocol("),
        ("empty-200", "Protocol("),
        ("cut", "Transient("),
    ] {
        let stage = nodebb();
        stage.control(json!([{"op": "seed", "items": 3}, {"op": "fault", "fault": fault}]));
        let answer = format!("{:?}", stage.read(&stage.request()).unwrap_err()).replace("Fault::", "");
        assert!(answer.starts_with(want), "{fault}: {answer}");
    }
}

#[test]
fn a_check_and_the_inventory() {
    let mut stage = nodebb();
    let now = stage.double.clock().now();
    stage.insert(json!({"at": now - 5_000}));
    let report = Forum::check(&stage.settings).unwrap();
    assert!(report.scopes[0].starts_with("read posts, 1 of"), "{report:?}");
    let targets = Forum::discover(&stage.settings).unwrap();
    let told: Vec<_> = targets
        .iter()
        .map(|target| (target.id.as_str(), target.title.as_str(), target.visibility, target.last_active))
        .collect();
    assert_eq!(
        told,
        [
            ("category:2", "IT & more", Visibility::Internal, Some(now - 5_000)),
            ("category:3", "Management", Visibility::Restricted, None),
        ]
    );
    stage
        .control(json!({"op": "token", "value": hark_doubles::platforms::nodebb::TOKEN, "state": "revoked"}));
    let fault = Forum::check(&stage.settings).unwrap_err();
    assert!(matches!(&fault, Fault::Auth(problem) if problem.why == AuthWhy::Revoked), "{fault:?}");
    stage.set(json!({"anonymous": true}));
    assert!(Forum::check(&stage.settings).is_ok());
    assert_eq!(ids(&stage.drain(&mut stage.request())).len(), 1);
}

#[test]
fn what_breaks_readers_does_not_break_this_one() {
    let stage = nodebb();
    stage.control(json!({"op": "torture"}));
    let events = stage.drain(&mut stage.request());
    assert!(events.iter().all(|event| !matches!(event, Event::Poison(_))), "{events:#?}");
    let found = items(&events);
    assert!(found.iter().all(|item| !item.text.contains(['\0', '\r'])));
    assert!(found.iter().any(|item| item.text.contains("high and \u{fffd} low")));
    assert!(found.iter().any(|item| item.id == format!("post:{}", (1_u64 << 53) + 1)));
    assert!(found.iter().any(|item| item.author.is_none()));
}
