//! Who wrote what.

use hark_model::{ItemUid, Ms};
use rusqlite::{Connection, params};

use crate::values::word;
use crate::{FeedKey, SaidItem, StoreError, limits};

/// Returns the rows of all authors with this handle, mail address or id; case does not count, nor an `@` in front.
pub(crate) fn authors(db: &Connection, account: &str) -> Result<Vec<i64>, StoreError> {
    let account = account.strip_prefix('@').unwrap_or(account).to_lowercase();
    let mut find = db.prepare_cached(
        "SELECT id FROM actor WHERE lower(ltrim(handle, '@')) = ?1 OR lower(native_id) = ?1
         UNION SELECT actor_id FROM actor_email WHERE lower(email) = ?1 ORDER BY 1 LIMIT ?2",
    )?;
    let rows = find.query_map(params![account, limits::AUTHORS_OF_ACCOUNT], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns items of an author whose time in the feed is `since` or later, newest first, behind `after`: a bounded piece.
/// What is gone is left out, and so is what was erased.
pub(crate) fn said_by(
    db: &Connection,
    author: i64,
    since: Ms,
    after: Option<FeedKey>,
) -> Result<Vec<SaidItem>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT i.feed_at, i.id, i.uid, i.zone, r.title, r.text
         FROM item i JOIN item_revision r ON r.item_id = i.id AND r.revision = i.revision
         WHERE i.author_id = ?1 AND i.feed_at >= ?2 AND (i.feed_at, i.id) < (?3, ?4)
           AND i.removed_at IS NULL AND r.text IS NOT NULL
         ORDER BY i.feed_at DESC, i.id DESC LIMIT ?5",
    )?;
    let after = after.unwrap_or(FeedKey { at: Ms::MAX, row_id: i64::MAX });
    let rows = find.query_map(
        params![author, since, after.at, after.row_id, limits::ARCHIVE_ITEMS_AT_ONCE],
        |row| {
            Ok(SaidItem {
                key: FeedKey { at: row.get(0)?, row_id: row.get(1)? },
                uid: ItemUid::from_bytes(row.get(2)?),
                zone: word(row, 3)?,
                title: row.get(4)?,
                text: row.get(5)?,
            })
        },
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}
