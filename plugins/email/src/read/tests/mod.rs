//! A mailbox read from a played server: whole, in bits, cut, changed under our feet.

use std::cell::RefCell;
use std::rc::Rc;

use hark_sdk::testing;
use proptest::prelude::*;

mod backfill;
mod folders;
mod recheck;

use super::*;
use crate::played::{self, Stored, World};
use crate::settings::tests::settings;

const NOW: Ms = 1_784_885_565_000; // 2026-07-24
const HOUR: Ms = 3_600_000;

fn mail(uid: u32) -> Stored {
    let raw =
        format!("From: jo@example.org\r\nMessage-ID: <{uid}@x>\r\nSubject: {uid}\r\n\r\nbody {uid}\r\n");
    Stored::new(uid, NOW - HOUR + i64::from(uid), raw)
}

pub fn request(max_events: u32) -> ReadRequest {
    ReadRequest {
        stream_name: "inbox".into(),
        target: None,
        mode: ReadMode::Incremental,
        cursor: None,
        continuation: None,
        since: None,
        until: None,
        ids: Vec::new(),
        budget: Budget { max_events, max_requests: 9, max_cost_microusd: 0, deadline: NOW + 25_000 },
    }
}

/// What a host does with a source: keeps the cursor with the events, goes on while there is more.
struct Host {
    world: Rc<RefCell<World>>,
    settings: Settings,
    cursor: Option<Vec<u8>>,
    continuation: Option<Vec<u8>>,
    max_events: u32,
    events: Vec<Event>,
    mode: ReadMode,
    target: Option<String>,
    since: Option<Ms>,
    until: Option<Ms>,
    recheck: Vec<String>,
}

impl Host {
    fn new(world: &Rc<RefCell<World>>) -> Self {
        testing::set_now(NOW);
        let world = Rc::clone(world);
        Self {
            world,
            settings: settings(),
            cursor: None,
            continuation: None,
            max_events: 2_000,
            events: Vec::new(),
            mode: ReadMode::Incremental,
            target: None,
            since: None,
            until: None,
            recheck: Vec::new(),
        }
    }

    /// One call; says whether there is more.
    fn call(&mut self) -> Result<bool, Fault> {
        let mut request = request(self.max_events);
        (request.cursor, request.continuation) = (self.cursor.clone(), self.continuation.take());
        (request.mode, request.target) = (self.mode, self.target.clone());
        (request.since, request.until) = (self.since, self.until);
        request.ids.clone_from(&self.recheck);
        let session =
            Session::sign_in(played::connect(&self.world), &self.settings, request.budget.deadline)?;
        let batch = match self.mode {
            ReadMode::Incremental => incremental(session, &self.settings, &request),
            ReadMode::Backfill => backfill(session, &self.settings, &request),
            ReadMode::Recheck => recheck(session, &self.settings, &request),
        }?;
        assert!(batch.events.len() <= self.max_events as usize);
        self.events.extend(batch.events);
        self.cursor = batch.cursor.or(self.cursor.take());
        self.continuation = batch.continuation;
        Ok(self.continuation.is_some())
    }

    fn run(&mut self) -> Result<(), Fault> {
        for _ in 0..10_000 {
            if !self.call()? {
                return Ok(());
            }
        }
        panic!("the run never ends");
    }

    fn items(&self) -> Vec<&Item> {
        let items = self.events.iter().filter_map(|event| match event {
            Event::Item(item) => Some(item),
            _ => None,
        });
        items.collect()
    }

    fn ids(&self) -> Vec<String> {
        self.items().iter().map(|item| item.id.clone()).collect()
    }

    fn poisons(&self) -> Vec<&Poison> {
        let poisons = self.events.iter().filter_map(|event| match event {
            Event::Poison(poison) => Some(poison),
            _ => None,
        });
        poisons.collect()
    }
}

fn ids(uids: impl IntoIterator<Item = u32>) -> Vec<String> {
    uids.into_iter().map(|uid| format!("{uid}@x")).collect()
}

