//! Reads of what the routing tree remembers.

use std::collections::HashSet;

use hark_model::Ms;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::values::word;
use crate::{
    AuthorRow, Familiar, FamiliarAsk, GroupRow, RoutingRows, ServiceSummary, SilenceRow, StoreError, WorkRow,
    WorkStatus,
};

const WORK: &str = "SELECT c.scope, c.native_id, w.status, w.team, w.person, w.priority, w.hand_overs, w.notice_groups,
  w.service, ifnull(w.opened_at, w.updated_at), ifnull(w.asked_at, w.updated_at), w.first_response_at, w.waiting_since,
  w.done_at, w.pauses, w.first_response_due, w.resolve_due, ifnull(w.stepped_at, w.updated_at)
  FROM work w JOIN conversation c ON c.id = w.conversation_id";

/// Returns everything that routing remembers at `now`.
pub(crate) fn rows(db: &Connection, now: Ms) -> Result<RoutingRows, StoreError> {
    let mut open =
        db.prepare_cached(&format!("{WORK} WHERE w.status <> 'done' AND w.status <> 'ignored'"))?;
    let work = open.query_map([], work)?.collect::<Result<_, _>>()?;
    let pairs = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let mut turns = db.prepare_cached("SELECT team, person FROM route_turn")?;
    let turns = turns.query_map([], pairs)?.collect::<Result<_, _>>()?;
    let mut raised = db.prepare_cached("SELECT key, until FROM route_raised WHERE until > ?1")?;
    let raised = raised.query_map([now], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    let mut authors = db.prepare_cached("SELECT team, author, person, at FROM route_author")?;
    let authors = authors.query_map([], |row| {
        Ok(AuthorRow { team: row.get(0)?, author: row.get(1)?, person: row.get(2)?, at: row.get(3)? })
    })?;
    let authors = authors.collect::<Result<_, _>>()?;
    let mut groups = db.prepare_cached("SELECT * FROM route_group")?;
    let groups = groups.query_map([], group)?.collect::<Result<_, _>>()?;
    let silences = silences(db)?.into_iter().filter(|own| own.ended_at.is_none() && own.until > now);
    Ok(RoutingRows {
        version: version(db)?,
        work,
        turns,
        authors,
        groups,
        raised,
        silences: silences.collect(),
    })
}

/// Returns the version of what routing remembers.
pub(crate) fn version(db: &Connection) -> Result<i64, StoreError> {
    Ok(db.prepare_cached("SELECT version FROM routing")?.query_row([], |row| row.get(0))?)
}

/// Returns all silences that were made by hand, the newest end last.
pub(crate) fn silences(db: &Connection) -> Result<Vec<SilenceRow>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT name, filter, rules, from_at, until_at, author, reason, ended_at FROM silence ORDER BY until_at, name",
    )?;
    let read = |row: &Row<'_>| {
        Ok(SilenceRow {
            name: row.get(0)?,
            filter: row.get(1)?,
            rules: list(row, 2)?,
            from: row.get(3)?,
            until: row.get(4)?,
            author: row.get(5)?,
            reason: row.get(6)?,
            ended_at: row.get(7)?,
        })
    };
    Ok(find.query_map([], read)?.collect::<Result<_, _>>()?)
}

fn work(row: &Row<'_>) -> rusqlite::Result<WorkRow> {
    let status = row.get_ref(2)?.as_str()?;
    // The table admits no other word.
    let status =
        WorkStatus::ALL.iter().copied().find(|own| own.as_str() == status).unwrap_or(WorkStatus::Open);
    Ok(WorkRow {
        scope: row.get(0)?,
        conversation: row.get(1)?,
        status,
        team: row.get(3)?,
        person: row.get(4)?,
        priority: word(row, 5)?,
        hand_overs: row.get(6)?,
        groups: list(row, 7)?,
        service: row.get(8)?,
        opened_at: row.get(9)?,
        asked_at: row.get(10)?,
        first_response_at: row.get(11)?,
        waiting_since: row.get(12)?,
        done_at: row.get(13)?,
        pauses: spans(row, 14)?,
        first_response_due: row.get(15)?,
        resolve_due: row.get(16)?,
        stepped_at: row.get(17)?,
    })
}

