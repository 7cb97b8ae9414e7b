//! The connector against the played Facebook, over real HTTP.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use std::collections::BTreeSet;

use hark_doubles::platforms::facebook::{APP_SECRET, PAGE_ID, PAGE_TOKEN, USER_TOKEN};
use hark_doubles::{Double, Options, TestHost};
use hark_plugin_facebook::{Facebook, Settings};
use hark_sdk::Connector;
use hark_sdk::types::{
    Action, AuthWhy, Batch, Budget, Event, Fault, Item, Outcome, ReadMode, ReadRequest, RemovalReason,
};
use serde_json::{Value, json};

/// What the connector may ask for at all.
const ALLOWED: [&str; 4] = ["GET /v26.0/104000000000001/*", "GET /v26.0/*", "POST /v26.0/", "POST /v26.0/*"];

fn start(token: &str) -> (Double, Settings, hark_doubles::Kept) {
    start_with(token, Some(APP_SECRET))
}

fn start_with(token: &str, app_secret: Option<&str>) -> (Double, Settings, hark_doubles::Kept) {
    let double = Double::start("facebook", Options::default()).unwrap();
    let settings = json!({ "page": PAGE_ID.to_string(), "api": double.base_url() });
    let settings = hark_sdk::parse_settings(&settings.to_string()).unwrap();
    let host = TestHost::new(Facebook::manifest())
        .credential("page-token", token)
        .credential("verify-token", "meatyhamhock");
    let host = app_secret.into_iter().fold(host, |host, secret| host.credential("app-secret", secret));
    let kept = host.reach(&double).install();
    (double, settings, kept)
}

fn request(stream: &str, mode: ReadMode, cursor: Option<Vec<u8>>) -> ReadRequest {
    let deadline = hark_sdk::Clock::now() + 30_000;
    ReadRequest {
        stream_name: stream.to_owned(),
        target: None,
        mode,
        cursor,
        continuation: None,
        since: None,
        until: None,
        ids: Vec::new(),
        budget: Budget { max_events: 2_000, max_requests: 50, max_cost_microusd: 0, deadline },
    }
}

fn feed(settings: &Settings, cursor: Option<Vec<u8>>) -> Result<Batch, Fault> {
    Facebook::read(settings, request("feed", ReadMode::Incremental, cursor))
}

fn drain(settings: &Settings, mut request: ReadRequest) -> (Vec<Event>, Option<Vec<u8>>) {
    let mut events = Vec::new();
    loop {
        request.budget.deadline = hark_sdk::Clock::now() + 30_000;
        let batch = Facebook::read(settings, request.clone()).unwrap();
        events.extend(batch.events);
        request.cursor = batch.cursor.or(request.cursor);
        match batch.continuation {
            Some(continuation) => request.continuation = Some(continuation),
            None => return (events, request.cursor),
        }
    }
}

fn items(events: &[Event]) -> Vec<&Item> {
    events.iter().filter_map(|event| if let Event::Item(item) = event { Some(item) } else { None }).collect()
}

fn ids(events: &[Event]) -> BTreeSet<&str> {
    items(events).into_iter().map(|item| item.id.as_str()).collect()
}

fn is_decent(double: &Double) {
    let wrong = double.control(json!({ "op": "check-log", "allowed": ALLOWED }));
    assert_eq!(wrong, json!([]));
}

