//! What becomes of an expert's answer: a note on the thread, or a reply that somebody else may send.
//!
//! Holds: it is written in the transaction of the answer, once; a proposed reply says nothing to anybody by itself.

use hark_model::{Ms, Visibility};
use rusqlite::params;

use crate::apply::people;
use crate::statements::Statements;
use crate::values::word;
use crate::{AnswerAs, ChimeInId, NewAnswer, StoreError};

/// Newest items of a thread among which the one is looked for that a proposed reply answers.
const ITEMS_LOOKED_AT_MAX: i64 = 200;

/// What an answer needs to know of its question.
struct Asked {
    conversation: i64,
    expert: i64,
    expert_name: Option<String>,
    may_see: Visibility,
}

/// Keeps the words of an answer where the work on its thread is done.
pub(crate) fn keep(
    db: &Statements<'_>,
    id: ChimeInId,
    answer: &NewAnswer,
    text: &str,
) -> Result<(), StoreError> {
    let asked = asked(db, id)?;
    let name = asked.expert_name.as_deref().unwrap_or("an expert");
    let author = people::user(db, &format!("person:{}", asked.expert), name, "expert", Some(asked.expert))?;
    match answer.kind {
        AnswerAs::Note => note(db, id, &asked, author, text, answer.at),
        AnswerAs::Reply => draft(db, id, &asked, author, text, answer.at),
    }
}

fn asked(db: &Statements<'_>, id: ChimeInId) -> Result<Asked, StoreError> {
    let mut find = db.prepare(
        "SELECT c.conversation_id, c.expert, p.display_name, c.may_see
         FROM chime_in c JOIN person p ON p.id = c.expert WHERE c.id = ?1",
    )?;
    Ok(find.query_row([id.0], |row| {
        Ok(Asked {
            conversation: row.get(0)?,
            expert: row.get(1)?,
            expert_name: row.get(2)?,
            may_see: word(row, 3)?,
        })
    })?)
}

fn note(
    db: &Statements<'_>,
    id: ChimeInId,
    asked: &Asked,
    author: i64,
    text: &str,
    at: Ms,
) -> Result<(), StoreError> {
    db.prepare("INSERT INTO note (conversation_id, author, body, at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![asked.conversation, author, text, at])?;
    let note = db.last_insert_rowid();
    db.prepare("UPDATE chime_in SET note_id = ?2 WHERE id = ?1")?.execute([id.0, note])?;
    Ok(())
}

fn draft(
    db: &Statements<'_>,
    id: ChimeInId,
    asked: &Asked,
    author: i64,
    text: &str,
    at: Ms,
) -> Result<(), StoreError> {
    let reply_to = answered(db, asked)?;
    db.prepare(
        "INSERT INTO draft (conversation_id, reply_to, author, body, state, idempotency_key, at)
         VALUES (?1, ?2, ?3, ?4, 'submitted', ?5, ?6)",
    )?
    .execute(params![asked.conversation, reply_to, author, text, format!("chime-in:{id}"), at])?;
    let draft = db.last_insert_rowid();
    db.prepare("UPDATE chime_in SET draft_id = ?2 WHERE id = ?1")?.execute([id.0, draft])?;
    Ok(())
}

/// Returns the newest item that somebody else said and that the person could see.
fn answered(db: &Statements<'_>, asked: &Asked) -> Result<Option<i64>, StoreError> {
    let mut find = db.prepare(
        "SELECT id, visibility FROM item
         WHERE conversation_id = ?1 AND removed_at IS NULL AND direction <> 'outbound'
         ORDER BY feed_at DESC, id DESC LIMIT ?2",
    )?;
    let found = find.query_map([asked.conversation, ITEMS_LOOKED_AT_MAX], |row| {
        Ok((row.get::<_, i64>(0)?, word::<Visibility>(row, 1)?))
    })?;
    for row in found {
        let (id, visibility) = row?;
        if visibility <= asked.may_see {
            return Ok(Some(id));
        }
    }
    Ok(None)
}
