//! Discourse beside its newest posts: webhooks, answers, reports, the way back, inventory.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod support;

use std::collections::BTreeSet;

use hark_doubles::{SPOILT_ALL, Sent, hmac_sha256, spoil};
use hark_plugin_forum::Forum;
use hark_sdk::Connector;
use hark_sdk::types::{
    Action, AuthWhy, Delivery, Event, Fault, FlagReport, Outcome, ReadMode, RemovalReason, Visibility,
};
use serde_json::{Value, json};
use support::{SECRET, Stage, ids, item, items, removals};

fn hooked(more: Value) -> Stage {
    let stage = Stage::new("discourse", more);
    stage.control(json!({"op": "hook", "secret": SECRET}));
    stage
}

fn delivered(stage: &Stage) -> Vec<Sent> {
    stage.double.deliver(json!({}))
}

fn delivery(body: &str, signature: Option<&str>) -> Delivery {
    let mut headers = vec![("X-Discourse-Event-Type".to_owned(), "ping".to_owned())];
    headers.extend(signature.map(|value| ("X-Discourse-Event-Signature".to_owned(), value.to_owned())));
    Delivery {
        payload: 1,
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: String::new(),
        headers,
        body: body.as_bytes().to_vec(),
        received_at: 1_784_894_400_000,
    }
}

