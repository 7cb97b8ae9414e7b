//! Several mailboxes in one source.

use super::*;
use crate::played::Other;

fn other(name: &'static str, uids: impl IntoIterator<Item = u32>) -> Other {
    let mails = uids.into_iter().map(|uid| {
        let raw = format!("From: jo@example.org\r\nMessage-ID: <{uid}@{name}>\r\n\r\nbody\r\n");
        Stored::new(uid, NOW - HOUR, raw)
    });
    Other { name, flags: "", mails: mails.collect() }
}

fn host(world: &Rc<RefCell<World>>, mailboxes: &[&str]) -> Host {
    let mut host = Host::new(world);
    host.settings.mailboxes = mailboxes.iter().map(|name| (*name).to_owned()).collect();
    host
}

fn heard(world: &Rc<RefCell<World>>, word: &str) -> usize {
    world.borrow().heard.iter().filter(|line| line.contains(word)).count()
}

#[test]
fn each_mailbox_has_its_own_cursor() {
    let world = World::new([3, 4].map(mail).to_vec());
    world.borrow_mut().others = vec![other("Sent", [3]), other("Unread", [9])];
    let mut host = host(&world, &["INBOX", "Sent"]);
    host.run().unwrap();
    assert_eq!(host.ids(), ["3@x", "4@x", "3@Sent"]);
    world.borrow_mut().others[0].mails.extend(other("Sent", [4]).mails);
    host.run().unwrap();
    assert_eq!(host.ids(), ["3@x", "4@x", "3@Sent", "4@Sent"]);
    host.run().unwrap();
    assert_eq!(host.items().len(), 4, "nothing new");
}

#[test]
fn a_full_mailbox_does_not_keep_the_others_waiting() {
    let world = World::new((1..=400).map(mail).collect());
    world.borrow_mut().others = vec![other("Sent", [1, 2]), other("Lists", [1])];
    let mut host = host(&world, &["INBOX", "Sent", "Lists"]);
    host.max_events = 90;
    assert_eq!(host.call(), Ok(true));
    let ids = host.ids();
    assert!(ids.contains(&"2@Sent".to_owned()) && ids.contains(&"1@Lists".to_owned()), "{ids:?}");
    assert!(host.items().len() >= 29, "what the others leave over is used: {}", host.items().len());
    host.run().unwrap();
    assert_eq!(host.items().len(), 403);
}

#[test]
fn a_mailbox_as_it_was_is_not_opened() {
    let world = World::new([3].map(mail).to_vec());
    world.borrow_mut().others = vec![other("Sent", [3])];
    let mut host = host(&world, &["INBOX", "Sent"]);
    host.run().unwrap();
    assert_eq!(heard(&world, "EXAMINE"), 2);
    host.run().unwrap();
    assert_eq!((heard(&world, "EXAMINE"), heard(&world, "STATUS")), (2, 2));
    world.borrow_mut().mails.push(mail(4));
    world.borrow_mut().uid_next = 5;
    host.run().unwrap();
    assert_eq!(heard(&world, "EXAMINE"), 3, "only the one where something came");
    assert_eq!(host.items().len(), 3);
}

#[test]
fn a_server_that_hides_the_next_uid_tells_by_its_mark_of_change() {
    let world = World::new([3].map(mail).to_vec());
    {
        let mut world = world.borrow_mut();
        (world.tells_uid_next, world.can) = (false, " CONDSTORE");
        world.others = vec![other("Sent", [3])];
    }
    let mut host = host(&world, &["INBOX", "Sent"]);
    host.run().unwrap();
    host.run().unwrap();
    assert_eq!(heard(&world, "EXAMINE"), 2);
    world.borrow_mut().mails.push(mail(4));
    world.borrow_mut().modseq = 2;
    host.run().unwrap();
    assert_eq!(host.ids(), ["3@x", "3@Sent", "4@x"]);
}

