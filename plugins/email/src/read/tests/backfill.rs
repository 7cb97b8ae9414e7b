//! What lies further back.

use super::*;

const DAY: Ms = limits::DAY_MS;

/// A mail that arrived so many days ago.
fn old(uid: u32, days: i64) -> Stored {
    Stored { received_at: NOW - days * DAY, ..mail(uid) }
}

fn host(world: &Rc<RefCell<World>>, since_days: i64, until_days: i64) -> Host {
    let mut host = Host::new(world);
    host.mode = ReadMode::Backfill;
    (host.since, host.until) = (Some(NOW - since_days * DAY), Some(NOW - until_days * DAY));
    host
}

#[test]
fn a_span_is_read_newest_slice_first_and_nothing_else() {
    let mails = vec![old(1, 4_000), old(2, 900), old(3, 400), old(4, 35), old(5, 31), old(6, 3), old(7, 0)];
    let world = World::new(mails);
    let mut host = host(&world, 1_000, 30);
    host.run().unwrap();
    let ids = host.ids();
    assert_eq!(ids.len(), 4, "{ids:?}");
    assert_eq!(ids[0], "5@x");
    assert_eq!(ids[3], "2@x");
    let before = world.borrow().heard.len();
    host.run().unwrap();
    assert_eq!(host.items().len(), 4, "the cursor says that it is through");
    assert!(!world.borrow().heard[before..].iter().any(|line| line.contains("SEARCH")));
}

#[test]
fn the_edges_are_exact() {
    let world = World::new(vec![
        Stored { received_at: NOW - 10 * DAY - 1, ..mail(1) },
        Stored { received_at: NOW - 10 * DAY, ..mail(2) },
        Stored { received_at: NOW - 5 * DAY - 1, ..mail(3) },
        Stored { received_at: NOW - 5 * DAY, ..mail(4) },
    ]);
    let mut host = host(&world, 10, 5);
    host.run().unwrap();
    let mut ids = host.ids();
    ids.sort();
    assert_eq!(ids, ["2@x", "3@x"]);
}

#[test]
fn live_reading_does_not_notice() {
    let world = World::new((1..=50).map(|uid| old(uid, i64::from(60 - uid))).collect());
    let mut live = Host::new(&world);
    live.run().unwrap();
    let (cursor, count) = (live.cursor.clone(), live.items().len());
    let mut back = host(&world, 100, 30);
    back.run().unwrap();
    live.run().unwrap();
    assert_eq!(live.cursor, cursor);
    assert_eq!(count + back.items().len(), 50);
}

#[test]
fn a_small_budget_a_cut_and_new_uids_lose_and_double_nothing() {
    for (max_events, cut_after) in [(1, None), (4, Some(2_500)), (7, Some(900)), (90, Some(4_000))] {
        let world = World::new((1..=60).map(|uid| old(uid, i64::from(uid) * 7 % 200)).collect());
        let mut host = host(&world, 300, 0);
        host.max_events = max_events;
        for call in 0..3 {
            world.borrow_mut().cut_after = cut_after.map(|bytes| bytes + call * 400);
            match host.call() {
                Ok(_) | Err(Fault::Transient(_)) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        // The host was stopped: the continuation is gone, the cursor is not.
        host.continuation = None;
        world.borrow_mut().cut_after = None;
        host.run().unwrap();
        let mut ids = host.ids();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 60, "{max_events} events a call");
        assert_eq!(host.items().len(), 60, "{max_events} events a call: each once");
    }
    let world = World::new((1..=9).map(|uid| old(uid, 40)).collect());
    let mut host = host(&world, 300, 0);
    host.max_events = 9;
    host.call().unwrap();
    world.borrow_mut().uid_validity = 8;
    host.run().unwrap();
    let mut ids = host.ids();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 9, "read again under the new UIDs");
}
