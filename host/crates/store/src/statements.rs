//! The writer's prepared statements, found by where their text stands in the program.
//!
//! Holds: a statement is prepared once for the life of the writer. The driver's own cache finds a statement
//! by its text, which it digests twice and copies once at each use: a sixth of the time of an insert.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

use rusqlite::{Connection, PrepFlags, Statement};

/// A connection with the statements that were prepared on it.
pub(crate) struct Statements<'c> {
    connection: &'c Connection,
    idle: RefCell<Vec<(Key, Statement<'c>)>>,
}

/// Where a text stands, and how long it is; two texts never share both.
type Key = (*const u8, usize);

impl<'c> Statements<'c> {
    /// Starts without any statement.
    pub fn new(connection: &'c Connection) -> Self {
        Self { connection, idle: RefCell::default() }
    }

    /// Returns the statement of this text, prepared before or now.
    pub fn prepare(&self, sql: &'static str) -> rusqlite::Result<Held<'_, 'c>> {
        let key = (sql.as_ptr(), sql.len());
        let mut idle = self.idle.borrow_mut();
        let statement = match idle.iter().position(|(known, _)| *known == key) {
            Some(place) => idle.swap_remove(place).1,
            // Told that it stays, SQLite leaves the connection's quick memory to the work itself.
            None => self.connection.prepare_with_flags(sql, PrepFlags::SQLITE_PREPARE_PERSISTENT)?,
        };
        Ok(Held { home: self, key, statement: Some(statement) })
    }

    /// Returns the row of the last insert.
    pub fn last_insert_rowid(&self) -> i64 {
        self.connection.last_insert_rowid()
    }

    /// Returns the connection, for what is said once in a transaction.
    pub fn connection(&self) -> &'c Connection {
        self.connection
    }
}

/// A statement in use; goes home when dropped.
pub(crate) struct Held<'s, 'c> {
    home: &'s Statements<'c>,
    key: Key,
    statement: Option<Statement<'c>>,
}

impl<'c> Deref for Held<'_, 'c> {
    type Target = Statement<'c>;

    fn deref(&self) -> &Self::Target {
        self.statement.as_ref().expect("a statement is held until the drop")
    }
}

impl DerefMut for Held<'_, '_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.statement.as_mut().expect("a statement is held until the drop")
    }
}

impl Drop for Held<'_, '_> {
    fn drop(&mut self) {
        if let Some(statement) = self.statement.take() {
            self.home.idle.borrow_mut().push((self.key, statement));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_prepared_once_and_may_be_used_twice_at_once() {
        const SQL: &str = "SELECT ?1 + 1";
        let connection = Connection::open_in_memory().unwrap();
        let statements = Statements::new(&connection);
        for n in 0..3 {
            let mut one = statements.prepare(SQL).unwrap();
            let mut other = statements.prepare(SQL).unwrap();
            assert_eq!(one.query_row([n], |row| row.get::<_, i64>(0)).unwrap(), n + 1);
            assert_eq!(other.query_row([n], |row| row.get::<_, i64>(0)).unwrap(), n + 1);
        }
        assert_eq!(statements.idle.borrow().len(), 2);
    }
}
