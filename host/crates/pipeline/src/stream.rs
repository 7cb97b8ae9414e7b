//! Reads one target of one stream: from its cursor until there is no more, batch by batch.
//!
//! Holds: a batch, its opinions and its cursor are stored in one step before the next is read; a place within
//! a run is kept between turns, for a platform that pages newest first gives a cursor only at the end.

use std::sync::Arc;

use hark_model::{Batch, Event, FaultClass, Gap, Ms, ReadMode, ReadRequest, StreamInfo};
use hark_runtime::CallReport;
use hark_store::{Checkpoint, CheckpointState, Committed, NewCheckpoint, StateUpdate, StoreError};
use rand::Rng;

use crate::clock::{millis, now};
use crate::intake::{Heard, Intake};
use crate::limits;
use crate::precedence::Precedence;
use crate::schedule::{Decision, Ended, Next, Pace, Past, decide};
use crate::supervisor::Halt;
use crate::trouble::{Trouble, chain, check_cursors};

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

/// Reads one target of one stream, over and over.
#[derive(Debug)]
pub(crate) struct StreamReader {
    intake: Arc<Intake>,
    precedence: Arc<Precedence>,
    stream: StreamInfo,
    target: String,
    past: Past,
    /// Start by time instead of the cursor.
    since: Option<Ms>,
    /// Where a run goes on that has not come to its end.
    place: Option<Place>,
    /// The last turn ended because others have theirs.
    is_cut: bool,
    /// Not to be read before, whoever asks; `None` while trouble decides.
    wakeable_at: Option<Ms>,
}

/// A place within a run.
#[derive(Debug)]
struct Place {
    cursor: Option<Vec<u8>>,
    continuation: Option<Vec<u8>>,
}

/// What one batch led to.
enum Step {
    On(Place),
    Pause { place: Place, until: Ms },
    End { not_before: Option<Ms> },
}

/// How a turn ended that met no trouble.
enum Turn {
    Done {
        not_before: Option<Ms>,
    },
    /// There is more, but not before.
    Paused {
        until: Ms,
    },
    More,
}

impl StreamReader {
    /// Makes a reader of a target; "" is the stream itself.
    pub fn new(intake: Arc<Intake>, precedence: Arc<Precedence>, stream: StreamInfo, target: String) -> Self {
        Self {
            intake,
            precedence,
            stream,
            target,
            past: Past::default(),
            since: None,
            place: None,
            is_cut: false,
            wakeable_at: None,
        }
    }

    /// Returns "source/stream", and "source/stream/target" where it has one.
    pub fn name(&self) -> String {
        let target = if self.target.is_empty() { "" } else { "/" };
        format!("{}/{}{target}{}", self.intake.setup.name, self.stream.name, self.target)
    }

    /// Tells whether the last turn ended before the run did.
    pub fn has_more(&self) -> bool {
        self.is_cut
    }

    /// Returns when the target may be read first: now, or later if the platform asked for a pause
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

    /// Returns when the target is read next if somebody says that there is something new.
    pub fn woken(&self, next: Next) -> Next {
        match (next, self.wakeable_at) {
            (Next::At(at), Some(wakeable)) => Next::At(at.min(wakeable.max(now()))),
            (next, _) => next,
        }
    }

    /// Reads until there is no more or `batches_max` are stored, and says when to come back.
    pub async fn run_once(&mut self, batches_max: u32) -> (StreamReport, Next) {
        if let Err(halt) = self.intake.supervisor.admit().await {
            return self.halted(&halt);
        }
        let precedence = Arc::clone(&self.precedence);
        let _live = precedence.live();
        let mut report = StreamReport::default();
        let ended = self.drain(&mut report, batches_max).await;
        let chance = rand::rng().random_range(0.0..1.0);
        let pace = Pace::every(self.intake.setup.interval(&self.stream));
        self.is_cut = matches!(ended, Ok(Turn::More));
        let decision = match &ended {
            Ok(Turn::More) => return (report, Next::At(now())),
            Ok(Turn::Done { not_before }) => {
                let earliest = now() + millis(limits::POLL_NOW_MIN);
                self.wakeable_at = Some(not_before.unwrap_or(earliest).max(earliest));
                decide(self.past, Ended::Done { not_before: *not_before }, pace, now(), chance)
            }
            Ok(Turn::Paused { until }) => {
                self.wakeable_at = Some(*until);
                decide(self.past, Ended::Paused { until: *until }, pace, now(), chance)
            }
            Err(trouble) => {
                let (class, fault) = trouble.class();
                self.wakeable_at = None;
                // Trouble that passes does not cost a run its place: where a platform pages newest first, a long
                // run that began anew each time would never end.
                if !matches!(class, FaultClass::Transient | FaultClass::RateLimited | FaultClass::Quota) {
                    self.place = None;
                }
                decide(self.past, Ended::Failed { class, fault }, pace, now(), chance)
            }
        };
        self.past = decision.past;
        report.trouble = ended.as_ref().err().map(|trouble| self.intake.words_of(trouble));
        self.tell(&report, &decision);
        let next = self.record(&decision, report.trouble.clone()).await;
        (report, next)
    }

    /// Does not read; how the target stands stays as it is.
    fn halted(&mut self, halt: &Halt) -> (StreamReport, Next) {
        (self.is_cut, self.wakeable_at) = (false, None);
        let trouble = match halt {
            Halt::Quarantine { reason } => {
                let name = &self.intake.setup.name;
                Some(format!("in quarantine until `hark sources release {name}`: {reason}"))
            }
            Halt::Open { .. } => None,
        };
        (StreamReport { trouble, ..StreamReport::default() }, Next::At(halt.until()))
    }