fn said(double: &Double, operation: Value) -> String {
    double.control(operation)["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_page_with_hundreds_of_posts_is_read_whole_and_then_only_what_is_new() {
    let (double, settings, kept) = start(PAGE_TOKEN);
    double.control(json!({ "op": "seed", "items": 260 }));
    let (events, cursor) = drain(&settings, request("feed", ReadMode::Incremental, None));
    let posts = ids(&events).iter().filter(|id| id.starts_with("104000000000001_")).count();
    assert_eq!(posts, 260);
    assert!(items(&events).len() > 400, "comments came along: {}", items(&events).len());
    assert_eq!(items(&events).len(), ids(&events).len(), "nothing twice");
    let normalised: Vec<Event> =
        kept.take().into_iter().flat_map(|raw| Facebook::normalise(&settings, raw).unwrap()).collect();
    assert_eq!(ids(&normalised), ids(&events), "the kept payloads say the same");

    let quiet = feed(&settings, cursor.clone()).unwrap();
    assert_eq!((quiet.events, kept.count()), (vec![], 3), "three pages of posts, no comments");
    double.control(json!({ "op": "advance", "ms": 60_000 }));
    let post = said(&double, json!({ "op": "insert", "author": "Acme", "text": "Widget 4.3" }));
    let question = said(&double, json!({ "op": "insert", "reply_to": post, "text": "When?" }));
    double.control(json!({ "op": "advance", "ms": 60_000 }));
    let answer =
        said(&double, json!({ "op": "insert", "reply_to": question, "author": "Acme", "text": "Soon" }));
    let news = feed(&settings, quiet.cursor).unwrap();
    assert_eq!(ids(&news.events), BTreeSet::from([post.as_str(), &question, &answer]));
    is_decent(&double);
}

#[test]
fn what_comes_and_goes_between_two_pages_costs_nothing() {
    let (double, settings, _) = start(PAGE_TOKEN);
    double.control(json!({ "op": "insert", "author": "Acme", "count": 250 }));
    // The entry under the cursor goes away, and a new one comes on top.
    let newest_first = 150 * 10;
    let under = format!("104000000000001_{}", 122_100_000_000_000_010_u64 + newest_first);
    double.control(json!({ "op": "after", "path": "/v26.0/104000000000001/feed", "request": 1, "do": [
        { "op": "delete", "id": under }, { "op": "insert", "author": "Acme", "text": "new on top" },
    ] }));
    let (events, _) = drain(&settings, request("feed", ReadMode::Incremental, None));
    assert_eq!((ids(&events).len(), items(&events).len()), (251, 251));
    assert!(double.log().iter().any(|entry| entry.status == Some(400)), "the cursor did go stale");
    is_decent(&double);
}

#[test]
fn refusals_are_what_they_are() {
    type Right = fn(&Fault) -> bool;
    let cases: [(&str, Right); 7] = [
        ("expired", |it| matches!(it, Fault::Auth(it) if it.why == AuthWhy::Expired)),
        ("revoked", |it| matches!(it, Fault::Auth(it) if it.why == AuthWhy::Revoked)),
        (
            "scope",
            |it| matches!(it, Fault::Auth(it) if it.why == AuthWhy::Scope && it.scope.as_deref() == Some("pages_read_engagement")),
        ),
        ("forbidden", |it| matches!(it, Fault::Auth(it) if it.why == AuthWhy::Scope)),
        ("rate-limit", |it| matches!(it, Fault::RateLimited(it) if it.until.is_some())),
        ("not-found", |it| matches!(it, Fault::NotFound(_))),
        ("server-error", |it| matches!(it, Fault::Transient(_))),
    ];
    let (double, settings, _) = start(PAGE_TOKEN);
    double.control(json!({ "op": "seed", "items": 3 }));
    for (name, right) in cases {
        double.control(json!({ "op": "fault", "fault": name, "on": "next" }));
        let fault = feed(&settings, None).unwrap_err();
        assert!(right(&fault), "{name}: {fault:?}");
    }
    for name in ["html-502", "html-200", "truncated", "cut", "gzip-unsaid", "reset", "empty-200"] {
        double.control(json!({ "op": "fault", "fault": name, "on": "next" }));
        let fault = feed(&settings, None).unwrap_err();
        assert!(matches!(fault, Fault::Transient(_) | Fault::Protocol(_)), "{name}: {fault:?}");
    }
    for name in ["gzip", "drip"] {
        double.control(json!({ "op": "fault", "fault": name, "chunk": 512, "on": "next" }));
        assert!(items(&feed(&settings, None).unwrap().events).len() >= 3, "{name}");
    }
    is_decent(&double);
}

#[test]
fn a_limit_in_the_middle_of_a_run_keeps_what_was_found() {
    let (double, settings, _) = start(PAGE_TOKEN);
    double.control(json!({ "op": "seed", "items": 60 }));
    double.control(json!({ "op": "limit", "bucket": "pages", "limit": 5 }));
    let mut heard = BTreeSet::new();
    let mut cursor = None;
    for _ in 0..60 {
        let until = match feed(&settings, cursor.clone()) {
            Ok(batch) => {
                heard.extend(ids(&batch.events).into_iter().map(str::to_owned));
                cursor = batch.cursor.or(cursor);
                batch.not_before
            }
            Err(Fault::RateLimited(limit)) => limit.until,
            Err(fault) => panic!("{fault:?}"),
        };
        let Some(until) = until else { break };
        double.control(json!({ "op": "now", "ms": until }));
    }
    let (all, _) = {
        double.control(json!({ "op": "limit", "bucket": "pages", "limit": 4_800 }));
        drain(&settings, request("feed", ReadMode::Incremental, None))
    };
    assert_eq!(heard.iter().map(String::as_str).collect::<BTreeSet<_>>(), ids(&all));
    is_decent(&double);
}

#[test]
fn hard_contents_come_through_and_hide_nothing() {
    let (double, settings, _) = start(PAGE_TOKEN);
    let cases = double.control(json!({ "op": "torture" }));
    let wanted: Vec<&str> =
        cases.as_array().unwrap().iter().map(|said| said["id"].as_str().unwrap()).collect();
    let (events, _) = drain(&settings, request("feed", ReadMode::Incremental, None));
    let have = ids(&events);
    for id in wanted {
        assert!(have.contains(id), "{id} is missing");
    }
    assert!(!events.iter().any(|event| matches!(event, Event::Poison(_))));
}

#[test]
fn webhooks_tell_the_same_as_the_feed() {
    let (double, settings, _) = start(PAGE_TOKEN);
    double.control(json!({ "op": "hook", "secret": APP_SECRET, "verify_token": "meatyhamhock" }));
    let post = said(&double, json!({ "op": "insert", "author": "Acme", "text": "Widget 4.2 – now with Ü" }));
    let comment = said(&double, json!({ "op": "insert", "reply_to": post, "text": "läuft nicht 😡" }));
    double.control(json!([
        { "op": "edit", "id": comment, "text": "läuft wieder" },
        { "op": "hide", "id": comment }, { "op": "hide", "id": comment, "hidden": false },
        { "op": "react", "id": post, "kind": "angry" }, { "op": "review", "positive": false },
        { "op": "insert", "elsewhere": true, "author": "Kim", "text": "Acme rocks" },
        { "op": "delete", "id": comment },
    ]));
    let receive = |sent: &hark_doubles::Sent| Facebook::receive(&settings, sent.delivery()).unwrap();
    let told: Vec<_> = double.deliver(json!({})).iter().map(receive).collect();
    assert!(told.iter().all(|result| result.status == 200));
    let text = |at: usize| items(&told[at].events)[0].text.clone();
    assert_eq!(
        [text(0), text(1), text(2), text(4)],
        ["Widget 4.2 – now with Ü", "läuft nicht 😡", "läuft wieder", "läuft wieder"]
    );
    let removal = |at: usize| match &told[at].events[..] {
        [Event::Removal(it)] => (it.id.clone(), it.reason),
        other => panic!("{other:#?}"),
    };
    assert_eq!(removal(3), (comment.clone(), RemovalReason::RemovedByModerator));
    assert_eq!((told[5].events.len(), told[5].poll_now.clone()), (0, vec!["feed".to_owned()]));
    assert_eq!(items(&told[6].events)[0].tags, ["recommendation:negative"]);
    assert!(items(&told[7].events)[0].relations.iter().any(|it| it.target == PAGE_ID.to_string()));
    assert_eq!(removal(8), (comment, RemovalReason::Unknown));

    let read = feed(&settings, None).unwrap().events;
    assert_eq!(items(&read)[0].id, items(&told[0].events)[0].id);

    double.control(json!({ "op": "insert", "reply_to": post, "count": 1_000 }));
    let sent = double.deliver(json!({ "batch": 1_000 }));
    assert_eq!((sent.len(), items(&receive(&sent[0]).events).len()), (1, 1_000));
}

#[test]
fn only_what_meta_signed_is_taken() {
    let (double, settings, _) = start(PAGE_TOKEN);
    double.control(json!({ "op": "hook", "secret": APP_SECRET, "verify_token": "meatyhamhock" }));
    for spoilt in ["bit", "missing", "encoding", "case", "sha1", "rewritten", "empty"] {
        said(&double, json!({ "op": "insert", "author": "Acme" }));
        let sent = double.deliver(json!({ "spoilt": spoilt }));
        let result = Facebook::receive(&settings, sent[0].delivery()).unwrap();
        assert_eq!((result.status, result.events.len()), (401, 0), "{spoilt}");
    }
    said(&double, json!({ "op": "insert", "author": "Acme" }));
    let twice = double.deliver(json!({ "times": 2 }));
    let keys: Vec<_> =
        twice.iter().map(|sent| Facebook::receive(&settings, sent.delivery()).unwrap().dedupe_key).collect();
    assert!(keys[0].is_some() && keys[0] == keys[1], "a copy is known as one");
    let handshake = double.control(json!({ "op": "handshake" }));
    let asked = hark_sdk::types::Delivery {
        payload: 1,
        method: "GET".to_owned(),
        path: "/".to_owned(),
        query: handshake["sent"]["query"].as_str().unwrap().to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
        received_at: 0,
    };
    let result = Facebook::receive(&settings, asked).unwrap();
    assert_eq!((result.status, result.body), (200, b"1158201444".to_vec()));
}

#[test]
fn actions_are_done_once_and_rechecks_tell_what_became_of_it() {
    let (double, settings, _) = start(PAGE_TOKEN);
    let post = said(&double, json!({ "op": "insert", "author": "Acme" }));
    let comment = said(&double, json!({ "op": "insert", "reply_to": post, "text": "Mine stopped" }));
    let act = |name: &str, arguments: Value| {
        let (name, arguments) = (name.to_owned(), arguments.to_string());
        let action = Action { name, on: Some(comment.clone()), arguments, idempotency_key: "k".to_owned() };
        Facebook::act(&settings, action).unwrap()
    };
    let Outcome::Done(events) = act("reply", json!({ "text": "Which version?" })) else { panic!("a reply") };
    let reply = items(&events)[0].clone();
    assert_eq!(
        (reply.conversation.as_str(), reply.relations[0].target.as_str()),
        (post.as_str(), comment.as_str())
    );
    assert!(matches!(act("reply", json!({ "text": "Which version?" })), Outcome::AlreadyDone(_)));
    let read = feed(&settings, None).unwrap().events;
    let same = items(&read).into_iter().find(|item| item.id == reply.id).cloned();
    assert_eq!(same.map(|item| (item.text, item.author)), Some((reply.text, reply.author)));
    // The answer is lost on its way: nobody knows, and the next try finds the reply.
    double.control(json!({ "op": "fault", "fault": "lost-answer", "on": { "method": "POST", "times": 1 } }));
    let lost = Facebook::act(
        &settings,
        Action {
            name: "reply".to_owned(),
            on: Some(comment.clone()),
            arguments: json!({ "text": "Any news?" }).to_string(),
            idempotency_key: "k2".to_owned(),
        },
    );
    assert!(!matches!(lost, Ok(Outcome::Done(_))), "{lost:?}");
    assert!(matches!(act("reply", json!({ "text": "Any news?" })), Outcome::AlreadyDone(_)));

    assert!(
        matches!(act("hide", json!({})), Outcome::Done(events) if matches!(&events[..], [Event::Removal(_)]))
    );
    assert!(matches!(act("unhide", json!({})), Outcome::Done(events) if !items(&events).is_empty()));

    double.control(json!({ "op": "delete", "id": reply.id }));
    double.control(json!({ "op": "batch-timeouts", "times": 1 }));
    let recheck = ReadRequest {
        ids: vec![post.clone(), comment.clone(), reply.id.clone()],
        ..request("feed", ReadMode::Recheck, None)
    };
    let events = Facebook::read(&settings, recheck).unwrap().events;
    assert_eq!(ids(&events), BTreeSet::from([post.as_str(), &comment]));
    let gone = events.iter().any(|event| matches!(event, Event::Removal(it) if it.id == reply.id && it.reason == RemovalReason::NoLongerVisible));
    assert!(gone, "{events:#?}");
    is_decent(&double);
}

#[test]
fn mentions_the_past_and_the_settings_are_tried() {
    let (double, settings, _) = start(PAGE_TOKEN);
    double.control(
        json!({ "op": "insert", "elsewhere": true, "author": "Kim", "text": "Acme!", "count": 130 }),
    );
    let (events, cursor) = drain(&settings, request("mentions", ReadMode::Incremental, None));
    assert_eq!(items(&events).len(), 130);
    assert_eq!(drain(&settings, request("mentions", ReadMode::Incremental, cursor)).0, []);
    double.control(json!({ "op": "seed", "items": 150 }));
    let (past, _) = drain(&settings, request("feed", ReadMode::Backfill, None));
    let (now, _) = drain(&settings, request("feed", ReadMode::Incremental, None));
    assert_eq!(ids(&past), ids(&now));

    let report = Facebook::check(&settings).unwrap();
    assert_eq!(report.account.as_deref(), Some("Acme (104000000000001)"));
    assert_eq!(report.warnings, [""; 0]);
    double.control(json!({ "op": "token", "value": PAGE_TOKEN, "scopes": ["pages_read_engagement"] }));
    assert_eq!(Facebook::check(&settings).unwrap().warnings.len(), 2);
    double.control(json!({ "op": "token", "value": PAGE_TOKEN, "scopes": ["pages_manage_metadata"] }));
    assert!(matches!(Facebook::check(&settings), Err(Fault::Auth(it)) if it.why == AuthWhy::Scope));
    is_decent(&double);

    let (_double, settings, _) = start(USER_TOKEN);
    let pages = Facebook::discover(&settings).unwrap();
    assert_eq!(pages.iter().map(|it| it.stream_name.as_str()).collect::<Vec<_>>(), ["feed", "mentions"]);
}

#[test]
fn calls_are_proved_by_the_app_secret() {
    let said_of = |settings: &Settings| match Facebook::check(settings) {
        Err(Fault::Config(problem)) => (problem.field, problem.detail),
        other => panic!("{other:?}"),
    };
    let unproved = |app_secret| {
        let (double, settings, _) = start_with(PAGE_TOKEN, app_secret);
        double.control(json!({ "op": "require-proof" }));
        said_of(&settings)
    };
    let (field, missing) = unproved(None);
    assert!(field == "credentials.app-secret" && missing.contains("require an appsecret_proof"), "{missing}");
    let (field, wrong) = unproved(Some("the secret of another app"));
    assert!(field == "credentials.app-secret" && wrong.contains("Invalid appsecret_proof"), "{wrong}");

    let (double, settings, _) = start(PAGE_TOKEN);
    double.control(json!({ "op": "require-proof" }));
    double.control(json!({ "op": "seed", "items": 130 }));
    assert!(Facebook::check(&settings).is_ok());
    // Pages, and the batches that comments are asked for in.
    let (events, _) = drain(&settings, request("feed", ReadMode::Incremental, None));
    assert!(items(&events).len() > 130, "comments came along: {}", items(&events).len());
    is_decent(&double);
}
