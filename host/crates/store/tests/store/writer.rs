//! The one writer: groups, failures within them, and the end.

use hark_model::*;
use hark_store::*;

use crate::given::{Given, batch, entry, item, source};

#[test]
fn a_bad_job_takes_no_other_with_it() {
    let given = Given::new();
    let store = given.store.clone();
    // Waiting for the lock, the jobs gather behind the first and are written together.
    let other = given.db();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let answers = given.run(async {
        let mut jobs = tokio::task::JoinSet::new();
        for n in 0..20_u64 {
            let mut commit = batch(given.sources[0], 10, vec![Event::Item(item(&n.to_string(), "words"))]);
            if n % 5 == 3 {
                // Half of it is written before the fault shows.
                let lost = Provenance { payload: 9, pointer: String::new() };
                commit.entries.push(entry(Event::Item(Item { origin: lost, ..item("lost", "words") })));
            }
            let store = store.clone();
            jobs.spawn(async move { (n, store.commit_batch(commit).await) });
        }
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
        other.execute_batch("ROLLBACK").unwrap();
        jobs.join_all().await
    });
    for (n, answer) in &answers {
        match answer {
            Ok(done) => assert_eq!((done.new_items, n % 5 == 3), (1, false), "job {n}"),
            Err(error) => {
                assert!(matches!(error, StoreError::UnknownPayload(9)) && n % 5 == 3, "job {n}: {error}")
            }
        }
    }
    assert_eq!(answers.len(), 20);
    assert_eq!(given.run(given.store.count(FeedFilter::default())).unwrap(), 16);
    crate::consistency::check(&given.db());
}

#[test]
fn a_job_that_finds_no_room_takes_no_other_with_it() {
    let given = Given::with(StoreOptions { pages_max: Some(180), ..StoreOptions::default() });
    let other = given.db();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let store = given.store.clone();
    let answers = given.run(async {
        let mut jobs = tokio::task::JoinSet::new();
        for n in 0..9_u64 {
            let text = if n == 4 { "far too long ".repeat(80_000) } else { "words".to_owned() };
            let commit = batch(given.sources[0], 10, vec![Event::Item(item(&n.to_string(), &text))]);
            let store = store.clone();
            jobs.spawn(async move { (n, store.commit_batch(commit).await) });
        }
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
        other.execute_batch("ROLLBACK").unwrap();
        jobs.join_all().await
    });
    for (n, answer) in answers {
        match answer {
            Ok(done) => assert_eq!(done.new_items, 1, "job {n}"),
            Err(error) => assert!(n == 4 && matches!(error, StoreError::Full(_)), "job {n}: {error:?}"),
        }
    }
    assert_eq!(given.run(given.store.count(FeedFilter::default())).unwrap(), 8);
    crate::consistency::check(&given.db());
}

#[test]
fn closing_finishes_what_waits_and_refuses_what_comes() {
    let given = Given::new();
    let store = given.store.clone();
    given.run(async {
        let mut jobs = tokio::task::JoinSet::new();
        for n in 0..10 {
            let commit = batch(given.sources[0], 10, vec![Event::Item(item(&n.to_string(), "words"))]);
            let store = store.clone();
            jobs.spawn(async move { store.commit_batch(commit).await });
        }
        let first = jobs.join_next().await.unwrap().unwrap();
        assert_eq!(first.unwrap().new_items, 1);
        store.close().unwrap();
        // Each of the others was done before the end, or was refused.
        let done = 1 + jobs.join_all().await.iter().filter(|answer| answer.is_ok()).count();
        let db = given.db();
        let stored: u32 = db.query_row("SELECT count(*) FROM item", [], |row| row.get(0)).unwrap();
        assert_eq!(stored as usize, done);
    });
    assert!(matches!(given.run(store.register_source(source(0))), Err(StoreError::Closed)));
    assert!(matches!(given.run(store.feed(FeedFilter::default())), Err(StoreError::Closed)));
    assert!(matches!(given.run(store.data_version()), Err(StoreError::Closed)));
    store.close().unwrap();
    assert!(!given.path().with_file_name("hark.db-wal").exists(), "the log was folded into the file");
}

#[test]
fn commits_and_other_processes_are_noticed() {
    let given = Given::new();
    let mut commits = given.store.commits();
    commits.mark_unchanged();
    let version = given.run(given.store.data_version()).unwrap();
    assert_eq!(given.run(given.store.data_version()).unwrap(), version);
    given.says(10, vec![Event::Item(item("1", "words"))]);
    assert!(commits.has_changed().unwrap());
    let ours = given.run(given.store.data_version()).unwrap();
    assert_ne!(ours, version);
    let other = Store::open(&given.path(), StoreOptions::default()).unwrap();
    given
        .run(other.commit_batch(batch(given.sources[0], 10, vec![Event::Item(item("2", "words"))])))
        .unwrap();
    assert_ne!(given.run(given.store.data_version()).unwrap(), ours);
    other.close().unwrap();
}

#[test]
fn a_source_registered_again_keeps_its_row_and_its_items() {
    let given = Given::new();
    given.says(10, vec![Event::Item(item("1", "words"))]);
    let newer = SourceRecord {
        component_sha256: [9; 32],
        connector_version: "2.0.0".into(),
        enabled: false,
        ..source(0)
    };
    assert_eq!(given.run(given.store.register_source(newer)).unwrap(), given.sources[0]);
    let sources = given.run(given.store.sources()).unwrap();
    let first = &sources[0];
    assert_eq!((first.connector_version.as_str(), first.enabled, first.items), ("2.0.0", false, 1));
    given.says(20, vec![Event::Item(Item { edited_at: Some(2_000), ..item("1", "other words") })]);
    let revisions = given.detail("1").revisions;
    assert_eq!((revisions[0].component_sha256, revisions[1].component_sha256), ([0; 32], [9; 32]));
}
