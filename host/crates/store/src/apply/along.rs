//! What is stored along with a batch, in its transaction.

use crate::apply::sources::{self, SourceFacts};
use crate::apply::{Batch, backfills, inbox, outbox, rechecks};
use crate::prepare::Prepared;
use crate::statements::Statements;
use crate::{Along, BackfillKey, BatchCommit, StoreError};

/// Does what comes before the events; returns false if they were stored before.
pub(crate) fn before(
    db: &Statements<'_>,
    commit: &BatchCommit,
    source: &mut SourceFacts,
) -> Result<bool, StoreError> {
    match &commit.along {
        Some(Along::Delivery { id, key }) => {
            inbox::settle(db, commit.source, *id, key.as_deref(), commit.observed_at)
        }
        Some(Along::Replay { component_sha256 }) => {
            source.component_id = sources::component(db, component_sha256)?;
            Ok(true)
        }
        Some(Along::Backfill(_) | Along::Recheck { .. } | Along::Action(_)) | None => Ok(true),
    }
}

/// Does what comes behind the events.
pub(crate) fn after(batch: &mut Batch<'_, '_>, prepared: &Prepared) -> Result<(), StoreError> {
    let commit = &prepared.commit;
    let (db, at) = (batch.db, commit.observed_at);
    match &commit.along {
        Some(Along::Backfill(step)) => {
            let key = BackfillKey {
                source: commit.source,
                stream: commit.stream.clone(),
                target: commit.target.clone(),
            };
            backfills::advance(db, &key, step, batch.done.new_items, at)
        }
        Some(Along::Recheck { ids }) => {
            rechecks::asked(db, commit.source, &batch.source.scope, &commit.stream, ids, at)
        }
        Some(Along::Action(end)) => outbox::end(db, commit.source, end, at),
        Some(Along::Replay { .. }) => resolve_quarantine(batch, prepared),
        Some(Along::Delivery { .. }) | None => Ok(()),
    }
}

/// What was in quarantine from the payloads that were read again, and is not told again, is understood now.
fn resolve_quarantine(batch: &Batch<'_, '_>, prepared: &Prepared) -> Result<(), StoreError> {
    let mut resolve = batch.db.prepare(
        "UPDATE quarantine SET resolved_at = ?2 WHERE raw_id = ?1 AND resolved_at IS NULL AND pointer NOT IN
           (SELECT value FROM json_each(?3))",
    )?;
    for (payload, raw) in &batch.raws {
        let still = prepared.commit.quarantined.iter().filter(|entry| entry.payload == *payload);
        let still: Vec<&str> = still.map(|entry| entry.pointer.as_str()).collect();
        resolve.execute(rusqlite::params![raw, batch.observed_at, serde_json::json!(still).to_string()])?;
    }
    Ok(())
}
