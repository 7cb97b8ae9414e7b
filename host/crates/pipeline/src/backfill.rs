//! Reads what was said before, by time, beside live reading.
//!
//! Holds: a backfill has a checkpoint of its own and one reader, whatever the number of processes; it reads
//! batch by batch, after live reading, and leaves half of the time and of the platform's allowance to it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hark_lifecycle::Shutdown;
use hark_model::{Batch, Event, FaultClass, Ms, ReadMode, ReadRequest, StreamInfo};
use hark_runtime::CallReport;
use hark_store::{
    Along, BackfillKey, BackfillOrder, BackfillRest, BackfillState, BackfillStatus, BackfillStep, Committed,
    Store, StoreError,
};
use rand::Rng;

use crate::assemble::SourceSetup;
use crate::clock::{millis, now, until};
use crate::enrich::{CurrentEnricher, Enricher};
use crate::intake::{Heard, Intake};
use crate::limits;
use crate::precedence::{Allowance, Precedence, pause_after};
use crate::rotation::stop_with_grace;
use crate::schedule::{Decision, Ended, Next, Pace, Past, decide};
use crate::trouble::{Trouble, check_cursors};

/// Why there is nothing to read by time.
#[derive(Debug, thiserror::Error)]
pub enum BackfillError {
    /// No such stream.
    #[error("source {source_name} reads no stream `{stream}`; it reads {known}")]
    UnknownStream {
        /// The source.
        source_name: String,
        /// As asked for.
        stream: String,
        /// What it reads.
        known: String,
    },
    /// The connector offers it for none of the streams.
    #[error("the connector of source {source_name} offers no backfill for {streams}")]
    NotOffered {
        /// The source.
        source_name: String,
        /// The streams that were asked for.
        streams: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How reading a backfill ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BackfillEnd {
    /// Its span is read.
    Done,
    /// By order; it goes on from where it is.
    Stopped,
    /// Not to be read before this time.
    Waits(Ms),
    /// Only an operator can mend it: why, for people.
    Failed(String),
    /// Somebody else reads it, or it was stopped by a person.
    NotOurs,
}

/// Reads the backfills of one source.
#[derive(Debug)]
pub struct Backfiller {
    intake: Arc<Intake>,
    precedence: Arc<Precedence>,
    /// Who we are to other readers.
    lease: i64,
    pace: Pace,
    pause_max: Duration,
}

/// A place within a backfill.
struct Run<'a> {
    key: &'a BackfillKey,
    stream: &'a StreamInfo,
    since: Ms,
    until: Ms,
    cursor: Option<Vec<u8>>,
    continuation: Option<Vec<u8>>,
    past: Past,
    allowance: Allowance,
}

impl Backfiller {
    /// Makes one for a source on its own.
    pub async fn new(setup: SourceSetup, store: Store, enricher: Enricher) -> Result<Self, StoreError> {
        let intake = Intake::open(Arc::new(setup), store, Arc::new(CurrentEnricher::new(enricher))).await?;
        Ok(Self::within(Arc::new(intake), Arc::new(Precedence::new())))
    }

    pub(crate) fn within(intake: Arc<Intake>, precedence: Arc<Precedence>) -> Self {
        let pace = Pace::every(limits::POLL_MIN);
        Self { intake, precedence, lease: rand::rng().random(), pace, pause_max: limits::PATIENT_PAUSE_MAX }
    }

    /// Waits so long after the first trouble in a row, and twice as long after each that follows.
    pub fn back_off_min(self, back_off_min: Duration) -> Self {
        Self { pace: Pace { back_off_min, ..self.pace }, ..self }
    }

    /// Leaves no more time than this to live reading after a call that went well.
    pub fn pause_max(self, pause_max: Duration) -> Self {
        Self { pause_max, ..self }
    }

    /// Returns "source/backfill".
    pub fn name(&self) -> String {
        format!("{}/backfill", self.intake.setup.name)
    }

