//! The one way from what a connector said to the store: answers to our questions out, admit, analyse, route, commit.
//!
//! Holds: polled, delivered, read by time or again, every event passes here.

use std::sync::Arc;
use std::time::Duration;

use hark_model::{
    Action, Batch, Budget, Delivery, DeliveryResult, Event, KeptPayload, Ms, Outcome, ReadMode, ReadRequest,
    StreamInfo,
};
use hark_runtime::CallReport;
use hark_store::{Along, BatchCommit, Committed, NewCheckpoint, Quarantined, SourceId, Store, StoreError};

use crate::admission::{Admission, Refused, admit};
use crate::assemble::SourceSetup;
use crate::capsule::Question;
use crate::clock::{millis, now};
use crate::enrich::{CurrentEnricher, Origin};
use crate::supervisor::Supervisor;
use crate::trial::Trial;
use crate::trouble::{Trouble, cut_fault};

/// A source with all that its events pass.
#[derive(Debug)]
pub(crate) struct Intake {
    pub setup: Arc<SourceSetup>,
    pub source: SourceId,
    pub store: Store,
    pub enricher: Arc<CurrentEnricher>,
    pub supervisor: Supervisor,
}

/// What one call of a connector said.
pub(crate) struct Heard<'a> {
    pub stream: &'a StreamInfo,
    pub target: &'a str,
    pub events: Vec<Event>,
    pub payloads: Vec<KeptPayload>,
    pub checkpoint: Option<NewCheckpoint>,
    pub along: Option<Along>,
    /// When it was said, as far as we know.
    pub observed_at: Ms,
    /// Keep payloads also where no event names them.
    pub keeps_all: bool,
}

impl<'a> Heard<'a> {
    /// What was said just now by a read of a stream.
    pub fn read(
        stream: &'a StreamInfo,
        target: &'a str,
        events: Vec<Event>,
        payloads: Vec<KeptPayload>,
    ) -> Self {
        Self {
            stream,
            target,
            events,
            payloads,
            checkpoint: None,
            along: None,
            observed_at: now(),
            keeps_all: false,
        }
    }
}

impl Intake {
    /// Makes the source known to the store.
    pub async fn open(
        setup: Arc<SourceSetup>,
        store: Store,
        enricher: Arc<CurrentEnricher>,
    ) -> Result<Self, StoreError> {
        Self::on_trial(setup, store, enricher, None).await
    }

    /// The same with a connector that may be on trial.
    pub async fn on_trial(
        setup: Arc<SourceSetup>,
        store: Store,
        enricher: Arc<CurrentEnricher>,
        trial: Option<Trial>,
    ) -> Result<Self, StoreError> {
        let source = store.register_source(setup.record().clone()).await?;
        let supervisor = Supervisor::open(source, store.clone(), &setup).await?.on_trial(trial);
        Ok(Self { setup, source, store, enricher, supervisor })
    }

    /// Asks the connector for a batch, before the supervisor's eyes.
    pub async fn read(&self, request: ReadRequest) -> CallReport<Batch> {
        let (setup, at) = (&self.setup, now());
        let mode = match request.mode {
            ReadMode::Incremental => "read",
            ReadMode::Backfill => "backfill",
            ReadMode::Recheck => "recheck",
        };
        let line = format!("{mode} {}", request.stream);
        let call = setup.connector.read(setup.context(), &setup.settings, request.clone()).await;
        let enricher = self.enricher.get();
        let masking = enricher.masking(setup.record().zone);
        self.supervisor.watch(setup, masking, &line, at, Question::Read(&request), &call).await;
        call
    }

    /// Shows the connector a delivery, before the supervisor's eyes.
    pub async fn receive(&self, delivery: &Delivery) -> CallReport<DeliveryResult> {
        let (setup, at) = (&self.setup, now());
        let call = setup.connector.receive(setup.context(), &setup.settings, delivery.clone()).await;
        let enricher = self.enricher.get();
        let masking = enricher.masking(setup.record().zone);
        self.supervisor.watch(setup, masking, "receive", at, Question::Receive(delivery), &call).await;
        call
    }

    /// Does an action, before the supervisor's eyes.
    pub async fn act(&self, action: Action) -> CallReport<Outcome> {
        let (setup, at) = (&self.setup, now());
        let line = format!("act {}", action.name);
        let call = setup.connector.act(setup.context(), &setup.settings, action.clone()).await;
        let enricher = self.enricher.get();
        let masking = enricher.masking(setup.record().zone);
        self.supervisor.watch(setup, masking, &line, at, Question::Act(&action), &call).await;
        call
    }

