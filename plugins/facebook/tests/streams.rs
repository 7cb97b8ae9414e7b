//! The past, mentions, what became of items, and kept payloads read again.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod played;

use hark_plugin_facebook::Facebook;
use hark_sdk::Connector;
use hark_sdk::types::{Budget, Event, Fault, Raw, ReadMode, ReadRequest, RemovalReason};
use played::*;
use serde_json::{Value, json};

fn small(request: ReadRequest, max_events: u32) -> ReadRequest {
    ReadRequest { budget: Budget { max_events, ..request.budget }, ..request }
}

/// Posts 1 to 40, one a minute, each with three comments.
fn archive() -> Log {
    play_archive(|_| None)
}

/// The same, `trouble` in the place of an answer.
fn play_archive(mut trouble: impl FnMut(&Asked) -> Option<Answer> + 'static) -> Log {
    let posts: Vec<Value> =
        (1..=40_u64).rev().map(|n| post(n, i64::try_from(n).unwrap() * 60, 77_000, 3)).collect();
    let answer = move |asked: &Asked| match asked.path.split_once('/') {
        Some((PAGE, "feed")) => {
            let midnight = NOW / 1000 - 77_003;
            let bound = |name: &str, default: i64| {
                asked.query.get(name).map_or(default, |text| text.parse::<i64>().unwrap() - midnight)
            };
            let (since, until) = (bound("since", 0), bound("until", 100_000));
            let within = |post: &&Value| {
                let id: i64 = post["id"].as_str().unwrap().rsplit('_').next().unwrap().parse().unwrap();
                (since..=until).contains(&(id * 60))
            };
            page_of(&posts.iter().filter(within).cloned().collect::<Vec<_>>(), asked)
        }
        Some((post, "comments")) => {
            let id: u64 = post.rsplit('_').next().unwrap().parse().unwrap();
            page_of(&[comment(id, 1, 50_000), comment(id, 2, 50_001), comment(id, 3, 50_002)], asked)
        }
        other => panic!("{other:?}"),
    };
    play(move |asked| trouble(asked).unwrap_or_else(|| answer(asked)))
}

#[test]
fn the_past_is_read_downwards_with_a_cursor_of_its_own() {
    let _log = archive();
    let midnight = NOW - 77_003_000;
    let request = ReadRequest {
        since: Some(midnight + 5 * 60_000),
        until: Some(midnight + 30 * 60_000),
        ..request("feed", ReadMode::Backfill)
    };
    let (whole, cursor) = drain(request.clone()).unwrap();
    assert_eq!(items(&whole).len(), 26 * 4);
    assert_eq!(ids(&whole)[0], "104000000000001_30", "the newest first");
    let again = Facebook::read(&settings(), ReadRequest { cursor, ..request.clone() }).unwrap();
    assert_eq!((again.events, again.cursor, again.continuation), (vec![], None, None), "it is done");
    for max_events in [10, 37] {
        let (cut, _) = drain(small(request.clone(), max_events)).unwrap();
        assert_eq!(ids(&cut), ids(&whole), "{max_events} events a batch");
    }
    // A crash after each batch that has a cursor: nothing is told again, and nothing is lost.
    let mut cut = small(request, 60);
    let mut heard = std::collections::BTreeSet::new();
    for _ in 0..100 {
        let batch = Facebook::read(&settings(), cut.clone()).unwrap();
        for id in ids(&batch.events) {
            assert!(heard.insert(id.to_owned()), "{id} comes twice");
        }
        // Within a thread there is no cursor.
        let stuck = batch.cursor.is_none() && batch.continuation.is_some();
        cut.cursor = batch.cursor.or(cut.cursor);
        cut.continuation = if stuck { batch.continuation } else { None };
        if batch.events.is_empty() {
            break;
        }
    }
    assert_eq!(heard.len(), 26 * 4);
}

