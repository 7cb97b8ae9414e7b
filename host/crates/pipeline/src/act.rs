//! Does something on a platform, once.
//!
//! Holds: what is about to be tried is on the disk before the connector is called, with the key under which it
//! may be tried again; what came of it is stored together with what it made. An attempt that ends without a
//! word (a crash, a deadline) counts as uncertain: the same words on the same item use its key again.

use std::sync::Arc;

use hark_model::{Action, Event, FaultClass, Outcome};
use hark_store::{ActionBegun, ActionEnd, ActionState, Along, NewAction, Store, StoreError};
use rand::Rng;

use crate::assemble::SourceSetup;
use crate::clock::now;
use crate::enrich::{CurrentEnricher, Enricher};
use crate::intake::{Heard, Intake};
use crate::supervisor::Halt;
use crate::trouble::Trouble;

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// One of the connector's actions.
    pub name: String,
    /// On which item: the platform's id.
    pub on: Option<String>,
    /// JSON, as the action's schema has it.
    pub arguments: String,
    /// Same key, same effect.
    pub key: String,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acted {
    /// Done now; the platform's id of what it made, if it made an item.
    Done(Option<String>),
    /// Was done before; the platform's id of what it made, if it made an item.
    AlreadyDone(Option<String>),
    /// May have been done: why that is not known, and the key that makes another attempt safe.
    Uncertain {
        /// For people.
        why: String,
        /// The key of the attempt.
        key: String,
    },
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// The connector has no such action.
    #[error("the connector of source {source_name} has no action `{name}`; it has {known}")]
    UnknownAction {
        /// The source.
        source_name: String,
        /// As asked for.
        name: String,
        /// What it has.
        known: String,
    },
    /// The connector or its platform refused.
    #[error("it was not done: {0}")]
    NotDone(String),
    /// The store failed before anything was tried.
    #[error("nothing was tried")]
    Store(#[source] StoreError),
    /// It was tried, and the store failed to note what came of it.
    #[error("it was tried, but what came of it could not be noted; the same command again is safe")]
    Unnoted(#[source] StoreError),
}

/// Returns a key that nobody has used.
pub fn new_key() -> String {
    format!("{:032x}", rand::rng().random::<u128>())
}

/// Does `deed` through the source of `setup`.
pub async fn act(
    setup: Arc<SourceSetup>,
    store: Store,
    enricher: Enricher,
    deed: Deed,
) -> Result<Acted, ActError> {
    know_action(&setup, &deed.name)?;
    let intake = Intake::open(setup, store, Arc::new(CurrentEnricher::new(enricher)))
        .await
        .map_err(ActError::Store)?;
    if let Some(Halt::Quarantine { reason }) = intake.supervisor.quarantine().await {
        return Err(ActError::NotDone(format!("the connector is in quarantine: {reason}")));
    }
    let new = NewAction {
        source: intake.source,
        action: deed.name.clone(),
        on: deed.on.clone(),
        arguments: deed.arguments.clone(),
        key: deed.key.clone(),
        at: now(),
    };
    let key = match intake.store.begin_action(new).await.map_err(ActError::Store)? {
        ActionBegun::New => deed.key,
        ActionBegun::Again { key, state } => {
            tracing::info!(key, earlier = state.as_str(), "tried again under the key of an earlier attempt");
            key
        }
        ActionBegun::Done { made } => return Ok(Acted::AlreadyDone(made)),
    };
    let action =
        Action { name: deed.name, on: deed.on, arguments: deed.arguments, idempotency_key: key.clone() };
    let call = intake.act(action).await;
    tracing::debug!(source = %intake.setup.name, usage = ?call.usage, "act");
    let (ended, events) = judge(&intake, call.result.map_err(Trouble::Call), call.usage.requests, key);
    let stream = intake.common_stream();
    let Some(stream) = stream else { return Err(ActError::NotDone("the source has no stream".to_owned())) };
    let heard = Heard {
        along: Some(Along::Action(ended.clone())),
        ..Heard::read(&stream, "", events, call.payloads)
    };
    intake.take_in(heard).await.map_err(ActError::Unnoted)?;
    let ActionEnd { key, state, detail, made } = ended;
    let why = detail.unwrap_or_default();
    match state {
        ActionState::Done => Ok(Acted::Done(made)),
        ActionState::AlreadyDone => Ok(Acted::AlreadyDone(made)),
        ActionState::Failed => Err(ActError::NotDone(why)),
        ActionState::Uncertain | ActionState::Sending => Ok(Acted::Uncertain { why, key }),
    }
}

fn know_action(setup: &SourceSetup, name: &str) -> Result<(), ActError> {
    let actions = &setup.connector.manifest().actions;
    if actions.iter().any(|action| action.name == name) {
        return Ok(());
    }
    let known: Vec<_> = actions.iter().map(|action| format!("`{}`", action.name)).collect();
    Err(ActError::UnknownAction {
        source_name: setup.name.to_string(),
        name: name.to_owned(),
        known: if known.is_empty() { "none".to_owned() } else { known.join(", ") },
    })
}

/// Turns the connector's answer into what is stored of the action, and what it made.
fn judge(
    intake: &Intake,
    result: Result<Outcome, Trouble>,
    requests: u32,
    key: String,
) -> (ActionEnd, Vec<Event>) {
    let end = |state, detail, made| ActionEnd { key, state, detail, made };
    match result {
        Ok(Outcome::Done(events)) => (end(ActionState::Done, None, made(&events)), events),
        Ok(Outcome::AlreadyDone(events)) => (end(ActionState::AlreadyDone, None, made(&events)), events),
        Ok(Outcome::Uncertain(why)) => {
            let why = crate::trouble::cut_fault(intake.setup.gate.scrub(&why));
            (end(ActionState::Uncertain, Some(why), None), Vec::new())
        }
        Err(trouble) => {
            let words = Some(intake.words_of(&trouble));
            // In its own words the connector says that it was not done; one that ended without a word may have
            // done it, if it asked anybody at all.
            let own_words = matches!(trouble.class(), (class, Some(_)) if class != FaultClass::Broken);
            let not_done = own_words || requests == 0;
            let state = if not_done { ActionState::Failed } else { ActionState::Uncertain };
            (end(state, words, None), Vec::new())
        }
    }
}

fn made(events: &[Event]) -> Option<String> {
    events.iter().find_map(|event| match event {
        Event::Item(item) => Some(item.id.clone()),
        _ => None,
    })
}
