//! All that is done for one source: live reading, deliveries, what is read by time and what is looked at again.

use std::collections::HashMap;
use std::sync::Arc;

use hark_lifecycle::{Shutdown, Tasks};
use hark_model::{ReadMode, StreamInfo};
use hark_store::{Store, StoreError};
use tokio::sync::Notify;

use crate::assemble::SourceSetup;
use crate::backfill::Backfiller;
use crate::deliveries::{Deliverer, Deliveries};
use crate::enrich::CurrentEnricher;
use crate::intake::Intake;
use crate::pipeline::PipelineReport;
use crate::precedence::Precedence;
use crate::recheck::Rechecker;
use crate::rotation::Rotation;
use crate::stream::StreamReader;
use crate::trial::Trial;

/// Wakes the streams of one source, by name.
pub(crate) type Wakes = HashMap<String, Arc<Notify>>;

/// The work of one source.
#[derive(Debug)]
pub(crate) struct SourceWork {
    rotations: Vec<Rotation>,
    deliverer: Option<Deliverer>,
    backfiller: Backfiller,
    recheckers: Vec<Rechecker>,
}

impl SourceWork {
    /// Makes the source known to the store, opens its door among `deliveries`, and makes a reader for each stream.
    pub async fn open(
        setup: SourceSetup,
        store: &Store,
        enricher: &Arc<CurrentEnricher>,
        deliveries: &Deliveries,
        trial: Option<Trial>,
    ) -> Result<Self, StoreError> {
        let intake = Intake::on_trial(Arc::new(setup), store.clone(), Arc::clone(enricher), trial).await?;
        let intake = Arc::new(intake);
        let precedence = Arc::new(Precedence::new());
        let (mut wakes, mut rotations, mut recheckers) = (Wakes::new(), Vec::new(), Vec::new());
        for stream in &intake.setup.streams {
            if stream.modes.contains(&ReadMode::Incremental) {
                let wake = Arc::new(Notify::new());
                wakes.insert(stream.name.clone(), Arc::clone(&wake));
                rotations.push(rotation(&intake, &precedence, stream, wake));
            }
            if intake.setup.rechecks(stream) {
                recheckers.push(Rechecker::new(Arc::clone(&intake), Arc::clone(&precedence), stream.clone()));
            }
        }
        let deliverer = Deliverer::new(Arc::clone(&intake), wakes, deliveries);
        let backfiller = Backfiller::within(intake, precedence);
        backfiller.order_configured().await?;
        Ok(Self { rotations, deliverer, backfiller, recheckers })
    }

    /// Starts its tasks; they work until they are ordered to stop.
    pub fn start(self, tasks: &mut Tasks, shutdown: &Shutdown) {
        for rotation in self.rotations {
            tasks.spawn(rotation.name().to_owned(), rotation.run(shutdown.clone()));
        }
        if let Some(deliverer) = self.deliverer {
            tasks.spawn(deliverer.name(), deliverer.run(shutdown.clone()));
        }
        if self.backfiller.has_streams() {
            tasks.spawn(self.backfiller.name(), self.backfiller.run(shutdown.clone()));
        }
        for rechecker in self.recheckers {
            tasks.spawn(rechecker.name(), rechecker.run(shutdown.clone()));
        }
    }

    /// Reads every stream once, until none has more.
    pub async fn read_once(&mut self, shutdown: &Shutdown) -> PipelineReport {
        let mut report = PipelineReport::default();
        for rotation in std::mem::take(&mut self.rotations) {
            report.extend(rotation.run_once(shutdown).await);
        }
        report
    }

    /// Handles what was delivered before.
    pub async fn catch_up(&self, shutdown: &Shutdown) {
        if let Some(deliverer) = &self.deliverer {
            deliverer.catch_up(shutdown).await;
        }
    }

    /// Looks once at what is due to be looked at again.
    pub async fn look_again_once(&mut self, shutdown: &Shutdown) {
        for rechecker in &mut self.recheckers {
            if !shutdown.is_ordered() {
                rechecker.pass().await;
            }
        }
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
