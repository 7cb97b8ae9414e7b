//! Removals: an item goes away; its name never does.

use hark_model::{ItemUid, Removal};

use crate::StoreError;
use crate::apply::known::{self, Gone, Known};
use crate::apply::{Batch, awaited};

/// Takes a removal in; one without a time counts from when we saw it.
pub(crate) fn apply(batch: &mut Batch<'_, '_>, removal: &Removal) -> Result<(), StoreError> {
    let raw = batch.raw(removal.origin.payload)?;
    let gone = Gone { at: removal.at.unwrap_or(batch.observed_at), reason: removal.reason, raw: Some(raw) };
    let uid = ItemUid::derive(&batch.source.scope, &removal.id);
    let Some(before) = Known::find(batch.db, &uid)? else {
        return awaited::removal(batch, &removal.id, gone);
    };
    let mut after = before.clone();
    after.remove(gone);
    known::replace(batch, uid, &before, &after)
}
