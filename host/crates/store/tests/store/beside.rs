//! The inbox, backfills, rechecks and the outbox: what holds whatever the order of steps and crashes.

use std::collections::{BTreeMap, BTreeSet};

use hark_model::*;
use hark_store::*;
use proptest::prelude::*;

use crate::given::{Given, batch, item, removal};

const FOREVER: Ms = Ms::MAX;
const HOUR: Ms = 3_600_000;

fn delivery(given: &Given, n: usize) -> NewDelivery {
    NewDelivery {
        source: given.sources[0],
        method: "POST".to_owned(),
        path: "/in/x".to_owned(),
        query: format!("n={n}"),
        headers: vec![("x-id".to_owned(), n.to_string())],
        body: vec![0xff, n as u8],
        received_at: 1_000 + n as Ms,
    }
}

fn pending(given: &Given) -> Vec<PendingDelivery> {
    given.run(given.store.pending_deliveries(given.sources[0], FOREVER, 1_000)).unwrap()
}

/// Commits what delivery `id` said: one item named after its key.
fn settle(given: &Given, id: DeliveryId, key: Option<&str>) -> Committed {
    let name = key.map_or_else(|| id.to_string(), str::to_owned);
    let mut commit = batch(given.sources[0], 10, vec![Event::Item(item(&name, "pushed"))]);
    commit.along = Some(Along::Delivery { id, key: key.map(str::to_owned) });
    given.commit(commit)
}

#[derive(Debug, Clone)]
enum Step {
    Keep,
    /// Settles the nth that waits, with one of a few keys or none.
    Settle(prop::sample::Index, Option<u8>),
    /// Settles one that was settled before.
    SettleAgain(prop::sample::Index),
    PutOff(prop::sample::Index),
    Drop(prop::sample::Index),
    Crash,
}

