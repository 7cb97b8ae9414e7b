//! Reading a phpBB by its feeds over real HTTP.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod support;

use hark_doubles::violations;
use hark_plugin_forum::Forum;
use hark_sdk::Connector;
use hark_sdk::types::{AuthWhy, Event, Fault, ItemKind, Raw, ReadMode, Visibility};
use serde_json::json;
use support::{Stage, ids, item, items};

fn phpbb() -> Stage {
    Stage::new("phpbb", json!({}))
}

#[test]
fn a_post_says_what_it_is() {
    let stage = phpbb();
    let first = stage.insert(json!({"text": "The VPN <strong>drops</strong>.<br>Again."}));
    let answer = stage.insert(json!({"text": "Same here", "author": "kimfict", "reply_to": first}));
    let guest =
        stage.insert(json!({"text": "Me too", "author": "Passer-by", "guest": true, "reply_to": first}));
    let events = stage.drain(&mut stage.request());
    assert_eq!(ids(&events).len(), 3);
    let of = |id| item(&events, id);
    assert_eq!((of(first).kind, of(answer).kind), (ItemKind::Post, ItemKind::Comment));
    assert_eq!(of(first).text, "The VPN drops.\nAgain.", "without the statistics");
    assert_eq!((of(first).title.as_deref(), of(answer).title), (Some("VPN drops every hour"), None));
    assert_eq!(of(first).conversation, of(answer).conversation);
    assert_eq!(
        (of(first).visibility, of(first).url.unwrap().ends_with("/viewtopic.php?p=501#p501")),
        (Visibility::Internal, true)
    );
    assert!(of(first).author.unwrap().starts_with("user:"));
    assert_eq!(of(guest).author.as_deref(), Some("guest:Passer-by"));
    let place = events.iter().find_map(|event| match event {
        Event::Conversation(conversation) => conversation.place.clone(),
        _ => None,
    });
    assert_eq!(place.as_deref(), Some("IT"));
}

#[test]
fn only_what_is_new_or_changed_comes_again_whatever_the_session() {
    let stage = phpbb();
    stage.control(json!({"op": "session-ids"}));
    let first = stage.insert(json!({"text": "one"}));
    stage.insert(json!({"text": "two"}));
    let mut request = stage.request();
    let events = stage.drain(&mut request);
    assert!(
        !format!("{events:?}").contains("sid=") || items(&events).iter().all(|item| !item.id.contains("sid"))
    );
    assert_eq!(stage.drain(&mut request), [], "another session is nothing new");
    stage.control(
        json!([{"op": "advance", "ms": 60_000}, {"op": "edit", "id": first, "text": "one, corrected"}]),
    );
    let third = stage.insert(json!({"text": "three"}));
    let events = stage.drain(&mut request);
    assert_eq!(ids(&events), [first, third]);
    let edited = item(&events, first);
    assert_eq!(
        (edited.text.as_str(), edited.edited_at),
        ("one, corrected", Some(stage.double.clock().now()))
    );
}

#[test]
fn what_a_feed_no_longer_shows_is_a_gap() {
    let stage = phpbb();
    stage.control(json!([{"op": "feed-items", "items": 5}, {"op": "seed", "items": 20}]));
    let mut request = stage.request();
    assert_eq!(ids(&stage.drain(&mut request)).len(), 5);
    for _ in 0..4 {
        stage.insert(json!({}));
    }
    let events = stage.drain(&mut request);
    assert_eq!((ids(&events).len(), events.iter().any(|event| matches!(event, Event::Gap(_)))), (4, false));
    for _ in 0..9 {
        stage.insert(json!({}));
    }
    let events = stage.drain(&mut request);
    assert_eq!(
        (ids(&events).len(), events.iter().filter(|event| matches!(event, Event::Gap(_))).count()),
        (5, 1)
    );
}

