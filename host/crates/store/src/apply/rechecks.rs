//! The schedule of rechecks: which items of a stream are looked at again, and when.
//!
//! Holds: an item is in it from the first plan after it came until it is too old; one that goes away is looked
//! for a while longer, and one that comes back is in it as if it were new. Filled by a step of its own, so that
//! storing an item costs nothing where no stream can be asked again.

use hark_model::{ItemUid, Ms};
use rusqlite::{OptionalExtension, Row, params};

use crate::recheck_age::{next_due, next_due_gone};
use crate::statements::Statements;
use crate::{RecheckPlan, SourceId, StoreError, limits};

/// Somebody is at work on the conversation of an item `i`.
macro_rules! open {
    () => {
        "EXISTS (SELECT 1 FROM work w WHERE w.conversation_id = i.conversation_id
           AND (w.status = 'new' OR w.status = 'open' OR w.status = 'waiting'))"
    };
}

/// What decides about one item.
struct Candidate {
    id: i64,
    /// When it was published, edited last, or came back.
    alive_at: Ms,
    gone_at: Option<Ms>,
    seen_at: Ms,
    open: bool,
}

/// Takes new items into the schedule, and returns what is due, at most `ids_max`.
pub(crate) fn plan(
    db: &Statements<'_>,
    source: SourceId,
    stream: &str,
    now: Ms,
    ids_max: u32,
) -> Result<RecheckPlan, StoreError> {
    enrol(db, source, stream)?;
    let mut due = db.prepare(
        "SELECT i.native_id FROM recheck r JOIN item i ON i.id = r.item_id
         WHERE r.source_id = ?1 AND r.stream = ?2 AND r.due_at <= ?3 ORDER BY r.due_at, r.item_id LIMIT ?4",
    )?;
    let ids: Vec<String> = due
        .query_map(params![source.0, stream, now, ids_max], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut next = db.prepare("SELECT min(due_at) FROM recheck WHERE source_id = ?1 AND stream = ?2")?;
    let next_at =
        if ids.is_empty() { next.query_row(params![source.0, stream], |row| row.get(0))? } else { None };
    Ok(RecheckPlan { ids, next_at })
}

fn enrol(db: &Statements<'_>, source: SourceId, stream: &str) -> Result<(), StoreError> {
    let mut mark = db.prepare("SELECT item_id FROM recheck_mark WHERE source_id = ?1 AND stream = ?2")?;
    let mark: i64 = mark.query_row(params![source.0, stream], |row| row.get(0)).optional()?.unwrap_or(0);
    let mut newest = db.prepare("SELECT ifnull(max(id), 0) FROM item")?;
    let newest: i64 = newest.query_row([], |row| row.get(0))?;
    if newest <= mark {
        return Ok(());
    }
    let mut find = db.prepare(concat!(
        "SELECT i.id, max(i.feed_at, ifnull(i.claimed_at, i.feed_at)), i.removed_at, g.at, ",
        open!(),
        " FROM item i JOIN sighting g ON g.item_id = i.id AND g.source_id = ?1 AND g.stream = ?2
         WHERE i.id > ?3 AND i.removed_at IS NULL ORDER BY i.id LIMIT ?4"
    ))?;
    let found: Vec<Candidate> = find
        .query_map(params![source.0, stream, mark, limits::RECHECK_ENROLLED_MAX], Candidate::read)?
        .collect::<Result<_, _>>()?;
    for candidate in &found {
        candidate.schedule(db, source, stream)?;
    }
    let all = found.len() < limits::RECHECK_ENROLLED_MAX as usize;
    let seen = if all { newest } else { found.last().map_or(newest, |last| last.id) };
    db.prepare("INSERT OR REPLACE INTO recheck_mark (source_id, stream, item_id) VALUES (?1, ?2, ?3)")?
        .execute(params![source.0, stream, seen])?;
    Ok(())
}

/// Notes that these items were asked for at `at`.
pub(crate) fn asked(
    db: &Statements<'_>,
    source: SourceId,
    scope: &str,
    stream: &str,
    ids: &[String],
    at: Ms,
) -> Result<(), StoreError> {
    let mut find = db.prepare(concat!(
        "SELECT i.id, max(i.feed_at, ifnull(i.claimed_at, i.feed_at)), i.removed_at, ?2, ",
        open!(),
        " FROM item i WHERE i.uid = ?1"
    ))?;
    let mut forget = db.prepare(
        "DELETE FROM recheck WHERE source_id = ?1 AND stream = ?2 AND item_id = (SELECT id FROM item WHERE uid = ?3)",
    )?;
    for id in ids {
        let uid = ItemUid::derive(scope, id);
        let known = find.query_row(params![uid.as_bytes(), at], Candidate::read).optional()?;
        match known.filter(|candidate| candidate.due_at().is_some()) {
            Some(candidate) => candidate.schedule(db, source, stream)?,
            None => {
                forget.execute(params![source.0, stream, uid.as_bytes()])?;
            }
        }
    }
    Ok(())
}

/// Takes an item that is back at `at` into the schedule of every stream that saw it and has one. One that a plan
/// has not come to yet is left to the plan.
pub(crate) fn back(db: &Statements<'_>, item: i64, at: Ms) -> Result<(), StoreError> {
    let Some(due_at) = next_due(at, at, false) else { return Ok(()) };
    let mut insert = db.prepare(
        "INSERT INTO recheck (source_id, stream, item_id, due_at)
         SELECT g.source_id, g.stream, g.item_id, ?2 FROM sighting g
           JOIN recheck_mark m ON m.source_id = g.source_id AND m.stream = g.stream AND m.item_id >= g.item_id
         WHERE g.item_id = ?1
         ON CONFLICT DO UPDATE SET due_at = min(due_at, excluded.due_at)",
    )?;
    insert.execute(params![item, due_at])?;
    Ok(())
}

impl Candidate {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            alive_at: row.get(1)?,
            gone_at: row.get(2)?,
            seen_at: row.get(3)?,
            open: row.get(4)?,
        })
    }

    fn due_at(&self) -> Option<Ms> {
        match self.gone_at {
            Some(gone_at) => next_due_gone(gone_at, self.seen_at),
            None => next_due(self.alive_at, self.seen_at, self.open),
        }
    }

    fn schedule(&self, db: &Statements<'_>, source: SourceId, stream: &str) -> Result<(), StoreError> {
        let Some(due_at) = self.due_at() else { return Ok(()) };
        let mut insert = db.prepare(
            "INSERT INTO recheck (source_id, stream, item_id, due_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET due_at = excluded.due_at",
        )?;
        insert.execute(params![source.0, stream, self.id, due_at])?;
        Ok(())
    }
}
