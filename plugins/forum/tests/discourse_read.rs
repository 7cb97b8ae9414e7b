//! Reading a Discourse over real HTTP: every post once, whatever happens in between.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod support;

use std::collections::BTreeSet;

use hark_doubles::{Ms, violations};
use hark_plugin_forum::Forum;
use hark_sdk::Connector;
use hark_sdk::types::{
    ActorKind, AuthWhy, Event, Fault, ItemKind, ReadMode, RelationKind, RemovalReason, Visibility,
};
use serde_json::json;
use support::{Stage, ids, item, items, removals};

const DAY_MS: Ms = 24 * 3_600_000;

fn discourse() -> Stage {
    Stage::new("discourse", json!({}))
}

fn distinct(ids: &[u64]) -> usize {
    ids.iter().collect::<BTreeSet<_>>().len()
}

#[test]
fn every_post_comes_once_and_then_none() {
    for windows in [false, true] {
        let stage = discourse();
        stage.control(json!([{"op": "windows", "on": windows}, {"op": "seed", "items": 230}]));
        let mut request = stage.request();
        let events = stage.drain(&mut request);
        assert_eq!((ids(&events).len(), distinct(&ids(&events))), (230, 230), "windows {windows}");
        assert_eq!(stage.drain(&mut request), [], "windows {windows}");
        stage.control(json!({"op": "clear-log"}));
        assert_eq!(stage.drain(&mut request), []);
        assert_eq!(stage.double.log().len(), 1, "an idle forum costs one request");
    }
}

#[test]
fn only_what_a_decent_client_asks_is_asked() {
    let stage = discourse();
    stage.control(json!({"op": "seed", "items": 120}));
    stage.drain(&mut stage.request());
    let allowed = ["GET /posts.json", "GET /site.json", "GET /t/*", "GET /posts/*", "GET /c/*"];
    assert_eq!(violations(&stage.double.log(), &allowed), [""; 0]);
}

#[test]
fn what_comes_and_goes_between_pages_moves_nothing() {
    for windows in [false, true] {
        let stage = discourse();
        stage.control(json!([{"op": "windows", "on": windows}, {"op": "seed", "items": 170}]));
        let last = 500 + 170;
        // The last of the first page is the one under the cursor; two below it go as well.
        stage.control(json!({"op": "after", "path": "/posts.json", "do": [
            {"op": "insert", "text": "in between"},
            {"op": "delete", "id": last - 49}, {"op": "delete", "id": last - 50}, {"op": "delete", "id": last - 51},
        ]}));
        let mut request = stage.request();
        let found = ids(&stage.drain(&mut request));
        let want: BTreeSet<u64> = (501..=last).filter(|id| ![last - 50, last - 51].contains(id)).collect();
        assert_eq!(found.iter().copied().collect::<BTreeSet<_>>(), want, "windows {windows}");
        let next = stage.drain(&mut request);
        assert_eq!(ids(&next), [last + 1], "windows {windows}");
    }
}

#[test]
fn a_stretch_without_posts_is_no_end_on_a_forum_of_windows() {
    let stage = discourse();
    stage.control(json!([{"op": "windows"}, {"op": "seed", "items": 400}]));
    let gone: Vec<_> = (600..=860).map(|id| json!({"op": "delete", "id": id})).collect();
    stage.control(json!(gone));
    assert_eq!(ids(&stage.drain(&mut stage.request())).len(), 400 - 261);
}

#[test]
fn a_crash_after_any_batch_loses_nothing() {
    let stage = discourse();
    stage.control(json!({"op": "seed", "items": 240}));
    for crash_after in 1..=5 {
        let (mut request, mut found) = (stage.request(), Vec::new());
        for _ in 0..crash_after {
            let batch = stage.read(&request).unwrap();
            found.extend(ids(&batch.events));
            (request.cursor, request.continuation) = (batch.cursor, batch.continuation);
            stage.control(json!({"op": "advance", "ms": 5_000}));
        }
        stage.insert(json!({"text": format!("after crash {crash_after}")}));
        // The continuation dies with the run; the cursor is all there is.
        request.continuation = None;
        found.extend(ids(&stage.drain(&mut request)));
        assert_eq!(distinct(&found), found.len(), "crash after {crash_after}: nothing twice");
        assert_eq!(distinct(&found), 240 + crash_after, "crash after {crash_after}");
    }
}

