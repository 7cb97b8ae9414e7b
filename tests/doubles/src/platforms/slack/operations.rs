//! Operations on the played workspace: what its people do.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::control::arguments;
use crate::platforms::slack::message::{Message, parse_ts, ts};
use crate::platforms::slack::world::{CHANNEL, Kind, User, World};
use crate::platforms::slack::{Slack, events, view};
use crate::torture::{self, Case};
use crate::{ControlError, Ms, unsaid};

#[derive(Deserialize)]
struct Insert {
    #[serde(default = "unsaid::text")]
    text: String,
    #[serde(default = "unsaid::author")]
    author: String,
    #[serde(default = "channel_default")]
    channel: String,
    /// Its `ts`.
    id: Option<String>,
    /// `ts` of the message that its thread hangs on.
    thread: Option<String>,
    at: Option<Ms>,
    file: Option<String>,
    #[serde(default = "unsaid::one")]
    count: u32,
}

fn channel_default() -> String {
    CHANNEL.to_owned()
}

#[derive(Deserialize)]
struct OfMessage {
    id: String,
    #[serde(default = "channel_default")]
    channel: String,
    #[serde(default)]
    text: String,
    #[serde(default = "reaction_default")]
    name: String,
    /// How many people react.
    #[serde(default = "unsaid::one")]
    count: u32,
}

fn reaction_default() -> String {
    "thumbsup".to_owned()
}