fn group(row: &Row<'_>) -> rusqlite::Result<GroupRow> {
    Ok(GroupRow {
        key: row.get(0)?,
        rule: row.get(1)?,
        told: list(row, 2)?,
        wait_ms: row.get(3)?,
        interval_ms: row.get(4)?,
        repeat_ms: row.get(5)?,
        opened_at: row.get(6)?,
        told_at: row.get(7)?,
        news: row.get(8)?,
        due_at: row.get(9)?,
        open: list(row, 10)?,
    })
}

fn list(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<String>> {
    serde_json::from_str(row.get_ref(column)?.as_str()?).map_err(|error| broken(column, error))
}

fn spans(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<(Ms, Ms)>> {
    serde_json::from_str(row.get_ref(column)?.as_str()?).map_err(|error| broken(column, error))
}

fn broken(column: usize, error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
}

/// Returns what is known of items that are about to be decided.
pub(crate) fn familiar(db: &Connection, ask: &FamiliarAsk) -> Result<Familiar, StoreError> {
    let mut familiar = Familiar { version: version(db)?, ..Familiar::default() };
    let mut item = db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM item WHERE uid = ?1)
           OR EXISTS (SELECT 1 FROM awaited WHERE scope = ?2 AND native_id = ?3 AND removed_at IS NOT NULL)",
    )?;
    let mut sent = db.prepare_cached(
        "SELECT o.idempotency_key FROM outbox o JOIN source s ON s.id = o.source_id WHERE s.scope = ?1 AND o.made = ?2",
    )?;
    for (uid, native_id) in &ask.items {
        if item.query_row(params![uid.as_bytes(), ask.scope, native_id], |row| row.get(0))? {
            familiar.known.insert(*uid);
        } else if let Some(key) = sent.query_row([&ask.scope, native_id], |row| row.get(0)).optional()? {
            familiar.sent.push((native_id.clone(), key));
        }
    }
    let mut ours = db.prepare_cached("SELECT is_self FROM actor WHERE scope = ?1 AND native_id = ?2")?;
    for author in ask.authors.iter().collect::<HashSet<_>>() {
        if ours.query_row([&ask.scope, author], |row| row.get(0)).optional()? == Some(true) {
            familiar.ours.insert(author.clone());
        }
    }
    let mut closed = db.prepare_cached(&format!(
        "{WORK} WHERE c.scope = ?1 AND c.native_id = ?2 AND (w.status = 'done' OR w.status = 'ignored')"
    ))?;
    for conversation in ask.conversations.iter().collect::<HashSet<_>>() {
        familiar.closed.extend(closed.query_row([&ask.scope, conversation], work).optional()?);
    }
    Ok(familiar)
}

/// Returns what is promised for a conversation; nothing if nothing is.
pub(crate) fn service(db: &Connection, conversation: i64) -> Result<Option<ServiceSummary>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT service, ifnull(opened_at, updated_at), first_response_due, first_response_at, resolve_due, done_at
         FROM work WHERE conversation_id = ?1 AND service IS NOT NULL",
    )?;
    let found = find.query_row([conversation], |row| {
        Ok(ServiceSummary {
            level: row.get(0)?,
            opened_at: row.get(1)?,
            first_response_due: row.get(2)?,
            first_response_at: row.get(3)?,
            resolve_due: row.get(4)?,
            done_at: row.get(5)?,
            broken: Vec::new(),
            steps: Vec::new(),
        })
    });
    let Some(mut summary) = found.optional()? else { return Ok(None) };
    let mut steps = db.prepare_cached(
        "SELECT promise, step FROM service_step WHERE conversation_id = ?1 AND opened_at = ?2 ORDER BY due_at, promise, step",
    )?;
    let mut steps = steps.query([conversation, summary.opened_at])?;
    while let Some(row) = steps.next()? {
        let (promise, step): (String, String) = (row.get(0)?, row.get(1)?);
        if step == "breach" {
            summary.broken.push(promise);
        } else {
            summary.steps.push(format!("{promise}: {step}"));
        }
    }
    Ok(Some(summary))
}
