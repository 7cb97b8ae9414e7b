//! Reads one stream of one source: from the cursor until there is no more, batch by batch.
//!
//! Holds: a batch, its opinions and its cursor are stored in one step before the next is read.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hark_model::{
    Batch, Budget, Event, Fault, FaultClass, Gap, KeptPayload, Ms, ReadMode, ReadRequest, StreamInfo,
};
use hark_runtime::{CallError, CallReport, CallUsage};
use hark_store::{
    BatchCommit, Checkpoint, CheckpointState, Committed, Entry, NewCheckpoint, Quarantined, SourceId,
    StateUpdate, Store, StoreError,
};
use rand::Rng;

use crate::admission::{Admission, Refused, admit};
use crate::assemble::SourceSetup;
use crate::enrich::Enricher;
use crate::limits;
use crate::schedule::{Decision, Ended, Next, Past, decide};

/// What one run of a stream did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StreamReport {
    /// Batches stored.
    pub batches: u32,
    /// Items that were not known.
    pub new_items: u64,
    /// Entries and events in quarantine.
    pub quarantined: u64,
    /// What ended it before there was no more to read, in words for people.
    pub trouble: Option<String>,
}

/// Why a run ended before there was no more to read.
#[derive(Debug)]
enum Trouble {
    Call(CallError),
    Store(StoreError),
}

/// Reads one stream, over and over.
#[derive(Debug)]
pub struct StreamReader {
    setup: Arc<SourceSetup>,
    stream: StreamInfo,
    source: SourceId,
    store: Store,
    enricher: Arc<Enricher>,
    past: Past,
    /// Start by time instead of the cursor.
    since: Option<Ms>,
}

impl StreamReader {
    /// Makes a reader of `stream` of the source that the store knows as `source`.
    pub fn new(
        setup: Arc<SourceSetup>,
        stream: StreamInfo,
        source: SourceId,
        store: Store,
        enricher: Arc<Enricher>,
    ) -> Self {
        Self { setup, stream, source, store, enricher, past: Past::default(), since: None }
    }

    /// Returns "source/stream".
    pub fn name(&self) -> String {
        format!("{}/{}", self.setup.name, self.stream.name)
    }

    /// Returns when the stream may be read first: now, or later if the platform asked for a pause
    /// before the last stop.
    pub async fn first_due(&mut self) -> Result<Ms, StoreError> {
        let Some(checkpoint) = self.checkpoint().await? else { return Ok(now()) };
        let asked = checkpoint.not_before.unwrap_or(0);
        let pauses = matches!(
            checkpoint.state,
            CheckpointState::Waiting | CheckpointState::Quota | CheckpointState::Ok
        );
        Ok(if pauses { asked.clamp(now(), now() + millis(limits::NOT_BEFORE_MAX)) } else { now() })
    }

    /// Reads until there is no more, stores what came, and says when to come back.
    pub async fn run_once(&mut self) -> (StreamReport, Next) {
        let mut report = StreamReport::default();
        let ended = self.drain(&mut report).await;
        let chance = rand::rng().random_range(0.0..1.0);
        let interval = self.setup.interval(&self.stream);
        let decision = match &ended {
            Ok(not_before) => {
                decide(self.past, Ended::Done { not_before: *not_before }, interval, now(), chance)
            }
            Err(trouble) => {
                let (class, fault) = trouble.class();
                decide(self.past, Ended::Failed { class, fault }, interval, now(), chance)
            }
        };
        self.past = decision.past;
        report.trouble =
            ended.as_ref().err().map(|trouble| cut_fault(self.setup.gate.scrub(&trouble.text())));
        self.tell(&report, &decision);
        let next = self.record(&decision, report.trouble.clone()).await;
        (report, next)
    }

    async fn checkpoint(&self) -> Result<Option<Checkpoint>, StoreError> {
        self.store.checkpoint(self.source, &self.stream.name, "").await
    }

