//! Notices: one effect for each key, over leases that end, senders that die and digests that race.

use hark_model::*;
use hark_store::*;
use proptest::prelude::*;

use crate::given::{Given, batch, item};

pub fn notice(key: &str) -> NewNotice {
    NewNotice {
        key: key.to_owned(),
        target: "team".to_owned(),
        urgent: false,
        held: false,
        subject: format!("about {key}"),
        body: "words".to_owned(),
        link: None,
        due_at: 1_000,
        at: 1_000,
    }
}

fn claim(lease: i64, at: Ms) -> NoticeClaim {
    NoticeClaim {
        target: "team".to_owned(),
        lease,
        at,
        until: at + 100,
        count: 10,
        per_minute_max: 1_000,
        urgent_only: false,
        repeats_max: 1,
        repeat_at: at + 500,
    }
}

fn queue(given: &Given, new: NewNotice) -> bool {
    given.run(given.store.queue_notice(new)).unwrap()
}

fn take(given: &Given, by: NoticeClaim) -> Vec<ClaimedNotice> {
    given.run(given.store.claim_notices(by)).unwrap()
}

fn keys(taken: &[ClaimedNotice]) -> Vec<&str> {
    taken.iter().map(|notice| notice.key.as_str()).collect()
}

fn settle(given: &Given, id: NoticeId, lease: i64, end: NoticeEnd, at: Ms) -> bool {
    given.run(given.store.settle_notice(id, lease, end, at)).unwrap()
}

fn row(given: &Given, key: &str) -> NoticeRow {
    given.run(given.store.notice(key)).unwrap().unwrap()
}

fn state(given: &Given, key: &str) -> NoticeState {
    row(given, key).state
}

#[test]
fn a_key_is_queued_once_and_for_ever() {
    let given = Given::new();
    assert!(queue(&given, notice("a")));
    assert!(!queue(&given, NewNotice { body: "other".to_owned(), ..notice("a") }));
    let taken = take(&given, claim(1, 1_000));
    assert!(settle(&given, taken[0].id, 1, NoticeEnd::Sent, 1_001));
    assert_eq!(given.run(given.store.erase_notices(2_000)).unwrap(), 1);
    assert!(!queue(&given, notice("a")), "the key outlives the words");
    assert_eq!((row(&given, "a").body.as_str(), row(&given, "a").state), ("", NoticeState::Sent));
}

#[test]
fn a_notice_is_stored_with_its_cause_or_not_at_all() {
    let given = Given::new();
    let commit = |id: &str| batch(given.sources[0], 10, vec![Event::Item(item(id, "words"))]);
    given.run(given.store.commit_batch_with_notices(commit("1"), vec![notice("a")])).unwrap();
    assert_eq!(state(&given, "a"), NoticeState::Waiting);
    // A key that no column takes fails the whole batch.
    let failed = given.run(given.store.commit_batch_with_notices(commit("2"), vec![notice("b"), notice("")]));
    assert!(matches!(failed, Err(StoreError::Statement(_))), "{failed:?}");
    assert!(given.run(given.store.notice("b")).unwrap().is_none());
    assert_eq!(given.ids(FeedFilter::default()), ["1"]);
}

#[test]
fn one_lease_at_a_time_and_a_lost_one_changes_nothing() {
    let given = Given::new();
    queue(&given, notice("a"));
    let first = take(&given, claim(1, 1_000));
    assert_eq!(keys(&first), ["a"]);
    assert!(take(&given, claim(2, 1_050)).is_empty());
    let second = take(&given, claim(2, 1_100));
    assert_eq!((keys(&second), second[0].attempts), (vec!["a"], 2));
    let again = NoticeEnd::Again { due_at: 9_000, fault: "late".to_owned() };
    assert!(!settle(&given, first[0].id, 1, again, 1_110));
    assert!(!given.run(given.store.hand_over_notice(first[0].id, 1, 1_110)).unwrap());
    // That it was taken is a fact, whoever says so.
    assert!(settle(&given, first[0].id, 1, NoticeEnd::Sent, 1_120));
    assert!(!settle(&given, second[0].id, 2, NoticeEnd::Dead { fault: "no".to_owned() }, 1_130));
    assert_eq!(state(&given, "a"), NoticeState::Sent);
}