    pub(crate) fn has_streams(&self) -> bool {
        self.intake.setup.streams.iter().any(offers)
    }

    /// Asks for what `[source.NAME] backfill_days` says, once for each stream and target.
    pub(crate) async fn order_configured(&self) -> Result<(), StoreError> {
        let Some(days) = self.intake.setup.backfill_days else { return Ok(()) };
        let since = now() - millis(Duration::from_secs(u64::from(days) * 24 * 3_600));
        for key in self.keys(None).unwrap_or_default() {
            let order =
                BackfillOrder { key, since: None, since_default: since, until: None, once: true, at: now() };
            self.intake.store.order_backfill(order).await?;
        }
        Ok(())
    }

    /// Asks for a backfill of a stream, or of all that offer it: from `since` until `until`, or as one that is
    /// under way has it. Returns what there is to read.
    pub async fn order(
        &self,
        stream: Option<&str>,
        since: Option<Ms>,
        until: Option<Ms>,
        since_default: Ms,
    ) -> Result<Vec<BackfillKey>, BackfillError> {
        let mut keys = self.keys(stream)?;
        for key in &keys {
            let order =
                BackfillOrder { key: key.clone(), since, since_default, until, once: false, at: now() };
            self.intake.store.order_backfill(order).await?;
        }
        keys.sort_by(|a, b| (&a.stream, &a.target).cmp(&(&b.stream, &b.target)));
        Ok(keys)
    }

    fn keys(&self, stream: Option<&str>) -> Result<Vec<BackfillKey>, BackfillError> {
        let setup = &self.intake.setup;
        let listed = |streams: &[&StreamInfo]| {
            streams.iter().map(|stream| format!("`{}`", stream.name)).collect::<Vec<_>>().join(", ")
        };
        let all: Vec<_> = setup.streams.iter().collect();
        let wanted: Vec<_> =
            all.iter().copied().filter(|known| stream.is_none_or(|name| known.name == name)).collect();
        if let (true, Some(stream)) = (wanted.is_empty(), stream) {
            return Err(BackfillError::UnknownStream {
                source_name: setup.name.to_string(),
                stream: stream.to_owned(),
                known: listed(&all),
            });
        }
        let offered: Vec<_> = wanted.iter().filter(|stream| offers(stream)).collect();
        if offered.is_empty() {
            return Err(BackfillError::NotOffered {
                source_name: setup.name.to_string(),
                streams: listed(&wanted),
            });
        }
        let source = self.intake.source;
        let keys = offered.into_iter().flat_map(|stream| {
            let key = |target| BackfillKey { source, stream: stream.name.clone(), target };
            setup.targets(&stream.name).into_iter().map(key)
        });
        Ok(keys.collect())
    }

    /// Reads backfills that wait until ordered to stop.
    pub(crate) async fn run(self, shutdown: Shutdown) {
        loop {
            let looked = self.read_waiting(&shutdown).await;
            if let Err(error) = looked {
                tracing::error!(source = self.name(), %error, "the backfills could not be read");
            }
            tokio::select! {
                biased;
                () = shutdown.ordered() => return,
                () = tokio::time::sleep(limits::BACKFILL_LOOK) => {}
            }
        }
    }

    async fn read_waiting(&self, shutdown: &Shutdown) -> Result<(), StoreError> {
        for status in self.intake.store.backfills(self.intake.source).await? {
            let is_due = status.state == BackfillState::Waiting
                && status.not_before.is_none_or(|at| at <= now())
                && status.leased_until.is_none_or(|at| at <= now());
            if is_due && !shutdown.is_ordered() {
                let key =
                    BackfillKey { source: self.intake.source, stream: status.stream, target: status.target };
                let end = self.read(&key, shutdown).await?;
                tracing::info!(
                    source = self.name(),
                    stream = key.stream,
                    target = key.target,
                    ?end,
                    "backfill"
                );
            }
        }
        Ok(())
    }

