//! The store's face: business steps and readers.

mod chime_ins;
mod labels;
mod notices;
mod people;
mod reanalysis;
mod reports;
mod routing;
mod said;
mod spikes;
mod steps;
mod supervision;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hark_model::{ItemUid, Ms};
use tokio::sync::watch;

use crate::prepare::Prepared;
use crate::read::{self, Readers, feed, item, status, thread};
use crate::writer::{Outcome, Step, Writer};
use crate::{
    BatchCommit, Checkpoint, Committed, ConversationKey, FeedFilter, FeedRow, ItemDetail, SourceId,
    SourceRecord, SourceStatus, StateUpdate, StoreError, Thread, limits, schema,
};

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// How long to wait for another process to let go of the file.
    pub busy_timeout: Duration,
    /// Read-only connections, at least 1.
    pub readers: usize,
    /// Most pages of 4 KiB that the file may have; `None` leaves it to the disk.
    pub pages_max: Option<u32>,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { busy_timeout: limits::BUSY_TIMEOUT, readers: limits::READERS, pages_max: None }
    }
}

/// One open database. Cheap to clone; every clone is the same database.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    writer: Writer,
    readers: Arc<Readers>,
    commits: watch::Sender<u64>,
}

impl Store {
    /// Opens the database at `path`; makes it if need be and brings it to the newest schema.
    ///
    /// A file from a newer program, of another program, or damaged, is reported and left as it is.
    pub fn open(path: &Path, options: StoreOptions) -> Result<Self, StoreError> {
        let db = schema::open_writer(path, &options)?;
        let commits = watch::Sender::new(0);
        let writer = Writer::start(db, commits.clone())?;
        let readers = Arc::new(Readers::new(path, options));
        Ok(Self { inner: Arc::new(Inner { writer, readers, commits }) })
    }

    /// Finishes what waits for the writer, ends it, and folds the write-ahead log into the file.
    ///
    /// Steps that come later are refused with [`StoreError::Closed`]. Blocks until the writer is done.
    pub fn close(&self) -> Result<(), StoreError> {
        self.inner.readers.close();
        self.inner.writer.close()
    }

    /// Stores what is known of a source; one of the same name is brought up to date.
    pub async fn register_source(&self, record: SourceRecord) -> Result<SourceId, StoreError> {
        match self.inner.writer.submit(Step::Register(Box::new(record))).await? {
            Outcome::Registered(id) => Ok(id),
            _ => Err(StoreError::Closed),
        }
    }

    /// Stores a batch and moves the cursor behind it, or does neither.
    pub async fn commit_batch(&self, commit: BatchCommit) -> Result<Committed, StoreError> {
        let prepared = read::blocking(move || Prepared::new(commit)).await?;
        match self.inner.writer.submit(Step::Commit(Box::new(prepared))).await? {
            Outcome::Committed(committed) => Ok(committed),
            _ => Err(StoreError::Closed),
        }
    }

    /// Stores how a stream stands; its cursor stays.
    pub async fn record_state(&self, update: StateUpdate) -> Result<(), StoreError> {
        self.inner.writer.submit(Step::State(update)).await.map(|_| ())
    }

    /// Returns where a stream stands; `None` if it was never read.
    pub async fn checkpoint(
        &self,
        source: SourceId,
        stream: &str,
        target: &str,
    ) -> Result<Option<Checkpoint>, StoreError> {
        let (stream, target) = (stream.to_owned(), target.to_owned());
        self.inner.readers.run(move |db| status::checkpoint(db, source, &stream, &target)).await
    }

    /// Returns the newest clamped time of the items that `source` saw.
    pub async fn last_published(&self, source: SourceId) -> Result<Option<Ms>, StoreError> {
        self.inner.readers.run(move |db| status::last_published(db, source)).await
    }

    /// Returns a page of the feed, newest first.
    pub async fn feed(&self, filter: FeedFilter) -> Result<Vec<FeedRow>, StoreError> {
        self.inner.readers.run(move |db| feed::feed(db, &filter)).await
    }

    /// Returns how many items the filter lets through, whatever its limit.
    pub async fn count(&self, filter: FeedFilter) -> Result<u64, StoreError> {
        self.inner.readers.run(move |db| feed::count(db, &filter)).await
    }

    /// Returns a conversation with its items in reading order; `None` if there is no such one.
    pub async fn thread(&self, conversation: ConversationKey) -> Result<Option<Thread>, StoreError> {
        self.inner.readers.run(move |db| thread::thread(db, conversation)).await
    }

    /// Returns all that is known of an item; `None` if it is not known.
    pub async fn item(&self, uid: ItemUid) -> Result<Option<ItemDetail>, StoreError> {
        self.inner.readers.run(move |db| item::item(db, &uid)).await
    }

    /// Returns every source with how its streams stand, by name.
    pub async fn sources(&self) -> Result<Vec<SourceStatus>, StoreError> {
        self.inner.readers.run(status::sources).await
    }

    /// Returns a counter that rises after each transaction of this process.
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.inner.commits.subscribe()
    }

    /// Returns a mark that differs from the last one if any process has written since.
    pub async fn data_version(&self) -> Result<i64, StoreError> {
        self.inner.readers.data_version().await
    }
}
