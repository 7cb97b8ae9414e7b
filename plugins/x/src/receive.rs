//! Webhooks: the challenge, and the events of both activity APIs.
//!
//! Holds: nothing of a delivery is believed, nor even parsed, before its signature is found right over the raw
//! bytes; what is not understood is said to be, and never asked for again.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hark_sdk::prelude::*;
use hark_sdk::{Digest, hmac, hmac_equal, json};
use serde_json::Value;

use crate::events::{self, Around, Origin};
use crate::manifest::{SECRET, Stream};
use crate::model::Includes;
use crate::{Settings, ids, version_one};

const SIGNATURE: &str = "x-twitter-webhooks-signature";

/// Answers a delivery.
pub fn receive(settings: &Settings, delivery: &Delivery) -> Result<DeliveryResult, Fault> {
    match delivery.method.as_str() {
        "GET" => challenge(&delivery.query),
        "POST" if is_signed(delivery) => take(settings, delivery),
        "POST" => Ok(answer(401, "the signature is missing or wrong")),
        _ => Ok(answer(405, "only GET and POST")),
    }
}

/// X's proof that we have the secret, too: hourly, and whenever somebody asks for it.
fn challenge(query: &str) -> Result<DeliveryResult, Fault> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let Some((_, token)) = pairs.into_iter().find(|(name, _)| *name == "crc_token") else {
        return Ok(answer(400, "no crc_token"));
    };
    let digest = hmac(SECRET, Digest::Sha256, decoded(token).as_bytes());
    if digest.is_empty() {
        return Err(Fault::auth(AuthWhy::Missing, "bind consumer-secret: webhooks are signed with it"));
    }
    let body = serde_json::json!({ "response_token": format!("sha256={}", STANDARD.encode(digest)) });
    Ok(DeliveryResult {
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        ..answer(200, &body.to_string())
    })
}

fn is_signed(delivery: &Delivery) -> bool {
    let mut headers = delivery.headers.iter();
    let claimed = headers.find(|(name, _)| name.eq_ignore_ascii_case(SIGNATURE));
    let digest = claimed.and_then(|(_, value)| STANDARD.decode(value.strip_prefix("sha256=")?).ok());
    digest.is_some_and(|digest| hmac_equal(SECRET, Digest::Sha256, &delivery.body, &digest))
}

fn take(settings: &Settings, delivery: &Delivery) -> Result<DeliveryResult, Fault> {
    let origin = Origin { payload: delivery.payload, received_at: delivery.received_at };
    let Heard { events, dedupe_key, is_whole } = hear(&delivery.body, settings, origin)?;
    let poll_now = if is_whole { Vec::new() } else { vec![Stream::Mentions.name().to_owned()] };
    Ok(DeliveryResult { dedupe_key, events, poll_now, ..answer(200, "") })
}

/// What a delivery says.
#[derive(Debug)]
pub struct Heard {
    pub events: Vec<Event>,
    pub dedupe_key: Option<String>,
    /// A poll would say no more.
    pub is_whole: bool,
}

/// Reads the body of a delivery; that access was taken away is a fault.
pub fn hear(body: &[u8], settings: &Settings, origin: Origin) -> Result<Heard, Fault> {
    let body: Value = match json::parse(body) {
        Ok(body) => body,
        Err(error) => return Ok(poison(error.to_string(), origin)),
    };
    match body.get("data").filter(|data| data.get("event_type").is_some()) {
        Some(data) => activity(data, settings, origin),
        None if body.get("user_event").is_some() => Err(revoked()),
        None => Ok(version_one::hear(&body, origin)),
    }
}

fn activity(data: &Value, settings: &Settings, origin: Origin) -> Result<Heard, Fault> {
    let text = |pointer: &str| data.pointer(pointer).and_then(Value::as_str);
    let own = text("/filter/user_id").or(settings.user_id.as_deref());
    let dedupe_key = text("/event_uuid").map(str::to_owned);
    let events = match text("/event_type").unwrap_or_default() {
        "post.create"
        | "post.mention.create"
        | "post.reply.create"
        | "post.quote.create"
        | "post.repost.create" => {
            let includes = data.get("includes").and_then(|includes| Includes::deserialize(includes).ok());
            let around = Around::new(&includes.unwrap_or_default(), own, origin);
            let payload = data.get("payload").cloned().unwrap_or_default();
            events::of_posts(&[("/data/payload".to_owned(), payload)], &around)
        }
        "post.delete" => {
            let id = text("/payload/id").filter(|id| ids::is_id(id));
            let removal = |id| {
                let at = Some(origin.received_at);
                Removal::new(id, RemovalReason::DeletedByAuthor, at, origin.at("/data/payload"))
            };
            id.map(removal).map(Event::from).into_iter().collect()
        }
        "oauth.revoke" => return Err(revoked()),
        // Likes come without figures, follows and messages are not listened to.
        other => {
            debug!("event {other} says nothing that is kept");
            Vec::new()
        }
    };
    let is_whole = !events.iter().any(|event| matches!(event, Event::Poison(_)));
    Ok(Heard { events, dedupe_key, is_whole })
}

fn revoked() -> Fault {
    Fault::auth(AuthWhy::Revoked, "the account has taken the app's access away: authorise it again")
}

fn poison(why: String, origin: Origin) -> Heard {
    let poison = Poison::new("a webhook delivery", why, origin.at(""));
    Heard { events: vec![poison.into()], dedupe_key: None, is_whole: false }
}

fn answer(status: u16, body: &str) -> DeliveryResult {
    DeliveryResult {
        status,
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
        dedupe_key: None,
        events: Vec::new(),
        poll_now: Vec::new(),
        stream_name: None,
    }
}

/// Takes percent-encoding off.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let code = code.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| *first == b'%');
        rest = if code.is_some() { &tail[2..] } else { tail };
        bytes.push(code.unwrap_or(if *first == b'+' { b' ' } else { *first }));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
