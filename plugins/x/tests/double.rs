//! The connector against the played X, over real HTTP.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use hark_doubles::platforms::x::{APP_TOKEN, USER_TOKEN};
use hark_doubles::{SPOILT_ALL, violations};
use hark_plugin_x::X;
use hark_sdk::Connector;
use hark_sdk::types::{
    Action, AuthWhy, Budget, Direction, Event, Fault, ItemKind, Outcome, ReadMode, ReadRequest, RelationKind,
    RemovalReason,
};
use serde_json::json;
use support::{NOW, SECRET, Stage, gaps, items, removals, request, texts};

const DAY_MS: i64 = 24 * 3_600_000;
/// Everything that reading may ask for.
const READING: [&str; 4] =
    ["GET /2/tweets/search/recent", "GET /2/users/1111111111/mentions", "GET /2/users/me", "GET /2/tweets"];

#[test]
fn a_run_reads_every_page_and_the_next_one_only_what_is_new() {
    let stage = Stage::searching();
    stage.double.control(json!({"op": "seed", "items": 250}));
    let (batches, cursor) = stage.run(request("search", None)).unwrap();
    assert_eq!(batches.len(), 1);
    let found = items(&batches[0].events);
    assert_eq!(found.len(), 250);
    assert!(found[..100].is_sorted_by_key(|item| item.published_at), "oldest first within a page");
    assert_eq!(batches[0].limit_left, Some(447));
    assert_eq!(batches[0].limit_resets, Some(NOW + 900_000));
    let (again, cursor) = stage.run(request("search", cursor)).unwrap();
    assert_eq!(again[0].events, []);
    stage.insert(json!({"text": "acme, at last"}));
    let (third, _) = stage.run(request("search", cursor)).unwrap();
    assert_eq!(texts(&third[0].events), ["acme, at last"]);
    assert_eq!(stage.asked().len(), 5);
    assert_eq!(violations(&stage.double.log(), &READING), [""; 0]);
}

#[test]
fn a_conversation_is_called_by_the_first_words_of_its_root() {
    let stage = Stage::searching();
    let long =
        "acme widget, which I bought in May and which has not worked for one day since then, is broken";
    let root = stage.insert(json!({"text": long}));
    let (_, cursor) = stage.run(request("search", None)).unwrap();
    let answer = stage.insert(json!({"text": "acme widget here, too", "reply_to": root}));
    stage.insert(json!({"text": "acme\n\nno more", "reply_to": answer}));
    stage.insert(json!({"text": "acme\n\nis short"}));
    let (batches, _) = stage.run(request("search", cursor)).unwrap();
    let titles = batches[0].events.iter().filter_map(|event| match event {
        Event::Conversation(conversation) => Some((conversation.id.as_str(), conversation.title.as_deref())),
        _ => None,
    });
    let titles: Vec<_> = titles.collect();
    let cut = "acme widget, which I bought in May and which has not worked for one day since\u{2026}";
    assert_eq!((titles[0], titles.len()), ((root.as_str(), Some(cut)), 2));
    assert_eq!(titles[1].1, Some("acme is short"));
}

#[test]
fn what_comes_and_goes_between_two_pages_costs_nothing_else() {
    let stage = Stage::searching();
    stage.double.control(json!({"op": "seed", "items": 300}));
    let (dry, _) = stage.run(request("search", None)).unwrap();
    let mut known: Vec<String> = items(&dry[0].events).iter().map(|item| item.id.clone()).collect();
    known.sort();
    // The hundredth from the end is where the first page stops.
    let under_cursor = known[200].clone();
    stage.double.control(json!({"op": "after", "path": "/2/tweets/search", "do": [
        {"op": "insert", "text": "acme, meanwhile"}, {"op": "delete", "id": under_cursor},
    ]}));
    let (first, cursor) = stage.run(request("search", None)).unwrap();
    assert_eq!(items(&first[0].events).len(), 300, "each post of before, and none twice");
    let (second, _) = stage.run(request("search", cursor)).unwrap();
    assert_eq!(texts(&second[0].events), ["acme, meanwhile"]);
}

