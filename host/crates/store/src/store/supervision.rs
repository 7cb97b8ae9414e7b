//! Business steps about calls: what they spent, how they crashed, who is let go again.

use hark_model::Ms;

use crate::apply::supervision as apply;
use crate::read::supervision as look;
use crate::{
    CapsuleRow, Crash, CrashNoted, SourceId, SourceQuarantine, Spent, Store, StoreError, limits, read,
};

impl Store {
    /// Notes what a call of a source spent; the most there was is kept.
    pub async fn note_spending(&self, source: SourceId, spent: Vec<Spent>, at: Ms) -> Result<(), StoreError> {
        self.step(move |db| apply::spend(db, source, &spent, at)).await
    }

    /// Counts a crash, keeps its capsule, and puts the source into quarantine when it is one too many. A capsule
    /// beyond [`limits::CAPSULE_BYTES_MAX`] is not kept.
    pub async fn note_crash(&self, crash: Crash) -> Result<CrashNoted, StoreError> {
        let text = crash.capsule.clone().filter(|text| text.len() <= limits::CAPSULE_BYTES_MAX);
        let packed = read::blocking(move || match text {
            Some(text) => zstd::bulk::compress(text.as_bytes(), limits::COMPRESS_LEVEL)
                .map(Some)
                .map_err(StoreError::Compress),
            None => Ok(None),
        })
        .await?;
        self.step(move |db| apply::crash(db, &crash, packed.as_deref())).await
    }

    /// Notes that a call of `line` did well after it had crashed.
    pub async fn note_recovered(&self, source: SourceId, line: String) -> Result<(), StoreError> {
        self.step(move |db| apply::did_well(db, source, &line)).await
    }

    /// Lets a source out of quarantine and forgets its crashes; false if it was in none.
    pub async fn release_source(&self, source: SourceId) -> Result<bool, StoreError> {
        self.step(move |db| apply::release(db, source)).await
    }

    /// Returns why a source is not called; `None` if it is.
    pub async fn source_quarantine(&self, source: SourceId) -> Result<Option<SourceQuarantine>, StoreError> {
        self.inner.readers.run(move |db| look::quarantine(db, source)).await
    }

    /// Returns the lines of calls of a source that crashed the last time.
    pub async fn crashing_lines(&self, source: SourceId) -> Result<Vec<String>, StoreError> {
        self.inner.readers.run(move |db| look::crashing(db, source)).await
    }

    /// Returns the capsules of a source, newest first.
    pub async fn capsules(&self, source: SourceId) -> Result<Vec<CapsuleRow>, StoreError> {
        self.inner.readers.run(move |db| look::capsules(db, source)).await
    }

    /// Returns the text of a capsule of a source, the newest where no number is given.
    pub async fn capsule(&self, source: SourceId, id: Option<i64>) -> Result<Option<String>, StoreError> {
        self.inner.readers.run(move |db| look::capsule(db, source, id)).await
    }
}
