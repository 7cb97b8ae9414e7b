//! Reads beside the feed: the inbox, backfills, gaps, the outbox, kept payloads.

use hark_model::{ItemUid, KeptPayload, Ms, SourceName, Via};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};

use crate::apply::{inbox, outbox as actions};
use crate::values::{count as figure, word};
use crate::{
    BackfillState, BackfillStatus, DeliveryId, GapRow, KeptRaw, NewDelivery, OutboxRow, PendingDelivery,
    ReadFrom, SourceId, StoreError, Whereabouts, limits,
};

/// Returns deliveries that have not been handled and are due by `now`, oldest first.
pub(crate) fn pending(
    db: &Connection,
    source: SourceId,
    now: Ms,
    count: u32,
) -> Result<Vec<PendingDelivery>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT id, method, path, query, headers, body, received_at, attempts FROM delivery
         WHERE source_id = ?1 AND state = 'new' AND due_at <= ?2 ORDER BY id LIMIT ?3",
    )?;
    let read = |row: &Row<'_>| {
        Ok(PendingDelivery {
            id: DeliveryId(row.get(0)?),
            delivery: NewDelivery {
                source,
                method: row.get(1)?,
                path: row.get(2)?,
                query: row.get(3)?,
                headers: serde_json::from_str(row.get_ref(4)?.as_str()?).unwrap_or_default(),
                body: row.get(5)?,
                received_at: row.get(6)?,
            },
            attempts: row.get(7)?,
        })
    };
    Ok(find.query_map(params![source.0, now, count], read)?.collect::<Result<_, _>>()?)
}

/// Tells whether a delivery of this key was handled.
pub(crate) fn knows_delivery(db: &Connection, source: SourceId, key: &str) -> Result<bool, StoreError> {
    let mut find =
        db.prepare_cached("SELECT 1 FROM delivery_seen WHERE source_id = ?1 AND dedupe_key = ?2")?;
    Ok(find.exists(params![source.0, inbox::short(key)])?)
}

/// Returns every backfill of a source.
pub(crate) fn backfills(db: &Connection, source: SourceId) -> Result<Vec<BackfillStatus>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT stream, target, since, until, cursor, cursor_version, state, not_before, fault, fault_count, batches,
           items, new_items, reached_at, leased_until, started_at, done_at
         FROM backfill WHERE source_id = ?1 ORDER BY stream, target",
    )?;
    Ok(find.query_map([source.0], backfill)?.collect::<Result<_, _>>()?)
}

fn backfill(row: &Row<'_>) -> rusqlite::Result<BackfillStatus> {
    let state = row.get_ref(6)?.as_str()?;
    let state = BackfillState::ALL.iter().find(|known| known.as_str() == state).copied();
    Ok(BackfillStatus {
        stream: row.get(0)?,
        target: row.get(1)?,
        since: row.get(2)?,
        until: row.get(3)?,
        cursor: row.get(4)?,
        cursor_version: row.get(5)?,
        state: state.ok_or(rusqlite::types::FromSqlError::InvalidType)?,
        not_before: row.get(7)?,
        fault: row.get(8)?,
        fault_count: row.get(9)?,
        batches: figure(row, 10)?.unwrap_or_default(),
        items: figure(row, 11)?.unwrap_or_default(),
        new_items: figure(row, 12)?.unwrap_or_default(),
        reached_at: row.get(13)?,
        leased_until: row.get(14)?,
        started_at: row.get(15)?,
        done_at: row.get(16)?,
    })
}

/// Returns the newest holes that nobody has filled.
pub(crate) fn gaps(db: &Connection, source: SourceId) -> Result<Vec<GapRow>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT stream, since, until, why, at FROM gap WHERE source_id = ?1 AND filled_at IS NULL
         ORDER BY at DESC, id DESC LIMIT ?2",
    )?;
    let read = |row: &Row<'_>| {
        Ok(GapRow {
            stream: row.get(0)?,
            since: row.get(1)?,
            until: row.get(2)?,
            why: row.get(3)?,
            at: row.get(4)?,
        })
    };
    Ok(find.query_map(params![source.0, limits::GAPS_SHOWN_MAX], read)?.collect::<Result<_, _>>()?)
}