fn step() -> impl Strategy<Value = Step> {
    let any = any::<prop::sample::Index>;
    prop_oneof![
        3 => Just(Step::Keep),
        3 => (any(), prop::option::of(0..4_u8)).prop_map(|(at, key)| Step::Settle(at, key)),
        1 => any().prop_map(Step::SettleAgain),
        1 => any().prop_map(Step::PutOff),
        1 => any().prop_map(Step::Drop),
        1 => Just(Step::Crash),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_delivery_waits_until_it_is_settled_and_counts_once(steps in prop::collection::vec(step(), 1..40)) {
        let mut given = Given::new();
        let mut waiting: Vec<(DeliveryId, NewDelivery)> = Vec::new();
        let (mut settled, mut items, mut keys) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        for (n, step) in steps.into_iter().enumerate() {
            match step {
                Step::Keep => {
                    let new = delivery(&given, n);
                    let id = given.run(given.store.keep_delivery(new.clone())).unwrap().unwrap();
                    prop_assert!(waiting.iter().map(|(id, _)| id).chain(&settled).all(|known| *known < id));
                    waiting.push((id, new));
                }
                Step::Settle(at, key) if !waiting.is_empty() => {
                    let (id, _) = waiting.remove(at.index(waiting.len()));
                    let key = key.map(|key| format!("key-{key}"));
                    let is_new = key.clone().is_none_or(|key| keys.insert(key));
                    let done = settle(&given, id, key.as_deref());
                    prop_assert_eq!((done.repeated, done.new_items), (!is_new, u32::from(is_new)));
                    if is_new {
                        items.insert(key.unwrap_or_else(|| id.to_string()));
                    }
                    settled.push(id);
                }
                Step::SettleAgain(at) if !settled.is_empty() => {
                    let done = settle(&given, settled[at.index(settled.len())], Some("key-of-another"));
                    prop_assert!(done.repeated && done.new_items == 0);
                }
                Step::PutOff(at) if !waiting.is_empty() => {
                    let id = waiting[at.index(waiting.len())].0;
                    let again = DeliveryEnd::Again { due_at: 5_000, fault: "no".to_owned() };
                    given.run(given.store.end_delivery(id, again)).unwrap();
                }
                Step::Drop(at) if !waiting.is_empty() => {
                    let (id, _) = waiting.remove(at.index(waiting.len()));
                    given.run(given.store.end_delivery(id, DeliveryEnd::Dropped)).unwrap();
                    settled.push(id);
                }
                Step::Crash => given.reopen(),
                _ => {}
            }
            let have: Vec<_> = pending(&given).into_iter().map(|it| (it.id, it.delivery)).collect();
            prop_assert_eq!(&have, &waiting, "untouched, and in their order");
        }
        let have: BTreeSet<String> = given.ids(FeedFilter { limit: 1_000, ..FeedFilter::default() }).into_iter().collect();
        prop_assert_eq!(have, items);
        crate::consistency::check(&given.db());
    }

    #[test]
    fn only_who_holds_a_backfill_moves_it(
        steps in prop::collection::vec((0..2_i64, 0..4_u8, any::<bool>()), 1..40),
    ) {
        let mut given = Given::new();
        let key = BackfillKey { source: given.sources[0], stream: "main".to_owned(), target: String::new() };
        prop_assert!(given.run(given.store.order_backfill(order(&key, None, 0))).unwrap());
        // The twin: who holds it until when, the cursor, batches; time passes with each step.
        let (mut holder, mut cursor, mut batches) = (None::<(i64, Ms)>, None, 0_u64);
        for (now, (who, what, crash)) in steps.into_iter().enumerate() {
            let now = now as Ms;
            let holds = holder.is_some_and(|(holder, _)| holder == who);
            match what {
                0 => {
                    let free = holder.is_none_or(|(holder, until)| holder == who || until <= now);
                    let had = given.run(given.store.take_backfill(key.clone(), who, now, now + 5)).unwrap();
                    prop_assert_eq!(had, free);
                    if had {
                        holder = Some((who, now + 5));
                    }
                }
                1 | 2 => {
                    let done = given.run(given.store.commit_batch(piece(&given, who, now, false)));
                    match done {
                        Ok(_) => {
                            prop_assert!(holds);
                            (cursor, batches) = (Some(now.to_string().into_bytes()), batches + 1);
                            holder = Some((who, now + 5));
                        }
                        Err(StoreError::LeaseLost) => prop_assert!(!holds),
                        Err(error) => panic!("{error}"),
                    }
                }
                _ => {
                    let rest = BackfillRest {
                        lease: who, state: BackfillState::Waiting, not_before: None, fault: None, fault_count: 0,
                    };
                    given.run(given.store.rest_backfill(key.clone(), rest)).unwrap();
                    if holds {
                        holder = None;
                    }
                }
            }
            if crash {
                given.reopen();
            }
            let status = given.run(given.store.backfills(key.source)).unwrap().remove(0);
            prop_assert_eq!((&status.cursor, status.batches, status.new_items), (&cursor, batches, batches));
            prop_assert_eq!(given.feed(FeedFilter::default()).len() as u64, batches.min(50));
            prop_assert_eq!(given.run(given.store.checkpoint(key.source, "main", "")).unwrap(), None);
        }
    }

    #[test]
    fn every_item_is_looked_at_again_until_it_is_too_old(ages in prop::collection::vec(0..60 * 24_i64, 1..20)) {
        let given = Given::new();
        let now = 10_000 * HOUR;
        let posts = ages.iter().enumerate().map(|(n, age)| {
            Event::Item(Item { published_at: now - age * HOUR, ..item(&n.to_string(), "post") })
        });
        given.says(now, posts.collect());
        let (mut clock, mut looks) = (now, BTreeMap::<String, u32>::new());
        loop {
            let plan = given.run(given.store.plan_recheck(given.sources[0], "main", clock, 3)).unwrap();
            if plan.ids.is_empty() {
                let Some(next) = plan.next_at else { break };
                prop_assert!(next > clock, "what is not given out is not due");
                clock = next;
                continue;
            }
            prop_assert!(plan.ids.len() <= 3);
            plan.ids.iter().for_each(|id| *looks.entry(id.clone()).or_default() += 1);
            let mut commit = batch(given.sources[0], clock, Vec::new());
            commit.along = Some(Along::Recheck { ids: plan.ids });
            given.commit(commit);
        }
        for (n, age) in ages.iter().enumerate() {
            let seen = looks.get(&n.to_string()).copied().unwrap_or(0);
            prop_assert_eq!(seen > 0, *age < 30 * 24, "an item of {} hours was looked at {} times", age, seen);
        }
        let left = given.db().query_row("SELECT count(*) FROM recheck", [], |row| row.get::<_, i64>(0)).unwrap();
        prop_assert_eq!(left, 0, "nothing is left in the schedule");
    }
}

fn order(key: &BackfillKey, since: Option<Ms>, at: Ms) -> BackfillOrder {
    BackfillOrder { key: key.clone(), since, since_default: -100 * HOUR, until: None, once: false, at }
}

/// A batch of a backfill that holds one item of its own.
fn piece(given: &Given, lease: i64, now: Ms, done: bool) -> BatchCommit {
    let post = Item { published_at: -now, ..item(&format!("old {now}"), "post") };
    let mut commit = batch(given.sources[0], now, vec![Event::Item(post)]);
    let cursor = Some(now.to_string().into_bytes());
    commit.along = Some(Along::Backfill(BackfillStep {
        lease,
        leased_until: now + 5,
        cursor,
        cursor_version: 1,
        items: 1,
        reached_at: Some(-now),
        done,
    }));
    commit
}

#[test]
fn a_backfill_begins_anew_only_when_it_is_over_or_another() {
    let given = Given::new();
    let key = BackfillKey { source: given.sources[0], stream: "main".to_owned(), target: String::new() };
    let status = || given.run(given.store.backfills(key.source)).unwrap().remove(0);
    let ask = |order| given.run(given.store.order_backfill(order)).unwrap();
    assert!(ask(BackfillOrder { once: true, ..order(&key, None, 5) }));
    assert_eq!((status().since, status().until, status().state), (-100 * HOUR, 5, BackfillState::Waiting));
    assert!(given.run(given.store.take_backfill(key.clone(), 7, 5, 10)).unwrap());
    given.commit(piece(&given, 7, 6, false));
    given.run(given.store.pause_backfill(key.clone())).unwrap();
    assert!(!given.run(given.store.take_backfill(key.clone(), 7, 6, 10)).unwrap(), "a person stopped it");
    assert!(
        !ask(BackfillOrder { once: true, ..order(&key, None, 7) }),
        "a wish of the configuration does not"
    );
    assert!(ask(order(&key, Some(-101 * HOUR), 7)), "nearly the same span");
    assert_eq!((status().state, status().batches), (BackfillState::Waiting, 1));
    assert!(given.run(given.store.take_backfill(key.clone(), 8, 7, 10)).unwrap());
    given.commit(piece(&given, 8, 8, true));
    assert_eq!(
        (status().state, status().done_at, status().reached_at),
        (BackfillState::Done, Some(8), Some(-8))
    );
    assert!(!ask(BackfillOrder { once: true, ..order(&key, None, 9) }));
    assert!(ask(order(&key, None, 9)));
    assert_eq!((status().batches, status().cursor, status().started_at), (0, None, 9));
    assert!(ask(order(&key, Some(-500 * HOUR), 10)));
    assert_eq!(status().since, -500 * HOUR);
}

#[test]
fn a_hole_is_filled_by_a_backfill_over_it_unless_it_is_told_again() {
    let given = Given::new();
    let key = BackfillKey { source: given.sources[0], stream: "main".to_owned(), target: String::new() };
    let gap = |since: Ms, until: Ms| {
        Event::Gap(Gap { stream: "main".into(), since: Some(since), until: Some(until), why: "lost".into() })
    };
    given.says(1, vec![gap(-50, -40), gap(-30, -20), gap(-200 * HOUR, -10)]);
    assert!(given.run(given.store.order_backfill(order(&key, None, 5))).unwrap());
    assert!(given.run(given.store.take_backfill(key.clone(), 7, 5, 10)).unwrap());
    given.says(6, vec![gap(-30, -20)]);
    given.commit(piece(&given, 7, 8, true));
    let status = given.run(given.store.sources()).unwrap().remove(0);
    let open: BTreeSet<_> = status.gaps_shown.iter().map(|gap| gap.since).collect();
    assert_eq!((status.gaps, open), (2, BTreeSet::from([Some(-30), Some(-200 * HOUR)])));
}

#[test]
fn open_work_is_looked_at_longer_and_what_is_gone_no_more() {
    let given = Given::new();
    let now = 10_000 * HOUR;
    let old = |id: &str, conversation: &str| {
        let published_at = now - 40 * 24 * HOUR;
        Event::Item(Item { published_at, conversation: conversation.to_owned(), ..item(id, "post") })
    };
    given.says(
        now,
        vec![
            old("open", "c1"),
            old("closed", "c2"),
            Event::Item(Item { published_at: now, ..item("gone", "x") }),
        ],
    );
    given.db().execute_batch("INSERT INTO work (conversation_id, status, updated_at) SELECT id, 'open', 0 FROM conversation WHERE native_id = 'c1'").unwrap();
    let plan = |at| given.run(given.store.plan_recheck(given.sources[0], "main", at, 10)).unwrap();
    assert_eq!(plan(now).ids, [""; 0]);
    given.says(now, vec![removal("gone", None)]);
    let mut commit = batch(given.sources[0], now, Vec::new());
    commit.along = Some(Along::Recheck { ids: vec!["gone".into(), "never heard of".into()] });
    given.commit(commit);
    let look = |at: Ms| {
        let mut commit = batch(given.sources[0], at, Vec::new());
        commit.along = Some(Along::Recheck { ids: vec!["gone".into()] });
        given.commit(commit);
    };
    assert_eq!(plan(now + 6 * HOUR).ids, ["gone"], "it may come back");
    look(now + 7 * 24 * HOUR);
    assert_eq!(plan(now + 1_000 * HOUR).ids, ["open"], "but it is not waited for for ever");
}

#[test]
fn what_comes_back_is_shown_and_looked_at_again() {
    let given = Given::new();
    let now = 10_000 * HOUR;
    let old = now - 50 * 24 * HOUR;
    let post = |id: &str, edited_at| Event::Item(Item { published_at: old, edited_at, ..item(id, "post") });
    let plan = |at| given.run(given.store.plan_recheck(given.sources[0], "main", at, 10)).unwrap().ids;
    let look = |at: Ms, events: Vec<Event>, ids: &[&str]| {
        let mut commit = batch(given.sources[0], at, events);
        commit.along = Some(Along::Recheck { ids: ids.iter().map(|id| (*id).to_owned()).collect() });
        given.commit(commit)
    };
    let shown = || given.ids(FeedFilter::default());
    given.says(old, vec![post("live", None), post("asked", None)]);
    assert_eq!(plan(old), [""; 0]);
    given.says(now, vec![removal("live", None), removal("asked", None)]);
    look(now, Vec::new(), &["live", "asked"]);
    assert_eq!((shown(), plan(now + 6 * HOUR)), (vec![], vec!["live".to_owned(), "asked".to_owned()]));

    // The platform says when; and where it does not, that it is there when we ask for it is enough.
    let at = now + 6 * HOUR;
    assert_eq!(given.says(at, vec![post("live", Some(at - 1))]).restored, 1);
    assert_eq!(given.says(at, vec![post("asked", None)]).restored, 0, "an old page that still has it");
    assert_eq!(shown(), ["live"]);
    assert_eq!(look(at, vec![post("asked", None)], &["asked"]).restored, 1);
    assert_eq!(look(at, vec![post("asked", None)], &["asked"]).restored, 0);
    let mut both = shown();
    both.sort_unstable();
    assert_eq!(both, ["asked", "live"]);
    // Old as they are, they are looked at as if they were new.
    let mut due = plan(at + HOUR / 6);
    due.sort_unstable();
    assert_eq!(due, ["asked", "live"]);
    look(at + 40 * 24 * HOUR, Vec::new(), &["live", "asked"]);
    assert_eq!(plan(Ms::MAX), [""; 0], "until they are too old again");
    crate::consistency::check(&given.db());
}

#[test]
fn what_comes_back_on_a_stream_that_is_never_asked_costs_no_schedule() {
    let given = Given::new();
    given.says(1_000, vec![Event::Item(item("1", "post"))]);
    given.says(2_000, vec![removal("1", None)]);
    let back = Event::Item(Item { edited_at: Some(2_500), ..item("1", "post") });
    assert_eq!(given.says(3_000, vec![back]).restored, 1);
    let left = given.db().query_row("SELECT count(*) FROM recheck", [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(left, 0);
}

#[test]
fn an_action_that_may_have_happened_keeps_its_key() {
    let given = Given::new();
    let new = |key: &str, text: &str| NewAction {
        source: given.sources[0],
        action: "reply".to_owned(),
        on: Some("q".to_owned()),
        arguments: text.to_owned(),
        key: key.to_owned(),
        at: 1,
    };
    let begin = |key: &str, text: &str| given.run(given.store.begin_action(new(key, text))).unwrap();
    let end = |key: &str, state: ActionState| {
        let mut commit = batch(given.sources[0], 5, vec![Event::Item(item("made", "answer"))]);
        let made = Some("made".to_owned());
        commit.along = Some(Along::Action(ActionEnd { key: key.to_owned(), state, detail: None, made }));
        given.commit(commit)
    };
    assert_eq!(begin("k1", "hello"), ActionBegun::New);
    let again = ActionBegun::Again { key: "k1".to_owned(), state: ActionState::Sending };
    assert_eq!(begin("k2", "hello"), again, "as after a crash");
    end("k1", ActionState::Uncertain);
    let again = ActionBegun::Again { key: "k1".to_owned(), state: ActionState::Uncertain };
    assert_eq!(begin("k3", "hello"), again);
    assert_eq!(begin("k4", "something else"), ActionBegun::New);
    assert_eq!(end("k1", ActionState::Done).new_items, 0);
    assert_eq!(begin("k1", "hello"), ActionBegun::Done { made: Some("made".to_owned()) });
    assert_eq!(begin("k5", "hello"), ActionBegun::New, "what was done may be said again on purpose");
    end("k5", ActionState::Failed);
    assert_eq!(begin("k6", "hello"), ActionBegun::New, "what was not done has no key to keep");
    let rows = given.run(given.store.outbox(10)).unwrap();
    let states: Vec<_> = rows.iter().map(|row| (row.key.as_str(), row.state, row.attempts)).collect();
    assert_eq!(
        states,
        [
            ("k6", ActionState::Sending, 1),
            ("k5", ActionState::Failed, 1),
            ("k4", ActionState::Sending, 1),
            ("k1", ActionState::Done, 3),
        ]
    );
}

#[test]
fn read_again_the_same_edit_shows_what_is_made_of_it_now() {
    let given = Given::new();
    let post = |text: &str, published_at: Ms| Event::Item(Item { published_at, ..item("1", text) });
    given.says(50, vec![post("read wrongly", 100)]);
    let kept = given.run(given.store.raws(given.sources[0], Ms::MIN, 0)).unwrap();
    assert_eq!((kept.len(), kept[0].payload.body.as_slice()), (1, &b"[]"[..]));
    for text in ["read rightly", "a third way", "read rightly"] {
        let mut commit = batch(given.sources[0], 50, vec![post(text, 200)]);
        commit.along = Some(Along::Replay { component_sha256: [9; 32] });
        given.commit(commit);
        let detail = given.detail("1");
        assert_eq!((detail.row.text.as_str(), detail.row.published_at), (text, 200));
    }
    let detail = given.detail("1");
    assert_eq!(detail.revisions.len(), 3, "each content once");
    assert_eq!(detail.revisions[1].component_sha256, [9; 32]);
    assert_eq!(given.run(given.store.raws(given.sources[0], Ms::MIN, 0)).unwrap().len(), 1);
    assert_eq!(given.run(given.store.read_from(given.sources[0], Ms::MIN, 0)).unwrap().len(), 3);
    crate::consistency::check(&given.db());
}
