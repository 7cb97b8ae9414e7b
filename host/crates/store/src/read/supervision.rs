//! Reads of what calls spent and how they crashed.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::values::count;
use crate::{CapsuleRow, SourceId, SourceQuarantine, Spending, StoreError};

/// Returns what the calls of a source spent, by name of the thing.
pub(crate) fn spending(db: &Connection, source: SourceId) -> Result<Vec<Spending>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT resource, last, last_at, peak, peak_at, most FROM spending WHERE source_id = ?1 ORDER BY resource",
    )?;
    let read = |row: &Row<'_>| {
        Ok(Spending {
            resource: row.get(0)?,
            last: count(row, 1)?.unwrap_or_default(),
            last_at: row.get(2)?,
            peak: count(row, 3)?.unwrap_or_default(),
            peak_at: row.get(4)?,
            most: count(row, 5)?.unwrap_or_default(),
        })
    };
    Ok(find.query_map([source.0], read)?.collect::<Result<_, _>>()?)
}

/// Returns why a source is not called; none if it is.
pub(crate) fn quarantine(db: &Connection, source: SourceId) -> Result<Option<SourceQuarantine>, StoreError> {
    let mut find =
        db.prepare_cached("SELECT at, reason, component_sha256 FROM source_quarantine WHERE source_id = ?1")?;
    let found = find.query_row([source.0], |row| {
        Ok(SourceQuarantine { at: row.get(0)?, reason: row.get(1)?, component_sha256: row.get(2)? })
    });
    Ok(found.optional()?)
}

/// Returns the lines of calls that crashed the last time.
pub(crate) fn crashing(db: &Connection, source: SourceId) -> Result<Vec<String>, StoreError> {
    let mut find = db.prepare_cached("SELECT line FROM crashes WHERE source_id = ?1")?;
    Ok(find.query_map([source.0], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// Returns the capsules of a source, newest first.
pub(crate) fn capsules(db: &Connection, source: SourceId) -> Result<Vec<CapsuleRow>, StoreError> {
    let mut find =
        db.prepare_cached("SELECT id, at, line, error FROM capsule WHERE source_id = ?1 ORDER BY id DESC")?;
    let read = |row: &Row<'_>| {
        Ok(CapsuleRow { id: row.get(0)?, at: row.get(1)?, line: row.get(2)?, error: row.get(3)? })
    };
    Ok(find.query_map([source.0], read)?.collect::<Result<_, _>>()?)
}

/// Returns the text of a capsule of a source, the newest where no number is given.
pub(crate) fn capsule(
    db: &Connection,
    source: SourceId,
    id: Option<i64>,
) -> Result<Option<String>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT body FROM capsule WHERE source_id = ?1 AND (?2 IS NULL OR id = ?2) ORDER BY id DESC LIMIT 1",
    )?;
    let packed: Option<Vec<u8>> = find.query_row(params![source.0, id], |row| row.get(0)).optional()?;
    let Some(packed) = packed else { return Ok(None) };
    let text = zstd::stream::decode_all(&packed[..]).map_err(StoreError::Compress)?;
    Ok(Some(String::from_utf8_lossy(&text).into_owned()))
}
