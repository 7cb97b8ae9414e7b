//! Questions to experts: asked with their notice, seen, answered once, closed.
//!
//! Holds: a question and the notice that asks it are stored together; whether it opens is decided in the transaction
//! that changes it; one that is closed keeps no address, and its notice is not sent any more.

use hark_model::{Ms, Visibility};
use rusqlite::{OptionalExtension, params};

use crate::apply::{answers, notices};
use crate::read::chime_ins::Facts;
use crate::statements::Statements;
use crate::values::word;
use crate::{ChimeInAsked, ChimeInId, ChimeInStanding, NewAnswer, NewChimeIn, NewNotice, StoreError, limits};

/// Asks an expert, and queues the notice that says so.
pub(crate) fn ask(db: &Statements<'_>, new: &NewChimeIn) -> Result<ChimeInAsked, StoreError> {
    let mut thread =
        db.prepare("SELECT visibility FROM conversation WHERE id = ?1 AND merged_into IS NULL")?;
    let visibility = thread.query_row([new.conversation], |row| word::<Visibility>(row, 0)).optional()?;
    let Some(visibility) = visibility else { return Ok(ChimeInAsked::NoThread) };
    if visibility > new.may_see {
        return Ok(ChimeInAsked::TooPrivate);
    }
    let mut open = db.prepare(
        "SELECT id FROM chime_in WHERE conversation_id = ?1 AND expert = ?2 AND expires_at > ?3
           AND (state = 'asked' OR state = 'seen') ORDER BY id LIMIT 1",
    )?;
    let known = open.query_row(params![new.conversation, new.expert, new.at], |row| row.get(0));
    if let Some(id) = known.optional()? {
        return Ok(ChimeInAsked::Already(ChimeInId(id)));
    }
    let id = insert(db, new)?;
    let notice = NewNotice {
        key: format!("chime-in:{id}"),
        target: new.channel.clone(),
        urgent: false,
        held: false,
        subject: new.subject.clone(),
        body: new.body.clone(),
        link: None,
        due_at: new.at,
        at: new.at,
    };
    notices::queue(db, &notice, Some(id))?;
    Ok(ChimeInAsked::New(id))
}

fn insert(db: &Statements<'_>, new: &NewChimeIn) -> Result<ChimeInId, StoreError> {
    let mut insert = db.prepare(
        "INSERT INTO chime_in (conversation_id, asked_by, expert, reason, channel, address, state, asked_at, expires_at,
           zone, may_see, seed, link_sha256, reply_sha256)
         SELECT id, ?2, ?3, ?4, ?5, ?6, 'asked', ?7, ?8, zone, ?9, ?10, ?11, ?12 FROM conversation WHERE id = ?1",
    )?;
    insert.execute(params![
        new.conversation,
        new.asked_by,
        new.expert,
        notices::cut(&new.reason, limits::CHIME_IN_REASON_BYTES_MAX),
        new.channel,
        new.address,
        new.at,
        new.expires_at,
        new.may_see.as_str(),
        new.seed,
        new.link_sha256,
        new.reply_sha256
    ])?;
    Ok(ChimeInId(db.last_insert_rowid()))
}

fn standing(db: &Statements<'_>, id: ChimeInId, now: Ms) -> Result<ChimeInStanding, StoreError> {
    let facts = db.prepare(Facts::SQL)?.query_row([id.0], Facts::read).optional()?;
    Ok(facts.map_or(ChimeInStanding::Unknown, |facts| facts.standing(now)))
}

/// Notes that the person looked, if the question opens; returns whether it does.
pub(crate) fn see(db: &Statements<'_>, id: ChimeInId, at: Ms) -> Result<ChimeInStanding, StoreError> {
    let standing = standing(db, id, at)?;
    if standing == ChimeInStanding::Open {
        db.prepare("UPDATE chime_in SET state = 'seen', seen_at = ifnull(seen_at, ?2) WHERE id = ?1")?
            .execute(params![id.0, at])?;
    }
    Ok(standing)
}

