//! Reading the feed forward: what is new, what has changed, what comes and goes between two pages.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod played;

use std::cell::RefCell;
use std::rc::Rc;

use hark_plugin_facebook::Facebook;
use hark_sdk::Connector;
use hark_sdk::types::{
    Actor, Budget, Direction, Event, Fault, ItemKind, RelationKind, Removal, RemovalReason, Visibility,
};
use played::*;
use serde_json::{Value, json};

/// The samples of the documents.
const FEED: &str = include_str!("samples/feed.json");
const COMMENTS: &str = include_str!("samples/comments.json");

/// A page whose posts and comments the test changes while it is read.
type Shared = Rc<RefCell<Vec<Value>>>;

/// Seconds since 1970 of a comment's time.
fn secs_of(comment: &Value) -> i64 {
    hark_sdk::time::parse_rfc3339(comment["created_time"].as_str().unwrap()).unwrap() / 1_000
}

fn world(posts: Vec<Value>, comments: Vec<Value>) -> (Shared, Shared, Log) {
    let (posts, comments) = (Rc::new(RefCell::new(posts)), Rc::new(RefCell::new(comments)));
    let (shown, said) = (Rc::clone(&posts), Rc::clone(&comments));
    let log = play(move |asked| match asked.path.split_once('/') {
        Some((PAGE, "feed")) => page_of(&shown.borrow(), asked),
        Some((post, "comments")) => {
            let id = post.split('_').nth(1).unwrap();
            let from: i64 = asked.query.get("since").map_or(0, |since| since.parse().unwrap());
            let of_post: Vec<Value> = said
                .borrow()
                .iter()
                .filter(|it| it["id"].as_str().unwrap().starts_with(id) && secs_of(it) >= from)
                .cloned()
                .collect();
            page_of(&of_post, asked)
        }
        other => panic!("{other:?}"),
    });
    (posts, comments, log)
}

#[test]
fn the_documents_samples_become_a_conversation() {
    let log = play(|asked| match asked.path.ends_with("/feed") {
        true => Ok((200, Vec::new(), FEED.to_owned())),
        false => Ok((200, Vec::new(), COMMENTS.to_owned())),
    });
    let batch = read(None);
    let asked = log.take();
    assert_eq!(asked.len(), 2);
    assert_eq!(
        (asked[1].arg("filter"), asked[1].arg("order"), asked[1].arg("since")),
        ("stream", "chronological", "")
    );
    let actors: Vec<&Actor> = batch
        .events
        .iter()
        .filter_map(|event| if let Event::Actor(it) = event { Some(it) } else { None })
        .collect();
    let told: Vec<_> =
        actors.iter().map(|it| (it.id.as_str(), it.display_name.as_deref(), it.is_self)).collect();
    assert_eq!(told, [(PAGE, Some("Acme"), true), ("700000000000009", Some("Jo Fictional"), false)]);
    let [post, question, answer] = items(&batch.events)[..] else { panic!("{:#?}", batch.events) };
    assert_eq!(
        (post.kind, post.direction, post.text.as_str()),
        (ItemKind::Post, Direction::Outbound, "Widget 4.2 is out today.")
    );
    assert_eq!((post.published_at, post.revision.as_str()), (NOW - 12_203_000, "2026-07-24T21:23:23+0000"));
    let counters = post.counters.as_ref().unwrap();
    assert_eq!((counters.likes, counters.replies, counters.shares), (Some(31), Some(2), Some(4)));
    assert_eq!((question.kind, question.direction), (ItemKind::Comment, Direction::Inbound));
    assert_eq!((question.conversation.as_str(), question.author.as_deref()), (POST, Some("700000000000009")));
    assert_eq!(question.relations[0].target, POST);
    assert_eq!(question.attachments[0].url.as_deref(), Some("https://scontent.example/x.jpg"));
    assert_eq!((question.attachments[0].width, question.attachments[0].height), (Some(640), Some(480)));
    assert_eq!(
        (answer.direction, answer.relations[0].target.as_str()),
        (Direction::Outbound, question.id.as_str())
    );
    assert_eq!(answer.relations[0].kind, RelationKind::ReplyTo);
    assert_eq!(question.origin.pointer, "/data/0");
}

