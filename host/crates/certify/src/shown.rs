//! Events as JSON: whole, so that two of them are the same where their JSON is.

use hark_model::{Counters, Event, Item, Provenance};
use serde_json::{Map, Value, json};

/// Returns `event` with every field that is set.
pub fn event(event: &Event) -> Value {
    let whole = match event {
        Event::Actor(it) => json!({
            "event": "actor", "id": it.id, "kind": it.kind.as_str(), "handle": it.handle,
            "display_name": it.display_name, "profile_url": it.profile_url, "avatar_url": it.avatar_url,
            "followers": it.followers, "verified": it.verified, "is_self": it.is_self,
            "emails": it.emails, "seen_at": it.seen_at,
        }),
        Event::Conversation(it) => json!({
            "event": "conversation", "id": it.id, "title": it.title, "url": it.url, "place": it.place,
            "visibility": it.visibility.as_str(), "locked": it.locked,
        }),
        Event::Item(it) => item(it),
        Event::Removal(it) => json!({
            "event": "removal", "id": it.id, "reason": it.reason.as_str(), "at": it.at,
            "origin": origin(&it.origin),
        }),
        Event::Engagement(it) => json!({
            "event": "engagement", "id": it.id, "counters": counters(&it.counters), "at": it.at,
            "origin": origin(&it.origin),
        }),
        Event::FlagReport(it) => json!({
            "event": "flag-report", "id": it.id, "about": it.about, "reporter": it.reporter,
            "reason": it.reason, "status": it.status, "at": it.at, "origin": origin(&it.origin),
        }),
        Event::Gap(it) => json!({
            "event": "gap", "stream": it.stream, "since": it.since, "until": it.until, "why": it.why,
        }),
        Event::Poison(it) => json!({
            "event": "poison", "hint": it.hint, "why": it.why, "origin": origin(&it.origin),
        }),
    };
    set(whole)
}

fn item(it: &Item) -> Value {
    let relations: Vec<Value> = it
        .relations
        .iter()
        .map(|to| json!({ "kind": to.kind.as_str(), "target": to.target, "actor": to.target_is_actor }))
        .map(set)
        .collect();
    let attachments: Vec<Value> = it
        .attachments
        .iter()
        .map(|file| {
            json!({
                "url": file.url, "media_type": file.media_type, "name": file.name, "alt": file.alt,
                "bytes": file.bytes, "width": file.width, "height": file.height,
            })
        })
        .map(set)
        .collect();
    json!({
        "event": "item", "id": it.id, "revision": it.revision, "kind": it.kind.as_str(),
        "direction": it.direction.as_str(), "conversation": it.conversation, "author": it.author,
        "title": it.title, "text": it.text, "html": it.html, "url": it.url, "language": it.language,
        "published_at": it.published_at, "published_is_estimate": it.published_is_estimate,
        "edited_at": it.edited_at, "visibility": it.visibility.as_str(), "sensitive": it.sensitive,
        "automated": it.automated, "relations": relations, "attachments": attachments, "tags": it.tags,
        "counters": it.counters.as_ref().map(counters), "origin": origin(&it.origin),
    })
}

fn origin(origin: &Provenance) -> Value {
    json!({ "payload": origin.payload, "pointer": origin.pointer })
}

fn counters(counters: &Counters) -> Value {
    set(json!({
        "likes": counters.likes, "replies": counters.replies, "shares": counters.shares,
        "quotes": counters.quotes, "views": counters.views, "score": counters.score,
        "by_reaction": counters.by_reaction,
    }))
}

/// Leaves out what says nothing: null, false, empty.
fn set(value: Value) -> Value {
    let Value::Object(fields) = value else { return value };
    let says = |value: &Value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => true,
    };
    Value::Object(fields.into_iter().filter(|(_, value)| says(value)).collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hark_model::Gap;

    #[test]
    fn what_says_nothing_is_left_out() {
        let gap = Gap { stream: "a".to_owned(), since: None, until: Some(1), why: String::new() };
        assert_eq!(event(&Event::Gap(gap)), json!({ "event": "gap", "stream": "a", "until": 1 }));
    }
}
