//! What every platform of a double stands on: time, seed, tokens, faults, counts, the log, webhooks.
//!
//! Not its business: what a platform is.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::request::Parts;
use serde::Deserialize;
use serde_json::Value;

use crate::emitter::Emitter;
use crate::fault::{Fault, Faults};
use crate::rates::Rates;
use crate::tokens::{Token, Tokens};
use crate::weather::Weather;
use crate::{Allowance, Clock, Entry, Ms, Push, Standing};

/// An operation that waits for its request: items come or go while somebody turns pages.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Armed {
    /// Requests whose path begins so.
    #[serde(default)]
    path: String,
    #[serde(default)]
    method: Option<String>,
    /// After the so-manieth of them, counted from now.
    #[serde(default = "one")]
    request: u32,
    /// One operation or several.
    #[serde(rename = "do")]
    pub operations: Value,
    #[serde(skip)]
    met: u32,
}

fn one() -> u32 {
    1
}

/// What changes while a double runs.
#[derive(Default)]
pub(crate) struct State {
    pub faults: Faults,
    pub weather: Option<Weather>,
    pub rates: Rates,
    pub tokens: Tokens,
    pub log: Vec<Entry>,
    pub armed: Vec<Armed>,
    pub emitter: Emitter,
    /// Buckets whose client knows that nothing is left, and until when.
    told: BTreeMap<String, Ms>,
}

impl State {
    /// Forgets all that was to go wrong.
    pub fn clear_faults(&mut self) {
        self.faults.clear();
        self.weather = None;
    }
}

/// What every platform of a double stands on.
pub struct Core {
    clock: Arc<Clock>,
    seed: u64,
    state: Mutex<State>,
}

impl Core {
    pub(crate) fn new(seed: u64, now_ms: Ms) -> Arc<Self> {
        Arc::new(Self { clock: Arc::new(Clock::new(now_ms)), seed, state: Mutex::default() })
    }

    /// Returns the time, in milliseconds since 1970.
    pub fn now(&self) -> Ms {
        self.clock.now()
    }

    /// Returns the seed of everything that looks like chance.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Makes `value` a good token of `account` that may do everything.
    pub fn issue_token(&self, value: &str, account: &str) {
        self.state().tokens.issue(value, account);
    }

    /// Returns the token with that value.
    pub fn token(&self, value: &str) -> Option<Token> {
        self.state().tokens.get(value)
    }

    /// Returns the token of `Authorization: Bearer`.
    pub fn bearer(&self, request: &Parts) -> Option<Token> {
        let value = request.headers.get("authorization")?.to_str().ok()?;
        self.token(value.strip_prefix("Bearer ")?)
    }

    /// Puts an event on the way to the webhook; it waits for the operation `deliver`.
    pub fn push(&self, push: Push) {
        self.state().emitter.push(push);
    }

    pub(crate) fn clock(&self) -> &Arc<Clock> {
        &self.clock
    }

    /// A test that panicked in the middle spoils nothing that another needs.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn strike(&self, request: &Parts) -> Option<Fault> {
        let state = &mut *self.state();
        let ordered = state.faults.strike(request);
        ordered.or_else(|| state.weather.as_mut()?.strike(request, self.seed))
    }

    /// Counts a request; the second half says whether the client knew that it was one too many.
    pub(crate) fn count(&self, allowance: &Allowance) -> (Result<Standing, Standing>, bool) {
        let now = self.now();
        let mut state = self.state();
        let counted = state.rates.count(allowance, now);
        let knew = state.told.get(&allowance.bucket).is_some_and(|until| *until > now);
        (counted, knew)
    }

    /// Remembers that the client knows of `standing`.
    pub(crate) fn told(&self, standing: &Standing) {
        if standing.remaining == 0 {
            self.state().told.insert(standing.bucket.clone(), standing.resets_at);
        }
    }

    /// Returns the operations whose request has just been answered.
    pub(crate) fn due(&self, request: &Parts) -> Vec<Value> {
        let mut state = self.state();
        let mut due = Vec::new();
        state.armed.retain_mut(|armed| {
            let is_for = request.uri.path().starts_with(&armed.path)
                && armed.method.as_deref().is_none_or(|method| request.method == *method);
            armed.met += u32::from(is_for);
            let now = is_for && armed.met >= armed.request;
            if now {
                due.push(armed.operations.clone());
            }
            !now
        });
        due
    }
}
