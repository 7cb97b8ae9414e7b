//! Notices: queued with their cause, claimed with a lease, settled once.
//!
//! Holds: a key has one row for ever; what was handed over without an answer is never taken for unsent; a sender
//! that lost its lease changes nothing, but for the fact that a target took the notice.

use hark_model::Ms;
use rusqlite::{OptionalExtension, Row, params};

use crate::statements::Statements;
use crate::{ChimeInId, ClaimedNotice, NewNotice, NoticeClaim, NoticeEnd, NoticeId, StoreError, limits};

/// What one who died after handing over left behind.
const NO_ANSWER: &str = "the sender ended after it had handed the notice over and before it had an answer";
/// Length of the minute that attempts are counted in.
const MINUTE_MS: i64 = 60_000;

/// Queues a notice; false if its key was used before.
pub(crate) fn queue(
    db: &Statements<'_>,
    new: &NewNotice,
    chime_in: Option<ChimeInId>,
) -> Result<bool, StoreError> {
    let state = if new.held && !new.urgent { "held" } else { "waiting" };
    let mut insert = db.prepare(
        "INSERT INTO notice (key, target, state, urgent, subject, body, link, chime_in_id, due_at, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (key) DO NOTHING",
    )?;
    let rows = insert.execute(params![
        new.key,
        new.target,
        state,
        new.urgent,
        cut(&new.subject, limits::NOTICE_SUBJECT_BYTES_MAX),
        cut(&new.body, limits::NOTICE_BODY_BYTES_MAX),
        new.link,
        chime_in.map(|id| id.0),
        new.due_at,
        new.at
    ])?;
    Ok(rows == 1)
}

/// Gives due notices of a target to one who sends, first the urgent, then the oldest.
pub(crate) fn claim(db: &Statements<'_>, claim: &NoticeClaim) -> Result<Vec<ClaimedNotice>, StoreError> {
    end_leases(db, claim)?;
    let count = claim.count.min(left(db, claim)?).min(limits::NOTICES_AT_ONCE_MAX);
    if count == 0 {
        return Ok(Vec::new());
    }
    let mut find = db.prepare(
        "SELECT id, key, subject, body, link, chime_in_id, attempts + 1, uncertain_count, at FROM notice
         WHERE target = ?1 AND (state = 'waiting' OR state = 'uncertain') AND due_at <= ?2 AND (urgent OR NOT ?3)
         ORDER BY urgent DESC, due_at, id LIMIT ?4",
    )?;
    let found = find.query_map(params![claim.target, claim.at, claim.urgent_only, count], claimed)?;
    let found = found.collect::<Result<Vec<_>, _>>()?;
    let mut take = db.prepare(
        "UPDATE notice SET state = 'sending', lease = ?2, leased_until = ?3, handed_at = NULL, attempts = attempts + 1
         WHERE id = ?1",
    )?;
    for notice in &found {
        take.execute(params![notice.id.0, claim.lease, claim.until])?;
    }
    spend(db, claim, found.len())?;
    Ok(found)
}

fn claimed(row: &Row<'_>) -> rusqlite::Result<ClaimedNotice> {
    Ok(ClaimedNotice {
        id: NoticeId(row.get(0)?),
        key: row.get(1)?,
        subject: row.get(2)?,
        body: row.get(3)?,
        link: row.get(4)?,
        chime_in: row.get::<_, Option<i64>>(5)?.map(ChimeInId),
        attempts: row.get(6)?,
        uncertain_count: row.get(7)?,
        at: row.get(8)?,
    })
}

/// Takes back what senders hold beyond their lease: what they had not handed over is unsent, the rest is uncertain.
fn end_leases(db: &Statements<'_>, claim: &NoticeClaim) -> Result<(), StoreError> {
    db.prepare(
        "UPDATE notice SET state = 'waiting', lease = NULL, leased_until = NULL
         WHERE target = ?1 AND state = 'sending' AND leased_until <= ?2 AND handed_at IS NULL",
    )?
    .execute(params![claim.target, claim.at])?;
    db.prepare(
        "UPDATE notice SET state = CASE WHEN uncertain_count < ?3 THEN 'uncertain' ELSE 'dead' END,
           uncertain_count = uncertain_count + 1, due_at = ?4, fault = ?5, lease = NULL, leased_until = NULL
         WHERE target = ?1 AND state = 'sending' AND leased_until <= ?2",
    )?
    .execute(params![claim.target, claim.at, claim.repeats_max, claim.repeat_at, NO_ANSWER])?;
    Ok(())
}

