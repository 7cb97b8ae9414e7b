//! Puts a call that crashed into a capsule: what it was asked, what it sent and heard, how it ended.
//!
//! Holds: everything in it passed the scrubber of the source's gate. Not here: how many are kept.

use std::collections::BTreeMap;

use hark_cassette::{
    Act, Answer, Ask, Blob, CAPSULE_VERSION, Call, Capsule, Cassette, Delivery, Read, VERSION,
};
use hark_model::{Action, Ms, ReadRequest};
use hark_runtime::{CallReport, CallUsage};

use crate::assemble::SourceSetup;

/// A question to a connector, as a capsule holds it.
pub(crate) enum Question<'a> {
    /// `read`.
    Read(&'a ReadRequest),
    /// `receive`.
    Receive(&'a hark_model::Delivery),
    /// `act`.
    Act(&'a Action),
}

/// Makes the capsule of a call of `setup` that began at `at` and ended in `error`.
pub(crate) fn capsule<T>(
    setup: &SourceSetup,
    question: &Question<'_>,
    at: Ms,
    error: &str,
    report: &CallReport<T>,
) -> Capsule {
    let manifest = setup.connector.manifest();
    let digest = setup.connector.digest().iter().map(|byte| format!("{byte:02x}")).collect();
    let call = Call {
        ask: ask(setup, question),
        at,
        exchanges: report.transcript.exchanges.clone(),
        answer: Answer { fault: Some("crash".to_owned()), ..Answer::default() },
    };
    Capsule {
        capsule: CAPSULE_VERSION,
        source: setup.name.to_string(),
        component_sha256: digest,
        error: error.to_owned(),
        backtrace: setup.gate.scrub(&report.backtrace),
        is_cut: report.transcript.is_cut,
        limits: setup.limits.entries().into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        spent: spent(&report.usage),
        cassette: Cassette {
            cassette: VERSION,
            connector: manifest.id.to_string(),
            connector_version: manifest.version.clone(),
            note: String::new(),
            settings: serde_json::from_str(&setup.settings).unwrap_or_default(),
            credentials: BTreeMap::new(),
            listings: Vec::new(),
            calls: vec![call],
        },
    }
}

fn spent(usage: &CallUsage) -> BTreeMap<String, u64> {
    let millis = |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let all = [
        ("memory_bytes", usage.memory_peak_bytes),
        ("time_ms", millis(usage.wall)),
        ("computing_ms", millis(usage.computing)),
        ("requests", u64::from(usage.requests)),
        ("bytes_in", usage.bytes_in),
        ("bytes_out", usage.bytes_out),
        ("log_lines", usage.log_lines),
    ];
    all.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn ask(setup: &SourceSetup, question: &Question<'_>) -> Ask {
    let gate = &setup.gate;
    match question {
        Question::Read(request) => Ask::Read(Read {
            stream: request.stream.clone(),
            mode: request.mode.as_str().to_owned(),
            target: request.target.clone(),
            cursor: request.cursor.clone().map(Blob),
            continuation: request.continuation.clone().map(Blob),
            since: request.since,
            until: request.until,
            ids: request.ids.clone(),
            max_events: request.budget.max_events,
            max_requests: request.budget.max_requests,
        }),
        // Whoever delivers may write a key of ours into it.
        Question::Receive(delivery) => Ask::Receive(Delivery {
            request: gate.scrub(&format!("{} {}", delivery.method, delivery.path)),
            query: gate.scrub(&delivery.query),
            headers: delivery
                .headers
                .iter()
                .map(|(name, value)| gate.scrub(&format!("{name}: {value}")))
                .collect(),
            body: Blob(gate.scrub_bytes(&delivery.body)),
        }),
        Question::Act(action) => Ask::Act(Act {
            name: action.name.clone(),
            on: action.on.clone(),
            arguments: serde_json::from_str(&action.arguments).unwrap_or_default(),
            idempotency_key: action.idempotency_key.clone(),
        }),
    }
}
