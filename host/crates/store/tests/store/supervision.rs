//! What calls spent, how they crashed, and what is done about it.

use hark_store::*;

use crate::given::Given;

fn crash(given: &Given, line: &str, at: i64) -> Crash {
    Crash {
        source: given.sources[0],
        line: line.to_owned(),
        error: format!("crash at {at}"),
        capsule: Some(format!("{{\"at\":{at}}}")),
        quarantine_at: Some(3),
        component_sha256: [7; 32],
        at,
    }
}

#[test]
fn the_last_and_the_most_of_each_thing_are_kept() {
    let given = Given::new();
    let spend = |amount, most, at| {
        let spent = vec![Spent { resource: "memory", amount, most }];
        given.run(given.store.note_spending(given.sources[0], spent, at)).unwrap();
    };
    spend(30, 64, 1);
    spend(50, 64, 2);
    spend(20, 32, 3);
    let source = given.run(given.store.sources()).unwrap().remove(0);
    let memory =
        Spending { resource: "memory".to_owned(), last: 20, last_at: 3, peak: 50, peak_at: 2, most: 32 };
    assert_eq!(source.spending, std::slice::from_ref(&memory));
    assert_eq!((memory.percent(memory.last), memory.percent(memory.peak)), (Some(63), Some(157)));
    assert_eq!(Spending { most: 0, ..memory }.percent(1), None);
}

#[test]
fn crashes_in_a_row_of_one_line_put_a_source_into_quarantine() {
    let mut given = Given::new();
    let id = given.sources[0];
    let note = |given: &Given, crash: Crash| given.run(given.store.note_crash(crash)).unwrap();
    for (at, line, in_a_row) in [(1, "read a", 1), (2, "read b", 1), (3, "read a", 2)] {
        let noted = note(&given, crash(&given, line, at));
        assert_eq!((noted.in_a_row, noted.is_quarantined), (in_a_row, false), "{line} at {at}");
    }
    given.run(given.store.note_recovered(id, "read a".to_owned())).unwrap();
    assert_eq!(note(&given, crash(&given, "read a", 4)).in_a_row, 1, "it did well in between");
    given.reopen();
    assert_eq!(given.run(given.store.crashing_lines(id)).unwrap(), ["read a", "read b"]);
    note(&given, crash(&given, "read b", 5));
    for at in 6..9 {
        let never = Crash { quarantine_at: None, ..crash(&given, "receive", at) };
        assert!(!note(&given, never).is_quarantined);
    }
    assert!(note(&given, crash(&given, "read b", 9)).is_quarantined);
    note(&given, crash(&given, "read b", 10));
    let held = given.run(given.store.source_quarantine(id)).unwrap().unwrap();
    assert_eq!((held.at, held.component_sha256), (9, [7; 32]), "the first reason stays");
    assert_eq!(held.reason, "3 crashes in a row of `read b`: crash at 9 (capsule 9)");
    assert_eq!(given.run(given.store.sources()).unwrap()[0].quarantine, Some(held));
    assert_eq!(given.run(given.store.source_quarantine(given.sources[1])).unwrap(), None);
    assert!(given.run(given.store.release_source(id)).unwrap());
    assert!(!given.run(given.store.release_source(id)).unwrap());
    assert_eq!(given.run(given.store.crashing_lines(id)).unwrap(), [""; 0]);
}

#[test]
fn capsules_are_few_young_and_not_large() {
    let given = Given::new();
    let id = given.sources[0];
    let note = |crash: Crash| given.run(given.store.note_crash(crash)).unwrap().capsule;
    for at in 0..20 {
        assert_eq!(note(crash(&given, "read a", at)), Some(at + 1));
    }
    let ids =
        || given.run(given.store.capsules(id)).unwrap().into_iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!(ids(), (13..=20).rev().collect::<Vec<i64>>());
    let text = |number| given.run(given.store.capsule(id, number)).unwrap();
    assert_eq!((text(None), text(Some(13))), (Some("{\"at\":19}".into()), Some("{\"at\":12}".into())));
    assert_eq!(
        (text(Some(1)), given.run(given.store.capsule(given.sources[1], None)).unwrap()),
        (None, None)
    );
    let large =
        Crash { capsule: Some("x".repeat(limits::CAPSULE_BYTES_MAX + 1)), ..crash(&given, "read a", 20) };
    assert_eq!(note(large), None);
    assert_eq!(note(crash(&given, "read a", 20 + limits::CAPSULE_KEPT_MS)), Some(21));
    assert_eq!(ids(), [21], "the others are too old");
}
