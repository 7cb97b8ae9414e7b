//! The outbox: what we do on platforms, noted before it is tried.
//!
//! Holds: a key has one row for ever; an action that may have happened is never tried under another key.

use rusqlite::{OptionalExtension, Row, params};

use crate::statements::Statements;
use crate::{ActionBegun, ActionEnd, ActionState, NewAction, SourceId, StoreError, limits};

/// Notes that an action is about to be tried; tells what is known of earlier attempts.
///
/// The same words on the same item that may have been said are the same action: its key is given back.
pub(crate) fn begin(db: &Statements<'_>, new: &NewAction) -> Result<ActionBegun, StoreError> {
    let earlier = match by_key(db, &new.key)? {
        Some(earlier) => Some(earlier),
        None => unsettled(db, new)?,
    };
    match earlier {
        Some(Earlier { state: ActionState::Done | ActionState::AlreadyDone, made, .. }) => {
            Ok(ActionBegun::Done { made })
        }
        Some(Earlier { key, state, .. }) => {
            let mut again = db.prepare(
                "UPDATE outbox SET state = 'sending', attempts = attempts + 1, updated_at = ?2
                 WHERE idempotency_key = ?1",
            )?;
            again.execute(params![key, new.at])?;
            Ok(ActionBegun::Again { key, state })
        }
        None => insert(db, new).map(|()| ActionBegun::New),
    }
}

struct Earlier {
    key: String,
    state: ActionState,
    made: Option<String>,
}

impl Earlier {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { key: row.get(0)?, state: state(row, 1)?, made: row.get(2)? })
    }
}

pub(crate) fn state(row: &Row<'_>, column: usize) -> rusqlite::Result<ActionState> {
    let word = row.get_ref(column)?.as_str()?;
    let known = ActionState::ALL.iter().find(|state| state.as_str() == word);
    known.copied().ok_or_else(|| rusqlite::types::FromSqlError::InvalidType.into())
}

fn by_key(db: &Statements<'_>, key: &str) -> Result<Option<Earlier>, StoreError> {
    let mut find =
        db.prepare("SELECT idempotency_key, state, made FROM outbox WHERE idempotency_key = ?1")?;
    Ok(find.query_row([key], Earlier::read).optional()?)
}

fn unsettled(db: &Statements<'_>, new: &NewAction) -> Result<Option<Earlier>, StoreError> {
    let mut find = db.prepare(
        "SELECT idempotency_key, state, made FROM outbox
         WHERE source_id = ?1 AND action = ?2 AND item_native_id IS ?3 AND arguments = ?4
           AND (state = 'sending' OR state = 'uncertain') ORDER BY id LIMIT 1",
    )?;
    let found = find.query_row(params![new.source.0, new.action, new.on, new.arguments], Earlier::read);
    Ok(found.optional()?)
}

fn insert(db: &Statements<'_>, new: &NewAction) -> Result<(), StoreError> {
    super::sources::SourceFacts::load(db, new.source)?;
    let mut insert = db.prepare(
        "INSERT INTO outbox (source_id, action, item_native_id, arguments, idempotency_key, state, at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, 'sending', ?6, ?6)",
    )?;
    insert.execute(params![new.source.0, new.action, new.on, new.arguments, new.key, new.at])?;
    Ok(())
}

/// Notes what became of an action.
pub(crate) fn end(
    db: &Statements<'_>,
    source: SourceId,
    end: &ActionEnd,
    at: hark_model::Ms,
) -> Result<(), StoreError> {
    let detail = end.detail.as_deref().map(|text| &text[..text.floor_char_boundary(limits::FAULT_BYTES_MAX)]);
    let mut update = db.prepare(
        "UPDATE outbox SET state = ?3, detail = ?4, made = ifnull(?5, made), updated_at = ?6
         WHERE idempotency_key = ?1 AND source_id = ?2",
    )?;
    update.execute(params![end.key, source.0, end.state.as_str(), detail, end.made, at])?;
    Ok(())
}