#[test]
fn what_stops_a_call_half_way_leaves_a_place_to_go_on_from() {
    let passing = || error(2, None, "Service temporarily unavailable");
    let used = |percent: u32| {
        let usage = json!({"call_count": percent, "total_time": 1, "total_cputime": 1}).to_string();
        let list = json!({ "data": [] }).to_string();
        Ok((200, vec![("x-app-usage", usage)], list))
    };
    let first_of_thread = |asked: &Asked| asked.path.ends_with("_30/comments");
    for (what, trouble) in [
        ("every fifth request fails", {
            let mut asked_so_far = 0;
            Box::new(move |_: &Asked| {
                asked_so_far += 1;
                (asked_so_far % 5 == 0).then(passing)
            }) as Box<dyn FnMut(&Asked) -> Option<Answer>>
        }),
        ("the allowance is nearly used up", {
            let mut struck = false;
            Box::new(move |asked: &Asked| {
                let strikes = !struck && first_of_thread(asked);
                struck |= strikes;
                strikes.then(|| used(85))
            })
        }),
    ] {
        let _log = play_archive(trouble);
        let request = ReadRequest {
            since: Some(NOW - 77_003_000),
            until: Some(NOW),
            ..request("feed", ReadMode::Backfill)
        };
        let (mut events, mut place, mut calls) = (Vec::new(), request, 0);
        loop {
            calls += 1;
            assert!(calls < 200, "{what}: it gets no further");
            // A call that brings nothing is made again, as the host does.
            let Ok(batch) = Facebook::read(&settings(), place.clone()) else { continue };
            events.extend(batch.events);
            place.cursor = batch.cursor.or(place.cursor);
            place.continuation = batch.continuation;
            if place.continuation.is_none() {
                break;
            }
        }
        let told: std::collections::BTreeSet<_> = ids(&events).into_iter().collect();
        let missing = if what.starts_with("every") { 0 } else { 3 };
        assert_eq!((told.len(), ids(&events).len()), (160 - missing, 160 - missing), "{what}: each once");
    }
}

fn mentions(cursor: Option<Vec<u8>>) -> ReadRequest {
    ReadRequest { cursor, ..request("mentions", ReadMode::Incremental) }
}

#[test]
fn mentions_are_read_down_to_what_is_known() {
    let all = std::rc::Rc::new(std::cell::RefCell::new(
        (1..=130_u64).rev().map(|n| post(n, i64::try_from(n).unwrap() * 60, 77_000, 0)).collect::<Vec<_>>(),
    ));
    let shown = std::rc::Rc::clone(&all);
    let log = play(move |asked| {
        assert_eq!(asked.path, format!("{PAGE}/tagged"));
        page_of(&shown.borrow(), asked)
    });
    let (events, cursor) = drain(mentions(None)).unwrap();
    assert_eq!(items(&events).len(), 130);
    assert!(
        items(&events)
            .iter()
            .all(|item| item.relations.iter().any(|it| it.target == PAGE && it.target_is_actor))
    );
    log.take();
    all.borrow_mut().insert(0, post(131, 8_000, 77_000, 0));
    let next = Facebook::read(&settings(), mentions(cursor.clone())).unwrap();
    assert_eq!((ids(&next.events), log.take().len()), (vec!["104000000000001_131"], 1), "one page is enough");
    // The newest come first, so a cut walk gives no cursor until it has come down.
    let cut = Facebook::read(&settings(), small(mentions(None), 40)).unwrap();
    assert!(cut.cursor.is_none() && cut.continuation.is_some());
    let (events, _) = drain(small(mentions(None), 40)).unwrap();
    assert_eq!(items(&events).len(), 131);
}

/// Answers a batch, each look-up by `answer`: its code and body, or nothing.
fn play_batch(answer: impl Fn(&str, usize) -> Option<(u16, Value)> + 'static) -> Log {
    let tries = std::cell::RefCell::new(std::collections::BTreeMap::<String, usize>::new());
    play(move |asked| {
        assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", ""));
        let calls: Vec<Value> = serde_json::from_str(&asked.form["batch"]).unwrap();
        assert!(calls.len() <= 50, "{} look-ups", calls.len());
        let answers: Vec<Value> = calls
            .iter()
            .map(|call| {
                let address = call["relative_url"].as_str().unwrap();
                let id = address.split('?').next().unwrap();
                let mut tries = tries.borrow_mut();
                let tried = tries.entry(id.to_owned()).or_default();
                *tried += 1;
                match answer(address, *tried) {
                    Some((code, body)) => json!({"code": code, "body": body.to_string()}),
                    None => Value::Null,
                }
            })
            .collect();
        ok(json!(answers))
    })
}

fn graph_error(code: i64, subcode: Option<i64>) -> Value {
    json!({"error": {"message": "no", "type": "GraphMethodException", "code": code, "error_subcode": subcode, "fbtrace_id": "A"}})
}

fn recheck(ids: &[&str]) -> ReadRequest {
    ReadRequest { ids: ids.iter().map(|id| (*id).to_owned()).collect(), ..request("feed", ReadMode::Recheck) }
}

