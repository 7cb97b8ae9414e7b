//! All streams of all sources at once, each in a task of its own.

use std::sync::Arc;
use std::time::Duration;

use hark_lifecycle::{Shutdown, Tasks};
use hark_store::{Store, StoreError};

use crate::assemble::SourceSetup;
use crate::enrich::Enricher;
use crate::schedule::Next;
use crate::stream::{StreamReader, StreamReport, now};

/// Every stream that is read, ready to start.
#[derive(Debug)]
pub struct Pipeline {
    readers: Vec<StreamReader>,
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
        let enricher = Arc::new(enricher);
        let mut readers = Vec::new();
        for setup in sources {
            let id = store.register_source(setup.record().clone()).await?;
            let setup = Arc::new(setup);
            for stream in setup.streams.clone() {
                readers.push(StreamReader::new(
                    Arc::clone(&setup),
                    stream,
                    id,
                    store.clone(),
                    Arc::clone(&enricher),
                ));
            }
        }
        Ok(Self { readers })
    }

    /// Starts a task for each stream that reads until it is ordered to stop.
    pub fn start(self, tasks: &mut Tasks, shutdown: &Shutdown) {
        for reader in self.readers {
            let shutdown = shutdown.clone();
            tasks.spawn(reader.name(), run(reader, shutdown));
        }
    }

    /// Reads every stream once, until none has more, one after the other.
    pub async fn run_once(self, shutdown: &Shutdown) -> PipelineReport {
        let mut report = PipelineReport::default();
        for mut reader in self.readers {
            if shutdown.is_ordered() {
                break;
            }
            let done = read_until_settled(&mut reader).await;
            report.push((reader.name(), done));
        }
        report
    }
}

/// Runs once, and once more where the first run asks for it at once (a dropped cursor, a retry).
async fn read_until_settled(reader: &mut StreamReader) -> StreamReport {
    let (report, next) = reader.run_once().await;
    let again = report.trouble.is_some() && matches!(next, Next::At(at) if at <= now());
    if again { reader.run_once().await.0 } else { report }
}

/// Reads one stream until ordered to stop; a read under way is given up, for its cursor has not
/// moved and it will be asked for again.
async fn run(mut reader: StreamReader, shutdown: Shutdown) {
    let mut next = match reader.first_due().await {
        Ok(at) => Next::At(at),
        Err(error) => {
            tracing::error!(stream = reader.name(), %error, "the checkpoint could not be read");
            Next::At(now())
        }
    };
    loop {
        tokio::select! {
            biased;
            () = shutdown.ordered() => return,
            () = wait_until(next) => {}
        }
        tokio::select! {
            biased;
            () = stop_with_grace(&shutdown) => return,
            (_, after) = reader.run_once() => next = after,
        }
    }
}

async fn stop_with_grace(shutdown: &Shutdown) {
    shutdown.ordered().await;
    tokio::time::sleep(crate::limits::STOP_GRACE).await;
}

async fn wait_until(next: Next) {
    match next {
        Next::At(at) => {
            let pause = u64::try_from(at - now()).unwrap_or(0);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        Next::Parked => std::future::pending().await,
    }
}