/// Returns how many attempts the target's patience leaves now.
fn left(db: &Statements<'_>, claim: &NoticeClaim) -> Result<u32, StoreError> {
    let mut find =
        db.prepare("SELECT hold_until, minute_at, minute_count FROM notice_target WHERE target = ?1")?;
    let known = find.query_row([&claim.target], |row| {
        Ok((row.get::<_, Ms>(0)?, row.get::<_, Ms>(1)?, row.get::<_, u32>(2)?))
    });
    Ok(match known.optional()? {
        Some((hold_until, _, _)) if hold_until > claim.at => 0,
        Some((_, minute_at, count)) if same_minute(minute_at, claim.at) => {
            claim.per_minute_max.saturating_sub(count)
        }
        _ => claim.per_minute_max,
    })
}

/// A minute that begins in the future is none of ours: the clock was set back.
fn same_minute(minute_at: Ms, at: Ms) -> bool {
    (minute_at..minute_at.saturating_add(MINUTE_MS)).contains(&at)
}

fn spend(db: &Statements<'_>, claim: &NoticeClaim, count: usize) -> Result<(), StoreError> {
    db.prepare(
        "INSERT INTO notice_target (target, minute_at, minute_count) VALUES (?1, ?2, ?3)
         ON CONFLICT (target) DO UPDATE SET
           minute_count = CASE WHEN ?2 >= minute_at AND ?2 < minute_at + ?4 THEN minute_count ELSE 0 END + ?3,
           minute_at = CASE WHEN ?2 >= minute_at AND ?2 < minute_at + ?4 THEN minute_at ELSE ?2 END",
    )?
    .execute(params![claim.target, claim.at, count as i64, MINUTE_MS])?;
    Ok(())
}

/// Notes that the notice is about to be handed over for good; false if the lease was lost, and it must not be.
pub(crate) fn hand_over(db: &Statements<'_>, id: NoticeId, lease: i64, at: Ms) -> Result<bool, StoreError> {
    let mut note = db.prepare(
        "UPDATE notice SET handed_at = ?3 WHERE id = ?1 AND lease = ?2 AND state = 'sending' AND leased_until > ?3",
    )?;
    Ok(note.execute(params![id.0, lease, at])? == 1)
}

/// Notes what became of an attempt; false if the sender had lost its lease and nothing was changed.
pub(crate) fn settle(
    db: &Statements<'_>,
    id: NoticeId,
    lease: i64,
    end: &NoticeEnd,
    at: Ms,
) -> Result<bool, StoreError> {
    let (state, due_at, fault) = match end {
        NoticeEnd::Sent => return sent(db, id, at),
        NoticeEnd::Again { due_at, fault } => ("waiting", Some(due_at), fault),
        NoticeEnd::Uncertain { due_at, fault } => ("uncertain", Some(due_at), fault),
        NoticeEnd::Dead { fault } => ("dead", None, fault),
    };
    let mut update = db.prepare(
        "UPDATE notice SET state = ?3, due_at = ifnull(?4, due_at), fault = ?5, lease = NULL, leased_until = NULL,
           uncertain_count = uncertain_count + (?3 = 'uncertain')
         WHERE id = ?1 AND lease = ?2 AND state = 'sending'",
    )?;
    let fault = cut(fault, limits::FAULT_BYTES_MAX);
    Ok(update.execute(params![id.0, lease, state, due_at, fault])? == 1)
}