#[test]
fn each_id_is_answered_by_what_became_of_it() {
    let log = play_batch(|address, tried| {
        Some(match address.split('?').next().unwrap() {
            "104000000000001_1" => (200, post(1, 3600, 9000, 5)),
            "1_11" => {
                assert!(address.contains("is_hidden") && !address.contains("updated_time"), "{address}");
                (200, comment(1, 11, 3700))
            }
            "1_12" => (400, graph_error(100, Some(33))),
            "1_13" if tried == 1 => return None,
            "1_13" => (200, comment(1, 13, 3800)),
            "1_14" => (500, graph_error(2, None)),
            other => panic!("{other}"),
        })
    });
    let batch =
        Facebook::read(&settings(), recheck(&["104000000000001_1", "1_11", "1_12", "1_13", "1_14", "../me"]))
            .unwrap();
    assert_eq!(ids(&batch.events), ["104000000000001_1", "1_11", "1_13"]);
    let gone: Vec<_> = batch
        .events
        .iter()
        .filter_map(
            |event| if let Event::Removal(it) = event { Some((it.id.as_str(), it.reason)) } else { None },
        )
        .collect();
    assert_eq!(gone, [("1_12", RemovalReason::NoLongerVisible)], "a fault that may pass removes nothing");
    assert_eq!(items(&batch.events)[1].conversation, "104000000000001_1");
    assert_eq!(log.take().len(), 2, "what got no answer is asked for once more");
    assert_eq!((batch.cursor, batch.continuation), (None, None));
}

#[test]
fn fifty_at_a_time_and_the_rest_in_the_next_batch() {
    let log = play_batch(|address, _| {
        Some((200, comment(1, address.split(['_', '?']).nth(1).unwrap().parse().unwrap(), 3700)))
    });
    let all: Vec<String> = (100..220).map(|n| format!("1_{n}")).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let (events, _) = drain(recheck(&all)).unwrap();
    assert_eq!((items(&events).len(), log.take().len()), (120, 3));
    let (events, _) = drain(small(recheck(&all), 40)).unwrap();
    assert_eq!(ids(&events), all);
}

#[test]
fn a_lost_token_is_no_removal() {
    for (code, subcode) in [(190, Some(463)), (10, None), (80_001, None)] {
        let _log = play_batch(move |_, _| Some((400, graph_error(code, subcode))));
        let fault = Facebook::read(&settings(), recheck(&["1_11"])).unwrap_err();
        assert!(matches!(fault, Fault::Auth(_) | Fault::RateLimited(_)), "{code}: {fault:?}");
    }
    let _log = play_batch(|_, _| None);
    assert!(matches!(Facebook::read(&settings(), recheck(&["1_11"])), Err(Fault::Transient(_))));
}

#[test]
fn kept_payloads_give_the_same_events() {
    let raw = |label: &str, body: &str| Raw {
        label: label.to_owned(),
        media_type: "application/json".to_owned(),
        body: body.as_bytes().to_vec(),
        payload: 1,
        received_at: NOW,
    };
    let again = |label: &str, body: &str| Facebook::normalise(&settings(), raw(label, body)).unwrap();
    let feed_address = format!("GET https://graph.facebook.com/v26.0/{PAGE}/feed");
    let comments_address = format!("GET https://graph.facebook.com/v26.0/{POST}/comments");
    let (posts, comments) = (include_str!("samples/feed.json"), include_str!("samples/comments.json"));
    let _log = play(move |asked| {
        Ok((200, Vec::new(), if asked.path.ends_with("feed") { posts } else { comments }.to_owned()))
    });
    let read = read(None).events;
    let mut normalised = again(&feed_address, posts);
    let own = normalised[0].clone();
    // The author of the post is known already in the second payload of one read.
    normalised.extend(again(&comments_address, comments).into_iter().filter(|event| *event != own));
    assert_eq!(normalised, read);
    assert_eq!(again(&comments_address, comments), again(&comments_address, comments));

    let batch = json!([{"code": 200, "body": post(1, 3600, 9000, 5).to_string()}, null,
        {"code": 200, "body": comment(1, 11, 3700).to_string()}, {"code": 400, "body": graph_error(100, Some(33)).to_string()}]);
    assert_eq!(
        ids(&again("POST https://graph.facebook.com/v26.0/", &batch.to_string())),
        ["104000000000001_1", "1_11"]
    );
    let tagged = again(&format!("GET https://graph.facebook.com/v26.0/{PAGE}/tagged"), posts);
    assert!(items(&tagged)[0].relations.iter().any(|it| it.target == PAGE));
    assert!(!items(&again("webhook", include_str!("samples/delivery.json"))).is_empty());
    let error = graph_error(190, None).to_string();
    for (label, body, events) in [
        (feed_address.as_str(), error.as_str(), 0),
        (feed_address.as_str(), r#"{"data":[]}"#, 0),
        (feed_address.as_str(), r#"{"data":[7]}"#, 1),
        (
            "GET https://graph.facebook.com/v26.0/104000000000001",
            r#"{"id":"104000000000001","name":"Acme"}"#,
            0,
        ),
        ("POST https://graph.facebook.com/v26.0/1_11", r#"{"success":true}"#, 0),
    ] {
        assert_eq!(again(label, body).len(), events, "{label} {body}");
    }
    let nonsense = Facebook::normalise(&settings(), raw(&feed_address, "<html>"));
    assert!(matches!(nonsense, Err(Fault::Protocol(_))));
}