#[derive(Deserialize)]
struct OfAuthor {
    author: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct OfChannel {
    channel: String,
    #[serde(default)]
    name: String,
    #[serde(default = "kind_default")]
    kind: Kind,
    #[serde(default = "unsaid::yes")]
    member: bool,
}

fn kind_default() -> Kind {
    Kind::Channel
}

#[derive(Deserialize)]
struct Switch {
    #[serde(default)]
    items: u64,
    #[serde(default = "unsaid::yes")]
    on: bool,
    /// Some of what is generated stands in threads.
    #[serde(default)]
    threads: bool,
}

/// Does an operation.
pub fn run(slack: &Slack, op: &str, args: &Value) -> Result<Value, ControlError> {
    let world = &mut *slack.state();
    match op {
        "insert" => insert(slack, world, &arguments(op, args)?),
        "edit" => {
            let OfMessage { id, channel, text, .. } = arguments(op, args)?;
            edit(slack, world, &channel, parse_id(&id)?, &text)
        }
        "delete" => {
            let OfMessage { id, channel, .. } = arguments(op, args)?;
            delete(slack, world, &channel, parse_id(&id)?)
        }
        "restore" => {
            let OfMessage { id, channel, .. } = arguments(op, args)?;
            let number = parse_id(&id)?;
            let message = world.deleted.remove(&(channel.clone(), number));
            let message = message.ok_or_else(|| ControlError::missing("deleted message", &id))?;
            say(slack, world, &channel, message);
            Ok(json!({ "id": id }))
        }
        "react" => react_many(slack, world, &arguments(op, args)?),
        "rename-author" => {
            let OfAuthor { author, name } = arguments(op, args)?;
            change_author(world, &author, |user| user.real_name = name.unwrap_or_default())
        }
        "remove-author" => {
            let OfAuthor { author, .. } = arguments(op, args)?;
            change_author(world, &author, |user| user.deleted = true)
        }
        "channel" => open(world, &arguments(op, args)?),
        "restricted" => {
            let Switch { on, .. } = arguments(op, args)?;
            world.restricted = on;
            Ok(json!({ "on": on }))
        }
        "rate-limited-events" => {
            let minute = slack.core.now().div_euclid(60_000) * 60;
            let body = json!({
                "token": "one-long-verification-token", "type": "app_rate_limited", "team_id": super::TEAM,
                "minute_rate_limited": minute, "api_app_id": view::APP,
            });
            slack.core.push(crate::Push { body, headers: Vec::new() });
            Ok(json!({ "minute": minute }))
        }
        "seed" => {
            let Switch { items, threads, .. } = arguments(op, args)?;
            world.seed(slack.core.seed(), items, slack.core.now(), threads);
            Ok(json!({ "items": items }))
        }
        "ids" => {
            let channels = world.channels.values();
            Ok(channels.flat_map(|it| it.messages.oldest_first(None)).map(|(id, _)| json!(ts(id))).collect())
        }
        "torture" => torture::asked(args)?.into_iter().map(|(_, case)| suffer(slack, world, &case)).collect(),
        _ => Err(ControlError::Unknown(op.to_owned())),
    }
}

fn insert(slack: &Slack, world: &mut World, args: &Insert) -> Result<Value, ControlError> {
    let mut ids = Vec::new();
    for _ in 0..args.count {
        ids.push(ts(insert_one(slack, world, args)?));
    }
    Ok(json!({ "id": ids.last(), "ids": ids }))
}

fn insert_one(slack: &Slack, world: &mut World, args: &Insert) -> Result<u64, ControlError> {
    if !world.channels.contains_key(&args.channel) {
        return Err(ControlError::missing("channel", &args.channel));
    }
    let id = match &args.id {
        Some(id) => parse_id(id)?,
        None => world.next_id(args.at.unwrap_or(slack.core.now())),
    };
    let user = world.obtain_user(&args.author).id;
    let mut message = Message::new(id, &user, args.text.clone());
    message.thread = args.thread.as_deref().map(parse_id).transpose()?;
    message.files.extend(args.file.clone());
    say(slack, world, &args.channel, message);
    Ok(id)
}

/// Puts a message into a channel and tells of it.
pub fn say(slack: &Slack, world: &mut World, channel: &str, message: Message) {
    let Some(there) = world.channels.get_mut(channel) else { return };
    there.messages.put(message.id, message.clone());
    let event = there.is_member.then(|| events::said(channel, there, &message));
    if let Some(event) = event {
        events::push(slack, world, event);
    }
}

/// Edits a message, which keeps its `ts`.
pub fn edit(
    slack: &Slack,
    world: &mut World,
    channel: &str,
    id: u64,
    text: &str,
) -> Result<Value, ControlError> {
    let at = world.next_id(slack.core.now());
    let there = world.channels.get_mut(channel).ok_or_else(|| ControlError::missing("channel", channel))?;
    let before = there.messages.get(id).ok_or_else(|| ControlError::missing("message", ts(id)))?;
    let by = before.user.clone().unwrap_or_default();
    // Slack cuts the time of an edit to seconds.
    let now =
        Message { text: text.to_owned(), edited: Some((at / 1_000_000 * 1_000_000, by)), ..before.clone() };
    there.messages.put(id, now.clone());
    let event = there.is_member.then(|| events::changed(channel, there, &now, &before, at));
    if let Some(event) = event {
        events::push(slack, world, event);
    }
    Ok(json!({ "id": ts(id) }))
}

/// Deletes a message; one with a thread leaves its place.
pub fn delete(slack: &Slack, world: &mut World, channel: &str, id: u64) -> Result<Value, ControlError> {
    let at = world.next_id(slack.core.now());
    let there = world.channels.get_mut(channel).ok_or_else(|| ControlError::missing("channel", channel))?;
    let before = there.messages.remove(id).ok_or_else(|| ControlError::missing("message", ts(id)))?;
    if !view::replies(there, id).is_empty() {
        there.messages.put(id, Message { is_tombstone: true, ..before.clone() });
    }
    let event = there.is_member.then(|| events::deleted(channel, there, &before, at));
    world.deleted.insert((channel.to_owned(), id), before);
    if let Some(event) = event {
        events::push(slack, world, event);
    }
    Ok(json!({ "id": ts(id) }))
}

/// Adds a reaction.
pub fn react(world: &mut World, channel: &str, id: u64, name: &str, user: &str) {
    let Some(there) = world.channels.get_mut(channel) else { return };
    there.messages.change(id, |message| {
        match message.reactions.iter_mut().find(|(known, _)| known == name) {
            Some((_, users)) if users.iter().any(|known| known == user) => {}
            Some((_, users)) => users.push(user.to_owned()),
            None => message.reactions.push((name.to_owned(), vec![user.to_owned()])),
        }
    });
}

fn react_many(slack: &Slack, world: &mut World, args: &OfMessage) -> Result<Value, ControlError> {
    let id = parse_id(&args.id)?;
    let found = world.channels.get(&args.channel).and_then(|channel| channel.messages.get(id));
    let message = found.ok_or_else(|| ControlError::missing("message", &args.id))?;
    for number in 0..args.count {
        let user = format!("U0GEN{number:03}");
        react(world, &args.channel, id, &args.name, &user);
        events::push(slack, world, events::reaction(&args.channel, &message, &args.name, &user));
    }
    Ok(json!({ "id": args.id }))
}

fn open(world: &mut World, args: &OfChannel) -> Result<Value, ControlError> {
    if !world.channels.contains_key(&args.channel) {
        world.open(&args.channel, &args.name, args.kind);
    }
    if let Some(channel) = world.channels.get_mut(&args.channel) {
        channel.is_member = args.member;
    }
    Ok(json!({ "id": args.channel }))
}

fn change_author(
    world: &mut World,
    author: &str,
    change: impl FnOnce(&mut User),
) -> Result<Value, ControlError> {
    let known = world.users().find(|user| user.name == author).cloned();
    let mut user = known.ok_or_else(|| ControlError::missing("author", author))?;
    change(&mut user);
    let id = user.id.clone();
    world.put_user(user);
    Ok(json!({ "id": id }))
}

fn suffer(slack: &Slack, world: &mut World, case: &Case) -> Result<Value, ControlError> {
    let mut post = |text: &str, more: Value| -> Result<u64, ControlError> {
        let mut args = json!({ "text": text });
        if let (Some(args), Value::Object(more)) = (args.as_object_mut(), more) {
            args.extend(more);
        }
        insert_one(slack, world, &arguments("torture", &args)?)
    };
    let id = match case {
        Case::Text(text) => post(text, Value::Null)?,
        Case::BigId => post("acme widget with a large ts", json!({ "id": "99999999999.000001" }))?,
        Case::Future => post("acme widget tomorrow", json!({ "at": slack.core.now() + torture::FUTURE_MS }))?,
        // A ts cannot be below nought.
        Case::Before1970 => post("acme widget long ago", json!({ "id": "0.000001" }))?,
        Case::NoAuthor => {
            let id = post("acme widget from nobody", Value::Null)?;
            if let Some(channel) = world.channels.get_mut(CHANNEL) {
                channel.messages.change(id, |message| message.user = None);
            }
            id
        }
        // Threads are flat here: a message on itself, and one on nothing.
        Case::Cycle => {
            let id = post("acme widget chicken", Value::Null)?;
            if let Some(channel) = world.channels.get_mut(CHANNEL) {
                channel.messages.change(id, |message| message.thread = Some(message.id));
            }
            id
        }
        Case::Deep(levels) => {
            let top = post("acme widget at the top", Value::Null)?;
            let mut last = top;
            for level in 1..*levels {
                last = post(&format!("acme widget answer {level}"), json!({ "thread": ts(top) }))?;
            }
            last
        }
    };
    Ok(json!({ "id": ts(id) }))
}

fn parse_id(id: &str) -> Result<u64, ControlError> {
    parse_ts(id).ok_or_else(|| ControlError::missing("message", id))
}
