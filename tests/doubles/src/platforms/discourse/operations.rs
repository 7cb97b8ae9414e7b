//! Operations on the played forum: what its members and moderators do.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Discourse;
use super::world::{Kind, Report};
use crate::control::arguments;
use crate::torture::{self, Case};
use crate::{ControlError, Ms, unsaid};

#[derive(Deserialize)]
struct Insert {
    #[serde(default = "unsaid::text")]
    text: String,
    #[serde(default = "unsaid::author")]
    author: String,
    id: Option<Value>,
    /// Id of a post.
    reply_to: Option<Value>,
    /// Id of a topic; a new one without it, unless something is answered.
    topic: Option<u64>,
    #[serde(default = "title_default")]
    title: String,
    #[serde(default = "category_default")]
    category: u64,
    /// Names of those who may read it: a private message.
    to: Option<Vec<String>>,
    #[serde(default)]
    tags: Vec<String>,
    at: Option<Ms>,
    /// `regular`, `moderator`, `small-action`, `whisper`.
    kind: Option<String>,
    action_code: Option<String>,
    #[serde(default = "unsaid::one")]
    count: u32,
}

fn title_default() -> String {
    "VPN drops every hour since Monday".to_owned()
}

fn category_default() -> u64 {
    4
}

#[derive(Deserialize)]
struct OfPost {
    id: Value,
    #[serde(default = "unsaid::text")]
    text: String,
    reason: Option<String>,
    /// Who does it.
    by: Option<String>,
    #[serde(default = "unsaid::yes")]
    hidden: bool,
    #[serde(default)]
    likes: u64,
    #[serde(default)]
    reads: u64,
    topic: Option<u64>,
    title: Option<String>,
    #[serde(default = "flag_default")]
    kind: u64,
    /// Within the minutes in which an edit leaves the version as it is.
    #[serde(default)]
    quiet: bool,
}

fn flag_default() -> u64 {
    8
}

#[derive(Deserialize)]
struct OfTopic {
    topic: u64,
    title: Option<String>,
    listed: Option<bool>,
    closed: Option<bool>,
    category: Option<u64>,
}

