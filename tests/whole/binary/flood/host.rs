//! The host of a trial, in a process of its own: reads a backfill, or polls as often as it is told.
//!
//! What it says is one JSON value a line; what it is told is one word a line.

use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use hark_analysis::Analyser;
use hark_config::{Config, ConnectorRef};
use hark_lifecycle::{Shutdown, Tasks};
use hark_pipeline::{BackfillEnd, Backfiller, Enricher, Pipeline, SourceSetup, now};
use hark_runtime::{Runtime, RuntimeOptions};
use hark_store::{BackfillKey, Store, StoreOptions};
use serde_json::{Value, json};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::memory;
use crate::peaks::Peaks;

/// Variable of the environment that names the file of the job.
pub const JOB: &str = "HARK_FLOOD_JOB";
/// The pause after trouble. This and the next are all that is made shorter than it is in use.
const BACK_OFF_MIN: Duration = Duration::from_millis(1);
/// What is left to live reading, of which there is none.
const PAUSE_MAX: Duration = Duration::ZERO;
/// How often memory is looked at, and whether a wait is over.
const LOOK: Duration = Duration::from_millis(100);

struct Host {
    setup: SourceSetup,
    store: Store,
    enricher: Box<dyn Fn() -> Enricher>,
    peaks: Peaks,
    shutdown: Shutdown,
    begun: Instant,
    resident_kib: u64,
    /// Items that are stored and the peak of memory at that time.
    samples: Vec<(u64, u64)>,
}

/// Does the job of that file.
pub fn run(job: &Path) -> ExitCode {
    let peaks = Peaks::default();
    let of_pipeline = Targets::new().with_target("hark_pipeline", LevelFilter::DEBUG);
    let shown = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let shown = shown.with_filter(tracing_subscriber::EnvFilter::from_env("HARK_LOG"));
    tracing_subscriber::registry().with(peaks.clone().with_filter(of_pipeline)).with(shown).init();
    let job: Value = serde_json::from_slice(&std::fs::read(job).unwrap()).unwrap();
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    threads.block_on(async {
        let mut host = Host::start(&job, peaks).await;
        match job["stream"].as_str() {
            Some(stream) => host.read_past(stream, &job).await,
            None => host.poll_on_order().await,
        }
        host.store.close().unwrap();
    });
    ExitCode::SUCCESS
}

impl Host {
    async fn start(job: &Value, peaks: Peaks) -> Self {
        let config = Config::load(Path::new(job["config"].as_str().unwrap())).unwrap();
        let source = config.sources.first().unwrap();
        let component = match &source.connector {
            ConnectorRef::Bundled(id) => hark_bundled::component(id.as_str()).unwrap().to_vec(),
            ConnectorRef::File(file) => std::fs::read(file).unwrap(),
            ConnectorRef::Remote(reference) => panic!("{reference} is not fetched in a test"),
        };
        let cache_dir = Some(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("compiled"));
        let runtime = Runtime::new(RuntimeOptions { cache_dir, ..RuntimeOptions::default() }).unwrap();
        let connector = runtime.load(&component).await.unwrap();
        drop(component);
        let setup = SourceSetup::assemble(source, connector, now()).await.unwrap();
        let store = Store::open(&config.data, StoreOptions::default()).unwrap();
        let enricher = Box::new(|| Enricher::new(Analyser::new(), hark_routing::Tree::bare()));
        let (_tasks, shutdown) = Tasks::new();
        memory::forget_peak();
        let (begun, resident_kib) = (Instant::now(), memory::resident_kib());
        Self { setup, store, enricher, peaks, shutdown, begun, resident_kib, samples: Vec::new() }
    }

    /// Reads a span of a stream to its end. Where the platform must be waited for, it says until when, and goes on
    /// when it is told.
    async fn read_past(&mut self, stream: &str, job: &Value) {
        let backfiller =
            Backfiller::new(self.setup.clone(), self.store.clone(), (self.enricher)()).await.unwrap();
        let backfiller = backfiller.back_off_min(BACK_OFF_MIN).pause_max(PAUSE_MAX);
        let since = job["since"].as_i64().unwrap();
        let keys = backfiller.order(Some(stream), Some(since), job["until"].as_i64(), since).await.unwrap();
        for key in keys {
            let mut said = None;
            loop {
                match self.read(&backfiller, &key).await {
                    BackfillEnd::Done => break,
                    // The platform's time was set already: this is the breaker's, which passes for real.
                    BackfillEnd::Waits(until) if said == Some(until) => tokio::time::sleep(LOOK).await,
                    BackfillEnd::Waits(until) => {
                        said = Some(until);
                        say(&json!({ "waits": until }));
                        std::io::stdin().lock().read_line(&mut String::new()).unwrap();
                    }
                    other => return self.report(&format!("{other:?}")),
                }
            }
        }
        self.report("done");
    }

    async fn read(&mut self, backfiller: &Backfiller, key: &BackfillKey) -> BackfillEnd {
        let shutdown = self.shutdown.clone();
        let reading = backfiller.read(key, &shutdown);
        tokio::pin!(reading);
        let mut look = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                end = &mut reading => {
                    self.sample(backfiller, key).await;
                    return end.unwrap();
                }
                _ = look.tick() => self.sample(backfiller, key).await,
            }
        }
    }

    async fn sample(&mut self, backfiller: &Backfiller, key: &BackfillKey) {
        let status = backfiller.status(key).await.unwrap();
        self.samples.push((status.map_or(0, |status| status.items), memory::peak_kib()));
    }

    /// Reads every stream once for each line that it is told, and says what came of it.
    async fn poll_on_order(&mut self) {
        let mut items = 0;
        for line in std::io::stdin().lock().lines() {
            assert_eq!(line.unwrap(), "poll");
            let pipeline =
                Pipeline::new(vec![self.setup.clone()], self.store.clone(), (self.enricher)()).await;
            let reports = pipeline.unwrap().run_once(&self.shutdown).await;
            let trouble = reports.iter().find_map(|(_, report)| report.trouble.clone());
            let new_items: u64 = reports.iter().map(|(_, report)| report.new_items).sum();
            items += new_items;
            self.samples.push((items, memory::peak_kib()));
            say(&json!({ "new_items": new_items, "trouble": trouble }));
        }
        self.report("done");
    }

    fn report(&self, end: &str) {
        say(&json!({
            "end": end,
            "took_ms": self.begun.elapsed().as_millis() as u64,
            "calls": self.peaks.calls(),
            "requests": self.peaks.requests(),
            "guest_peak_bytes": self.peaks.memory_bytes(),
            "guest_limit_bytes": self.setup.limits.memory_mib << 20,
            "batch_limit_bytes": self.setup.limits.batch_mib << 20,
            "resident_kib": self.resident_kib,
            "samples": self.samples,
        }));
    }
}

fn say(value: &Value) {
    println!("{value}");
}
