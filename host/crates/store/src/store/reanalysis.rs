//! Business steps of another analyser over the archive.

use hark_model::Ms;

use crate::apply::reanalysis as apply;
use crate::prepare::evidence_json;
use crate::read::reanalysis as look;
use crate::{
    ArchivedItem, FeedKey, ReanalysisOrder, ReanalysisStatus, ReanalysisStep, RecentItem, Store, StoreError,
};

impl Store {
    /// Goes on with the unfinished run of the same makers over the same span, or begins one.
    pub async fn order_reanalysis(&self, order: ReanalysisOrder) -> Result<ReanalysisStatus, StoreError> {
        self.step(move |db| apply::order(db, &order)).await
    }

    /// Returns items below row `below` whose time in the feed is `since` or later, newest row first: a bounded
    /// piece; none when there are no more. What is gone is left out.
    pub async fn archive(&self, below: i64, since: Option<Ms>) -> Result<Vec<ArchivedItem>, StoreError> {
        self.inner.readers.run(move |db| look::archive(db, below, since)).await
    }

    /// Returns items whose time in the feed is `since` or later, newest first, behind `after`: a bounded piece; none
    /// when there are no more. What is gone is left out.
    pub async fn recent(&self, since: Ms, after: Option<FeedKey>) -> Result<Vec<RecentItem>, StoreError> {
        self.inner.readers.run(move |db| look::recent(db, since, after)).await
    }

    /// Returns how many items a run would meet.
    pub async fn archive_items(&self, since: Option<Ms>) -> Result<u64, StoreError> {
        self.inner.readers.run(move |db| look::archive_items(db, since)).await
    }

    /// Adds the opinions of a piece and moves the run behind it; returns how many were added. `None` if the run is
    /// not where the step begins: somebody else has moved it.
    pub async fn step_reanalysis(&self, step: ReanalysisStep) -> Result<Option<u64>, StoreError> {
        let evidence: Vec<Vec<String>> = step
            .opinions
            .iter()
            .map(|opinion| opinion.annotations.iter().map(|it| evidence_json(&it.evidence)).collect())
            .collect();
        self.step(move |db| apply::step(db, &step, &evidence)).await
    }
}