#[test]
fn mails_are_read_once_and_in_order() {
    let world = World::new([3, 4, 9].map(mail).to_vec());
    let mut host = Host::new(&world);
    host.run().unwrap();
    assert_eq!(host.ids(), ids([3, 4, 9]));
    host.run().unwrap();
    assert_eq!(host.items().len(), 3, "nothing new");
    world.borrow_mut().mails.push(mail(10));
    world.borrow_mut().uid_next = 11;
    host.run().unwrap();
    assert_eq!(host.ids(), ids([3, 4, 9, 10]));
    let heard = world.borrow().heard.join("\n");
    assert!(
        heard.contains("EXAMINE") && heard.contains("BODY.PEEK[]") && !heard.contains("SELECT"),
        "{heard}"
    );
}

#[test]
fn a_server_that_hides_the_next_uid_is_read_too() {
    let world = World::new([3, 4].map(mail).to_vec());
    world.borrow_mut().tells_uid_next = false;
    let mut host = Host::new(&world);
    host.run().unwrap();
    host.run().unwrap();
    assert_eq!(host.ids(), ids([3, 4]), "`n:*` names the last mail again");
}

#[test]
fn the_first_read_goes_back_as_far_as_the_settings_say() {
    let old = |uid| Stored { received_at: NOW - 40 * limits::DAY_MS, ..mail(uid) };
    let world = World::new(vec![old(1), mail(2), old(3), mail(4)]);
    let mut host = Host::new(&world);
    host.run().unwrap();
    assert_eq!(host.ids(), ids([2, 4]));
    // A mail that was moved here since is new, however old it is.
    world.borrow_mut().mails.push(old(5));
    world.borrow_mut().uid_next = 6;
    host.run().unwrap();
    assert_eq!(host.ids(), ids([2, 4, 5]));
}

#[test]
fn another_uidvalidity_means_reading_the_window_again() {
    let world = World::new([3, 4].map(mail).to_vec());
    let mut host = Host::new(&world);
    host.run().unwrap();
    {
        let mut world = world.borrow_mut();
        world.uid_validity = 8;
        world.mails = [3, 4, 5].map(|uid| Stored { uid: uid - 2, ..mail(uid) }).to_vec();
        world.uid_next = 4;
    }
    host.run().unwrap();
    assert_eq!(host.ids(), ids([3, 4, 3, 4, 5]), "the same ids, so the store keeps each once");
}

#[test]
fn a_mail_that_goes_between_two_questions_is_passed() {
    let world = World::new((1..=5).map(mail).collect());
    world.borrow_mut().expunge_after_look = vec![1, 4];
    let mut host = Host::new(&world);
    host.run().unwrap();
    assert_eq!(host.ids(), ids([2, 3, 5]));
}

#[test]
fn what_came_before_a_cut_is_kept_and_the_rest_asked_for_again() {
    let long = |uid| {
        let mut mail = mail(uid);
        mail.raw.extend(vec![b'x'; 5_000]);
        mail
    };
    let world = World::new((1..=3).map(long).collect());
    world.borrow_mut().cut_after = Some(8_000);
    let mut host = Host::new(&world);
    assert_eq!(host.call(), Ok(true), "the first mail came whole");
    assert_eq!(host.ids(), ids([1]));
    world.borrow_mut().cut_after = Some(1_000);
    let before = host.cursor.clone();
    let fault = host.call().unwrap_err();
    assert!(matches!(fault, Fault::Transient(_)), "{fault:?}");
    assert_eq!(host.cursor, before);
    host.run().unwrap();
    assert_eq!(host.ids(), ids([1, 2, 3]));
}

