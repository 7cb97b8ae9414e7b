//! Webhooks: signed, folded by id, over every failure and over senders that are killed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hark_lifecycle::Tasks;
use hark_notices::{HttpTrust, Mask, Policy, QuietHours, Round, Target};
use hark_store::{NewNotice, NoticeState};
use hmac::{Hmac, Mac};

use crate::given::{Given, START, WEBHOOK_SECRET, secret};
use crate::receiver::{Delivery, Receiver, Way};
use crate::sender::{Order, hasty_now};

pub const TRIALS: &[(&str, fn())] = &[
    ("webhook_each_key_has_one_effect_over_failures_and_kills", each_key_has_one_effect),
    ("webhook_failures_wait_and_refusals_rest", failures_wait_and_refusals_rest),
    ("webhook_a_digest_lists_many_outside_quiet_hours", a_digest_lists_many_outside_quiet_hours),
    ("webhook_all_text_passes_the_mask", all_text_passes_the_mask),
    ("webhook_a_courier_runs_until_told_to_stop_and_is_quiet_when_idle", runs_until_told_to_stop),
];

const NOTICES: usize = 120;
const KILLS: usize = 12;

fn target(receiver: &Receiver, policy: Policy) -> Target {
    Target::webhook("team", policy, &secret(&receiver.url()), &secret(WEBHOOK_SECRET), HttpTrust::default())
        .unwrap()
}

