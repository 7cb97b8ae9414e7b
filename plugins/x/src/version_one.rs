//! Objects of version 1.1, as the Account Activity API still sends them.
//!
//! Holds: `id` is rounded by whoever reads it as a number, so only `id_str` is read; long posts have their text
//! in `extended_tweet`. Such an object does not say which conversation it belongs to, so a poll is asked for.

use hark_sdk::prelude::*;
use serde_json::{Value, json};

use crate::events::{self, Around, Origin, read_time};
use crate::ids;
use crate::model::{Includes, User};
use crate::receive::Heard;

/// Reads a delivery of the Account Activity API.
pub fn hear(body: &Value, origin: Origin) -> Heard {
    let own = body.get("for_user_id").and_then(Value::as_str);
    let list = |name: &str| body.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let (created, deleted) = (list("tweet_create_events"), list("tweet_delete_events"));
    let mut around = Around::new(&Includes::default(), own, origin);
    created.iter().filter_map(|tweet| user(tweet.get("user")?)).for_each(|user| around.add_user(user));
    let posts: Vec<(String, Value)> = created
        .iter()
        .enumerate()
        .map(|(at, tweet)| (format!("/tweet_create_events/{at}"), as_version_two(tweet)))
        .collect();
    let mut events = events::of_posts(&posts, &around);
    for (at, entry) in deleted.iter().enumerate() {
        let at = format!("/tweet_delete_events/{at}");
        events.extend(removal(entry, origin, &at).map(Event::from));
    }
    let key = |kind: &str, entry: Option<&Value>, pointer: &str| {
        let id = text(entry?.pointer(pointer)?)?;
        Some(format!("{}:{kind}:{id}", own.unwrap_or_default()))
    };
    let dedupe_key =
        key("create", created.first(), "/id_str").or_else(|| key("delete", deleted.first(), "/status/id"));
    Heard { events, dedupe_key, is_whole: created.is_empty() }
}

/// Puts a post of version 1.1 into the form of version 2.
fn as_version_two(tweet: &Value) -> Value {
    let at = |pointer: &str| tweet.pointer(pointer).filter(|value| !value.is_null());
    let id = |pointer: &str| at(pointer).and_then(Value::as_str);
    let full = at("/extended_tweet/full_text").or(at("/full_text")).or(at("/text"));
    let references = [
        ("replied_to", id("/in_reply_to_status_id_str")),
        ("quoted", id("/quoted_status_id_str")),
        ("retweeted", id("/retweeted_status/id_str")),
    ];
    let references: Vec<Value> =
        references.iter().filter_map(|(kind, id)| Some(json!({ "type": kind, "id": (*id)? }))).collect();
    let entities = at("/extended_tweet/entities").or(at("/entities"));
    let list = |name: &str| entities.and_then(|entities| entities.get(name)).and_then(Value::as_array);
    let mentions: Vec<Value> = list("user_mentions")
        .into_iter()
        .flatten()
        .map(|mention| json!({ "id": mention.get("id_str") }))
        .collect();
    let hashtags: Vec<Value> =
        list("hashtags").into_iter().flatten().map(|tag| json!({ "tag": tag.get("text") })).collect();
    json!({
        "id": id("/id_str"),
        "text": full,
        "author_id": id("/user/id_str"),
        // The root of a thread is not told; what is answered is the nearest that is.
        "conversation_id": id("/in_reply_to_status_id_str").or(id("/id_str")),
        "created_at": id("/created_at").and_then(read_time).map(time::rfc3339),
        "lang": at("/lang"),
        "possibly_sensitive": at("/possibly_sensitive"),
        "referenced_tweets": references,
        "entities": { "mentions": mentions, "hashtags": hashtags, "urls": list("urls") },
        "public_metrics": { "retweet_count": at("/retweet_count"), "like_count": at("/favorite_count") },
    })
}

fn user(user: &Value) -> Option<User> {
    let word = |name: &str| user.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut made =
        User { id: word("id_str")?, name: word("name"), username: word("screen_name"), ..User::default() };
    made.protected = user.get("protected").and_then(Value::as_bool);
    made.verified = user.get("verified").and_then(Value::as_bool);
    made.profile_image_url = word("profile_image_url_https");
    made.public_metrics.followers_count = user.get("followers_count").and_then(Value::as_u64);
    Some(made)
}

fn removal(entry: &Value, origin: Origin, pointer: &str) -> Option<Removal> {
    let id = text(entry.pointer("/status/id")?).filter(|id| ids::is_id(id))?;
    // Here a text, elsewhere a number.
    let at = entry.get("timestamp_ms").and_then(text).and_then(|ms| ms.parse().ok());
    let at = at.unwrap_or(origin.received_at);
    Some(Removal::new(id, RemovalReason::DeletedByAuthor, Some(at), origin.at(pointer)))
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