/// Keeps the answer, and what becomes of it, if the question opens; returns whether it did. It opens no more.
pub(crate) fn answer(
    db: &Statements<'_>,
    id: ChimeInId,
    answer: &NewAnswer,
) -> Result<ChimeInStanding, StoreError> {
    let standing = standing(db, id, answer.at)?;
    if standing == ChimeInStanding::Open {
        let text = notices::cut(&answer.text, limits::CHIME_IN_ANSWER_BYTES_MAX);
        db.prepare(
            "UPDATE chime_in SET state = 'answered', answered_at = ?2, seen_at = ifnull(seen_at, ?2), answer = ?3,
               answer_as = ?4, answer_via = ?5 WHERE id = ?1",
        )?
        .execute(params![id.0, answer.at, text, answer.kind.as_str(), answer.via.as_str()])?;
        answers::keep(db, id, answer, text)?;
        close(db, id, answer.at)?;
    }
    Ok(standing)
}

/// Notes that the person does not want to answer, if the question opens; returns whether it did.
pub(crate) fn decline(db: &Statements<'_>, id: ChimeInId, at: Ms) -> Result<ChimeInStanding, StoreError> {
    let standing = standing(db, id, at)?;
    if standing == ChimeInStanding::Open {
        db.prepare(
            "UPDATE chime_in SET state = 'declined', declined_at = ?2, seen_at = ifnull(seen_at, ?2) WHERE id = ?1",
        )?
        .execute(params![id.0, at])?;
        close(db, id, at)?;
    }
    Ok(standing)
}

/// Takes a question back that is not over; false if there is no such one.
pub(crate) fn withdraw(db: &Statements<'_>, id: ChimeInId, at: Ms) -> Result<bool, StoreError> {
    let mut withdraw = db.prepare(
        "UPDATE chime_in SET state = 'withdrawn'
         WHERE id = ?1 AND (state = 'asked' OR state = 'seen' OR state = 'undeliverable')",
    )?;
    let done = withdraw.execute([id.0])? == 1;
    if done {
        close(db, id, at)?;
    }
    Ok(done)
}

/// Notes that the mail came back; false if the person has looked since, or it is over.
pub(crate) fn undeliverable(db: &Statements<'_>, id: ChimeInId, at: Ms) -> Result<bool, StoreError> {
    let mut note = db.prepare(
        "UPDATE chime_in SET state = 'undeliverable', undeliverable_at = ?2 WHERE id = ?1 AND state = 'asked'",
    )?;
    Ok(note.execute(params![id.0, at])? == 1)
}

/// Closes questions whose time is over; returns how many.
pub(crate) fn expire(db: &Statements<'_>, at: Ms) -> Result<u64, StoreError> {
    let mut find = db.prepare(
        "SELECT id FROM chime_in WHERE expires_at <= ?1
           AND (state = 'asked' OR state = 'seen' OR state = 'undeliverable') ORDER BY id LIMIT ?2",
    )?;
    let over = find.query_map(params![at, limits::CHIME_INS_AT_ONCE_MAX], |row| row.get(0))?;
    let over = over.collect::<Result<Vec<i64>, _>>()?;
    for id in &over {
        db.prepare("UPDATE chime_in SET state = 'expired' WHERE id = ?1")?.execute([id])?;
        close(db, ChimeInId(*id), at)?;
    }
    Ok(over.len() as u64)
}

/// Forgets the address, and has the notice not sent any more.
fn close(db: &Statements<'_>, id: ChimeInId, at: Ms) -> Result<(), StoreError> {
    db.prepare("UPDATE chime_in SET address = NULL WHERE id = ?1")?.execute([id.0])?;
    db.prepare(
        "UPDATE notice SET state = 'dropped', settled_at = ?2 WHERE chime_in_id = ?1
           AND (state = 'held' OR state = 'waiting' OR state = 'uncertain' OR state = 'dead')",
    )?
    .execute(params![id.0, at])?;
    Ok(())
}