/// Checks a signature as a receiver does, by the standard's text alone.
fn is_signed(delivery: &Delivery) -> bool {
    let key = STANDARD.decode(WEBHOOK_SECRET.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
    let (id, at) = (delivery.header("webhook-id"), delivery.header("webhook-timestamp"));
    mac.update(format!("{id}.{at}.{}", delivery.body).as_bytes());
    let given =
        delivery.header("webhook-signature").strip_prefix("v1,").and_then(|text| STANDARD.decode(text).ok());
    given.is_some_and(|given| mac.verify_slice(&given).is_ok())
}

/// Half of all deliveries fail, in all ways, by chance that is the same in each run for the same order.
fn unreliable(count: usize, id: &str) -> (Way, &'static str) {
    let mixed = (count * 31 + id.len() * 7).wrapping_mul(0x9e37_79b9) >> 7;
    let way = match mixed % 14 {
        0..=5 => Way::Take,
        6 => Way::TakeSlowly,
        7 | 8 => Way::TakeAndHangUp,
        9 | 10 => Way::HangUp,
        11 => Way::Status(429),
        12 => Way::Status(503),
        _ => Way::Status(500),
    };
    (way, "")
}

fn each_key_has_one_effect() {
    let given = Given::new();
    let receiver = Receiver::start(unreliable);
    let keys: BTreeSet<String> = (0..NOTICES).map(|n| format!("cause:{n}")).collect();
    for key in &keys {
        let now = hasty_now();
        given.queue_as(NewNotice { due_at: now, at: now, ..given.notice(key) });
    }
    let order = Order { db: given.folder.path().join("hark.db"), to: receiver.url() };
    for kill in 1..=KILLS {
        let mut sender = order.start();
        receiver.wait_for(kill * NOTICES / KILLS / 2);
        // On Unix this is SIGKILL.
        sender.kill().unwrap();
        sender.wait().unwrap();
    }
    let mut sender = order.start();
    given.until("all are sent", || {
        assert!(sender.try_wait().unwrap().is_none(), "the sender runs");
        given.run(given.store.notice_counts()).unwrap() == [(NoticeState::Sent, NOTICES as u64)]
    });
    sender.kill().unwrap();
    sender.wait().unwrap();
    judge(&receiver.deliveries(), &keys);
}

/// A receiver that folds by `webhook-id` has one effect for each key; one that does not has more.
fn judge(deliveries: &[Delivery], keys: &BTreeSet<String>) {
    let read: Vec<&Delivery> = deliveries.iter().filter(|delivery| delivery.way != Way::HangUp).collect();
    assert!(read.iter().all(|delivery| is_signed(delivery)), "each delivery that was read is signed");
    let taken: Vec<&&Delivery> = read.iter().filter(|delivery| delivery.way.takes()).collect();
    let folded: BTreeSet<String> =
        taken.iter().map(|delivery| delivery.header("webhook-id").to_owned()).collect();
    assert_eq!(&folded, keys, "nothing is lost, and nothing comes that was not queued");
    let bodies: BTreeSet<&str> = taken.iter().map(|delivery| delivery.body.as_str()).collect();
    assert_eq!(bodies.len(), keys.len(), "a repeat is the same, byte for byte");
    let mut ways: BTreeMap<Way, usize> = BTreeMap::new();
    for delivery in deliveries {
        *ways.entry(delivery.way).or_default() += 1;
    }
    assert!(ways.len() >= 7, "every way of failing was met: {ways:?}");
    println!(
        "{} deliveries, {} taken, {} distinct ids of {} keys, {KILLS} kills; {ways:?}",
        deliveries.len(),
        taken.len(),
        folded.len(),
        keys.len()
    );
}

fn failures_wait_and_refusals_rest() {
    let given = Given::new();
    let receiver = Receiver::start(|count, _| match count {
        0 => (Way::Status(429), ""),
        1 => (Way::TakeAndHangUp, ""),
        2 => (Way::Take, ""),
        _ => (Way::Status(410), ""),
    });
    let courier = given.courier(vec![target(&receiver, Policy::default())], Mask::nothing(), None);
    given.queue("a");
    assert_eq!(given.round(&courier), Round { again: 1, ..Round::default() });
    assert_eq!(given.row("a").fault.as_deref(), Some("the target answered with status 429"));
    assert_eq!(given.round(&courier), Round::default(), "it waits");
    given.wait_secs(6);
    assert_eq!(
        given.round(&courier),
        Round { again: 1, ..Round::default() },
        "the receiver folds: it is sent again"
    );
    given.wait_secs(11);
    assert_eq!(given.round(&courier), Round { sent: 1, ..Round::default() });
    given.queue("b");
    assert_eq!(given.round(&courier), Round { dead: 1, ..Round::default() });
    assert_eq!(given.row("b").fault.as_deref(), Some("the target answered with status 410"));
    let fault = format!("{:?}", given.row("a"));
    assert!(!fault.contains("C2FVsBQIhrscChlQ"));
    let ids: Vec<_> =
        receiver.deliveries().iter().map(|delivery| delivery.header("webhook-id").to_owned()).collect();
    assert_eq!(ids, ["a", "a", "a", "b"]);
}

fn a_digest_lists_many_outside_quiet_hours() {
    let given = Given::new();
    let receiver = Receiver::start(|_, _| (Way::Take, ""));
    let policy = Policy {
        digest_every: Some(Duration::from_secs(1_800)),
        quiet: Some(QuietHours::parse("22:00", "07:00", "Europe/Berlin").unwrap()),
        ..Policy::default()
    };
    let courier = given.courier(vec![target(&receiver, policy)], Mask::nothing(), None);
    // It is one o'clock at night in Berlin.
    for key in ["a", "b", "c"] {
        given.queue_as(NewNotice { held: true, ..given.notice(key) });
    }
    given.queue_as(NewNotice { urgent: true, held: true, ..given.notice("fire") });
    assert_eq!(given.round(&courier), Round { sent: 1, ..Round::default() });
    given.wait_secs(3_600);
    assert_eq!(given.round(&courier), Round::default(), "the hours are quiet");
    given.wait_secs(6 * 3_600);
    assert!(given.now() > START);
    assert_eq!(given.round(&courier), Round { sent: 1, ..Round::default() });
    let deliveries = receiver.deliveries();
    assert_eq!(deliveries.len(), 2);
    assert_eq!(deliveries[0].header("webhook-id"), "fire");
    for part in ["\"3 notices\"", "1. About a", "2. About b", "3. About c", "+49 30"] {
        assert!(deliveries[1].body.contains(part), "{part} in {}", deliveries[1].body);
    }
    assert_eq!(given.state("b"), NoticeState::Bundled);
    assert_eq!(given.round(&courier), Round::default());
}

fn all_text_passes_the_mask() {
    let given = Given::new();
    let receiver = Receiver::start(|_, _| (Way::Take, ""));
    let mask = Mask::new(|text| text.replace("+49 30 1234567", "[phone]").replace("Zoe", "[name]"));
    let courier = given.courier(vec![target(&receiver, Policy::default())], mask, None);
    given.queue_as(NewNotice { subject: "Zoe asks".to_owned(), ..given.notice("a") });
    assert_eq!(given.round(&courier).sent, 1);
    let body = &receiver.deliveries()[0].body;
    assert!(body.contains("[name] asks") && body.contains("Call [phone]."), "{body}");
    assert!(!body.contains("1234567") && !body.contains("Zoe"), "{body}");
}

fn runs_until_told_to_stop() {
    let given = Given::new();
    let receiver = Receiver::start(|_, _| (Way::Take, ""));
    let other = Target::webhook(
        "other",
        Policy::default(),
        &secret(&receiver.url()),
        &secret(WEBHOOK_SECRET),
        HttpTrust::default(),
    );
    let targets = vec![target(&receiver, Policy::default()), other.unwrap()];
    let courier = given.courier(targets, Mask::nothing(), None);
    let (mut tasks, shutdown) = Tasks::new();
    given.run(async { tasks.spawn("courier", courier.run(shutdown)) });
    given.queue("a");
    given.until("it is sent", || given.state("a") == NoticeState::Sent);
    let looked = |secs| {
        let until = Instant::now() + Duration::from_secs(secs);
        given.until("some looks were taken", || Instant::now() > until);
        *given.store.commits().borrow()
    };
    let commits = looked(1);
    assert_eq!(looked(3), commits, "where nothing is due nothing is written");
    let report = given.run(tasks.stop(Duration::from_secs(10)));
    assert_eq!((report.aborted.len(), report.panicked.len(), receiver.deliveries().len()), (0, 0, 1));
}