#[test]
fn only_the_right_signature_opens() {
    const RIGHT: &str = "sha256=b120e2b4b8a770da286c0950d45995e86db771f303bdf189376494cd8f69e229";
    const BODY: &str = r#"{"ping":"OK"}"#;
    let stage = hooked(json!({}));
    let good = Forum::receive(&stage.settings, delivery(BODY, Some(RIGHT))).unwrap();
    assert_eq!((good.status, good.events), (200, vec![]));
    let of_base64 = hmac_sha256(SECRET, BODY.as_bytes(), hark_doubles::Mac::Base64);
    let empty = format!("sha256={}", hmac_sha256(SECRET, b"", hark_doubles::Mac::Hex));
    for (why, body, signature) in [
        ("one bit of the body", r#"{"ping":"OJ"}"#, Some(RIGHT.to_owned())),
        ("no header", BODY, None),
        ("an empty header", BODY, Some(String::new())),
        ("base64 where hex is due", BODY, Some(format!("sha256={of_base64}"))),
        ("upper case", BODY, Some(RIGHT.to_uppercase().replace("SHA256", "sha256"))),
        ("another prefix", BODY, Some(RIGHT.replace("sha256", "sha1"))),
        ("no prefix", BODY, Some(RIGHT.replace("sha256=", ""))),
        ("written again", r#"{ "ping": "OK" }"#, Some(RIGHT.to_owned())),
        ("an empty body", "", Some(RIGHT.to_owned())),
        ("half of the digest", BODY, Some(RIGHT[..39].to_owned())),
        ("no hex", BODY, Some(format!("sha256={}", "g".repeat(64)))),
    ] {
        let answer = Forum::receive(&stage.settings, delivery(body, signature.as_deref())).unwrap();
        assert_eq!((answer.status, answer.events.len(), answer.dedupe_key), (401, 0, None), "{why}");
    }
    let answer = Forum::receive(&stage.settings, delivery("", Some(&empty))).unwrap();
    assert_eq!(answer.status, 400, "signed, but nothing in it");
}

#[test]
fn spoilt_deliveries_say_nothing() {
    let stage = hooked(json!({"webhook_audience": "internal"}));
    stage.insert(json!({}));
    let right = delivered(&stage).remove(0);
    assert_eq!(items(&stage.receive(&right).events).len(), 1);
    for how in SPOILT_ALL {
        let mut sent = right.clone();
        let is_signature = |name: &String| name == "x-discourse-event-signature";
        let (mut signature, rest): (Vec<_>, Vec<_>) =
            sent.headers.drain(..).partition(|(name, _)| is_signature(name));
        spoil(&mut signature, &mut sent.body, how);
        sent.headers = rest.into_iter().chain(signature).collect();
        let answer = stage.receive(&sent);
        assert_eq!((answer.status, answer.events.len()), (401, 0), "{how:?}");
    }
}

#[test]
fn a_delivery_is_the_post_that_it_tells_of() {
    let stage = hooked(json!({"webhook_audience": "internal", "restricted": [5]}));
    let post = stage.insert(json!({"text": "VPN drops", "at": stage.double.clock().now() - 60_000}));
    let sent = delivered(&stage);
    let answer = stage.receive(&sent[0]);
    assert_eq!(answer.dedupe_key.as_deref(), Some("discourse:2041"));
    let by_hook = item(&answer.events, post);
    let by_poll = item(&stage.drain(&mut stage.request()), post);
    assert_eq!(
        (&by_hook.id, &by_hook.text, &by_hook.revision, by_hook.edited_at),
        (&by_poll.id, &by_poll.text, &by_poll.revision, by_poll.edited_at)
    );
    assert_eq!((by_hook.visibility, &by_hook.conversation), (by_poll.visibility, &by_poll.conversation));
    assert_eq!(by_hook.origin.pointer, "/post");
    assert_eq!(stage.receive(&sent[0]), answer, "the same gives the same");
    for (operation, want) in [
        (json!({"op": "insert", "category": 5}), Visibility::Restricted),
        (json!({"op": "insert", "kind": "whisper", "topic": 119}), Visibility::Restricted),
        (json!({"op": "insert", "to": ["acme"], "author": "jofict"}), Visibility::Direct),
        (
            json!({"op": "insert", "kind": "small-action", "topic": 119, "action_code": "pinned.enabled"}),
            Visibility::Internal,
        ),
    ] {
        stage.control(operation.clone());
        let events = stage.receive(&delivered(&stage)[0]).events;
        assert_eq!(items(&events)[0].visibility, want, "{operation}");
    }
}

#[test]
fn without_knowing_who_may_read_it_a_delivery_only_wakes() {
    let stage = hooked(json!({"audience": "public", "restricted": [6]}));
    let post = stage.insert(json!({}));
    let answer = stage.receive(&delivered(&stage)[0]);
    assert_eq!((answer.status, answer.events.len(), answer.poll_now), (200, 0, vec!["posts".to_owned()]));
    for (operation, visibility) in [
        (json!({"op": "insert", "kind": "whisper", "topic": 119}), Visibility::Restricted),
        (json!({"op": "insert", "category": 6}), Visibility::Restricted),
        (json!({"op": "insert", "to": ["acme"]}), Visibility::Direct),
    ] {
        stage.control(operation);
        let events = stage.receive(&delivered(&stage)[0]).events;
        assert_eq!(items(&events)[0].visibility, visibility, "this much is known without asking");
    }
    stage.control(json!({"op": "delete", "id": post}));
    assert_eq!(removals(&stage.receive(&delivered(&stage)[0]).events).len(), 1);
}

#[test]
fn what_happens_later_is_told_by_the_webhook_in_any_order() {
    let stage = hooked(json!({"webhook_audience": "internal"}));
    let post = stage.insert(json!({"text": "first"}));
    stage.control(json!([
        {"op": "advance", "ms": 120_000}, {"op": "edit", "id": post, "text": "second"},
        {"op": "advance", "ms": 60_000}, {"op": "delete", "id": post, "by": "itlead"},
        {"op": "advance", "ms": 60_000}, {"op": "recover", "id": post},
        {"op": "flag", "id": post, "by": "kimfict", "kind": 8},
        {"op": "react", "id": post, "likes": 1},
        {"op": "change-topic", "topic": 119, "title": "Another title", "closed": true},
        {"op": "ping"},
    ]));
    let sent = delivered(&stage);
    let told: Vec<_> = sent.iter().map(|sent| stage.receive(sent)).collect();
    assert!(told.iter().all(|answer| answer.status == 200));
    assert_eq!(item(&told[1].events, post).text, "second");
    let gone = removals(&told[2].events)[0].clone();
    assert_eq!(gone.reason, RemovalReason::RemovedByModerator);
    let back = item(&told[3].events, post);
    assert!(back.edited_at > gone.at && back.text == "second", "{back:?}");
    let [Event::FlagReport(report)] = &told[4].events[..] else { panic!("{:?}", told[4].events) };
    assert_eq!((report.about.clone(), report.reason.as_str()), (format!("post:{post}"), "It's Spam"));
    assert_eq!((report.reporter.as_deref(), report.status.as_str()), (Some("user:8"), "pending"));
    assert_eq!(told[5].poll_now, ["posts"], "a like");
    let [Event::Conversation(topic)] = &told[6].events[..] else { panic!("{:?}", told[6].events) };
    assert_eq!((topic.title.as_deref(), topic.locked), (Some("Another title"), true));
    assert_eq!(told[7].events, [], "a ping");
    let keys: std::collections::BTreeSet<_> = told.iter().map(|answer| answer.dedupe_key.clone()).collect();
    assert_eq!(keys.len(), told.len());
    // The removal is dated by the forum, so that it does not matter when it arrives.
    let late = Sent { at: sent[2].at + 3_600_000, ..sent[2].clone() };
    assert_eq!(removals(&stage.receive(&late).events)[0].at, gone.at);
}

#[test]
fn the_webhook_is_tried_again_as_discourse_does() {
    let stage = hooked(json!({}));
    // Nobody listens there.
    stage.control(json!({"op": "hook", "secret": SECRET, "url": "http://127.0.0.1:9/hooks"}));
    stage.insert(json!({}));
    stage.double.deliver(json!({}));
    for minutes in [1, 5, 25, 125, 625] {
        stage.control(json!({"op": "advance", "ms": minutes * 60_000}));
    }
    let attempts = stage.control(json!({"op": "deliveries"}));
    let attempts = attempts.as_array().unwrap();
    let pauses: Vec<i64> = attempts
        .windows(2)
        .map(|pair| (pair[1]["at"].as_i64().unwrap() - pair[0]["at"].as_i64().unwrap()) / 60_000)
        .collect();
    assert_eq!(pauses, [1, 5, 25, 125]);
    assert_eq!(attempts.last().unwrap()["again_at"], Value::Null, "then it is given up");
}

#[test]
fn reports_are_told_once_and_again_when_they_are_settled() {
    let mut stage = Stage::new("discourse", json!({"flags": true}));
    let posts: Vec<u64> = (0..13).map(|at| stage.insert(json!({"text": format!("buy {at}")}))).collect();
    for post in &posts {
        stage.control(json!({"op": "flag", "id": post, "kind": 4}));
    }
    let mut request = stage.request();
    request.stream_name = "flags".to_owned();
    let reports = |events: Vec<Event>| -> Vec<FlagReport> {
        let report = |event| if let Event::FlagReport(report) = event { Some(report) } else { None };
        events.into_iter().filter_map(report).collect()
    };
    let all = reports(stage.drain(&mut request));
    assert_eq!(all.len(), 13);
    assert!(all.iter().all(|report| report.reason == "It's Inappropriate" && report.status == "pending"));
    assert_eq!(stage.drain(&mut request), []);
    stage.control(json!({"op": "review", "id": 75, "status": 1}));
    let settled = reports(stage.drain(&mut request));
    assert_eq!(
        (settled.len(), settled[0].id.as_str(), settled[0].status.as_str()),
        (1, "reviewable:75", "approved")
    );
    stage.set(json!({"flags": true, "api_user": "kimfict"}));
    let fault = stage.read(&request).unwrap_err();
    let Fault::Auth(problem) = &fault else { panic!("{fault:?}") };
    assert_eq!((problem.why, problem.scope.as_deref()), (AuthWhy::Scope, Some("moderator")));
    stage.set(json!({}));
    let off = stage.read(&request).unwrap();
    assert!(off.events.is_empty() && off.not_before.is_some());
}

#[test]
fn the_way_back_has_a_cursor_of_its_own() {
    let stage = Stage::new("discourse", json!({}));
    stage.control(json!({"op": "seed", "items": 260}));
    let now = stage.double.clock().now();
    let mut request = stage.request();
    request.mode = ReadMode::Backfill;
    (request.since, request.until) = (Some(now - 200 * 60_000), Some(now - 100 * 60_000));
    let found = ids(&stage.drain(&mut request));
    // One a minute, the last a minute ago.
    let mut sorted = found.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, (561..=660).collect::<Vec<_>>());
    // A topic goes by the ids of its posts: what comes and goes between two requests shifts nothing.
    let mut topic = stage.request();
    (topic.mode, topic.target) = (ReadMode::Backfill, Some("topic:120".to_owned()));
    topic.budget.max_events = 15;
    stage.control(json!({"op": "after", "path": "/t/120", "do": [
        {"op": "delete", "id": 521}, {"op": "delete", "id": 530}, {"op": "insert", "topic": 120, "text": "a late one"},
    ]}));
    let found = ids(&stage.drain(&mut topic));
    let want: Vec<u64> = (521..=540).chain([761]).filter(|id| *id != 530).collect();
    assert_eq!(found, want);
    topic.target = Some("topic:9999".to_owned());
    topic.cursor = None;
    assert!(matches!(stage.read(&topic), Err(Fault::NotFound(_))));
}

#[test]
fn every_id_that_is_asked_about_gets_an_answer() {
    let stage = Stage::new("discourse", json!({"api_user": "kimfict"}));
    stage.control(json!({"op": "seed", "items": 300}));
    let staff = stage.insert(json!({"category": 6}));
    let message = stage.insert(json!({"to": ["acme"]}));
    stage.control(json!([
        {"op": "delete", "id": 510}, {"op": "delete", "id": 790, "by": "itlead"},
        {"op": "edit", "id": 795, "text": "an edited acme widget"}, {"op": "react", "id": 796, "likes": 1_000},
    ]));
    let mut request = stage.request();
    request.mode = ReadMode::Recheck;
    let asked = [505, 510, 520, 650, 790, 791, 792, 793, 794, 795, 796, 797, 798, staff, message, 999_999];
    request.ids = asked.iter().map(|id| format!("post:{id}")).collect();
    request.ids.push("topic:119".to_owned());
    for max_requests in [50, 6, 5] {
        stage.control(json!({"op": "advance", "ms": 120_000}));
        request.budget.max_requests = max_requests;
        let events = stage.drain(&mut request);
        let mut answered = ids(&events);
        let gone: Vec<u64> =
            removals(&events).iter().map(|one| one.id.trim_start_matches("post:").parse().unwrap()).collect();
        let mut expected_gone = vec![510, 790, staff, message, 999_999];
        expected_gone.sort_unstable();
        let mut sorted_gone = gone.clone();
        sorted_gone.sort_unstable();
        assert_eq!(sorted_gone, expected_gone, "{max_requests} requests");
        answered.extend(gone);
        answered.sort_unstable();
        let mut want = asked.to_vec();
        want.sort_unstable();
        assert_eq!(answered, want, "{max_requests} requests");
        assert_eq!(item(&events, 795).text, "an edited acme widget");
        assert!(item(&events, 796).counters.unwrap().likes >= Some(1_000));
        let reason =
            |id: u64| removals(&events).iter().find(|one| one.id == format!("post:{id}")).unwrap().reason;
        assert_eq!(
            (reason(999_999), reason(staff)),
            (RemovalReason::Unknown, RemovalReason::NoLongerVisible)
        );
    }
    stage.control(json!({"op": "fault", "fault": "html-502", "on": {"path": "/posts"}}));
    assert!(matches!(stage.read(&request), Err(Fault::Transient(_))), "a passing fault removes nothing");
}

fn reply(on: &str, text: &str) -> Action {
    Action {
        name: "reply".to_owned(),
        on: Some(on.to_owned()),
        arguments: json!({"text": text}).to_string(),
        idempotency_key: "k1".to_owned(),
    }
}

#[test]
fn an_answer_is_given_once() {
    let stage = Stage::new("discourse", json!({}));
    stage.control(json!({"op": "seed", "items": 45}));
    let post = stage.insert(json!({"topic": 119, "text": "does anybody listen"}));
    let action = reply(&format!("post:{post}"), "We do. It is being looked at.");
    let Outcome::Done(events) = Forum::act(&stage.settings, action.clone()).unwrap() else {
        panic!("not done")
    };
    let ours = items(&events)[0].clone();
    assert_eq!(ours.direction, hark_sdk::types::Direction::Outbound);
    assert_eq!(
        (ours.relations[0].target.clone(), ours.visibility),
        (format!("post:{post}"), Visibility::Internal)
    );
    assert!(events.iter().any(|event| matches!(event, Event::Actor(actor) if actor.is_self)));
    // Ten minutes on, the forum itself no longer knows that it is the same.
    stage.control(json!({"op": "advance", "ms": 600_000}));
    let Outcome::AlreadyDone(events) = Forum::act(&stage.settings, action).unwrap() else {
        panic!("done twice")
    };
    assert_eq!(items(&events)[0].id, ours.id);
    let heard = stage.drain(&mut stage.request());
    let echo = item(&heard, ours.id.trim_start_matches("post:").parse().unwrap());
    assert_eq!((&echo.text, echo.direction, &echo.relations), (&ours.text, ours.direction, &ours.relations));
    assert_eq!(items(&heard).iter().filter(|item| item.text == ours.text).count(), 1);
    let Outcome::Done(events) = Forum::act(&stage.settings, reply("topic:119", "To all: solved.")).unwrap()
    else {
        panic!("not done")
    };
    assert_eq!(items(&events)[0].relations, []);
}

#[test]
fn an_answer_whose_fate_is_unknown_is_uncertain_and_found_later() {
    // The first three never arrive, the others do, and nobody is told.
    for (fault, arrives) in
        [("html-502", false), ("reset", false), ("empty-200", false), ("lost-answer", true), ("cut", true)]
    {
        let stage = Stage::new("discourse", json!({}));
        let post = stage.insert(json!({}));
        let action = reply(&format!("post:{post}"), "We are on it.");
        stage.control(json!({"op": "fault", "fault": fault, "on": {"path": "/posts.json", "method": "POST", "times": 1}}));
        let outcome = Forum::act(&stage.settings, action.clone());
        assert!(matches!(outcome, Ok(Outcome::Uncertain(_))), "{fault}: {outcome:?}");
        let outcome = Forum::act(&stage.settings, action.clone());
        assert!(matches!(outcome, Ok(Outcome::AlreadyDone(_))) == arrives, "{fault}: {outcome:?}");
        assert!(matches!(Forum::act(&stage.settings, action), Ok(Outcome::AlreadyDone(_))), "{fault}");
        assert_eq!(ids(&stage.drain(&mut stage.request())).len(), 2, "{fault}");
    }
}

#[test]
fn an_answer_that_is_not_possible_is_refused() {
    let mut stage = Stage::new("discourse", json!({"api_user": "kimfict"}));
    let post = stage.insert(json!({}));
    let on = format!("post:{post}");
    for (why, action, want) in [
        ("too short", reply(&on, "Hm"), "Refused("),
        ("nothing", reply(&on, "  "), "Refused("),
        ("too long", reply(&on, &"x".repeat(32_001)), "Refused("),
        ("no such post", reply("post:99999", "We are on it."), "NotFound("),
        ("no post at all", reply("comment:1", "We are on it."), "NotFound("),
        ("to nobody", Action { on: None, ..reply(&on, "We are on it.") }, "Refused("),
        ("another action", Action { name: "like".to_owned(), ..reply(&on, "x") }, "Unsupported("),
        ("other arguments", Action { arguments: "{}".to_owned(), ..reply(&on, "x") }, "Refused("),
    ] {
        let fault = format!("{:?}", Forum::act(&stage.settings, action).unwrap_err()).replace("Fault::", "");
        assert!(fault.starts_with(want), "{why}: {fault}");
    }
    stage.control(json!({"op": "change-topic", "topic": 119, "closed": true}));
    let fault = Forum::act(&stage.settings, reply(&on, "We are on it.")).unwrap_err();
    assert!(matches!(&fault, Fault::Refused(words) if words.contains("closed")), "{fault:?}");
    stage.set(json!({}));
    stage.control(json!({"op": "queue-posts"}));
    assert!(
        matches!(Forum::act(&stage.settings, reply(&on, "We are on it.")), Ok(Outcome::Done(events)) if events.is_empty())
    );
    let whisper =
        Action { arguments: json!({"text": "between us", "whisper": true}).to_string(), ..reply(&on, "x") };
    stage.control(json!({"op": "queue-posts", "on": false}));
    let Outcome::Done(events) = Forum::act(&stage.settings, whisper).unwrap() else { panic!("not done") };
    assert_eq!(items(&events)[0].visibility, Visibility::Restricted);
}

#[test]
fn a_check_names_the_account_and_what_is_wrong() {
    let mut stage = Stage::new("discourse", json!({}));
    stage.control(json!({"op": "seed", "items": 3}));
    let report = Forum::check(&stage.settings).unwrap();
    assert_eq!((report.account.as_deref(), report.warnings.len()), (Some("system"), 0), "{report:?}");
    assert!(report.scopes[0].starts_with("read 3 categories, 1 of them"), "{:?}", report.scopes);
    assert!(stage.double.log().len() <= 3);
    stage.set(json!({"api_user": "kimfict", "categories": [4, 77]}));
    let report = Forum::check(&stage.settings).unwrap();
    assert_eq!(report.warnings.len(), 2, "{report:?}");
    stage.set(json!({"api_user": "nobody"}));
    let fault = Forum::check(&stage.settings).unwrap_err();
    assert!(matches!(&fault, Fault::Auth(problem) if problem.detail.contains("api_user")), "{fault:?}");
    stage.set(json!({}));
    stage.control(json!({"op": "fault", "fault": "html-200"}));
    let fault = Forum::check(&stage.settings).unwrap_err();
    assert!(matches!(&fault, Fault::Config(problem) if problem.field == "url"), "{fault:?}");
}

#[test]
fn the_inventory_has_every_category_with_its_people_and_last_word() {
    let stage = Stage::new("discourse", json!({}));
    let now = stage.double.clock().now();
    stage.insert(json!({"category": 4, "at": now - 9_000}));
    stage.insert(json!({"category": 5, "at": now - 5_000}));
    stage.insert(json!({"category": 6, "at": now - 1_000}));
    let targets = Forum::discover(&stage.settings).unwrap();
    let told: Vec<_> = targets
        .iter()
        .map(|target| {
            (target.id.as_str(), target.title.as_str(), target.visibility, target.members, target.last_active)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("category:4", "IT", Visibility::Internal, Some(4), Some(now - 9_000)),
            ("category:5", "IT / Printers & more", Visibility::Internal, Some(4), Some(now - 5_000)),
            ("category:6", "Staff", Visibility::Restricted, Some(2), Some(now - 1_000)),
        ]
    );
    assert!(targets.iter().all(|target| target.ours && target.stream_name == "posts"));
    assert!(targets[1].url.as_deref().unwrap().ends_with("/c/printers/5"));
}

#[test]
fn whispers_are_found_by_their_ids_and_nothing_private_is() {
    let mut stage = Stage::new("discourse", json!({"whispers": true}));
    let first = stage.insert(json!({"text": "in public"}));
    let whisper = stage.insert(json!({"text": "among us", "kind": "whisper", "topic": 119}));
    stage.insert(json!({"text": "to you alone", "to": ["acme"], "author": "jofict"}));
    let last = stage.insert(json!({"text": "in public again"}));
    let mut request = stage.request();
    let events = stage.drain(&mut request);
    let mut found = ids(&events);
    found.sort_unstable();
    assert_eq!(found, [first, whisper, last]);
    assert_eq!(item(&events, whisper).visibility, Visibility::Restricted);
    stage.control(json!({"op": "clear-log"}));
    assert_eq!(stage.drain(&mut request), []);
    let asked = stage.double.log();
    assert!(!asked.iter().any(|entry| entry.path.starts_with("/posts/")), "each id is asked for once");
    let later = stage.insert(json!({"text": "and another", "kind": "whisper", "topic": 119}));
    assert_eq!(stage.drain(&mut request), [], "nothing says that there is one");
    let next = stage.insert(json!({"text": "a regular post"}));
    let mut found = ids(&stage.drain(&mut request));
    found.sort_unstable();
    assert_eq!(found, [later, next]);
    stage.set(json!({"whispers": true, "categories": [6]}));
    assert_eq!(ids(&stage.drain(&mut stage.request())), [0; 0]);
    stage.set(json!({}));
    assert!(!ids(&stage.drain(&mut stage.request())).contains(&whisper));
}

#[test]
fn many_hidden_ids_are_asked_for_a_few_at_a_time() {
    let stage = Stage::new("discourse", json!({"whispers": true}));
    stage.insert(json!({}));
    let whispers: Vec<u64> =
        (0..12).map(|_| stage.insert(json!({"kind": "whisper", "topic": 119}))).collect();
    stage.insert(json!({}));
    let mut request = stage.request();
    let mut found = Vec::new();
    for _ in 0..4 {
        stage.control(json!({"op": "clear-log"}));
        let batch = stage.read(&request).unwrap();
        found.extend(ids(&batch.events));
        (request.cursor, request.continuation) = (batch.cursor, batch.continuation);
        let alone = stage.double.log().iter().filter(|entry| entry.path.starts_with("/posts/")).count();
        assert!(alone <= 5, "{alone} posts one by one");
    }
    assert!(whispers.iter().all(|id| found.contains(id)), "{found:?}");
}

#[test]
fn a_recheck_of_posts_that_stand_together_keeps_to_its_budget() {
    let stage = Stage::new("discourse", json!({}));
    let posts: BTreeSet<u64> = (0..5).map(|at| stage.insert(json!({"text": format!("post {at}")}))).collect();
    for max_events in [1, 7, 100] {
        let mut request = stage.request();
        request.mode = ReadMode::Recheck;
        request.ids = posts.iter().map(|id| format!("post:{id}")).collect();
        request.budget.max_events = max_events;
        let found = ids(&stage.drain(&mut request));
        assert_eq!(found.len(), 5, "each once, with {max_events} events a batch: {found:?}");
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), posts);
    }
}
