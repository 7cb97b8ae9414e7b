//! Business steps about reports of abuse.

use crate::apply::report_steps as apply;
use crate::read::reports as look;
use crate::writer::Work;
use crate::{NewReportStep, ReportRow, ReportStepRow, Store, StoreError};

impl Store {
    /// Returns reports of abuse, oldest first, at most `count`: those that somebody has still to do something about,
    /// or all.
    pub async fn reports(&self, all: bool, count: u32) -> Result<Vec<ReportRow>, StoreError> {
        self.inner.readers.run(move |db| look::list(db, all, count)).await
    }

    /// Returns a report; `None` if there is no such one.
    pub async fn report(&self, id: i64) -> Result<Option<ReportRow>, StoreError> {
        self.inner.readers.run(move |db| look::one(db, id)).await
    }

    /// Returns what was done with a report, in order.
    pub async fn report_steps(&self, id: i64) -> Result<Vec<ReportStepRow>, StoreError> {
        self.inner.readers.run(move |db| look::steps(db, id)).await
    }

    /// Adds steps to a report; it is on the disk when this returns. False, and nothing, if the report stands elsewhere
    /// by now or is not there.
    pub async fn step_report(&self, new: NewReportStep) -> Result<bool, StoreError> {
        self.work(Work::new(move |db| apply::step(db, &new)).durable()).await
    }
}
