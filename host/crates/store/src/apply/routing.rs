//! What the routing tree remembers from now on.
//!
//! Holds: a step that was decided from another version than there is changes nothing; each step of escalation is there
//! once; what people wrote into work (snoozes) stays.

use hark_model::Ms;
use rusqlite::{OptionalExtension, params};
use serde_json::json;

use crate::apply::notices;
use crate::statements::Statements;
use crate::{AuthorRow, GroupRow, RoutingStep, ServiceStepRow, SilenceRow, StaffRecord, StoreError, WorkRow};

/// Role of an account that the rules name.
const ROLE: &str = "agent";

/// Stores what is remembered from now on, or refuses to.
pub(crate) fn step(db: &Statements<'_>, step: &RoutingStep) -> Result<(), StoreError> {
    let mut next = db.prepare("UPDATE routing SET version = version + 1 WHERE version = ?1")?;
    if next.execute([step.from])? == 0 {
        return Err(StoreError::RoutingMoved);
    }
    for row in &step.work {
        work(db, row, step.at)?;
    }
    let mut turn = db.prepare(
        "INSERT INTO route_turn VALUES (?1, ?2) ON CONFLICT DO UPDATE SET person = excluded.person",
    )?;
    for (team, person) in &step.turns {
        turn.execute([team, person])?;
    }
    authors(db, &step.authors)?;
    for row in &step.groups {
        group(db, row)?;
    }
    let mut gone = db.prepare("DELETE FROM route_group WHERE key = ?1")?;
    for key in &step.groups_gone {
        gone.execute([key])?;
    }
    let mut raise = db.prepare(
        "INSERT INTO route_raised VALUES (?1, ?2) ON CONFLICT DO UPDATE SET until = excluded.until",
    )?;
    for (key, until) in &step.raised {
        raise.execute(params![key, until])?;
    }
    if let Some(since) = step.authors_since {
        db.prepare("DELETE FROM route_author WHERE at < ?1")?.execute([since])?;
        db.prepare("DELETE FROM route_raised WHERE until <= ?1")?.execute([step.at])?;
    }
    for row in &step.steps {
        service(db, row, step.at)?;
    }
    step.notices.iter().try_for_each(|notice| notices::queue(db, notice, None).map(|_| ()))
}

fn work(db: &Statements<'_>, row: &WorkRow, at: Ms) -> Result<(), StoreError> {
    let mut write = db.prepare(
        "INSERT INTO work (conversation_id, status, team, person, assignee, priority, hand_overs, notice_groups, service,
           opened_at, asked_at, first_response_at, waiting_since, done_at, pauses, first_response_due, resolve_due,
           stepped_at, updated_at)
         SELECT id, ?3, ?4, ?5, (SELECT user_id FROM staff WHERE name = ?5), ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,
           ?15, ?16, ?17, ?18, ?19 FROM conversation WHERE scope = ?1 AND native_id = ?2
         ON CONFLICT (conversation_id) DO UPDATE SET status = excluded.status, team = excluded.team,
           person = excluded.person, assignee = excluded.assignee, priority = excluded.priority,
           hand_overs = excluded.hand_overs, notice_groups = excluded.notice_groups, service = excluded.service,
           opened_at = excluded.opened_at, asked_at = excluded.asked_at,
           first_response_at = excluded.first_response_at, waiting_since = excluded.waiting_since,
           done_at = excluded.done_at, pauses = excluded.pauses,
           first_response_due = excluded.first_response_due, resolve_due = excluded.resolve_due,
           stepped_at = excluded.stepped_at, updated_at = excluded.updated_at, version = version + 1",
    )?;
    write.execute(params![
        row.scope,
        row.conversation,
        row.status.as_str(),
        row.team,
        row.person,
        row.priority.as_str(),
        row.hand_overs,
        json!(row.groups).to_string(),
        row.service,
        row.opened_at,
        row.asked_at,
        row.first_response_at,
        row.waiting_since,
        row.done_at,
        json!(row.pauses).to_string(),
        row.first_response_due,
        row.resolve_due,
        row.stepped_at,
        at,
    ])?;
    Ok(())
}

fn authors(db: &Statements<'_>, rows: &[AuthorRow]) -> Result<(), StoreError> {
    let mut write = db.prepare(
        "INSERT INTO route_author VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET person = excluded.person, at = excluded.at",
    )?;
    rows.iter()
        .try_for_each(|row| write.execute(params![row.team, row.author, row.person, row.at]).map(|_| ()))?;
    Ok(())
}

