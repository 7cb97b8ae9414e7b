//! What goes wrong, and what the host is told: errors by code, limits, broken answers, hard contents.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod played;

use hark_plugin_facebook::Facebook;
use hark_sdk::Connector;
use hark_sdk::http::HttpFault;
use hark_sdk::types::{AuthWhy, Event, Fault};
use played::*;
use serde_json::{Value, json};

fn fault_of(answer: impl Fn() -> Answer + 'static) -> Fault {
    let _log = play(move |_| answer());
    Facebook::read(&settings(), feed(None)).unwrap_err()
}

#[test]
fn errors_are_classed_by_code_and_never_by_status() {
    type Right = fn(&Fault) -> bool;
    let cases: [(i64, Option<i64>, &str, Right); 17] = [
        (
            190,
            Some(463),
            "Error validating access token: Session has expired",
            |it| matches!(it, Fault::Auth(it) if it.why == AuthWhy::Expired),
        ),
        (
            190,
            Some(467),
            "The session is invalid",
            |it| matches!(it, Fault::Auth(it) if it.why == AuthWhy::Expired),
        ),
        (
            190,
            Some(458),
            "has not authorized application",
            |it| matches!(it, Fault::Auth(it) if it.why == AuthWhy::Revoked),
        ),
        (
            190,
            Some(460),
            "The password was changed",
            |it| matches!(it, Fault::Auth(it) if it.why == AuthWhy::Revoked),
        ),
        (190, None, "Malformed access token", |it| matches!(it, Fault::Auth(_))),
        (102, None, "Session key invalid", |it| matches!(it, Fault::Auth(_))),
        (
            10,
            None,
            "(#10) requires the 'pages_read_engagement' permission",
            |it| matches!(it, Fault::Auth(it) if it.why == AuthWhy::Scope && it.scope.as_deref() == Some("pages_read_engagement")),
        ),
        (
            200,
            None,
            "(#200) Permissions error",
            |it| matches!(it, Fault::Auth(it) if it.why == AuthWhy::Scope),
        ),
        (
            299,
            None,
            "(#299) Permissions error",
            |it| matches!(it, Fault::Auth(it) if it.why == AuthWhy::Scope),
        ),
        (1, None, "An unknown error occurred", |it| matches!(it, Fault::Transient(_))),
        (2, None, "Service temporarily unavailable", |it| matches!(it, Fault::Transient(_))),
        (
            4,
            None,
            "(#4) Application request limit reached",
            |it| matches!(it, Fault::RateLimited(it) if it.until == Some(NOW + 900_000)),
        ),
        (32, None, "(#32) Page request limit reached", |it| matches!(it, Fault::RateLimited(_))),
        (80_001, None, "There have been too many calls to this Page account", |it| {
            matches!(it, Fault::RateLimited(_))
        }),
        (100, Some(33), "Unsupported get request", |it| matches!(it, Fault::NotFound(_))),
        (
            100,
            None,
            "(#100) Tried accessing nonexisting field (feed)",
            |it| matches!(it, Fault::Config(it) if it.field == "page"),
        ),
        (368, None, "The action attempted has been deemed abusive", |it| matches!(it, Fault::Refused(_))),
    ];
    for (code, subcode, message, right) in cases {
        for status in [200, 400, 401, 403, 500] {
            let body = error(code, subcode, message).unwrap().2;
            let fault = fault_of(move || Ok((status, Vec::new(), body.clone())));
            assert!(right(&fault), "{code}/{subcode:?} with status {status}: {fault:?}");
        }
    }
}

#[test]
fn a_code_that_nobody_knows_leaves_the_word_to_the_status() {
    type Right = fn(&Fault) -> bool;
    let cases: [(u16, Right); 5] = [
        (401, |it| matches!(it, Fault::Auth(_))),
        (429, |it| matches!(it, Fault::RateLimited(_))),
        (500, |it| matches!(it, Fault::Transient(_))),
        (400, |it| matches!(it, Fault::Protocol(why) if why.contains("99999"))),
        (200, |it| matches!(it, Fault::Protocol(why) if why.contains("99999"))),
    ];
    for (status, right) in cases {
        let body = error(99_999, None, "of next year").unwrap().2;
        let fault = fault_of(move || Ok((status, Vec::new(), body.clone())));
        assert!(right(&fault), "{status}: {fault:?}");
    }
}