#[test]
fn a_rate_limit_on_a_long_way_keeps_what_was_read() {
    let stage = discourse();
    stage.control(json!([{"op": "seed", "items": 300}, {"op": "limit", "bucket": "admin_api_key_rate_limit", "limit": 8}]));
    let (mut request, mut found, mut pauses) = (stage.request(), Vec::new(), 0);
    loop {
        match stage.read(&request) {
            Ok(batch) => {
                found.extend(ids(&batch.events));
                (request.cursor, request.continuation) = (batch.cursor, batch.continuation);
                if request.continuation.is_none() {
                    break;
                }
            }
            Err(Fault::RateLimited(limit)) => {
                pauses += 1;
                assert_eq!(limit.bucket, "admin_api_key_rate_limit");
                let until = limit.until.expect("Discourse says how long");
                assert!(until > stage.double.clock().now() && until <= stage.double.clock().now() + 61_000);
                stage.control(json!({"op": "now", "ms": until}));
                request.continuation = None;
            }
            Err(fault) => panic!("{fault:?}"),
        }
        assert!(pauses < 40, "each pause brings it on");
    }
    assert!(pauses > 0);
    assert_eq!(distinct(&found), 300);
    let rude = violations(&stage.double.log(), &[]);
    assert!(rude.len() <= pauses, "{rude:?}");
}

#[test]
fn small_budgets_are_kept_and_come_to_an_end() {
    for (max_events, max_requests) in [(9, 50), (30, 3), (2_000, 1), (1, 2), (6, 1)] {
        let stage = discourse();
        stage.control(json!({"op": "seed", "items": 60}));
        let mut request = stage.request();
        (request.budget.max_events, request.budget.max_requests) = (max_events, max_requests);
        let mut found = Vec::new();
        for _ in 0..400 {
            // The minute of requests is not what is tried here.
            stage.control(json!({"op": "advance", "ms": 5_000}));
            let batch = stage.read(&request).unwrap();
            found.extend(ids(&batch.events));
            request.cursor = batch.cursor.or(request.cursor);
            request.continuation = batch.continuation;
            if request.continuation.is_none() {
                break;
            }
        }
        assert_eq!(distinct(&found), 60, "{max_events} events, {max_requests} requests");
    }
    let stage = discourse();
    let mut none = stage.request();
    none.budget.max_requests = 0;
    assert_eq!(stage.read(&none).unwrap().events, []);
}

#[test]
fn the_first_read_goes_back_as_far_as_is_set() {
    let mut stage = discourse();
    stage.set(json!({"lookback_days": 2}));
    let now = stage.double.clock().now();
    let old = stage.insert(json!({"at": now - 3 * DAY_MS}));
    let new = stage.insert(json!({"at": now - DAY_MS, "reply_to": old}));
    let mut request = stage.request();
    let events = stage.drain(&mut request);
    assert_eq!(ids(&events), [new]);
    assert_eq!(
        item(&events, new).relations[0].target,
        format!("post:{old}"),
        "the parent is named all the same"
    );
    stage.control(json!({"op": "advance", "ms": 60_000}));
    assert_eq!(stage.drain(&mut request), [], "what is too old does not come later, either");
}

