//! Answers of a guest of 0.2 into answers of the model: what 0.2 does not have any more is filled in.

use hark_model::{ActionInfo, Batch, CheckReport, DeliveryResult, Outcome, ReadMode, StreamInfo};

use super::bindings::guest;
use super::events_in::{events, visibility};

pub fn stream(stream: guest::StreamInfo) -> StreamInfo {
    StreamInfo {
        name: stream.name,
        modes: vec![ReadMode::Incremental],
        visibility_floor: visibility(stream.visibility_floor),
        edits_seen: false,
        removals_seen: false,
        webhook: stream.webhook,
        min_poll_ms: stream.min_poll_ms,
        max_lookback_ms: None,
        priced: false,
    }
}

pub fn action(name: String) -> ActionInfo {
    ActionInfo { name, schema: "{}".to_owned(), max_chars: None, needs_summon: false }
}

pub fn check_report(report: guest::CheckReport) -> CheckReport {
    CheckReport { account: report.account, warnings: report.warnings, ..CheckReport::default() }
}

pub fn reading(reading: guest::Reading) -> Batch {
    match reading {
        guest::Reading::Batch(batch) => Batch {
            events: events(batch.events),
            cursor: batch.cursor,
            continuation: batch.more.then(Vec::new),
            ..Batch::default()
        },
        guest::Reading::QuietUntil(until) => Batch { not_before: Some(until), ..Batch::default() },
    }
}

pub fn delivery_result(result: guest::DeliveryResult) -> DeliveryResult {
    DeliveryResult {
        status: result.status,
        headers: Vec::new(),
        body: Vec::new(),
        dedupe_key: result.dedupe_key,
        events: events(result.events),
        poll_now: Vec::new(),
        stream: result.stream_name,
    }
}

pub fn outcome(outcome: guest::Outcome) -> Outcome {
    match outcome {
        guest::Outcome::Done(made) => Outcome::Done(events(made)),
        guest::Outcome::Uncertain(why) => Outcome::Uncertain(why),
    }
}
