//! What the store holds, against what the platform has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rusqlite::Connection;

/// Asserts that the store holds what is in `wanted`, each once and as it was said, and nothing else.
pub fn assert_same(store: &Path, wanted: impl IntoIterator<Item = String>) {
    let db = Connection::open(store).unwrap();
    let wanted: BTreeSet<String> = wanted.into_iter().collect();
    assert!(!wanted.is_empty(), "the platform has something");
    let mut held: BTreeMap<String, u64> = BTreeMap::new();
    let mut select = db.prepare("SELECT native_id FROM item").unwrap();
    for id in select.query_map([], |row| row.get::<_, String>(0)).unwrap() {
        *held.entry(id.unwrap()).or_default() += 1;
    }
    let lost: Vec<_> = wanted.iter().filter(|id| !held.contains_key(*id)).collect();
    let strange: Vec<_> = held.keys().filter(|id| !wanted.contains(*id)).collect();
    let doubled: Vec<_> = held.iter().filter(|(_, count)| **count > 1).collect();
    assert!(lost.is_empty(), "{} of {} were lost: {:?}", lost.len(), wanted.len(), some(&lost));
    assert!(strange.is_empty(), "{} are of nobody: {:?}", strange.len(), some(&strange));
    assert!(doubled.is_empty(), "{} are there twice: {:?}", doubled.len(), some(&doubled));
    for (what, count) in [
        ("items that changed, though nobody changed them", "item WHERE revisions <> 1"),
        ("items that were taken back", "item WHERE removed_at IS NOT NULL"),
        ("items without words", "item_revision WHERE text = ''"),
        // Of a feed that was cut off, the entry at the cut is kept for people, and stored whole from the next poll.
        ("entries in quarantine", "quarantine WHERE why <> 'the document ends in the middle of it'"),
    ] {
        let found: i64 =
            db.query_row(&format!("SELECT count(*) FROM {count}"), [], |row| row.get(0)).unwrap();
        assert_eq!(found, 0, "{what}");
    }
}

fn some<T>(list: &[T]) -> &[T] {
    &list[..list.len().min(5)]
}