#[test]
fn a_literal_of_another_length_spoils_one_mail_only() {
    for misannounced in [-7, 7, 40] {
        let mut mails: Vec<_> = (1..=4).map(mail).collect();
        mails[1].misannounced = misannounced;
        mails[1].raw.extend_from_slice(b"* 9 FETCH (UID 3 BODY[] {3}\r\nlie)\r\nh5 OK done\r\n");
        let world = World::new(mails);
        let mut host = Host::new(&world);
        host.run().unwrap();
        assert_eq!(host.ids(), ids([1, 3, 4]), "announced {misannounced:+}");
        let poisons = host.poisons();
        assert_eq!(poisons.len(), 1, "announced {misannounced:+}");
        assert_eq!(poisons[0].hint, "INBOX uid 2 of 7");
    }
}

#[test]
fn a_broken_mail_is_poison_and_passed() {
    let mut mails: Vec<_> = (1..=3).map(mail).collect();
    mails[1].raw = b"\0\0 no mail at all".to_vec();
    let world = World::new(mails);
    let mut host = Host::new(&world);
    host.run().unwrap();
    assert_eq!(host.ids(), ids([1, 3]));
    assert_eq!(host.poisons().len(), 1);
    let origin = host.poisons()[0].origin.payload as usize;
    assert_eq!(world.borrow().kept[origin - 1].2, b"\0\0 no mail at all");
}

#[test]
fn a_large_mail_is_read_without_what_is_attached() {
    let mut mails: Vec<_> = (1..=3).map(mail).collect();
    mails[1].raw =
        b"From: jo@example.org\r\nMessage-ID: <2@x>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
            .to_vec();
    mails[1].raw.resize(2 << 20, b'x');
    mails[1].structure = Some(
        "((\"text\" \"plain\" NIL NIL NIL \"7bit\" 14 1 NIL NIL NIL NIL)(\"application\" \"pdf\" (\"name\" {5}\r\nx.pdf) \
NIL NIL \"base64\" 2000000 NIL (\"attachment\" (\"filename\" \"B ro.pdf\")) NIL NIL) \"mixed\" (\"boundary\" \"b\") NIL NIL NIL)"
            .to_owned(),
    );
    let world = World::new(mails);
    let mut host = Host::new(&world);
    host.run().unwrap();
    assert_eq!(host.ids(), ids([1, 2, 3]));
    let item = host.items()[1];
    assert_eq!(item.text, "the first text");
    assert_eq!(item.attachments[0].name.as_deref(), Some("B ro.pdf"));
    assert_eq!(item.attachments[0].bytes, Some(2_000_000));
    let kept = world.borrow().kept[1].clone();
    assert_eq!(kept.1, label::CUT_MEDIA_TYPE);
    assert!(kept.2.len() < 1_000);
}

#[test]
fn a_large_mail_of_one_text_is_read_from_its_beginning() {
    for (structure, claimed_size) in [(None, None), (Some("gibberish"), None), (None, Some(10))] {
        let mut large = mail(2);
        large.raw.extend(vec![b'x'; 2 << 20]);
        large.structure = structure.map(str::to_owned);
        large.claimed_size = claimed_size;
        let world = World::new(vec![mail(1), large, mail(3)]);
        let mut host = Host::new(&world);
        host.run().unwrap();
        assert_eq!(host.ids(), ids([1, 2, 3]), "{structure:?} {claimed_size:?}");
        assert!(host.items()[1].text.starts_with("body 2"), "{structure:?} {claimed_size:?}");
    }
}

#[test]
fn events_are_the_same_when_the_kept_mail_is_read_again() {
    let mut mails: Vec<_> = (1..=3).map(mail).collect();
    mails[1].raw = b"junk".to_vec();
    mails[2].raw.extend(vec![b'x'; 2 << 20]);
    let world = World::new(mails);
    let mut host = Host::new(&world);
    host.run().unwrap();
    let kept = world.borrow().kept.clone();
    let again = kept.into_iter().zip(1..).flat_map(|((label, media_type, body), payload)| {
        let raw = Raw { label, media_type, body, payload, received_at: 0 };
        crate::Email::normalise(&host.settings, raw).unwrap()
    });
    assert_eq!(again.collect::<Vec<_>>(), host.events);
}