#[test]
fn a_post_says_what_it_is() {
    let stage = discourse();
    let first = stage.insert(json!({"text": "VPN drops, @itlead", "tags": ["vpn"]}));
    let answer = stage.insert(
        json!({"text": "[quote=1,119]VPN drops[/quote]same here", "author": "kimfict", "reply_to": first}),
    );
    let own = stage.insert(json!({"text": "we are on it", "author": "system", "reply_to": answer}));
    stage.control(json!({"op": "react", "id": first, "likes": 3, "reads": 11}));
    let events = stage.drain(&mut stage.request());
    let (first, answer, own) = (item(&events, first), item(&events, answer), item(&events, own));
    assert_eq!((first.kind, answer.kind), (ItemKind::Post, ItemKind::Comment));
    assert_eq!((first.text.as_str(), first.revision.as_str()), ("VPN drops, @itlead", "1"));
    assert!(first.html.as_deref().unwrap().contains("class=\"mention\""));
    assert_eq!(first.title.as_deref(), Some("VPN drops every hour since Monday"));
    let counters = first.counters.unwrap();
    assert_eq!((counters.likes, counters.replies, counters.views), (Some(3), Some(1), Some(12)));
    assert_eq!(answer.title, None);
    assert!(answer.url.as_deref().unwrap().ends_with("/t/119/2"), "{:?}", answer.url);
    let kinds: Vec<_> = answer.relations.iter().map(|one| (one.kind, one.target.as_str())).collect();
    let target = first.id.as_str();
    assert_eq!(kinds, [(RelationKind::ReplyTo, target), (RelationKind::QuoteOf, target)]);
    assert!(own.automated && own.direction == hark_sdk::types::Direction::Outbound);
    let conversation = events.iter().find_map(|event| match event {
        Event::Conversation(conversation) => Some(conversation.clone()),
        _ => None,
    });
    let conversation = conversation.unwrap();
    assert_eq!((conversation.id.as_str(), conversation.place.as_deref()), ("topic:119", Some("IT")));
    let people: Vec<_> = events
        .iter()
        .filter_map(|event| if let Event::Actor(actor) = event { Some(actor) } else { None })
        .collect();
    assert_eq!(people.len(), 3);
    assert_eq!((people[0].id.as_str(), people[0].handle.as_deref()), ("user:7", Some("jofict")));
    assert_eq!(
        (people[1].display_name.as_deref(), people[1].kind),
        (None, ActorKind::Person),
        "an empty name is none"
    );
    assert_eq!((people[2].kind, people[2].is_self), (ActorKind::Service, true));
    assert!(people[0].avatar_url.as_deref().unwrap().ends_with("/j/8491ac/96.png"));
}

#[test]
fn edits_and_figures_come_with_the_next_page() {
    let stage = discourse();
    let [edited, quiet, moved, liked, renamed] = ["edited", "quiet", "moved", "liked", "renamed"]
        .map(|text| stage.insert(json!({"text": text, "author": text})));
    let mut request = stage.request();
    stage.drain(&mut request);
    stage.control(json!([
        {"op": "advance", "ms": 120_000},
        {"op": "edit", "id": edited, "text": "edited, with a reason", "reason": "typo"},
        {"op": "edit", "id": quiet, "text": "quiet, soon after", "quiet": true},
        {"op": "move", "id": moved},
        {"op": "react", "id": liked, "likes": 40},
        {"op": "rename-author", "author": "renamed", "username": "renamed2", "name": "Renamed"},
    ]));
    let now = stage.double.clock().now();
    let events = stage.drain(&mut request);
    let again = item(&events, edited);
    assert_eq!(
        (again.text.as_str(), again.revision.as_str(), again.edited_at),
        ("edited, with a reason", "2", Some(now))
    );
    let again = item(&events, quiet);
    assert_eq!(
        (again.text.as_str(), again.revision.as_str(), again.edited_at),
        ("quiet, soon after", "1", Some(now))
    );
    let again = item(&events, moved);
    assert_eq!((again.conversation.as_str(), again.edited_at), ("topic:124", Some(now)));
    let figures: Vec<_> = events
        .iter()
        .filter_map(|event| if let Event::Engagement(figures) = event { Some(figures) } else { None })
        .collect();
    assert_eq!(figures.len(), 1, "{events:#?}");
    assert_eq!((figures[0].id.clone(), figures[0].counters.likes), (format!("post:{liked}"), Some(40)));
    let handles: Vec<_> = events
        .iter()
        .filter_map(|event| if let Event::Actor(actor) = event { actor.handle.as_deref() } else { None })
        .collect();
    assert!(handles.contains(&"renamed2"), "{handles:?}");
    assert_eq!(
        item(&events, renamed).author.as_deref(),
        items(&events).iter().find(|item| item.id == format!("post:{renamed}")).unwrap().author.as_deref()
    );
    assert_eq!(stage.drain(&mut request), [], "each is told once");
}

#[test]
fn deleted_posts_go_and_recovered_ones_are_newer() {
    let stage = discourse();
    let [by_moderator, by_author, stays] =
        ["a post", "another", "a third"].map(|text| stage.insert(json!({"text": text})));
    let mut request = stage.request();
    stage.drain(&mut request);
    stage.control(json!([
        {"op": "advance", "ms": 60_000},
        {"op": "delete", "id": by_moderator, "by": "itlead"},
        {"op": "delete", "id": by_author, "by": "jofict"},
    ]));
    let deleted_at = stage.double.clock().now();
    let events = stage.drain(&mut request);
    let mut told: Vec<_> = removals(&events).iter().map(|one| (one.id.clone(), one.reason, one.at)).collect();
    told.sort();
    assert_eq!(
        told,
        [
            (format!("post:{by_moderator}"), RemovalReason::RemovedByModerator, Some(deleted_at)),
            (format!("post:{by_author}"), RemovalReason::DeletedByAuthor, Some(deleted_at)),
        ]
    );
    stage.control(json!({"op": "advance", "ms": 60_000}));
    assert_eq!(stage.drain(&mut request), [], "a removal is told once");
    stage.control(json!([{"op": "recover", "id": by_moderator}, {"op": "recover", "id": by_author}]));
    let events = stage.drain(&mut request);
    for id in [by_moderator, by_author] {
        assert!(item(&events, id).edited_at > Some(deleted_at), "a return is newer than the removal");
    }
    assert!(!ids(&events).contains(&stays));
}

