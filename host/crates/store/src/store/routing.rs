//! Business steps about what the routing tree remembers.

use hark_model::Ms;

use crate::apply::routing as apply;
use crate::prepare::Prepared;
use crate::read::{self, routing as look};
use crate::writer::{Outcome, Step};
use crate::{
    BatchCommit, Committed, Familiar, FamiliarAsk, RoutingRows, RoutingStep, SilenceRow, StaffRecord, Store,
    StoreError,
};

impl Store {
    /// Stores a batch, moves the cursor behind it, and remembers what was decided of it; all or nothing.
    /// [`StoreError::RoutingMoved`] if it was decided from another version than there is.
    pub async fn commit_routed(
        &self,
        commit: BatchCommit,
        step: Option<RoutingStep>,
    ) -> Result<Committed, StoreError> {
        let prepared =
            read::blocking(move || Ok(Prepared { routing: step, ..Prepared::new(commit)? })).await?;
        match self.inner.writer.submit(Step::Commit(Box::new(prepared))).await? {
            Outcome::Committed(committed) => Ok(committed),
            _ => Err(StoreError::Closed),
        }
    }

    /// Remembers what time brought: notices, steps of escalation. [`StoreError::RoutingMoved`] as above.
    pub async fn step_routing(&self, step: RoutingStep) -> Result<(), StoreError> {
        self.step(move |db| apply::step(db, &step)).await
    }

    /// Returns everything that routing remembers at `now`.
    pub async fn routing(&self, now: Ms) -> Result<RoutingRows, StoreError> {
        self.inner.readers.run(move |db| look::rows(db, now)).await
    }

    /// Returns the version of what routing remembers.
    pub async fn routing_version(&self) -> Result<i64, StoreError> {
        self.inner.readers.run(look::version).await
    }

    /// Returns what is known of items that are about to be decided.
    pub async fn familiar(&self, ask: FamiliarAsk) -> Result<Familiar, StoreError> {
        self.inner.readers.run(move |db| look::familiar(db, &ask)).await
    }

    /// Makes the persons of the rules known.
    pub async fn know_staff(&self, staff: Vec<StaffRecord>, at: Ms) -> Result<(), StoreError> {
        self.step(move |db| apply::know_staff(db, &staff, at)).await
    }

    /// Stores a silence; false if there is one of this name.
    pub async fn add_silence(&self, silence: SilenceRow) -> Result<bool, StoreError> {
        self.step(move |db| apply::silence(db, &silence)).await
    }

    /// Ends a silence before its time; false if there is none of this name that has not ended.
    pub async fn end_silence(&self, name: String, at: Ms) -> Result<bool, StoreError> {
        self.step(move |db| apply::end_silence(db, &name, at)).await
    }

    /// Returns all silences that were made by hand.
    pub async fn silences(&self) -> Result<Vec<SilenceRow>, StoreError> {
        self.inner.readers.run(look::silences).await
    }
}