#[test]
fn a_mailbox_is_found_by_its_use() {
    let world = World::new(vec![mail(1)]);
    let sent = Other { flags: "\\HasNoChildren \\Sent", ..other("Gesendet", [7]) };
    world.borrow_mut().others = vec![other("Sent", [3]), sent];
    let mut host = host(&world, &["\\Sent", "INBOX", "Gesendet"]);
    host.run().unwrap();
    assert_eq!(host.ids(), ["7@Gesendet", "1@x"], "each once");
    host.settings.mailboxes = vec!["INBOX".into(), "\\Archive".into()];
    let fault = host.call().unwrap_err();
    assert!(format!("{fault:?}").contains("mailboxes[1]"), "{fault:?}");
}

#[test]
fn a_mailbox_that_goes_does_not_stop_the_others_and_one_that_never_was_is_named() {
    let world = World::new(vec![mail(1)]);
    world.borrow_mut().others = vec![other("Sent", [3])];
    let mut host = host(&world, &["Sent", "INBOX"]);
    host.run().unwrap();
    world.borrow_mut().others.clear();
    world.borrow_mut().mails.push(mail(2));
    world.borrow_mut().uid_next = 3;
    host.run().unwrap();
    assert_eq!(host.ids(), ["3@Sent", "1@x", "2@x"]);
    world.borrow_mut().others = vec![other("Sent", [3, 4])];
    host.run().unwrap();
    assert_eq!(host.ids(), ["3@Sent", "1@x", "2@x", "4@Sent"], "it goes on where it was");
    host.settings.mailboxes = vec!["INBOX".into(), "Snet".into()];
    let fault = host.run().unwrap_err();
    assert!(format!("{fault:?}").contains("mailboxes[1]"), "{fault:?}");
}

#[test]
fn a_target_is_read_alone_and_a_missing_one_is_not_found() {
    let world = World::new(vec![mail(1)]);
    world.borrow_mut().others = vec![other("Sent", [3])];
    let mut host = Host::new(&world);
    host.target = Some("Sent".into());
    host.run().unwrap();
    assert_eq!(host.ids(), ["3@Sent"]);
    host.target = Some("Snet".into());
    let fault = host.call().unwrap_err();
    assert!(matches!(fault, Fault::NotFound(_)), "{fault:?}");
}

#[test]
fn the_inventory_tells_what_is_there() {
    testing::set_now(NOW);
    let world = World::new(vec![mail(1)]);
    let sent = Other { flags: "\\HasNoChildren \\Sent", ..other("Entw&APw-rfe", [7, 8]) };
    let closed = Other { flags: "\\Noselect", ..other("Folder", []) };
    world.borrow_mut().others = vec![closed, sent, other("Empty", [])];
    let session = Session::sign_in(played::connect(&world), &settings(), NOW + 20_000).unwrap();
    let targets = crate::discover::discover(session).unwrap();
    let told: Vec<_> = targets
        .iter()
        .map(|target| (target.id.as_str(), target.title.as_str(), target.last_active))
        .collect();
    assert_eq!(
        told,
        [
            ("INBOX", "INBOX (1 mail)", Some(NOW - HOUR)),
            ("Entwürfe", "Entwürfe (sent mail, 2 mails)", Some(NOW - HOUR)),
            ("Empty", "Empty (0 mails)", None),
        ]
    );
}

#[test]
fn no_mailbox_is_lost_when_connections_are_cut() {
    for cut_after in (200..6_000).step_by(150) {
        let world = World::new((1..=20).map(mail).collect());
        world.borrow_mut().others = vec![other("Sent", 1..=20), other("Lists", 1..=20)];
        let mut host = host(&world, &["INBOX", "Sent", "Lists"]);
        host.max_events = 40;
        world.borrow_mut().cut_after = Some(cut_after);
        match host.call() {
            Ok(_) | Err(Fault::Transient(_)) => {}
            Err(other) => panic!("cut after {cut_after}: {other:?}"),
        }
        host.run().unwrap();
        let (mut ids, count) = (host.ids(), host.items().len());
        ids.sort();
        ids.dedup();
        assert_eq!((ids.len(), count), (60, 60), "cut after {cut_after}");
    }
}
