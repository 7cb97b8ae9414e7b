//! Answering, hiding, showing again.
//!
//! Holds: the Graph API knows no idempotency key, so before a reply our own replies to the same item are looked
//! at: the same words are not said twice in one place. What may have arrived is called uncertain.

use hark_sdk::prelude::*;
use hark_sdk::text as plain_text;

use crate::comment::{self, Comment};
use crate::fault::Class;
use crate::graph::{self, Failure, Listing, Reply};
use crate::origin::{Events, Origin, is_path_safe};
use crate::{Settings, limits, manifest};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplyArguments {
    text: String,
}

/// What the Graph API says of something that was done.
#[derive(Deserialize)]
struct Done {
    #[serde(default)]
    id: Option<String>,
    /// `true`, and in some documents `"true"`.
    #[serde(default)]
    success: Option<serde_json::Value>,
}

/// Does what `action` says.
pub fn act(settings: &Settings, action: &Action) -> Result<Outcome, Fault> {
    let on = action.on.as_deref().filter(|id| is_path_safe(id));
    let on = on.ok_or_else(|| Fault::config("on", "it is not the id of a post or comment"))?;
    match action.name.as_str() {
        manifest::REPLY => {
            let arguments: ReplyArguments = serde_json::from_str(&action.arguments)
                .map_err(|error| Fault::config("arguments", error.to_string()))?;
            reply(settings, on, &arguments.text)
        }
        manifest::HIDE => set_hidden(settings, on, true),
        manifest::UNHIDE => set_hidden(settings, on, false),
        other => Err(Fault::unsupported(format!("an action {other:?}"))),
    }
}

fn reply(settings: &Settings, on: &str, text: &str) -> Result<Outcome, Fault> {
    let text = plain_text::plain(text);
    if text.is_empty() {
        return Err(Fault::config("arguments.text", "it is empty"));
    }
    if let Some(events) = said_already(settings, on, &text)? {
        return Ok(Outcome::AlreadyDone(events));
    }
    let request =
        graph::post(settings, &format!("{on}/comments"), &[("message", &text), ("fields", comment::FIELDS)]);
    let reply = match graph::call(request) {
        Ok(reply) => reply,
        Err(failure) => return unsure(failure),
    };
    Ok(match created(settings, on, &text, &reply) {
        Some(events) => Outcome::Done(events),
        None => Outcome::Uncertain(format!("the reply was taken, but not named: {}", reply.response.quote())),
    })
}

/// Returns our own reply with these words if it is there.
fn said_already(settings: &Settings, on: &str, text: &str) -> Result<Option<Vec<Event>>, Fault> {
    let request = graph::get(settings, &format!("{on}/comments"))
        .query("fields", comment::FIELDS)
        .query("filter", "toplevel")
        .query("order", "reverse_chronological")
        .query("limit", limits::OWN_REPLIES_LOOKED_AT.to_string());
    let reply = graph::call(request)?;
    let listing: Listing = reply.json()?;
    for (number, raw) in listing.data.iter().enumerate() {
        let Ok(comment) = hark_sdk::json::parse::<Comment>(raw.get().as_bytes()) else { continue };
        if comment.author().as_deref() == Some(&settings.page) && comment.text() == text {
            return Ok(tell(settings, on, &comment, &format!("/data/{number}"), &reply));
        }
    }
    Ok(None)
}

/// The answer has the fields that were asked for, or no more than the id.
fn created(settings: &Settings, on: &str, text: &str, reply: &Reply) -> Option<Vec<Event>> {
    let whole = reply.json::<Comment>().ok()?;
    if whole.created_at().is_some() {
        return tell(settings, on, &whole, "", reply);
    }
    let id = reply.json::<Done>().ok()?.id?;
    let at = time_text(reply.response.received_at());
    let told = serde_json::json!({
        "id": id, "message": text, "created_time": at, "from": {"id": settings.page}, "parent": {"id": on},
    });
    let ours = serde_json::from_value::<Comment>(told).ok()?;
    let mut events = tell(settings, on, &ours, "", reply)?;
    for event in &mut events {
        if let Event::Item(item) = event {
            item.published_is_estimate = true;
        }
    }
    Some(events)
}

fn time_text(ms: Ms) -> i64 {
    ms.div_euclid(1_000)
}

fn tell(
    settings: &Settings,
    on: &str,
    comment: &Comment,
    pointer: &str,
    reply: &Reply,
) -> Option<Vec<Event>> {
    let mut events = Events::default();
    let origin = origin(settings, reply);
    let post = comment::post_of(on, &settings.page);
    comment.tell(&mut events, pointer, &post, None, origin).ok()?;
    Some(events.into_list())
}

fn set_hidden(settings: &Settings, on: &str, hidden: bool) -> Result<Outcome, Fault> {
    let value = if hidden { "true" } else { "false" };
    let reply = match graph::call(graph::post(settings, on, &[("is_hidden", value)])) {
        Ok(reply) => reply,
        Err(failure) => return unsure(failure),
    };
    let success = reply.json::<Done>().ok().and_then(|done| done.success);
    let is_done = success.is_some_and(|success| success == true || success == "true");
    if !is_done {
        return Ok(Outcome::Uncertain(format!("no success was told: {}", reply.response.quote())));
    }
    if hidden {
        let (at, origin) = (Some(reply.response.received_at()), reply.response.origin(""));
        let removal = Removal::new(on, RemovalReason::RemovedByModerator, at, origin);
        return Ok(Outcome::Done(vec![removal.into()]));
    }
    Ok(Outcome::Done(shown_again(settings, on)))
}

/// Returns the comment as it is now, newer than its removal; nothing if it cannot be read, for it is shown
/// again all the same.
fn shown_again(settings: &Settings, on: &str) -> Vec<Event> {
    let read = || -> Option<Vec<Event>> {
        let reply = graph::call(graph::get(settings, on).query("fields", comment::FIELDS)).ok()?;
        let comment = reply.json::<Comment>().ok()?;
        let (mut events, origin) = (Events::default(), origin(settings, &reply));
        let post = comment::post_of(on, &settings.page);
        comment.tell(&mut events, "", &post, Some(origin.received_at), origin).ok()?;
        Some(events.into_list())
    };
    read().unwrap_or_default()
}

fn origin<'s>(settings: &'s Settings, reply: &Reply) -> Origin<'s> {
    Origin {
        payload: reply.response.payload(),
        received_at: reply.response.received_at(),
        page: &settings.page,
    }
}

/// A request that may have arrived is not repeated blindly.
fn unsure(failure: Failure) -> Result<Outcome, Fault> {
    match failure.class() {
        Some(Class::Config(_)) => {
            Err(Fault::Refused(failure.error.map(|error| error.to_string()).unwrap_or_default()))
        }
        _ if failure.uncertain => Ok(Outcome::Uncertain(format!("{:?}", failure.fault))),
        _ => Err(failure.fault),
    }
}
