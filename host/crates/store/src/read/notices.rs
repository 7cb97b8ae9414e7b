//! Reads of notices: the queue of a state, one by its key, what a digest would list, when to look again.

use hark_model::Ms;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{NoticeId, NoticeRow, NoticeState, StoreError, limits};

macro_rules! rows {
    ($rest:literal) => {
        concat!(
            "SELECT id, key, target, state, urgent, subject, body, due_at, attempts, uncertain_count, fault, at,
               settled_at FROM notice ",
            $rest
        )
    };
}

/// Returns notices in a state, oldest first.
pub(crate) fn list(db: &Connection, state: NoticeState, count: u32) -> Result<Vec<NoticeRow>, StoreError> {
    let mut find = db.prepare_cached(rows!("WHERE state = ?1 ORDER BY id LIMIT ?2"))?;
    let found = find.query_map(params![state.as_str(), count.min(limits::NOTICES_LISTED_MAX)], row)?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Returns the notice of a key.
pub(crate) fn one(db: &Connection, key: &str) -> Result<Option<NoticeRow>, StoreError> {
    Ok(db.prepare_cached(rows!("WHERE key = ?1"))?.query_row([key], row).optional()?)
}

/// Returns what waits for a digest of a target, oldest first.
pub(crate) fn held(db: &Connection, target: &str, count: u32) -> Result<Vec<NoticeRow>, StoreError> {
    let mut find = db.prepare_cached(rows!("WHERE target = ?1 AND state = 'held' ORDER BY id LIMIT ?2"))?;
    let found = find.query_map(params![target, count.min(limits::NOTICES_LISTED_MAX)], row)?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Returns how many notices are in each state that has any.
pub(crate) fn counts(db: &Connection) -> Result<Vec<(NoticeState, u64)>, StoreError> {
    let mut find = db.prepare_cached("SELECT state, count(*) FROM notice GROUP BY state ORDER BY state")?;
    let found = find.query_map([], |row| Ok((state(row, 0)?, u64::from(row.get::<_, u32>(1)?))))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Returns when the next notice of a target is due, or the next lease ends; held ones are not asked.
pub(crate) fn next_due(db: &Connection, target: &str, urgent_only: bool) -> Result<Option<Ms>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT min(CASE state WHEN 'sending' THEN leased_until
           ELSE max(due_at, ifnull((SELECT hold_until FROM notice_target t WHERE t.target = ?1), 0)) END)
         FROM notice WHERE target = ?1 AND (state = 'sending' OR
           ((state = 'waiting' OR state = 'uncertain') AND (urgent OR NOT ?2)))",
    )?;
    Ok(find.query_row(params![target, urgent_only], |row| row.get(0))?)
}

fn state(row: &Row<'_>, column: usize) -> rusqlite::Result<NoticeState> {
    let word = row.get_ref(column)?.as_str()?;
    let known = NoticeState::ALL.iter().find(|state| state.as_str() == word);
    known.copied().ok_or_else(|| rusqlite::types::FromSqlError::InvalidType.into())
}

fn row(row: &Row<'_>) -> rusqlite::Result<NoticeRow> {
    Ok(NoticeRow {
        id: NoticeId(row.get(0)?),
        key: row.get(1)?,
        target: row.get(2)?,
        state: state(row, 3)?,
        urgent: row.get(4)?,
        subject: row.get(5)?,
        body: row.get(6)?,
        due_at: row.get(7)?,
        attempts: row.get(8)?,
        uncertain_count: row.get(9)?,
        fault: row.get(10)?,
        at: row.get(11)?,
        settled_at: row.get(12)?,
    })
}
