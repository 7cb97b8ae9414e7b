//! Replying, hiding, showing again; trying the settings; the list of pages.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod played;

use hark_plugin_facebook::Facebook;
use hark_sdk::Connector;
use hark_sdk::http::HttpFault;
use hark_sdk::types::{Action, AuthWhy, Direction, Event, Fault, Outcome, RemovalReason};
use played::*;
use serde_json::{Value, json};

fn act(name: &str, on: &str, arguments: Value) -> Result<Outcome, Fault> {
    let action = Action {
        name: name.to_owned(),
        on: Some(on.to_owned()),
        arguments: arguments.to_string(),
        idempotency_key: "k1".to_owned(),
    };
    Facebook::act(&settings(), action)
}

fn ours(text: &str) -> Value {
    let mut ours = comment(1, 77, 76_000);
    (ours["message"], ours["from"], ours["parent"]) =
        (json!(text), json!({"id": PAGE, "name": "Acme"}), json!({"id": "1_11"}));
    ours
}

#[test]
fn a_reply_enters_the_conversation_at_once_and_is_said_once() {
    for answer in [ours("Which version?"), json!({"id": "1_77"})] {
        let log = play(move |asked| match asked.method.as_str() {
            "GET" => ok(json!({"data": [comment(1, 12, 3700)]})),
            _ => ok(answer.clone()),
        });
        let outcome = act("reply", "1_11", json!({"text": "Which version?"})).unwrap();
        let Outcome::Done(events) = outcome else { panic!("{outcome:?}") };
        let [item] = items(&events)[..] else { panic!("{events:#?}") };
        assert_eq!(
            (item.id.as_str(), item.text.as_str(), item.direction),
            ("1_77", "Which version?", Direction::Outbound)
        );
        assert_eq!(
            (item.conversation.as_str(), item.relations[0].target.as_str()),
            ("104000000000001_1", "1_11")
        );
        let asked = log.take();
        assert_eq!((asked[1].method.as_str(), asked[1].path.as_str()), ("POST", "1_11/comments"));
        assert_eq!(asked[1].form["message"], "Which version?");
    }
    let log = play(|_| ok(json!({"data": [comment(1, 12, 3700), ours("Which version?")]})));
    let outcome = act("reply", "1_11", json!({"text": " Which version? "})).unwrap();
    assert!(matches!(&outcome, Outcome::AlreadyDone(events) if ids(events) == ["1_77"]), "{outcome:?}");
    assert_eq!(log.take().len(), 1, "nothing is sent twice");
}

#[test]
fn what_may_have_arrived_is_uncertain_and_what_was_refused_is_not() {
    type Right = fn(&Result<Outcome, Fault>) -> bool;
    let cases: [(&str, Answer, Right); 9] = [
        ("timeout", Err(HttpFault::Timeout), |it| matches!(it, Ok(Outcome::Uncertain(_)))),
        ("reset", Err(HttpFault::Connect("reset".to_owned())), |it| matches!(it, Ok(Outcome::Uncertain(_)))),
        ("gateway", Ok((502, Vec::new(), "<html>".into())), |it| matches!(it, Ok(Outcome::Uncertain(_)))),
        ("code 2", error(2, None, "Service temporarily unavailable"), |it| {
            matches!(it, Ok(Outcome::Uncertain(_)))
        }),
        ("no name", ok(json!({})), |it| matches!(it, Ok(Outcome::Uncertain(_)))),
        ("abusive", error(368, None, "deemed abusive"), |it| matches!(it, Err(Fault::Refused(_)))),
        ("invalid", error(100, None, "(#100) message is too long"), |it| {
            matches!(it, Err(Fault::Refused(_)))
        }),
        (
            "right",
            error(200, None, "(#200) pages_manage_engagement"),
            |it| matches!(it, Err(Fault::Auth(it)) if it.why == AuthWhy::Scope),
        ),
        ("gone", error(100, Some(33), "Unsupported post request"), |it| {
            matches!(it, Err(Fault::NotFound(_)))
        }),
    ];
    for (what, answer, right) in cases {
        let _log =
            play(move |asked| if asked.method == "GET" { ok(json!({"data": []})) } else { answer.clone() });
        let outcome = act("reply", "1_11", json!({"text": "x"}));
        assert!(right(&outcome), "{what}: {outcome:?}");
    }
}

#[test]
fn hiding_removes_and_showing_again_is_newer() {
    for success in [json!(true), json!("true")] {
        let log = play(move |asked| match asked.method.as_str() {
            "GET" => ok(comment(1, 11, 3700)),
            _ => ok(json!({ "success": success })),
        });
        let Ok(Outcome::Done(events)) = act("hide", "1_11", json!({})) else { panic!("hide") };
        assert!(
            matches!(&events[..], [Event::Removal(it)] if it.reason == RemovalReason::RemovedByModerator && it.at == Some(NOW))
        );
        assert_eq!(log.take()[0].form["is_hidden"], "true");
        let Ok(Outcome::Done(events)) = act("unhide", "1_11", json!({})) else { panic!("unhide") };
        assert_eq!(items(&events)[0].edited_at, Some(NOW));
        assert_eq!(log.take()[0].form["is_hidden"], "false");
    }
    let _log = play(|_| ok(json!({"success": false})));
    assert!(matches!(act("hide", "1_11", json!({})), Ok(Outcome::Uncertain(_))));
}