#[test]
fn a_limit_ends_when_the_platform_says() {
    let until = |minutes: u32| {
        let usage =
            json!({PAGE: [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": minutes}]});
        let (_, _, body) = error(80_001, None, "too many calls").unwrap();
        let headers = vec![("X-Business-Use-Case-Usage", usage.to_string())];
        match fault_of(move || Ok((400, headers.clone(), body.clone()))) {
            Fault::RateLimited(limit) => limit.until.unwrap() - NOW,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!([until(0), until(19), until(100_000)], [900_000, 19 * 60_000, 24 * 3_600_000]);
}

#[test]
fn broken_answers_are_what_they_are() {
    type Right = fn(&Fault) -> bool;
    let cases: [(&str, Answer, Right); 7] = [
        ("a gateway's page", Ok((502, Vec::new(), "<html>502 Bad Gateway".into())), |it| {
            matches!(it, Fault::Transient(_))
        }),
        ("a page for 200", Ok((200, Vec::new(), "<html>Sign in".into())), |it| {
            matches!(it, Fault::Protocol(_))
        }),
        ("half of it", Ok((200, Vec::new(), "{\"data\":[{\"id\":\"1".into())), |it| {
            matches!(it, Fault::Protocol(_))
        }),
        ("nothing", Ok((200, Vec::new(), String::new())), |it| matches!(it, Fault::Protocol(_))),
        ("another shape", ok(json!({"data": {"id": "1"}})), |it| matches!(it, Fault::Protocol(_))),
        ("a timeout", Err(HttpFault::Timeout), |it| matches!(it, Fault::Transient(_))),
        ("too large", Err(HttpFault::TooLarge(17 << 20)), |it| matches!(it, Fault::Protocol(_))),
    ];
    for (what, answer, right) in cases {
        let fault = fault_of(move || answer.clone());
        assert!(right(&fault), "{what}: {fault:?}");
    }
}

#[test]
fn what_was_found_before_a_fault_is_kept() {
    for (code, not_before) in [(80_001, Some(NOW + 900_000)), (190, None), (2, None)] {
        let _log = play(move |asked| match asked.path.ends_with("/feed") {
            true => ok(json!({"data": [post(2, 7200, 7300, 1), post(1, 3600, 7400, 1)]})),
            false if asked.path.contains("_2/") => ok(json!({"data": [comment(2, 21, 7300)]})),
            false => error(code, None, "no"),
        });
        let batch = read(None);
        assert_eq!(ids(&batch.events).len(), 3, "code {code}");
        assert_eq!((batch.not_before, batch.continuation), (not_before, None), "code {code}");
        // The next read meets the fault at once and goes on where it was.
        let _log = play(move |asked| match asked.path.ends_with("/feed") {
            true => ok(json!({"data": [post(2, 7200, 7300, 1), post(1, 3600, 7400, 1)]})),
            false if asked.path.contains("_1/") => ok(json!({"data": [comment(1, 11, 7400)]})),
            false => panic!("{asked:?}"),
        });
        assert_eq!(ids(&read(batch.cursor).events), ["1_11"], "code {code}");
    }
}

#[test]
fn a_full_allowance_slows_the_reading_down() {
    for (percent, pause) in [(79, None), (80, Some(300_000)), (96, Some(900_000))] {
        let log = play(move |asked| {
            let usage = vec![(
                "X-App-Usage",
                json!({"call_count": percent, "total_time": 1, "total_cputime": 1}).to_string(),
            )];
            let body = match asked.path.ends_with("/feed") {
                true => json!({"data": [post(1, 3600, 3700, 1)]}),
                false => json!({"data": [comment(1, 11, 3700)]}),
            };
            Ok((200, usage, body.to_string()))
        });
        let batch = read(None);
        assert_eq!(batch.not_before, pause.map(|pause| NOW + pause), "{percent} percent");
        assert_eq!(batch.limit_left, Some(100 - percent));
        let asked = log.take().len();
        assert_eq!(
            (asked, batch.continuation),
            (if pause.is_some() { 1 } else { 2 }, None),
            "{percent} percent"
        );
        assert!(batch.cursor.is_some(), "the rest is due in the next read");
    }
}

fn only_comment(fields: Value) -> Vec<Event> {
    let mut whole = comment(1, 11, 3700);
    for (name, value) in fields.as_object().unwrap() {
        whole[name] = value.clone();
    }
    let body =
        json!({ "data": [whole] }).to_string().replace("@high@", "\\ud83d").replace("@low@", "\\ude00");
    let _log = play(move |asked| match asked.path.ends_with("/feed") {
        true => ok(json!({"data": [post(1, 3600, 3700, 1)]})),
        false => Ok((200, Vec::new(), body.clone())),
    });
    read(None).events.into_iter().skip(3).collect()
}

#[test]
fn hard_contents_come_through_or_are_named() {
    let text_of = |text: &str| items(&only_comment(json!({ "message": text })))[0].text.clone();
    for (text, want) in [
        ("👍🏽 👩‍👩‍👧‍👦 𝕏", "👍🏽 👩‍👩‍👧‍👦 𝕏"),
        ("الجهاز \u{202e}x", "الجهاز \u{202e}x"),
        ("lone @high@ and @low@", "lone \u{fffd} and \u{fffd}"),
        ("nul\0 bell\u{7}\r\nline", "nul bell\nline"),
        ("<script>alert(1)</script><img onerror=x>", "<script>alert(1)</script><img onerror=x>"),
        ("cafe\u{301}", "café"),
        (" \t\n", ""),
    ] {
        assert_eq!(text_of(text), want, "{text:?}");
    }
    let long = "acme ".repeat(2 << 20);
    assert_eq!(text_of(&long).len(), long.trim_end().len());
}

#[test]
fn hard_shapes_come_through_or_are_named() {
    let item = |fields: Value| {
        let events = only_comment(fields);
        items(&events).first().map(|item| (*item).clone()).unwrap_or_else(|| panic!("{events:#?}"))
    };
    assert_eq!(item(json!({"from": null})).author, None, "no author");
    assert_eq!(item(json!({"id": 9_007_199_254_740_993_i64})).id, "9007199254740993", "an id above 2^53");
    assert_eq!(
        item(json!({"parent": {"id": "1_11"}})).relations[0].target,
        "104000000000001_1",
        "its own parent"
    );
    assert_eq!(item(json!({"created_time": "1969-07-20T20:17:40+0000"})).published_at, -14_182_940_000);
    assert_eq!(item(json!({"created_time": "2036-07-24T21:23:23+0000"})).published_at, 2_100_547_403_000);
    let undated = item(json!({"created_time": "soon"}));
    assert_eq!((undated.published_at, undated.published_is_estimate), (NOW, true));
    let linked = item(
        json!({"permalink_url": "javascript:alert(1)", "attachment": {"url": "data:text/html,x", "title": "x"}}),
    );
    assert_eq!((linked.url, linked.attachments[0].url.clone()), (None, None));
    let tagged = item(json!({"message_tags": [{"id": PAGE, "name": "Acme", "offset": 0, "length": 4}]}));
    assert!(tagged.relations.iter().any(|it| it.target == PAGE && it.target_is_actor));
    let deep = (0..500).fold(json!("x"), |inner, _| json!({ "data": [inner] }));
    assert_eq!(item(json!({"unknown": deep.clone()})).id, "1_11", "depth where nobody looks");
    let events = only_comment(
        json!({"attachment": (0..500).fold(json!({}), |inner, _| json!({"subattachments": {"data": [inner]}}))}),
    );
    assert!(
        matches!(&events[..], [Event::Poison(it)] if it.hint == "1_11"),
        "depth where we look: {events:#?}"
    );
    for broken in [json!({"id": ""}), json!({"id": "a b"}), json!({"id": 1.5}), json!({"like_count": "many"})]
    {
        let events = only_comment(broken.clone());
        assert!(matches!(&events[..], [Event::Poison(_)]), "{broken}: {events:#?}");
    }
}

#[test]
fn a_comment_of_the_future_hides_none_that_follow() {
    let body = |all: &[Value]| ok(json!({ "data": all }));
    let forged = {
        let mut forged = comment(1, 11, 3700);
        forged["created_time"] = json!("2036-07-24T21:23:23+0000");
        forged
    };
    let first = forged.clone();
    let _log = play(move |asked| match asked.path.ends_with("/feed") {
        true => body(&[post(1, 3600, 3700, 1)]),
        false => body(std::slice::from_ref(&first)),
    });
    let cursor = read(None).cursor;
    let log = play(move |asked| match asked.path.ends_with("/feed") {
        true => body(&[post(1, 3600, 77_000, 2)]),
        false => body(&[forged.clone(), comment(1, 12, 77_000)]),
    });
    assert_eq!(ids(&read(cursor).events), ["1_12"]);
    let since: i64 = log.take()[1].arg("since").parse().unwrap();
    assert!(since <= NOW / 1000, "{since}");
}

#[test]
fn settings_are_tried_before_anything_is_asked() {
    let log = play(|_| panic!("nothing may be asked"));
    let wrong = hark_plugin_facebook::Settings { page: "acme".to_owned(), ..settings() };
    let fault = Facebook::read(&wrong, feed(None)).unwrap_err();
    assert!(matches!(fault, Fault::Config(it) if it.field == "page"));
    let elsewhere = hark_sdk::types::ReadRequest { target: Some("7".to_owned()), ..feed(None) };
    assert!(matches!(Facebook::read(&settings(), elsewhere), Err(Fault::NotFound(_))));
    assert!(log.take().is_empty());
}