    /// Reads and stores batches until the connector has no more; returns its `not-before`.
    async fn drain(&mut self, report: &mut StreamReport) -> Result<Option<Ms>, Trouble> {
        let checkpoint = self.checkpoint().await.map_err(Trouble::Store)?;
        let mut cursor = match checkpoint {
            Some(checkpoint) => self.migrated(checkpoint).await?,
            None => None,
        };
        let mut continuation = None;
        for _ in 0..limits::BATCHES_PER_RUN_MAX {
            let request = self.request(cursor.clone(), continuation.take());
            let call = self.setup.connector.read(self.setup.context(), &self.setup.settings, request).await;
            let CallReport { result, payloads, usage } = call;
            self.trace(&usage);
            let batch = result.map_err(Trouble::Call)?;
            check_cursors(&batch).map_err(Trouble::Call)?;
            let Batch { events, cursor: new_cursor, continuation: more, not_before, .. } = batch;
            let committed = self
                .store_batch(events, payloads, new_cursor.clone(), not_before)
                .await
                .map_err(Trouble::Store)?;
            report.add(&committed);
            cursor = new_cursor.or(cursor);
            self.since = None;
            let Some(more) = more else { return Ok(not_before) };
            continuation = Some(more);
        }
        Ok(None)
    }

    /// Returns the cursor in the form of the connector's present version.
    async fn migrated(&self, checkpoint: Checkpoint) -> Result<Option<Vec<u8>>, Trouble> {
        let Some(cursor) = checkpoint.cursor else { return Ok(None) };
        if checkpoint.cursor_version == self.setup.connector.manifest().cursor_version {
            return Ok(Some(cursor));
        }
        let context = self.setup.context();
        let call = self.setup.connector.migrate_cursor(context, checkpoint.cursor_version, cursor).await;
        call.result.map(Some).map_err(Trouble::Call)
    }

    fn request(&self, cursor: Option<Vec<u8>>, continuation: Option<Vec<u8>>) -> ReadRequest {
        let limits = &self.setup.limits;
        ReadRequest {
            stream: self.stream.name.clone(),
            target: None,
            mode: ReadMode::Incremental,
            cursor: if self.since.is_some() { None } else { cursor },
            continuation,
            since: self.since,
            until: None,
            ids: Vec::new(),
            budget: Budget {
                max_events: limits.batch_events,
                max_requests: limits.requests,
                max_cost_microusd: 0,
                deadline: now() + millis(Duration::from_secs(limits.call_secs)),
            },
        }
    }

    async fn store_batch(
        &self,
        events: Vec<Event>,
        payloads: Vec<KeptPayload>,
        cursor: Option<Vec<u8>>,
        not_before: Option<Ms>,
    ) -> Result<Committed, StoreError> {
        let observed_at = now();
        let Admission { admitted, refused, payloads } = admit(events, payloads, &self.stream, observed_at);
        for refused in &refused {
            tracing::warn!(source = %self.setup.name, stream = self.stream.name, hint = refused.hint, why = refused.why, "entry put into quarantine");
        }
        let enricher = Arc::clone(&self.enricher);
        let (name, zone) = (self.setup.name.clone(), self.setup.record().zone);
        let enriched = tokio::task::spawn_blocking(move || enricher.enrich(admitted, &name, zone)).await;
        let entries = enriched.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
        self.store
            .commit_batch(BatchCommit {
                source: self.source,
                stream: self.stream.name.clone(),
                target: String::new(),
                observed_at,
                payloads,
                entries,
                quarantined: refused.into_iter().map(quarantined).collect(),
                along: None,
                checkpoint: Some(NewCheckpoint {
                    cursor,
                    cursor_version: self.setup.connector.manifest().cursor_version,
                    not_before,
                    state: CheckpointState::Running,
                }),
            })
            .await
    }

    /// Stores the state that the stream waits in. A store that cannot be written to is tried again
    /// with the next read; nothing is lost, for the cursor has not moved.
    async fn record(&mut self, decision: &Decision, trouble: Option<String>) -> Next {
        if decision.drop_cursor
            && let Err(error) = self.drop_cursor(trouble.as_deref()).await
        {
            tracing::error!(source = %self.setup.name, error = %chain(&error), "the stale cursor could not be dropped");
        }
        let update = StateUpdate {
            source: self.source,
            stream: self.stream.name.clone(),
            target: String::new(),
            state: decision.state,
            not_before: match decision.next {
                Next::At(at) => Some(at),
                Next::Parked => None,
            },
            fault: trouble,
            fault_count: decision.past.faults,
            cursor_version: self.setup.connector.manifest().cursor_version,
            at: now(),
        };
        if let Err(error) = self.store.record_state(update).await {
            tracing::error!(source = %self.setup.name, stream = self.stream.name, error = %chain(&error), "the stream's state could not be stored");
        }
        decision.next
    }

