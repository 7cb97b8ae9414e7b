//! Kept payloads: each once for a source.

use std::collections::HashMap;

use rusqlite::params;

use crate::StoreError;
use crate::prepare::Prepared;
use crate::statements::Statements;

/// Stores the payloads; returns the row of each by its id within the commit.
pub(crate) fn store(
    db: &Statements<'_>,
    source: i64,
    prepared: &Prepared,
) -> Result<HashMap<u64, i64>, StoreError> {
    let mut insert = db.prepare(
        "INSERT INTO raw (source_id, sha256, label, media_type, body, encoding, url, status, received_at, via)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (source_id, sha256) DO NOTHING",
    )?;
    let mut find = db.prepare("SELECT id FROM raw WHERE source_id = ?1 AND sha256 = ?2")?;
    let mut rows = HashMap::with_capacity(prepared.payloads.len());
    for (payload, stored) in prepared.commit.payloads.iter().zip(&prepared.payloads) {
        let inserted = insert.execute(params![
            source,
            stored.sha256,
            payload.label,
            payload.media_type,
            stored.body,
            stored.encoding,
            payload.url,
            payload.status,
            payload.received_at,
            payload.via.as_str(),
        ])?;
        let row = match inserted {
            0 => find.query_row(params![source, stored.sha256], |row| row.get(0))?,
            _ => db.last_insert_rowid(),
        };
        rows.insert(payload.id, row);
    }
    Ok(rows)
}