#[test]
fn what_was_handed_over_without_an_answer_is_uncertain_once_and_then_given_up() {
    let given = Given::new();
    queue(&given, notice("a"));
    let taken = take(&given, claim(1, 1_000));
    assert!(given.run(given.store.hand_over_notice(taken[0].id, 1, 1_010)).unwrap());
    assert!(take(&given, claim(2, 1_100)).is_empty());
    let waiting = row(&given, "a");
    assert_eq!((waiting.state, waiting.due_at), (NoticeState::Uncertain, 1_600));
    let taken = take(&given, claim(3, 1_600));
    assert_eq!(taken[0].uncertain_count, 1);
    assert!(given.run(given.store.hand_over_notice(taken[0].id, 3, 1_610)).unwrap());
    assert!(take(&given, claim(4, 1_700)).is_empty());
    let dead = row(&given, "a");
    assert_eq!((dead.state, dead.uncertain_count), (NoticeState::Dead, 2));
    assert!(dead.fault.unwrap().contains("before it had an answer"));
}

#[test]
fn people_list_retry_and_drop_what_was_given_up() {
    let given = Given::new();
    for key in ["a", "b"] {
        queue(&given, notice(key));
    }
    for notice in take(&given, claim(1, 1_000)) {
        assert!(settle(&given, notice.id, 1, NoticeEnd::Dead { fault: "gone".to_owned() }, 1_001));
    }
    let dead = given.run(given.store.notices(NoticeState::Dead, 10)).unwrap();
    assert_eq!(dead.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert!(given.run(given.store.retry_notice("a", 1_500)).unwrap());
    assert!(given.run(given.store.drop_notice("b", 1_500)).unwrap());
    for key in ["b", "nobody"] {
        assert!(!given.run(given.store.retry_notice(key, 1_600)).unwrap(), "{key}");
    }
    let again = take(&given, claim(2, 1_600));
    assert_eq!((keys(&again), again[0].attempts), (vec!["a"], 1));
    assert!(!given.run(given.store.drop_notice("a", 1_600)).unwrap(), "somebody sends it");
}

#[test]
fn a_target_is_asked_so_often_in_a_minute_and_left_alone_when_it_says_so() {
    let given = Given::new();
    for n in 0..9 {
        queue(&given, notice(&n.to_string()));
    }
    let few = |lease, at| NoticeClaim { per_minute_max: 4, ..claim(lease, at) };
    assert_eq!(take(&given, few(1, 1_000)).len(), 4);
    assert_eq!(take(&given, few(2, 1_050)).len(), 0);
    given.run(given.store.hold_notices("team", 100_000)).unwrap();
    given.run(given.store.hold_notices("team", 70_000)).unwrap();
    assert_eq!(take(&given, few(3, 99_999)).len(), 0);
    assert_eq!(given.run(given.store.next_notice_due("team", false)).unwrap(), Some(100_000));
    assert_eq!(given.run(given.store.next_notice_due("team", true)).unwrap(), None, "none is urgent");
    assert_eq!(take(&given, few(4, 100_000)).len(), 4);
    let other = NoticeClaim { target: "other".to_owned(), ..claim(5, 1_000) };
    queue(&given, NewNotice { target: "other".to_owned(), ..notice("x") });
    assert_eq!(keys(&take(&given, other)), ["x"]);
}

#[test]
fn a_digest_takes_the_place_of_what_it_lists_or_of_nothing() {
    let given = Given::new();
    let held = |key| NewNotice { held: true, ..notice(key) };
    for key in ["a", "b", "c"] {
        queue(&given, held(key));
    }
    queue(&given, NewNotice { urgent: true, ..held("now") });
    assert_eq!(keys(&take(&given, claim(1, 1_000))), ["now"]);
    let waiting = given.run(given.store.held_notices("team", 10)).unwrap();
    let ids: Vec<NoticeId> = waiting.iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), 3);
    assert!(given.run(given.store.drop_notice("c", 1_000)).unwrap());
    let bundle = |key: &str, ids: &[NoticeId]| {
        given.run(given.store.bundle_notices(notice(key), ids.to_vec())).unwrap()
    };
    assert!(!bundle("digest", &ids), "one of them was dropped meanwhile");
    assert!(given.run(given.store.notice("digest")).unwrap().is_none());
    assert!(bundle("digest", &ids[..2]));
    assert!(!bundle("digest two", &ids[..2]), "each is listed once");
    assert_eq!(state(&given, "a"), NoticeState::Bundled);
    assert_eq!(keys(&take(&given, claim(2, 1_000))), ["digest"]);
}