#[test]
fn only_what_is_new_comes_again_and_only_where_something_is() {
    let (posts, comments, log) =
        world(vec![post(2, 7200, 7300, 1), post(1, 3600, 3600, 0)], vec![comment(2, 21, 7300)]);
    let first = read(None);
    assert_eq!(ids(&first.events), ["104000000000001_2", "104000000000001_1", "2_21"]);
    assert_eq!(
        log.paths(),
        [format!("{PAGE}/feed"), format!("{PAGE}_2/comments")],
        "no request where nobody commented"
    );
    let second = read(first.cursor.clone());
    assert_eq!((second.events, log.paths()), (vec![], vec![format!("{PAGE}/feed")]));

    posts.borrow_mut()[0] = post(2, 7200, 9000, 2);
    comments.borrow_mut().push(comment(2, 22, 9000));
    let third = read(second.cursor.clone());
    assert_eq!(ids(&third.events), ["2_22"], "what was seen in the overlap does not come again");
    let asked = log.take();
    assert_eq!(
        asked[1].arg("since"),
        (NOW / 1000 - 77_003 + 7300 - 600).to_string(),
        "the newest comment less the overlap"
    );
    let engaged = third
        .events
        .iter()
        .any(|event| matches!(event, Event::Engagement(it) if it.counters.replies == Some(2)));
    assert!(engaged, "{:#?}", third.events);
    assert_eq!(read(second.cursor), third, "the same cursor gives the same again");
}

#[test]
fn an_edit_is_told_apart_from_new_figures() {
    let (posts, _, _) = world(vec![post(1, 3600, 3600, 0)], vec![]);
    let first = read(None);
    posts.borrow_mut()[0]["message"] = json!("post 1, corrected");
    posts.borrow_mut()[0]["updated_time"] = time(4000);
    let second = read(first.cursor);
    let [edited] = items(&second.events)[..] else { panic!("{:#?}", second.events) };
    assert_eq!(
        (edited.text.as_str(), edited.edited_at),
        ("post 1, corrected", Some(NOW - 77_003_000 + 4_000_000))
    );
    posts.borrow_mut()[0]["reactions"]["summary"]["total_count"] = json!(99);
    let third = read(second.cursor);
    let [Event::Engagement(figures)] = &third.events[..] else { panic!("{:#?}", third.events) };
    assert_eq!((figures.id.as_str(), figures.counters.likes), ("104000000000001_1", Some(99)));
}

#[test]
fn the_post_that_has_waited_longest_comes_first() {
    let posts = vec![post(3, 9000, 9900, 1), post(2, 7200, 9100, 1), post(1, 3600, 9500, 1)];
    let (_, _, log) = world(posts, vec![comment(1, 11, 9500), comment(2, 21, 9100), comment(3, 31, 9900)]);
    assert_eq!(ids(&read(None).events)[3..], ["2_21", "1_11", "3_31"]);
    assert_eq!(
        log.paths()[1..],
        ["104000000000001_2/comments", "104000000000001_1/comments", "104000000000001_3/comments"]
    );
}

#[test]
fn small_budgets_give_the_same_in_more_batches() {
    let posts: Vec<Value> =
        (1..=7_u64).rev().map(|n| post(n, i64::try_from(n).unwrap() * 1000, 40_000, 30)).collect();
    let comments: Vec<Value> = (1..=7_u64)
        .flat_map(|n| (0..30).map(move |k| comment(n, n * 100 + k, 10_000 + i64::try_from(k).unwrap())))
        .collect();
    let (_, _, log) = world(posts, comments);
    let (whole, cursor) = drain(feed(None)).unwrap();
    assert_eq!(items(&whole).len(), 7 + 210);
    log.take();
    for (max_events, max_requests) in [(12, 50), (50, 2), (2_000, 1), (4, 50)] {
        let budget = Budget { max_events, max_requests, max_cost_microusd: 0, deadline: NOW + 30_000 };
        let request = hark_sdk::types::ReadRequest { budget, ..feed(None) };
        let (events, end) = drain(request).unwrap();
        let (mut have, mut want) = (ids(&events), ids(&whole));
        have.sort_unstable();
        want.sort_unstable();
        assert_eq!(have, want, "{max_events} events, {max_requests} requests: nothing lost, nothing doubled");
        assert_eq!(read(end).events, [], "{max_events} events, {max_requests} requests");
    }
    assert_eq!(read(cursor).events, []);
}

