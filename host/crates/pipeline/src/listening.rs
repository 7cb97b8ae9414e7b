//! Sources that are listened to while they come, change and go, each without touching the others.
//!
//! Holds: of one source one build works at a time; another takes its place when its reads under way are stored or
//! given up, so that nothing is lost or heard twice; one that crashes on trial makes room for the one before it.
//! Not here: what the configuration says, and where builds come from.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use hark_lifecycle::{Shutdown, Tasks};
use hark_routing::Tree;
use hark_store::{Store, StoreError};
use tokio::sync::mpsc;

use crate::assemble::SourceSetup;
use crate::deliveries::Deliveries;
use crate::desk::DeskClock;
use crate::enrich::{CurrentEnricher, Enricher};
use crate::limits;
use crate::source_work::SourceWork;
use crate::spike_watch::SpikeWatch;
use crate::trial::Trial;

/// Sources that are listened to.
#[derive(Debug)]
pub struct Listening {
    store: Store,
    enricher: Arc<CurrentEnricher>,
    deliveries: Deliveries,
    running: BTreeMap<String, Running>,
    fails: mpsc::UnboundedSender<String>,
    failed: mpsc::UnboundedReceiver<String>,
}

#[derive(Debug)]
struct Running {
    setup: SourceSetup,
    tasks: Tasks,
    /// What worked before, while this is on trial.
    before: Option<SourceSetup>,
}

impl Listening {
    /// Listens to nothing yet; reads what the store knows of the last day.
    pub async fn new(store: Store, enricher: Enricher) -> Result<Self, StoreError> {
        let (fails, failed) = mpsc::unbounded_channel();
        let enricher = Arc::new(CurrentEnricher::listening(enricher, &store).await?);
        let (deliveries, running) = (Deliveries::default(), BTreeMap::new());
        Ok(Self { store, enricher, deliveries, running, fails, failed })
    }

    /// Starts looking for what is unusual in what is stored, under `tasks`.
    pub fn watch_spikes(&self, tasks: &mut Tasks, shutdown: &Shutdown) {
        let watch = SpikeWatch::watch(self.store.clone(), Arc::clone(&self.enricher), shutdown.clone());
        tasks.spawn("spikes", async move {
            if let Err(error) = watch.await {
                tracing::error!(%error, "spikes are not looked for until the next start");
            }
        });
    }

    /// Returns where deliveries for the sources of now go in.
    pub fn deliveries(&self) -> Deliveries {
        self.deliveries.clone()
    }

    /// Returns who has an eye on notices and promises.
    pub fn clock(&self) -> DeskClock {
        DeskClock { store: self.store.clone(), enricher: Arc::clone(&self.enricher) }
    }

    /// Returns the rules of now.
    pub fn tree(&self) -> Arc<Tree> {
        self.enricher.get().tree()
    }

    /// Analyses and routes by `enricher` from the next batch on.
    pub fn replace_enricher(&self, enricher: Enricher) {
        self.enricher.replace(enricher);
    }

    /// Returns the names of the sources.
    pub fn names(&self) -> Vec<String> {
        self.running.keys().cloned().collect()
    }

    /// Returns the digest of the build that a source is listened with.
    pub fn digest(&self, source: &str) -> Option<[u8; 32]> {
        self.running.get(source).map(|running| *running.setup.connector.digest())
    }

    /// Listens to a source; the one of this name makes room for it first. Another build of its connector is on trial.
    pub async fn put(&mut self, setup: SourceSetup) -> Result<(), StoreError> {
        let name = setup.name.to_string();
        let before = match self.running.remove(&name) {
            Some(running) => Some(self.end(running).await),
            None => None,
        };
        let before = before.filter(|before| before.connector.digest() != setup.connector.digest());
        let one_way = before.as_ref().is_some_and(|before| {
            before.connector.manifest().cursor_version != setup.connector.manifest().cursor_version
        });
        let trial = before.as_ref().map(|_| Trial::new(name, one_way, self.fails.clone()));
        self.start(setup, before, trial).await
    }

    /// Listens to a source no more.
    pub async fn remove(&mut self, source: &str) {
        if let Some(running) = self.running.remove(source) {
            self.end(running).await;
        }
    }

    /// Returns the source whose build has crashed on trial, when one does. Safe to drop at any point.
    pub async fn failed_trial(&mut self) -> String {
        match self.failed.recv().await {
            Some(source) => source,
            // We hold a sender ourselves.
            None => std::future::pending().await,
        }
    }

    /// Listens to a source with the build before the one that crashed; false if there is none to go back to.
    pub async fn roll_back(&mut self, source: &str) -> Result<bool, StoreError> {
        let Some(mut running) = self.running.remove(source) else { return Ok(false) };
        let Some(before) = running.before.take() else {
            self.running.insert(source.to_owned(), running);
            return Ok(false);
        };
        self.end(running).await;
        self.start(before, None, None).await?;
        Ok(true)
    }

    /// Ends all at once, within `grace`; returns the names of the tasks that had to be given up.
    pub async fn stop(self, grace: Duration) -> Vec<String> {
        let stopped = join_all(self.running.into_values().map(|running| running.tasks.stop(grace))).await;
        stopped.into_iter().flat_map(|report| report.aborted).collect()
    }

    async fn start(
        &mut self,
        setup: SourceSetup,
        before: Option<SourceSetup>,
        trial: Option<Trial>,
    ) -> Result<(), StoreError> {
        let work =
            SourceWork::open(setup.clone(), &self.store, &self.enricher, &self.deliveries, trial).await?;
        let (mut tasks, shutdown) = Tasks::new();
        work.start(&mut tasks, &shutdown);
        self.running.insert(setup.name.to_string(), Running { setup, tasks, before });
        Ok(())
    }

    /// Ends the work of a source at the next boundary between two batches.
    async fn end(&self, running: Running) -> SourceSetup {
        self.deliveries.close(running.setup.name.as_str());
        let report = running.tasks.stop(limits::STOP_GRACE * 2).await;
        if !report.aborted.is_empty() {
            tracing::warn!(tasks = ?report.aborted, "did not end in time and were given up; what they were reading will be read again");
        }
        running.setup
    }
}