#[test]
fn a_read_keeps_its_budget_and_every_page_has_a_cursor() {
    let stage = Stage::searching();
    stage.double.control(json!({"op": "seed", "items": 250}));
    for budget in [
        Budget { max_events: 330, ..request("search", None).budget },
        Budget { max_requests: 1, ..request("search", None).budget },
        Budget { max_cost_microusd: 600_000, ..request("search", None).budget },
    ] {
        let (batches, cursor) = stage.run(ReadRequest { budget, ..request("search", None) }).unwrap();
        assert!(batches.len() >= 2, "{budget:?}: {}", batches.len());
        let (last, before) = batches.split_last().unwrap();
        assert!(before.iter().all(|batch| batch.cursor.is_some() && batch.continuation.is_some()));
        assert!(last.cursor.is_some() && cursor == last.cursor);
        assert!(batches.iter().all(|batch| batch.events.len() <= budget.max_events as usize));
        let ids: BTreeSet<&str> =
            batches.iter().flat_map(|batch| items(&batch.events)).map(|item| item.id.as_str()).collect();
        assert_eq!(ids.len(), 250, "{budget:?}");
        let spent: Vec<u64> = batches.iter().map(|batch| batch.cost_microusd).collect();
        let most = if budget.max_cost_microusd == 0 { u64::MAX } else { budget.max_cost_microusd };
        assert!(spent.iter().all(|spent| (5_000..=most).contains(spent)), "{budget:?}: {spent:?}");
    }
}

#[test]
fn a_run_that_breaks_goes_on_where_it_was() {
    let stage = Stage::searching();
    stage.double.control(json!({"op": "seed", "items": 150}));
    for fault in [
        "cut",
        "reset",
        "html-502",
        "html-200",
        "truncated",
        "empty-200",
        "gzip-unsaid",
        "expired",
        "server-error",
    ] {
        stage.double.control(json!({"op": "fault", "fault": fault, "on": {"skip": 1, "times": 2}}));
        let first = stage.read(request("search", None)).unwrap();
        assert_eq!(items(&first.events).len(), 100, "{fault}: the first page is not lost");
        let next =
            ReadRequest { continuation: first.continuation, ..request("search", first.cursor.clone()) };
        let failed = stage.read(next.clone()).unwrap_err();
        let rest = stage.read(next).unwrap();
        assert_eq!(items(&rest.events).len(), 50, "{fault}: {failed:?}");
        let (after_crash, _) = stage.run(request("search", first.cursor)).unwrap();
        let both = [&after_crash[0].events, &rest.events].map(|events| texts(events));
        assert_eq!(both[0], both[1], "{fault}: the cursor alone knows as much");
        stage.double.control(json!({"op": "clear-faults"}));
    }
    for fault in ["gzip", "drip"] {
        stage.double.control(json!({"op": "fault", "fault": fault, "chunk": 1000, "on": "all"}));
        let (whole, _) = stage.run(request("search", None)).unwrap();
        assert_eq!(items(&whole[0].events).len(), 150, "{fault} harms nothing");
        stage.double.control(json!({"op": "clear-faults"}));
    }
}

#[test]
fn a_limit_is_kept_without_being_told_twice() {
    let stage = Stage::searching();
    stage
        .double
        .control(json!([{"op": "seed", "items": 300}, {"op": "limit", "bucket": "search/app", "limit": 2}]));
    let first = stage.read(request("search", None)).unwrap();
    assert_eq!((items(&first.events).len(), first.limit_left), (200, Some(0)));
    let mut next = request("search", None);
    next.continuation = first.continuation;
    let fault = stage.read(next.clone()).unwrap_err();
    let Fault::RateLimited(limit) = fault else { panic!("{fault:?}") };
    assert_eq!(limit.until, Some(NOW + 900_000));
    assert_eq!(stage.asked().len(), 2, "nothing is asked for while nothing is left");
    stage.double.control(json!({"op": "now", "ms": limit.until}));
    let rest = stage.read(next).unwrap();
    assert_eq!(items(&rest.events).len(), 100, "it looks for what is new, and goes on where it was");
    assert_eq!(violations(&stage.double.log(), &READING), [""; 0]);
}

#[test]
fn what_is_used_up_for_the_month_is_no_pause_of_minutes() {
    let stage = Stage::searching();
    for (fault, want) in [
        ("quota", "QuotaExhausted"),
        ("rate-limit", "RateLimited"),
        ("forbidden", "credentials.bearer-token"),
        ("scope", "AuthWhy::Scope"),
        ("revoked", "AuthWhy::Expired"),
    ] {
        stage.double.control(json!({"op": "fault", "fault": fault}));
        let shown = format!("{:?}", stage.read(request("search", None)).unwrap_err());
        assert!(shown.contains(want), "{fault}: {shown}");
    }
}

