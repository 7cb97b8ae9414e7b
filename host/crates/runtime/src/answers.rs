//! What an answer may be, whatever version of the contract it was given in.

use hark_model as model;
use hark_model::{Batch, DeliveryResult, Event, Outcome, SourceLimits};

use crate::CallError;

fn invalid(what: String) -> CallError {
    CallError::InvalidBatch(what)
}

/// Refuses more events than one answer may hold.
pub(crate) fn events(events: Vec<Event>, limits: &SourceLimits) -> Result<Vec<Event>, CallError> {
    if events.len() > limits.batch_events as usize {
        return Err(CallError::TooManyEvents { events: events.len(), limit: limits.batch_events });
    }
    Ok(events)
}

/// Refuses a cursor that is too long to keep.
pub(crate) fn cursor(what: &str, cursor: Vec<u8>) -> Result<Vec<u8>, CallError> {
    if cursor.len() > model::limits::CURSOR_BYTES_MAX {
        return Err(invalid(format!(
            "the {what} has {} bytes, at most {} are kept",
            cursor.len(),
            model::limits::CURSOR_BYTES_MAX
        )));
    }
    Ok(cursor)
}

pub(crate) fn batch(batch: Batch, limits: &SourceLimits) -> Result<Batch, CallError> {
    Ok(Batch {
        events: events(batch.events, limits)?,
        cursor: batch.cursor.map(|bytes| cursor("cursor", bytes)).transpose()?,
        continuation: batch.continuation.map(|bytes| cursor("continuation", bytes)).transpose()?,
        ..batch
    })
}

pub(crate) fn delivery_result(
    result: DeliveryResult,
    limits: &SourceLimits,
) -> Result<DeliveryResult, CallError> {
    if !(200..=599).contains(&result.status) {
        return Err(invalid(format!("{} is no HTTP status to answer a delivery with", result.status)));
    }
    Ok(DeliveryResult { events: events(result.events, limits)?, ..result })
}

pub(crate) fn outcome(outcome: Outcome, limits: &SourceLimits) -> Result<Outcome, CallError> {
    Ok(match outcome {
        Outcome::Done(made) => Outcome::Done(events(made, limits)?),
        Outcome::AlreadyDone(made) => Outcome::AlreadyDone(events(made, limits)?),
        Outcome::Uncertain(why) => Outcome::Uncertain(why),
    })
}
