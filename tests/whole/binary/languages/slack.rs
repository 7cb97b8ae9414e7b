//! The connector in JavaScript before a workspace of Slack that is played.

use std::path::Path;

use hark_doubles::Sent;
use hark_model::{Direction, Event, Fault, Outcome, ReadMode, Visibility};
use serde_json::{Value, json};

use crate::stage::{Stage, ids, items, removed, request};

const SETTINGS: &str =
    "team = \"T061EG9R6\"\nchannels = [\"C024BE91L\", \"G0BOARD1\"]\nbot_user = \"U0APP\"\napi = \"URL/api\"";
/// Slack lists by time, so an edited message does not come again: events and recheck tell of it. It says nothing of what
/// is left of a limit, so that no answer asks for a pause.
pub const NOT_TRIED: &[&str] = &["edits", "pauses"];
const TOKEN: &str = hark_doubles::platforms::slack::BOT_TOKEN;
const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
const BOARD: &str = "G0BOARD1";

/// Tries `slack.wasm` in `folder`.
pub fn run(folder: &Path) {
    let stage = || {
        let stage = Stage::new(folder, "slack", SETTINGS, &[("token", TOKEN), ("signing", SECRET)]);
        stage.control(json!({ "op": "channel", "channel": BOARD, "name": "board", "kind": "group" }));
        stage
    };
    reads_on(&stage());
    looks_back_and_again(&stage());
    takes_deliveries(&stage());
    replies(&stage());
    refusals(&stage());
}

fn item_id(channel: &str, ts: &str) -> String {
    format!("T061EG9R6/{channel}/{ts}")
}

/// Pages, threads, budgets, and what is said between two pages.
fn reads_on(stage: &Stage) {
    stage.control(json!({ "op": "seed", "items": 450 }));
    stage.insert(json!({ "text": "closed", "channel": BOARD }));
    let root = stage.insert(json!({ "text": "<@U0APP> it &lt;smokes&gt;" }));
    let reply = stage.insert(json!({ "text": "mine too", "thread": root }));
    let between = json!({ "op": "insert", "text": "meanwhile" });
    stage
        .control(json!({ "op": "after", "path": "/api/conversations.history", "request": 1, "do": between }));
    let mut onward = request("messages", ReadMode::Incremental);
    onward.budget.max_events = 500;
    let first = stage.drain(&mut onward);
    let then = stage.drain(&mut onward);
    let all = [first, then].concat();
    assert_eq!(ids(&all).len(), 454);
    let found = |ts: &str| items(&all).into_iter().find(|item| item.id.ends_with(ts)).unwrap().clone();
    assert_eq!(found(&root).text, "@U0APP it <smokes>");
    let conversation = item_id("C024BE91L", &root);
    assert_eq!((&found(&reply).conversation, &found(&root).conversation), (&conversation, &conversation));
    let private = items(&all).iter().filter(|item| item.visibility == Visibility::Restricted).count();
    assert_eq!(private, 1);

    // A thread goes on where nothing new stands in the channel itself.
    let later = stage.insert(json!({ "text": "and now it burns", "thread": root }));
    assert_eq!(ids(&stage.drain(&mut onward)), [item_id("C024BE91L", &later)]);
    assert_eq!(stage.drain(&mut onward), [], "nothing is new");

    let report = stage.check();
    assert_eq!((report.account.as_deref(), report.warnings), (Some("hark in Acme"), Vec::new()));
    let targets = stage.discover();
    let shown: Vec<_> = targets.iter().map(|it| (it.id.as_str(), it.visibility, it.ours)).collect();
    assert_eq!(shown, [("C024BE91L", Visibility::Internal, true), (BOARD, Visibility::Restricted, true)]);
    let calls = json!({ "op": "check-log", "allowed": ["GET /api/conversations.*", "GET /api/auth.test*"] });
    assert_eq!(stage.control(calls), json!([]));
}

/// Backfill, edits, deletions and reactions.
fn looks_back_and_again(stage: &Stage) {
    stage.control(json!({ "op": "seed", "items": 90 }));
    let now = stage.double.clock().now();
    let mut back = request("messages", ReadMode::Backfill);
    (back.since, back.until) = (Some(now - 60_000), Some(now - 10_000));
    back.budget.max_events = 50;
    assert_eq!(ids(&stage.drain(&mut back)).len(), 50);

    let edited = stage.insert(json!({ "text": "it smokes" }));
    let gone = stage.insert(json!({ "text": "never mind" }));
    stage.control(json!([
        { "op": "advance", "ms": 60_000 },
        { "op": "edit", "id": edited, "text": "it smoked" },
        { "op": "react", "id": edited, "name": "fire", "count": 3 },
        { "op": "delete", "id": gone },
    ]));
    let mut again = request("messages", ReadMode::Recheck);
    again.ids = [&edited, &gone].map(|ts| item_id("C024BE91L", ts)).into();
    again.budget.max_requests = 1;
    let events = stage.drain(&mut again);
    let [item] = items(&events)[..] else { panic!("{events:?}") };
    assert_eq!((item.text.as_str(), item.revision.is_empty()), ("it smoked", false));
    assert_eq!(item.counters.as_ref().unwrap().by_reaction, [("fire".to_owned(), 3)]);
    assert_eq!(removed(&events), [item_id("C024BE91L", &gone)]);
}