/// That a target took it is a fact, whoever holds the lease by now.
fn sent(db: &Statements<'_>, id: NoticeId, at: Ms) -> Result<bool, StoreError> {
    let mut update = db.prepare(
        "UPDATE notice SET state = 'sent', settled_at = ?2, fault = NULL, lease = NULL, leased_until = NULL
         WHERE id = ?1 AND state <> 'sent'",
    )?;
    Ok(update.execute(params![id.0, at])? == 1)
}

/// Leaves a target alone until then; an earlier wish for a longer rest stands.
pub(crate) fn hold(db: &Statements<'_>, target: &str, until: Ms) -> Result<(), StoreError> {
    db.prepare(
        "INSERT INTO notice_target (target, hold_until) VALUES (?1, ?2)
         ON CONFLICT (target) DO UPDATE SET hold_until = max(hold_until, ?2)",
    )?
    .execute(params![target, until])?;
    Ok(())
}

/// Queues a digest and marks what it lists; false, and nothing, if one of them is not held any more.
pub(crate) fn bundle(db: &Statements<'_>, digest: &NewNotice, ids: &[NoticeId]) -> Result<bool, StoreError> {
    let mut held = db.prepare("SELECT 1 FROM notice WHERE id = ?1 AND target = ?2 AND state = 'held'")?;
    for id in ids {
        if !held.exists(params![id.0, digest.target])? {
            return Ok(false);
        }
    }
    if ids.is_empty() || !queue(db, digest, None)? {
        return Ok(false);
    }
    let row = db.last_insert_rowid();
    let mut mark =
        db.prepare("UPDATE notice SET state = 'bundled', bundle_id = ?2, settled_at = ?3 WHERE id = ?1")?;
    for id in ids {
        mark.execute(params![id.0, row, digest.at])?;
    }
    Ok(true)
}

/// Lets go what waits for a digest that the target does not have any more; returns how many.
pub(crate) fn release_held(db: &Statements<'_>, target: &str) -> Result<u64, StoreError> {
    let mut release =
        db.prepare("UPDATE notice SET state = 'waiting' WHERE target = ?1 AND state = 'held'")?;
    Ok(release.execute([target])? as u64)
}

/// Gives up what is for targets that the settings do not name any more; returns how many.
pub(crate) fn give_up_orphans(db: &Statements<'_>, known: &[String]) -> Result<u64, StoreError> {
    let known = serde_json::json!(known).to_string();
    let mut orphans = db.prepare(
        "UPDATE notice SET state = 'dead', fault = 'the settings name no target ' || target
         WHERE (state = 'held' OR state = 'waiting' OR state = 'uncertain')
           AND target NOT IN (SELECT value FROM json_each(?1))",
    )?;
    Ok(orphans.execute([known])? as u64)
}

/// Tries a notice again that was given up or waits; false if there is no such one.
pub(crate) fn retry(db: &Statements<'_>, key: &str, at: Ms) -> Result<bool, StoreError> {
    let mut again = db.prepare(
        "UPDATE notice SET state = 'waiting', due_at = ?2, attempts = 0, uncertain_count = 0
         WHERE key = ?1 AND (state = 'dead' OR state = 'uncertain' OR state = 'waiting')",
    )?;
    Ok(again.execute(params![key, at])? == 1)
}

/// Drops a notice that nobody sends now and that was not sent; false if there is no such one.
pub(crate) fn discard(db: &Statements<'_>, key: &str, at: Ms) -> Result<bool, StoreError> {
    let mut discard = db.prepare(
        "UPDATE notice SET state = 'dropped', settled_at = ?2
         WHERE key = ?1 AND (state = 'dead' OR state = 'uncertain' OR state = 'waiting' OR state = 'held')",
    )?;
    Ok(discard.execute(params![key, at])? == 1)
}

/// Erases the words of what was settled before; keys stay, or an effect could happen twice. Returns how many.
pub(crate) fn erase(db: &Statements<'_>, before: Ms) -> Result<u64, StoreError> {
    let mut erase = db.prepare(
        "UPDATE notice SET subject = '', body = '', link = NULL
         WHERE settled_at IS NOT NULL AND body <> '' AND settled_at < ?1",
    )?;
    Ok(erase.execute([before])? as u64)
}

pub(crate) fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}
