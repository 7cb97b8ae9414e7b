//! One source, driven as the pipeline drives it: the compiled connector behind the gate, into a store.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hark_egress::{BoundCredential, GateOptions, Names, Secret, SourceGate};
use hark_kit::dovecot::Dovecot;
use hark_model::{
    Batch, Budget, EndpointPattern, Event, Grant, ReadMode, ReadRequest, SecretRef, SourceLimits, SourceName,
    Zone,
};
use hark_runtime::{CallContext, CallError, CallReport, Connector};
use hark_store::{
    BatchCommit, CheckpointState, Committed, Entry, NewCheckpoint, Quarantined, SourceId, SourceRecord,
    Store, StoreOptions,
};
use tempfile::TempDir;

/// The one stream.
const STREAM: &str = "inbox";
/// Most calls of one run.
const CALLS_MAX: u32 = 1_000;

/// How the source is set up.
pub struct Setup {
    /// "tls" or "starttls".
    pub security: &'static str,
    /// Port to connect to.
    pub port: u16,
    /// Password to sign in with.
    pub password: String,
    /// Mailbox to listen to.
    pub mailbox: &'static str,
}

impl Setup {
    /// All as it should be.
    pub fn right(dovecot: &Dovecot) -> Self {
        let password = Dovecot::PASSWORD.to_owned();
        Self { security: "tls", port: dovecot.tls_port(), password, mailbox: "INBOX" }
    }
}

/// A source with its store.
pub struct Listener {
    pub store: Store,
    pub connector: Connector,
    gate: Arc<SourceGate>,
    settings: String,
    source: SourceId,
    max_events: u32,
    _folder: TempDir,
}

impl Listener {
    /// Scope of the source's ids.
    pub const SCOPE: &str = "imap:listen@example.com";

    /// Sets a source up.
    pub async fn new(connector: &Connector, dovecot: &Dovecot, setup: Setup) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("hark.db"), StoreOptions::default()).expect("a store");
        let source = store.register_source(record(connector)).await.expect("a source");
        let settings = serde_json::json!({
            "host": "127.0.0.1", "port": setup.port, "security": setup.security, "user": Dovecot::USER,
            "mailbox": setup.mailbox, "own_addresses": ["support@example.com"],
        });
        let gate = gate(connector, &dovecot.ca_file(), folder.path(), &setup).await;
        let (connector, settings) = (connector.clone(), settings.to_string());
        Self { store, connector, gate, settings, source, max_events: 2_000, _folder: folder }
    }

    /// Sets how many events a call may give.
    pub fn max_events(self, max_events: u32) -> Self {
        Self { max_events, ..self }
    }

    /// What a call is given.
    pub fn context(&self) -> CallContext {
        CallContext {
            source: "support-mail".to_owned(),
            gate: Some(Arc::clone(&self.gate)),
            ..CallContext::default()
        }
    }

    /// The settings, as the connector gets them.
    pub fn settings(&self) -> &str {
        &self.settings
    }

    /// Reads until nothing more is there, each batch stored with its cursor.
    pub async fn poll(&self) -> Result<Committed, CallError> {
        let mut sum = Committed::default();
        let mut continuation = None;
        for _ in 0..CALLS_MAX {
            let report = self.read(continuation).await;
            let batch = report.result?;
            continuation = batch.continuation.clone();
            let done = self.commit(batch, report.payloads).await;
            sum.new_items += done.new_items;
            sum.new_revisions += done.new_revisions;
            sum.duplicates += done.duplicates;
            sum.quarantined += done.quarantined;
            if continuation.is_none() {
                return Ok(sum);
            }
        }
        panic!("the run never ends");
    }

    /// Reads once from where the store says.
    pub async fn read(&self, continuation: Option<Vec<u8>>) -> CallReport<Batch> {
        let checkpoint = self.store.checkpoint(self.source, STREAM, "").await.expect("a checkpoint");
        let request = ReadRequest {
            stream: STREAM.to_owned(),
            target: None,
            mode: ReadMode::Incremental,
            cursor: checkpoint.and_then(|checkpoint| checkpoint.cursor),
            continuation,
            since: None,
            until: None,
            ids: Vec::new(),
            budget: Budget {
                max_events: self.max_events,
                max_requests: 9,
                max_cost_microusd: 0,
                deadline: now_ms() + 28_000,
            },
        };
        self.connector.read(self.context(), &self.settings, request).await
    }

    async fn commit(&self, batch: Batch, payloads: Vec<hark_model::KeptPayload>) -> Committed {
        let (mut entries, mut quarantined) = (Vec::new(), Vec::new());
        for event in batch.events {
            match event {
                Event::Poison(poison) => quarantined.push(Quarantined {
                    payload: poison.origin.payload,
                    pointer: poison.origin.pointer,
                    hint: poison.hint,
                    why: poison.why,
                }),
                event => {
                    entries.push(Entry { event, annotations: Vec::new(), route: None, cuts: Vec::new() })
                }
            }
        }
        let named: Vec<u64> =
            entries.iter().filter_map(|entry| Some(entry.event.origin()?.payload)).collect();
        let is_named = |id: u64| named.contains(&id) || quarantined.iter().any(|entry| entry.payload == id);
        let commit = BatchCommit {
            source: self.source,
            stream: STREAM.to_owned(),
            target: String::new(),
            observed_at: now_ms(),
            payloads: payloads.into_iter().filter(|payload| is_named(payload.id)).collect(),
            along: None,
            checkpoint: Some(NewCheckpoint {
                cursor: batch.cursor,
                cursor_version: self.connector.manifest().cursor_version,
                not_before: None,
                state: CheckpointState::Ok,
            }),
            entries,
            quarantined,
        };
        self.store.commit_batch(commit).await.expect("a commit")
    }
}