#[test]
fn a_key_that_sees_no_deleted_posts_still_sees_that_they_are_gone() {
    let mut stage = discourse();
    stage.set(json!({"api_user": "kimfict"}));
    let [deleted, hidden, closed] = ["one", "two", "three"].map(|text| stage.insert(json!({"text": text})));
    let open = stage.insert(json!({"text": "four", "category": 5}));
    let mut request = stage.request();
    stage.drain(&mut request);
    let topic = stage.insert(json!({"text": "new"}));
    stage.control(json!([
        {"op": "delete", "id": deleted},
        {"op": "hide", "id": hidden},
        {"op": "move", "id": closed, "title": "Away"},
        {"op": "close-category", "category": 5, "groups": ["staff"]},
    ]));
    let events = stage.drain(&mut request);
    let mut told: Vec<_> = removals(&events).iter().map(|one| (one.id.clone(), one.reason)).collect();
    told.sort();
    assert_eq!(
        told,
        [
            (format!("post:{deleted}"), RemovalReason::Unknown),
            (format!("post:{hidden}"), RemovalReason::RemovedByModerator),
            (format!("post:{open}"), RemovalReason::NoLongerVisible),
        ]
    );
    assert!(ids(&events).contains(&topic));
    stage.control(json!([{"op": "advance", "ms": 1_000}, {"op": "hide", "id": hidden, "hidden": false}]));
    assert!(ids(&stage.drain(&mut request)).contains(&hidden), "what is shown again comes again");
}

#[test]
fn who_may_read_what() {
    let mut stage = Stage::new("discourse", json!({"audience": "public", "restricted": [5]}));
    let open = stage.insert(json!({"text": "for all", "category": 4}));
    let set_so = stage.insert(json!({"text": "restricted by a setting", "category": 5}));
    let staff = stage.insert(json!({"text": "for the staff", "category": 6}));
    let whisper =
        stage.insert(json!({"text": "psst", "reply_to": open, "kind": "whisper", "author": "itlead"}));
    let note = stage.insert(json!({"text": "", "reply_to": open, "kind": "small-action", "action_code": "closed.enabled", "author": "system"}));
    let hidden = stage.insert(json!({"text": "buy now"}));
    stage.control(json!({"op": "hide", "id": hidden}));
    // An answer whose parent is not at hand makes the topic be looked at, which shows what stands on no page.
    let mut request = stage.request();
    request.budget.max_events = 3;
    stage.insert(json!({"text": "and?", "reply_to": open}));
    let events = stage.drain(&mut request);
    let visibility = |id| item(&events, id).visibility;
    assert_eq!(visibility(open), Visibility::Public);
    assert_eq!(visibility(set_so), Visibility::Restricted);
    assert_eq!(visibility(staff), Visibility::Restricted);
    assert_eq!((visibility(hidden), item(&events, hidden).sensitive), (Visibility::Restricted, true));
    for audience in ["public", "community", "internal", "restricted"] {
        stage.set(json!({"audience": audience}));
        let found = item(&stage.drain(&mut stage.request()), open).visibility;
        assert_eq!(format!("{found:?}").to_lowercase(), format!("visibility::{audience}"));
    }
    // Whispers and small actions by the topic itself.
    let mut topic = stage.request();
    (topic.mode, topic.target) = (ReadMode::Backfill, Some("topic:119".to_owned()));
    stage.set(json!({"audience": "public"}));
    let events = stage.drain(&mut topic);
    assert_eq!(item(&events, whisper).visibility, Visibility::Restricted);
    let note = item(&events, note);
    assert!(note.automated && note.text.starts_with("closed.enabled"), "{note:?}");
    assert_eq!(
        (note.visibility, note.tags.as_slice()),
        (Visibility::Public, &["closed.enabled".to_owned()][..])
    );
    stage.control(json!({"op": "change-topic", "topic": 119, "listed": false}));
    topic.cursor = None;
    let events = stage.drain(&mut topic);
    assert_eq!(item(&events, open).visibility, Visibility::Unlisted);
    assert_eq!(item(&events, whisper).visibility, Visibility::Restricted);
}

