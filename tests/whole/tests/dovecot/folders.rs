//! Several mailboxes, what lies further back, and what is gone.

use std::time::{Duration, SystemTime};

use hark_kit::dovecot::Dovecot;
use hark_model::ItemUid;
use hark_runtime::Connector;
use hark_store::FeedFilter;

use crate::judge;
use crate::listener::{Listener, Setup, now_ms};

const DAY: Duration = Duration::from_secs(86_400);

fn mail(id: &str) -> Vec<u8> {
    format!("From: jo@example.org\nSubject: {id}\nMessage-ID: <{id}@folders>\n\nhello\n").into_bytes()
}

fn days_ago(days: u32) -> SystemTime {
    SystemTime::now() - DAY * days
}

/// Subjects of all that is shown, sorted.
async fn shown(listener: &Listener) -> Vec<String> {
    let filter = FeedFilter { limit: 500, ..FeedFilter::default() };
    let rows = listener.store.feed(filter).await.unwrap();
    let mut titles: Vec<_> =
        rows.into_iter().filter(|row| row.removed_at.is_none()).filter_map(|row| row.title).collect();
    titles.sort();
    titles
}

pub async fn several_are_read(connector: Connector) {
    let mut dovecot = Dovecot::start();
    dovecot.deliver(&mail("in"), days_ago(1));
    dovecot.deliver_to(".Sent", &mail("sent"), days_ago(1));
    dovecot.deliver_to(".Entw&APw-rfe", &mail("draft"), days_ago(2));
    dovecot.deliver_to(".Other", &mail("other"), days_ago(1));
    let setup = Setup { mailboxes: vec!["INBOX", "\\Sent", "Entwürfe"], ..Setup::right(&dovecot) };
    let listener = Listener::new(&connector, &dovecot, setup).await;
    assert_eq!(listener.poll().await.unwrap().new_items, 3);
    assert_eq!(shown(&listener).await, ["draft", "in", "sent"]);
    dovecot.deliver_to(".Entw&APw-rfe", &mail("draft 2"), days_ago(0));
    // A copy in another mailbox is the same mail.
    dovecot.deliver_to(".Sent", &mail("in"), days_ago(0));
    let second = listener.poll().await.unwrap();
    assert_eq!(second.new_items, 1, "{second:?}");
    let third = listener.poll().await.unwrap();
    assert_eq!((third.new_items, third.duplicates), (0, 0), "nothing was new");

    let targets = listener.connector.discover(listener.context(), listener.settings()).await.result.unwrap();
    let mut found: Vec<_> =
        targets.iter().map(|target| (target.id.as_str(), target.title.as_str())).collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("Entwürfe", "Entwürfe (2 mails)"),
            ("INBOX", "INBOX (1 mail)"),
            ("Other", "Other (1 mail)"),
            ("Sent", "Sent (sent mail, 2 mails)"),
        ]
    );
    assert!(targets.iter().all(|target| target.last_active.is_some()), "{targets:?}");
}

pub async fn backfill(connector: Connector) {
    let mut dovecot = Dovecot::start();
    for days in [1, 10, 40, 90, 400, 800] {
        dovecot.deliver(&mail(&format!("{days:03}")), days_ago(days));
        dovecot.deliver_to(".Sent", &mail(&format!("{days:03} sent")), days_ago(days));
    }
    let setup = Setup { mailboxes: vec!["INBOX", "Sent"], ..Setup::right(&dovecot) };
    let listener = Listener::new(&connector, &dovecot, setup).await;
    assert_eq!(listener.poll().await.unwrap().new_items, 4, "the lookback is 30 days");
    dovecot.deliver(&mail("new"), days_ago(0));
    let until = now_ms() - 30 * 86_400_000;
    let done = listener.backfill(now_ms() - 500 * 86_400_000, until).await.unwrap();
    assert_eq!((done.new_items, done.duplicates), (6, 0));
    let live = listener.poll().await.unwrap();
    assert_eq!((live.new_items, live.duplicates), (1, 0), "live reading went on where it was");
    assert_eq!(judge::count(&listener).await, 11);
    assert!(!shown(&listener).await.iter().any(|title| title.starts_with("800")));
}

pub async fn recheck(connector: Connector) {
    let mut dovecot = Dovecot::start();
    for id in ["stays", "goes", "moves"] {
        dovecot.deliver(&mail(id), days_ago(1));
    }
    dovecot.deliver_to(".Archive", &mail("archived"), days_ago(1));
    let setup = Setup { mailboxes: vec!["INBOX", "Archive"], ..Setup::right(&dovecot) };
    let listener = Listener::new(&connector, &dovecot, setup).await;
    listener.poll().await.unwrap();
    dovecot.expunge("<goes@folders>");
    dovecot.expunge("<moves@folders>");
    dovecot.deliver_to(".Archive", &mail("moves"), days_ago(0));
    let ids = ["stays@folders", "goes@folders", "moves@folders", "archived@folders"];
    listener.recheck(&ids).await.unwrap();
    for (id, is_removed) in ids.into_iter().zip([false, true, false, false]) {
        let uid = ItemUid::derive(Listener::SCOPE, id);
        let item = listener.store.item(uid).await.unwrap().unwrap();
        assert_eq!(item.row.removed_at.is_some(), is_removed, "{id}");
    }
    assert_eq!(shown(&listener).await, ["archived", "moves", "stays"]);
}

pub async fn fairness(connector: Connector) {
    let mut dovecot = Dovecot::start();
    for number in 0..300 {
        dovecot.deliver(&mail(&format!("full {number:03}").replace(' ', "-")), days_ago(1));
    }
    dovecot.deliver_to(".Sent", &mail("waiting"), days_ago(1));
    let setup = Setup { mailboxes: vec!["INBOX", "Sent"], ..Setup::right(&dovecot) };
    let listener = Listener::new(&connector, &dovecot, setup).await.max_events(60);
    let first = listener.read(None).await.result.unwrap();
    assert!(first.continuation.is_some(), "there is more");
    let has_waiting = first.events.iter().any(|event| format!("{event:?}").contains("waiting@folders"));
    assert!(has_waiting, "the small mailbox is in the first call");
    assert_eq!(listener.poll().await.unwrap().new_items, 301);
}
