//! What the connectors of sources were granted.

use rusqlite::{Connection, OptionalExtension, params};

use crate::statements::Statements;
use crate::{SourceGrant, StoreError};

/// Keeps a grant in place of the one before.
pub(crate) fn keep(db: &Statements<'_>, grant: &SourceGrant) -> Result<(), StoreError> {
    let powers = serde_json::Value::from(grant.powers.clone()).to_string();
    db.prepare(
        "INSERT INTO source_grant (source, connector, version, component_sha256, powers, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (source) DO UPDATE SET connector = ?2, version = ?3, component_sha256 = ?4, powers = ?5, at = ?6",
    )?
    .execute(params![
        grant.source,
        grant.connector,
        grant.version,
        grant.component_sha256,
        powers,
        grant.at
    ])?;
    Ok(())
}

/// Returns what the connector of a source was granted.
pub(crate) fn kept(db: &Connection, source: &str) -> Result<Option<SourceGrant>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT connector, version, component_sha256, powers, at FROM source_grant WHERE source = ?1",
    )?;
    let read = |row: &rusqlite::Row<'_>| {
        Ok(SourceGrant {
            source: source.to_owned(),
            connector: row.get(0)?,
            version: row.get(1)?,
            component_sha256: row.get(2)?,
            // Lines that cannot be read grant nothing.
            powers: serde_json::from_str(&row.get::<_, String>(3)?).unwrap_or_default(),
            at: row.get(4)?,
        })
    };
    Ok(find.query_row([source], read).optional()?)
}
