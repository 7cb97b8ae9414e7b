//! All sources at once: read once to the end, or listened to as long as nothing about them changes.

use hark_lifecycle::{Shutdown, Tasks};
use hark_store::{Store, StoreError};
use std::sync::Arc;

use crate::assemble::SourceSetup;
use crate::deliveries::Deliveries;
use crate::desk::DeskClock;
use crate::enrich::{CurrentEnricher, Enricher};
use crate::source_work::SourceWork;
use crate::stream::StreamReport;

/// Every stream that is read, ready to start.
#[derive(Debug)]
pub struct Pipeline {
    sources: Vec<SourceWork>,
    deliveries: Deliveries,
    clock: DeskClock,
}

/// Each stream with what one run of it did.
pub type PipelineReport = Vec<(String, StreamReport)>;

impl Pipeline {
    /// Makes the sources known to the store and a reader for each of their streams.
    pub async fn new(
        sources: Vec<SourceSetup>,
        store: Store,
        enricher: Enricher,
    ) -> Result<Self, StoreError> {
        let enricher = Arc::new(CurrentEnricher::listening(enricher, &store).await?);
        let deliveries = Deliveries::default();
        let mut works = Vec::new();
        for setup in sources {
            works.push(SourceWork::open(setup, &store, &enricher, &deliveries, None).await?);
        }
        let clock = DeskClock { store, enricher };
        Ok(Self { sources: works, deliveries, clock })
    }

    /// Returns where deliveries for the sources go in.
    pub fn deliveries(&self) -> Deliveries {
        self.deliveries.clone()
    }

    /// Starts the tasks of all sources; they work until they are ordered to stop.
    pub fn start(self, tasks: &mut Tasks, shutdown: &Shutdown) {
        for source in self.sources {
            source.start(tasks, shutdown);
        }
    }

    /// Reads every stream once, until none has more, one after the other; then handles what was delivered
    /// before, looks once at what is due to be looked at again, and tells what became due.
    pub async fn run_once(self, shutdown: &Shutdown) -> PipelineReport {
        let mut report = PipelineReport::default();
        let mut rest = Vec::new();
        for mut source in self.sources {
            report.extend(source.read_once(shutdown).await);
            rest.push(source);
        }
        for source in &mut rest {
            source.catch_up(shutdown).await;
        }
        for source in &mut rest {
            source.look_again_once(shutdown).await;
        }
        if let Err(error) = self.clock.look().await {
            tracing::error!(%error, "what became due could not be stored; it is tried again by the next run");
        }
        report
    }
}