/// Returns the newest actions, newest first.
pub(crate) fn outbox(db: &Connection, count: u32) -> Result<Vec<OutboxRow>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT s.name, o.action, o.item_native_id, o.idempotency_key, o.state, o.detail, o.made, o.attempts, o.at
         FROM outbox o JOIN source s ON s.id = o.source_id ORDER BY o.id DESC LIMIT ?1",
    )?;
    let read = |row: &Row<'_>| {
        Ok(OutboxRow {
            source: row.get(0)?,
            action: row.get(1)?,
            on: row.get(2)?,
            key: row.get(3)?,
            state: actions::state(row, 4)?,
            detail: row.get(5)?,
            made: row.get(6)?,
            attempts: row.get(7)?,
            at: row.get(8)?,
        })
    };
    Ok(find.query_map([count], read)?.collect::<Result<_, _>>()?)
}

/// Returns kept payloads behind row `after`, as many as fit into one piece.
pub(crate) fn raws(
    db: &Connection,
    source: SourceId,
    since: Ms,
    after: i64,
) -> Result<Vec<KeptRaw>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT id, sha256, label, media_type, body, encoding, url, status, received_at, via FROM raw
         WHERE source_id = ?1 AND id > ?2 AND received_at >= ?3 AND encoding <> 'erased' ORDER BY id LIMIT ?4",
    )?;
    let mut rows = find.query(params![source.0, after, since, limits::RAWS_AT_ONCE])?;
    let (mut raws, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let raw = kept(row)?;
        bytes += raw.payload.body.len();
        raws.push(raw);
        if bytes >= limits::RAW_BYTES_AT_ONCE {
            break;
        }
    }
    Ok(raws)
}

fn kept(row: &Row<'_>) -> Result<KeptRaw, StoreError> {
    let encoding = row.get_ref(5)?.as_str().map_err(rusqlite::Error::from)?;
    let stored = row.get_ref(4)?.as_blob().map_err(rusqlite::Error::from)?;
    let body = if encoding == "zstd" {
        zstd::stream::decode_all(stored).map_err(StoreError::Compress)?
    } else {
        stored.to_owned()
    };
    Ok(KeptRaw {
        row: row.get(0)?,
        sha256: row.get(1)?,
        payload: KeptPayload {
            id: 0,
            label: row.get(2)?,
            media_type: row.get(3)?,
            body,
            url: row.get(6)?,
            status: row.get(7)?,
            received_at: row.get(8)?,
            via: word::<Via>(row, 9)?,
        },
    })
}

/// Returns the revisions behind `after` that were read from payloads of a source.
pub(crate) fn read_from(
    db: &Connection,
    source: SourceId,
    since: Ms,
    after: i64,
) -> Result<Vec<ReadFrom>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT r.id, i.uid, i.native_id, r.revision, r.raw_id
         FROM item_revision r JOIN raw w ON w.id = r.raw_id JOIN item i ON i.id = r.item_id
         WHERE r.id > ?1 AND w.source_id = ?2 AND w.received_at >= ?3 AND w.encoding <> 'erased'
         ORDER BY r.id LIMIT ?4",
    )?;
    let read = |row: &Row<'_>| {
        Ok(ReadFrom {
            row: row.get(0)?,
            uid: ItemUid::from_bytes(row.get(1)?),
            native_id: row.get(2)?,
            revision: row.get(3)?,
            raw: row.get(4)?,
        })
    };
    let found = find.query_map(params![after, source.0, since, limits::REVISIONS_AT_ONCE], read)?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Returns the registered source of this name.
pub(crate) fn source_id(db: &Connection, name: &str) -> Result<Option<SourceId>, StoreError> {
    let mut find = db.prepare_cached("SELECT id FROM source WHERE name = ?1")?;
    Ok(find.query_row([name], |row| row.get(0).map(SourceId)).optional()?)
}

/// Returns who saw the item that `condition` names.
pub(crate) fn whereabouts(
    db: &Connection,
    condition: &str,
    value: &dyn ToSql,
) -> Result<Option<Whereabouts>, StoreError> {
    let mut find =
        db.prepare_cached(&format!("SELECT i.id, i.uid, i.native_id FROM item i WHERE {condition}"))?;
    let found = find
        .query_row([value], |row| Ok((row.get::<_, i64>(0)?, ItemUid::from_bytes(row.get(1)?), row.get(2)?)));
    let Some((id, uid, native_id)) = found.optional()? else { return Ok(None) };
    let mut find = db.prepare_cached(
        "SELECT DISTINCT s.name FROM sighting g JOIN source s ON s.id = g.source_id WHERE g.item_id = ?1 ORDER BY s.name",
    )?;
    let names = find.query_map([id], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    let sources = names.iter().filter_map(|name| SourceName::parse(name).ok()).collect();
    Ok(Some(Whereabouts { uid, native_id, sources }))
}
