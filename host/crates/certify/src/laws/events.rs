//! What the events of recorded calls must be.

use hark_cassette::Ask;
use hark_model::{Event, KeptPayload, StreamInfo, Visibility};
use hark_pipeline::admit;
use serde_json::Value;

use super::replay::{place, played};
use crate::bench::Bench;
use crate::law::{Trying, Verdict};
use crate::limits;
use crate::told::Told;

const NO_EVENTS: &str = "the cassette holds no event";

/// Every recorded call with its stream, its answer and its place.
async fn told(bench: &Bench) -> Vec<(StreamInfo, Told, String)> {
    let mut all = Vec::new();
    for (at, told, _) in played(bench).await {
        let call = &bench.cassette.calls[at];
        let stream = match &call.ask {
            Ask::Read(read) => bench.stream(&read.stream),
            Ask::Receive(_) => bench.connector.manifest().streams.iter().find(|stream| stream.webhook),
            _ => None,
        };
        // What no stream names is judged by the first: an action's item comes back through one.
        let stream = stream.or(bench.connector.manifest().streams.first()).cloned();
        let Some(stream) = stream else { continue };
        let told = with_delivery(bench, at, told);
        all.push((stream, told, place(at, call)));
    }
    all
}

/// The host keeps the body of a delivery before the connector sees it.
fn with_delivery(bench: &Bench, at: usize, mut told: Told) -> Told {
    if let Ask::Receive(delivery) = &bench.cassette.calls[at].ask {
        told.payloads.push(KeptPayload {
            id: 1,
            label: delivery.request.clone(),
            media_type: "application/octet-stream".to_owned(),
            body: delivery.body.0.clone(),
            url: None,
            status: None,
            received_at: told.at,
            via: hark_model::Via::Webhook,
        });
    }
    told
}

/// `events-valid`
pub async fn valid(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    for (stream, told, place) in told(bench).await {
        let poisons = told.events.iter().filter(|event| matches!(event, Event::Poison(_))).count();
        let count = told.events.len();
        let at = told.at;
        let admission = admit(told.events, told.payloads, &stream, at);
        for refused in &admission.refused {
            let is_poison = poisons > 0 && !admission_words(&refused.why);
            // Floor and provenance have laws of their own.
            if !is_poison && !refused.why.contains("floor") && !refused.why.contains("origin") {
                trying.breach(
                    "an event that is let in",
                    format!("{}: {}", refused.hint, refused.why),
                    place.clone(),
                );
            }
        }
        if count > 0 {
            trying.tried();
        }
    }
    trying.verdict(NO_EVENTS)
}

/// Tells a refusal of admission from the words of a poison.
fn admission_words(why: &str) -> bool {
    ["bytes, not 1 to", "outside the years", "is longer than"].iter().any(|words| why.contains(words))
}

fn visibility(event: &Event) -> Option<(Visibility, &str)> {
    match event {
        Event::Item(item) => Some((item.visibility, &item.id)),
        Event::Conversation(conversation) => Some((conversation.visibility, &conversation.id)),
        _ => None,
    }
}

/// `visibility-floor`
pub async fn visibility_floor(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    for (stream, told, place) in told(bench).await {
        for (visibility, id) in told.events.iter().filter_map(visibility) {
            trying.expect(
                visibility >= stream.visibility_floor,
                format!("{} or more private, as stream {} says", stream.visibility_floor, stream.name),
                || format!("{id} is {visibility}"),
                place.clone(),
            );
        }
    }
    trying.verdict(NO_EVENTS)
}

/// `provenance`
pub async fn provenance(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    for (_, told, place) in told(bench).await {
        for origin in told.events.iter().filter_map(Event::origin) {
            let payload = told.payloads.iter().find(|payload| payload.id == origin.payload);
            let Some(payload) = payload else {
                let known: Vec<_> = told.payloads.iter().map(|payload| payload.id.to_string()).collect();
                let known = known.join(", ");
                trying.breach(
                    format!("one of the payloads {known}"),
                    format!("payload {}", origin.payload),
                    place.clone(),
                );
                continue;
            };
            let json = serde_json::from_slice::<Value>(&payload.body).ok();
            let found = match json.filter(|_| origin.pointer.starts_with('/')) {
                Some(json) => json.pointer(&origin.pointer).is_some(),
                None => true,
            };
            trying.expect(
                found,
                format!("a place in payload {} ({})", payload.id, payload.label),
                || format!("pointer {:?}, where nothing stands", origin.pointer),
                place.clone(),
            );
        }
    }
    trying.verdict(NO_EVENTS)
}

/// `times`
pub async fn times(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    for (_, told, place) in told(bench).await {
        let believable = limits::TIME_MIN..=told.at + limits::TIME_AHEAD_MS_MAX;
        for (what, at) in told.events.iter().flat_map(times_of) {
            trying.expect(
                believable.contains(&at),
                "a time from 1990 to a day after the recording, in milliseconds since 1970",
                || format!("{what} is {at}"),
                place.clone(),
            );
        }
    }
    trying.verdict(NO_EVENTS)
}

fn times_of(event: &Event) -> Vec<(String, i64)> {
    let named = |name: &str, id: &str, at: Option<i64>| at.map(|at| (format!("{name} of {id}"), at));
    let times = match event {
        Event::Actor(it) => vec![named("seen-at", &it.id, Some(it.seen_at))],
        Event::Item(it) => vec![
            named("published-at", &it.id, Some(it.published_at)),
            named("edited-at", &it.id, it.edited_at),
        ],
        Event::Removal(it) => vec![named("at", &it.id, it.at)],
        Event::Engagement(it) => vec![named("at", &it.id, Some(it.at))],
        Event::FlagReport(it) => vec![named("at", &it.id, Some(it.at))],
        Event::Conversation(_) | Event::Gap(_) | Event::Poison(_) => Vec::new(),
    };
    times.into_iter().flatten().collect()
}

/// `pauses`
pub async fn pauses(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    for (_, told, place) in told(bench).await {
        let pauses = [("not-before", told.not_before), ("limit-resets", told.limit_resets)];
        for (name, at) in pauses.into_iter().filter_map(|(name, at)| Some((name, at?))) {
            trying.expect(
                (told.at..=told.at + limits::PAUSE_MS_MAX).contains(&at),
                "a time that lies ahead, by a week at most",
                || format!("{name} is {} ms after the call", at - told.at),
                place.clone(),
            );
        }
    }
    trying.verdict("no recorded call asks for a pause")
}