#[test]
fn nothing_waits_in_silence_for_a_target_or_a_digest_that_is_gone() {
    let given = Given::new();
    queue(&given, NewNotice { held: true, ..notice("a") });
    queue(&given, NewNotice { target: "old".to_owned(), ..notice("b") });
    assert_eq!(given.run(given.store.release_held_notices("team")).unwrap(), 1);
    assert_eq!(given.run(given.store.give_up_orphaned_notices(vec!["team".to_owned()])).unwrap(), 1);
    assert_eq!(state(&given, "a"), NoticeState::Waiting);
    assert_eq!(row(&given, "b").fault.as_deref(), Some("the settings name no target old"));
    let counts = given.run(given.store.notice_counts()).unwrap();
    assert_eq!(counts, [(NoticeState::Dead, 1), (NoticeState::Waiting, 1)]);
}

/// What may happen to a queue of notices.
#[derive(Debug, Clone)]
enum Happens {
    Queue(u8),
    Send { hand_over: bool, end: u8 },
    Die { hand_over: bool },
    Retry(u8),
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        (0..6_u8).prop_map(Happens::Queue),
        (any::<bool>(), 0..4_u8).prop_map(|(hand_over, end)| Happens::Send { hand_over, end }),
        any::<bool>().prop_map(|hand_over| Happens::Die { hand_over }),
        (0..6_u8).prop_map(Happens::Retry),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_no_key_is_lost_and_none_is_sent_after_it_was_taken(
        events in prop::collection::vec(happens(), 1..40),
    ) {
        let given = Given::new();
        let mut queued = std::collections::BTreeSet::new();
        let mut taken_by_target = std::collections::BTreeSet::new();
        for (n, event) in events.into_iter().enumerate() {
            // Each event is later than every lease before it, so that what a dead sender left is taken back.
            let (lease, at) = (n as i64 + 1, 10_000 * (n as i64 + 1));
            match event {
                Happens::Queue(key) => {
                    let key = key.to_string();
                    prop_assert_eq!(queue(&given, notice(&key)), queued.insert(key));
                }
                Happens::Retry(key) => {
                    given.run(given.store.retry_notice(&key.to_string(), at)).unwrap();
                }
                Happens::Send { hand_over, .. } | Happens::Die { hand_over } => {
                    for notice in take(&given, NoticeClaim { count: 2, repeats_max: 1, ..claim(lease, at) }) {
                        prop_assert!(!taken_by_target.contains(&notice.key), "{} was taken before", notice.key);
                        if hand_over {
                            prop_assert!(given.run(given.store.hand_over_notice(notice.id, lease, at)).unwrap());
                        }
                        let fault = "f".to_owned();
                        let end = match event {
                            Happens::Send { end: 0, .. } => NoticeEnd::Sent,
                            Happens::Send { end: 1, .. } => NoticeEnd::Again { due_at: at, fault },
                            Happens::Send { end: 2, .. } => NoticeEnd::Uncertain { due_at: at, fault },
                            Happens::Send { .. } => NoticeEnd::Dead { fault },
                            _ => continue,
                        };
                        if end == NoticeEnd::Sent {
                            taken_by_target.insert(notice.key.clone());
                        }
                        prop_assert!(settle(&given, notice.id, lease, end, at));
                    }
                }
            }
        }
        for key in &queued {
            prop_assert_eq!(state(&given, key) == NoticeState::Sent, taken_by_target.contains(key));
        }
    }
}
