//! Reads: a pool of connections that cannot write.
//!
//! Holds: each read sees one moment of the database, whatever the writer does meanwhile.

pub(crate) mod beside;
pub(crate) mod chime_ins;
pub(crate) mod feed;
pub(crate) mod item;
pub(crate) mod labels;
pub(crate) mod notices;
pub(crate) mod page;
pub(crate) mod people;
pub(crate) mod reanalysis;
pub(crate) mod reports;
pub(crate) mod routing;
pub(crate) mod said;
pub(crate) mod spikes;
pub(crate) mod status;
pub(crate) mod supervision;
pub(crate) mod thread;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::{StoreError, StoreOptions, schema};

/// The pool; connections are opened when they are needed first.
#[derive(Debug)]
pub(crate) struct Readers {
    path: PathBuf,
    options: StoreOptions,
    idle: Mutex<Vec<Connection>>,
    /// `data_version` compares with what the same connection saw before, so this one is kept apart.
    watcher: Mutex<Option<Connection>>,
    places: Semaphore,
}

impl Readers {
    pub fn new(path: &Path, options: StoreOptions) -> Self {
        let places = Semaphore::new(options.readers.max(1));
        Self { path: path.to_owned(), options, idle: Mutex::default(), watcher: Mutex::default(), places }
    }

    /// Runs `read` on a connection of its own, within one moment of the database.
    pub async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let _place = self.places.acquire().await.map_err(|_| StoreError::Closed)?;
        let readers = Arc::clone(self);
        blocking(move || {
            let db = readers.take()?;
            let moment = db.unchecked_transaction()?;
            let result = read(&moment);
            moment.finish()?;
            lock(&readers.idle).push(db);
            result
        })
        .await
    }

    /// Returns a mark that changes when any process writes.
    pub async fn data_version(self: &Arc<Self>) -> Result<i64, StoreError> {
        let _place = self.places.acquire().await.map_err(|_| StoreError::Closed)?;
        let readers = Arc::clone(self);
        blocking(move || {
            let mut watcher = lock(&readers.watcher);
            let db = match watcher.take() {
                Some(db) => watcher.insert(db),
                None => watcher.insert(schema::open_reader(&readers.path, &readers.options)?),
            };
            Ok(db.pragma_query_value(None, "data_version", |row| row.get(0))?)
        })
        .await
    }

    /// Closes the connections; reads that come later are refused.
    pub fn close(&self) {
        self.places.close();
        lock(&self.idle).clear();
        lock(&self.watcher).take();
    }

    fn take(&self) -> Result<Connection, StoreError> {
        let idle = lock(&self.idle).pop();
        idle.map_or_else(|| schema::open_reader(&self.path, &self.options), Ok)
    }
}

/// A panic while the lock was held leaves nothing half done: a connection is in the pool or it is not.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `work` where it may block.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        // The runtime is going down.
        Err(_) => Err(StoreError::Closed),
    }
}
