//! Lets a request wait its turn, or gives again the answer that asked to wait.
//!
//! Holds: what a platform asked one source to wait for, no source with the same credential asks for meanwhile. A
//! cassette is no platform: there nothing waits.

use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use tokio::time::Instant;

use crate::allowance::{Account, HeldAnswer, Leave, asked_wait, whole_secs};
use crate::exchange::{Answer, Hop};
use crate::upstream::Upstream;
use crate::{SourceGate, limits};

/// Waits until `hop` may go out; returns the answer in its place if it may not before `until`.
pub(crate) async fn leave(gate: &SourceGate, hop: &Hop<'_>, until: Instant) -> Option<Answer> {
    if matches!(gate.upstream, Upstream::Played(_)) {
        return None;
    }
    let account = account(gate, hop);
    loop {
        let now = Instant::now();
        match gate.shared.allowances.leave(&account, now, gate.limits.requests_per_min) {
            Leave::Go => return None,
            Leave::Held(wait, answer) => return Some(again(gate, hop, wait, answer)),
            Leave::Wait(wait) if now + wait >= until => return Some(again(gate, hop, wait, too_many())),
            Leave::Wait(wait) => tokio::time::sleep(wait).await,
        }
    }
}

/// Remembers the wait that `answer` asks for, if it does.
pub(crate) fn note(gate: &SourceGate, hop: &Hop<'_>, answer: &Answer) {
    if matches!(gate.upstream, Upstream::Played(_)) {
        return;
    }
    let header = answer.headers.iter().find(|(name, _)| name == RETRY_AFTER.as_str());
    let Some(wait) = asked_wait(answer.status, header.map(|(_, value)| value.as_str()), answer.received_at)
    else {
        return;
    };
    let mut body = answer.body.clone();
    body.truncate(limits::HELD_BODY_BYTES_MAX);
    let held = HeldAnswer {
        status: answer.status,
        headers: answer.headers.clone(),
        media_type: answer.media_type.clone(),
        body,
    };
    tracing::info!(source = %gate.source(), status = held.status, secs = whole_secs(wait), "asked to wait");
    gate.shared.allowances.hold(&account(gate, hop), Instant::now(), wait, held);
}

fn account(gate: &SourceGate, hop: &Hop<'_>) -> Account {
    let origin = hop.url.origin().ascii_serialization();
    match hop.credential {
        Some((_, secret)) => Account::new(&secret.words(), &origin),
        None => Account::new(&["no credential", gate.source().as_str()], &origin),
    }
}

/// Returns `held` as the answer to `hop`, with what is left of the wait.
fn again(gate: &SourceGate, hop: &Hop<'_>, wait: Duration, held: HeldAnswer) -> Answer {
    tracing::info!(source = %gate.source(), secs = whole_secs(wait), "held back");
    let mut headers = held.headers;
    headers.retain(|(name, _)| name != RETRY_AFTER.as_str());
    headers.push((RETRY_AFTER.as_str().to_owned(), whole_secs(wait).to_string()));
    let mut answer = hop.own_answer(gate, held.status, &held.media_type, held.body);
    answer.headers = headers;
    answer
}

fn too_many() -> HeldAnswer {
    HeldAnswer {
        status: 429,
        headers: Vec::new(),
        media_type: "text/plain".to_owned(),
        body: b"more requests than requests_per_min of the source's limits".to_vec(),
    }
}