#[test]
fn nonsense_is_refused_before_anything_is_asked() {
    let log = play(|_| panic!("nothing may be asked"));
    for (name, on, arguments) in [
        ("reply", "1_11", json!({"text": " \n"})),
        ("reply", "1_11", json!({"words": "x"})),
        ("reply", "../me", json!({"text": "x"})),
        ("reply", "", json!({"text": "x"})),
        ("delete", "1_11", json!({})),
    ] {
        let outcome = act(name, on, arguments.clone());
        assert!(
            matches!(outcome, Err(Fault::Config(_) | Fault::Unsupported(_))),
            "{name} {on} {arguments}: {outcome:?}"
        );
    }
    assert!(log.take().is_empty());
}

fn no(code: i64, message: &str) -> (u16, Value) {
    (400, json!({"error": {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A"}}))
}

fn check_with(answers: [(u16, Value); 5]) -> Result<hark_sdk::types::CheckReport, Fault> {
    let log = play(move |asked| {
        let calls: Vec<Value> = serde_json::from_str(&asked.form["batch"]).unwrap();
        assert_eq!(calls.len(), 5);
        assert!(calls.iter().all(|call| call["method"] == "GET"), "a check changes nothing");
        let answers = answers.iter().map(|(code, body)| json!({"code": code, "body": body.to_string()}));
        ok(answers.collect())
    });
    let report = Facebook::check(&settings());
    assert_eq!(log.take().len(), 1);
    report
}

#[test]
fn the_check_names_the_account_and_what_is_missing() {
    let page = (
        200,
        json!({"id": PAGE, "name": "Acme", "link": "https://www.facebook.com/acme", "followers_count": 7}),
    );
    let empty = (200, json!({"data": []}));
    let apps = (200, json!({"data": [{"id": "5", "subscribed_fields": ["feed", "mention"]}]}));
    let no_permissions =
        no(100, "(#100) Tried accessing nonexisting field (permissions) on node type (Page)");
    let report =
        check_with([page.clone(), no_permissions.clone(), empty.clone(), empty.clone(), apps.clone()])
            .unwrap();
    assert_eq!(report.account.as_deref(), Some("Acme (104000000000001)"));
    assert_eq!(report.scopes, ["pages_read_engagement", "pages_read_user_content", "pages_manage_metadata"]);
    assert_eq!(report.warnings, [""; 0]);

    let user = (200, json!({"data": [{"permission": "pages_manage_engagement", "status": "declined"}]}));
    let tagged = no(10, "(#10) requires the 'pages_read_user_content' permission");
    let report = check_with([page.clone(), user, empty.clone(), tagged, empty.clone()]).unwrap();
    assert_eq!(report.scopes, ["pages_read_engagement", "pages_manage_metadata"]);
    let told = report.warnings.join("\n");
    for want in
        ["pages_read_user_content is missing", "pages_manage_engagement is missing", "by polling only"]
    {
        assert!(told.contains(want), "{want} in {told}");
    }

    let expired = no(190, "Session has expired");
    let unread = no(10, "(#10) requires the 'pages_read_engagement' permission");
    let missing = no(803, "(#803) Some of the aliases you requested do not exist");
    for (first, feed, right) in [
        (
            expired,
            empty.clone(),
            (|it| matches!(it, Fault::Auth(it) if it.why == AuthWhy::Expired)) as fn(&Fault) -> bool,
        ),
        (
            page.clone(),
            unread,
            |it| matches!(it, Fault::Auth(it) if it.scope.as_deref() == Some("pages_read_engagement")),
        ),
        (missing, empty.clone(), |it| matches!(it, Fault::NotFound(_))),
    ] {
        let fault =
            check_with([first, no_permissions.clone(), feed, empty.clone(), apps.clone()]).unwrap_err();
        assert!(right(&fault), "{fault:?}");
    }
}

#[test]
fn the_pages_of_a_token_are_listed_without_their_tokens() {
    let pages: Vec<Value> = (1..=120).map(|n| json!({"id": n.to_string(), "name": format!("Page {n}"), "link": "https://www.facebook.com/x"})).collect();
    let log = play(move |asked| page_of(&pages, asked));
    let targets = Facebook::discover(&settings()).unwrap();
    assert_eq!(targets.len(), 240, "a feed and mentions each");
    assert!(
        log.take().iter().all(|asked| asked.path == "me/accounts" && !asked.arg("fields").contains("token"))
    );
    let _log = play(|asked| match asked.path.as_str() {
        "me" => ok(json!({"id": PAGE, "name": "Acme", "followers_count": 7})),
        _ => error(100, None, "(#100) Tried accessing nonexisting field (accounts) on node type (Page)"),
    });
    let targets = Facebook::discover(&settings()).unwrap();
    let told: Vec<_> =
        targets.iter().map(|it| (it.id.as_str(), it.stream_name.as_str(), it.members)).collect();
    assert_eq!(told, [(PAGE, "feed", Some(7)), (PAGE, "mentions", Some(7))]);
}
