//! The inbox: deliveries that wait to be handled, and the keys of those that were.
//!
//! Holds: a delivery leaves in the transaction that stores what it said; a key is remembered from then on.

use hark_model::Ms;
use rusqlite::params;
use sha2::{Digest, Sha256};

use crate::statements::Statements;
use crate::{DeliveryEnd, DeliveryId, NewDelivery, SourceId, StoreError, limits};

/// Keeps a delivery; `None` if too many of its source wait already.
pub(crate) fn keep(db: &Statements<'_>, new: &NewDelivery) -> Result<Option<DeliveryId>, StoreError> {
    let waiting: u64 = db
        .prepare("SELECT count(*) FROM delivery WHERE source_id = ?1 AND state = 'new'")?
        .query_row([new.source.0], |row| row.get::<_, u32>(0))?
        .into();
    if waiting >= limits::DELIVERIES_WAITING_MAX {
        return Ok(None);
    }
    let headers = serde_json::json!(new.headers).to_string();
    let mut insert = db.prepare(
        "INSERT INTO delivery (source_id, method, path, query, headers, body, received_at, due_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    insert.execute(params![
        new.source.0,
        new.method,
        new.path,
        new.query,
        headers,
        new.body,
        new.received_at,
        new.received_at.saturating_add(limits::DELIVERY_LEASE_MS),
    ])?;
    Ok(Some(DeliveryId(db.last_insert_rowid())))
}

/// Settles a delivery that said nothing that is stored.
pub(crate) fn end(db: &Statements<'_>, id: DeliveryId, end: &DeliveryEnd) -> Result<(), StoreError> {
    match end {
        DeliveryEnd::Dropped => remove(db, id).map(|_| ()),
        DeliveryEnd::Again { due_at, fault } => {
            db.prepare("UPDATE delivery SET attempts = attempts + 1, due_at = ?2, fault = ?3 WHERE id = ?1")?
                .execute(params![id.0, due_at, cut(fault)])?;
            Ok(())
        }
        DeliveryEnd::Failed { fault } => {
            db.prepare(
                "UPDATE delivery SET attempts = attempts + 1, state = 'failed', fault = ?2 WHERE id = ?1",
            )?
            .execute(params![id.0, cut(fault)])?;
            db.prepare(
                "DELETE FROM delivery WHERE state = 'failed' AND source_id = (SELECT source_id FROM delivery WHERE id = ?1)
                   AND id NOT IN (SELECT id FROM delivery f WHERE f.state = 'failed' AND f.source_id = delivery.source_id
                     ORDER BY id DESC LIMIT ?2)",
            )?
            .execute(params![id.0, limits::DELIVERIES_FAILED_MAX])?;
            Ok(())
        }
    }
}

fn cut(fault: &str) -> &str {
    &fault[..fault.floor_char_boundary(limits::FAULT_BYTES_MAX)]
}

/// Takes a delivery out of the inbox; false if it was not there.
fn remove(db: &Statements<'_>, id: DeliveryId) -> Result<bool, StoreError> {
    Ok(db.prepare("DELETE FROM delivery WHERE id = ?1")?.execute([id.0])? == 1)
}

/// Takes a delivery out of the inbox and remembers its key; false if it was handled before.
pub(crate) fn settle(
    db: &Statements<'_>,
    source: SourceId,
    id: DeliveryId,
    key: Option<&str>,
    at: Ms,
) -> Result<bool, StoreError> {
    if !remove(db, id)? {
        return Ok(false);
    }
    db.prepare("DELETE FROM delivery_seen WHERE at < ?1")?
        .execute([at.saturating_sub(limits::DELIVERY_KEY_MS)])?;
    let Some(key) = key else { return Ok(true) };
    let mut remember = db.prepare(
        "INSERT INTO delivery_seen (source_id, dedupe_key, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
    )?;
    Ok(remember.execute(params![source.0, short(key), at])? == 1)
}

/// A key that is longer than an id may be is remembered by its digest.
pub(crate) fn short(key: &str) -> String {
    if key.len() <= hark_model::limits::NATIVE_ID_BYTES_MAX {
        return key.to_owned();
    }
    Sha256::digest(key).iter().map(|byte| format!("{byte:02x}")).collect()
}