fn group(db: &Statements<'_>, row: &GroupRow) -> Result<(), StoreError> {
    let mut write = db.prepare(
        "INSERT OR REPLACE INTO route_group VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    write.execute(params![
        row.key,
        row.rule,
        json!(row.told).to_string(),
        row.wait_ms,
        row.interval_ms,
        row.repeat_ms,
        row.opened_at,
        row.told_at,
        row.news,
        row.due_at,
        json!(row.open).to_string(),
    ])?;
    Ok(())
}

fn service(db: &Statements<'_>, row: &ServiceStepRow, at: Ms) -> Result<(), StoreError> {
    let mut write = db.prepare(
        "INSERT INTO service_step SELECT id, ?3, ?4, ?5, ?6, ?7 FROM conversation WHERE scope = ?1 AND native_id = ?2
         ON CONFLICT DO NOTHING",
    )?;
    write.execute(params![
        row.scope,
        row.conversation,
        row.opened_at,
        row.promise,
        row.step,
        row.due_at,
        at
    ])?;
    Ok(())
}

/// Makes the persons of the rules known; those who are not among them any more stay, for work names them.
pub(crate) fn know_staff(db: &Statements<'_>, staff: &[StaffRecord], at: Ms) -> Result<(), StoreError> {
    for record in staff {
        let mut find = db.prepare("SELECT person_id FROM staff WHERE name = ?1")?;
        let known: Option<i64> = find.query_row([&record.name], |row| row.get(0)).optional()?;
        let person = match known {
            Some(person) => {
                let mut tell = db.prepare(
                    "UPDATE person SET display_name = ?2, function = ?3, is_staff = 1 WHERE id = ?1
                       AND (display_name IS NOT ?2 OR function IS NOT ?3)",
                )?;
                tell.execute(params![person, record.shown, record.function])?;
                person
            }
            None => {
                let mut insert = db.prepare(
                    "INSERT INTO person (display_name, is_staff, function, created_at) VALUES (?1, 1, ?2, ?3)",
                )?;
                insert.execute(params![record.shown, record.function, at])?;
                db.last_insert_rowid()
            }
        };
        let user = record.account.as_deref().map(|login| account(db, login, record, person)).transpose()?;
        let mut write = db.prepare(
            "INSERT INTO staff VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET user_id = excluded.user_id
               WHERE user_id IS NOT excluded.user_id",
        )?;
        write.execute(params![record.name, person, user])?;
    }
    Ok(())
}

/// Returns the row of an account. One that is there keeps its role: rules give nobody rights.
fn account(db: &Statements<'_>, login: &str, record: &StaffRecord, person: i64) -> Result<i64, StoreError> {
    let mut insert = db.prepare(
        "INSERT INTO user (login, name, role, person_id) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (login) DO UPDATE SET person_id = excluded.person_id WHERE person_id IS NULL",
    )?;
    insert.execute(params![login, record.shown, ROLE, person])?;
    let mut find = db.prepare("SELECT id FROM user WHERE login = ?1")?;
    Ok(find.query_row([login], |row| row.get(0))?)
}

/// Stores a silence; false if there is one of this name.
pub(crate) fn silence(db: &Statements<'_>, row: &SilenceRow) -> Result<bool, StoreError> {
    let mut insert = db.prepare(
        "INSERT INTO silence (name, filter, rules, from_at, until_at, author, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT DO NOTHING",
    )?;
    let rules = json!(row.rules).to_string();
    let inserted =
        insert.execute(params![row.name, row.filter, rules, row.from, row.until, row.author, row.reason])?;
    raise(db)?;
    Ok(inserted == 1)
}

/// Ends a silence before its time; false if there is none of this name that has not ended.
pub(crate) fn end_silence(db: &Statements<'_>, name: &str, at: Ms) -> Result<bool, StoreError> {
    let mut end = db
        .prepare("UPDATE silence SET ended_at = ?2 WHERE name = ?1 AND ended_at IS NULL AND until_at > ?2")?;
    let ended = end.execute(params![name, at])?;
    raise(db)?;
    Ok(ended == 1)
}

/// Has whoever remembers look again.
fn raise(db: &Statements<'_>) -> Result<(), StoreError> {
    db.prepare("UPDATE routing SET version = version + 1")?.execute([])?;
    Ok(())
}
