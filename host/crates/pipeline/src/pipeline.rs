//! All sources at once: live reading, deliveries, what is read by time and what is looked at again.

use std::collections::HashMap;
use std::sync::Arc;

use hark_lifecycle::{Shutdown, Tasks};
use hark_model::{ReadMode, StreamInfo};
use hark_store::{Store, StoreError};
use tokio::sync::Notify;

use crate::assemble::SourceSetup;
use crate::backfill::Backfiller;
use crate::deliveries::{Deliverer, Deliveries};
use crate::enrich::Enricher;
use crate::intake::Intake;
use crate::precedence::Precedence;
use crate::recheck::Rechecker;
use crate::rotation::Rotation;
use crate::stream::{StreamReader, StreamReport};

/// Every stream that is read, ready to start.
#[derive(Debug)]
pub struct Pipeline {
    rotations: Vec<Rotation>,
    deliverers: Vec<Deliverer>,
    deliveries: Deliveries,
    backfillers: Vec<Backfiller>,
    recheckers: Vec<Rechecker>,
}

/// Each stream with what one run of it did.
pub type PipelineReport = Vec<(String, StreamReport)>;

/// Wakes the streams of one source, by name.
pub(crate) type Wakes = HashMap<String, Arc<Notify>>;

impl Pipeline {
    /// Makes the sources known to the store and a reader for each of their streams.
    pub async fn new(
        sources: Vec<SourceSetup>,
        store: Store,
        enricher: Enricher,
    ) -> Result<Self, StoreError> {
        let enricher = Arc::new(enricher);
        let mut pipeline = Self {
            rotations: Vec::new(),
            deliverers: Vec::new(),
            deliveries: Deliveries::default(),
            backfillers: Vec::new(),
            recheckers: Vec::new(),
        };
        for setup in sources {
            let intake = Intake::open(Arc::new(setup), store.clone(), Arc::clone(&enricher)).await?;
            pipeline.add(Arc::new(intake)).await?;
        }
        Ok(pipeline)
    }

    async fn add(&mut self, intake: Arc<Intake>) -> Result<(), StoreError> {
        let precedence = Arc::new(Precedence::new());
        let mut wakes = Wakes::new();
        for stream in &intake.setup.streams {
            if stream.modes.contains(&ReadMode::Incremental) {
                let wake = Arc::new(Notify::new());
                wakes.insert(stream.name.clone(), Arc::clone(&wake));
                self.rotations.push(rotation(&intake, &precedence, stream, wake));
            }
            if intake.setup.rechecks(stream) {
                self.recheckers.push(Rechecker::new(
                    Arc::clone(&intake),
                    Arc::clone(&precedence),
                    stream.clone(),
                ));
            }
        }
        if let Some(deliverer) = Deliverer::new(Arc::clone(&intake), wakes, &mut self.deliveries) {
            self.deliverers.push(deliverer);
        }
        let backfiller = Backfiller::within(intake, precedence);
        backfiller.order_configured().await?;
        self.backfillers.push(backfiller);
        Ok(())
    }

    /// Returns where deliveries for the sources go in.
    pub fn deliveries(&self) -> Deliveries {
        self.deliveries.clone()
    }

    /// Starts the tasks of all sources; they work until they are ordered to stop.
    pub fn start(self, tasks: &mut Tasks, shutdown: &Shutdown) {
        for rotation in self.rotations {
            tasks.spawn(rotation.name().to_owned(), rotation.run(shutdown.clone()));
        }
        for deliverer in self.deliverers {
            tasks.spawn(deliverer.name(), deliverer.run(shutdown.clone()));
        }
        for backfiller in self.backfillers.into_iter().filter(Backfiller::has_streams) {
            tasks.spawn(backfiller.name(), backfiller.run(shutdown.clone()));
        }
        for rechecker in self.recheckers {
            tasks.spawn(rechecker.name(), rechecker.run(shutdown.clone()));
        }
    }

    /// Reads every stream once, until none has more, one after the other; then handles what was delivered
    /// before and looks once at what is due to be looked at again.
    pub async fn run_once(self, shutdown: &Shutdown) -> PipelineReport {
        let mut report = PipelineReport::default();
        for rotation in self.rotations {
            report.extend(rotation.run_once(shutdown).await);
        }
        for deliverer in self.deliverers {
            deliverer.catch_up(shutdown).await;
        }
        for mut rechecker in self.recheckers {
            if !shutdown.is_ordered() {
                rechecker.pass().await;
            }
        }
        report
    }
}

fn rotation(
    intake: &Arc<Intake>,
    precedence: &Arc<Precedence>,
    stream: &StreamInfo,
    wake: Arc<Notify>,
) -> Rotation {
    let reader = |target: String| {
        StreamReader::new(Arc::clone(intake), Arc::clone(precedence), stream.clone(), target)
    };
    let readers = intake.setup.targets(&stream.name).into_iter().map(reader).collect();
    Rotation::new(format!("{}/{}", intake.setup.name, stream.name), readers, wake)
}
