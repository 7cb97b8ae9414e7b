//! Deliveries of a Discourse webhook, and payloads that were kept.
//!
//! Holds: nothing is parsed before the signature is checked, over the very bytes that came; no request is sent.
//! A delivery does not say whether a category is for some members only, so that a post of it comes out at once
//! only where the operator says who may read it; otherwise the delivery makes the forum be read.

use hark_sdk::prelude::*;
use hark_sdk::{Digest, hmac_equal};
use serde_json::{Map, Value};

use super::categories::Categories;
use super::events::{self, Around};
use super::flags;
use super::page::{self, Entry};
use super::parents::Places;
use super::shapes::{Post, Topic};
use crate::out::{self, Draft};
use crate::settings::{Audience, Settings};
use crate::{lenient, manifest};

const SIGNATURE: &str = "x-discourse-event-signature";
const EVENT: &str = "x-discourse-event";
const EVENT_ID: &str = "x-discourse-event-id";

/// Takes a delivery in.
pub fn receive(settings: &Settings, delivery: &Delivery) -> Result<DeliveryResult, Fault> {
    if !is_signed(header(delivery, SIGNATURE), &delivery.body) {
        return Ok(answer(401, "the signature is wrong or missing\n"));
    }
    let Some(Value::Object(body)) = lenient::from_slice(&delivery.body) else {
        return Ok(answer(400, "the body is no JSON object\n"));
    };
    let name = header(delivery, EVENT).unwrap_or_default();
    let Told { events, poll_now } = tell(settings, body, name, delivery.payload, delivery.received_at);
    let dedupe_key = header(delivery, EVENT_ID).map(|id| format!("discourse:{id}"));
    Ok(DeliveryResult { dedupe_key, events, poll_now, ..answer(200, "") })
}

/// Reads a kept payload again: a delivery, a page, a topic or a post, by its form.
///
/// What a page does not say of its categories was found out beside it, and is not in it: they count as open here.
pub fn normalise(settings: &Settings, raw: &Raw) -> Result<Vec<Event>, Fault> {
    let Some(body) = lenient::from_slice::<Value>(&raw.body) else {
        return Err(Fault::protocol(format!("{} is no JSON", raw.label)));
    };
    let Value::Object(mut body) = body else { return Ok(Vec::new()) };
    for (key, private) in [("latest_posts", false), ("private_posts", true)] {
        if let Some(Value::Array(values)) = body.get_mut(key).map(Value::take) {
            let page = page::of_values(values, &format!("/{key}"), raw.payload, raw.received_at);
            return Ok(out::events(drafts(settings, page.entries, private, false)));
        }
    }
    if body.contains_key("id") && body.contains_key("post_stream") {
        return topic(settings, body, raw);
    }
    if body.contains_key("id") && body.contains_key("post_number") {
        let entry = page::entry(Value::Object(body), String::new(), raw.payload, raw.received_at);
        return Ok(out::events(drafts(settings, vec![entry], false, false)));
    }
    let known = settings.webhook_audience.unwrap_or(settings.audience);
    let settings = Settings { webhook_audience: Some(known), ..settings.clone() };
    Ok(tell(&settings, body, "", raw.payload, raw.received_at).events)
}

/// Compares the digest that the header claims; only lower-case hexadecimal of SHA-256 is one.
fn is_signed(header: Option<&str>, body: &[u8]) -> bool {
    let Some(claimed) = header.and_then(|header| header.strip_prefix("sha256=")) else { return false };
    let is_lower = claimed.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    match hex::decode(claimed) {
        Ok(claimed) if is_lower && claimed.len() == 32 => {
            hmac_equal(manifest::WEBHOOK_SECRET, Digest::Sha256, body, &claimed)
        }
        _ => false,
    }
}

