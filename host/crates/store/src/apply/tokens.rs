//! Tokens that platforms gave: sealed before they get here, under a name that says nothing.

use hark_model::Ms;
use rusqlite::{Connection, OptionalExtension, params};

use crate::StoreError;
use crate::statements::Statements;

/// Keeps `sealed` under `name` in place of what was there.
pub(crate) fn keep(db: &Statements<'_>, name: &str, sealed: &[u8], at: Ms) -> Result<(), StoreError> {
    db.prepare(
        "INSERT INTO token (name, sealed, at) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, at = excluded.at",
    )?
    .execute(params![name, sealed, at])?;
    Ok(())
}

/// Returns what is kept under `name`.
pub(crate) fn kept(db: &Connection, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let mut find = db.prepare_cached("SELECT sealed FROM token WHERE name = ?1")?;
    Ok(find.query_row([name], |row| row.get(0)).optional()?)
}
