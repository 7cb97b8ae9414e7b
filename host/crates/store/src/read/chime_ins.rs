//! Reads of questions to experts.
//!
//! Holds: whether a question opens is decided in one place, in the same moment of the database as what it then shows
//! or changes; what it shows is of its own thread alone.

use hark_model::{Ms, Visibility, Zone};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::read::thread;
use crate::values::word;
use crate::{
    AnswerAs, AnswerVia, ChimeInId, ChimeInPage, ChimeInRow, ChimeInSecrets, ChimeInStanding, ChimeInState,
    ConversationKey, StoreError, Thread, limits,
};

macro_rules! rows {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.conversation_id, u.name, c.expert, c.reason, c.channel, c.state, c.asked_at, c.expires_at,
               c.seen_at, c.answered_at, c.declined_at, c.undeliverable_at, c.zone, c.may_see, c.answer, c.answer_as,
               c.answer_via, v.title, p.display_name, c.note_id, c.draft_id
             FROM chime_in c JOIN user u ON u.id = c.asked_by JOIN conversation v ON v.id = c.conversation_id
               JOIN person p ON p.id = c.expert ",
            $rest
        )
    };
}

/// What decides whether a question opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Facts {
    pub state: ChimeInState,
    pub expires_at: Ms,
    pub zone: Zone,
    pub may_see: Visibility,
    pub zone_now: Zone,
    pub visibility_now: Visibility,
    pub is_merged: bool,
}

impl Facts {
    pub(crate) const SQL: &'static str =
        "SELECT c.state, c.expires_at, c.zone, c.may_see, v.zone, v.visibility, v.merged_into IS NOT NULL
         FROM chime_in c JOIN conversation v ON v.id = c.conversation_id WHERE c.id = ?1";

    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            state: known(ChimeInState::ALL, ChimeInState::as_str, row, 0)?
                .ok_or(rusqlite::types::FromSqlError::InvalidType)?,
            expires_at: row.get(1)?,
            zone: word(row, 2)?,
            may_see: word(row, 3)?,
            zone_now: word(row, 4)?,
            visibility_now: word(row, 5)?,
            is_merged: row.get(6)?,
        })
    }

    /// Decides whether the question opens at `now`.
    pub(crate) fn standing(self, now: Ms) -> ChimeInStanding {
        match self.state {
            ChimeInState::Answered => ChimeInStanding::Answered,
            ChimeInState::Declined => ChimeInStanding::Declined,
            ChimeInState::Withdrawn => ChimeInStanding::Withdrawn,
            ChimeInState::Expired => ChimeInStanding::Expired,
            _ if now >= self.expires_at => ChimeInStanding::Expired,
            _ if self.is_merged || !self.may_see(self.zone_now, self.visibility_now) => {
                ChimeInStanding::Closed
            }
            ChimeInState::Asked | ChimeInState::Seen | ChimeInState::Undeliverable => ChimeInStanding::Open,
        }
    }

    fn may_see(self, zone: Zone, visibility: Visibility) -> bool {
        inwardness(zone) <= inwardness(self.zone) && visibility <= self.may_see
    }
}

/// Returns how far inside a zone is: what is further inside is more private.
fn inwardness(zone: Zone) -> u8 {
    match zone {
        Zone::Social => 0,
        Zone::Extranet => 1,
        Zone::Intranet => 2,
    }
}

/// Returns what opens a question.
pub(crate) fn secrets(db: &Connection, id: ChimeInId) -> Result<Option<ChimeInSecrets>, StoreError> {
    let mut find =
        db.prepare_cached("SELECT seed, link_sha256, reply_sha256, address FROM chime_in WHERE id = ?1")?;
    let read = |row: &Row<'_>| {
        Ok(ChimeInSecrets {
            seed: row.get(0)?,
            link_sha256: row.get(1)?,
            reply_sha256: row.get(2)?,
            address: row.get(3)?,
        })
    };
    Ok(find.query_row([id.0], read).optional()?)
}

/// Returns a question, for people.
pub(crate) fn one(db: &Connection, id: ChimeInId) -> Result<Option<ChimeInRow>, StoreError> {
    Ok(db.prepare_cached(rows!("WHERE c.id = ?1"))?.query_row([id.0], row).optional()?)
}

