//! Mails are answered: through a real submission server, and read back from the real mailbox.

use std::time::SystemTime;

use hark_kit::dovecot::Dovecot;
use hark_kit::submission::{SubmissionServer, Taken};
use hark_model::{Direction, Event, Item, Outcome, RelationKind};
use hark_runtime::Connector;
use hark_store::FeedFilter;

use crate::listener::{Listener, Setup};

const QUESTION: &str = "From: =?utf-8?q?J=C3=B6?= <jo@example.org>\nTo: support@example.com\nSubject: Widget stopped\n\
Message-ID: <question@example.org>\n\nIt does not turn any more.\n";

struct Office {
    dovecot: Dovecot,
    submission: SubmissionServer,
    listener: Listener,
}

impl Office {
    async fn new(connector: &Connector, security: &str) -> Self {
        let mut dovecot = Dovecot::start();
        let (certificate, key) = dovecot.certificate();
        let submission = SubmissionServer::start(&certificate, &key, Dovecot::USER, Dovecot::PASSWORD);
        let port = match security {
            "tls" => submission.tls_port(),
            _ => submission.starttls_port(),
        };
        dovecot.deliver(QUESTION.as_bytes(), SystemTime::now());
        dovecot.deliver_to(
            ".Sent",
            b"From: support@example.com\nMessage-ID: <old@example.com>\n\nold\n",
            SystemTime::now(),
        );
        let setup = Setup {
            submission: Some(format!("{security}://127.0.0.1:{port}")),
            mailboxes: vec!["INBOX", "\\Sent"],
            ..Setup::right(&dovecot)
        };
        let listener = Listener::new(connector, &dovecot, setup).await;
        assert_eq!(listener.poll().await.unwrap().new_items, 2);
        Self { dovecot, submission, listener }
    }

    fn only_taken(&self) -> Taken {
        let taken = self.submission.taken();
        assert_eq!(taken.len(), 1, "{taken:?}");
        taken.into_iter().next().unwrap()
    }
}

fn item(outcome: &Outcome) -> &Item {
    let (Outcome::Done(events) | Outcome::AlreadyDone(events)) = outcome else { panic!("{outcome:?}") };
    let found = events.iter().find_map(|event| match event {
        Event::Item(item) => Some(item),
        _ => None,
    });
    found.expect("an item")
}

fn field<'a>(raw: &'a str, name: &str) -> &'a str {
    let found = raw.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    found.unwrap_or_else(|| panic!("no {name} in {raw}"))
}

pub async fn answered_thread_is_one(connector: Connector) {
    let mut office = Office::new(&connector, "tls").await;
    let outcome = office.listener.reply("question@example.org", "key 1", "Please restart it.").await.unwrap();
    let reply = item(&outcome).clone();
    let taken = office.only_taken();
    assert_eq!(
        (taken.from.as_str(), taken.to.as_slice()),
        ("support@example.com", &["jo@example.org".to_owned()][..])
    );
    let raw = String::from_utf8(taken.raw.clone()).unwrap();
    assert_eq!(field(&raw, "In-Reply-To"), "<question@example.org>");
    assert_eq!(field(&raw, "References"), "<question@example.org>");
    assert_eq!(field(&raw, "Message-ID"), format!("<{}>", reply.id));
    assert_eq!(field(&raw, "Subject"), "Re: Widget stopped");

    // The provider keeps a copy, the reader answers as mail programs do.
    office.dovecot.deliver_to(".Sent", &taken.raw, SystemTime::now());
    let answer = format!(
        "From: jo@example.org\nTo: support@example.com\nSubject: Re: Widget stopped\nMessage-ID: <answer@example.org>\n\
In-Reply-To: <{0}>\nReferences: <question@example.org>\n <{0}>\n\nIt works, thank you!\n",
        reply.id
    );
    office.dovecot.deliver(answer.as_bytes(), SystemTime::now());
    let read = office.listener.poll().await.unwrap();
    assert_eq!(read.new_items, 1, "our own reply is known already: {read:?}");

    let filter = FeedFilter { limit: 100, ..FeedFilter::default() };
    let rows = office.listener.store.feed(filter).await.unwrap();
    let of_thread: Vec<_> = rows
        .iter()
        .filter(|row| row.title.as_deref().is_some_and(|title| title.ends_with("Widget stopped")))
        .collect();
    assert_eq!(of_thread.len(), 3);
    let conversation = of_thread[0].conversation_id;
    assert!(of_thread.iter().all(|row| row.conversation_id == conversation), "one conversation");
    let thread = office.listener.store.thread(conversation).await.unwrap().unwrap();
    assert_eq!(thread.conversation.native_id, "question@example.org");
    let outbound = of_thread.iter().filter(|row| row.direction == Direction::Outbound).count();
    assert_eq!(outbound, 1);
    let last = of_thread.iter().find(|row| row.text.starts_with("It works")).unwrap();
    let detail = office.listener.store.item(last.uid).await.unwrap().unwrap();
    let parents: Vec<_> =
        detail.relations.iter().filter(|relation| relation.kind == RelationKind::ReplyTo).collect();
    assert_eq!(parents[0].target, reply.id);
}

pub async fn uncertain_is_not_repeated(connector: Connector) {
    let mut office = Office::new(&connector, "tls").await;
    office.submission.cut_after_mails();
    let outcome = office.listener.reply("question@example.org", "key 1", "Please restart it.").await.unwrap();
    assert!(matches!(outcome, Outcome::Uncertain(_)), "{outcome:?}");
    let taken = office.only_taken();
    office.dovecot.deliver_to(".Sent", &taken.raw, SystemTime::now());
    let again = office.listener.reply("question@example.org", "key 1", "Please restart it.").await.unwrap();
    assert!(matches!(again, Outcome::AlreadyDone(_)), "{again:?}");
    assert_eq!(item(&again).text, "Please restart it.");
    office.only_taken();
}

pub async fn starttls_reply_is_whole(connector: Connector) {
    let mut office = Office::new(&connector, "starttls").await;
    let long = "a word ".repeat(2_000);
    let text = format!("Grüße — 😡\n.\n..two dots\n\n{long}\nFrom here on = less\n> quoted\nend");
    let outcome = office.listener.reply("question@example.org", "key 1", &text).await.unwrap();
    let want = text.replace(&long, long.trim_end());
    let said = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(said(&item(&outcome).text), said(&want));
    // Read by the mailbox's own server and by ours.
    let taken = office.only_taken();
    office.dovecot.deliver(&taken.raw, SystemTime::now());
    office.listener.poll().await.unwrap();
    let uid = hark_model::ItemUid::derive(Listener::SCOPE, &item(&outcome).id);
    let stored = office.listener.store.item(uid).await.unwrap().unwrap();
    assert_eq!(stored.row.revisions, 1, "read back it is the same");
    assert!(stored.row.text.contains("\n.\n..two dots\n"), "{}", &stored.row.text[..60]);
    assert!(taken.raw.is_ascii());
}