    /// Starts by time: from the last stored item less the lookback, with the hole on record.
    async fn drop_cursor(&mut self, trouble: Option<&str>) -> Result<(), StoreError> {
        let last = self.store.last_published(self.source).await?;
        let since = last.map_or_else(|| now() - millis(limits::LOOKBACK), |at| at - millis(limits::LOOKBACK));
        self.since = Some(since);
        let why = trouble.unwrap_or_default().to_owned();
        let gap = Gap { stream: self.stream.name.clone(), since: Some(since), until: Some(now()), why };
        let entry = Entry { event: Event::Gap(gap), annotations: Vec::new(), route: None, cuts: Vec::new() };
        let commit = BatchCommit {
            source: self.source,
            stream: self.stream.name.clone(),
            target: String::new(),
            observed_at: now(),
            payloads: Vec::new(),
            entries: vec![entry],
            quarantined: Vec::new(),
            checkpoint: None,
            along: None,
        };
        self.store.commit_batch(commit).await.map(|_| ())
    }

    fn trace(&self, usage: &CallUsage) {
        tracing::debug!(source = %self.setup.name, stream = self.stream.name, ?usage, "read");
    }

    fn tell(&self, report: &StreamReport, decision: &Decision) {
        let (source, stream) = (self.setup.name.as_str(), self.stream.name.as_str());
        if report.batches > 0 && (report.new_items > 0 || report.quarantined > 0) {
            tracing::info!(
                source,
                stream,
                new_items = report.new_items,
                quarantined = report.quarantined,
                "stored"
            );
        }
        let Some(fault) = &report.trouble else { return };
        match decision.next {
            Next::Parked => {
                tracing::error!(source, stream, fault, "stopped until an operator changes something")
            }
            Next::At(at) => {
                let pause_secs = (at - now()).max(0) / 1_000;
                tracing::warn!(
                    source,
                    stream,
                    fault,
                    pause_secs,
                    faults_in_a_row = decision.past.faults,
                    "will try again"
                );
            }
        }
    }
}

impl StreamReport {
    fn add(&mut self, committed: &Committed) {
        self.batches += 1;
        self.new_items += u64::from(committed.new_items);
        self.quarantined += u64::from(committed.quarantined);
    }
}

impl Trouble {
    fn class(&self) -> (FaultClass, Option<&Fault>) {
        match self {
            Self::Call(CallError::Fault(fault)) => (fault.class(), Some(fault)),
            Self::Call(error) => (error.class(), None),
            Self::Store(_) => (FaultClass::Transient, None),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Call(error) => chain(error),
            Self::Store(error) => chain(error),
        }
    }
}

/// A cursor is opaque, but not without bounds.
fn check_cursors(batch: &Batch) -> Result<(), CallError> {
    let longest = [&batch.cursor, &batch.continuation].into_iter().flatten().map(Vec::len).max();
    match longest {
        Some(bytes) if bytes > hark_model::limits::CURSOR_BYTES_MAX => Err(CallError::InvalidBatch(format!(
            "its cursor has {bytes} bytes, more than {}",
            hark_model::limits::CURSOR_BYTES_MAX
        ))),
        _ => Ok(()),
    }
}

fn quarantined(refused: Refused) -> Quarantined {
    Quarantined {
        payload: refused.origin.payload,
        pointer: refused.origin.pointer,
        hint: refused.hint,
        why: refused.why,
    }
}

fn cut_fault(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(limits::FAULT_TEXT_BYTES_MAX));
    text
}

/// An error and its causes on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// The host's clock.
pub fn now() -> Ms {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    millis(since)
}

fn millis(duration: Duration) -> Ms {
    Ms::try_from(duration.as_millis()).unwrap_or(Ms::MAX)
}
