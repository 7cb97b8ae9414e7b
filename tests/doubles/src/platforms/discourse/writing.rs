//! What is written: posts, edits, deletions, likes and reports. Bodies come as JSON or as a form.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::request::Parts;
use bytes::Bytes;
use serde_json::{Value, json};

use super::operations;
use super::reading::{Answer, alone, id_of};
use super::rights::{Viewer, user};
use super::view::{self, Place};
use super::world::Kind;
use super::{Discourse, refusal};
use crate::reply;

/// Shortest post.
const RAW_CHARS_MIN: usize = 5;
/// Longest post.
const RAW_CHARS_MAX: usize = 32_000;
/// How long the same post of the same user is taken for the same request.
const SAME_MS: i64 = 120_000;

type Fields = BTreeMap<String, String>;

fn fields(request: &Parts, body: &Bytes) -> Fields {
    let content_type = request.headers.get("content-type").and_then(|value| value.to_str().ok());
    if content_type.is_some_and(|value| value.starts_with("application/json")) {
        let Ok(Value::Object(object)) = serde_json::from_slice(body) else { return Fields::new() };
        let text = |value: Value| match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        return object.into_iter().map(|(name, value)| (name, text(value))).collect();
    }
    url::form_urlencoded::parse(body).into_owned().collect()
}

/// `POST /posts.json`
pub async fn create(State(forum): State<Arc<Discourse>>, request: Parts, body: Bytes) -> Answer {
    let (viewer, author) = user(&forum, &request)?;
    let fields = fields(&request, &body);
    let number = |name: &str| fields.get(name).and_then(|value| value.parse::<u64>().ok());
    let raw = fields.get("raw").map(|raw| raw.trim().to_owned()).unwrap_or_default();
    if raw.is_empty() {
        return Err(refusal::invalid_parameters("param is missing or the value is empty: raw"));
    }
    match raw.chars().count() {
        RAW_CHARS_MIN..=RAW_CHARS_MAX => {}
        count if count < RAW_CHARS_MIN => {
            return Err(refusal::unprocessable("Body is too short (minimum is 5 characters)"));
        }
        _ => return Err(refusal::unprocessable("Body is limited to 32000 characters")),
    }
    let whisper = fields.get("whisper").is_some_and(|value| value == "true");
    if whisper && !viewer.is_staff() {
        return Err(refusal::invalid_access());
    }
    let now = forum.core.now();
    let mut state = forum.state();
    if state.queues_posts {
        let body = json!({ "success": true, "action": "enqueued", "pending_count": 1, "pending_post": { "raw": raw } });
        return Ok(reply::json(200, &body));
    }
    let world = &mut state.world;
    let topic = match number("topic_id") {
        Some(id) => {
            let topic = world.topics.get(&id).filter(|topic| viewer.may_open(world, topic));
            let topic = topic.ok_or_else(|| {
                refusal::unprocessable("You are not permitted to view the requested resource.")
            })?;
            if topic.closed && !viewer.is_staff() {
                return Err(refusal::unprocessable(
                    "This topic is closed; it no longer accepts new replies.",
                ));
            }
            id
        }
        None => {
            let title = fields.get("title").filter(|title| title.chars().count() >= 5);
            let title = title.ok_or_else(|| refusal::unprocessable("Title can't be blank"))?;
            world.open(title, Some(number("category").unwrap_or(4)), now)
        }
    };
    let reply_to = number("reply_to_post_number").filter(|number| *number > 0);
    let same = world.posts.values().find(|post| {
        post.topic == topic
            && post.user == Some(author)
            && post.raw == raw
            && post.reply_to == reply_to
            && now - post.created_at < SAME_MS
    });
    if let Some(same) = same {
        return Ok(reply::json(200, &view::post(world, same, &viewer, Place::Alone)));
    }
    let id = world.say(topic, Some(author), &raw, now);
    if let Some(post) = world.posts.get_mut(&id) {
        post.reply_to = reply_to;
        post.kind = if whisper { Kind::Whisper } else { Kind::Regular };
    }
    drop(state);
    forum.tell_post("post_created", id);
    let state = forum.state();
    alone(&state.world, state.world.posts.get(&id), &viewer)
}

