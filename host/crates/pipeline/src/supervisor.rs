//! The supervisor of one source: what its calls spend, and what is done about those that crash or find nobody.
//!
//! Holds: a connector that crashes again and again is not called any more until a person says so, or another build
//! of it is there; every crash leaves a capsule; a platform that fails is left alone by all streams together. A
//! crash over a delivery counts for nothing but its own capsule, or whoever can post could stop a source. Not here:
//! when one stream is read next.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hark_model::{FaultClass, Ms};
use hark_runtime::{CallError, CallReport, CallUsage};
use hark_store::{Crash, SourceId, Spent, Store, StoreError};
use rand::Rng;

use crate::assemble::SourceSetup;
use crate::breaker::Breaker;
use crate::capsule::{Question, capsule};
use crate::clock::{millis, now};
use crate::limits;
use crate::masking::Masking;
use crate::trial::Trial;
use crate::trouble::{chain, cut_fault};

/// Why a source is not called now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Halt {
    /// Its connector is in quarantine.
    Quarantine {
        /// Why, for people.
        reason: String,
    },
    /// Its platform is left alone until then.
    Open {
        /// When to ask again.
        until: Ms,
    },
}

impl Halt {
    /// Returns when to ask again.
    pub fn until(&self) -> Ms {
        match self {
            Self::Quarantine { .. } => now() + millis(limits::QUARANTINE_LOOK),
            Self::Open { until } => *until,
        }
    }
}

/// Watches the calls of one source.
#[derive(Debug)]
pub(crate) struct Supervisor {
    source: SourceId,
    store: Store,
    state: Mutex<State>,
    trial: Option<Trial>,
}

#[derive(Debug, Default)]
struct State {
    breaker: Breaker,
    is_quarantined: bool,
    /// Calls that crashed the last time.
    crashing: BTreeSet<String>,
    peaks: BTreeMap<&'static str, u64>,
    noted_at: Ms,
}

impl Supervisor {
    /// Makes one that knows of nothing.
    pub fn new(source: SourceId, store: Store) -> Self {
        Self { source, store, state: Mutex::default(), trial: None }
    }

    /// Watches a build that is on trial.
    pub fn on_trial(self, trial: Option<Trial>) -> Self {
        Self { trial, ..self }
    }

