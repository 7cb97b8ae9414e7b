//! Opens the file and brings it to the newest schema.
//!
//! Holds: the list of migrations is append-only and its length is `user_version`; a file from a newer
//! program, of another program, or damaged, is reported before anything is written to it.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::{StoreError, StoreOptions, limits};

/// Every schema there was, oldest first; each is the step from the one before.
pub(crate) const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_start.sql"),
    include_str!("../migrations/0002_beside_polling.sql"),
    include_str!("../migrations/0003_tokens.sql"),
    include_str!("../migrations/0004_supervision.sql"),
    include_str!("../migrations/0005_grants.sql"),
    include_str!("../migrations/0006_notices.sql"),
    include_str!("../migrations/0007_reanalysis.sql"),
    include_str!("../migrations/0008_duplicates.sql"),
    include_str!("../migrations/0009_routing.sql"),
    include_str!("../migrations/0010_asked.sql"),
    include_str!("../migrations/0011_alarms_and_labels.sql"),
];

/// Marks a file as ours: "Hark".
const APPLICATION_ID: u32 = u32::from_be_bytes(*b"Hark");

/// Opens the file for writing, migrated; the only way to obtain a connection that writes.
pub(crate) fn open_writer(path: &Path, options: &StoreOptions) -> Result<Connection, StoreError> {
    look_before_touching(path, options)?;
    let create = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let mut db = Connection::open_with_flags(path, create | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(options.busy_timeout)?;
    db.set_prepared_statement_cache_capacity(limits::STATEMENTS_CACHED);
    db.pragma_update(None, "journal_mode", "WAL")?;
    // A killed process loses nothing that was committed: the log is in the kernel's hands. A power cut may
    // take the last transactions, but items and cursors go back together, so they are read again. What somebody
    // outside depends on (a delivery that is answered, an action that is tried) is flushed by the writer, with
    // FULL for its group alone.
    db.pragma_update(None, "synchronous", "NORMAL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    // What is deleted is gone: a delivery that waited, an address, what a platform took back.
    db.pragma_update(None, "secure_delete", true)?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    db.pragma_update(None, "cache_size", -i64::from(limits::WRITER_CACHE_KIB))?;
    db.pragma_update(None, "wal_autocheckpoint", limits::WAL_PAGES)?;
    db.pragma_update(None, "journal_size_limit", limits::WAL_BYTES_KEPT)?;
    if let Some(pages) = options.pages_max {
        db.pragma_update(None, "max_page_count", pages)?;
    }
    migrate(&mut db)?;
    check_roots(&db)?;
    Ok(db)
}

/// Opens the file for reading only.
pub(crate) fn open_reader(path: &Path, options: &StoreOptions) -> Result<Connection, StoreError> {
    let db = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    db.busy_timeout(options.busy_timeout)?;
    db.set_prepared_statement_cache_capacity(limits::STATEMENTS_CACHED);
    db.pragma_update(None, "cache_size", -i64::from(limits::READER_CACHE_KIB))?;
    Ok(db)
}

/// Refuses a file that is not ours to write to, through a connection that cannot write.
fn look_before_touching(path: &Path, options: &StoreOptions) -> Result<(), StoreError> {
    if std::fs::metadata(path).map_or(0, |file| file.len()) == 0 {
        return Ok(());
    }
    let db = open_reader(path, options)?;
    let application: u32 = db.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: u32 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != APPLICATION_ID && (application != 0 || tables > 0) {
        return Err(StoreError::Foreign(path.to_owned()));
    }
    refuse_newer(&db).map(|_| ())
}

fn refuse_newer(db: &Connection) -> Result<usize, StoreError> {
    let file: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let ours = MIGRATIONS.len() as u32;
    if file > ours { Err(StoreError::Newer { file, ours }) } else { Ok(file as usize) }
}

fn migrate(db: &mut Connection) -> Result<(), StoreError> {
    if refuse_newer(db)? == MIGRATIONS.len() {
        return Ok(());
    }
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Read again: another process may have migrated while we waited for the lock.
    let from = refuse_newer(&tx)?;
    for migration in &MIGRATIONS[from..] {
        tx.execute_batch(migration)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", MIGRATIONS.len() as u32)?;
    tx.commit()?;
    Ok(())
}

/// Reads the first page of every tree. A full check reads the whole file, minutes for a big one; this finds a
/// file that was cut short or overwritten at its start, and takes a millisecond.
fn check_roots(db: &Connection) -> Result<(), StoreError> {
    let mut names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0")?;
    let names = names.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    for name in names {
        let name = name.replace('"', "\"\"");
        db.query_row(&format!("SELECT count(*) FROM (SELECT 1 FROM \"{name}\" LIMIT 1)"), [], |_| Ok(()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_feed_clamps_by_the_bound_of_the_schema() {
        let clamp = format!("observed_at + {})", hark_model::limits::CLOCK_SKEW_MS_MAX);
        assert!(MIGRATIONS[0].contains(&clamp));
    }

    #[test]
    fn every_old_schema_migrates_to_the_fresh_one() {
        let shape = |db: &Connection| -> Vec<(String, Option<String>)> {
            let mut rows = db.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").unwrap();
            rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
        };
        let mut fresh = Connection::open_in_memory().unwrap();
        migrate(&mut fresh).unwrap();
        for old in 0..MIGRATIONS.len() {
            let mut db = Connection::open_in_memory().unwrap();
            for migration in &MIGRATIONS[..old] {
                db.execute_batch(migration).unwrap();
            }
            db.pragma_update(None, "user_version", old as u32).unwrap();
            migrate(&mut db).unwrap();
            assert_eq!(shape(&db), shape(&fresh), "from schema {old}");
            assert_eq!(refuse_newer(&db).unwrap(), MIGRATIONS.len());
        }
    }
}
