//! The desk: who gets what comes in, whatever source it is from. One for all sources of a process.
//!
//! Holds: batches are decided one behind the other, each from what the one before left, and what is remembered of a
//! decision is stored in the transaction of its items. What another process decided meanwhile is read again first;
//! should that happen in between, the batch is refused and comes again. Not here: deciding (`memory`).

use std::sync::Arc;

use hark_lifecycle::Shutdown;
use hark_routing::{Person, Tree};
use hark_store::{BatchCommit, Committed, Familiar, SourceRecord, StaffRecord, Store, StoreError};
use tokio::sync::Mutex;

use crate::clock::now;
use crate::enrich::{About, CurrentEnricher};
use crate::limits;
use crate::memory::{self, Memory, Sitting};

/// What is remembered between batches; whoever decides has it, and nobody else.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    /// A turn: nothing while somebody decides, and where it must be read first.
    memory: Mutex<Option<Box<Memory>>>,
}

impl Desk {
    /// Routes the items of `commit` and stores all of it in one step.
    pub async fn take(
        &self,
        store: &Store,
        tree: Arc<Tree>,
        mut commit: BatchCommit,
        about: About,
        source: SourceRecord,
    ) -> Result<Committed, StoreError> {
        let Some(ask) = memory::ask(&commit.entries, &source.scope) else {
            return store.commit_routed(commit, None).await;
        };
        let mut turn = self.memory.lock().await;
        // Within the turn: what the batch before stored is known.
        let familiar = store.familiar(ask).await?;
        let mut memory = self.recall(turn.take(), &familiar, store).await?;
        let decided = tokio::task::spawn_blocking(move || {
            let at = now();
            let sitting =
                Sitting { tree: &tree, about: &about, source: &source, familiar: &familiar, now: at };
            let step = memory.decide(&mut commit.entries, &sitting);
            (memory, commit, step)
        })
        .await;
        let (mut memory, commit, step) =
            decided.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
        let Some(step) = step else {
            *turn = Some(memory);
            drop(turn);
            return store.commit_routed(commit, None).await;
        };
        let committed = store.commit_routed(commit, Some(step)).await?;
        // What was not stored is not remembered.
        if !committed.repeated {
            memory.version += 1;
            *turn = Some(memory);
        }
        Ok(committed)
    }

    async fn recall(
        &self,
        memory: Option<Box<Memory>>,
        familiar: &Familiar,
        store: &Store,
    ) -> Result<Box<Memory>, StoreError> {
        match memory.filter(|memory| memory.version == familiar.version) {
            Some(memory) => Ok(memory),
            None => Ok(Box::new(Memory::new(store.routing(now()).await?, now()))),
        }
    }

    /// Does what has become due.
    pub async fn tick(&self, store: &Store, tree: &Tree) -> Result<(), StoreError> {
        let mut turn = self.memory.lock().await;
        let familiar = Familiar { version: store.routing_version().await?, ..Familiar::default() };
        let mut memory = self.recall(turn.take(), &familiar, store).await?;
        if let Some(step) = memory.tick(tree, now()) {
            store.step_routing(step).await?;
            memory.version += 1;
        }
        *turn = Some(memory);
        Ok(())
    }
}

/// Has an eye on the time for the desk of a process that listens: notices, promises, escalation.
#[derive(Debug, Clone)]
pub struct DeskClock {
    pub(crate) store: Store,
    pub(crate) enricher: Arc<CurrentEnricher>,
}

impl DeskClock {
    /// Looks again and again until ordered to stop; a look under way is finished first. What fails is said once, and tried
    /// again at the next look.
    pub async fn run(self, shutdown: Shutdown) {
        let mut looks = tokio::time::interval(limits::DESK_LOOK);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut is_told = false;
        loop {
            tokio::select! {
                biased;
                () = shutdown.ordered() => return,
                _ = looks.tick() => {}
            }
            match self.look().await {
                Ok(()) => is_told = false,
                Err(error) if !is_told => {
                    tracing::error!(%error, "what became due could not be stored; it is tried again");
                    is_told = true;
                }
                Err(_) => {}
            }
        }
    }

    /// Does once what has become due.
    pub async fn look(&self) -> Result<(), StoreError> {
        let tree = self.enricher.get().tree();
        self.enricher.desk().tick(&self.store, &tree).await
    }
}

/// Makes the persons of the rules known to the store.
pub async fn know_staff(store: &Store, tree: &Tree) -> Result<(), StoreError> {
    let staff: Vec<StaffRecord> = tree.people().iter().map(staff_of).collect();
    if staff.is_empty() {
        return Ok(());
    }
    store.know_staff(staff, now()).await
}

fn staff_of(person: &Person) -> StaffRecord {
    StaffRecord {
        name: person.name.to_string(),
        shown: person.shown.as_deref().unwrap_or(&person.name).to_owned(),
        account: person.account.as_deref().map(str::to_owned),
        function: person.functions.first().map(ToString::to_string),
    }
}

#[cfg(test)]
mod tests;
