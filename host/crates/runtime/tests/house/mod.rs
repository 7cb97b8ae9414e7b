//! What the tests of the runtime share: a runtime with a good connector that must survive everything.

#![allow(dead_code, reason = "every test binary uses a part of it")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hark_egress::{BoundCredential, GateOptions, Names, Shared, SourceGate};
use hark_kit::guest_bytes;
use hark_model::{
    Batch, Budget, EndpointPattern, Event, Grant, HostPattern, ReadMode, ReadRequest, SourceLimits,
    SourceName,
};
use hark_runtime::{CallContext, CallError, CallReport, Connector, LogLine, Runtime, RuntimeOptions};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Limits that are small enough to be reached at once.
pub const SMALL: SourceLimits = SourceLimits {
    memory_mib: 8,
    call_secs: 20,
    cpu_ms: 10_000,
    host_call_kib: 64,
    log_lines: 20,
    log_line_bytes: 100,
    batch_events: 100,
    batch_mib: 1,
    ..SourceLimits::STRICT
};

pub fn options(instances_max: u32) -> RuntimeOptions {
    RuntimeOptions {
        cache_dir: Some(shared_cache()),
        instances_max,
        memory_mib_max: 64,
        ..RuntimeOptions::default()
    }
}

/// Guests are compiled once for all tests.
fn shared_cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled-guests")
}

pub fn request(stream: &str) -> ReadRequest {
    ReadRequest {
        stream: stream.to_owned(),
        target: None,
        mode: ReadMode::Incremental,
        cursor: None,
        continuation: None,
        since: None,
        until: None,
        ids: Vec::new(),
        budget: Budget { max_events: 3, max_requests: 5, max_cost_microusd: 0, deadline: i64::MAX },
    }
}

pub fn context(limits: SourceLimits) -> CallContext {
    CallContext { source: "test".to_owned(), limits, ..CallContext::default() }
}

/// A context whose log lines come out of the receiver.
pub fn listened(limits: SourceLimits) -> (CallContext, UnboundedReceiver<LogLine>) {
    let (log, lines) = unbounded_channel();
    (CallContext { log: Some(log), ..context(limits) }, lines)
}

pub fn all(mut lines: UnboundedReceiver<LogLine>) -> Vec<LogLine> {
    std::iter::from_fn(|| lines.try_recv().ok()).collect()
}

/// A gate that leads to one port of this machine and nowhere else.
pub fn gate(
    source: &str,
    port: u16,
    credentials: Vec<BoundCredential>,
    limits: SourceLimits,
) -> Arc<SourceGate> {
    let hosts = vec![HostPattern::parse(&format!("http://127.0.0.1:{port}")).unwrap()];
    let endpoints = vec![EndpointPattern::parse(&format!("tls://127.0.0.1:{port}")).unwrap()];
    let gate = SourceGate::new(GateOptions {
        source: SourceName::parse(source).unwrap(),
        hosts: hosts.clone(),
        endpoints: endpoints.clone(),
        grant: Grant {
            hosts,
            endpoints,
            private_addresses: vec!["127.0.0.0/8".parse().unwrap()],
            ca_file: None,
        },
        credentials,
        limits,
        user_agent: "hark".to_owned(),
        names: Names::default(),
        shared: Shared::default(),
    });
    Arc::new(gate.unwrap())
}

/// A runtime with a good connector beside the one under test.
pub struct House {
    pub runtime: Arc<Runtime>,
    pub good: Connector,
}

impl House {
    pub async fn new() -> Self {
        let runtime = Runtime::new(options(2)).unwrap();
        let good = runtime.load(&guest_bytes("good")).await.unwrap();
        Self { runtime, good }
    }

    pub async fn load(&self, guest: &str) -> Connector {
        self.runtime.load(&guest_bytes(guest)).await.unwrap()
    }

    pub async fn read(&self, guest: &str, stream: &str, limits: SourceLimits) -> CallReport<Batch> {
        self.load(guest).await.read(context(limits), "{}", request(stream)).await
    }

    /// Reads and returns why nothing came of it.
    pub async fn failure(&self, guest: &str, stream: &str, limits: SourceLimits) -> CallError {
        self.read(guest, stream, limits).await.result.unwrap_err()
    }

    /// The host goes on: the good connector serves, more often than there are slots.
    pub async fn still_serves(&self) {
        for _ in 0..3 {
            let report = self.good.read(context(SourceLimits::STRICT), "{}", request("items")).await;
            let batch = report.result.unwrap();
            let ids: Vec<_> = batch.events.iter().map(id).collect();
            assert_eq!(ids, ["0", "1", "2"]);
        }
    }
}

pub fn id(event: &Event) -> &str {
    match event {
        Event::Item(item) => &item.id,
        other => panic!("no item: {other:?}"),
    }
}
