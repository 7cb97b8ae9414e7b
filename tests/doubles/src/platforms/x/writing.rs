//! Addresses that change something: replies, deletions, hiding, likes.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::platforms::x::operations;
use crate::platforms::x::post::{Post, TEXT_CHARS_MAX};
use crate::platforms::x::view;
use crate::platforms::x::world::World;
use crate::platforms::x::{X, problem, rights};
use crate::reply;

type Answer = Result<Response, Response>;

/// `POST /2/tweets`
pub async fn create(State(x): State<Arc<X>>, request: Parts, body: Bytes) -> Answer {
    let author = rights::user(&x, &request, "tweet.write")?;
    let wanted = parse(&body)?;
    let text = wanted.get("text").and_then(Value::as_str).unwrap_or_default();
    if text.is_empty() {
        return Err(problem::invalid("text", "", "text must not be empty"));
    }
    if text.chars().count() > TEXT_CHARS_MAX {
        return Err(problem::forbidden(
            "Your Tweet text is too long. For more information on allowed text length, visit https://docs.x.com/resources/fundamentals/counting-characters.",
        ));
    }
    let parent = wanted.pointer("/reply/in_reply_to_tweet_id").and_then(Value::as_str);
    let mut state = x.state();
    let parent = match parent {
        Some(parent) => Some(answerable(&state.world, parent, author, state.needs_summon)?),
        None => None,
    };
    let said = (author, text.to_owned());
    if state.world.accepted.contains(&said) {
        return Err(problem::forbidden("You are not allowed to create a Tweet with duplicate content."));
    }
    state.world.accepted.push(said);
    let id = state.world.next_id(x.core.now());
    let mut post = Post::new(id, author, text);
    post.created_at = x.core.now();
    if let Some(parent) = parent {
        (post.replied_to, post.conversation) = (Some(parent.id), parent.conversation);
        state.world.change_figures(parent.id, |figures| figures.replies += 1);
    }
    state.world.posts.put(id, post);
    drop(state);
    operations::tell_created(&x, id);
    let answer =
        json!({ "data": { "id": id.to_string(), "text": text, "edit_history_tweet_ids": [id.to_string()] } });
    Ok(reply::json(201, &answer))
}

fn answerable(world: &World, id: &str, author: u64, needs_summon: bool) -> Result<Post, Response> {
    let visible = id.parse().ok().and_then(|id| world.visible(id).ok());
    let parent = visible.ok_or_else(|| {
        problem::forbidden("You attempted to reply to a Tweet that is deleted or not visible to you.")
    })?;
    let own = world.user(author).map(|user| user.username).unwrap_or_default();
    let is_called = view::mentions(&parent.text).any(|(_, _, name)| name.eq_ignore_ascii_case(&own));
    let is_summoned = parent.author == Some(author) || is_called;
    if needs_summon && !is_summoned {
        return Err(problem::forbidden(
            "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by \
             the author of the post you are replying to.",
        ));
    }
    Ok(parent)
}

/// `DELETE /2/tweets/:id`
pub async fn delete(State(x): State<Arc<X>>, Path(id): Path<String>, request: Parts) -> Answer {
    let author = rights::user(&x, &request, "tweet.write")?;
    let id = id.parse().unwrap_or(0);
    let is_own = x.state().world.posts.get(id).is_some_and(|post| post.author == Some(author));
    if !is_own {
        return Err(problem::forbidden("You are not authorized to delete this Tweet."));
    }
    let deleted = operations::delete(&x, id).is_ok();
    Ok(reply::json(200, &json!({ "data": { "deleted": deleted } })))
}

/// `PUT /2/tweets/:id/hidden`
pub async fn hide(State(x): State<Arc<X>>, Path(id): Path<String>, request: Parts, body: Bytes) -> Answer {
    let author = rights::user(&x, &request, "tweet.moderate.write")?;
    let hidden = parse(&body)?.get("hidden").and_then(Value::as_bool).unwrap_or(true);
    let mut state = x.state();
    let world = &mut state.world;
    let post = id.parse().ok().and_then(|id| world.posts.get(id));
    let root = post.as_ref().and_then(|post| world.posts.get(post.conversation));
    if root.is_none_or(|root| root.author != Some(author)) {
        return Err(problem::forbidden("You are not authorized to hide this reply."));
    }
    let changed = post.and_then(|post| world.posts.change(post.id, |post| post.hidden = hidden));
    changed.ok_or_else(problem::no_route)?;
    Ok(reply::json(200, &json!({ "data": { "hidden": hidden } })))
}

/// `POST /2/users/:id/likes`
pub async fn like(State(x): State<Arc<X>>, request: Parts, body: Bytes) -> Answer {
    rights::user(&x, &request, "like.write")?;
    let wanted = parse(&body)?;
    let id = wanted.get("tweet_id").and_then(Value::as_str).and_then(|id| id.parse().ok()).unwrap_or(0);
    let liked = x.state().world.change_figures(id, |figures| figures.likes += 1);
    match liked {
        Some(_) => Ok(reply::json(200, &json!({ "data": { "liked": true } }))),
        None => Err(problem::forbidden("You are not permitted to perform this action.")),
    }
}

fn parse(body: &[u8]) -> Result<Value, Response> {
    serde_json::from_slice(body)
        .map_err(|_| problem::invalid("$", "", "Requests must be a valid JSON object"))
}