#[test]
fn a_category_that_the_site_does_not_list_is_asked_for_and_closed_without_an_answer() {
    let stage = Stage::new("discourse", json!({"audience": "public"}));
    stage.control(json!({"op": "lazy-categories"}));
    let open = stage.insert(json!({"category": 4}));
    let staff = stage.insert(json!({"category": 6}));
    let events = stage.drain(&mut stage.request());
    assert_eq!(item(&events, open).visibility, Visibility::Public);
    assert_eq!(item(&events, staff).visibility, Visibility::Restricted);
    stage.control(json!({"op": "fault", "fault": "forbidden", "on": {"path": "/c/4/show.json"}}));
    let events = stage.drain(&mut stage.request());
    assert_eq!(item(&events, open).visibility, Visibility::Restricted, "what is not known is closed");
}

#[test]
fn private_messages_are_direct_and_off_by_default() {
    let mut stage = Stage::new("discourse", json!({"api_user": "acme", "audience": "public"}));
    let id = stage.insert(json!({"text": "my card is 4111", "author": "jofict", "to": ["acme"]}));
    stage.insert(json!({"text": "not for acme", "author": "jofict", "to": ["kimfict"]}));
    let mut request = stage.request();
    assert_eq!(stage.drain(&mut request), [], "not in the stream of posts");
    let mut messages = stage.request();
    messages.stream_name = "messages".to_owned();
    let off = stage.read(&messages).unwrap();
    assert!(off.events.is_empty() && off.not_before.is_some());
    stage.set(json!({"api_user": "acme", "audience": "public", "private_messages": true}));
    let events = stage.drain(&mut messages);
    assert_eq!(ids(&events), [id]);
    let message = item(&events, id);
    assert_eq!((message.visibility, message.kind), (Visibility::Direct, ItemKind::Message));
    assert!(events.iter().all(|event| match event {
        Event::Conversation(conversation) => conversation.visibility == Visibility::Direct,
        _ => true,
    }));
}

#[test]
fn only_the_categories_that_are_set_are_listened_to() {
    let mut stage = discourse();
    let it = stage.insert(json!({"category": 4}));
    let printers = stage.insert(json!({"category": 5}));
    stage.set(json!({"categories": [5]}));
    assert_eq!(ids(&stage.drain(&mut stage.request())), [printers]);
    stage.set(json!({}));
    let mut request = stage.request();
    request.target = Some("category:4".to_owned());
    assert_eq!(ids(&stage.drain(&mut request)), [it]);
    request.target = Some("channel:4".to_owned());
    assert!(matches!(stage.read(&request), Err(Fault::NotFound(_))));
}

#[test]
fn refusals_are_told_apart() {
    for (fault, want) in [
        (json!("revoked"), "Auth(AuthProblem { why: AuthWhy::Revoked"),
        (json!("expired"), "Auth(AuthProblem { why: AuthWhy::Revoked"),
        (json!("forbidden"), "Auth(AuthProblem { why: AuthWhy::Forbidden"),
        (json!("not-found"), "NotFound("),
        (json!("rate-limit"), "RateLimited("),
        (json!("server-error"), "Transient("),
        (json!("html-502"), "Transient("),
        (json!("html-200"), "Protocol("),
        (json!("truncated"), "Protocol("),
        (json!("empty-200"), "Protocol("),
        (json!("gzip-unsaid"), "Protocol("),
        (json!("cut"), "Transient("),
        (json!("reset"), "Transient("),
    ] {
        let stage = discourse();
        stage.control(json!([{"op": "seed", "items": 3}, {"op": "fault", "fault": fault, "on": {"path": "/posts.json"}}]));
        let answer = format!("{:?}", stage.read(&stage.request()).unwrap_err()).replace("Fault::", "");
        assert!(answer.starts_with(want), "{fault}: {answer}");
    }
    for fault in ["gzip", "drip"] {
        let stage = discourse();
        stage.control(
            json!([{"op": "seed", "items": 3}, {"op": "fault", "fault": fault, "on": "all", "chunk": 4096}]),
        );
        assert_eq!(ids(&stage.drain(&mut stage.request())).len(), 3, "{fault}");
    }
    let stage = Stage::new("discourse", json!({"anonymous": true}));
    stage.control(json!([{"op": "seed", "items": 3}, {"op": "login-required"}]));
    let fault = stage.read(&stage.request()).unwrap_err();
    assert!(matches!(&fault, Fault::Auth(problem) if problem.why == AuthWhy::Missing), "{fault:?}");
    stage.control(json!({"op": "login-required", "on": false}));
    assert_eq!(ids(&stage.drain(&mut stage.request())).len(), 3, "a guest reads what is open");
}

