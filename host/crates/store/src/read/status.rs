//! How sources and their streams stand.

use hark_model::Ms;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::read::{beside, supervision};
use crate::values::{count, word};
use crate::{Checkpoint, CheckpointState, SourceId, SourceStatus, StoreError, StreamStatus};

/// Returns where a stream stands.
pub(crate) fn checkpoint(
    db: &Connection,
    source: SourceId,
    stream: &str,
    target: &str,
) -> Result<Option<Checkpoint>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT cursor, cursor_version, state, not_before, last_ok_at, last_fault, fault_count
         FROM checkpoint WHERE source_id = ?1 AND stream = ?2 AND target = ?3",
    )?;
    let found = find.query_row(params![source.0, stream, target], |row| {
        Ok(Checkpoint {
            cursor: row.get(0)?,
            cursor_version: row.get(1)?,
            state: state(row, 2)?,
            not_before: row.get(3)?,
            last_ok_at: row.get(4)?,
            last_fault: row.get(5)?,
            fault_count: row.get(6)?,
        })
    });
    Ok(found.optional()?)
}

fn state(row: &Row<'_>, column: usize) -> rusqlite::Result<CheckpointState> {
    let word = row.get_ref(column)?.as_str()?;
    let known = CheckpointState::ALL.iter().find(|state| state.as_str() == word);
    known.copied().ok_or_else(|| rusqlite::types::FromSqlError::InvalidType.into())
}

/// Returns the newest clamped time of what a source saw.
pub(crate) fn last_published(db: &Connection, source: SourceId) -> Result<Option<Ms>, StoreError> {
    // Walks the feed from its newest end: a source that is listened to is soon met.
    let mut find = db.prepare_cached(
        "SELECT i.feed_at FROM item i
         WHERE EXISTS (SELECT 1 FROM sighting g WHERE g.item_id = i.id AND g.source_id = ?1)
         ORDER BY i.feed_at DESC, i.id DESC LIMIT 1",
    )?;
    Ok(find.query_row([source.0], |row| row.get(0)).optional()?)
}

/// Returns every source by name.
pub(crate) fn sources(db: &Connection) -> Result<Vec<SourceStatus>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT id, name, connector, connector_version, platform, scope, zone, owner_function, enabled, items,
           (SELECT count(*) FROM quarantine q WHERE q.source_id = s.id AND q.resolved_at IS NULL),
           (SELECT count(*) FROM gap g WHERE g.source_id = s.id AND g.filled_at IS NULL),
           (SELECT count(*) FROM delivery d WHERE d.source_id = s.id AND d.state = 'new'),
           (SELECT count(*) FROM delivery d WHERE d.source_id = s.id AND d.state = 'failed')
         FROM source s ORDER BY name",
    )?;
    let mut sources = find.query_map([], source)?.collect::<Result<Vec<_>, _>>()?;
    let mut find = db.prepare_cached(
        "SELECT stream, target, state, not_before, last_ok_at, last_fault, fault_count
         FROM checkpoint WHERE source_id = ?1 ORDER BY stream, target",
    )?;
    for source in &mut sources {
        source.streams = find.query_map([source.id.0], stream)?.collect::<Result<_, _>>()?;
        source.backfills = beside::backfills(db, source.id)?;
        source.quarantine = supervision::quarantine(db, source.id)?;
        source.spending = supervision::spending(db, source.id)?;
        source.capsules = supervision::capsules(db, source.id)?;
        source.gaps_shown = if source.gaps > 0 { beside::gaps(db, source.id)? } else { Vec::new() };
    }
    Ok(sources)
}

fn source(row: &Row<'_>) -> rusqlite::Result<SourceStatus> {
    Ok(SourceStatus {
        id: SourceId(row.get(0)?),
        name: row.get(1)?,
        connector: row.get(2)?,
        connector_version: row.get(3)?,
        platform: row.get(4)?,
        scope: row.get(5)?,
        zone: word(row, 6)?,
        owner_function: row.get(7)?,
        enabled: row.get(8)?,
        items: count(row, 9)?.unwrap_or_default(),
        quarantined: count(row, 10)?.unwrap_or_default(),
        gaps: count(row, 11)?.unwrap_or_default(),
        gaps_shown: Vec::new(),
        deliveries_waiting: count(row, 12)?.unwrap_or_default(),
        deliveries_failed: count(row, 13)?.unwrap_or_default(),
        quarantine: None,
        spending: Vec::new(),
        capsules: Vec::new(),
        backfills: Vec::new(),
        streams: Vec::new(),
    })
}

fn stream(row: &Row<'_>) -> rusqlite::Result<StreamStatus> {
    Ok(StreamStatus {
        stream: row.get(0)?,
        target: row.get(1)?,
        state: state(row, 2)?,
        not_before: row.get(3)?,
        last_ok_at: row.get(4)?,
        last_fault: row.get(5)?,
        fault_count: row.get(6)?,
    })
}
