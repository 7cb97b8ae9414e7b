//! What `hark plugin try` read.

use hark_model::{Event, Ms, StreamInfo};
use hark_pipeline::{Admission, SourceSetup};
use hark_runtime::CallUsage;
use serde_json::{Value, json};

use crate::print::{clean, line, source::when};

/// One read, with what came of it.
pub struct Attempt<'a> {
    /// The source.
    pub setup: &'a SourceSetup,
    /// The stream.
    pub stream: &'a StreamInfo,
    /// What was let in and what was not.
    pub admission: &'a Admission,
    /// What the call spent.
    pub usage: &'a CallUsage,
    /// When the connector wants to be called again.
    pub not_before: Option<Ms>,
    /// There is more now.
    pub more: bool,
}

/// Prints the events of one read, then what it spent.
pub fn attempt(attempt: &Attempt<'_>, json: bool) {
    for admitted in &attempt.admission.admitted {
        if json {
            let mut value = event_json(&admitted.event);
            value["cuts"] = json!(admitted.cuts);
            line(&value);
        } else {
            say!("{}", event_text(&admitted.event));
        }
    }
    for refused in &attempt.admission.refused {
        if json {
            line(
                &json!({ "event": "refused", "hint": refused.hint, "why": refused.why, "pointer": refused.origin.pointer }),
            );
        } else {
            say!("refused       {}: {}", clean::short(&refused.hint, 80), clean::short(&refused.why, 200));
        }
    }
    summary(attempt, json);
}

fn summary(attempt: &Attempt<'_>, json: bool) {
    let (admitted, refused) = (attempt.admission.admitted.len(), attempt.admission.refused.len());
    let limits = &attempt.setup.limits;
    let usage = attempt.usage;
    let memory_mib = usage.memory_peak_bytes.div_ceil(1 << 20);
    if json {
        line(&json!({
            "event": "summary", "source": attempt.setup.name.as_str(), "stream": attempt.stream.name, "admitted": admitted,
            "refused": refused, "more": attempt.more, "not_before": attempt.not_before,
            "wall_ms": usage.wall.as_millis(), "memory_peak_bytes": usage.memory_peak_bytes,
            "requests": usage.requests, "bytes_in": usage.bytes_in,
        }));
        return;
    }
    let more = if attempt.more { ", more to come" } else { "" };
    say!(
        "{}/{}: {admitted} events, {refused} refused{more}; nothing was stored",
        attempt.setup.name,
        attempt.stream.name
    );
    say!(
        "    took {} ms of {} s, {memory_mib} of {} MiB, {} of {} requests, {} KiB received",
        usage.wall.as_millis(),
        limits.call_secs,
        limits.memory_mib,
        usage.requests,
        limits.requests,
        usage.bytes_in / 1024
    );
}

fn event_text(event: &Event) -> String {
    match event {
        Event::Actor(actor) => {
            let name = actor.display_name.as_deref().or(actor.handle.as_deref()).unwrap_or("?");
            format!("actor         {}  {}", clean::short(&actor.id, 60), clean::short(name, 60))
        }
        Event::Conversation(conversation) => {
            let title = conversation.title.as_deref().unwrap_or_default();
            format!("conversation  {}  {}", clean::short(&conversation.id, 60), clean::short(title, 80))
        }
        Event::Item(item) => format!(
            "item          {}  {} {} {} by {}  {}",
            clean::short(&item.id, 60),
            when(item.published_at),
            item.kind,
            item.visibility,
            clean::short(item.author.as_deref().unwrap_or("?"), 40),
            clean::short(&item.text, 120)
        ),
        Event::Removal(removal) => {
            format!("removal       {}  {}", clean::short(&removal.id, 60), removal.reason)
        }
        Event::Engagement(engagement) => {
            format!("engagement    {}  {:?}", clean::short(&engagement.id, 60), engagement.counters)
        }
        Event::FlagReport(report) => format!(
            "report        {}  {}",
            clean::short(&report.about, 60),
            clean::short(&report.reason, 120)
        ),
        Event::Gap(gap) => {
            format!("gap           {}  {}", clean::short(&gap.stream, 40), clean::short(&gap.why, 120))
        }
        Event::Poison(poison) => {
            format!("poison        {}  {}", clean::short(&poison.hint, 60), clean::short(&poison.why, 120))
        }
    }
}

fn event_json(event: &Event) -> Value {
    match event {
        Event::Actor(actor) => json!({
            "event": "actor", "id": actor.id, "kind": actor.kind.as_str(), "handle": actor.handle,
            "display_name": actor.display_name, "profile_url": actor.profile_url, "followers": actor.followers, "is_self": actor.is_self,
        }),
        Event::Conversation(conversation) => json!({
            "event": "conversation", "id": conversation.id, "title": conversation.title, "url": conversation.url,
            "place": conversation.place, "visibility": conversation.visibility.as_str(), "locked": conversation.locked,
        }),
        Event::Item(item) => item_json(item),
        Event::Removal(removal) => {
            json!({ "event": "removal", "id": removal.id, "reason": removal.reason.as_str(), "at": removal.at })
        }
        Event::Engagement(engagement) => json!({
            "event": "engagement", "id": engagement.id, "at": engagement.at, "likes": engagement.counters.likes,
            "replies": engagement.counters.replies, "shares": engagement.counters.shares, "views": engagement.counters.views,
        }),
        Event::FlagReport(report) => {
            json!({ "event": "flag-report", "id": report.id, "about": report.about, "reason": report.reason, "status": report.status, "at": report.at })
        }
        Event::Gap(gap) => {
            json!({ "event": "gap", "stream": gap.stream, "since": gap.since, "until": gap.until, "why": gap.why })
        }
        Event::Poison(poison) => json!({ "event": "poison", "hint": poison.hint, "why": poison.why }),
    }
}

fn item_json(item: &hark_model::Item) -> Value {
    let relations: Vec<Value> = item
        .relations
        .iter()
        .map(|relation| json!({ "kind": relation.kind.as_str(), "target": relation.target }))
        .collect();
    let attachments: Vec<Value> = item
        .attachments
        .iter()
        .map(|file| json!({ "name": file.name, "media_type": file.media_type, "bytes": file.bytes, "url": file.url }))
        .collect();
    json!({
        "event": "item", "id": item.id, "revision": item.revision, "kind": item.kind.as_str(), "direction": item.direction.as_str(),
        "conversation": item.conversation, "author": item.author, "title": item.title, "text": item.text, "url": item.url,
        "language": item.language, "published_at": item.published_at, "published_is_estimate": item.published_is_estimate,
        "edited_at": item.edited_at, "visibility": item.visibility.as_str(), "automated": item.automated, "tags": item.tags,
        "relations": relations, "attachments": attachments, "pointer": item.origin.pointer,
    })
}