#[test]
fn mentions_are_those_of_the_account_of_the_token() {
    let stage = Stage::signed_in();
    stage.insert(json!({"text": "@acme help"}));
    stage.insert(json!({"text": "acme, not addressed"}));
    let (batches, cursor) = stage.run(request("mentions", None)).unwrap();
    assert_eq!(texts(&batches[0].events), ["@acme help"]);
    stage.insert(json!({"text": "@ACME still there?"}));
    let (batches, _) = stage.run(request("mentions", cursor)).unwrap();
    assert_eq!(texts(&batches[0].events), ["@ACME still there?"]);
    let mentions = "GET /2/users/1111111111/mentions";
    assert_eq!(stage.asked(), ["GET /2/users/me", mentions, mentions], "whose token it is is asked once");

    let app = Stage::with(APP_TOKEN, json!({}));
    let fault = app.read(request("mentions", None)).unwrap_err();
    assert!(matches!(&fault, Fault::Config(problem) if problem.detail.contains("user_id")), "{fault:?}");
    let app = Stage::with(APP_TOKEN, json!({"user_id": "1111111111"}));
    app.insert(json!({"text": "@acme hello"}));
    assert_eq!(texts(&app.read(request("mentions", None)).unwrap().events), ["@acme hello"]);
    let nobody = Stage::with(APP_TOKEN, json!({"user_id": "42"}));
    assert!(matches!(nobody.read(request("mentions", None)), Err(Fault::NotFound(_))));
}

#[test]
fn the_first_read_goes_back_as_far_as_is_set() {
    let stage = Stage::with(APP_TOKEN, json!({"query": "acme", "lookback_hours": 2}));
    stage.insert(json!({"text": "acme, yesterday"}));
    stage.double.control(json!({"op": "advance", "ms": 3 * 3_600_000}));
    stage.insert(json!({"text": "acme, today"}));
    assert_eq!(texts(&stage.read(request("search", None)).unwrap().events), ["acme, today"]);
    let mut since = request("search", None);
    since.since = Some(NOW - 1_000);
    assert_eq!(texts(&stage.read(since).unwrap().events), ["acme, yesterday", "acme, today"]);
}

#[test]
fn a_cursor_older_than_search_reaches_leaves_a_gap_on_record() {
    let stage = Stage::searching();
    stage.insert(json!({"text": "acme one"}));
    let (_, cursor) = stage.run(request("search", None)).unwrap();
    stage.double.control(json!({"op": "advance", "ms": 2 * DAY_MS}));
    stage.insert(json!({"text": "acme lost"}));
    stage.double.control(json!({"op": "advance", "ms": 8 * DAY_MS}));
    stage.insert(json!({"text": "acme two"}));
    let (batches, cursor) = stage.run(request("search", cursor)).unwrap();
    assert_eq!(texts(&batches[0].events), ["acme two"]);
    let [gap] = gaps(&batches[0].events)[..] else { panic!("{batches:#?}") };
    assert_eq!((gap.since, gap.until), (Some(NOW), Some(NOW + 3 * DAY_MS + 60_000)));
    let (batches, _) = stage.run(request("search", cursor)).unwrap();
    assert_eq!(batches[0].events, [], "the gap is told once");
}

#[test]
fn a_backfill_goes_down_and_has_a_cursor_of_its_own() {
    let stage = Stage::searching();
    stage.double.control(json!({"op": "seed", "items": 250}));
    let back = ReadRequest {
        mode: ReadMode::Backfill,
        since: Some(NOW - 30 * DAY_MS),
        until: Some(NOW - 20_000),
        budget: Budget { max_requests: 1, ..request("search", None).budget },
        ..request("search", None)
    };
    let (batches, cursor) = stage.run(back.clone()).unwrap();
    let ids: Vec<&str> =
        batches.iter().flat_map(|batch| items(&batch.events)).map(|item| item.id.as_str()).collect();
    assert_eq!((batches.len(), ids.len()), (3, 230), "what is younger than asked for is left out");
    assert!(batches.iter().all(|batch| batch.cursor.is_some()), "every page is a place to go on below");
    let gaps: Vec<_> = batches.iter().flat_map(|batch| gaps(&batch.events)).collect();
    assert_eq!((gaps.len(), gaps[0].since), (1, Some(NOW - 30 * DAY_MS)));
    let after_crash = ReadRequest { cursor: batches[0].cursor.clone(), ..back.clone() };
    let (rest, _) = stage.run(after_crash).unwrap();
    assert_eq!(rest.iter().map(|batch| items(&batch.events).len()).sum::<usize>(), 130);
    let (done, _) = stage.run(ReadRequest { cursor, ..back }).unwrap();
    assert_eq!(done[0].events, []);
}

