//! Deliveries: only those that are signed, and without the network.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hark_cassette::{Ask, Blob, Delivery, Player};

use super::replay::place;
use crate::bench::Bench;
use crate::law::{Trying, Verdict};
use crate::told::Told;

const NO_DELIVERY: &str = "the cassette holds no accepted delivery";

/// Deliveries of the cassette that were accepted, with when they came.
fn accepted(bench: &Bench) -> Vec<(usize, i64, Delivery)> {
    let calls = bench.cassette.calls.iter().enumerate();
    calls
        .filter_map(|(at, call)| match &call.ask {
            Ask::Receive(delivery) if call.answer.status.is_some_and(|status| status < 300) => {
                Some((at, call.at, delivery.clone()))
            }
            _ => None,
        })
        .collect()
}

/// Tells whether there is anything to sign: a handshake by GET proves itself in other ways, or not at all.
fn has_body(accepted: &(usize, i64, Delivery)) -> bool {
    !accepted.2.body.0.is_empty()
}

async fn receive(bench: &Bench, at: i64, delivery: &Delivery) -> Told {
    bench.receive(&Arc::new(Player::new([], at)), delivery).await
}

fn is_refused(told: &Told) -> bool {
    matches!(told.status, Some(401 | 403)) && told.events.is_empty()
}

/// `signature`
pub async fn signature(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    for (at, time, delivery) in accepted(bench).into_iter().filter(has_body) {
        let place = place(at, &bench.cassette.calls[at]);
        let Some(header) = signed_by(bench, time, &delivery).await else {
            trying.breach(
                "a delivery without its signature is answered 401 or 403",
                "every header can be left out, and it is accepted all the same",
                place,
            );
            continue;
        };
        for (what, forged) in forgeries(&delivery, header) {
            let told = receive(bench, time, &forged).await;
            let came = || match told.status {
                Some(status) => format!("status {status} and {} events", told.events.len()),
                None => told.summary(),
            };
            trying.expect(is_refused(&told), "401 or 403, and no event", came, format!("{place}, {what}"));
        }
    }
    trying.verdict(NO_DELIVERY)
}

/// Returns which header is the signature: the one without which it is refused.
async fn signed_by(bench: &Bench, time: i64, delivery: &Delivery) -> Option<usize> {
    for header in 0..delivery.headers.len() {
        let mut without = delivery.clone();
        without.headers.remove(header);
        if is_refused(&receive(bench, time, &without).await) {
            return Some(header);
        }
    }
    None
}

fn forgeries(delivery: &Delivery, header: usize) -> Vec<(&'static str, Delivery)> {
    let (name, value) = delivery.headers[header].split_once(':').unwrap_or_default();
    let value = value.trim();
    let (prefix, digest) =
        value.split_once('=').filter(|(prefix, _)| prefix.len() < 8).unwrap_or(("", value));
    let whole = |prefix: &str, digest: &str| {
        if prefix.is_empty() { digest.to_owned() } else { format!("{prefix}={digest}") }
    };
    let mut all: Vec<(&'static str, Delivery)> = Vec::new();
    let mut signed = |what: &'static str, value: String| {
        if value != delivery.headers[header].split_once(':').unwrap_or_default().1.trim() {
            let mut forged = delivery.clone();
            forged.headers[header] = format!("{name}: {value}");
            all.push((what, forged));
        }
    };
    signed("an empty signature", String::new());
    signed("one digit of the signature changed", whole(prefix, &turned(digest)));
    signed("half a signature", whole(prefix, &digest[..digest.len() / 2]));
    signed("the signature of another method", whole("sha1", digest));
    signed("the signature without its method", digest.to_owned());
    if let Some(other) = re_encoded(digest) {
        signed("the right digest in the wrong encoding", whole(prefix, &other));
    }
    all.extend(changed_bodies(delivery));
    all
}

fn changed_bodies(delivery: &Delivery) -> Vec<(&'static str, Delivery)> {
    let with_body = |body: Vec<u8>| Delivery { body: Blob(body), ..delivery.clone() };
    let bytes = &delivery.body.0;
    let mut flipped = bytes.clone();
    if let Some(byte) = flipped.last_mut() {
        *byte ^= 1;
    }
    let mut all = vec![
        ("one bit of the body changed", with_body(flipped)),
        ("a space behind the body", with_body([bytes, &b" "[..]].concat())),
    ];
    if !bytes.is_empty() {
        all.push(("an empty body", with_body(Vec::new())));
    }
    if let Ok(value) = serde_json::from_slice::<serde_json::Value>(bytes)
        && let Ok(pretty) = serde_json::to_vec_pretty(&value)
        && pretty != *bytes
    {
        all.push(("the body written anew", with_body(pretty)));
    }
    all
}

/// Another digit in place of the first.
fn turned(digest: &str) -> String {
    let mut letters = digest.chars();
    match letters.next() {
        Some('0') => format!("1{}", letters.as_str()),
        Some(_) => format!("0{}", letters.as_str()),
        None => "0".to_owned(),
    }
}

/// Hex as base64, base64 as hex.
fn re_encoded(digest: &str) -> Option<String> {
    match hex::decode(digest) {
        Ok(bytes) => Some(STANDARD.encode(bytes)),
        Err(_) => STANDARD.decode(digest).ok().map(hex::encode),
    }
}

/// `delivery`
pub async fn answer(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    for (at, time, delivery) in accepted(bench) {
        let place = place(at, &bench.cassette.calls[at]);
        let told = receive(bench, time, &delivery).await;
        trying.expect(
            told.usage.impure.is_empty(),
            "an answer without the network",
            || told.usage.impure.join(", "),
            place.clone(),
        );
        trying.expect(
            told.events.is_empty() || told.report["dedupe_key"].is_string(),
            "a key that tells this delivery from others",
            || "events without one".to_owned(),
            place,
        );
    }
    trying.verdict(NO_DELIVERY)
}