    /// Returns how a backfill stands.
    pub async fn status(&self, key: &BackfillKey) -> Result<Option<BackfillStatus>, StoreError> {
        let all = self.intake.store.backfills(key.source).await?;
        Ok(all.into_iter().find(|status| status.stream == key.stream && status.target == key.target))
    }

    /// Reads a backfill until its end, or as far as it goes.
    pub async fn read(&self, key: &BackfillKey, shutdown: &Shutdown) -> Result<BackfillEnd, StoreError> {
        let Some(stream) = self.intake.setup.streams.iter().find(|known| known.name == key.stream) else {
            return Ok(BackfillEnd::NotOurs);
        };
        if !self.hold(key).await? {
            return Ok(BackfillEnd::NotOurs);
        }
        let Some(status) = self.status(key).await? else { return Ok(BackfillEnd::NotOurs) };
        let (since, until) = (status.since, status.until);
        let (end, past) = match self.intake.migrated(status.cursor, status.cursor_version).await {
            Ok(cursor) => {
                let mut run = Run {
                    key,
                    stream,
                    since,
                    until,
                    cursor,
                    continuation: None,
                    past: Past::default(),
                    allowance: Allowance::default(),
                };
                (self.read_on(&mut run, shutdown).await?, run.past)
            }
            Err(trouble) => (BackfillEnd::Failed(self.intake.words_of(&trouble)), Past::default()),
        };
        self.let_go(key, &end, past).await?;
        Ok(end)
    }

    /// Stops a backfill until somebody asks for it again.
    pub async fn pause(&self, key: &BackfillKey) -> Result<(), StoreError> {
        self.intake.store.pause_backfill(key.clone()).await
    }

    /// Takes or renews the lease.
    async fn hold(&self, key: &BackfillKey) -> Result<bool, StoreError> {
        self.intake.store.take_backfill(key.clone(), self.lease, now(), self.leased_until()).await
    }

    fn leased_until(&self) -> Ms {
        let call = Duration::from_secs(self.intake.setup.limits.call_secs);
        now() + millis(call + limits::BACKFILL_LEASE_SLACK)
    }

    async fn let_go(&self, key: &BackfillKey, end: &BackfillEnd, past: Past) -> Result<(), StoreError> {
        let (state, not_before, fault) = match end {
            BackfillEnd::Done | BackfillEnd::NotOurs => return Ok(()),
            BackfillEnd::Stopped => (BackfillState::Waiting, None, None),
            BackfillEnd::Waits(at) => {
                (BackfillState::Waiting, Some(*at), Some("waits for the platform".to_owned()))
            }
            BackfillEnd::Failed(why) => (BackfillState::Failed, None, Some(why.clone())),
        };
        let rest = BackfillRest { lease: self.lease, state, not_before, fault, fault_count: past.faults };
        self.intake.store.rest_backfill(key.clone(), rest).await
    }

    async fn read_on(&self, run: &mut Run<'_>, shutdown: &Shutdown) -> Result<BackfillEnd, StoreError> {
        loop {
            let turn = tokio::select! {
                biased;
                () = shutdown.ordered() => return Ok(BackfillEnd::Stopped),
                turn = self.precedence.patient() => turn,
            };
            if let Err(halt) = self.intake.supervisor.admit().await {
                return Ok(BackfillEnd::Waits(halt.until()));
            }
            let begun = Instant::now();
            let next = tokio::select! {
                biased;
                () = stop_with_grace(shutdown) => return Ok(BackfillEnd::Stopped),
                next = self.batch(run) => next,
            };
            drop(turn);
            let pause = match next {
                Ok(Some(pause_until)) => {
                    pause_after(begun.elapsed()).min(self.pause_max).max(until(pause_until))
                }
                Ok(None) => return Ok(BackfillEnd::Done),
                Err(Trouble::Store(StoreError::LeaseLost)) => return Ok(BackfillEnd::NotOurs),
                Err(trouble) => match self.after(&trouble, run).await? {
                    Next::At(at) => until(at),
                    Next::Parked => return Ok(BackfillEnd::Failed(self.intake.words_of(&trouble))),
                },
            };
            if pause > limits::BACKFILL_WAIT_MAX {
                return Ok(BackfillEnd::Waits(now() + millis(pause)));
            }
            tokio::select! {
                biased;
                () = shutdown.ordered() => return Ok(BackfillEnd::Stopped),
                () = tokio::time::sleep(pause) => {}
            }
            if !self.hold(run.key).await? {
                return Ok(BackfillEnd::NotOurs);
            }
        }
    }

