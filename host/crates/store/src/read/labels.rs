//! The labels that people gave, each with the text that it was given to.

use hark_model::{ItemUid, Ms};
use rusqlite::{Connection, Row, params};

use crate::read::page;
use crate::values::{word, word_maybe};
use crate::{LabelRow, StoreError, limits};

/// Returns labels behind row `after` that were given at `since` or later, by row: a bounded piece. Of a revision the
/// newest alone; none of what is gone or erased.
pub(crate) fn labels(db: &Connection, since: Ms, after: i64) -> Result<Vec<LabelRow>, StoreError> {
    let opinion = |kind: &str| page::OPINION.replace("{kind}", kind).replace("i.revision", "l.revision");
    let mut find = db.prepare_cached(&format!(
        "SELECT l.id, i.uid, i.zone, r.title, r.text, ifnull({}, i.language), l.label, {}, l.who, l.at
         FROM label l JOIN item i ON i.id = l.item_id
           JOIN item_revision r ON r.item_id = l.item_id AND r.revision = l.revision
         WHERE l.id > ?1 AND l.at >= ?2 AND i.removed_at IS NULL AND r.text IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM label n WHERE n.item_id = l.item_id AND n.revision = l.revision AND n.id > l.id)
         ORDER BY l.id LIMIT ?3",
        opinion("language"),
        opinion("sentiment"),
    ))?;
    let rows = find.query_map(params![after, since, limits::LABELS_AT_ONCE], label)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn label(row: &Row<'_>) -> rusqlite::Result<LabelRow> {
    Ok(LabelRow {
        id: row.get(0)?,
        uid: ItemUid::from_bytes(row.get(1)?),
        zone: word(row, 2)?,
        title: row.get(3)?,
        text: row.get(4)?,
        language: row.get(5)?,
        label: word(row, 6)?,
        machine: word_maybe(row, 7).unwrap_or_default(),
        who: row.get(8)?,
        at: row.get(9)?,
    })
}
