//! Answers of a guest into answers of the model, within the bounds that an answer has.

use hark_model as model;
use hark_model::{Batch, CheckReport, DeliveryResult, Event, Outcome, SourceLimits, Target};

use crate::CallError;
use crate::bindings::{guest, types};
use crate::events_in;

fn invalid(what: String) -> CallError {
    CallError::InvalidBatch(what)
}

/// Converts events, if there are no more than one answer may hold.
pub(crate) fn events(events: Vec<types::Event>, limits: &SourceLimits) -> Result<Vec<Event>, CallError> {
    if events.len() > limits.batch_events as usize {
        return Err(CallError::TooManyEvents { events: events.len(), limit: limits.batch_events });
    }
    Ok(events_in::events(events))
}

/// Refuses a cursor that is too long to keep.
pub(crate) fn cursor(what: &str, cursor: Option<Vec<u8>>) -> Result<Option<Vec<u8>>, CallError> {
    match cursor {
        Some(bytes) if bytes.len() > model::limits::CURSOR_BYTES_MAX => Err(invalid(format!(
            "the {what} has {} bytes, at most {} are kept",
            bytes.len(),
            model::limits::CURSOR_BYTES_MAX
        ))),
        cursor => Ok(cursor),
    }
}

pub(crate) fn batch(batch: guest::Batch, limits: &SourceLimits) -> Result<Batch, CallError> {
    Ok(Batch {
        events: events(batch.events, limits)?,
        cursor: cursor("cursor", batch.cursor)?,
        continuation: cursor("continuation", batch.continuation)?,
        not_before: batch.not_before,
        limit_left: batch.limit_left,
        limit_resets: batch.limit_resets,
        cost_microusd: batch.cost_microusd,
    })
}

pub(crate) fn check_report(report: guest::CheckReport) -> CheckReport {
    CheckReport {
        account: report.account,
        scopes: report.scopes,
        warnings: report.warnings,
        quota_left: report.quota_left,
    }
}

pub(crate) fn target(target: guest::Target) -> Target {
    Target {
        id: target.id,
        stream: target.stream_name,
        title: target.title,
        url: target.url,
        visibility: events_in::visibility(target.visibility),
        members: target.members,
        last_active: target.last_active,
        ours: target.ours,
    }
}

pub(crate) fn delivery_result(
    result: guest::DeliveryResult,
    limits: &SourceLimits,
) -> Result<DeliveryResult, CallError> {
    if !(200..=599).contains(&result.status) {
        return Err(invalid(format!("{} is no HTTP status to answer a delivery with", result.status)));
    }
    Ok(DeliveryResult {
        status: result.status,
        headers: result.headers,
        body: result.body,
        dedupe_key: result.dedupe_key,
        events: events(result.events, limits)?,
        poll_now: result.poll_now,
        stream: result.stream_name,
    })
}

pub(crate) fn outcome(outcome: guest::Outcome, limits: &SourceLimits) -> Result<Outcome, CallError> {
    Ok(match outcome {
        guest::Outcome::Done(made) => Outcome::Done(events(made, limits)?),
        guest::Outcome::AlreadyDone(made) => Outcome::AlreadyDone(events(made, limits)?),
        guest::Outcome::Uncertain(why) => Outcome::Uncertain(why),
    })
}
