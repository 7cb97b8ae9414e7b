//! What must hold in every database, whatever was said.

use rusqlite::Connection;

/// Each query gives what is wrong.
const WRONG: &[(&str, &str)] = &[
    ("foreign key", "SELECT * FROM pragma_foreign_key_check"),
    ("integrity", "SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'"),
    (
        "revisions run 1..n without a gap",
        "SELECT i.id FROM item i JOIN item_revision r ON r.item_id = i.id GROUP BY i.id
         HAVING count(*) <> i.revisions OR min(r.revision) <> 1 OR max(r.revision) <> i.revisions",
    ),
    (
        "a content is one revision",
        "SELECT item_id FROM item_revision GROUP BY item_id, content_sha256 HAVING count(*) > 1",
    ),
    (
        "an item shows the revision of its content",
        "SELECT i.id FROM item i LEFT JOIN item_revision r ON r.item_id = i.id AND r.revision = i.revision
         WHERE r.content_sha256 IS NOT i.content_sha256",
    ),
    (
        "the feed is clamped to our clock",
        "SELECT id FROM item WHERE feed_at > observed_at + 300000 OR feed_at > published_at",
    ),
    (
        "conversations count their items",
        "SELECT c.id FROM conversation c
         WHERE (item_count, ifnull(first_item_at, 0), ifnull(last_item_at, 0)) <>
           (SELECT count(*), ifnull(min(feed_at), 0), ifnull(max(feed_at), 0) FROM item
            WHERE conversation_id = c.id AND removed_at IS NULL)",
    ),
    (
        "sources count their items",
        "SELECT s.id FROM source s
         WHERE items <> (SELECT count(DISTINCT item_id) FROM sighting WHERE source_id = s.id)",
    ),
    ("every item was seen", "SELECT id FROM item WHERE id NOT IN (SELECT item_id FROM sighting)"),
    (
        "nothing is awaited that is there",
        "SELECT a.native_id FROM awaited a JOIN item i ON i.scope = a.scope AND i.native_id = a.native_id",
    ),
    (
        "what can be tied in is tied in",
        "SELECT l.item_id FROM relation l JOIN item i ON i.id = l.item_id
         WHERE (NOT target_is_actor AND target_item IS NOT
             (SELECT id FROM item t WHERE t.scope = i.scope AND t.native_id = target_native_id))
           OR (target_is_actor AND target_actor IS NOT
             (SELECT id FROM actor t WHERE t.scope = i.scope AND t.native_id = target_native_id))",
    ),
    (
        "the newest figures are the last of the history",
        "SELECT i.id FROM item i WHERE counters_at IS NOT NULL AND (likes, views, score) IS NOT
           (SELECT likes, views, score FROM engagement e WHERE e.item_id = i.id ORDER BY at DESC LIMIT 1)",
    ),
];

/// Panics with what is wrong.
pub fn check(db: &Connection) {
    for (what, sql) in WRONG {
        let rows = crate::content::rows(db, what, sql);
        assert!(rows.is_empty(), "{rows:?}");
    }
    // Fails if the index holds other words than those that are shown; a contentless index cannot be asked
    // for its words, so it is compared word by word.
    let mut words = db.prepare("SELECT DISTINCT text FROM item_revision WHERE text <> ''").unwrap();
    let words: Vec<String> = words.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    for phrase in words {
        let sql = "SELECT id FROM item WHERE removed_at IS NULL
             AND EXISTS (SELECT 1 FROM item_revision r WHERE r.item_id = item.id AND r.revision = item.revision AND r.text = ?1)
             AND id NOT IN (SELECT rowid FROM item_fts WHERE item_fts MATCH ?2)";
        let quoted = format!("text: \"{}\"", phrase.replace('"', " "));
        let missing: Vec<i64> = db
            .prepare(sql)
            .unwrap()
            .query_map([&phrase, &quoted], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert!(missing.is_empty(), "not found by {phrase:?}: {missing:?}");
    }
    let gone = "SELECT rowid FROM item_fts WHERE item_fts MATCH ?1 AND rowid IN (SELECT id FROM item WHERE removed_at IS NOT NULL)";
    for word in crate::events::WORDS {
        assert!(
            !db.prepare(gone).unwrap().exists([format!("\"{word}\"")]).unwrap(),
            "a gone item is found by {word}"
        );
    }
}
