//! Reads kept payloads again with a build of a connector, and shows what it makes of them.
//!
//! Holds: nothing is changed unless the caller accepts it, payload by payload, each in one transaction; nothing
//! is ever removed; a payload that the build cannot read is counted and passed over. Memory holds one piece of
//! payloads and one digest an item.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use hark_lifecycle::Shutdown;
use hark_model::{Event, FaultClass, ItemUid, KeptPayload, Ms, Raw, StreamInfo};
use hark_store::{Along, KeptRaw, Store, StoreError};

use crate::admission::admit;
use crate::assemble::SourceSetup;
use crate::clock::now;
use crate::difference::{Difference, changes, cut};
use crate::enrich::{CurrentEnricher, Enricher};
use crate::intake::{Heard, Intake};
use crate::supervisor::Supervisor;
use crate::trouble::Trouble;

/// The id of the payload within its call.
const PAYLOAD: u64 = 1;

/// Why nothing could be read again.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The source was never listened to.
    #[error("source {0} was never listened to: nothing is kept of it")]
    Unknown(String),
    /// The connector cannot.
    #[error("the connector cannot read payloads again: {0}")]
    Unsupported(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was read again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReplayReport {
    /// Payloads that were read.
    pub payloads: u64,
    /// Items in them.
    pub items: u64,
    /// Items that were not there.
    pub new: u64,
    /// Items of which a field is another.
    pub changed: u64,
    /// Items that are read from no payload any more.
    pub gone: u64,
    /// Entries that the build refuses or does not understand.
    pub refused: u64,
    /// Payloads that the build failed on.
    pub failed: u64,
    /// Why the first of them.
    pub first_failure: Option<String>,
    /// Revisions and items that were stored.
    pub stored: u64,
    /// It was stopped before its end.
    pub is_cut: bool,
}

/// Reads the kept payloads of one source again.
#[derive(Debug)]
pub struct Replay {
    intake: Intake,
    stream: StreamInfo,
    since: Ms,
    accepts: bool,
    report: ReplayReport,
    /// Items that were read, each with a digest of the difference that was shown last.
    seen: HashMap<ItemUid, u64>,
}

impl Replay {
    /// Makes one for payloads received at `since` or later; with `accepts` it stores what it reads.
    pub async fn new(
        setup: SourceSetup,
        store: Store,
        enricher: Enricher,
        since: Ms,
        accepts: bool,
    ) -> Result<Self, ReplayError> {
        let name = setup.name.to_string();
        // Not registered anew: the build that is tried is not the one that the source uses.
        let source = store.source_id(&name).await?.ok_or(ReplayError::Unknown(name))?;
        // Not watched: what is tried here is another build than the one that the source uses.
        let supervisor = Supervisor::new(source, store.clone());
        let intake = Intake {
            setup: Arc::new(setup),
            source,
            store,
            enricher: Arc::new(CurrentEnricher::new(enricher)),
            supervisor,
        };
        let stream = intake.common_stream();
        let stream = stream.ok_or_else(|| ReplayError::Unsupported("it has no stream".to_owned()))?;
        let report = ReplayReport::default();
        Ok(Self { intake, stream, since, accepts, report, seen: HashMap::new() })
    }

    /// Reads all, handing each difference to `show`, until ordered to stop.
    pub async fn run(
        mut self,
        shutdown: &Shutdown,
        mut show: impl FnMut(&Difference),
    ) -> Result<ReplayReport, ReplayError> {
        let mut after = 0;
        loop {
            let raws = self.intake.store.raws(self.intake.source, self.since, after).await?;
            let Some(last) = raws.last() else { break };
            after = last.row;
            for raw in raws {
                if shutdown.is_ordered() {
                    self.report.is_cut = true;
                    return Ok(self.report);
                }
                self.payload(raw, &mut show).await?;
            }
        }
        self.gone(&mut show).await?;
        Ok(self.report)
    }

    async fn payload(&mut self, raw: KeptRaw, show: &mut impl FnMut(&Difference)) -> Result<(), ReplayError> {
        let setup = &self.intake.setup;
        let kept = KeptPayload { id: PAYLOAD, ..raw.payload };
        let question = Raw {
            label: kept.label.clone(),
            media_type: kept.media_type.clone(),
            body: kept.body.clone(),
            payload: PAYLOAD,
            received_at: kept.received_at,
        };
        let call = setup.connector.normalise(setup.context(), &setup.settings, question).await;
        self.report.payloads += 1;
        let events = match call.result.map_err(Trouble::Call) {
            Ok(events) => events,
            Err(trouble) => return self.failed(&trouble),
        };
        self.compare(&events, &kept, raw.row, show).await?;
        if self.accepts {
            self.accept(events, kept).await?;
        }
        Ok(())
    }

    fn failed(&mut self, trouble: &Trouble) -> Result<(), ReplayError> {
        let words = self.intake.words_of(trouble);
        // Said of the first payload, it holds for all; later, some labels may be beyond the build.
        if trouble.class().0 == FaultClass::Unsupported && self.report.payloads == 1 {
            return Err(ReplayError::Unsupported(words));
        }
        self.report.failed += 1;
        self.report.first_failure.get_or_insert(words);
        Ok(())
    }

    async fn compare(
        &mut self,
        events: &[Event],
        kept: &KeptPayload,
        row: i64,
        show: &mut impl FnMut(&Difference),
    ) -> Result<(), ReplayError> {
        let admission = admit(events.to_vec(), vec![kept.clone()], &self.stream, now());
        self.report.refused += admission.refused.len() as u64;
        for admitted in admission.admitted {
            let Event::Item(item) = admitted.event else { continue };
            self.report.items += 1;
            let uid = ItemUid::derive(&self.intake.setup.record().scope, &item.id);
            let difference = match self.intake.store.item(uid).await? {
                None => Some(Difference::New { id: item.id.clone(), text: cut(&item.text) }),
                Some(stored) => {
                    let changes = changes(&stored, &item, row);
                    (!changes.is_empty()).then(|| Difference::Changed { id: item.id.clone(), changes })
                }
            };
            let before = self.seen.insert(uid, digest(difference.as_ref()));
            let Some(difference) = difference else { continue };
            // The same item in the next payload is no news.
            if before == Some(digest(Some(&difference))) {
                continue;
            }
            match &difference {
                Difference::New { .. } => self.report.new += 1,
                Difference::Changed { .. } => self.report.changed += 1,
                Difference::Gone { .. } => {}
            }
            show(&difference);
        }
        Ok(())
    }

    /// Stores what a payload says, as of when it came: figures in it are as old as it is.
    async fn accept(&mut self, events: Vec<Event>, kept: KeptPayload) -> Result<(), ReplayError> {
        let heard = Heard {
            observed_at: kept.received_at,
            along: Some(Along::Replay { component_sha256: *self.intake.setup.connector.digest() }),
            keeps_all: true,
            ..Heard::read(&self.stream, "", events, vec![kept])
        };
        let done = self.intake.take_in(heard).await?;
        self.report.stored += u64::from(done.new_items) + u64::from(done.new_revisions);
        Ok(())
    }

    /// Tells which items were read from these payloads before and are not any more.
    async fn gone(&mut self, show: &mut impl FnMut(&Difference)) -> Result<(), ReplayError> {
        let (mut after, mut told) = (0, HashSet::new());
        loop {
            let read = self.intake.store.read_from(self.intake.source, self.since, after).await?;
            let Some(last) = read.last() else { return Ok(()) };
            after = last.row;
            for known in read {
                if !self.seen.contains_key(&known.uid) && told.insert(known.uid) {
                    self.report.gone += 1;
                    show(&Difference::Gone { id: known.native_id, uid: known.uid });
                }
            }
        }
    }
}

fn digest(difference: Option<&Difference>) -> u64 {
    let mut hash = DefaultHasher::new();
    match difference {
        None => 0.hash(&mut hash),
        Some(Difference::New { text, .. }) => (1, text).hash(&mut hash),
        Some(Difference::Changed { changes, .. }) => (2, changes).hash(&mut hash),
        Some(Difference::Gone { .. }) => 3.hash(&mut hash),
    }
    hash.finish()
}
