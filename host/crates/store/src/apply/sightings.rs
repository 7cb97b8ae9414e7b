//! Sightings: which source and stream saw an item, and when last.

use rusqlite::params;

use crate::StoreError;
use crate::apply::Batch;

/// Notes who saw a new item.
pub(crate) fn first(batch: &mut Batch<'_, '_>, item: i64, raw: i64) -> Result<(), StoreError> {
    insert(batch, item, raw)?;
    batch.seen_first += 1;
    Ok(())
}

/// Notes who saw a known item.
pub(crate) fn again(batch: &mut Batch<'_, '_>, item: i64, raw: i64) -> Result<(), StoreError> {
    let mut later = batch.db.prepare(
        "UPDATE sighting SET at = max(at, ?4) WHERE item_id = ?1 AND source_id = ?2 AND stream = ?3",
    )?;
    if later.execute(params![item, batch.source.id, batch.stream, batch.observed_at])? == 1 {
        return Ok(());
    }
    let mut elsewhere = batch.db.prepare("SELECT 1 FROM sighting WHERE item_id = ?1 AND source_id = ?2")?;
    let seen_before = elsewhere.exists([item, batch.source.id])?;
    if seen_before && batch.is_replay {
        // Read again from our own archive, it was seen by nobody.
        return Ok(());
    }
    batch.seen_first += i64::from(!seen_before);
    insert(batch, item, raw)
}

fn insert(batch: &Batch<'_, '_>, item: i64, raw: i64) -> Result<(), StoreError> {
    let mut insert = batch.db.prepare(
        "INSERT INTO sighting (item_id, source_id, stream, raw_id, at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    insert.execute(params![item, batch.source.id, batch.stream, raw, batch.observed_at])?;
    Ok(())
}
