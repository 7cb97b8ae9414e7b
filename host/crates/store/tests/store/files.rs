//! What can be wrong with a file: it is said, and the file is left as it is.

use std::path::Path;
use std::time::Duration;

use hark_model::*;
use hark_store::*;
use rusqlite::Connection;

use crate::given::{Given, batch, item, payload};

/// Does harm to the bytes of a file.
type Damage = fn(&mut Vec<u8>);

fn open(path: &Path) -> Result<Store, StoreError> {
    Store::open(path, StoreOptions { busy_timeout: Duration::from_millis(50), ..StoreOptions::default() })
}

/// Closes the store; returns the folder and the path of its file.
fn closed(given: Given) -> (tempfile::TempDir, std::path::PathBuf) {
    given.says(10, (0..50).map(|n| Event::Item(item(&n.to_string(), "words"))).collect());
    given.store.close().unwrap();
    let path = given.path();
    (given.folder, path)
}

#[test]
fn a_newer_file_is_refused_and_not_touched() {
    let (_folder, path) = closed(Given::new());
    let db = Connection::open(&path).unwrap();
    let ours: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    db.pragma_update(None, "user_version", 9_000).unwrap();
    db.close().unwrap();
    let before = std::fs::read(&path).unwrap();
    let refused = open(&path).unwrap_err();
    assert!(matches!(refused, StoreError::Newer { file: 9_000, ours: o } if o == ours), "{refused}");
    assert_eq!(
        refused.to_string(),
        format!("the database has schema 9000, this program knows schemas up to {ours}: use a newer program")
    );
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_database_of_something_else_is_refused_and_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    let db = Connection::open(&path).unwrap();
    db.execute_batch("CREATE TABLE theirs (x)").unwrap();
    db.close().unwrap();
    let before = std::fs::read(&path).unwrap();
    assert!(matches!(open(&path).unwrap_err(), StoreError::Foreign(file) if file == path));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_damaged_file_is_reported_and_not_deleted() {
    let damage: [(&str, Damage); 4] = [
        ("no database at all", |file| file.fill(b'x')),
        ("cut short", |file| file.truncate(3 * 4096)),
        ("schema overwritten", |file| file[100..2_000].fill(0xff)),
        ("trees overwritten", |file| {
            let pages = file.len() / 4096;
            (1..pages).for_each(|page| file[page * 4096..page * 4096 + 64].fill(0xff));
        }),
    ];
    for (what, damage) in damage {
        let (_folder, path) = closed(Given::new());
        let mut file = std::fs::read(&path).unwrap();
        damage(&mut file);
        std::fs::write(&path, &file).unwrap();
        let reported = open(&path).unwrap_err();
        assert!(matches!(reported, StoreError::Damaged(_)), "{what}: {reported:?}");
        assert_eq!(std::fs::read(&path).unwrap(), file, "{what}");
    }
}

#[test]
fn a_place_that_cannot_be_written_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(open(&folder.path().join("nowhere/hark.db")).unwrap_err(), StoreError::Io(_)));
    assert!(matches!(open(folder.path()).unwrap_err(), StoreError::Io(_)));
}

#[test]
fn an_empty_file_becomes_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hark.db");
    std::fs::write(&path, b"").unwrap();
    open(&path).unwrap().close().unwrap();
    open(&path).unwrap().close().unwrap();
}

#[test]
fn another_writer_is_waited_for_and_then_reported() {
    let given =
        Given::with(StoreOptions { busy_timeout: Duration::from_millis(50), ..StoreOptions::default() });
    let other = given.db();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let commit = batch(given.sources[0], 10, vec![Event::Item(item("1", "words"))]);
    let refused = given.run(given.store.commit_batch(commit.clone())).unwrap_err();
    assert!(matches!(refused, StoreError::Locked(_)), "{refused:?}");
    // Readers do not mind.
    assert_eq!(given.ids(FeedFilter::default()), [""; 0]);
    // Nor does who opens a file that needs no migration.
    open(&given.path()).unwrap().close().unwrap();
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(given.commit(commit).new_items, 1);
}

#[test]
fn a_locked_file_that_must_be_migrated_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hark.db");
    let other = Connection::open(&path).unwrap();
    other.pragma_update(None, "journal_mode", "WAL").unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = open(&path).unwrap_err();
    assert!(matches!(refused, StoreError::Locked(_)), "{refused:?}");
    other.execute_batch("ROLLBACK").unwrap();
    open(&path).unwrap().close().unwrap();
}

#[test]
fn a_token_takes_the_place_of_the_one_before_and_outlives_the_program() {
    let given = Given::new();
    let kept = |name: &str| given.run(given.store.kept_token(name.to_owned())).unwrap();
    assert_eq!(kept("a"), None);
    for (name, sealed, at) in [("a", vec![1], 1), ("b", vec![2, 0], 2), ("a", vec![3, 0xff], 3)] {
        given.run(given.store.keep_token(name.to_owned(), sealed, at)).unwrap();
    }
    assert_eq!((kept("a"), kept("b")), (Some(vec![3, 0xff]), Some(vec![2, 0])));
    let path = given.path();
    given.store.close().unwrap();
    let again = Store::open(&path, StoreOptions::default()).unwrap();
    assert_eq!(given.run(again.kept_token("a".to_owned())).unwrap(), Some(vec![3, 0xff]));
    again.close().unwrap();
}

#[test]
fn a_full_disk_is_reported_and_nothing_is_lost() {
    let given = Given::with(StoreOptions { pages_max: Some(180), ..StoreOptions::default() });
    let noise = |n: usize| -> String {
        (0..2_000).map(|i| char::from(b'!' + ((n * 7919 + i * i * 31) % 90) as u8)).collect()
    };
    let mut stored = 0;
    let full = loop {
        let mut commit =
            batch(given.sources[0], 10, vec![Event::Item(item(&stored.to_string(), &noise(stored)))]);
        commit.payloads = vec![payload(1, &noise(stored))];
        commit.checkpoint = Some(NewCheckpoint {
            cursor: Some(stored.to_string().into_bytes()),
            cursor_version: 1,
            not_before: None,
            state: CheckpointState::Ok,
        });
        match given.run(given.store.commit_batch(commit)) {
            Ok(done) => stored += done.new_items as usize,
            Err(error) => break error,
        }
        assert!(stored < 1_000, "the file never fills up");
    };
    assert!(matches!(full, StoreError::Full(_)), "{full:?}");
    assert!(stored > 0);
    let rows = given.feed(FeedFilter { limit: 1_000, ..FeedFilter::default() });
    assert_eq!(rows.len(), stored);
    let checkpoint = given.run(given.store.checkpoint(given.sources[0], "main", "")).unwrap().unwrap();
    assert_eq!(checkpoint.cursor, Some((stored - 1).to_string().into_bytes()));
    crate::consistency::check(&given.db());
    // Room again: the same batch goes in.
    let path = given.path();
    given.store.close().unwrap();
    let roomy = Store::open(&path, StoreOptions::default()).unwrap();
    let commit = batch(given.sources[0], 20, vec![Event::Item(item(&stored.to_string(), "words"))]);
    assert_eq!(given.run(roomy.commit_batch(commit)).unwrap().new_items, 1);
    roomy.close().unwrap();
}
