//! What hangs on the shown content of an item: relations, files, the platform's tags.
//!
//! Holds: a relation whose target is unknown is kept and tied in when the target comes.

use hark_model::{Item, ItemUid};
use rusqlite::params;

use crate::StoreError;
use crate::apply::Batch;

/// Writes the parts of an item that has none.
pub(crate) fn write(batch: &Batch<'_>, id: i64, item: &Item) -> Result<(), StoreError> {
    relations(batch, id, item)?;
    attachments(batch, id, item)?;
    let mut tag = batch.db.prepare_cached(
        "INSERT INTO item_tag (item_id, tag, origin) VALUES (?1, ?2, 'platform') ON CONFLICT DO NOTHING",
    )?;
    item.tags.iter().try_for_each(|name| tag.execute(params![id, name]).map(|_| ()))?;
    Ok(())
}

/// Writes the parts of an item in the place of those it has.
pub(crate) fn rewrite(batch: &Batch<'_>, id: i64, item: &Item) -> Result<(), StoreError> {
    batch.db.prepare_cached("DELETE FROM relation WHERE item_id = ?1")?.execute([id])?;
    batch.db.prepare_cached("DELETE FROM attachment WHERE item_id = ?1")?.execute([id])?;
    batch
        .db
        .prepare_cached("DELETE FROM item_tag WHERE item_id = ?1 AND origin = 'platform'")?
        .execute([id])?;
    write(batch, id, item)
}

/// Ties in what pointed at an item before it came.
pub(crate) fn tie_in_late(batch: &Batch<'_>, id: i64, native_id: &str) -> Result<(), StoreError> {
    let mut resolve = batch.db.prepare_cached(
        "UPDATE relation SET target_item = ?1
         WHERE target_native_id = ?2 AND target_item IS NULL AND target_actor IS NULL AND NOT target_is_actor
           AND item_id IN (SELECT id FROM item WHERE scope = ?3)",
    )?;
    resolve.execute(params![id, native_id, batch.source.scope])?;
    Ok(())
}

fn relations(batch: &Batch<'_>, id: i64, item: &Item) -> Result<(), StoreError> {
    if item.relations.is_empty() {
        return Ok(());
    }
    let mut insert = batch.db.prepare_cached(
        "INSERT INTO relation (item_id, kind, target_is_actor, target_native_id, target_item, target_actor)
         VALUES (?1, ?2, ?3, ?4, CASE WHEN ?3 THEN NULL ELSE (SELECT id FROM item WHERE uid = ?5) END,
           CASE WHEN ?3 THEN (SELECT id FROM actor WHERE scope = ?6 AND native_id = ?4) END)
         ON CONFLICT DO NOTHING",
    )?;
    for relation in &item.relations {
        let target = ItemUid::derive(&batch.source.scope, &relation.target);
        insert.execute(params![
            id,
            relation.kind.as_str(),
            relation.target_is_actor,
            relation.target,
            target.as_bytes(),
            batch.source.scope,
        ])?;
    }
    Ok(())
}

fn attachments(batch: &Batch<'_>, id: i64, item: &Item) -> Result<(), StoreError> {
    let mut insert = batch.db.prepare_cached(
        "INSERT INTO attachment (item_id, position, url, media_type, name, alt, bytes, width, height)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for (position, file) in item.attachments.iter().enumerate() {
        insert.execute(params![
            id,
            position as i64,
            file.url,
            file.media_type,
            file.name,
            file.alt,
            crate::values::column(file.bytes),
            file.width,
            file.height,
        ])?;
    }
    Ok(())
}
