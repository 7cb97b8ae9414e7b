//! Spending, crashes, capsules, quarantine: what is written about calls.
//!
//! Holds: a crash, its capsule and the quarantine that it leads to are one step; capsules are few for each source.

use hark_model::Ms;
use rusqlite::{OptionalExtension, params};

use crate::statements::Statements;
use crate::{Crash, CrashNoted, SourceId, Spent, StoreError, limits};

/// Notes what a call spent; the peak is kept.
pub(crate) fn spend(
    db: &Statements<'_>,
    source: SourceId,
    spent: &[Spent],
    at: Ms,
) -> Result<(), StoreError> {
    let mut note = db.prepare(
        "INSERT INTO spending (source_id, resource, last, last_at, peak, peak_at, most) VALUES (?1, ?2, ?3, ?4, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET last = ?3, last_at = ?4, most = ?5,
           peak_at = CASE WHEN ?3 > peak THEN ?4 ELSE peak_at END, peak = max(peak, ?3)",
    )?;
    for each in spent {
        let amount = |amount: u64| i64::try_from(amount).unwrap_or(i64::MAX);
        note.execute(params![source.0, each.resource, amount(each.amount), at, amount(each.most)])?;
    }
    Ok(())
}

/// Counts a crash, keeps its capsule, and puts the source into quarantine when it is one too many.
pub(crate) fn crash(
    db: &Statements<'_>,
    crash: &Crash,
    packed: Option<&[u8]>,
) -> Result<CrashNoted, StoreError> {
    let mut count = db.prepare(
        "INSERT INTO crashes (source_id, line, in_a_row) VALUES (?1, ?2, 1)
         ON CONFLICT DO UPDATE SET in_a_row = in_a_row + 1 RETURNING in_a_row",
    )?;
    let in_a_row: u32 = count.query_row(params![crash.source.0, crash.line], |row| row.get(0))?;
    let capsule = packed.map(|packed| keep(db, crash, packed)).transpose()?;
    let is_quarantined = crash.quarantine_at.is_some_and(|most| in_a_row >= most);
    if is_quarantined {
        let numbered = capsule.map_or_else(String::new, |id| format!(" (capsule {id})"));
        let reason =
            format!("{in_a_row} crashes in a row of `{}`: {}{numbered}", crash.line, cut(&crash.error));
        db.prepare(
            "INSERT INTO source_quarantine (source_id, at, reason, component_sha256) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![crash.source.0, crash.at, reason, crash.component_sha256])?;
    }
    Ok(CrashNoted { in_a_row, capsule, is_quarantined })
}

fn keep(db: &Statements<'_>, crash: &Crash, packed: &[u8]) -> Result<i64, StoreError> {
    db.prepare("INSERT INTO capsule (source_id, at, line, error, body) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![crash.source.0, crash.at, crash.line, cut(&crash.error), packed])?;
    let id = db.last_insert_rowid();
    db.prepare(
        "DELETE FROM capsule WHERE source_id = ?1 AND (at < ?2 OR id NOT IN
           (SELECT id FROM capsule WHERE source_id = ?1 ORDER BY id DESC LIMIT ?3))",
    )?
    .execute(params![
        crash.source.0,
        crash.at.saturating_sub(limits::CAPSULE_KEPT_MS),
        limits::CAPSULES_KEPT_MAX
    ])?;
    Ok(id)
}

/// Notes that a call of `line` did well.
pub(crate) fn did_well(db: &Statements<'_>, source: SourceId, line: &str) -> Result<(), StoreError> {
    db.prepare("DELETE FROM crashes WHERE source_id = ?1 AND line = ?2")?.execute(params![source.0, line])?;
    Ok(())
}

/// Lets a source out of quarantine and forgets its crashes; false if it was in none.
pub(crate) fn release(db: &Statements<'_>, source: SourceId) -> Result<bool, StoreError> {
    let held = db
        .prepare("SELECT 1 FROM source_quarantine WHERE source_id = ?1")?
        .query_row([source.0], |_| Ok(()))
        .optional()?;
    db.prepare("DELETE FROM source_quarantine WHERE source_id = ?1")?.execute([source.0])?;
    db.prepare("DELETE FROM crashes WHERE source_id = ?1")?.execute([source.0])?;
    Ok(held.is_some())
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(limits::FAULT_BYTES_MAX)]
}
