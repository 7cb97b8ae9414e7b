//! Business steps about what is unusual.

use hark_model::Ms;

use crate::apply::spikes as apply;
use crate::read::spikes as look;
use crate::{AlarmRow, BinCount, NewAlarm, Store, StoreError};

impl Store {
    /// Returns how many items were published from `since` until before `until`, by bins of `bin_ms`: for each source
    /// that saw them, all and those with each tag of rules, by sentiment. What we say ourselves is left out.
    pub async fn bin_counts(&self, since: Ms, until: Ms, bin_ms: Ms) -> Result<Vec<BinCount>, StoreError> {
        self.inner.readers.run(move |db| look::counts(db, since, until, bin_ms.max(1))).await
    }

    /// Returns until when was looked for alarms; `None` if never.
    pub async fn spikes_judged_until(&self) -> Result<Option<Ms>, StoreError> {
        self.inner.readers.run(look::judged_until).await
    }

    /// Keeps `alarms` and notes that all until `judged_until` was looked at; returns how many are new.
    pub async fn keep_alarms(
        &self,
        alarms: Vec<NewAlarm>,
        judged_until: Ms,
        at: Ms,
    ) -> Result<u32, StoreError> {
        self.step(move |db| apply::keep(db, &alarms, judged_until, at)).await
    }

    /// Returns the alarms of hours that ended at `since` or later, newest first, at most `count`.
    pub async fn alarms(&self, since: Ms, count: u32) -> Result<Vec<AlarmRow>, StoreError> {
        self.inner.readers.run(move |db| look::alarms(db, since, count)).await
    }
}
