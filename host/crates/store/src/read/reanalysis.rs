//! Reads of the archive for another analyser: from the newest row to the oldest, a bounded piece at a time.

use hark_model::{ItemUid, Ms};
use rusqlite::{Connection, Row, params};

use crate::read::page;
use crate::values::word;
use crate::{ArchivedItem, FeedKey, RecentItem, StoreError, limits};

/// Returns items below row `below`, newest row first: as many as fit into one piece; none when there are no more.
/// What is gone is left out, and so is what was erased.
pub(crate) fn archive(
    db: &Connection,
    below: i64,
    since: Option<Ms>,
) -> Result<Vec<ArchivedItem>, StoreError> {
    // The plus keeps SQLite on the rows in their order, whatever indices there are.
    let mut find = db.prepare_cached(&format!(
        "SELECT i.id, i.revision, r.title, r.text, i.language, {}, {}
         FROM item i JOIN item_revision r ON r.item_id = i.id AND r.revision = i.revision
         WHERE i.id < ?1 AND +i.feed_at >= ?2 AND i.removed_at IS NULL AND r.text IS NOT NULL
         ORDER BY i.id DESC LIMIT ?3",
        page::OPINION.replace("{kind}", "language"),
        page::OPINION.replace("{kind}", "sentiment"),
    ))?;
    let mut makers = db.prepare_cached(
        "SELECT DISTINCT producer, producer_version FROM annotation WHERE item_id = ?1 AND revision = ?2",
    )?;
    let mut rows = find.query(params![below, since.unwrap_or(Ms::MIN), limits::ARCHIVE_ITEMS_AT_ONCE])?;
    let (mut items, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let mut item = archived(row)?;
        let spoken = makers.query_map((item.row, item.revision), |row| Ok((row.get(0)?, row.get(1)?)))?;
        item.makers = spoken.collect::<Result<_, _>>()?;
        bytes += item.text.len();
        items.push(item);
        if bytes >= limits::ARCHIVE_BYTES_AT_ONCE {
            break;
        }
    }
    Ok(items)
}

fn archived(row: &Row<'_>) -> rusqlite::Result<ArchivedItem> {
    Ok(ArchivedItem {
        row: row.get(0)?,
        revision: row.get(1)?,
        title: row.get(2)?,
        text: row.get(3)?,
        claimed_language: row.get(4)?,
        language: row.get(5)?,
        sentiment: row.get(6)?,
        makers: Vec::new(),
    })
}

/// Returns items whose time in the feed is `since` or later, newest first, behind `after`: a bounded piece.
pub(crate) fn recent(
    db: &Connection,
    since: Ms,
    after: Option<FeedKey>,
) -> Result<Vec<RecentItem>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT i.feed_at, i.id, i.uid, r.title, r.text, i.language, i.observed_at, EXISTS (SELECT 1 FROM annotation
           WHERE item_id = i.id AND revision = i.revision AND kind = 'duplicate'), i.zone
         FROM item i JOIN item_revision r ON r.item_id = i.id AND r.revision = i.revision
         WHERE i.feed_at >= ?1 AND (i.feed_at, i.id) < (?2, ?3) AND i.removed_at IS NULL AND r.text IS NOT NULL
         ORDER BY i.feed_at DESC, i.id DESC LIMIT ?4",
    )?;
    let after = after.unwrap_or(FeedKey { at: Ms::MAX, row_id: i64::MAX });
    let rows =
        find.query_map(params![since, after.at, after.row_id, limits::RECENT_ITEMS_AT_ONCE], |row| {
            Ok(RecentItem {
                key: FeedKey { at: row.get(0)?, row_id: row.get(1)? },
                uid: ItemUid::from_bytes(row.get(2)?),
                title: row.get(3)?,
                text: row.get(4)?,
                claimed_language: row.get(5)?,
                observed_at: row.get(6)?,
                is_copy: row.get(7)?,
                zone: word(row, 8)?,
            })
        })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns how many items a run would meet.
pub(crate) fn archive_items(db: &Connection, since: Option<Ms>) -> Result<u64, StoreError> {
    let mut count = db.prepare_cached(
        "SELECT count(*) FROM item WHERE removed_at IS NULL AND (?1 IS NULL OR feed_at >= ?1)",
    )?;
    Ok(count.query_row([since], |row| row.get::<_, u32>(0))?.into())
}
