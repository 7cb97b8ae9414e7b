//! The connector in Python before an instance of Mastodon that is played.

use std::path::Path;

use hark_model::{Direction, Event, Fault, ItemKind, Outcome, ReadMode, Visibility};
use serde_json::json;

use crate::stage::{Stage, ids, items, removed, request};

const SETTINGS: &str = "instance = \"URL\"\nhashtags = [\"acme\"]\naccounts = [\"acme\"]";
const TOKEN: &str = hark_doubles::platforms::mastodon::USER_TOKEN;
/// Mastodon lists by id, so an edited status does not come again; recheck finds it.
pub const NOT_TRIED: &[&str] = &["edits"];
const TAG: &str = "/api/v1/timelines/tag/acme";

/// Tries `mastodon.wasm` in `folder`.
pub fn run(folder: &Path) {
    let stage = || Stage::new(folder, "mastodon", SETTINGS, &[("token", TOKEN)]);
    reads_on(&stage());
    timelines(&stage());
    looks_back_and_again(&stage());
    replies(&stage());
    refusals(&stage());
}

/// Pages, budgets, and what is said between two pages.
fn reads_on(stage: &Stage) {
    stage.control(json!({ "op": "seed", "items": 90 }));
    let mut onward = request("hashtag", ReadMode::Incremental);
    onward.budget.max_events = 100;
    assert_eq!(ids(&stage.drain(&mut onward)).len(), 90);
    assert_eq!(stage.drain(&mut onward), [], "nothing is new");

    let said = stage.insert(json!({ "text": "my widget smokes #acme", "count": 45 }));
    let between = json!({ "op": "insert", "text": "mine too #acme" });
    stage.control(json!({ "op": "after", "path": TAG, "request": 1, "do": between }));
    let first = stage.drain(&mut onward);
    let then = stage.drain(&mut onward);
    let all = [first, then].concat();
    assert_eq!(ids(&all).len(), 46, "45 of one page, and the one between two");
    assert!(ids(&all).contains(&said));
    let page =
        json!({ "op": "check-log", "allowed": ["GET /api/v1/timelines/tag/*", "GET /api/v1/statuses/*"] });
    assert_eq!(stage.control(page), json!([]));
}

/// Who may read what, boosts, notifications and reports.
fn timelines(stage: &Stage) {
    let post = stage.insert(json!({ "text": "the widget <3 & more", "author": "maxfict@far.example" }));
    let boost = stage.insert(json!({ "text": "", "reblog": post, "author": "jofict@other.example" }));
    stage.insert(json!({ "text": "@acme psst", "visibility": "direct" }));
    stage.insert(json!({ "text": "for those who follow", "visibility": "private" }));
    stage.control(json!({ "op": "report", "text": "sells pills" }));
    let home = stage.drain(&mut request("home", ReadMode::Incremental));
    let by = |visibility| items(&home).iter().filter(|item| item.visibility == visibility).count();
    assert_eq!(ids(&home).len(), 4);
    assert_eq!((by(Visibility::Direct), by(Visibility::Restricted), by(Visibility::Public)), (1, 1, 2));
    let said = items(&home).into_iter().find(|item| item.id == post).unwrap();
    assert_eq!(said.text, "the widget <3 & more");
    let shared = items(&home).into_iter().find(|item| item.id == boost).unwrap();
    assert_eq!((shared.kind, shared.relations[0].target.as_str()), (ItemKind::Share, post.as_str()));

    let told = stage.drain(&mut request("notifications", ReadMode::Incremental));
    assert_eq!(items(&told).iter().map(|item| item.text.as_str()).collect::<Vec<_>>(), ["@acme psst"]);
    let reports: Vec<_> = told.iter().filter(|event| matches!(event, Event::FlagReport(_))).collect();
    assert_eq!(reports.len(), 1, "{told:?}");

    let targets = stage.discover();
    let ours: Vec<_> = targets.iter().filter(|target| target.ours).map(|target| target.id.as_str()).collect();
    assert_eq!(ours, ["home", "notifications", "tag:acme"]);
    let report = stage.check();
    assert_eq!((report.account.as_deref(), report.warnings), (Some("@acme"), Vec::new()));
}

