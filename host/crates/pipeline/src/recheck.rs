//! Looks again at items of one stream: edits, removals and figures that live reading does not show.
//!
//! Holds: which items are due is the store's to say; what was asked for is noted together with the answer, so
//! a crash between asks again; it goes after live reading.

use std::sync::Arc;
use std::time::Instant;

use hark_lifecycle::Shutdown;
use hark_model::{Batch, FaultClass, ReadMode, ReadRequest, StreamInfo};
use hark_runtime::CallReport;
use hark_store::{Along, Committed};
use rand::Rng;

use crate::clock::{millis, now};
use crate::intake::{Heard, Intake};
use crate::limits;
use crate::precedence::{Precedence, pause_after};
use crate::rotation::{stop_with_grace, wait_until};
use crate::schedule::{Ended, Next, Pace, Past, decide};
use crate::trouble::{Trouble, check_cursors};

/// Looks again at items of one stream.
#[derive(Debug)]
pub(crate) struct Rechecker {
    intake: Arc<Intake>,
    precedence: Arc<Precedence>,
    stream: StreamInfo,
    past: Past,
}

impl Rechecker {
    pub fn new(intake: Arc<Intake>, precedence: Arc<Precedence>, stream: StreamInfo) -> Self {
        Self { intake, precedence, stream, past: Past::default() }
    }

    /// Returns "source/stream/recheck".
    pub fn name(&self) -> String {
        format!("{}/{}/recheck", self.intake.setup.name, self.stream.name)
    }

    /// Looks again and again until ordered to stop.
    pub async fn run(mut self, shutdown: Shutdown) {
        let mut next = Next::At(now() + millis(limits::RECHECK_PAUSE));
        loop {
            tokio::select! {
                biased;
                () = shutdown.ordered() => return,
                () = wait_until(next) => {}
            }
            tokio::select! {
                biased;
                () = stop_with_grace(&shutdown) => return,
                after = self.pass() => next = after,
            }
        }
    }

    /// Looks again at what is due, at most one call's worth; says when to come back.
    pub async fn pass(&mut self) -> Next {
        if let Err(halt) = self.intake.supervisor.admit().await {
            return Next::At(halt.until());
        }
        let precedence = Arc::clone(&self.precedence);
        let _turn = precedence.patient().await;
        let begun = Instant::now();
        let planned = self
            .intake
            .store
            .plan_recheck(self.intake.source, &self.stream.name, now(), limits::RECHECK_IDS_MAX)
            .await;
        let plan = match planned {
            Ok(plan) => plan,
            Err(error) => return self.after(&error.into(), &[]).await,
        };
        if plan.ids.is_empty() {
            let look = now() + millis(limits::RECHECK_LOOK);
            return Next::At(plan.next_at.map_or(look, |at| at.clamp(now() + 1_000, look)));
        }
        match self.ask(&plan.ids).await {
            Ok(()) => {
                self.past = Past::default();
                let pause = pause_after(begun.elapsed()).max(limits::RECHECK_PAUSE);
                Next::At(now() + millis(pause))
            }
            Err(trouble) => self.after(&trouble, &plan.ids).await,
        }
    }

    /// Asks for items and stores the answer; that they were asked for is stored with its last batch.
    async fn ask(&self, ids: &[String]) -> Result<(), Trouble> {
        let mut continuation = None;
        for batch_number in 1..=limits::RECHECK_BATCHES_MAX {
            let request = ReadRequest {
                ids: ids.to_vec(),
                continuation: continuation.take(),
                ..self.intake.request(&self.stream, "", ReadMode::Recheck)
            };
            let CallReport { result, payloads, usage, .. } = self.intake.read(request).await;
            tracing::debug!(source = self.name(), ?usage, "looked again");
            let batch = result?;
            check_cursors(&batch)?;
            let Batch { events, continuation: more, .. } = batch;
            let is_last = more.is_none() || batch_number == limits::RECHECK_BATCHES_MAX;
            // That they were asked for is stored with the last batch; that it is an answer, with each.
            let asked = if is_last { ids.to_vec() } else { Vec::new() };
            let along = Some(Along::Recheck { ids: asked });
            let heard = Heard { along, ..Heard::read(&self.stream, "", events, payloads) };
            let done = self.intake.take_in(heard).await?;
            if done.new_revisions > 0 || done.removed > 0 || done.restored > 0 {
                let Committed { new_revisions: edits, removed, restored, .. } = done;
                tracing::info!(source = self.name(), edits, removed, restored, "looked again");
            }
            continuation = more;
            if is_last {
                break;
            }
        }
        Ok(())
    }

    async fn after(&mut self, trouble: &Trouble, ids: &[String]) -> Next {
        let (class, fault) = trouble.class();
        let chance = rand::rng().random_range(0.0..1.0);
        let was_retried = self.past.retried;
        let ended = Ended::Failed { class, fault };
        let decision = decide(self.past, ended, Pace::every(limits::RECHECK_PAUSE), now(), chance);
        self.past = decision.past;
        let why = self.intake.words_of(trouble);
        tracing::warn!(source = self.name(), fault = why, "could not look again");
        // One item that no answer can be had for must not stand in the way of all others.
        let hopeless = match class {
            FaultClass::NotFound | FaultClass::Refused => true,
            FaultClass::Broken => was_retried,
            _ => false,
        };
        if hopeless && !ids.is_empty() {
            let along = Some(Along::Recheck { ids: ids.to_vec() });
            let heard = Heard { along, ..Heard::read(&self.stream, "", Vec::new(), Vec::new()) };
            if let Err(error) = self.intake.take_in(heard).await {
                tracing::error!(source = self.name(), %error, "the schedule could not be moved on");
            }
        }
        match decision.next {
            Next::Parked if hopeless => Next::At(now() + millis(limits::RECHECK_LOOK)),
            next => next,
        }
    }
}