#[test]
fn a_budget_smaller_than_the_smallest_page_cuts_the_page_and_loses_nothing() {
    let stage = Stage::signed_in();
    stage.double.control(json!({"op": "seed", "items": 25}));
    for (mode, max_events) in [
        (ReadMode::Incremental, 7),
        (ReadMode::Incremental, 1),
        (ReadMode::Backfill, 7),
        (ReadMode::Backfill, 40),
    ] {
        let budget = Budget { max_events, ..request("search", None).budget };
        // A post that comes between two calls moves the page of a search without a token.
        stage.double.control(json!({"op": "after", "path": "/2/tweets/search", "do": {"op": "insert", "text": "acme, meanwhile"}}));
        let known: BTreeSet<String> = {
            let (whole, _) = stage.run(request("search", None)).unwrap();
            items(&whole[0].events).iter().map(|item| item.id.clone()).collect()
        };
        let (batches, _) = stage.run(ReadRequest { mode, budget, ..request("search", None) }).unwrap();
        let mut came: Vec<String> = Vec::new();
        for batch in &batches {
            let one = items(&batch.events).len() == 1 && batch.events.len() <= 3;
            assert!(batch.events.len() <= max_events as usize || one, "{max_events}: {}", batch.events.len());
            came.extend(items(&batch.events).iter().map(|item| item.id.clone()));
        }
        let unique: BTreeSet<String> = came.iter().cloned().collect();
        assert!(known.is_subset(&unique), "{mode:?} {max_events}: {:?}", known.difference(&unique));
        assert_eq!(came.len(), unique.len(), "none twice");
    }
}

#[test]
fn a_recheck_keeps_its_budget() {
    let stage = Stage::signed_in();
    let ids: Vec<String> = (0..5)
        .map(|n| stage.insert(json!({"text": format!("acme {n}"), "author": format!("author{n}")})))
        .collect();
    for id in &ids[..2] {
        stage.double.control(json!({"op": "edit", "id": id, "text": "acme, edited"}));
    }
    for (max_events, max_requests) in [(1, 50), (7, 50), (2_000, 1)] {
        let budget = Budget { max_events, max_requests, ..request("search", None).budget };
        stage.double.control(json!({"op": "clear-log"}));
        let recheck =
            ReadRequest { mode: ReadMode::Recheck, ids: ids.clone(), budget, ..request("search", None) };
        let (batches, _) = stage.run(recheck).unwrap();
        assert!(stage.asked().len() <= batches.len() * max_requests as usize, "{:?}", stage.asked());
        for batch in &batches {
            let one = items(&batch.events).len() <= 1 && batch.events.len() <= 3;
            assert!(batch.events.len() <= max_events as usize || one, "{max_events}: {}", batch.events.len());
        }
        let all: Vec<Event> = batches.into_iter().flat_map(|batch| batch.events).collect();
        assert_eq!(texts(&all), ["acme, edited", "acme, edited"], "{max_events} {max_requests}");
        assert_eq!(all.iter().filter(|event| matches!(event, Event::Engagement(_))).count(), 3);
    }
}