    /// Reads and stores one batch. Returns when the next may be read (a time that may be past), or `None` when
    /// there is no more.
    async fn batch(&self, run: &mut Run<'_>) -> Result<Option<Ms>, Trouble> {
        let setup = &self.intake.setup;
        let mut request = ReadRequest {
            cursor: run.cursor.clone(),
            // Kept until the batch is stored: after trouble the same page is asked for again.
            continuation: run.continuation.clone(),
            since: Some(run.since),
            until: Some(run.until),
            ..self.intake.request(run.stream, &run.key.target, ReadMode::Backfill)
        };
        request.budget.max_requests = request.budget.max_requests.div_ceil(2);
        let CallReport { result, payloads, usage, .. } = self.intake.read(request).await;
        let (requests, memory_peak_bytes) = (usage.requests, usage.memory_peak_bytes);
        tracing::debug!(
            source = self.name(),
            stream = run.stream.name,
            requests,
            memory_peak_bytes,
            ?usage,
            "read by time"
        );
        let batch = result?;
        check_cursors(&batch)?;
        let Batch { events, cursor, continuation, not_before, limit_left, limit_resets, .. } = batch;
        let times = events.iter().filter_map(|event| match event {
            Event::Item(item) => Some(item.published_at),
            _ => None,
        });
        let step = BackfillStep {
            lease: self.lease,
            leased_until: self.leased_until(),
            cursor: cursor.clone(),
            cursor_version: setup.connector.manifest().cursor_version,
            items: u32::try_from(times.clone().count()).unwrap_or(u32::MAX),
            reached_at: times.min(),
            done: continuation.is_none(),
        };
        let heard = Heard {
            along: Some(Along::Backfill(step)),
            ..Heard::read(run.stream, &run.key.target, events, payloads)
        };
        let _: Committed = self.intake.take_in(heard).await?;
        (run.past, run.cursor, run.continuation) =
            (Past::default(), cursor.or(run.cursor.take()), continuation);
        let latest = now() + millis(limits::NOT_BEFORE_MAX);
        let spent = run.allowance.is_spent(limit_left).then_some(limit_resets).flatten();
        Ok(run.continuation.is_some().then(|| not_before.max(spent).unwrap_or(0).min(latest)))
    }

    async fn after(&self, trouble: &Trouble, run: &mut Run<'_>) -> Result<Next, StoreError> {
        let (class, fault) = trouble.class();
        let chance = rand::rng().random_range(0.0..1.0);
        let Decision { next, drop_cursor, past, .. } =
            decide(run.past, Ended::Failed { class, fault }, self.pace, now(), chance);
        run.past = past;
        if drop_cursor || class == FaultClass::StaleCursor {
            (run.cursor, run.continuation) = (None, None);
            self.intake.store.restart_backfill(run.key.clone(), self.lease).await?;
        }
        let why = self.intake.words_of(trouble);
        tracing::warn!(source = self.name(), stream = run.stream.name, fault = why, "backfill met trouble");
        // Unlike a stream, a backfill that is not found will not be found later.
        Ok(if class == FaultClass::NotFound { Next::Parked } else { next })
    }
}

fn offers(stream: &StreamInfo) -> bool {
    stream.modes.contains(&ReadMode::Backfill)
}