#[test]
fn a_run_that_dies_between_two_batches_loses_nothing() {
    let comments: Vec<Value> =
        (0..90).map(|k| comment(1, 100 + k, 10_000 + i64::try_from(k).unwrap() * 60)).collect();
    let (_, _, _) = world(vec![post(1, 3600, 40_000, 90)], comments);
    let budget = Budget { max_events: 40, max_requests: 50, max_cost_microusd: 0, deadline: NOW + 30_000 };
    let mut request = hark_sdk::types::ReadRequest { budget, ..feed(None) };
    let mut heard = std::collections::BTreeSet::new();
    // Each batch is followed by a crash: the continuation is lost, the cursor is not.
    for _ in 0..30 {
        let batch = Facebook::read(&settings(), request.clone()).unwrap();
        heard.extend(ids(&batch.events).into_iter().map(str::to_owned));
        request.cursor = batch.cursor.or(request.cursor);
        if batch.continuation.is_none() {
            break;
        }
    }
    assert_eq!(heard.len(), 91);
}

#[test]
fn what_comes_and_goes_between_two_pages_costs_nothing() {
    let all: Shared = Rc::new(RefCell::new((1..=250_u64).rev().map(|n| post(n, 3600, 3600, 0)).collect()));
    let shown = Rc::clone(&all);
    let asked_for = Rc::new(RefCell::new(0));
    let count = Rc::clone(&asked_for);
    // Cursors name the post that was last, as the platform's do: they die with it.
    let _log = play(move |asked| {
        *count.borrow_mut() += 1;
        let mut posts = shown.borrow_mut();
        if *count.borrow() == 2 {
            posts.insert(0, post(251, 3700, 3700, 0));
            posts.retain(|post| post["id"] != "104000000000001_151");
        }
        let start = match asked.query.get("after") {
            None => 0,
            Some(after) => match posts.iter().position(|post| post["id"] == after.as_str()) {
                Some(at) => at + 1,
                None => return error(2642, None, "(#2642) Invalid cursors values"),
            },
        };
        let end = posts.len().min(start + asked.arg("limit").parse::<usize>().unwrap());
        let last = posts[end - 1]["id"].clone();
        let mut body =
            json!({"data": posts[start..end], "paging": {"cursors": {"before": "x", "after": last}}});
        if end < posts.len() {
            body["paging"]["next"] = json!("https://graph.facebook.com/v26.0/x?access_token=EAAB");
        }
        ok(body)
    });
    let (events, _) = drain(feed(None)).unwrap();
    let mut have = ids(&events);
    have.sort_unstable();
    have.dedup();
    assert_eq!(have.len(), 251, "250 and the new one; the deleted one was read before it went");
    assert_eq!(ids(&events).len(), 251, "the walk that began anew told nothing twice");
}

#[test]
fn a_token_that_never_holds_is_a_fault_and_no_endless_walk() {
    let log = play(|asked| match asked.query.contains_key("after") {
        true => error(100, None, "Invalid parameter"),
        false => ok(
            json!({"data": [], "paging": {"cursors": {"after": "x"}, "next": "https://graph.facebook.com/v26.0/x"}}),
        ),
    });
    let fault = Facebook::read(&settings(), feed(None)).unwrap_err();
    assert!(matches!(fault, Fault::Config(_)), "{fault:?}");
    assert_eq!(log.take().len(), 8, "the walk begins anew three times");
    let _log = play(|_| {
        ok(
            json!({"data": [], "paging": {"cursors": {"after": "x"}, "next": "https://graph.facebook.com/v26.0/x"}}),
        )
    });
    let fault = Facebook::read(&settings(), feed(None)).unwrap_err();
    assert!(matches!(fault, Fault::Protocol(_)), "{fault:?}");
}