#[test]
fn a_recheck_tells_figures_edits_and_what_is_gone() {
    let stage = Stage::searching();
    let ids: Vec<String> = (0..150).map(|n| stage.insert(json!({"text": format!("acme {n}")}))).collect();
    stage.insert(json!({"text": "acme quiet", "author": "quiet"}));
    stage.double.control(json!([
        {"op": "react", "id": ids[0], "likes": 500},
        {"op": "edit", "id": ids[1], "text": "acme, corrected"},
        {"op": "delete", "id": ids[140]},
    ]));
    let hidden = stage.insert(json!({"text": "acme hidden", "author": "shy", "reply_to": ids[140]}));
    stage.double.control(json!({"op": "protect-author", "author": "shy"}));
    let mut asked = ids.clone();
    asked.extend([hidden.clone(), "not an id".to_owned()]);
    let recheck = ReadRequest { mode: ReadMode::Recheck, ids: asked, ..request("search", None) };
    let (batches, _) = stage.run(recheck).unwrap();
    let events: Vec<Event> = batches.into_iter().flat_map(|batch| batch.events).collect();
    let likes: BTreeMap<&str, Option<u64>> = events
        .iter()
        .filter_map(|event| match event {
            Event::Engagement(engagement) => Some((engagement.id.as_str(), engagement.counters.likes)),
            _ => None,
        })
        .collect();
    assert_eq!((likes.len(), likes[ids[0].as_str()]), (148, Some(500)));
    let [edited] = items(&events)[..] else { panic!("one was edited") };
    assert_eq!(
        (&edited.id, edited.revision.as_str(), edited.text.as_str()),
        (&ids[1], "1", "acme, corrected")
    );
    let gone: Vec<_> = removals(&events).into_iter().map(|gone| (&gone.id, gone.reason)).collect();
    assert_eq!(gone, [(&ids[140], RemovalReason::Unknown), (&hidden, RemovalReason::NoLongerVisible)]);
    assert_eq!(stage.asked().len(), 3, "two look-ups, and one of the newer version");
}

#[test]
fn a_recheck_that_fails_removes_nothing() {
    let stage = Stage::searching();
    let id = stage.insert(json!({"text": "acme"}));
    for fault in ["server-error", "expired", "empty-200", "html-200", "reset", "not-found"] {
        stage.double.control(json!({"op": "fault", "fault": fault}));
        let recheck =
            ReadRequest { mode: ReadMode::Recheck, ids: vec![id.clone()], ..request("search", None) };
        assert!(stage.read(recheck).is_err(), "{fault}");
    }
}

#[test]
fn an_edit_and_a_new_name_come_as_what_they_are() {
    let stage = Stage::searching();
    let id = stage.insert(json!({"text": "acme one"}));
    let (_, cursor) = stage.run(request("search", None)).unwrap();
    stage.double.control(json!([
        {"op": "edit", "id": id, "text": "acme two"},
        {"op": "rename-author", "author": "jofict", "username": "jo2", "name": "Jo Two"},
    ]));
    let (batches, _) = stage.run(request("search", cursor)).unwrap();
    let [edited] = items(&batches[0].events)[..] else { panic!("{batches:#?}") };
    assert_eq!((&edited.id, edited.text.as_str(), edited.revision.as_str()), (&id, "acme two", "1"));
    let Event::Actor(actor) = &batches[0].events[0] else { panic!("{batches:#?}") };
    assert_eq!((actor.handle.as_deref(), actor.display_name.as_deref()), (Some("jo2"), Some("Jo Two")));
}

#[test]
fn what_breaks_readers_does_not_break_this_one() {
    let stage = Stage::searching();
    stage.double.control(json!({"op": "torture"}));
    for new_names in [false, true] {
        stage.double.control(json!({"op": "new-names", "on": new_names}));
        let (batches, _) = stage.run(request("search", None)).unwrap();
        let events: Vec<Event> = batches.into_iter().flat_map(|batch| batch.events).collect();
        let all = items(&events);
        // Five hundred levels, two in a cycle, and one of each other; what is blank is not found.
        assert_eq!(all.len(), 500 + 2 + hark_doubles::torture::NAMES.len() - 4);
        assert!(!events.iter().any(|event| matches!(event, Event::Poison(_))));
        assert!(all.iter().any(|item| item.text.contains("👩‍👩‍👧‍👦")));
        assert!(all.iter().any(|item| item.text.contains("\u{fffd} high and \u{fffd} low")));
        assert!(all.iter().all(|item| !item.text.contains('\0')));
        assert_eq!(all.iter().filter(|item| item.author.is_none()).count(), 1);
        assert_eq!(all.iter().filter(|item| item.published_at < 0).count(), 1);
        let deep: Vec<_> = all.iter().filter(|item| item.text.contains(" deep")).collect();
        assert!(deep.iter().all(|item| item.kind == ItemKind::Comment && item.relations[0].kind == RelationKind::ReplyTo));
    }
    let id = stage.double.control(json!({"op": "torture", "case": "ten-megabytes"}))[0]["id"].clone();
    assert!(id.is_string());
    let mut since = request("search", None);
    since.since = Some(NOW - 1_000);
    let (batches, _) = stage.run(since).unwrap();
    let longest = batches.iter().flat_map(|batch| items(&batch.events)).map(|item| item.text.len()).max();
    assert_eq!(longest, Some(hark_doubles::torture::LONG_BYTES));
}

