//! What was said of items that have not come yet: tombstones and figures.
//!
//! Holds: once the item comes, it is as if it had come first.

use hark_model::{Ms, RemovalReason};
use rusqlite::{OptionalExtension, Row, params};

use crate::StoreError;
use crate::apply::Batch;
use crate::apply::counters::{self, Figures, Told};
use crate::apply::items::Said;
use crate::apply::known::{self, Gone, Known};
use crate::statements::Statements;
use crate::values::word_maybe;

/// Whether anything waits at all; asked once a batch, so that new items need not.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub items: bool,
    pub reports: bool,
    pub relations: bool,
}

impl Waiting {
    pub fn look(db: &Statements<'_>) -> Result<Self, StoreError> {
        let mut look = db.prepare(
            "SELECT EXISTS (SELECT 1 FROM awaited), EXISTS (SELECT 1 FROM flag_report WHERE item_id IS NULL),
               EXISTS (SELECT 1 FROM relation WHERE target_item IS NULL AND target_actor IS NULL)",
        )?;
        Ok(look.query_row([], |row| {
            Ok(Self { items: row.get(0)?, reports: row.get(1)?, relations: row.get(2)? })
        })?)
    }
}

struct Awaited {
    gone: Option<Gone>,
    told: Told,
}

/// Keeps a tombstone for an item that is not known.
pub(crate) fn removal(batch: &Batch<'_, '_>, native_id: &str, gone: Gone) -> Result<(), StoreError> {
    let mut awaited = Awaited::find(batch, native_id)?;
    if awaited.gone.as_ref().is_none_or(|before| gone.outranks(before)) {
        awaited.gone = Some(gone);
        awaited.write(batch, native_id)?;
    }
    Ok(())
}

/// Keeps the newest figures of an item that is not known.
pub(crate) fn figures(batch: &Batch<'_, '_>, native_id: &str, told: Told) -> Result<(), StoreError> {
    let mut awaited = Awaited::find(batch, native_id)?;
    if awaited.told.figures.merge(told.figures) {
        awaited.told.by_reaction = told.by_reaction;
        awaited.write(batch, native_id)?;
    }
    Ok(())
}

/// Applies to a new item what was said of it before it came; returns whether it is gone.
pub(crate) fn settle(batch: &mut Batch<'_, '_>, said: &Said<'_>) -> Result<bool, StoreError> {
    let awaited = Awaited::find(batch, &said.item.id)?;
    let Some(before) = Known::find(batch.db, &said.uid)? else { return Ok(false) };
    let mut after = before.clone();
    if let Some(gone) = awaited.gone {
        after.remove(gone);
    }
    counters::merge(batch.db, &mut after, awaited.told)?;
    known::replace(batch, said.uid, &before, &after)?;
    let mut forget = batch.db.prepare("DELETE FROM awaited WHERE scope = ?1 AND native_id = ?2")?;
    forget.execute(params![batch.source.scope, said.item.id])?;
    Ok(after.removal.is_some())
}

impl Awaited {
    fn find(batch: &Batch<'_, '_>, native_id: &str) -> Result<Self, StoreError> {
        let mut find = batch.db.prepare(
            "SELECT removed_at, removal_reason, removal_raw_id, by_reaction, counters_at, likes, replies, shares,
               quotes, views, score
             FROM awaited WHERE scope = ?1 AND native_id = ?2",
        )?;
        let found = find.query_row(params![batch.source.scope, native_id], Self::read).optional()?;
        Ok(found.unwrap_or_else(|| Self {
            gone: None,
            told: Told { figures: crate::values::Latest::new(None, 0), by_reaction: None },
        }))
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let at: Option<Ms> = row.get(0)?;
        let reason: Option<RemovalReason> = word_maybe(row, 1)?;
        let raw = row.get(2)?;
        Ok(Self {
            gone: at.zip(reason).map(|(at, reason)| Gone { at, reason, raw }),
            told: Told { figures: Figures::read_latest(row, 4)?, by_reaction: row.get(3)? },
        })
    }

    fn write(&self, batch: &Batch<'_, '_>, native_id: &str) -> Result<(), StoreError> {
        let mut write = batch.db.prepare(
            "INSERT OR REPLACE INTO awaited (scope, native_id, removed_at, removal_reason, removal_raw_id, counters_at,
               likes, replies, shares, quotes, views, score, by_reaction)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?;
        let gone = self.gone.as_ref();
        let figures = &self.told.figures;
        let [likes, replies, shares, quotes, views, score] = figures.value.unwrap_or_default().0;
        write.execute(params![
            batch.source.scope,
            native_id,
            gone.map(|gone| gone.at),
            gone.map(|gone| gone.reason.as_str()),
            gone.and_then(|gone| gone.raw),
            figures.at,
            likes,
            replies,
            shares,
            quotes,
            views,
            score,
            self.told.by_reaction,
        ])?;
        Ok(())
    }
}
