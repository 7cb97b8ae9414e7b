//! Whether mails are still there.

use super::*;
use crate::played::Other;

fn host(world: &Rc<RefCell<World>>, ids: &[&str]) -> Host {
    let mut host = Host::new(world);
    host.mode = ReadMode::Recheck;
    host.recheck = ids.iter().map(|id| (*id).to_owned()).collect();
    host
}

fn gone(host: &Host) -> Vec<&str> {
    let removals = host.events.iter().map(|event| match event {
        Event::Removal(removal) => {
            assert_eq!((removal.reason, removal.at), (RemovalReason::NoLongerVisible, None));
            removal.id.as_str()
        }
        other => panic!("{other:?}"),
    });
    removals.collect()
}

#[test]
fn a_mail_that_is_in_no_mailbox_any_more_is_a_removal() {
    let world = World::new((1..=5).map(mail).collect());
    let archived = Other { name: "Archive", flags: "", mails: vec![mail(9)] };
    world.borrow_mut().others = vec![archived];
    let mut host = host(&world, &["1@x", "7@x", "9@x", "8@x"]);
    host.settings.mailboxes = vec!["INBOX".into(), "Archive".into()];
    host.run().unwrap();
    assert_eq!(gone(&host), ["7@x", "8@x"]);
    let kept = world.borrow().kept.clone();
    let again = kept.into_iter().zip(1..).flat_map(|((label, media_type, body), payload)| {
        let raw = Raw { label, media_type, body, payload, received_at: 9 };
        crate::Email::normalise(&host.settings, raw).unwrap()
    });
    assert_eq!(again.collect::<Vec<_>>(), host.events);
}

#[test]
fn ids_that_cannot_be_asked_for_have_no_answer() {
    let world = World::new(vec![mail(1)]);
    let made_up = format!("sha256.{}@local", "0".repeat(64));
    let mut host = host(&world, &[&made_up, "mit leer@x", "grüße@x", "2\"@x"]);
    host.run().unwrap();
    assert_eq!(gone(&host), ["2\"@x"]);
}

#[test]
fn a_server_that_does_not_find_ids_removes_nothing() {
    let world = World::new(vec![mail(1)]);
    world.borrow_mut().finds_ids = false;
    let mut host = host(&world, &["1@x", "2@x"]);
    host.run().unwrap();
    assert_eq!(host.events, []);
    world.borrow_mut().mails.clear();
    host.run().unwrap();
    assert_eq!(gone(&host), ["1@x", "2@x"], "an empty mailbox needs no search");
}

#[test]
fn a_fault_is_never_a_removal() {
    let ids = ["1@x", "2@x", "3@x"];
    for cut_after in (100..1_200).step_by(70) {
        let world = World::new(vec![mail(1)]);
        world.borrow_mut().cut_after = Some(cut_after);
        let mut host = host(&world, &ids);
        match host.call() {
            Ok(_) => assert_eq!(gone(&host), ["2@x", "3@x"]),
            Err(fault) => assert!(matches!(fault, Fault::Transient(_)), "{fault:?}"),
        }
    }
    let world = World::new(vec![mail(1)]);
    let mut host = host(&world, &ids);
    host.settings.mailboxes = vec!["Gone".into()];
    assert!(matches!(host.call(), Err(Fault::Config(_))));
}

#[test]
fn many_ids_are_answered_over_several_calls() {
    let world = World::new(vec![mail(1)]);
    let ids: Vec<_> = (0..130).map(|id| format!("{id}@x")).collect();
    let mut host = host(&world, &ids.iter().map(String::as_str).collect::<Vec<_>>());
    host.max_events = 20;
    host.run().unwrap();
    assert_eq!(gone(&host).len(), 129);
}