#[test]
fn kept_payloads_give_the_same_events_again() {
    let stage = Stage::signed_in();
    stage.double.control(json!([{"op": "seed", "items": 130}, {"op": "torture"}]));
    for stream in ["search", "mentions"] {
        let (batches, _) = stage.run(request(stream, None)).unwrap();
        let read: Vec<Event> = batches.into_iter().flat_map(|batch| batch.events).collect();
        let kept = stage.kept.take();
        let again = kept.into_iter().flat_map(|raw| X::normalise(&stage.settings, raw).unwrap());
        assert_eq!(again.collect::<Vec<_>>(), read, "{stream}");
    }
}

fn reply(on: &str, text: &str) -> Action {
    Action {
        name: "reply".into(),
        on: Some(on.into()),
        arguments: json!({ "text": text }).to_string(),
        idempotency_key: "k1".into(),
    }
}

#[test]
fn a_reply_enters_the_thread_at_once() {
    let stage = Stage::signed_in();
    let root = stage.insert(json!({"text": "acme is broken"}));
    let on = stage.insert(json!({"text": "@acme help", "reply_to": root}));
    let outcome = X::act(&stage.settings, reply(&on, "we are on it")).unwrap();
    let Outcome::Done(events) = &outcome else { panic!("{outcome:?}") };
    let [item] = items(events)[..] else { panic!("{events:#?}") };
    assert_eq!(
        (item.text.as_str(), item.direction, &item.conversation),
        ("we are on it", Direction::Outbound, &root)
    );
    assert_eq!((item.relations[0].kind, &item.relations[0].target), (RelationKind::ReplyTo, &on));
    assert!(events.iter().any(|event| matches!(event, Event::Actor(actor) if actor.is_self)));
}

#[test]
fn a_reply_is_never_written_twice() {
    let stage = Stage::signed_in();
    let on = stage.insert(json!({"text": "@acme help"}));
    for fault in ["lost-answer", "cut"] {
        let text = format!("sorry, {fault}");
        stage.double.control(
            json!({"op": "fault", "fault": fault, "on": {"path": "/2/tweets", "method": "POST", "times": 1}}),
        );
        let first = X::act(&stage.settings, reply(&on, &text)).unwrap();
        assert!(matches!(first, Outcome::Uncertain(_)), "{fault}: {first:?}");
        let second = X::act(&stage.settings, reply(&on, &text)).unwrap();
        let Outcome::AlreadyDone(events) = &second else { panic!("{fault}: {second:?}") };
        assert_eq!((texts(events), items(events)[0].direction), (vec![text.as_str()], Direction::Outbound));
    }
    let other = stage.insert(json!({"text": "@acme help me, too"}));
    let refused = X::act(&stage.settings, reply(&other, "sorry, cut")).unwrap_err();
    assert!(matches!(&refused, Fault::Refused(why) if why.contains("other words")), "{refused:?}");
    let (all, _) = stage.run(ReadRequest { since: Some(NOW - 1_000), ..request("search", None) }).unwrap();
    assert!(!all.is_empty());
}

#[test]
fn a_reply_that_x_refuses_says_why() {
    let stage = Stage::signed_in();
    let unsummoned = stage.insert(json!({"text": "acme, among ourselves"}));
    let on = stage.insert(json!({"text": "@acme help"}));
    let act = |action: Action| format!("{:?}", X::act(&stage.settings, action).unwrap_err());
    stage.double.control(json!({"op": "needs-summon"}));
    assert!(act(reply(&unsummoned, "hello")).contains("have not been mentioned"));
    assert!(act(reply("1990000000000000099", "hello")).contains("deleted or not visible"));
    assert!(act(reply(&on, &"long ".repeat(100))).contains("too long"));
    assert!(act(reply("abc", "hello")).contains("needs the id"));
    assert!(act(reply(&on, " ")).contains("needs words"));
    assert!(act(Action { name: "like".into(), ..reply(&on, "x") }).contains("Unsupported"));
    for (fault, want) in [
        ("rate-limit", "RateLimited"),
        ("quota", "QuotaExhausted"),
        ("expired", "AuthWhy::Expired"),
        ("scope", "tweet.write"),
    ] {
        stage.double.control(json!({"op": "fault", "fault": fault, "on": {"method": "POST", "times": 1}}));
        let shown = act(reply(&on, "hello"));
        assert!(shown.contains(want), "{fault}: {shown}");
    }
    stage
        .double
        .control(json!({"op": "fault", "fault": "server-error", "on": {"method": "POST", "times": 1}}));
    assert!(matches!(X::act(&stage.settings, reply(&on, "hello")), Ok(Outcome::Uncertain(_))));
    stage
        .double
        .control(json!({"op": "fault", "fault": "server-error", "on": {"method": "GET", "times": 1}}));
    let done = X::act(&stage.settings, reply(&on, "hello")).unwrap();
    let Outcome::Done(events) = &done else { panic!("{done:?}") };
    assert_eq!(
        (texts(events), items(events)[0].direction),
        (vec!["hello"], Direction::Outbound),
        "without the look-up"
    );
}

