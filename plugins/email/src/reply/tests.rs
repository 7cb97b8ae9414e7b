//! A mail is answered on played servers.

use std::cell::RefCell;
use std::rc::Rc;

use hark_sdk::testing;

use super::*;
use crate::played::{self, Other, Scripted, Stored, World};
use crate::settings::tests::settings;

const NOW: Ms = 1_784_885_565_000;
const ACCEPTS: &str =
    "220 hi\r\n250-mx\r\n250 AUTH PLAIN\r\n235 in\r\n250 ok\r\n250 ok\r\n354 go\r\n250 taken\r\n";
const QUESTION: &str = "From: =?utf-8?q?J=C3=B6?= <jo@example.org>\r\nTo: Support@example.com, b@example.org\r\n\
Cc: listen@example.com\r\nSubject: Widget stopped\r\nMessage-ID: <q@x>\r\nReferences: <root@x>\r\n <p@x>\r\n\r\nhelp\r\n";

struct Office {
    world: Rc<RefCell<World>>,
    settings: Settings,
}

impl Office {
    fn new(question: &str) -> Self {
        testing::set_now(NOW);
        let world = World::new(vec![Stored::new(4, NOW - 60_000, question)]);
        world.borrow_mut().others = vec![Other { name: "Sent", flags: "", mails: Vec::new() }];
        let mut settings = settings();
        settings.submission = vec!["tls://smtp.example.com:465".into()];
        settings.sent_mailbox = Some("Sent".into());
        Self { world, settings }
    }

    fn act(&self, key: &str, arguments: &str, server: &Scripted) -> Result<Outcome, Fault> {
        let action = Action {
            name: "reply".into(),
            on: Some("q@x".into()),
            arguments: arguments.into(),
            idempotency_key: key.into(),
        };
        let session = Session::sign_in(played::connect(&self.world), &self.settings, NOW + 20_000).unwrap();
        act(session, &self.settings, &action, || Ok(server.connect()))
    }

    fn sent(&self) -> Vec<Stored> {
        self.world.borrow().others[0].mails.clone()
    }
}

fn item(events: &[Event]) -> &Item {
    let found = events.iter().find_map(|event| match event {
        Event::Item(item) => Some(item),
        _ => None,
    });
    found.expect("an item")
}

