//! The methods of the Web API: `GET` or `POST /api/<method>`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::platforms::slack::call::{self, Arguments};
use crate::platforms::slack::history::channel_of;
use crate::platforms::slack::message::{Message, parse_ts, ts};
use crate::platforms::slack::world::{Channel, World};
use crate::platforms::slack::{OWN_USER, Slack, TEAM, events, history, operations, refused, view};
use crate::{Ms, reply};

type Answer = Result<Response, Response>;

/// Longest message; Slack cuts what is longer.
const TEXT_CHARS_MAX: usize = 40_000;

/// Answers a call.
pub async fn call(
    State(slack): State<Arc<Slack>>,
    Path(method): Path<String>,
    request: Parts,
    body: Bytes,
) -> Answer {
    let arguments = Arguments::read(&request, &body)?;
    let Some(scope) = scope(&method) else {
        return Err(reply::json(
            200,
            &json!({ "ok": false, "error": "unknown_method", "req_method": method }),
        ));
    };
    if method == "api.test" {
        return Ok(reply::json(200, &json!({ "ok": true })));
    }
    let token = call::token(&slack, &request, &arguments, scope)?;
    let mut world = slack.state();
    match method.as_str() {
        "auth.test" => Ok(auth_test(&token.account)),
        "conversations.history" => history::history(&world, &arguments),
        "conversations.replies" => history::replies(&world, &arguments),
        "conversations.list" => channels(&world, &arguments),
        "conversations.info" => channel_info(&world, &arguments),
        "users.info" => user_info(&world, &arguments),
        "users.list" => Ok(users(&world)),
        "chat.postMessage" => post(&slack, &mut world, &arguments),
        "chat.update" => update(&slack, &mut world, &arguments),
        "chat.delete" => delete(&slack, &mut world, &arguments),
        _ => react(&slack, &mut world, &arguments),
    }
}

/// Returns the right that a method needs; none if there is no such method.
fn scope(method: &str) -> Option<&'static str> {
    Some(match method {
        "api.test" | "auth.test" => "",
        "conversations.history" | "conversations.replies" => "channels:history",
        "conversations.list" | "conversations.info" => "channels:read",
        "users.info" | "users.list" => "users:read",
        "chat.postMessage" | "chat.update" | "chat.delete" => "chat:write",
        "reactions.add" => "reactions:write",
        _ => return None,
    })
}

fn auth_test(user: &str) -> Response {
    reply::json(
        200,
        &json!({
            "ok": true, "url": "https://acme.slack.com/", "team": "Acme", "user": "hark", "team_id": TEAM,
            "user_id": user, "bot_id": "B0APP", "is_enterprise_install": false,
        }),
    )
}

fn channels(world: &World, arguments: &Arguments) -> Answer {
    let limit = arguments.limit(100, 1_000)?;
    let kinds = arguments.get("types").unwrap_or("public_channel").to_owned();
    let is_wanted = |channel: &Channel| {
        let kind = match channel.kind.name() {
            "channel" => "public_channel",
            "group" => "private_channel",
            other => other,
        };
        kinds.split(',').any(|wanted| wanted.trim() == kind)
    };
    let after = arguments.get("cursor").unwrap_or_default();
    let mut fitting = world.channels.iter().filter(|(id, channel)| id.as_str() > after && is_wanted(channel));
    let page: Vec<_> = fitting.by_ref().take(limit).collect();
    let next = match (fitting.next(), page.last()) {
        (Some(_), Some((last, _))) => (*last).clone(),
        _ => String::new(),
    };
    let channels: Vec<Value> = page.into_iter().map(|(id, channel)| view::channel(id, channel)).collect();
    let answer = json!({ "ok": true, "channels": channels, "response_metadata": { "next_cursor": next } });
    Ok(reply::json(200, &answer))
}

fn channel_info(world: &World, arguments: &Arguments) -> Answer {
    let id = arguments.need("channel", "channel_not_found")?;
    let channel = world.channels.get(id).ok_or_else(|| refused("channel_not_found"))?;
    Ok(reply::json(200, &json!({ "ok": true, "channel": view::channel(id, channel) })))
}

