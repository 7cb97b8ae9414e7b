//! Reports of abuse, gaps, and entries that could not be understood.

use hark_model::{FlagReport, Gap, ItemUid, Poison};
use rusqlite::params;

use crate::apply::Batch;
use crate::{Quarantined, StoreError};

/// Takes a report in; the newest account of it stands.
pub(crate) fn flag<'a>(batch: &mut Batch<'a, '_>, report: &'a FlagReport) -> Result<(), StoreError> {
    let raw = batch.raw(report.origin.payload)?;
    let reporter = report.reporter.as_deref();
    let reporter =
        reporter.map(|id| batch.actors.obtain(batch.db, &batch.source, id, batch.observed_at)).transpose()?;
    let uid = ItemUid::derive(&batch.source.scope, &report.about);
    let mut upsert = batch.db.prepare(
        "INSERT INTO flag_report (source_id, native_id, about_native_id, item_id, reporter_id, reason, status, at, raw_id)
         VALUES (?1, ?2, ?3, (SELECT id FROM item WHERE uid = ?4), ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (source_id, native_id) DO UPDATE SET about_native_id = excluded.about_native_id,
           item_id = excluded.item_id, reporter_id = excluded.reporter_id, reason = excluded.reason,
           status = excluded.status, at = excluded.at, raw_id = excluded.raw_id
         WHERE (excluded.at, excluded.status, excluded.reason) > (at, status, reason)",
    )?;
    upsert.execute(params![
        batch.source.id,
        report.id,
        report.about,
        uid.as_bytes(),
        reporter.map(|reporter| reporter.id),
        report.reason,
        report.status,
        report.at,
        raw,
    ])?;
    Ok(())
}

/// Ties in the reports on an item that came before it.
pub(crate) fn tie_in_late(batch: &Batch<'_, '_>, id: i64, native_id: &str) -> Result<(), StoreError> {
    let mut resolve = batch.db.prepare(
        "UPDATE flag_report SET item_id = ?1
         WHERE about_native_id = ?2 AND item_id IS NULL AND source_id IN (SELECT id FROM source WHERE scope = ?3)",
    )?;
    resolve.execute(params![id, native_id, batch.source.scope])?;
    Ok(())
}

/// Notes a hole, once; one that is told again is a hole still.
pub(crate) fn gap(batch: &Batch<'_, '_>, gap: &Gap) -> Result<(), StoreError> {
    let mut insert = batch.db.prepare(
        "INSERT INTO gap (source_id, stream, since, until, why, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT DO UPDATE SET at = max(at, excluded.at), filled_at = NULL",
    )?;
    insert.execute(params![batch.source.id, gap.stream, gap.since, gap.until, gap.why, batch.observed_at])?;
    Ok(())
}

/// Puts an entry that the connector did not understand into quarantine.
pub(crate) fn poison(batch: &mut Batch<'_, '_>, poison: &Poison) -> Result<(), StoreError> {
    let raw = batch.raw(poison.origin.payload)?;
    keep(batch, raw, &poison.origin.pointer, &poison.hint, &poison.why)
}

/// Puts an entry that was refused into quarantine.
pub(crate) fn quarantine(batch: &mut Batch<'_, '_>, entry: &Quarantined) -> Result<(), StoreError> {
    let raw = batch.raw(entry.payload)?;
    keep(batch, raw, &entry.pointer, &entry.hint, &entry.why)
}

fn keep(batch: &mut Batch<'_, '_>, raw: i64, pointer: &str, hint: &str, why: &str) -> Result<(), StoreError> {
    let mut insert = batch.db.prepare(
        "INSERT INTO quarantine (source_id, raw_id, pointer, hint, why, component_id, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (raw_id, pointer) DO NOTHING",
    )?;
    let inserted = insert.execute(params![
        batch.source.id,
        raw,
        pointer,
        hint,
        why,
        batch.source.component_id,
        batch.observed_at,
    ])?;
    batch.done.quarantined += inserted as u32;
    Ok(())
}