#[test]
fn forums_are_read_by_their_own_feeds() {
    let mut stage =
        Stage::new("phpbb", json!({"categories": [3, 4], "restricted": [4], "audience": "community"}));
    let it = stage.insert(json!({"category": 3}));
    let canteen = stage.insert(json!({"category": 4}));
    let mut request = stage.request();
    request.budget.max_requests = 1;
    let events = stage.drain(&mut request);
    assert_eq!(item(&events, it).visibility, Visibility::Community);
    assert_eq!(item(&events, canteen).visibility, Visibility::Restricted);
    let titles: Vec<_> = Forum::discover(&stage.settings)
        .unwrap()
        .into_iter()
        .map(|target| (target.id, target.title))
        .collect();
    assert_eq!(
        titles,
        [("category:3".to_owned(), "IT".to_owned()), ("category:4".to_owned(), "Canteen".to_owned())]
    );
    stage.set(json!({"categories": [77]}));
    assert!(matches!(stage.read(&stage.request()), Err(Fault::NotFound(_))));
    stage.set(json!({}));
    stage.control(json!({"op": "topic-links"}));
    let events = stage.drain(&mut stage.request());
    assert_eq!(item(&events, it).conversation, "topic:101");
}

#[test]
fn small_batches_go_on_where_they_stopped() {
    let stage = phpbb();
    stage.control(json!({"op": "seed", "items": 12}));
    let mut request = stage.request();
    request.budget.max_events = 9;
    let found = ids(&stage.drain(&mut request));
    assert_eq!(found, (501..=512).collect::<Vec<_>>());
    assert_eq!(stage.drain(&mut request), []);
}

#[test]
fn what_is_no_feed_is_named_and_a_broken_entry_hides_no_other() {
    let stage = phpbb();
    stage.control(json!({"op": "seed", "items": 3}));
    for (fault, want) in [
        ("not-found", "NotFound("),
        ("html-200", "Protocol("),
        ("html-502", "Transient("),
        ("empty-200", "Protocol("),
        ("cut", "Transient("),
    ] {
        stage.control(json!({"op": "fault", "fault": fault}));
        let answer = format!("{:?}", stage.read(&stage.request()).unwrap_err()).replace("Fault::", "");
        assert!(answer.starts_with(want), "{fault}: {answer}");
    }
    stage.control(json!({"op": "fault", "fault": "html-200"}));
    assert!(matches!(Forum::check(&stage.settings), Err(Fault::Config(problem)) if problem.field == "url"));
    assert_eq!(Forum::check(&stage.settings).unwrap().account.as_deref(), Some("Intranet forum"));
    let mut back = stage.request();
    back.mode = ReadMode::Backfill;
    assert!(matches!(stage.read(&back), Err(Fault::Unsupported(_))));
    stage.kept.take();
    stage.drain(&mut stage.request());
    let raw = stage.kept.take().remove(0);
    let text = String::from_utf8(raw.body.clone()).unwrap();
    for (broken, items_left) in [
        (text.replace("viewtopic.php?p=502#p502", "elsewhere"), 2),
        (text.replacen("<entry>\n", "<entry><oops", 1), 2),
        (text[..text.len() * 3 / 4].to_owned(), 2),
    ] {
        let raw = Raw { body: broken.into_bytes(), ..raw.clone() };
        let events = Forum::normalise(&stage.settings, raw).unwrap();
        let poisons = events.iter().filter(|event| matches!(event, Event::Poison(_))).count();
        assert_eq!((ids(&events).len(), poisons), (items_left, 1), "{events:#?}");
    }
}