fn user_info(world: &World, arguments: &Arguments) -> Answer {
    let user =
        world.user(arguments.need("user", "user_not_found")?).ok_or_else(|| refused("user_not_found"))?;
    Ok(reply::json(200, &json!({ "ok": true, "user": view::user(&user) })))
}

fn users(world: &World) -> Response {
    let members: Vec<Value> = world.users().map(view::user).collect();
    let answer = json!({
        "ok": true, "members": members, "cache_ts": 1_784_884_365, "response_metadata": { "next_cursor": "" },
    });
    reply::json(200, &answer)
}

fn post(slack: &Slack, world: &mut World, arguments: &Arguments) -> Answer {
    channel_of(world, arguments)?;
    let id = arguments.need("channel", "channel_not_found")?;
    let text = arguments.need("text", "no_text")?;
    let thread = match arguments.get("thread_ts") {
        Some(text) => Some(parse_ts(text).ok_or_else(|| refused("invalid_thread_ts"))?),
        None => None,
    };
    let now: Ms = slack.core.now();
    let number = world.next_id(now);
    let text: String = text.chars().take(TEXT_CHARS_MAX).collect();
    let metadata = arguments.get("metadata").map(str::to_owned);
    let message = Message { thread, by_app: true, metadata, ..Message::new(number, OWN_USER, text) };
    operations::say(slack, world, id, message.clone());
    let shown = view::noted(view::message(&message), &message);
    let answer = json!({ "ok": true, "channel": id, "ts": ts(number), "message": shown });
    Ok(reply::json(200, &answer))
}

fn update(slack: &Slack, world: &mut World, arguments: &Arguments) -> Answer {
    let (channel, message) = own_message(world, arguments, "cant_update_message")?;
    let text = arguments.need("text", "no_text")?.to_owned();
    let event = operations::edit(slack, world, &channel, message.id, &text);
    event.map_err(|_| refused("message_not_found"))?;
    Ok(reply::json(200, &json!({ "ok": true, "channel": channel, "ts": ts(message.id), "text": text })))
}

fn delete(slack: &Slack, world: &mut World, arguments: &Arguments) -> Answer {
    let (channel, message) = own_message(world, arguments, "cant_delete_message")?;
    operations::delete(slack, world, &channel, message.id).map_err(|_| refused("message_not_found"))?;
    Ok(reply::json(200, &json!({ "ok": true, "channel": channel, "ts": ts(message.id) })))
}

fn own_message(world: &World, arguments: &Arguments, error: &str) -> Result<(String, Message), Response> {
    let (channel, message) = message_of(world, arguments, "ts")?;
    match message.user.as_deref() == Some(OWN_USER) {
        true => Ok((channel, message)),
        false => Err(refused(error)),
    }
}

fn message_of(world: &World, arguments: &Arguments, name: &str) -> Result<(String, Message), Response> {
    let channel = channel_of(world, arguments)?;
    let id = arguments.get(name).and_then(parse_ts).ok_or_else(|| refused("message_not_found"))?;
    let message = channel.messages.get(id).ok_or_else(|| refused("message_not_found"))?;
    Ok((arguments.get("channel").unwrap_or_default().to_owned(), message))
}

fn react(slack: &Slack, world: &mut World, arguments: &Arguments) -> Answer {
    let (channel, message) = message_of(world, arguments, "timestamp")?;
    let name = arguments.need("name", "invalid_name")?;
    let known = message.reactions.iter().find(|(known, _)| known == name);
    if known.is_some_and(|(_, users)| users.iter().any(|user| user == OWN_USER)) {
        return Err(refused("already_reacted"));
    }
    operations::react(world, &channel, message.id, name, OWN_USER);
    events::push(slack, world, events::reaction(&channel, &message, name, OWN_USER));
    Ok(reply::json(200, &json!({ "ok": true })))
}