fn record(connector: &Connector) -> SourceRecord {
    let manifest = connector.manifest();
    SourceRecord {
        name: SourceName::parse("support-mail").expect("a name"),
        connector: manifest.id.clone(),
        connector_version: manifest.version.clone(),
        component_sha256: *connector.digest(),
        platform: manifest.platform.clone(),
        scope: Listener::SCOPE.to_owned(),
        zone: Zone::Extranet,
        owner_function: None,
        retention_days: None,
        enabled: true,
        at: now_ms(),
    }
}

async fn gate(connector: &Connector, ca_file: &Path, folder: &Path, setup: &Setup) -> Arc<SourceGate> {
    let secret_file = folder.join("password");
    std::fs::write(&secret_file, &setup.password).expect("the folder is ours");
    let filled =
        |pattern: &String| pattern.replace("{host}", "127.0.0.1").replace("{port}", &setup.port.to_string());
    let manifest = connector.manifest();
    let endpoints: Vec<_> = manifest
        .endpoints
        .iter()
        .map(|pattern| EndpointPattern::parse(&filled(pattern)).expect("a pattern"))
        .collect();
    let mut info = manifest.credentials[0].clone();
    info.audience = info.audience.iter().map(filled).collect();
    let credential = BoundCredential {
        info,
        audience_hosts: Vec::new(),
        audience_endpoints: endpoints.clone(),
        secret: Some(Secret::resolve(&SecretRef::File(secret_file)).await.expect("a secret")),
    };
    let options = GateOptions {
        source: SourceName::parse("support-mail").expect("a name"),
        hosts: Vec::new(),
        endpoints: endpoints.clone(),
        grant: Grant {
            hosts: Vec::new(),
            endpoints,
            private_addresses: vec!["127.0.0.0/8".parse().expect("a range")],
            ca_file: Some(ca_file.to_owned()),
        },
        credentials: vec![credential],
        limits: SourceLimits::STRICT,
        user_agent: "hark-test".to_owned(),
        names: Names::System,
    };
    Arc::new(SourceGate::new(options).expect("a gate"))
}

/// Now, as the contract counts.
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