#[test]
fn a_feed_may_be_cut_off_at_any_byte() {
    let stage = phpbb();
    for words in ["one &amp; only", "<b>two</b>", "three"] {
        stage.insert(json!({ "text": words }));
    }
    stage.drain(&mut stage.request());
    let raw = stage.kept.take().remove(0);
    let first = raw.body.windows(6).position(|at| at == b"<entry").unwrap();
    for cut in first..raw.body.len() {
        let raw = Raw { body: raw.body[..cut].to_vec(), ..raw.clone() };
        let tail = String::from_utf8_lossy(&raw.body[cut.saturating_sub(40)..]).into_owned();
        let events = Forum::normalise(&stage.settings, raw).unwrap();
        let why = events.iter().filter_map(|event| match event {
            Event::Poison(poison) => Some(poison.why.as_str()),
            _ => None,
        });
        let why: Vec<_> = why.collect();
        assert!(
            why.is_empty() || why == ["the document ends in the middle of it"],
            "cut after {tail:?}: {why:?}"
        );
    }
}

#[test]
fn what_breaks_readers_does_not_break_this_one() {
    let stage = phpbb();
    stage.control(json!([{"op": "feed-items", "items": 100}, {"op": "torture"}]));
    let mut request = stage.request();
    request.since = Some(-4_000_000_000_000);
    let events = stage.drain(&mut request);
    assert!(events.iter().all(|event| !matches!(event, Event::Poison(_))), "{events:#?}");
    assert_eq!(ids(&events).len(), 18);
    assert!(items(&events).iter().all(|item| !item.text.contains("Statistics: Posted by")));
}

#[test]
fn a_member_reads_what_guests_do_not_see_and_the_password_is_in_no_address() {
    let mut stage = phpbb();
    stage.control(json!({"op": "http-auth"}));
    let said = stage.insert(json!({"text": "for all"}));
    let closed = stage.insert(json!({"text": "for members", "category": 5}));
    let fault = stage.read(&stage.request()).unwrap_err();
    assert!(matches!(&fault, Fault::Auth(problem) if problem.why == AuthWhy::Missing), "{fault:?}");
    stage.set(json!({"phpbb_user": "hark"}));
    assert_eq!(ids(&stage.drain(&mut stage.request())), [said, closed]);
    stage.set(json!({"phpbb_user": "hark", "categories": [5]}));
    assert_eq!(ids(&stage.drain(&mut stage.request())), [closed]);
    assert_eq!(Forum::check(&stage.settings).unwrap().warnings, [""; 0]);
    let targets = Forum::discover(&stage.settings).unwrap();
    assert!(targets.iter().any(|target| target.title == "Works council"), "{targets:?}");
    let log = stage.double.log();
    assert!(log.iter().all(|entry| !format!("{entry:?}").contains("phpbb-password-1")));
    assert_eq!(violations(&log, &["GET /app.php/feed*"]), [""; 0]);
}

#[test]
fn a_login_that_is_refused_or_not_looked_at_is_told() {
    let stage = Stage::new("phpbb", json!({"phpbb_user": "hark"}));
    stage.insert(json!({"text": "for all"}));
    let report = Forum::check(&stage.settings).unwrap();
    assert!(report.warnings[0].contains("shows a guest the same posts as hark"), "{report:?}");
    stage.control(json!({"op": "fault", "fault": "revoked"}));
    let fault = stage.read(&stage.request()).unwrap_err();
    assert!(matches!(&fault, Fault::Auth(problem) if problem.why == AuthWhy::Revoked), "{fault:?}");
}

#[test]
fn a_forum_without_a_member_has_a_login_without_a_name() {
    use hark_sdk::bindings::exports::hark::connector::connector::Guest;
    let manifest = <hark_sdk::Exported<Forum> as Guest>::describe();
    let schema: serde_json::Value = serde_json::from_str(&manifest.config_schema).unwrap();
    // The host fills the setting into the placement of every forum's gate; without a default none would open.
    assert_eq!(schema["properties"]["phpbb_user"]["default"], "");
}

#[test]
fn a_feed_that_is_too_large_is_a_fault() {
    let stage = Stage::new("phpbb", json!({}));
    stage.insert(json!({"text": "long ".repeat(1_000_000)}));
    let fault = stage.read(&stage.request()).unwrap_err();
    assert!(matches!(&fault, Fault::Protocol(why) if why.contains("at most 4194304 are read")), "{fault:?}");
}