    /// Makes one that goes on where the last process ended. A quarantine of another build is over.
    pub async fn open(source: SourceId, store: Store, setup: &SourceSetup) -> Result<Self, StoreError> {
        let this = Self::new(source, store);
        let held = this.store.source_quarantine(source).await?;
        let is_other =
            |held: &hark_store::SourceQuarantine| held.component_sha256 != *setup.connector.digest();
        if held.as_ref().is_some_and(is_other) {
            tracing::info!(source = %setup.name, "another build of the connector is there: its quarantine is over");
            this.store.release_source(source).await?;
        } else {
            let crashing = this.store.crashing_lines(source).await?.into_iter().collect();
            let mut state = this.state();
            (state.is_quarantined, state.crashing) = (held.is_some(), crashing);
        }
        Ok(this)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells why the connector must not be called at all. Looks whether a person has let it go meanwhile.
    pub async fn quarantine(&self) -> Option<Halt> {
        if !self.state().is_quarantined {
            return None;
        }
        match self.store.source_quarantine(self.source).await {
            Ok(None) => {
                let mut state = self.state();
                (state.is_quarantined, state.crashing) = (false, BTreeSet::new());
                None
            }
            Ok(Some(held)) => Some(Halt::Quarantine { reason: held.reason }),
            Err(error) => Some(Halt::Quarantine { reason: chain(&error) }),
        }
    }

    /// Lets a read through, or says why not.
    pub async fn admit(&self) -> Result<(), Halt> {
        if let Some(halt) = self.quarantine().await {
            return Err(halt);
        }
        self.state().breaker.admit(now()).map_err(|until| Halt::Open { until })
    }

    /// Takes in how a call of `line` ended that began at `at`; `masking` is what its source is masked by.
    pub async fn watch<T>(
        &self,
        setup: &SourceSetup,
        masking: Option<&Masking>,
        line: &str,
        at: Ms,
        question: Question<'_>,
        report: &CallReport<T>,
    ) {
        self.spent(setup, &report.usage).await;
        match &report.result {
            Err(error) if is_crash(error) => {
                let mut words = cut_fault(setup.gate.scrub(&chain(error)));
                // A capsule holds what was heard as it was.
                let keeps = masking.is_none();
                let capsule = keeps.then(|| capsule(setup, &question, at, &words, report).text());
                masking.iter().for_each(|masking| masking.text(&mut words));
                let counts = !matches!(question, Question::Receive(_));
                self.crashed(setup, line, words, capsule, counts).await;
                self.trial.iter().for_each(Trial::crashed);
            }
            Err(error) => self.failed(setup, error.class()),
            Ok(_) => {
                self.trial.iter().for_each(Trial::did_well);
                self.did_well(setup, line).await;
            }
        }
    }

    async fn crashed(
        &self,
        setup: &SourceSetup,
        line: &str,
        words: String,
        capsule: Option<String>,
        counts: bool,
    ) {
        let crash = Crash {
            source: self.source,
            line: line.to_owned(),
            capsule,
            error: words,
            quarantine_at: counts.then_some(limits::CRASHES_MAX),
            component_sha256: *setup.connector.digest(),
            at: now(),
        };
        match self.store.note_crash(crash).await {
            Ok(noted) => {
                let mut state = self.state();
                state.crashing.insert(line.to_owned());
                tracing::warn!(source = %setup.name, call = line, in_a_row = noted.in_a_row, capsule = noted.capsule, "the connector crashed");
                if noted.is_quarantined {
                    state.is_quarantined = true;
                    tracing::error!(source = %setup.name, "in quarantine: not called until `hark sources release {}`", setup.name);
                }
            }
            Err(error) => {
                tracing::error!(source = %setup.name, error = %chain(&error), "a crash could not be noted");
            }
        }
    }

    /// What the platform does not answer counts; what it refuses is an answer.
    fn failed(&self, setup: &SourceSetup, class: FaultClass) {
        let mut state = self.state();
        match class {
            FaultClass::Transient | FaultClass::Broken => {
                let chance = rand::rng().random_range(0.0..1.0);
                if let Some(until) = state.breaker.failed(now(), chance) {
                    let pause_secs = (until - now()).max(0) / 1_000;
                    tracing::warn!(source = %setup.name, pause_secs, "every call failed: the platform is left alone by all streams");
                }
            }
            _ => state.breaker.did_well(),
        }
    }

    async fn did_well(&self, setup: &SourceSetup, line: &str) {
        let had_crashed = {
            let mut state = self.state();
            state.breaker.did_well();
            state.crashing.remove(line)
        };
        if had_crashed && let Err(error) = self.store.note_recovered(self.source, line.to_owned()).await {
            tracing::error!(source = %setup.name, error = %chain(&error), "that it does well again could not be noted");
        }
    }

    /// Notes what a call spent: each time it is more than ever, else once in a while.
    async fn spent(&self, setup: &SourceSetup, usage: &CallUsage) {
        let spent = spending(setup, usage);
        {
            let mut state = self.state();
            let mut is_peak = false;
            for each in &spent {
                let peak = state.peaks.entry(each.resource).or_insert(0);
                is_peak |= each.amount > *peak;
                *peak = each.amount.max(*peak);
            }
            if !is_peak && now() - state.noted_at < millis(limits::SPENDING_EVERY) {
                return;
            }
            state.noted_at = now();
        }
        if let Err(error) = self.store.note_spending(self.source, spent, now()).await {
            tracing::error!(source = %setup.name, error = %chain(&error), "what a call spent could not be noted");
        }
    }
}

/// The connector's own doing, not its platform's and not the operator's.
fn is_crash(error: &CallError) -> bool {
    !matches!(error, CallError::Fault(_)) && error.class() == FaultClass::Broken
}

fn spending(setup: &SourceSetup, usage: &CallUsage) -> Vec<Spent> {
    let limits = &setup.limits;
    let ms = |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let kept = hark_egress::limits::KEPT_BYTES_MAX as u64;
    let of = |resource, amount, most| Spent { resource, amount, most };
    vec![
        of("memory", usage.memory_peak_bytes, limits.memory_mib.saturating_mul(1 << 20)),
        of("time", ms(usage.wall), limits.call_secs.saturating_mul(1_000)),
        of("computing", ms(usage.computing), limits.cpu_ms),
        of("requests", usage.requests.into(), limits.requests.into()),
        of("bytes", usage.bytes_in, kept),
    ]
}