#[test]
fn webhooks_of_the_played_x_are_heard_and_wrong_ones_are_not() {
    let stage = Stage::signed_in();
    stage.double.control(json!({"op": "hook", "secret": SECRET}));
    let shaken = stage.double.control(json!({"op": "handshake"}));
    assert_eq!(shaken["sent"]["query"], "crc_token=test-crc-token");
    for older in [false, true] {
        stage.double.control(json!({"op": "account-activity", "on": older}));
        let id = stage.insert(json!({"text": "@acme help"}));
        let edited = stage.double.control(json!({"op": "edit", "id": id, "text": "@acme help!"}));
        stage.double.control(json!({"op": "delete", "id": id}));
        // The deletion comes first, and everything twice.
        let sent = stage.double.deliver(json!({"order": "reversed", "times": 2}));
        let heard: Vec<_> =
            sent.iter().map(|sent| X::receive(&stage.settings, sent.delivery()).unwrap()).collect();
        assert!(heard.iter().all(|answer| answer.status == 200 && answer.dedupe_key.is_some()));
        assert_eq!((heard.len(), &heard[0].dedupe_key), (6, &heard[1].dedupe_key), "doubles have one key");
        assert_eq!(removals(&heard[0].events)[0].id, id);
        let [new] = items(&heard[2].events)[..] else { panic!("{:#?}", heard[2]) };
        assert_eq!(new.text, "@acme help!");
        let want = if older { edited["id"].as_str().unwrap() } else { &id };
        assert_eq!(new.id, want, "version 1.1 does not tell of a history");
        assert_eq!(items(&heard[4].events)[0].id, id);
        for how in SPOILT_ALL {
            stage.insert(json!({"text": "@acme again"}));
            let spoilt = &stage.double.deliver(json!({"spoilt": format!("{how:?}").to_lowercase()}))[0];
            let answer = X::receive(&stage.settings, spoilt.delivery()).unwrap();
            assert_eq!((answer.status, answer.events.len()), (401, 0), "{how:?}");
        }
    }
}

#[test]
fn check_and_discover_say_whose_token_it_is() {
    let stage = Stage::signed_in();
    let report = X::check(&stage.settings).unwrap();
    assert_eq!(report.account.as_deref(), Some("@acme (1111111111)"));
    assert_eq!(
        (report.scopes, report.quota_left),
        (vec!["read mentions".to_owned(), "search".to_owned()], Some(299))
    );
    assert_eq!(stage.asked(), ["GET /2/users/me", "GET /2/tweets/search/recent"]);
    let targets = X::discover(&stage.settings).unwrap();
    let shown: Vec<_> = targets
        .iter()
        .map(|target| (target.stream_name.as_str(), target.title.as_str(), target.ours))
        .collect();
    assert_eq!(shown, [("mentions", "mentions of @acme", true), ("search", "search for acme", false)]);

    let app = Stage::searching();
    let report = X::check(&app.settings).unwrap();
    assert!(report.account.is_none() && report.warnings[0].contains("user_id"));
    for (settings, field) in
        [(json!({"query": "acme OR"}), "query"), (json!({"query": "acme", "user_id": "42"}), "user_id")]
    {
        let wrong = Stage::with(USER_TOKEN, settings);
        let fault = X::check(&wrong.settings).unwrap_err();
        assert!(matches!(&fault, Fault::Config(problem) if problem.field == field), "{fault:?}");
    }
    let stranger = Stage::with("who", json!({"query": "acme"}));
    let fault = X::check(&stranger.settings).unwrap_err();
    assert!(matches!(&fault, Fault::Auth(problem) if problem.why == AuthWhy::Expired), "{fault:?}");
}
