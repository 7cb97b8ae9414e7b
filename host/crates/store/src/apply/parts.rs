//! What hangs on the shown content of an item: relations, files, the platform's tags.
//!
//! Holds: a relation whose target is unknown is kept and tied in when the target comes.

use hark_model::{Item, ItemUid};
use rusqlite::params;

use crate::StoreError;
use crate::apply::Batch;
use crate::statements::Statements;

/// Writes the parts of an item that has none.
pub(crate) fn write(batch: &Batch<'_, '_>, id: i64, item: &Item) -> Result<(), StoreError> {
    relations(batch, id, item)?;
    attachments(batch, id, item)?;
    if item.tags.is_empty() {
        return Ok(());
    }
    let mut tag = batch.db.prepare(
        "INSERT INTO item_tag (item_id, tag, origin) VALUES (?1, ?2, 'platform') ON CONFLICT DO NOTHING",
    )?;
    item.tags.iter().try_for_each(|name| tag.execute(params![id, name]).map(|_| ()))?;
    Ok(())
}

/// Writes the parts of an item in the place of those it has.
pub(crate) fn rewrite(batch: &Batch<'_, '_>, id: i64, item: &Item) -> Result<(), StoreError> {
    batch.db.prepare("DELETE FROM relation WHERE item_id = ?1")?.execute([id])?;
    batch.db.prepare("DELETE FROM attachment WHERE item_id = ?1")?.execute([id])?;
    batch.db.prepare("DELETE FROM item_tag WHERE item_id = ?1 AND origin = 'platform'")?.execute([id])?;
    write(batch, id, item)
}

/// Ties in what pointed at an item before it came.
pub(crate) fn tie_in_late(batch: &Batch<'_, '_>, id: i64, native_id: &str) -> Result<(), StoreError> {
    let waiting = waiting(batch.db, &batch.source.scope, native_id, false)?;
    if waiting.is_empty() {
        return Ok(());
    }
    let mut resolve = batch.db.prepare(
        "UPDATE relation SET target_item = ?1
         WHERE item_id = ?2 AND kind = ?3 AND NOT target_is_actor AND target_native_id = ?4",
    )?;
    waiting
        .iter()
        .try_for_each(|(from, kind)| resolve.execute(params![id, from, kind, native_id]).map(|_| ()))?;
    Ok(())
}

/// Ties in what pointed at an actor before it came.
pub(crate) fn tie_in_late_actor(
    db: &Statements<'_>,
    scope: &str,
    id: i64,
    native_id: &str,
) -> Result<(), StoreError> {
    let waiting = waiting(db, scope, native_id, true)?;
    if waiting.is_empty() {
        return Ok(());
    }
    let mut resolve = db.prepare(
        "UPDATE relation SET target_actor = ?1
         WHERE item_id = ?2 AND kind = ?3 AND target_is_actor AND target_native_id = ?4",
    )?;
    waiting
        .iter()
        .try_for_each(|(from, kind)| resolve.execute(params![id, from, kind, native_id]).map(|_| ()))?;
    Ok(())
}

/// Returns the relations that wait for this target, as item and kind.
///
/// Asked for every new item, and most often in vain: one UPDATE would do both, but it opens a temporary
/// table each time, which took a third of the time of an insert.
fn waiting(
    db: &Statements<'_>,
    scope: &str,
    native_id: &str,
    actor: bool,
) -> Result<Vec<(i64, String)>, StoreError> {
    let mut find = db.prepare(
        "SELECT item_id, kind FROM relation
         WHERE target_native_id = ?1 AND target_item IS NULL AND target_actor IS NULL AND target_is_actor = ?2
           AND (SELECT scope FROM item WHERE id = item_id) = ?3",
    )?;
    let found = find.query_map(params![native_id, actor, scope], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn relations(batch: &Batch<'_, '_>, id: i64, item: &Item) -> Result<(), StoreError> {
    if item.relations.is_empty() {
        return Ok(());
    }
    let mut insert = batch.db.prepare(
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

fn attachments(batch: &Batch<'_, '_>, id: i64, item: &Item) -> Result<(), StoreError> {
    if item.attachments.is_empty() {
        return Ok(());
    }
    let mut insert = batch.db.prepare(
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