fn header<'d>(delivery: &'d Delivery, name: &str) -> Option<&'d str> {
    let mut headers = delivery.headers.iter();
    headers.find(|(have, _)| have.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

fn answer(status: u16, words: &str) -> DeliveryResult {
    DeliveryResult {
        status,
        headers: vec![("content-type".to_owned(), "text/plain; charset=utf-8".to_owned())],
        body: words.as_bytes().to_vec(),
        dedupe_key: None,
        events: Vec::new(),
        poll_now: Vec::new(),
        stream_name: None,
    }
}

/// What a delivery says.
#[derive(Default)]
struct Told {
    events: Vec<Event>,
    poll_now: Vec<String>,
}

impl Told {
    fn poll(stream: &str) -> Self {
        Self { events: Vec::new(), poll_now: vec![stream.to_owned()] }
    }
}

fn told(event: impl Into<Event>) -> Told {
    Told { events: vec![event.into()], poll_now: Vec::new() }
}

fn tell(settings: &Settings, mut body: Map<String, Value>, name: &str, payload: u64, at: Ms) -> Told {
    let origin = |key: &str| Provenance::new(payload, format!("/{key}"));
    let mut take = |key: &str| body.remove(key).map(|value| (value, origin(key)));
    if let Some((value, origin)) = take("post") {
        return of_post(settings, value, name, origin, at);
    }
    if let Some((value, origin)) = take("topic") {
        return of_topic(settings, value, name, origin);
    }
    // The figures of a delivery may be those before the like, so the forum is asked.
    if take("like").is_some() {
        return Told::poll(manifest::POSTS);
    }
    if let Some((value, origin)) = take("reviewable") {
        let events = flags::of_delivery(value, origin, at).into_iter().collect();
        return Told { events, poll_now: Vec::new() };
    }
    // A ping, users, groups, categories, tags: nothing that was said.
    Told::default()
}

fn of_post(settings: &Settings, value: Value, name: &str, origin: Provenance, at: Ms) -> Told {
    let mut entry = page::entry(value, origin.pointer.clone(), origin.payload, at);
    let mut is_told = true;
    if let Ok(post) = &mut entry.post {
        if name == "post_destroyed" && events::removal(post, &origin).is_none() {
            let id = format!("post:{}", post.id);
            return told(Removal::new(id, RemovalReason::Unknown, Some(at), origin));
        }
        if name == "post_recovered" {
            // The delivery may have been made before the post was quite back.
            (post.deleted_at, post.user_deleted) = (None, false);
        }
        let is_wanted = settings.listens_to(post.category_id) || events::is_private(post, None);
        if !is_wanted && events::removal(post, &origin).is_none() {
            return Told::default();
        }
        is_told = is_audience_known(settings, post);
    }
    match is_told {
        true => {
            let drafts = drafts(&told_settings(settings), vec![entry], false, name == "post_recovered");
            Told { events: out::events(drafts), poll_now: Vec::new() }
        }
        false => Told::poll(manifest::POSTS),
    }
}

/// Tells whether it is known who may read a delivered post.
fn is_audience_known(settings: &Settings, post: &Post) -> bool {
    let is_restricted = post.category_id.is_some_and(|id| settings.restricted.contains(&id));
    settings.webhook_audience.is_some()
        || is_restricted
        || events::is_private(post, None)
        || events::is_whisper(post)
        || events::removal(post, &Provenance::new(0, "")).is_some()
}

/// Returns settings by which a category is for those whom the operator names for deliveries.
fn told_settings(settings: &Settings) -> Settings {
    Settings { audience: settings.webhook_audience.unwrap_or(Audience::Restricted), ..settings.clone() }
}

/// Makes the drafts of posts whose categories are all open to the audience of `settings`.
fn drafts(settings: &Settings, entries: Vec<Entry>, private: bool, restored: bool) -> Vec<Draft> {
    let mut places = Places::default();
    places.note(&entries);
    drafts_at(settings, entries, &places, private, restored)
}

fn drafts_at(
    settings: &Settings,
    entries: Vec<Entry>,
    places: &Places,
    private: bool,
    restored: bool,
) -> Vec<Draft> {
    let of_posts = entries.iter().filter_map(|entry| entry.post.as_ref().ok()?.category_id);
    let categories = Categories::of_open(of_posts.chain(places.categories()));
    let around = Around { settings, categories: &categories, places, private };
    entries.into_iter().map(|entry| events::draft(entry, around, restored)).collect()
}

fn of_topic(settings: &Settings, value: Value, name: &str, origin: Provenance) -> Told {
    let topic: Topic = match serde_json::from_value(value) {
        Ok(topic) => topic,
        Err(error) => {
            return told(Poison::new("a topic", format!("no topic as expected: {error}"), origin));
        }
    };
    // Its posts go with it or come back with it, and are not in the delivery.
    let is_moved = matches!(name, "topic_destroyed" | "topic_recovered") || topic.deleted_at.is_some();
    let conversation = events::of_topic(&topic, &told_settings(settings), false);
    let is_restricted = topic.category_id.is_some_and(|id| settings.restricted.contains(&id));
    let is_known =
        settings.webhook_audience.is_some() || is_restricted || conversation.visibility == Visibility::Direct;
    match is_known && !is_moved {
        true => told(conversation),
        false => Told::poll(manifest::POSTS),
    }
}

fn topic(settings: &Settings, body: Map<String, Value>, raw: &Raw) -> Result<Vec<Event>, Fault> {
    let mut topic: Topic = serde_json::from_value(Value::Object(body))
        .map_err(|error| Fault::protocol(format!("{} is no topic as expected: {error}", raw.label)))?;
    let values = topic.post_stream.take().map(|stream| stream.posts).unwrap_or_default();
    let page = page::of_values(values, "/post_stream/posts", raw.payload, raw.received_at);
    let mut places = Places::default();
    places.note(&page.entries);
    places.note_topic(topic);
    Ok(out::events(drafts_at(settings, page.entries, &places, false, false)))
}
