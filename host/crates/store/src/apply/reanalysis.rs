//! Runs of another analyser over the archive: opinions are added, and nothing else is touched.
//!
//! Holds: a run moves only from where it stands, so that two readers of one run never count a piece twice.

use hark_model::Ms;
use rusqlite::{OptionalExtension, Row, params};

use crate::apply::annotations;
use crate::statements::Statements;
use crate::values::count;
use crate::{ReanalysisOrder, ReanalysisStatus, ReanalysisStep, StoreError, limits};

/// Goes on with the run of the same makers over the same span, or begins one.
pub(crate) fn order(db: &Statements<'_>, order: &ReanalysisOrder) -> Result<ReanalysisStatus, StoreError> {
    let mut find = db.prepare(
        "SELECT id, since, below, state, total, seen, passed_over, opinions, otherwise, started_at FROM reanalysis
         WHERE makers = ?1 AND state = 'waiting' ORDER BY id DESC LIMIT 1",
    )?;
    let waiting = find.query_row([&order.makers], status).optional()?;
    match waiting.filter(|run| is_same_span(order.since, run.since)) {
        Some(run) => Ok(run),
        None => begin(db, order),
    }
}

/// Said as an age ("30d"), the same span is another by the time that has passed since.
fn is_same_span(wanted: Option<Ms>, known: Option<Ms>) -> bool {
    match (wanted, known) {
        (Some(wanted), Some(known)) => wanted.abs_diff(known) < limits::BACKFILL_SAME_MS,
        (wanted, known) => wanted == known,
    }
}

fn begin(db: &Statements<'_>, order: &ReanalysisOrder) -> Result<ReanalysisStatus, StoreError> {
    let mut insert = db.prepare(
        "INSERT INTO reanalysis (makers, since, below, state, total, started_at, at)
         SELECT ?1, ?2, ifnull(max(id), 0) + 1, 'waiting',
           (SELECT count(*) FROM item WHERE removed_at IS NULL AND (?2 IS NULL OR feed_at >= ?2)), ?3, ?3 FROM item",
    )?;
    insert.execute(params![order.makers, order.since, order.at])?;
    let mut find = db.prepare(
        "SELECT id, since, below, state, total, seen, passed_over, opinions, otherwise, started_at FROM reanalysis
         WHERE id = ?1",
    )?;
    Ok(find.query_row([db.last_insert_rowid()], status)?)
}

fn status(row: &Row<'_>) -> rusqlite::Result<ReanalysisStatus> {
    let number = |at| count(row, at).map(Option::unwrap_or_default);
    Ok(ReanalysisStatus {
        id: row.get(0)?,
        since: row.get(1)?,
        below: row.get(2)?,
        done: row.get_ref(3)?.as_str()? == "done",
        total: number(4)?,
        seen: number(5)?,
        passed_over: number(6)?,
        opinions: number(7)?,
        otherwise: number(8)?,
        started_at: row.get(9)?,
    })
}

/// Adds the opinions of a piece of the archive and moves the run behind it; returns how many were added, `None`
/// where somebody else has moved the run.
pub(crate) fn step(
    db: &Statements<'_>,
    step: &ReanalysisStep,
    evidence: &[Vec<String>],
) -> Result<Option<u64>, StoreError> {
    let mut here =
        db.prepare("SELECT 1 FROM reanalysis WHERE id = ?1 AND below = ?2 AND state = 'waiting'")?;
    if !here.exists([step.status.id, step.from])? {
        return Ok(None);
    }
    let mut added = 0;
    for (opinion, evidence) in step.opinions.iter().zip(evidence) {
        added += annotations::add(db, opinion, evidence, step.at)?;
    }
    let now = &step.status;
    let mut advance = db.prepare(
        "UPDATE reanalysis SET below = ?2, state = CASE WHEN ?3 THEN 'done' ELSE 'waiting' END, seen = ?4,
           passed_over = ?5, opinions = opinions + ?6, otherwise = ?7, at = ?8
         WHERE id = ?1",
    )?;
    let (seen, passed_over, otherwise) = (signed(now.seen), signed(now.passed_over), signed(now.otherwise));
    advance.execute(params![
        now.id,
        now.below,
        now.done,
        seen,
        passed_over,
        signed(added),
        otherwise,
        step.at,
    ])?;
    Ok(Some(added))
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
