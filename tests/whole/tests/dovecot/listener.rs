//! One source, driven as the pipeline drives it: the compiled connector behind the gate, into a store.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hark_egress::{BoundCredential, GateOptions, Names, Secret, Shared, SourceGate};
use hark_kit::dovecot::Dovecot;
use hark_model::{
    Action, Batch, Budget, EndpointPattern, Event, Grant, Ms, Outcome, ReadMode, ReadRequest, SecretRef,
    SourceLimits, SourceName, Zone,
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
    /// Mailboxes to listen to.
    pub mailboxes: Vec<&'static str>,
    /// Where replies are handed in.
    pub submission: Option<String>,
}

impl Setup {
    /// All as it should be.
    pub fn right(dovecot: &Dovecot) -> Self {
        let password = Dovecot::PASSWORD.to_owned();
        let mailboxes = vec!["INBOX"];
        Self { security: "tls", port: dovecot.tls_port(), password, mailboxes, submission: None }
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
            "mailboxes": setup.mailboxes, "own_addresses": ["support@example.com"],
            "submission": setup.submission.as_slice(),
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

    /// Reads a span further back until it is through; what comes is stored, the cursor of live reading stays.
    pub async fn backfill(&self, since: Ms, until: Ms) -> Result<Committed, CallError> {
        let request = ReadRequest {
            mode: ReadMode::Backfill,
            since: Some(since),
            until: Some(until),
            ..self.request(None, None)
        };
        self.drain(request).await
    }

    /// Asks whether these items are still there; what comes is stored.
    pub async fn recheck(&self, ids: &[&str]) -> Result<Committed, CallError> {
        let ids = ids.iter().map(|id| (*id).to_owned()).collect();
        self.drain(ReadRequest { mode: ReadMode::Recheck, ids, ..self.request(None, None) }).await
    }

    async fn drain(&self, mut request: ReadRequest) -> Result<Committed, CallError> {
        let mut sum = Committed::default();
        for _ in 0..CALLS_MAX {
            let report = self.connector.read(self.context(), &self.settings, request.clone()).await;
            let mut batch = report.result?;
            request.cursor = batch.cursor.take().or(request.cursor);
            request.continuation = batch.continuation.take();
            let commit = BatchCommit { checkpoint: None, ..self.commit_of(batch, report.payloads) };
            let done = self.store.commit_batch(commit).await.expect("a commit");
            sum.new_items += done.new_items;
            sum.duplicates += done.duplicates;
            if request.continuation.is_none() {
                return Ok(sum);
            }
        }
        panic!("the run never ends");
    }

    /// Replies to the mail `on`; what comes of it is stored.
    pub async fn reply(&self, on: &str, key: &str, text: &str) -> Result<Outcome, CallError> {
        let action = Action {
            name: "reply".to_owned(),
            on: Some(on.to_owned()),
            arguments: serde_json::json!({ "text": text }).to_string(),
            idempotency_key: key.to_owned(),
        };
        let report = self.connector.act(self.context(), &self.settings, action).await;
        let outcome = report.result?;
        if let Outcome::Done(events) | Outcome::AlreadyDone(events) = &outcome {
            let batch = Batch { events: events.clone(), ..Batch::default() };
            let commit = BatchCommit { checkpoint: None, ..self.commit_of(batch, report.payloads) };
            self.store.commit_batch(commit).await.expect("a commit");
        }
        Ok(outcome)
    }

    /// Reads once from where the store says.
    pub async fn read(&self, continuation: Option<Vec<u8>>) -> CallReport<Batch> {
        let checkpoint = self.store.checkpoint(self.source, STREAM, "").await.expect("a checkpoint");
        let request = self.request(checkpoint.and_then(|checkpoint| checkpoint.cursor), continuation);
        self.connector.read(self.context(), &self.settings, request).await
    }

    fn request(&self, cursor: Option<Vec<u8>>, continuation: Option<Vec<u8>>) -> ReadRequest {
        ReadRequest {
            stream: STREAM.to_owned(),
            target: None,
            mode: ReadMode::Incremental,
            cursor,
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
        }
    }

    async fn commit(&self, batch: Batch, payloads: Vec<hark_model::KeptPayload>) -> Committed {
        self.store.commit_batch(self.commit_of(batch, payloads)).await.expect("a commit")
    }

    fn commit_of(&self, batch: Batch, payloads: Vec<hark_model::KeptPayload>) -> BatchCommit {
        let (mut entries, mut quarantined) = (Vec::new(), Vec::new());
        for event in batch.events {
            match event {
                Event::Poison(poison) => quarantined.push(Quarantined {
                    payload: poison.origin.payload,
                    pointer: poison.origin.pointer,
                    hint: poison.hint,
                    why: poison.why,
                }),
                event => entries.push(Entry {
                    event,
                    annotations: Vec::new(),
                    copy_of: None,
                    route: None,
                    cuts: Vec::new(),
                }),
            }
        }
        let named: Vec<u64> =
            entries.iter().filter_map(|entry| Some(entry.event.origin()?.payload)).collect();
        let is_named = |id: u64| named.contains(&id) || quarantined.iter().any(|entry| entry.payload == id);
        BatchCommit {
            source: self.source,
            stream: STREAM.to_owned(),
            target: String::new(),
            observed_at: now_ms(),
            payloads: payloads.into_iter().filter(|payload| is_named(payload.id)).collect(),
            keeps_bodies: true,
            along: None,
            checkpoint: Some(NewCheckpoint {
                cursor: batch.cursor,
                cursor_version: self.connector.manifest().cursor_version,
                not_before: None,
                state: CheckpointState::Ok,
            }),
            entries,
            quarantined,
        }
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
    let submission = setup.submission.clone().unwrap_or_default();
    let filled = |patterns: &[String]| -> Vec<String> {
        let fill = |pattern: &String| {
            let filled = pattern.replace("{host}", "127.0.0.1").replace("{port}", &setup.port.to_string());
            filled.replace("{submission}", &submission)
        };
        patterns.iter().map(fill).filter(|pattern| !pattern.is_empty()).collect()
    };
    let parsed = |patterns: &[String]| -> Vec<EndpointPattern> {
        patterns.iter().map(|text| EndpointPattern::parse(text).expect("a pattern")).collect()
    };
    let manifest = connector.manifest();
    let endpoints = parsed(&filled(&manifest.endpoints));
    let mut credentials = Vec::new();
    for info in &manifest.credentials {
        let mut info = info.clone();
        info.audience = filled(&info.audience);
        credentials.push(BoundCredential {
            audience_hosts: Vec::new(),
            audience_endpoints: parsed(&info.audience),
            info,
            secret: Some(Secret::resolve(&SecretRef::File(secret_file.clone())).await.expect("a secret")),
        });
    }
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
        credentials,
        limits: SourceLimits::STRICT,
        user_agent: "hark-test".to_owned(),
        names: Names::System,
        shared: Shared::default(),
    };
    Arc::new(SourceGate::new(options).expect("a gate"))
}

/// Now, as the contract counts.
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