#[test]
fn a_budget_smaller_than_a_mail_is_kept() {
    for max_events in 1..=7 {
        let world = World::new((1..=4).map(mail).collect());
        let mut host = Host::new(&world);
        host.max_events = max_events;
        host.run().unwrap();
        assert_eq!(host.ids(), ids(1..=4), "{max_events} events a call");
        assert_eq!(host.events.len(), 12, "{max_events} events a call");
    }
}

#[test]
fn a_wide_gap_between_uids_is_crossed() {
    let world = World::new([1, 50_000, 3_000_000_000].map(mail).to_vec());
    let mut host = Host::new(&world);
    host.run().unwrap();
    assert_eq!(host.ids(), ids([1, 50_000, 3_000_000_000]));
    assert!(world.borrow().heard.len() < 400, "{}", world.borrow().heard.len());
}

/// What happens before a call.
#[derive(Debug, Clone)]
enum Turn {
    Arrive(u32),
    Expunge(usize),
    Cut(usize),
    LoseContinuation,
    Call,
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        2 => (1u32..5).prop_map(Turn::Arrive),
        1 => (0usize..40).prop_map(Turn::Expunge),
        2 => (1usize..9_000).prop_map(Turn::Cut),
        1 => Just(Turn::LoseContinuation),
        4 => Just(Turn::Call),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_each_mail_is_read_once(
        turns in proptest::collection::vec(turn(), 1..40),
        chunk in 1usize..300,
        max_events in 1u32..20,
        filler in 0usize..900,
    ) {
        let world = World::new(Vec::new());
        world.borrow_mut().chunk = chunk;
        let mut host = Host::new(&world);
        host.max_events = max_events;
        let mut gone = Vec::new();
        for turn in turns {
            match turn {
                Turn::Arrive(step) => {
                    let mut world = world.borrow_mut();
                    let uid = world.uid_next + step - 1;
                    let mut arrived = mail(uid);
                    arrived.raw.extend(b")\r\nh6 OK {9}\r\n".iter().cycle().take(filler));
                    world.mails.push(arrived);
                    world.uid_next = uid + 1;
                }
                Turn::Expunge(index) => {
                    let mut world = world.borrow_mut();
                    if index < world.mails.len() {
                        gone.push(format!("{}@x", world.mails.remove(index).uid));
                    }
                }
                Turn::Cut(after) => world.borrow_mut().cut_after = Some(after),
                Turn::LoseContinuation => host.continuation = None,
                Turn::Call => match host.call() {
                    Ok(_) | Err(Fault::Transient(_)) => {}
                    Err(other) => prop_assert!(false, "{other:?}"),
                },
            }
        }
        world.borrow_mut().cut_after = None;
        host.run().unwrap();
        let mut read = host.ids();
        let sorted = { let mut ids = read.clone(); ids.sort(); ids };
        read.sort();
        read.dedup();
        prop_assert_eq!(&read, &sorted, "a mail was read twice");
        let left = ids(world.borrow().mails.iter().map(|mail| mail.uid));
        prop_assert!(left.iter().all(|id| read.contains(id)), "a mail was lost");
        prop_assert!(read.iter().all(|id| left.contains(id) || gone.contains(id)), "a mail was made up");
        prop_assert!(host.poisons().is_empty());
    }

    #[test]
    fn no_bytes_of_a_server_do_harm(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        testing::set_now(NOW);
        let script = hark_sdk::wire::Script::new([b"* OK [CAPABILITY IMAP4rev1] hi\r\nh1 OK in\r\n* OK [UIDVALIDITY 1] v\r\n* OK [UIDNEXT 9] n\r\nh2 OK ex\r\n* SEARCH 1\r\nh3 OK\r\n".as_slice(), &bytes]);
        let settings = settings();
        let session = Session::sign_in(hark_sdk::wire::LineReader::new(script), &settings, NOW + 25_000);
        if let Ok(session) = session {
            let _any = incremental(session, &settings, &request(100));
        }
    }
}
