//! Answers of a guest of 0.1 into answers of the model.

use hark_model::{Batch, CheckReport, DeliveryResult, Outcome, Target};

use super::bindings::guest;
use super::events_in::{self, events};

pub(super) fn batch(batch: guest::Batch) -> Batch {
    Batch {
        events: events(batch.events),
        cursor: batch.cursor,
        continuation: batch.continuation,
        not_before: batch.not_before,
        limit_left: batch.limit_left,
        limit_resets: batch.limit_resets,
        cost_microusd: batch.cost_microusd,
    }
}

pub(super) fn check_report(report: guest::CheckReport) -> CheckReport {
    CheckReport {
        account: report.account,
        scopes: report.scopes,
        warnings: report.warnings,
        quota_left: report.quota_left,
    }
}

pub(super) fn target(target: guest::Target) -> Target {
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

pub(super) fn delivery_result(result: guest::DeliveryResult) -> DeliveryResult {
    DeliveryResult {
        status: result.status,
        headers: result.headers,
        body: result.body,
        dedupe_key: result.dedupe_key,
        events: events(result.events),
        poll_now: result.poll_now,
        stream: result.stream_name,
    }
}

pub(super) fn outcome(outcome: guest::Outcome) -> Outcome {
    match outcome {
        guest::Outcome::Done(made) => Outcome::Done(events(made)),
        guest::Outcome::AlreadyDone(made) => Outcome::AlreadyDone(events(made)),
        guest::Outcome::Uncertain(why) => Outcome::Uncertain(why),
    }
}
