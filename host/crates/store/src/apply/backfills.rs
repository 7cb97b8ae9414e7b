//! Backfills: reading by time, each with a cursor of its own and one reader at a time.
//!
//! Holds: only who holds the lease moves a backfill; nothing here touches a checkpoint of live reading.

use hark_model::Ms;
use rusqlite::{OptionalExtension, params};

use crate::statements::Statements;
use crate::{BackfillKey, BackfillOrder, BackfillRest, BackfillStep, StoreError, limits};

/// Asks for a backfill: a new one, or one that rests goes on. Returns whether there is something to read.
///
/// One that has ended begins anew, and so does one whose span is another.
pub(crate) fn order(db: &Statements<'_>, order: &BackfillOrder) -> Result<bool, StoreError> {
    super::sources::SourceFacts::load(db, order.key.source)?;
    let mut find = db.prepare(
        "SELECT since, until, state FROM backfill WHERE source_id = ?1 AND stream = ?2 AND target = ?3",
    )?;
    let known: Option<(Ms, Ms, String)> = find
        .query_row(params![order.key.source.0, order.key.stream, order.key.target], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    match known {
        Some((_, _, state)) if order.once => Ok(state == "waiting"),
        Some((since, until, state)) if state != "done" && is_same_span(order, since, until) => {
            let mut go_on = db.prepare(
                "UPDATE backfill SET state = 'waiting', not_before = NULL, fault = NULL, fault_count = 0
                 WHERE source_id = ?1 AND stream = ?2 AND target = ?3",
            )?;
            go_on.execute(params![order.key.source.0, order.key.stream, order.key.target])?;
            Ok(true)
        }
        _ => begin(db, order).map(|()| true),
    }
}

/// Said as an age ("30d"), the same span is another by the time that has passed since.
fn is_same_span(order: &BackfillOrder, since: Ms, until: Ms) -> bool {
    let near = |wanted: Ms, known: Ms| wanted.abs_diff(known) < limits::BACKFILL_SAME_MS;
    order.since.is_none_or(|wanted| near(wanted, since))
        && order.until.is_none_or(|wanted| near(wanted, until))
}

fn begin(db: &Statements<'_>, order: &BackfillOrder) -> Result<(), StoreError> {
    let mut insert = db.prepare(
        "INSERT OR REPLACE INTO backfill (source_id, stream, target, since, until, state, started_at)
         VALUES (?1, ?2, ?3, ?4, ?5, 'waiting', ?6)",
    )?;
    insert.execute(params![
        order.key.source.0,
        order.key.stream,
        order.key.target,
        order.since.unwrap_or(order.since_default),
        order.until.unwrap_or(order.at),
        order.at,
    ])?;
    Ok(())
}

/// Takes the lease of a backfill that waits, if nobody holds it; tells whether it was had.
pub(crate) fn take(
    db: &Statements<'_>,
    key: &BackfillKey,
    lease: i64,
    at: Ms,
    until: Ms,
) -> Result<bool, StoreError> {
    let mut take = db.prepare(
        "UPDATE backfill SET lease = ?4, leased_until = ?6
         WHERE source_id = ?1 AND stream = ?2 AND target = ?3 AND state = 'waiting'
           AND (lease IS NULL OR lease = ?4 OR leased_until <= ?5)",
    )?;
    Ok(take.execute(params![key.source.0, key.stream, key.target, lease, at, until])? == 1)
}

/// Moves a backfill behind a batch, for who holds its lease.
pub(crate) fn advance(
    db: &Statements<'_>,
    key: &BackfillKey,
    step: &BackfillStep,
    new_items: u32,
    at: Ms,
) -> Result<(), StoreError> {
    let mut advance = db.prepare(
        "UPDATE backfill SET cursor = ifnull(?5, cursor),
           cursor_version = CASE WHEN ?5 IS NULL THEN cursor_version ELSE ?6 END,
           leased_until = ?7, batches = batches + 1, items = items + ?8, new_items = new_items + ?9,
           reached_at = min(ifnull(reached_at, ?10), ifnull(?10, reached_at)), not_before = NULL, fault = NULL,
           fault_count = 0, state = CASE WHEN ?11 THEN 'done' ELSE state END,
           done_at = CASE WHEN ?11 THEN ?12 ELSE done_at END, lease = CASE WHEN ?11 THEN NULL ELSE lease END
         WHERE source_id = ?1 AND stream = ?2 AND target = ?3 AND lease = ?4",
    )?;
    let moved = advance.execute(params![
        key.source.0,
        key.stream,
        key.target,
        step.lease,
        step.cursor,
        step.cursor_version,
        step.leased_until,
        step.items,
        new_items,
        step.reached_at,
        step.done,
        at,
    ])?;
    if moved == 0 {
        return Err(StoreError::LeaseLost);
    }
    if step.done { fill_gaps(db, key, at) } else { Ok(()) }
}

/// Marks the holes within the span as filled, if they were known before the backfill began: one that was
/// told during it is a hole still.
fn fill_gaps(db: &Statements<'_>, key: &BackfillKey, at: Ms) -> Result<(), StoreError> {
    let mut fill = db.prepare(
        "UPDATE gap SET filled_at = ?4 WHERE source_id = ?1 AND stream = ?2 AND filled_at IS NULL AND EXISTS
           (SELECT 1 FROM backfill b WHERE b.source_id = ?1 AND b.stream = ?2 AND b.target = ?3
              AND gap.at < b.started_at AND gap.since >= b.since AND gap.until <= b.until)",
    )?;
    fill.execute(params![key.source.0, key.stream, key.target, at])?;
    Ok(())
}

/// Lets go of a backfill; who has lost its lease changes nothing.
pub(crate) fn rest(db: &Statements<'_>, key: &BackfillKey, rest: &BackfillRest) -> Result<(), StoreError> {
    let fault =
        rest.fault.as_deref().map(|fault| &fault[..fault.floor_char_boundary(limits::FAULT_BYTES_MAX)]);
    let mut update = db.prepare(
        "UPDATE backfill SET lease = NULL, leased_until = NULL, not_before = ?5, fault = ?6, fault_count = ?7,
           state = CASE WHEN state = 'waiting' THEN ?8 ELSE state END
         WHERE source_id = ?1 AND stream = ?2 AND target = ?3 AND lease = ?4",
    )?;
    update.execute(params![
        key.source.0,
        key.stream,
        key.target,
        rest.lease,
        rest.not_before,
        fault,
        rest.fault_count,
        rest.state.as_str(),
    ])?;
    Ok(())
}

/// Forgets the cursor of a backfill: it begins its span anew. For who holds its lease.
pub(crate) fn restart(db: &Statements<'_>, key: &BackfillKey, lease: i64) -> Result<(), StoreError> {
    let mut restart = db.prepare(
        "UPDATE backfill SET cursor = NULL, cursor_version = 0
         WHERE source_id = ?1 AND stream = ?2 AND target = ?3 AND lease = ?4",
    )?;
    match restart.execute(params![key.source.0, key.stream, key.target, lease])? {
        0 => Err(StoreError::LeaseLost),
        _ => Ok(()),
    }
}

/// Stops a backfill by order of a person, whoever reads it.
pub(crate) fn pause(db: &Statements<'_>, key: &BackfillKey) -> Result<(), StoreError> {
    let mut pause = db.prepare(
        "UPDATE backfill SET state = 'paused', lease = NULL, leased_until = NULL
         WHERE source_id = ?1 AND stream = ?2 AND target = ?3 AND state = 'waiting'",
    )?;
    pause.execute(params![key.source.0, key.stream, key.target])?;
    Ok(())
}
