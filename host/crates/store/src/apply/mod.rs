//! Writes one batch: the only code that changes heard content.
//!
//! Holds: the content that results depends on what was said and not on the order in which it was said.
//! So actors and conversations of a batch go first, removals and figures last. Each table family has its
//! file. Not here: transactions (the writer's).

pub(crate) mod actors;
pub(crate) mod along;
pub(crate) mod annotations;
pub(crate) mod answers;
pub(crate) mod awaited;
pub(crate) mod backfills;
pub(crate) mod checkpoints;
pub(crate) mod chime_ins;
pub(crate) mod conversations;
pub(crate) mod counters;
pub(crate) mod grants;
pub(crate) mod inbox;
pub(crate) mod items;
pub(crate) mod known;
pub(crate) mod labels;
pub(crate) mod notices;
pub(crate) mod outbox;
pub(crate) mod parts;
pub(crate) mod payloads;
pub(crate) mod people;
pub(crate) mod rank;
pub(crate) mod reanalysis;
pub(crate) mod rechecks;
pub(crate) mod removals;
pub(crate) mod report_steps;
pub(crate) mod reports;
pub(crate) mod revisions;
pub(crate) mod routing;
pub(crate) mod sightings;
pub(crate) mod sources;
pub(crate) mod spikes;
pub(crate) mod supervision;
pub(crate) mod tokens;

use std::collections::HashMap;

use hark_model::{Event, ItemUid, Ms};

use crate::prepare::Prepared;
use crate::statements::Statements;
use crate::{Along, Committed, StoreError};
use actors::Actors;
use awaited::Waiting;
use conversations::Conversations;
use sources::SourceFacts;

/// What the steps of one batch share.
pub(crate) struct Batch<'a, 'c> {
    pub db: &'a Statements<'c>,
    pub source: SourceFacts,
    pub stream: &'a str,
    pub observed_at: Ms,
    /// Read again from kept payloads: what is said now stands in the place of what was made of the same edit.
    pub is_replay: bool,
    /// An answer to our question after known items.
    pub is_recheck: bool,
    /// Payload id of the commit to row.
    pub raws: HashMap<u64, i64>,
    pub actors: Actors<'a>,
    pub conversations: Conversations<'a>,
    pub waiting: Waiting,
    /// Items that this source had not seen.
    pub seen_first: i64,
    pub done: Committed,
}

/// Writes a batch and moves the cursor behind it; the caller's transaction makes it whole.
pub(crate) fn batch(db: &Statements<'_>, prepared: &Prepared) -> Result<Committed, StoreError> {
    let commit = &prepared.commit;
    let mut source = SourceFacts::load(db, commit.source)?;
    if !along::before(db, commit, &mut source)? {
        return Ok(Committed { repeated: true, ..Committed::default() });
    }
    let mut batch = Batch {
        db,
        stream: &commit.stream,
        observed_at: commit.observed_at,
        is_replay: matches!(commit.along, Some(Along::Replay { .. })),
        is_recheck: matches!(commit.along, Some(Along::Recheck { .. })),
        raws: payloads::store(db, source.id, prepared)?,
        actors: Actors::default(),
        conversations: Conversations::default(),
        waiting: Waiting::look(db)?,
        source,
        seen_first: 0,
        done: Committed::default(),
    };
    batch.speakers_and_places(prepared)?;
    batch.items(prepared)?;
    batch.what_became_of_items(prepared)?;
    for quarantined in &commit.quarantined {
        reports::quarantine(&mut batch, quarantined)?;
    }
    batch.actors.flush(db)?;
    batch.conversations.flush(db)?;
    sources::count(db, batch.source.id, batch.seen_first)?;
    checkpoints::advance(db, commit)?;
    along::after(&mut batch, prepared)?;
    if let Some(step) = &prepared.routing {
        routing::step(db, step)?;
    }
    for notice in &prepared.notices {
        notices::queue(db, notice, None)?;
    }
    batch.done.item_uids_changed.sort_unstable();
    batch.done.item_uids_changed.dedup();
    Ok(batch.done)
}

impl<'a> Batch<'a, '_> {
    fn speakers_and_places(&mut self, prepared: &'a Prepared) -> Result<(), StoreError> {
        let events = || prepared.commit.entries.iter().map(|entry| &entry.event);
        let actors = events().filter_map(|event| match event {
            Event::Actor(actor) => Some(actor),
            _ => None,
        });
        self.actors.hear(self.db, &self.source, actors)?;
        let conversations = events().filter_map(|event| match event {
            Event::Conversation(conversation) => Some(conversation),
            _ => None,
        });
        self.conversations.hear(self.db, &self.source, conversations, self.observed_at)
    }

    fn items(&mut self, prepared: &'a Prepared) -> Result<(), StoreError> {
        for (entry, item) in prepared.commit.entries.iter().zip(&prepared.items) {
            if let (Event::Item(said), Some(prepared)) = (&entry.event, item) {
                items::apply(self, entry, said, prepared)?;
            }
        }
        Ok(())
    }

    fn what_became_of_items(&mut self, prepared: &'a Prepared) -> Result<(), StoreError> {
        for entry in &prepared.commit.entries {
            match &entry.event {
                Event::Removal(removal) => removals::apply(self, removal)?,
                Event::Engagement(engagement) => counters::apply(self, engagement)?,
                Event::FlagReport(report) => reports::flag(self, report)?,
                Event::Gap(gap) => reports::gap(self, gap)?,
                Event::Poison(poison) => reports::poison(self, poison)?,
                Event::Actor(_) | Event::Conversation(_) | Event::Item(_) => {}
            }
        }
        Ok(())
    }

    /// Returns the row of a payload of this commit.
    pub fn raw(&self, payload: u64) -> Result<i64, StoreError> {
        self.raws.get(&payload).copied().ok_or(StoreError::UnknownPayload(payload))
    }

    /// Notes that screens should read an item again.
    pub fn changed(&mut self, uid: ItemUid) {
        self.done.item_uids_changed.push(uid);
    }
}
