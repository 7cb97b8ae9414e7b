//! Sources: one row for each name in the configuration.

use hark_model::Zone;
use rusqlite::{OptionalExtension, params};

use crate::statements::Statements;
use crate::{SourceId, SourceRecord, StoreError, values};

/// What a batch must know of its source.
#[derive(Debug)]
pub(crate) struct SourceFacts {
    pub id: i64,
    pub scope: String,
    pub zone: Zone,
    pub component_id: i64,
}

impl SourceFacts {
    pub fn load(db: &Statements<'_>, source: SourceId) -> Result<Self, StoreError> {
        let mut find = db.prepare("SELECT scope, zone, component_id FROM source WHERE id = ?1")?;
        let facts = find.query_row([source.0], |row| {
            Ok(Self {
                id: source.0,
                scope: row.get(0)?,
                zone: values::word(row, 1)?,
                component_id: row.get(2)?,
            })
        });
        facts.optional()?.ok_or(StoreError::UnknownSource(source.0))
    }
}

/// Stores what is known of a source. Its zone is the operator's to change; items keep theirs.
pub(crate) fn register(db: &Statements<'_>, record: &SourceRecord) -> Result<SourceId, StoreError> {
    let id = db.connection().query_row(
        "INSERT INTO source (name, connector, connector_version, component_id, platform, scope, zone,
           owner_function, retention_days, enabled, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (name) DO UPDATE SET connector = excluded.connector,
           connector_version = excluded.connector_version, component_id = excluded.component_id,
           platform = excluded.platform, scope = excluded.scope, zone = excluded.zone,
           owner_function = excluded.owner_function, retention_days = excluded.retention_days,
           enabled = excluded.enabled
         RETURNING id",
        params![
            record.name.as_str(),
            record.connector.as_str(),
            record.connector_version,
            component(db, &record.component_sha256)?,
            record.platform,
            record.scope,
            record.zone.as_str(),
            record.owner_function,
            record.retention_days,
            record.enabled,
            record.at,
        ],
        |row| row.get(0),
    )?;
    Ok(SourceId(id))
}

/// Returns the row of a component.
pub(crate) fn component(db: &Statements<'_>, sha256: &[u8; 32]) -> Result<i64, StoreError> {
    let db = db.connection();
    db.execute("INSERT INTO component (sha256) VALUES (?1) ON CONFLICT DO NOTHING", [sha256])?;
    Ok(db.query_row("SELECT id FROM component WHERE sha256 = ?1", [sha256], |row| row.get(0))?)
}

/// Adds to the items that a source saw.
pub(crate) fn count(db: &Statements<'_>, source: i64, seen_first: i64) -> Result<(), StoreError> {
    if seen_first > 0 {
        db.prepare("UPDATE source SET items = items + ?2 WHERE id = ?1")?.execute([source, seen_first])?;
    }
    Ok(())
}