#[test]
fn a_reply_stands_in_its_thread() {
    let office = Office::new(QUESTION);
    let server = Scripted::new(ACCEPTS);
    let text = "Grüße,\\n.\\n.dots and =signs\\nWe look into it — soon.";
    let outcome = office.act("k1", &format!(r#"{{"text":"{text}"}}"#), &server);
    let Ok(Outcome::Done(events)) = outcome else { panic!("{outcome:?}") };
    let item = item(&events);
    assert!(item.id.starts_with("hark.") && item.id.ends_with("@example.com"), "{}", item.id);
    assert_eq!(item.conversation, "root@x");
    assert_eq!(item.relations[0].target, "q@x");
    assert_eq!(item.title.as_deref(), Some("Re: Widget stopped"));
    assert_eq!(item.text, "Grüße,\n.\n.dots and =signs\nWe look into it — soon.");
    assert_eq!((item.direction, item.author.as_deref()), (Direction::Outbound, Some("support@example.com")));
    assert!(!events.iter().any(|event| matches!(event, Event::Conversation(_))), "it moves nothing");

    let heard = server.heard();
    assert!(
        heard.contains("MAIL FROM:<support@example.com>\r\nRCPT TO:<jo@example.org>\r\nDATA\r\n"),
        "{heard}"
    );
    let (_, mail) = heard.split_once("DATA\r\n").unwrap();
    assert!(mail.is_ascii() && mail.lines().all(|line| line.len() <= 998));
    assert!(!mail.replace("\r\n", "").contains(['\r', '\n']), "every line ends with CR LF");
    assert!(mail.ends_with("\r\n.\r\nQUIT\r\n"));
    assert_eq!(office.sent().len(), 1);
    assert_eq!(crate::mail::message_id(&office.sent()[0].raw), Some(item.id.clone()));
}

#[test]
fn a_second_try_sends_nothing() {
    let office = Office::new(QUESTION);
    let first = office.act("k1", r#"{"text":"hello"}"#, &Scripted::new(ACCEPTS));
    let Ok(Outcome::Done(first)) = first else { panic!("{first:?}") };
    let server = Scripted::new("");
    let second = office.act("k1", r#"{"text":"hello"}"#, &server);
    let Ok(Outcome::AlreadyDone(second)) = second else { panic!("{second:?}") };
    assert_eq!(item(&second).id, item(&first).id);
    assert_eq!(item(&second).text, "hello");
    assert_eq!(server.heard(), "");
    let other = office.act("k2", r#"{"text":"hello"}"#, &Scripted::new(ACCEPTS));
    let Ok(Outcome::Done(other)) = other else { panic!("{other:?}") };
    assert_ne!(item(&other).id, item(&first).id);
    assert_eq!(office.sent().len(), 2);
}

#[test]
fn a_cut_after_the_end_of_the_mail_is_uncertain() {
    let office = Office::new(QUESTION);
    let outcome =
        office.act("k1", r#"{"text":"hello"}"#, &Scripted::new(&ACCEPTS.replace("250 taken\r\n", "")));
    assert!(matches!(outcome, Ok(Outcome::Uncertain(_))), "{outcome:?}");
    assert_eq!(office.sent().len(), 0);
    let outcome = office.act(
        "k1",
        r#"{"text":"hello"}"#,
        &Scripted::new(&ACCEPTS.replace("354 go\r\n250 taken\r\n", "")),
    );
    assert!(matches!(outcome, Err(Fault::Transient(_))), "nothing can have been taken: {outcome:?}");
}

#[test]
fn each_gets_it_who_is_meant() {
    let two = ACCEPTS.replacen("250 ok\r\n", "250 ok\r\n250 ok\r\n", 1);
    let list = QUESTION
        .replace("\r\n\r\n", "\r\nList-Post: <mailto:widgets@lists.example.org>\r\nPrecedence: list\r\n\r\n");
    for (question, to, script, recipients) in [
        (QUESTION, "author", ACCEPTS, "<jo@example.org>"),
        (QUESTION, "all", two.as_str(), "<jo@example.org>\r\nRCPT TO:<b@example.org>"),
        (list.as_str(), "list", ACCEPTS, "<widgets@lists.example.org>"),
        (
            &QUESTION.replace("Cc:", "Reply-To: team@example.org\r\nCc:"),
            "author",
            ACCEPTS,
            "<team@example.org>",
        ),
        // What we wrote ourselves goes to those we wrote it to.
        (&QUESTION.replace("jo@example.org", "listen@example.com"), "author", ACCEPTS, "<b@example.org>"),
    ] {
        let (office, server) = (Office::new(question), Scripted::new(script));
        let outcome = office.act("k", &format!(r#"{{"text":"x","to":"{to}"}}"#), &server);
        assert!(matches!(outcome, Ok(Outcome::Done(_))), "{to}: {outcome:?}");
        let heard = server.heard();
        assert!(heard.contains(&format!("RCPT TO:{recipients}\r\nDATA")), "{to}: {heard}");
    }
}

#[test]
fn what_cannot_be_answered_is_refused_before_anything_is_sent() {
    let machine = QUESTION.replace("\r\n\r\n", "\r\nAuto-Submitted: auto-replied\r\n\r\n");
    let without_id = QUESTION.replace("Message-ID: <q@x>\r\n", "");
    let text = r#"{"text":"x"}"#;
    for (question, arguments, want) in [
        (machine.as_str(), text, "Refused"),
        (without_id.as_str(), text, "NotFound"),
        (QUESTION, r#"{"text":" \n"}"#, "Refused"),
        (QUESTION, r#"{"text":"x","too":"list"}"#, "Refused"),
        (QUESTION, r#"{"text":"x","to":"list"}"#, "Refused"),
        (&QUESTION.replace("jo@example.org", "jö@example.org"), text, "Refused"),
    ] {
        let (office, server) = (Office::new(question), Scripted::new(ACCEPTS));
        let fault = format!("{:?}", office.act("k", arguments, &server).unwrap_err());
        assert!(fault.contains(want), "{arguments}: {fault}");
        assert_eq!(server.heard(), "", "{arguments}");
    }
    let mut office = Office::new(QUESTION);
    office.settings.submission.clear();
    let fault = format!("{:?}", office.act("k", text, &Scripted::new("")).unwrap_err());
    assert!(fault.contains("submission"), "{fault}");
}
