//! Revisions: every content that an item had, and the search index over the one that is shown.
//!
//! Holds: append-only; numbers run 1..n without a gap, in the order in which we first saw each content;
//! a content that is there already is not added again. Which of them is shown is the item's business.

use rusqlite::{OptionalExtension, params};

use crate::StoreError;
use crate::apply::Batch;
use crate::apply::items::Said;
use crate::statements::Statements;

/// Returns the number of the revision with this content, if the item had it before.
pub(crate) fn find(db: &Statements<'_>, item: i64, sha256: &[u8; 32]) -> Result<Option<u32>, StoreError> {
    let mut find =
        db.prepare("SELECT revision FROM item_revision WHERE item_id = ?1 AND content_sha256 = ?2")?;
    Ok(find.query_row(params![item, sha256], |row| row.get(0)).optional()?)
}

/// Appends what was said as revision `number`.
pub(crate) fn append(
    batch: &Batch<'_, '_>,
    item: i64,
    number: u32,
    said: &Said<'_>,
) -> Result<(), StoreError> {
    let mut insert = batch.db.prepare(
        "INSERT INTO item_revision (item_id, revision, platform_revision, text, html, title, content_sha256, seen_at,
           raw_id, pointer, component_id, cuts)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?;
    insert.execute(params![
        item,
        number,
        said.item.revision,
        said.item.text,
        said.item.html,
        said.item.title,
        said.prepared.content.sha256,
        batch.observed_at,
        said.raw,
        said.item.origin.pointer,
        batch.source.component_id,
        said.prepared.cuts,
    ])?;
    Ok(())
}

/// Makes the words of a new item searchable.
pub(crate) fn search_new(db: &Statements<'_>, item: i64, said: &Said<'_>) -> Result<(), StoreError> {
    let mut insert = db.prepare("INSERT INTO item_fts (rowid, text, title) VALUES (?1, ?2, ?3)")?;
    insert.execute(params![item, said.item.text, said.item.title])?;
    Ok(())
}

/// Makes the words of revision `after` searchable in the place of those of `before`.
pub(crate) fn search_instead(
    db: &Statements<'_>,
    item: i64,
    before: Option<u32>,
    after: Option<u32>,
) -> Result<(), StoreError> {
    if let Some(revision) = before {
        // The index holds no words: it must be told exactly what it was given.
        let mut forget = db.prepare(
            "INSERT INTO item_fts (item_fts, rowid, text, title)
             SELECT 'delete', item_id, text, title FROM item_revision WHERE item_id = ?1 AND revision = ?2",
        )?;
        forget.execute(params![item, revision])?;
    }
    if let Some(revision) = after {
        let mut insert = db.prepare(
            "INSERT INTO item_fts (rowid, text, title)
             SELECT item_id, text, title FROM item_revision WHERE item_id = ?1 AND revision = ?2",
        )?;
        insert.execute(params![item, revision])?;
    }
    Ok(())
}