/// Returns the newest questions about a thread, newest first.
pub(crate) fn of_conversation(
    db: &Connection,
    conversation: ConversationKey,
) -> Result<Vec<ChimeInRow>, StoreError> {
    let mut find = db.prepare_cached(rows!("WHERE c.conversation_id = ?1 ORDER BY c.id DESC LIMIT ?2"))?;
    let found = find.query_map([conversation, i64::from(limits::CHIME_INS_LISTED_MAX)], row)?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Returns the newest questions, newest first: all, or those in a state.
pub(crate) fn list(
    db: &Connection,
    state: Option<ChimeInState>,
    count: u32,
) -> Result<Vec<ChimeInRow>, StoreError> {
    let mut find =
        db.prepare_cached(rows!("WHERE ?1 IS NULL OR c.state = ?1 ORDER BY c.id DESC LIMIT ?2"))?;
    let count = count.min(limits::CHIME_INS_LISTED_MAX);
    let found = find.query_map(params![state.map(ChimeInState::as_str), count], row)?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Tells whether a question opens.
pub(crate) fn standing(db: &Connection, id: ChimeInId, now: Ms) -> Result<ChimeInStanding, StoreError> {
    let facts = facts(db, id)?;
    Ok(facts.map_or(ChimeInStanding::Unknown, |facts| facts.standing(now)))
}

fn facts(db: &Connection, id: ChimeInId) -> Result<Option<Facts>, StoreError> {
    Ok(db.prepare_cached(Facts::SQL)?.query_row([id.0], Facts::read).optional()?)
}

/// Returns what an open question shows; `None` if it does not open.
pub(crate) fn page(db: &Connection, id: ChimeInId, now: Ms) -> Result<Option<ChimeInPage>, StoreError> {
    let Some(facts) = facts(db, id)?.filter(|facts| facts.standing(now) == ChimeInStanding::Open) else {
        return Ok(None);
    };
    let Some(question) = one(db, id)? else { return Ok(None) };
    let thread = thread::thread(db, question.conversation)?.map(|thread| seen_by(facts, thread));
    Ok(thread.map(|thread| ChimeInPage { reason: question.reason, asked_by: question.asked_by, thread }))
}

/// Leaves out what the person may not see, and that anything answers it.
fn seen_by(facts: Facts, mut thread: Thread) -> Thread {
    thread.nodes.retain(|node| facts.may_see(node.row.zone, node.row.visibility));
    let shown: std::collections::HashSet<i64> = thread.nodes.iter().map(|node| node.row.row_id).collect();
    for node in &mut thread.nodes {
        node.parent = node.parent.filter(|parent| shown.contains(parent));
    }
    thread
}

fn known<T: Copy>(
    all: &[T],
    spelling: fn(T) -> &'static str,
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<T>> {
    let Some(word) = row.get_ref(column)?.as_str_or_null()? else { return Ok(None) };
    let found = all.iter().find(|value| spelling(**value) == word).copied();
    found.map(Some).ok_or_else(|| rusqlite::types::FromSqlError::InvalidType.into())
}

fn row(row: &Row<'_>) -> rusqlite::Result<ChimeInRow> {
    Ok(ChimeInRow {
        id: ChimeInId(row.get(0)?),
        conversation: row.get(1)?,
        asked_by: row.get(2)?,
        expert: row.get(3)?,
        reason: row.get(4)?,
        channel: row.get(5)?,
        state: known(ChimeInState::ALL, ChimeInState::as_str, row, 6)?
            .ok_or(rusqlite::types::FromSqlError::InvalidType)?,
        asked_at: row.get(7)?,
        expires_at: row.get(8)?,
        seen_at: row.get(9)?,
        answered_at: row.get(10)?,
        declined_at: row.get(11)?,
        undeliverable_at: row.get(12)?,
        zone: word(row, 13)?,
        may_see: word(row, 14)?,
        answer: row.get(15)?,
        answer_as: known(AnswerAs::ALL, AnswerAs::as_str, row, 16)?,
        answer_via: known(AnswerVia::ALL, AnswerVia::as_str, row, 17)?,
        title: row.get(18)?,
        expert_name: row.get(19)?,
        note: row.get(20)?,
        draft: row.get(21)?,
    })
}
