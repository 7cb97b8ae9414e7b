//! Labels of people: rows are added, and nothing of an item is changed.

use hark_model::Sentiment;
use rusqlite::{OptionalExtension, params};

use crate::read::page;
use crate::statements::Statements;
use crate::values::word_maybe;
use crate::{LabelKept, NewLabel, StoreError};

/// Keeps a label; `None` if the item is not known, or gone.
pub(crate) fn keep(db: &Statements<'_>, new: &NewLabel) -> Result<Option<LabelKept>, StoreError> {
    let shown = format!(
        "SELECT i.id, i.revision, {} FROM item i WHERE i.uid = ?1 AND i.removed_at IS NULL",
        page::OPINION.replace("{kind}", "sentiment")
    );
    let shown: Option<(i64, u32, Option<Sentiment>)> = db
        .connection()
        .query_row(&shown, [new.uid.as_bytes()], |row| {
            Ok((row.get(0)?, row.get(1)?, word_maybe(row, 2).unwrap_or_default()))
        })
        .optional()?;
    let Some((item, revision, machine)) = shown else { return Ok(None) };
    let mut insert =
        db.prepare("INSERT INTO label (item_id, revision, label, who, at) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    insert.execute(params![item, revision, new.label.as_str(), new.who, new.at])?;
    Ok(Some(LabelKept { revision, machine }))
}
