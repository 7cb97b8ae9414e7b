//! A delivery or handshake, answered.
//!
//! Holds: nothing is parsed before the signature is right; what is not signed changes nothing.

use hark_sdk::prelude::*;

use crate::graph::decoded;
use crate::origin::Origin;
use crate::signature::{self, Equal};
use crate::{Settings, webhook};

/// Longest challenge that is given back; Meta's have ten digits.
const CHALLENGE_BYTES_MAX: usize = 256;

/// Answers `delivery`; `equal` compares under the keys that the host keeps.
pub fn receive(settings: &Settings, delivery: &Delivery, equal: Equal<'_>) -> DeliveryResult {
    match delivery.method.as_str() {
        "GET" => handshake(&delivery.query, equal),
        "POST" if signature::is_signed(delivery, equal) => take(settings, delivery),
        "POST" => answer(401, "the signature is not ours"),
        _ => answer(405, "a webhook takes GET and POST"),
    }
}

fn handshake(query: &str, equal: Equal<'_>) -> DeliveryResult {
    let field = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(have, _)| decoded(have) == name).map(|(_, value)| decoded(value))
    };
    let token = field("hub.verify_token").unwrap_or_default();
    if field("hub.mode").as_deref() != Some("subscribe") || !signature::is_verify_token(&token, equal) {
        return answer(403, "the verify token is not ours");
    }
    let is_plain = |text: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        (1..=CHALLENGE_BYTES_MAX).contains(&text.len()) && text.bytes().all(plain)
    };
    match field("hub.challenge").filter(|challenge| is_plain(challenge)) {
        Some(challenge) => answer(200, &challenge),
        None => answer(400, "there is no challenge"),
    }
}

fn take(settings: &Settings, delivery: &Delivery) -> DeliveryResult {
    let origin =
        Origin { payload: delivery.payload, received_at: delivery.received_at, page: &settings.page };
    let heard = webhook::hear(&delivery.body, origin);
    DeliveryResult {
        dedupe_key: heard.dedupe_key,
        events: heard.events.into_list(),
        poll_now: heard.poll.into_iter().map(str::to_owned).collect(),
        ..answer(200, "")
    }
}

fn answer(status: u16, text: &str) -> DeliveryResult {
    DeliveryResult {
        status,
        headers: vec![("content-type".to_owned(), "text/plain; charset=utf-8".to_owned())],
        body: text.as_bytes().to_vec(),
        dedupe_key: None,
        events: Vec::new(),
        poll_now: Vec::new(),
        stream_name: None,
    }
}
