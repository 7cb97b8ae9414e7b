//! The mailbox, spoken to in raw lines over TLS.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod support;

use std::time::Duration;

use hark_demo::Channel;
use mail_parser::MessageParser;
use support::Running;

#[tokio::test]
async fn a_reader_signs_in_looks_around_and_leaves() {
    let running = Running::start().await;
    let mut imap = running.imap().await;
    assert!(imap.ask("EXAMINE INBOX").await.contains("BAD sign in first"));
    let wrong = imap.ask("LOGIN support@acme-widgets.example wrong").await;
    assert!(wrong.contains("NO [AUTHENTICATIONFAILED]"), "{wrong}");
    assert!(imap.ask("CAPABILITY").await.contains("* CAPABILITY IMAP4rev1"));
    let login = format!("LOGIN {} {}", running.demo.account(), running.password());
    assert!(imap.ask(&login).await.contains("OK"));
    assert!(imap.ask("LIST \"\" \"*\"").await.contains("* LIST (\\HasNoChildren) \"/\" INBOX"));
    let status = imap.ask("STATUS INBOX (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)").await;
    assert!(status.contains("MESSAGES 85") && status.contains("UIDNEXT 86"), "{status}");
    let opened = imap.ask("EXAMINE \"INBOX\"").await;
    for part in ["* 85 EXISTS", "[UIDVALIDITY ", "[UIDNEXT 86]", "OK [READ-ONLY]"] {
        assert!(opened.contains(part), "{part} in {opened}");
    }
    assert!(imap.ask("EXAMINE Trash").await.contains("NO [NONEXISTENT]"));
    assert!(imap.ask("STORE 1 +FLAGS (\\Deleted)").await.contains("NO "));
    assert!(imap.ask("EAT CAKE").await.contains("BAD"));
    assert!(imap.ask("LOGOUT").await.starts_with("* BYE"));
}

#[tokio::test]
async fn every_way_to_sign_in_works() {
    use base64::Engine as _;
    let running = Running::start().await;
    let (user, password) = (running.demo.account(), running.password());
    let plain = base64::engine::general_purpose::STANDARD.encode(format!("\0{user}\0{password}"));
    let mut imap = running.imap().await;
    assert!(imap.ask(&format!("AUTHENTICATE PLAIN {plain}")).await.contains("OK"));
    let mut imap = running.imap().await;
    imap.send("a AUTHENTICATE PLAIN\r\n").await;
    assert!(imap.line().await.starts_with('+'));
    imap.send(&format!("{plain}\r\n")).await;
    assert!(imap.line().await.starts_with("a OK"));
    let mut imap = running.imap().await;
    imap.send(&format!("a LOGIN {{{}}}\r\n", user.len())).await;
    assert!(imap.line().await.starts_with('+'));
    imap.send(&format!("{user} {{{}+}}\r\n{password}\r\n", password.len())).await;
    assert!(imap.line().await.starts_with("a OK"));
}