#[test]
fn a_page_that_is_too_heavy_is_asked_for_in_halves() {
    let log = play(|asked| match asked.arg("limit").parse::<u32>().unwrap() {
        26.. => error(1, None, "Please reduce the amount of data you're asking for, then retry your request"),
        _ => ok(json!({"data": [post(1, 3600, 3600, 0)]})),
    });
    assert_eq!(ids(&read(None).events).len(), 1);
    let limits: Vec<String> = log.take().iter().map(|asked| asked.arg("limit").to_owned()).collect();
    assert_eq!(limits, ["100", "50", "25"]);
}

#[test]
fn a_post_that_went_away_while_it_was_read_is_passed_over() {
    let _log = play(|asked| match asked.path.as_str() {
        "104000000000001_2/comments" => {
            error(100, Some(33), "Unsupported get request. Object with ID '2' does not exist")
        }
        path if path.ends_with("/comments") => ok(json!({"data": [comment(1, 11, 3700)]})),
        _ => ok(json!({"data": [post(2, 7200, 7300, 1), post(1, 3600, 7400, 1)]})),
    });
    let batch = read(None);
    assert_eq!(ids(&batch.events), ["104000000000001_2", "104000000000001_1", "1_11"]);
    assert!(
        !batch.events.iter().any(|event| matches!(event, Event::Removal(_))),
        "only a recheck says that it is gone"
    );
}

#[test]
fn a_post_that_cannot_be_read_hides_no_other_and_is_told_once() {
    let (posts, _, _) =
        world(vec![json!({"id": "104000000000001_9", "message": 7}), post(1, 3600, 3600, 0)], vec![]);
    let first = read(None);
    let poison: Vec<_> = first
        .events
        .iter()
        .filter_map(|event| if let Event::Poison(it) = event { Some(it) } else { None })
        .collect();
    assert_eq!(
        (poison.len(), poison[0].hint.as_str(), poison[0].origin.pointer.as_str()),
        (1, "104000000000001_9", "/data/0")
    );
    assert_eq!(ids(&first.events).len(), 1);
    let second = read(first.cursor);
    assert_eq!(second.events, []);
    posts.borrow_mut()[0]["message"] = json!("mended");
    assert_eq!(items(&read(second.cursor).events)[0].text, "mended");
}

#[test]
fn a_hidden_comment_is_removed_and_a_private_one_is_direct() {
    let mut hidden = comment(1, 11, 3700);
    hidden["is_hidden"] = json!(true);
    let mut private = comment(1, 12, 3800);
    private["is_private"] = json!(true);
    let (_, _, _) = world(vec![post(1, 3600, 3800, 2)], vec![hidden, private]);
    let batch = read(None);
    let removal =
        batch.events.iter().find_map(|event| if let Event::Removal(it) = event { Some(it) } else { None });
    let want = ("1_11", RemovalReason::RemovedByModerator, Some(NOW));
    assert_eq!(removal.map(|Removal { id, reason, at, .. }| (id.as_str(), *reason, *at)), Some(want));
    let visibilities: Vec<Visibility> = items(&batch.events).iter().map(|item| item.visibility).collect();
    assert_eq!(visibilities, [Visibility::Public, Visibility::Public, Visibility::Direct]);
}

#[test]
fn after_a_stale_cursor_old_comments_stay_where_they_are() {
    let (_, _, log) = world(vec![post(1, 3600, 9000, 2)], vec![comment(1, 12, 9000)]);
    let since = Some(NOW - 77_003_000 + 8_000_000);
    let request = hark_sdk::types::ReadRequest { since, ..feed(None) };
    let (events, _) = drain(request).unwrap();
    assert_eq!(ids(&events), ["104000000000001_1", "1_12"]);
    assert_eq!(log.take()[1].arg("since"), (NOW / 1000 - 77_003 + 8_000 - 600).to_string());
    let stale = Facebook::read(&settings(), feed(Some(b"{\"v\":0,\"at\":{}}".to_vec()))).unwrap_err();
    assert!(matches!(stale, Fault::StaleCursor(_)), "{stale:?}");
}