#[derive(Deserialize)]
struct OfAuthor {
    author: String,
    username: Option<String>,
    name: Option<String>,
    staff: Option<bool>,
    groups: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct OfCategory {
    category: u64,
    #[serde(default)]
    groups: Vec<String>,
}

#[derive(Deserialize)]
struct OfReport {
    id: u64,
    #[serde(default)]
    status: u64,
}

#[derive(Deserialize)]
struct Switch {
    #[serde(default)]
    items: u64,
    #[serde(default = "unsaid::yes")]
    on: bool,
}

/// Does an operation.
pub fn run(forum: &Discourse, op: &str, args: &Value) -> Result<Value, ControlError> {
    match op {
        "insert" => insert(forum, &arguments(op, args)?),
        "edit" => {
            let OfPost { id, text, reason, quiet, .. } = arguments(op, args)?;
            let id = known(forum, &id)?;
            match quiet {
                true => edit_quietly(forum, id, &text),
                false => edit(forum, id, &text, reason),
            }
            Ok(json!({ "id": id.to_string() }))
        }
        "delete" => {
            let OfPost { id, by, .. } = arguments(op, args)?;
            let id = known(forum, &id)?;
            let by = by.map_or(Ok(9), |by| user(forum, &by))?;
            delete(forum, id, by);
            Ok(json!({ "id": id.to_string() }))
        }
        "restore" | "recover" => {
            let id = known(forum, &arguments::<OfPost>(op, args)?.id)?;
            recover(forum, id);
            Ok(json!({ "id": id.to_string() }))
        }
        "hide" => {
            let OfPost { id, hidden, .. } = arguments(op, args)?;
            let (id, now) = (known(forum, &id)?, forum.core.now());
            if let Some(post) = forum.state().world.posts.get_mut(&id) {
                (post.hidden, post.updated_at) = (hidden, now);
            }
            forum.tell_post("post_edited", id);
            Ok(json!({ "id": id.to_string() }))
        }
        "move" => move_post(forum, &arguments(op, args)?),
        "react" => {
            let OfPost { id, likes, reads, .. } = arguments(op, args)?;
            let id = known(forum, &id)?;
            if let Some(post) = forum.state().world.posts.get_mut(&id) {
                post.reads += reads;
            }
            like(forum, id, likes);
            Ok(json!({ "id": id.to_string() }))
        }
        "flag" => {
            let OfPost { id, by, kind, .. } = arguments(op, args)?;
            let id = known(forum, &id)?;
            let by = by.map_or(Ok(8), |by| user(forum, &by))?;
            Ok(json!({ "id": report(forum, id, by, kind) }))
        }
        "review" => {
            let OfReport { id, status } = arguments(op, args)?;
            let changed = forum.state().world.reports.get_mut(&id).map(|report| report.status = status);
            changed.ok_or_else(|| ControlError::missing("report", id))?;
            forum.tell_report("reviewable_transitioned_to", id);
            Ok(json!({ "id": id }))
        }
        "change-topic" => change_topic(forum, &arguments(op, args)?),
        "close-category" => {
            let OfCategory { category, groups } = arguments(op, args)?;
            let mut state = forum.state();
            let known = state.world.categories.get_mut(&category);
            known.ok_or_else(|| ControlError::missing("category", category))?.groups = groups;
            Ok(json!({ "category": category }))
        }
        "rename-author" | "change-author" => change_author(forum, &arguments(op, args)?),
        "anonymise-author" | "remove-author" => anonymise(forum, &arguments::<OfAuthor>(op, args)?.author),
        "seed" => {
            let Switch { items, .. } = arguments(op, args)?;
            let now = forum.core.now();
            let seed = forum.core.seed();
            forum.state().world.seed(seed, items, now);
            Ok(json!({ "items": items }))
        }
        "ids" => Ok(forum.state().world.posts.keys().map(|id| json!(id.to_string())).collect()),
        "torture" => torture::asked(args)?.into_iter().map(|(_, case)| suffer(forum, &case)).collect(),
        "ping" => {
            forum.tell_ping();
            Ok(json!({}))
        }
        _ => switch(forum, op, args),
    }
}

fn switch(forum: &Discourse, op: &str, args: &Value) -> Result<Value, ControlError> {
    let Switch { on, .. } = arguments(op, args)?;
    let mut state = forum.state();
    match op {
        "login-required" => state.login_required = on,
        "windows" => state.windows = on,
        "lazy-categories" => state.lazy_categories = on,
        "queue-posts" => state.queues_posts = on,
        _ => return Err(ControlError::Unknown(op.to_owned())),
    }
    Ok(json!({ "on": on }))
}

fn insert(forum: &Discourse, args: &Insert) -> Result<Value, ControlError> {
    let mut ids = Vec::new();
    for _ in 0..args.count {
        ids.push(insert_one(forum, args)?.to_string());
    }
    let topic = ids.last().and_then(|id| Some(forum.state().world.posts.get(&id.parse().ok()?)?.topic));
    Ok(json!({ "id": ids.last(), "ids": ids, "topic": topic }))
}

fn insert_one(forum: &Discourse, args: &Insert) -> Result<u64, ControlError> {
    let at = args.at.unwrap_or(forum.core.now());
    let parent = args.reply_to.as_ref().map(|id| known(forum, id)).transpose()?;
    let mut state = forum.state();
    let world = &mut state.world;
    let parent = parent.and_then(|id| world.posts.get(&id)).map(|post| (post.topic, post.number));
    let author = world.obtain_user(&args.author);
    let topic = match (args.topic, parent) {
        (Some(topic), _) if !world.topics.contains_key(&topic) => {
            return Err(ControlError::missing("topic", topic));
        }
        (Some(topic), _) | (None, Some((topic, _))) => topic,
        (None, None) => world.open(&args.title, Some(args.category).filter(|_| args.to.is_none()), at),
    };
    if let Some(to) = &args.to {
        let mut allowed: Vec<i64> = to.iter().map(|name| world.obtain_user(name)).collect();
        allowed.push(author);
        if let Some(topic) = world.topics.get_mut(&topic) {
            topic.allowed = allowed;
        }
    }
    if let Some(topic) = world.topics.get_mut(&topic).filter(|_| !args.tags.is_empty()) {
        topic.tags.clone_from(&args.tags);
    }
    let id = match &args.id {
        Some(id) => {
            let id = number(id)?;
            world.say_as(id, topic, Some(author), &args.text, at);
            id
        }
        None => world.say(topic, Some(author), &args.text, at),
    };
    if let Some(post) = world.posts.get_mut(&id) {
        post.reply_to = parent.map(|(_, number)| number);
        post.action_code.clone_from(&args.action_code);
        post.kind = match args.kind.as_deref() {
            Some("moderator") => Kind::Moderator,
            Some("small-action") => Kind::SmallAction,
            Some("whisper") => Kind::Whisper,
            _ => Kind::Regular,
        };
    }
    drop(state);
    forum.tell_post("post_created", id);
    Ok(id)
}

/// Changes the words of a post: a new version.
pub fn edit(forum: &Discourse, id: u64, raw: &str, reason: Option<String>) {
    let now = forum.core.now();
    if let Some(post) = forum.state().world.posts.get_mut(&id) {
        post.raw = raw.to_owned();
        (post.version, post.updated_at, post.edit_reason) = (post.version + 1, now, reason);
    }
    forum.tell_post("post_edited", id);
}

fn edit_quietly(forum: &Discourse, id: u64, raw: &str) {
    let now = forum.core.now();
    if let Some(post) = forum.state().world.posts.get_mut(&id) {
        (post.raw, post.updated_at) = (raw.to_owned(), now);
    }
    forum.tell_post("post_edited", id);
}

/// Takes a post away; its author only takes it back.
pub fn delete(forum: &Discourse, id: u64, by: i64) {
    let now = forum.core.now();
    if let Some(post) = forum.state().world.posts.get_mut(&id) {
        match post.user == Some(by) {
            true => (post.user_deleted, post.updated_at, post.version) = (true, now, post.version + 1),
            false => post.deleted = Some((now, by)),
        }
    }
    forum.tell_post("post_destroyed", id);
}

/// Brings a post back. What a moderator took away comes back with its old times.
pub fn recover(forum: &Discourse, id: u64) {
    let now = forum.core.now();
    if let Some(post) = forum.state().world.posts.get_mut(&id) {
        if post.user_deleted {
            (post.user_deleted, post.updated_at, post.version) = (false, now, post.version + 1);
        }
        post.deleted = None;
    }
    forum.tell_post("post_recovered", id);
}

/// Adds likes.
pub fn like(forum: &Discourse, id: u64, count: u64) {
    if let Some(post) = forum.state().world.posts.get_mut(&id) {
        post.likes += count;
    }
    if count > 0 {
        forum.tell_like(id);
    }
}

/// Reports a post to the moderators.
pub fn report(forum: &Discourse, post: u64, by: i64, kind: u64) -> u64 {
    let at = forum.core.now();
    let id = {
        let mut state = forum.state();
        let id = 70 + state.world.reports.len() as u64;
        state.world.reports.insert(id, Report { id, post, by, kind, status: 0, at });
        id
    };
    forum.tell_report("reviewable_created", id);
    id
}

/// The post keeps its id and gets the next number of the other topic; a small action says so where it was.
fn move_post(forum: &Discourse, args: &OfPost) -> Result<Value, ControlError> {
    let (id, now) = (known(forum, &args.id)?, forum.core.now());
    let mut state = forum.state();
    let world = &mut state.world;
    let Some(old) = world.posts.get(&id).map(|post| post.topic) else {
        return Err(ControlError::missing("post", id));
    };
    let category = world.topics.get(&old).and_then(|topic| topic.category);
    let new = match args.topic {
        Some(topic) if world.topics.contains_key(&topic) => topic,
        Some(topic) => return Err(ControlError::missing("topic", topic)),
        None => world.open(args.title.as_deref().unwrap_or("Moved on"), category, now),
    };
    let number = world.next_number(new);
    if let Some(topic) = world.topics.get_mut(&old) {
        topic.posts.retain(|post| *post != id);
    }
    if let Some(post) = world.posts.get_mut(&id) {
        (post.topic, post.number, post.reply_to, post.updated_at) = (new, number, None, now);
    }
    if let Some(topic) = world.topics.get_mut(&new) {
        topic.posts.push(id);
    }
    let note = world.say(old, Some(9), "A post was split to a new topic", now);
    if let Some(note) = world.posts.get_mut(&note) {
        (note.kind, note.action_code) = (Kind::SmallAction, Some("split_topic".to_owned()));
    }
    drop(state);
    forum.tell_post("post_edited", id);
    forum.tell_post("post_created", note);
    Ok(json!({ "id": id.to_string(), "topic": new }))
}

fn change_topic(forum: &Discourse, args: &OfTopic) -> Result<Value, ControlError> {
    let mut state = forum.state();
    let topic = state.world.topics.get_mut(&args.topic);
    let topic = topic.ok_or_else(|| ControlError::missing("topic", args.topic))?;
    topic.title = args.title.clone().unwrap_or_else(|| topic.title.clone());
    topic.listed = args.listed.unwrap_or(topic.listed);
    topic.closed = args.closed.unwrap_or(topic.closed);
    topic.category = args.category.or(topic.category);
    drop(state);
    let event = if args.closed.is_some() { "topic_closed_status_updated" } else { "topic_edited" };
    forum.tell_topic(event, args.topic);
    Ok(json!({ "topic": args.topic }))
}

fn user(forum: &Discourse, username: &str) -> Result<i64, ControlError> {
    let state = forum.state();
    state
        .world
        .user_named(username)
        .map(|user| user.id)
        .ok_or_else(|| ControlError::missing("user", username))
}

fn change_author(forum: &Discourse, args: &OfAuthor) -> Result<Value, ControlError> {
    let id = user(forum, &args.author)?;
    if let Some(user) = forum.state().world.users.get_mut(&id) {
        user.username = args.username.clone().unwrap_or_else(|| user.username.clone());
        user.name = args.name.clone().or(user.name.take());
        user.staff = args.staff.unwrap_or(user.staff);
        user.groups = args.groups.clone().unwrap_or_else(|| std::mem::take(&mut user.groups));
    }
    Ok(json!({ "id": id }))
}

/// The posts stay, under another name and with the same user's id.
fn anonymise(forum: &Discourse, username: &str) -> Result<Value, ControlError> {
    let id = user(forum, username)?;
    if let Some(user) = forum.state().world.users.get_mut(&id) {
        (user.username, user.name) = (format!("anon{}", id.unsigned_abs() * 1_003), None);
    }
    Ok(json!({ "id": id }))
}

fn suffer(forum: &Discourse, case: &Case) -> Result<Value, ControlError> {
    let say = |text: &str, more: Value| {
        let mut args = json!({ "text": text });
        if let (Value::Object(args), Value::Object(more)) = (&mut args, more) {
            args.extend(more);
        }
        insert_one(forum, &arguments("insert", &args)?)
    };
    let id = match case {
        Case::Text(text) => say(text, Value::Null)?,
        Case::BigId => {
            let id = forum.state().world.big_id();
            say("acme widget with a large id", json!({ "id": id }))?
        }
        Case::Future => say("acme widget tomorrow", json!({ "at": forum.core.now() + torture::FUTURE_MS }))?,
        Case::Before1970 => say("acme widget long ago", json!({ "at": torture::BEFORE_1970_MS }))?,
        Case::NoAuthor => {
            let id = say("acme widget from nobody", Value::Null)?;
            if let Some(post) = forum.state().world.posts.get_mut(&id) {
                post.user = None;
            }
            id
        }
        Case::Cycle => {
            let first = say("acme widget chicken", Value::Null)?;
            let second = say("acme widget egg", json!({ "reply_to": first }))?;
            let mut state = forum.state();
            let number = state.world.posts.get(&second).map(|post| post.number);
            if let Some(post) = state.world.posts.get_mut(&first) {
                post.reply_to = number;
            }
            second
        }
        Case::Deep(levels) => {
            let mut last = say("acme widget at the top", Value::Null)?;
            for level in 1..*levels {
                last = say(&format!("acme widget {level} deep"), json!({ "reply_to": last }))?;
            }
            last
        }
    };
    Ok(json!({ "id": id.to_string() }))
}

/// Ids come as numbers or as text.
fn number(id: &Value) -> Result<u64, ControlError> {
    let number = id.as_u64().or_else(|| id.as_str()?.parse().ok());
    number.ok_or_else(|| ControlError::missing("post", id))
}

fn known(forum: &Discourse, id: &Value) -> Result<u64, ControlError> {
    let id = number(id)?;
    match forum.state().world.posts.contains_key(&id) {
        true => Ok(id),
        false => Err(ControlError::missing("post", id)),
    }
}