/// The handshake, signed events, and what is not signed as it should be.
fn takes_deliveries(stage: &Stage) {
    stage.control(json!({ "op": "hook", "secret": SECRET }));
    let shaken = stage.control(json!({ "op": "handshake" }))["sent"].clone();
    let answer = stage.receive(&sent(&shaken), 0);
    let challenge: Value = serde_json::from_slice(&answer.body).unwrap();
    let asked: Value = serde_json::from_str(shaken["body"].as_str().unwrap()).unwrap();
    assert_eq!((answer.status, &challenge["challenge"]), (200, &asked["challenge"]));

    let id = stage.insert(json!({ "text": "it smokes" }));
    stage.control(json!([
        { "op": "edit", "id": id, "text": "it smoked" },
        { "op": "delete", "id": id },
        { "op": "channel", "channel": "C0OTHER1", "name": "other" },
        { "op": "insert", "text": "elsewhere", "channel": "C0OTHER1" },
        { "op": "rate-limited-events" },
    ]));
    let told: Vec<_> = stage.double.deliver(json!({})).iter().map(|sent| stage.receive(sent, 0)).collect();
    assert_eq!(told.iter().map(|it| it.status).collect::<Vec<_>>(), [200; 5]);
    let texts: Vec<_> =
        told.iter().map(|it| items(&it.events).first().map(|item| item.text.clone())).collect();
    assert_eq!(texts[..2], [Some("it smokes".to_owned()), Some("it smoked".to_owned())]);
    assert_eq!(removed(&told[2].events), [item_id("C024BE91L", &id)]);
    assert_eq!(told[3].events, [], "nobody listens there");
    assert!(matches!(told[4].events[..], [Event::Gap(_)]), "{:?}", told[4].events);
    assert_eq!(told[4].poll_now, ["messages"]);
    let mut keys: Vec<_> = told.iter().map(|it| it.dedupe_key.clone().unwrap()).collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 5, "each delivery has a key of its own");

    // "sha1" is not among them: a signature of Slack's names a version, and no hash that could be another.
    for spoilt in ["bit", "missing", "encoding", "case", "rewritten", "empty"] {
        stage.insert(json!({ "text": "forged" }));
        for sent in stage.double.deliver(json!({ "spoilt": spoilt })) {
            let refused = stage.receive(&sent, 0);
            assert_eq!((refused.status, refused.events), (401, Vec::new()), "{spoilt}");
        }
    }
    stage.insert(json!({ "text": "late" }));
    let [late] = &stage.double.deliver(json!({}))[..] else { panic!("one") };
    assert_eq!([299_000, 301_000].map(|ms| stage.receive(late, ms).status), [200, 401]);
}

/// A request to the webhook, as the double tells of it.
fn sent(told: &Value) -> Sent {
    let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
    Sent {
        method: text("method"),
        path: text("path"),
        query: text("query"),
        headers: serde_json::from_value(told["headers"].clone()).unwrap(),
        body: text("body").into_bytes(),
        at: told["at"].as_i64().unwrap(),
        attempt: 1,
        status: None,
    }
}

/// A reply goes into the thread once, whatever happens to its answer.
fn replies(stage: &Stage) {
    let root = stage.insert(json!({ "text": "it smokes" }));
    let asked = stage.insert(json!({ "text": "anybody?", "thread": root }));
    let on = item_id("C024BE91L", &asked);
    let Outcome::Done(events) = stage.act(&on, "We look <into> it & call.", "key-1") else {
        panic!("not done")
    };
    let [item] = items(&events)[..] else { panic!("{events:?}") };
    assert_eq!((item.direction, item.text.as_str()), (Direction::Outbound, "We look <into> it & call."));
    assert_eq!(item.conversation, item_id("C024BE91L", &root));
    let again = stage.act(&on, "We look <into> it & call.", "key-1");
    assert!(matches!(&again, Outcome::AlreadyDone(events) if ids(events) == [item.id.clone()]), "{again:?}");

    stage.control(json!({ "op": "fault", "fault": "lost-answer", "on": { "method": "POST" } }));
    let uncertain = stage.act(&on, "It is repaired.", "key-2");
    assert!(matches!(uncertain, Outcome::Uncertain(_)), "{uncertain:?}");
    stage.control(json!({ "op": "clear-faults" }));
    assert!(matches!(stage.act(&on, "It is repaired.", "key-2"), Outcome::AlreadyDone(_)));
}

/// What Slack says no with, most of it with status 200.
fn refusals(stage: &Stage) {
    stage.insert(json!({ "text": "it smokes" }));
    let ask = request("messages", ReadMode::Incremental);
    let fault = |kind: &str| json!({ "op": "fault", "fault": kind, "on": "all" });
    for kind in ["expired", "revoked", "scope", "forbidden"] {
        stage.fails(fault(kind), &ask, |fault| matches!(fault, Fault::Auth { .. }));
    }
    stage.fails(fault("not-found"), &ask, |fault| matches!(fault, Fault::NotFound(_)));
    for kind in ["server-error", "html-502", "reset", "cut"] {
        stage.fails(fault(kind), &ask, |fault| matches!(fault, Fault::Transient { .. }));
    }
    for kind in ["html-200", "truncated", "empty-200"] {
        stage.fails(fault(kind), &ask, |fault| matches!(fault, Fault::Protocol(_)));
    }
    let limit = json!({ "op": "limit", "bucket": "conversations.history", "limit": 1 });
    stage.fails(limit, &ask, |fault| {
        let ahead = |until: &i64| (0..=60_000).contains(&(until - hark_pipeline::now()));
        matches!(fault, Fault::RateLimited { until: Some(until), .. } if ahead(until))
    });
}