    /// Stores what was said, with what goes along, in one step.
    pub async fn take_in(&self, heard: Heard<'_>) -> Result<Committed, StoreError> {
        let Heard { stream, target, events, payloads, checkpoint, along, observed_at, keeps_all } = heard;
        let (events, payloads) = match self.setup.answers() {
            Some(answers) => answers.take_out(&self.setup.name, events, payloads).await?,
            None => (events, payloads),
        };
        let all = keeps_all.then(|| payloads.clone());
        let Admission { mut admitted, mut refused, mut payloads } =
            admit(events, payloads, stream, observed_at);
        let unnamed = all.into_iter().flatten().filter(|kept| payloads.iter().all(|it| it.id != kept.id));
        let unnamed: Vec<_> = unnamed.collect();
        payloads.extend(unnamed);
        let enricher = self.enricher.get();
        let masking = enricher.masking(self.setup.record().zone);
        if let Some(masking) = masking {
            masking.mask_all(&mut admitted, &mut refused, &mut payloads);
        }
        let keeps_bodies = masking.is_none();
        for refused in &refused {
            tracing::warn!(source = %self.setup.name, stream = stream.name, hint = refused.hint, why = refused.why, "entry put into quarantine");
        }
        let (tree, recent) = (enricher.tree(), self.enricher.recent());
        let source = self.setup.record().clone();
        let scope = source.scope.clone();
        let enriched = tokio::task::spawn_blocking(move || {
            enricher.enrich(admitted, &Origin { scope: &scope, observed_at }, recent.as_deref())
        })
        .await;
        let (entries, about) = enriched.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
        let commit = BatchCommit {
            source: self.source,
            stream: stream.name.clone(),
            target: target.to_owned(),
            observed_at,
            payloads,
            entries,
            quarantined: refused.into_iter().map(quarantined).collect(),
            checkpoint,
            keeps_bodies,
            along,
        };
        self.enricher.desk().take(&self.store, tree, commit, about, source).await
    }

    /// Returns a request for a stream with the whole budget of the source.
    pub fn request(&self, stream: &StreamInfo, target: &str, mode: ReadMode) -> ReadRequest {
        let limits = &self.setup.limits;
        ReadRequest {
            stream: stream.name.clone(),
            target: (!target.is_empty()).then(|| target.to_owned()),
            mode,
            cursor: None,
            continuation: None,
            since: None,
            until: None,
            ids: Vec::new(),
            budget: Budget {
                max_events: limits.batch_events,
                max_requests: limits.requests,
                max_cost_microusd: 0,
                deadline: now().saturating_add(millis(Duration::from_secs(limits.call_secs))),
            },
        }
    }

    /// Returns a cursor in the form of the connector's present version.
    pub async fn migrated(&self, cursor: Option<Vec<u8>>, version: u32) -> Result<Option<Vec<u8>>, Trouble> {
        let Some(cursor) = cursor else { return Ok(None) };
        if version == self.setup.connector.manifest().cursor_version {
            return Ok(Some(cursor));
        }
        let call = self.setup.connector.migrate_cursor(self.setup.context(), version, cursor).await;
        Ok(Some(call.result?))
    }

    /// Returns trouble in words for people, without secrets.
    pub fn words_of(&self, trouble: &Trouble) -> String {
        let mut words = cut_fault(self.setup.gate.scrub(&trouble.text()));
        if let Some(masking) = self.enricher.get().masking(self.setup.record().zone) {
            masking.text(&mut words);
        }
        words
    }

    /// Returns the stream that our own deeds and kept payloads count for: the first, as little private as any of
    /// them may be. What they tell of is known already, and what is known never becomes less private.
    pub fn common_stream(&self) -> Option<StreamInfo> {
        let streams = &self.setup.streams;
        let floor = streams.iter().map(|stream| stream.visibility_floor).min()?;
        streams.first().map(|first| StreamInfo { visibility_floor: floor, ..first.clone() })
    }

    /// Returns the stream that a delivery counts for which names none: the first that is pushed, as private as the
    /// most private of them.
    pub fn pushed_stream(&self) -> Option<StreamInfo> {
        let pushed = || self.setup.streams.iter().filter(|stream| stream.webhook);
        let floor = pushed().map(|stream| stream.visibility_floor).max()?;
        pushed().next().map(|first| StreamInfo { visibility_floor: floor, ..first.clone() })
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