#[test]
fn what_breaks_readers_does_not_break_this_one() {
    let stage = discourse();
    stage.control(json!({"op": "torture"}));
    let mut request = stage.request();
    request.since = Some(-100 * 365 * DAY_MS);
    let events = stage.drain(&mut request);
    assert!(events.iter().all(|event| !matches!(event, Event::Poison(_))), "{events:#?}");
    let found = items(&events);
    assert_eq!(distinct(&ids(&events)), 500 + 2 + 16, "all of them");
    for item in &found {
        assert!(!item.text.contains(['\0', '\r', '\u{1b}']), "{:?}", item.text);
        assert!(!item.text.contains("alert(document.cookie)"), "{:?}", item.text);
        assert!(item.url.as_deref().is_some_and(|url| url.starts_with("http://127.0.0.1")));
    }
    let has = |text: &str| found.iter().any(|item| item.text.contains(text));
    assert!(has("high and \u{fffd} low") && has("👩‍👩‍👧‍👦") && has("café"));
    assert!(found.iter().any(|item| item.author.is_none() && item.text.contains("nobody")));
    assert!(found.iter().any(|item| item.published_at < 0 && item.text.contains("long ago")));
    assert!(found.iter().any(|item| item.id == format!("post:{}", (1_u64 << 53) + 1)));
}

#[test]
fn a_bad_entry_is_poison_and_the_others_come() {
    let stage = discourse();
    stage.control(json!({"op": "seed", "items": 3}));
    stage.drain(&mut stage.request());
    let mut raw = stage.kept.take().into_iter().find(|raw| raw.label.ends_with("/posts.json")).unwrap();
    let mut page: serde_json::Value = serde_json::from_slice(&raw.body).unwrap();
    page["latest_posts"][1]["topic_id"] = json!(null);
    page["latest_posts"].as_array_mut().unwrap().push(json!("nonsense"));
    raw.body = page.to_string().into_bytes();
    let events = Forum::normalise(&stage.settings, raw.clone()).unwrap();
    assert_eq!(ids(&events).len(), 2);
    let poisons: Vec<_> = events
        .iter()
        .filter_map(|event| if let Event::Poison(poison) = event { Some(poison) } else { None })
        .collect();
    assert_eq!(poisons.len(), 2);
    assert_eq!(
        (poisons[0].hint.as_str(), poisons[0].origin.pointer.as_str()),
        ("post:502", "/latest_posts/1")
    );
    assert_eq!(Forum::normalise(&stage.settings, raw).unwrap(), events, "the same gives the same");
}

#[test]
fn kept_pages_give_the_same_events_again() {
    let stage = discourse();
    stage.control(json!({"op": "seed", "items": 40}));
    let read = stage.drain(&mut stage.request());
    let pages = stage.kept.take().into_iter().filter(|raw| raw.label.ends_with("/posts.json"));
    let again: Vec<Event> = pages.flat_map(|raw| Forum::normalise(&stage.settings, raw).unwrap()).collect();
    let mut both =
        [read, again].map(|events: Vec<Event>| items(&events).into_iter().cloned().collect::<Vec<_>>());
    both.iter_mut().for_each(|items| items.sort_by(|one, other| one.id.cmp(&other.id)));
    assert_eq!(both[0], both[1]);
}

#[test]
fn a_cursor_of_another_kind_is_stale() {
    let stage = discourse();
    let mut request = stage.request();
    request.cursor = Some(b"{}".to_vec());
    assert!(matches!(stage.read(&request), Err(Fault::StaleCursor(_))));
    request.cursor = None;
    request.stream_name = "chat".to_owned();
    assert!(matches!(stage.read(&request), Err(Fault::Unsupported(_))));
}
