//! What came of one call, whichever it was.

use hark_model::{Batch, CheckReport, DeliveryResult, Event, FaultClass, KeptPayload, Ms, Outcome, Target};
use hark_runtime::{CallError, CallReport, CallUsage};
use serde_json::{Value, json};

/// What came of one call.
#[derive(Debug, Default)]
pub struct Told {
    /// Events.
    pub events: Vec<Event>,
    /// Where to resume.
    pub cursor: Option<Vec<u8>>,
    /// Where the run goes on.
    pub continuation: Option<Vec<u8>>,
    /// Not to be called before.
    pub not_before: Option<Ms>,
    /// When the limit is whole again.
    pub limit_resets: Option<Ms>,
    /// Status of a delivery.
    pub status: Option<u16>,
    /// What is neither event nor cursor.
    pub report: Value,
    /// Why there is nothing.
    pub error: Option<CallError>,
    /// What was kept.
    pub payloads: Vec<KeptPayload>,
    /// What was spent.
    pub usage: CallUsage,
    /// Where it was stopped, if it was.
    pub backtrace: String,
    /// When it was asked.
    pub at: Ms,
}

impl Told {
    /// Returns the class of its fault, none if there was none.
    pub fn class(&self) -> Option<FaultClass> {
        self.error.as_ref().map(CallError::class)
    }

    /// Returns how long the platform is to be left alone in the middle of a run, in milliseconds.
    pub fn pause_ms(&self) -> Option<Ms> {
        let until = self.not_before.filter(|_| self.continuation.is_some())?;
        Some(until - self.at).filter(|pause| *pause > 0)
    }

    /// Says how it ended where it should have ended with an answer or a fault.
    pub fn crash(&self) -> Option<String> {
        match &self.error {
            None | Some(CallError::Fault(_)) => None,
            Some(error) => Some(error.to_string()),
        }
    }

    /// Says in a few words what came.
    pub fn summary(&self) -> String {
        match &self.error {
            Some(error) => format!("{:?}: {error}", error.class()),
            None => format!(
                "{} events, {}, {}",
                self.events.len(),
                if self.cursor.is_some() { "a cursor" } else { "no cursor" },
                if self.continuation.is_some() { "more to come" } else { "no more to come" }
            ),
        }
    }
}

/// Takes a call's report apart.
pub fn told<T>(at: Ms, call: CallReport<T>, say: impl FnOnce(T) -> Told) -> Told {
    let CallReport { result, payloads, usage, backtrace, .. } = call;
    let told = match result {
        Ok(answer) => say(answer),
        Err(error) => Told { error: Some(error), ..Told::default() },
    };
    Told { payloads, usage, backtrace, at, ..told }
}

impl From<CheckReport> for Told {
    fn from(report: CheckReport) -> Self {
        let CheckReport { account, scopes, warnings, .. } = report;
        Self {
            report: json!({ "account": account, "scopes": scopes, "warnings": warnings }),
            ..Self::default()
        }
    }
}

impl From<Vec<Target>> for Told {
    fn from(targets: Vec<Target>) -> Self {
        let line = |target: &Target| json!({ "id": target.id, "stream": target.stream, "title": target.title, "ours": target.ours });
        Self { report: targets.iter().map(line).collect(), ..Self::default() }
    }
}

impl From<Batch> for Told {
    fn from(batch: Batch) -> Self {
        Self {
            events: batch.events,
            cursor: batch.cursor,
            continuation: batch.continuation,
            not_before: batch.not_before,
            limit_resets: batch.limit_resets,
            ..Self::default()
        }
    }
}

impl From<DeliveryResult> for Told {
    fn from(result: DeliveryResult) -> Self {
        Self {
            events: result.events,
            status: Some(result.status),
            report: json!({
                "dedupe_key": result.dedupe_key, "poll_now": result.poll_now,
                "body": String::from_utf8_lossy(&result.body),
            }),
            ..Self::default()
        }
    }
}

impl From<Outcome> for Told {
    fn from(outcome: Outcome) -> Self {
        let (report, events) = match outcome {
            Outcome::Done(events) => (json!("done"), events),
            Outcome::AlreadyDone(events) => (json!("already-done"), events),
            Outcome::Uncertain(why) => (json!({ "uncertain": why }), Vec::new()),
        };
        Self { events, report, ..Self::default() }
    }
}
