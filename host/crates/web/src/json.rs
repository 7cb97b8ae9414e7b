//! The feed as JSON: the same facts as the page and as the command line.
//!
//! Holds: the only place that says how an item looks in JSON. Not here: how HTML shows it.

use hark_model::Counters;
use hark_store::{ActorSummary, CopyOf, FeedKey, FeedRow, PersonLabel, SentimentSummary, ServiceSummary};
use serde_json::{Value, json};

/// Returns an item as JSON. Text is as heard: a program reads it, not a screen.
pub fn feed_item(row: &FeedRow) -> Value {
    json!({
        "id": row.row_id,
        "uid": row.uid.to_string(),
        "conversation": {
            "id": row.conversation_id,
            "title": row.conversation_title,
            "place": row.place,
            "others": row.replies_in_thread,
        },
        "zone": row.zone.as_str(),
        "visibility": row.visibility.as_str(),
        "sources": row.sources,
        "platform": row.platform,
        "kind": row.kind.as_str(),
        "direction": row.direction.as_str(),
        "author": row.author.as_ref().map(author),
        "title": row.title,
        "text": row.text,
        "url": row.url,
        "language": row.language,
        "published_at": row.published_at,
        "published_is_estimate": row.published_is_estimate,
        "edited_at": row.edited_at,
        "removed_at": row.removed_at,
        "revision": row.revision,
        "automated": row.automated,
        "sensitive": row.sensitive,
        "sentiment": row.sentiment.as_ref().map(sentiment),
        "decided": row.decided.as_ref().map(decided),
        "route": {
            "team": row.team,
            "person": row.person,
            "priority": row.priority.map(|priority| priority.as_str()),
            "rules": row.route_reasons,
        },
        "service": row.service.as_ref().map(service),
        "tags": row.tags,
        "copies": row.copies,
        "copy_of": row.copy_of.as_ref().map(copy_of),
        "counters": row.counters.as_ref().map(counters),
        "attachments": row.attachments,
    })
}

fn author(author: &ActorSummary) -> Value {
    json!({
        "id": author.native_id,
        "kind": author.kind.as_str(),
        "name": author.display_name,
        "handle": author.handle,
        "url": author.profile_url,
        "followers": author.followers,
        "verified": author.verified,
        "is_self": author.is_self,
    })
}

fn sentiment(sentiment: &SentimentSummary) -> Value {
    json!({
        "label": sentiment.label.as_str(),
        "score": sentiment.score,
        "confidence": sentiment.confidence,
        "by": { "producer": sentiment.producer, "version": sentiment.producer_version },
        "evidence": sentiment.evidence.iter().map(|piece| json!({
            "start": piece.start,
            "end": piece.end,
            "text": piece.text,
            "weight": piece.weight,
        })).collect::<Vec<_>>(),
    })
}

fn service(service: &ServiceSummary) -> Value {
    json!({
        "level": service.level,
        "opened_at": service.opened_at,
        "first_response_due": service.first_response_due,
        "first_response_at": service.first_response_at,
        "resolve_due": service.resolve_due,
        "done_at": service.done_at,
        "broken": service.broken,
        "steps": service.steps,
    })
}

fn counters(counters: &Counters) -> Value {
    json!({
        "likes": counters.likes,
        "replies": counters.replies,
        "shares": counters.shares,
        "quotes": counters.quotes,
        "views": counters.views,
        "score": counters.score,
    })
}

fn decided(label: &PersonLabel) -> Value {
    json!({ "label": label.label.as_str(), "by": label.who, "at": label.at })
}

fn copy_of(first: &CopyOf) -> Value {
    json!({ "uid": first.uid.to_string(), "similarity": first.similarity })
}

/// Returns a page of the feed; `older` is what to give as `before` for the next one.
pub(crate) fn feed(rows: &[FeedRow], total: u64, older: Option<FeedKey>) -> Value {
    json!({
        "total": total,
        "items": rows.iter().map(feed_item).collect::<Vec<_>>(),
        "before": older.map(|key| format!("{}_{}", key.at, key.row_id)),
    })
}
