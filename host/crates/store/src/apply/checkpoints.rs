//! Checkpoints: where each stream stands.
//!
//! Holds: a cursor moves only together with what was read up to it.

use rusqlite::params;

use crate::statements::Statements;
use crate::{BatchCommit, StateUpdate, StoreError, limits};

/// Moves the cursor of a stream behind the batch: a read that went well.
pub(crate) fn advance(db: &Statements<'_>, commit: &BatchCommit) -> Result<(), StoreError> {
    let Some(new) = &commit.checkpoint else { return Ok(()) };
    let mut upsert = db.prepare(
        "INSERT INTO checkpoint (source_id, stream, target, cursor, cursor_version, state, not_before, last_ok_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (source_id, stream, target) DO UPDATE SET
           cursor_version = CASE WHEN excluded.cursor IS NULL AND cursor IS NOT NULL
             THEN cursor_version ELSE excluded.cursor_version END,
           cursor = ifnull(excluded.cursor, cursor), state = excluded.state, not_before = excluded.not_before,
           last_ok_at = excluded.last_ok_at, last_fault = NULL, fault_count = 0",
    )?;
    upsert.execute(params![
        commit.source.0,
        commit.stream,
        commit.target,
        new.cursor,
        new.cursor_version,
        new.state.as_str(),
        new.not_before,
        commit.observed_at,
    ])?;
    Ok(())
}

/// Notes how a stream stands; the cursor stays.
pub(crate) fn record_state(db: &Statements<'_>, update: &StateUpdate) -> Result<(), StoreError> {
    super::sources::SourceFacts::load(db, update.source)?;
    let went_well = update.state == crate::CheckpointState::Ok;
    let fault =
        update.fault.as_deref().map(|fault| &fault[..fault.floor_char_boundary(limits::FAULT_BYTES_MAX)]);
    let mut upsert = db.prepare(
        "INSERT INTO checkpoint (source_id, stream, target, cursor_version, state, not_before, last_ok_at,
           last_fault, fault_count)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (source_id, stream, target) DO UPDATE SET state = excluded.state,
           not_before = excluded.not_before, last_ok_at = ifnull(excluded.last_ok_at, last_ok_at),
           last_fault = excluded.last_fault, fault_count = excluded.fault_count",
    )?;
    upsert.execute(params![
        update.source.0,
        update.stream,
        update.target,
        update.cursor_version,
        update.state.as_str(),
        update.not_before,
        went_well.then_some(update.at),
        fault,
        update.fault_count,
    ])?;
    Ok(())
}
