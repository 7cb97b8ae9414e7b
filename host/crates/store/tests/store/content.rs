//! What a database says, without row ids and without what only tells the order of arrival.

use rusqlite::Connection;

use crate::events::WORDS;

/// Each table with what counts as content: not row ids, not the numbers of revisions, not by which payload
/// or when something was first heard, not work, which people own.
const CONTENT: &[(&str, &str)] = &[
    (
        "item",
        "SELECT hex(i.uid), i.scope, i.native_id, i.zone, c.native_id, a.native_id, i.kind, i.direction, i.revisions,
           CASE WHEN i.removed_at IS NULL THEN r.text END, r.html, r.title, i.url, i.language, i.published_at,
           i.published_is_estimate, i.observed_at, i.feed_at, i.edited_at, i.removed_at, i.removal_reason,
           i.claimed_at, i.visibility, i.sensitive, i.automated, i.platform_revision, hex(i.content_sha256), i.facts,
           i.counters_at, i.likes, i.replies, i.shares, i.quotes, i.views, i.score
         FROM item i JOIN conversation c ON c.id = i.conversation_id LEFT JOIN actor a ON a.id = i.author_id
         JOIN item_revision r ON r.item_id = i.id AND r.revision = i.revision",
    ),
    (
        "revision",
        "SELECT hex(i.uid), hex(r.content_sha256), r.text, r.html, r.title
         FROM item_revision r JOIN item i ON i.id = r.item_id",
    ),
    (
        "sighting",
        "SELECT hex(i.uid), g.source_id, g.stream, g.at FROM sighting g JOIN item i ON i.id = g.item_id",
    ),
    (
        "relation",
        "SELECT hex(i.uid), l.kind, l.target_is_actor, l.target_native_id, hex(t.uid), a.native_id
         FROM relation l JOIN item i ON i.id = l.item_id LEFT JOIN item t ON t.id = l.target_item
         LEFT JOIN actor a ON a.id = l.target_actor",
    ),
    (
        "attachment",
        "SELECT hex(i.uid), f.position, f.name, f.bytes FROM attachment f JOIN item i ON i.id = f.item_id",
    ),
    ("tag", "SELECT hex(i.uid), t.tag, t.origin FROM item_tag t JOIN item i ON i.id = t.item_id"),
    (
        "actor",
        "SELECT scope, native_id, known, kind, handle, handle_at, display_name, display_name_at, profile_url,
           followers, followers_at, verified, verified_at, is_self, iif(known, first_seen_at, NULL),
           iif(known, last_seen_at, NULL)
         FROM actor",
    ),
    ("email", "SELECT a.scope, a.native_id, e.email FROM actor_email e JOIN actor a ON a.id = e.actor_id"),
    (
        "conversation",
        "SELECT scope, native_id, known, zone, title, title_at, url, place, place_at, visibility, locked, locked_at,
           first_item_at, last_item_at, item_count
         FROM conversation",
    ),
    (
        "awaited",
        "SELECT scope, native_id, removed_at, removal_reason, counters_at, likes, replies, shares, quotes, views, score
         FROM awaited",
    ),
    (
        "report",
        "SELECT f.source_id, f.native_id, f.about_native_id, hex(i.uid), f.reason, f.status, f.at
         FROM flag_report f LEFT JOIN item i ON i.id = f.item_id",
    ),
    ("gap", "SELECT source_id, stream, since, until, why FROM gap"),
    ("quarantine", "SELECT source_id, pointer, hint, why FROM quarantine"),
    ("source", "SELECT name, items FROM source"),
];

/// Returns the content, a line a row, sorted.
pub fn content(db: &Connection) -> Vec<String> {
    let mut lines: Vec<String> = CONTENT.iter().flat_map(|(name, sql)| rows(db, name, sql)).collect();
    for word in WORDS {
        let sql = format!(
            "SELECT hex(uid) FROM item WHERE id IN (SELECT rowid FROM item_fts WHERE item_fts MATCH '\"{word}\"')"
        );
        lines.extend(rows(db, word, &sql));
    }
    lines.sort();
    lines
}

/// Returns every row of every table, with all columns.
pub fn everything(db: &Connection) -> Vec<String> {
    let mut tables = db
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'item_fts%' AND name NOT LIKE 'sqlite%'")
        .unwrap();
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut lines: Vec<String> =
        tables.iter().flat_map(|table| rows(db, table, &format!("SELECT * FROM {table}"))).collect();
    lines.sort();
    lines
}

pub fn rows(db: &Connection, name: &str, sql: &str) -> Vec<String> {
    let mut query = db.prepare(sql).unwrap();
    let columns = query.column_count();
    let line = |row: &rusqlite::Row<'_>| {
        let values: Vec<String> = (0..columns).map(|n| format!("{:?}", row.get_ref(n).unwrap())).collect();
        Ok(format!("{name}: {}", values.join(" | ")))
    };
    query.query_map([], line).unwrap().map(Result::unwrap).collect()
}