    async fn checkpoint(&self) -> Result<Option<Checkpoint>, StoreError> {
        self.intake.store.checkpoint(self.intake.source, &self.stream.name, &self.target).await
    }

    /// Reads and stores batches until the connector has no more.
    async fn drain(&mut self, report: &mut StreamReport, batches_max: u32) -> Result<Turn, Trouble> {
        let mut place = match self.place.take() {
            Some(place) => place,
            None => self.start().await?,
        };
        for _ in 0..batches_max {
            match self.batch(report, &place).await {
                Ok(Step::On(next)) => place = next,
                Ok(Step::Pause { place, until }) => {
                    self.place = Some(place);
                    return Ok(Turn::Paused { until });
                }
                Ok(Step::End { not_before }) => return Ok(Turn::Done { not_before }),
                Err(trouble) => {
                    self.place = Some(place);
                    return Err(trouble);
                }
            }
        }
        self.place = Some(place);
        Ok(Turn::More)
    }

    async fn batch(&mut self, report: &mut StreamReport, place: &Place) -> Result<Step, Trouble> {
        let setup = &self.intake.setup;
        let request = self.request(place);
        let CallReport { result, payloads, usage, .. } = self.intake.read(request).await;
        let (requests, memory_peak_bytes) = (usage.requests, usage.memory_peak_bytes);
        tracing::debug!(stream = self.name(), requests, memory_peak_bytes, ?usage, "read");
        let batch = result?;
        check_cursors(&batch)?;
        let Batch { events, cursor, continuation, not_before, .. } = batch;
        let heard = Heard {
            checkpoint: Some(NewCheckpoint {
                cursor: cursor.clone(),
                cursor_version: setup.connector.manifest().cursor_version,
                not_before,
                state: CheckpointState::Running,
            }),
            ..Heard::read(&self.stream, &self.target, events, payloads)
        };
        report.add(&self.intake.take_in(heard).await?);
        self.since = None;
        if continuation.is_none() {
            return Ok(Step::End { not_before });
        }
        let place = Place { cursor: cursor.or_else(|| place.cursor.clone()), continuation };
        Ok(match not_before.filter(|until| *until > now()) {
            Some(until) => Step::Pause { place, until },
            None => Step::On(place),
        })
    }

    async fn start(&self) -> Result<Place, Trouble> {
        let cursor = match self.checkpoint().await? {
            Some(checkpoint) => self.intake.migrated(checkpoint.cursor, checkpoint.cursor_version).await?,
            None => None,
        };
        Ok(Place { cursor, continuation: None })
    }

    fn request(&self, place: &Place) -> ReadRequest {
        ReadRequest {
            cursor: if self.since.is_some() { None } else { place.cursor.clone() },
            continuation: place.continuation.clone(),
            since: self.since,
            ..self.intake.request(&self.stream, &self.target, ReadMode::Incremental)
        }
    }

    /// Stores the state that the target waits in. A store that cannot be written to is tried again
    /// with the next read; nothing is lost, for the cursor has not moved.
    async fn record(&mut self, decision: &Decision, trouble: Option<String>) -> Next {
        if decision.drop_cursor
            && let Err(error) = self.drop_cursor(trouble.as_deref()).await
        {
            tracing::error!(stream = self.name(), error = %chain(&error), "the stale cursor could not be dropped");
        }
        let update = StateUpdate {
            source: self.intake.source,
            stream: self.stream.name.clone(),
            target: self.target.clone(),
            state: decision.state,
            not_before: match decision.next {
                Next::At(at) => Some(at),
                Next::Parked => None,
            },
            fault: trouble,
            fault_count: decision.past.faults,
            cursor_version: self.intake.setup.connector.manifest().cursor_version,
            at: now(),
        };
        if let Err(error) = self.intake.store.record_state(update).await {
            tracing::error!(stream = self.name(), error = %chain(&error), "the stream's state could not be stored");
        }
        decision.next
    }

    /// Starts by time: from the last stored item less the lookback, with the hole on record.
    async fn drop_cursor(&mut self, trouble: Option<&str>) -> Result<(), StoreError> {
        let last = self.intake.store.last_published(self.intake.source).await?;
        let since = last.map_or_else(|| now() - millis(limits::LOOKBACK), |at| at - millis(limits::LOOKBACK));
        self.since = Some(since);
        let why = trouble.unwrap_or_default().to_owned();
        let gap = Gap { stream: self.stream.name.clone(), since: Some(since), until: Some(now()), why };
        let heard = Heard::read(&self.stream, &self.target, vec![Event::Gap(gap)], Vec::new());
        self.intake.take_in(heard).await.map(|_| ())
    }

    fn tell(&self, report: &StreamReport, decision: &Decision) {
        let stream = self.name();
        if report.batches > 0 && (report.new_items > 0 || report.quarantined > 0) {
            tracing::info!(stream, new_items = report.new_items, quarantined = report.quarantined, "stored");
        }
        let Some(fault) = &report.trouble else { return };
        match decision.next {
            Next::Parked => tracing::error!(stream, fault, "stopped until an operator changes something"),
            Next::At(at) => {
                let pause_secs = (at - now()).max(0) / 1_000;
                let faults_in_a_row = decision.past.faults;
                tracing::warn!(stream, fault, pause_secs, faults_in_a_row, "will try again");
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

    /// Adds what a later turn of the same run did.
    pub(crate) fn append(&mut self, later: Self) {
        self.batches += later.batches;
        self.new_items += later.new_items;
        self.quarantined += later.quarantined;
        self.trouble = later.trouble;
    }
}