/// Backfill, edits and deletions.
fn looks_back_and_again(stage: &Stage) {
    stage.control(json!({ "op": "seed", "items": 90 }));
    let mut back = request("hashtag", ReadMode::Backfill);
    let now = stage.double.clock().now();
    (back.since, back.until) = (Some(now - 60_000), Some(now - 10_000));
    back.budget.max_events = 50;
    // One is said each second.
    assert_eq!(ids(&stage.drain(&mut back)).len(), 50);

    let edited = stage.insert(json!({ "text": "it smokes #acme" }));
    let gone = stage.insert(json!({ "text": "never mind #acme" }));
    stage.control(json!([
        { "op": "advance", "ms": 60_000 },
        { "op": "edit", "id": edited, "text": "it smoked #acme" },
        { "op": "delete", "id": gone },
    ]));
    let mut again = request("hashtag", ReadMode::Recheck);
    again.ids = vec![edited.clone(), gone.clone()];
    again.budget.max_requests = 1;
    let events = stage.drain(&mut again);
    let [item] = items(&events)[..] else { panic!("{events:?}") };
    assert_eq!((item.id.as_str(), item.text.as_str()), (edited.as_str(), "it smoked #acme"));
    assert!(item.edited_at.is_some() && !item.revision.is_empty(), "{item:?}");
    assert_eq!(removed(&events), [gone.as_str()]);
}

/// A reply is said once, whatever happens to its answer.
fn replies(stage: &Stage) {
    let asked = stage.insert(json!({ "text": "@acme help #acme", "visibility": "unlisted" }));
    let Outcome::Done(events) = stage.act(&asked, "We look into it.", "key-1") else { panic!("not done") };
    let [item] = items(&events)[..] else { panic!("{events:?}") };
    assert_eq!((item.direction, item.visibility), (Direction::Outbound, Visibility::Unlisted));
    assert!(item.text.contains("@jofict") && item.text.ends_with("We look into it."), "{}", item.text);
    let first = item.id.clone();
    let Outcome::Done(again) = stage.act(&asked, "We look into it.", "key-1") else { panic!("not done") };
    assert_eq!(ids(&again), [first]);

    let lost = json!({ "op": "fault", "fault": "lost-answer", "on": { "method": "POST" } });
    stage.control(lost);
    let uncertain = stage.act(&asked, "It is repaired.", "key-2");
    assert!(matches!(uncertain, Outcome::Uncertain(_)), "{uncertain:?}");
    stage.control(json!({ "op": "clear-faults" }));
    assert!(matches!(stage.act(&asked, "It is repaired.", "key-2"), Outcome::Done(_)));
    let home = stage.drain(&mut request("home", ReadMode::Incremental));
    let ours = items(&home).iter().filter(|item| item.direction == Direction::Outbound).count();
    assert_eq!(ours, 2, "each was said once");
}

/// What an instance says no with.
fn refusals(stage: &Stage) {
    stage.insert(json!({ "text": "it smokes #acme" }));
    let ask = request("hashtag", ReadMode::Incremental);
    let fault = |kind: &str| json!({ "op": "fault", "fault": kind, "on": "all" });
    for kind in ["expired", "revoked", "scope"] {
        stage.fails(fault(kind), &ask, |fault| matches!(fault, Fault::Auth { .. }));
    }
    stage.fails(fault("not-found"), &ask, |fault| matches!(fault, Fault::NotFound(_)));
    for kind in ["server-error", "html-502", "reset", "cut"] {
        stage.fails(fault(kind), &ask, |fault| matches!(fault, Fault::Transient { .. }));
    }
    for kind in ["html-200", "truncated", "empty-200"] {
        stage.fails(fault(kind), &ask, |fault| matches!(fault, Fault::Protocol(_)));
    }
    // The reset stands in a header of its own, as a date.
    let limit = json!({ "op": "limit", "bucket": "all/1", "limit": 1 });
    stage.fails(limit, &ask, |fault| {
        let ahead = |until: &i64| (0..=300_000).contains(&(until - hark_pipeline::now()));
        matches!(fault, Fault::RateLimited { until: Some(until), .. } if ahead(until))
    });
}
