//! Reads of who can be written to.

use rusqlite::{Connection, params};

use crate::{StoreError, limits};

/// Returns the mail addresses of everybody who goes by a name or handle, at most a few.
pub(crate) fn emails_of(db: &Connection, name: &str) -> Result<Vec<String>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT e.email FROM person p JOIN person_email e ON e.person_id = p.id
           WHERE p.display_name = ?1 COLLATE NOCASE
         UNION SELECT lower(e.email) FROM actor a JOIN actor_email e ON e.actor_id = a.id
           WHERE a.display_name = ?1 COLLATE NOCASE OR a.handle = ?1 COLLATE NOCASE
         ORDER BY 1 LIMIT ?2",
    )?;
    let found = find.query_map(params![name, limits::PERSON_EMAILS_MAX], |row| row.get(0))?;
    Ok(found.collect::<Result<_, _>>()?)
}