/// `PUT /posts/ID.json` with `post[raw]`
pub async fn edit(
    State(forum): State<Arc<Discourse>>,
    Path(id): Path<String>,
    request: Parts,
    body: Bytes,
) -> Answer {
    let (viewer, author) = user(&forum, &request)?;
    let id = id_of(&id)?;
    let fields = fields(&request, &body);
    let raw = fields.get("post[raw]").or(fields.get("raw")).cloned();
    let raw =
        raw.ok_or_else(|| refusal::invalid_parameters("param is missing or the value is empty: post"))?;
    may_change(&forum, id, &viewer, author)?;
    operations::edit(
        &forum,
        id,
        &raw,
        fields.get("post[edit_reason]").cloned().filter(|reason| !reason.is_empty()),
    );
    let state = forum.state();
    let post = state.world.posts.get(&id).ok_or_else(refusal::not_found)?;
    Ok(reply::json(200, &json!({ "post": view::post(&state.world, post, &viewer, Place::Alone) })))
}

/// `DELETE /posts/ID.json`
pub async fn delete(State(forum): State<Arc<Discourse>>, Path(id): Path<String>, request: Parts) -> Answer {
    let (viewer, author) = user(&forum, &request)?;
    let id = id_of(&id)?;
    may_change(&forum, id, &viewer, author)?;
    operations::delete(&forum, id, author);
    Ok(reply::with_type(200, "text/html; charset=utf-8", ""))
}

/// `PUT /posts/ID/recover.json`
pub async fn recover(State(forum): State<Arc<Discourse>>, Path(id): Path<String>, request: Parts) -> Answer {
    let (viewer, author) = user(&forum, &request)?;
    let id = id_of(&id)?;
    may_change(&forum, id, &viewer, author)?;
    operations::recover(&forum, id);
    let state = forum.state();
    alone(&state.world, state.world.posts.get(&id), &viewer)
}

fn may_change(
    forum: &Discourse,
    id: u64,
    viewer: &Viewer,
    author: i64,
) -> Result<(), axum::response::Response> {
    let state = forum.state();
    let post = state.world.posts.get(&id).ok_or_else(refusal::not_found)?;
    match viewer.is_staff() || post.user == Some(author) {
        true => Ok(()),
        false => Err(refusal::invalid_access()),
    }
}

/// `POST /post_actions.json`: a like, or a report
pub async fn act(State(forum): State<Arc<Discourse>>, request: Parts, body: Bytes) -> Answer {
    let (viewer, author) = user(&forum, &request)?;
    let fields = fields(&request, &body);
    let number = |name: &str| fields.get(name).and_then(|value| value.parse::<u64>().ok());
    let id = number("id").ok_or_else(|| refusal::invalid_parameters("param is missing: id"))?;
    if !forum.state().world.posts.contains_key(&id) {
        return Err(refusal::not_found());
    }
    match number("post_action_type_id") {
        Some(2) => operations::like(&forum, id, 1),
        Some(kind @ (3 | 4 | 7 | 8)) => _ = operations::report(&forum, id, author, kind),
        _ => return Err(refusal::invalid_parameters("post_action_type_id")),
    }
    let state = forum.state();
    alone(&state.world, state.world.posts.get(&id), &viewer)
}

/// `DELETE /post_actions/ID.json`: a like is taken back
pub async fn undo(State(forum): State<Arc<Discourse>>, Path(id): Path<String>, request: Parts) -> Answer {
    let (viewer, _) = user(&forum, &request)?;
    let id = id_of(&id)?;
    if let Some(post) = forum.state().world.posts.get_mut(&id) {
        post.likes = post.likes.saturating_sub(1);
    }
    let state = forum.state();
    alone(&state.world, state.world.posts.get(&id), &viewer)
}