#[tokio::test]
async fn mails_are_found_and_fetched_whole_or_in_part() {
    let running = Running::start().await;
    let mut imap = running.signed_in().await;
    imap.ask("EXAMINE INBOX").await;
    let all = imap.ask("UID SEARCH ALL").await;
    let since = imap.ask("UID SEARCH SINCE 1-Jan-2020 UID 1:*").await;
    let count = |text: &str| text.lines().next().unwrap().split(' ').count() - 2;
    assert_eq!((count(&all), count(&since)), (85, 85), "{all}");
    assert_eq!(imap.ask("UID SEARCH SINCE 1-Jan-2990").await.lines().next(), Some("* SEARCH"));
    assert_eq!(imap.ask("UID SEARCH UID 84:*").await.lines().next(), Some("* SEARCH 84 85"));
    // The highest mail comes again when a range starts above it: that is what `*` means.
    assert!(imap.ask("UID FETCH 900:* (UID)").await.starts_with("* 85 FETCH (UID 85)\r\n"));

    let whole = imap.ask("UID FETCH 3 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])").await;
    let (first, rest) = whole.split_once("\r\n").unwrap();
    assert!(first.starts_with("* 3 FETCH (UID 3 FLAGS () INTERNALDATE \""), "{first}");
    let size: usize = first.rsplit_once('{').unwrap().1.trim_end_matches('}').parse().unwrap();
    assert!(first.contains(&format!("RFC822.SIZE {size} BODY[] {{{size}}}")), "{first}");
    let mail = MessageParser::default().parse(&rest.as_bytes()[..size]).unwrap();
    assert!(mail.message_id().is_some() && mail.date().is_some());

    let part = imap.ask("UID FETCH 3 BODY.PEEK[]<5.10>").await;
    assert!(part.contains("BODY[]<5> {10}\r\n") && part.contains(&rest[5..15]), "{part}");
    let head = imap.ask("UID FETCH 3 BODY.PEEK[HEADER]").await;
    assert!(head.contains("Message-ID: <") && !head.contains("\r\n\r\nHello"), "{head}");
    let fields = imap.ask("UID FETCH 3 BODY.PEEK[HEADER.FIELDS (Subject MESSAGE-ID)]").await;
    assert!(fields.contains("BODY[HEADER.FIELDS (SUBJECT MESSAGE-ID)]"), "{fields}");
    assert!(fields.contains("Subject: ") && !fields.contains("Received:"), "{fields}");
    assert!(imap.ask("UID FETCH 3 ENVELOPE").await.contains("ENVELOPE (\""));
    assert!(imap.ask("UID FETCH 3 BODYSTRUCTURE").await.contains("NO "));
    assert!(imap.ask("UID SEARCH UNSEEN UID 3").await.starts_with("* SEARCH 3\r\n"));
}

#[tokio::test]
async fn looking_marks_a_mail_as_seen_only_where_the_reader_may() {
    let running = Running::start().await;
    let mut imap = running.signed_in().await;
    imap.ask("EXAMINE INBOX").await;
    imap.ask("UID FETCH 4 BODY[]").await;
    assert!(imap.ask("UID FETCH 4 FLAGS").await.contains("FLAGS ()"));
    imap.ask("SELECT INBOX").await;
    imap.ask("UID FETCH 4 BODY.PEEK[]").await;
    assert!(imap.ask("UID FETCH 4 FLAGS").await.contains("FLAGS ()"));
    imap.ask("UID FETCH 4 BODY[TEXT]").await;
    assert!(imap.ask("UID FETCH 4 FLAGS").await.contains("FLAGS (\\Seen)"));
}

#[tokio::test]
async fn a_mail_that_arrives_is_told_to_who_idles_and_to_who_asks() {
    let running = Running::start().await;
    let (mut idle, mut asks) = (running.signed_in().await, running.signed_in().await);
    idle.ask("EXAMINE INBOX").await;
    asks.ask("EXAMINE INBOX").await;
    idle.send("i IDLE\r\n").await;
    assert!(idle.line().await.starts_with('+'));
    while running.demo.advance().unwrap().channel != Channel::Mail {}
    assert_eq!(idle.line().await, "* 86 EXISTS\r\n");
    idle.send("DONE\r\n").await;
    assert!(idle.until("i ").await.contains("i OK"));
    assert!(asks.ask("NOOP").await.starts_with("* 86 EXISTS\r\n"));
    assert!(asks.ask("UID FETCH 86 (UID)").await.starts_with("* 86 FETCH (UID 86)"));
}

#[tokio::test]
async fn nonsense_ends_the_session_and_not_the_server() {
    let running = Running::start().await;
    let mut imap = running.imap().await;
    imap.send(&"nonsense\r\n".repeat(40)).await;
    assert!(imap.until("* BYE").await.contains("BAD"));
    let mut imap = running.imap().await;
    imap.send("a LOGIN {4000000000}\r\n").await;
    imap.until("* BYE").await;
    running.signed_in().await;
}

#[tokio::test]
async fn the_order_to_stop_ends_open_sessions() {
    let running = Running::start().await;
    let mut imap = running.signed_in().await;
    let stop = running.tasks.stop(Duration::from_secs(30));
    let (report, goodbye) = tokio::join!(stop, imap.until("* BYE"));
    assert!(report.aborted.is_empty() && report.panicked.is_empty(), "{report:?}");
    assert!(goodbye.contains("over"));
}
