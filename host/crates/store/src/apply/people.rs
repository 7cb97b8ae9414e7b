//! Persons who are asked, and the users that notes and drafts need an author from.
//!
//! Holds: an address is one person's; the same login is the same user.

use hark_model::Ms;
use rusqlite::{OptionalExtension, params};

use crate::statements::Statements;
use crate::{NewPerson, StoreError};

/// Returns the person of an address, or else of a name; makes one if nobody is known.
pub(crate) fn person(db: &Statements<'_>, new: &NewPerson, at: Ms) -> Result<i64, StoreError> {
    let known = match (&new.email, &new.name) {
        (Some(email), _) => of_email(db, email)?,
        (None, Some(name)) => of_name(db, name)?,
        (None, None) => None,
    };
    let id = match known {
        Some(id) => id,
        None => {
            db.prepare("INSERT INTO person (display_name, created_at) VALUES (?1, ?2)")?
                .execute(params![new.name, at])?;
            db.last_insert_rowid()
        }
    };
    db.prepare("UPDATE person SET display_name = ifnull(display_name, ?2) WHERE id = ?1")?
        .execute(params![id, new.name])?;
    if let Some(email) = &new.email {
        db.prepare(
            "INSERT INTO person_email (email, person_id) VALUES (?1, ?2) ON CONFLICT (email) DO NOTHING",
        )?
        .execute(params![email, id])?;
    }
    Ok(id)
}

fn of_email(db: &Statements<'_>, email: &str) -> Result<Option<i64>, StoreError> {
    let mut find = db.prepare("SELECT person_id FROM person_email WHERE email = ?1")?;
    if let Some(id) = find.query_row([email], |row| row.get(0)).optional()? {
        return Ok(Some(id));
    }
    let mut find = db.prepare(
        "SELECT min(a.person_id) FROM actor_email e JOIN actor a ON a.id = e.actor_id
         WHERE e.email = ?1 COLLATE NOCASE",
    )?;
    Ok(find.query_row([email], |row| row.get(0))?)
}

fn of_name(db: &Statements<'_>, name: &str) -> Result<Option<i64>, StoreError> {
    let mut find = db.prepare("SELECT min(id) FROM person WHERE display_name = ?1 COLLATE NOCASE")?;
    Ok(find.query_row([name], |row| row.get(0))?)
}

/// Returns the user of a login; makes one if there is none.
pub(crate) fn user(
    db: &Statements<'_>,
    login: &str,
    name: &str,
    role: &str,
    person: Option<i64>,
) -> Result<i64, StoreError> {
    db.prepare(
        "INSERT INTO user (login, name, role, person_id) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (login) DO NOTHING",
    )?
    .execute(params![login, name, role, person])?;
    Ok(db.prepare("SELECT id FROM user WHERE login = ?1")?.query_row([login], |row| row.get(0))?)
}
