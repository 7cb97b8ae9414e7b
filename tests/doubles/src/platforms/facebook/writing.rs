//! Calls that change something: replies, edits, hiding, deletions.

use serde_json::{Value, json};

use super::call::Call;
use super::graph::may_write;
use super::problem::Problem;
use super::world::{Comment, PAGE_ID, Post, Thing};
use super::{Facebook, edges, operations, view};

/// Longest comment.
const COMMENT_CHARS_MAX: usize = 8_000;
/// What every change of what others say needs.
const ENGAGE: &str = "pages_manage_engagement";

/// `POST /{post or comment}/comments`, `POST /{id}/likes`, `POST /{page}/feed`, `POST /{page}/subscribed_apps`
pub fn add(facebook: &Facebook, call: &Call, id: &str, edge: &str) -> Result<Value, Problem> {
    match (id == PAGE_ID.to_string(), edge) {
        (false, "comments") => reply(facebook, call, id),
        (false, "likes") => {
            may_write(facebook, call, ENGAGE)?;
            like(facebook, id)
        }
        (true, "feed") => {
            may_write(facebook, call, "pages_manage_posts")?;
            publish(facebook, call)
        }
        (true, "subscribed_apps") => {
            may_write(facebook, call, "pages_manage_metadata")?;
            let fields = call.param("subscribed_fields").unwrap_or_default();
            facebook.state().subscribed = fields.split(',').map(str::to_owned).collect();
            Ok(json!({ "success": true }))
        }
        _ => Err(Problem::no_object("post", id)),
    }
}

fn message(call: &Call) -> Result<String, Problem> {
    match call.param("message") {
        Some(text) if !text.is_empty() && text.chars().count() <= COMMENT_CHARS_MAX => Ok(text.to_owned()),
        Some("") | None => Err(Problem::parameter("Missing message or attachment")),
        Some(_) => Err(Problem::parameter("Param message must be shorter")),
    }
}

fn reply(facebook: &Facebook, call: &Call, on: &str) -> Result<Value, Problem> {
    may_write(facebook, call, ENGAGE)?;
    let text = message(call)?;
    let now = facebook.core.now();
    let mut state = facebook.state();
    let thing = state.world.find(on).ok_or_else(|| Problem::no_object("post", on))?;
    let (post, parent) = match &thing {
        Thing::Post(post) => (post.id, None),
        // An answer to an answer stands beside it.
        Thing::Comment(comment) => (comment.post, Some(comment.parent.unwrap_or(comment.id))),
    };
    let id = state.world.next_comment_id();
    let author = Some(if call.account == 0 { PAGE_ID } else { call.account });
    let comment = Comment { id, post, parent, author, message: text, created_at: now, ..Comment::default() };
    state.world.change_comments(post, |all| all.push(comment.clone()));
    state.world.change_post(post, |post| post.updated_at = now);
    drop(state);
    operations::tell_comment(facebook, &comment, "add");
    match edges::fields_of(call)? {
        // Read after write: what was asked for comes back.
        Some(fields) => view::comment(&facebook.state().world, &comment, Some(&fields), call),
        None => Ok(json!({ "id": comment.full_id() })),
    }
}

fn like(facebook: &Facebook, id: &str) -> Result<Value, Problem> {
    let mut state = facebook.state();
    match state.world.find(id) {
        Some(Thing::Post(post)) => {
            state
                .world
                .change_post(post.id, |post| *post.reactions.entry("LIKE".to_owned()).or_default() += 1);
        }
        Some(Thing::Comment(comment)) => {
            state.world.change_comment(comment.post, comment.id, |comment| comment.likes += 1);
        }
        None => return Err(Problem::no_object("post", id)),
    }
    Ok(json!({ "success": true }))
}

fn publish(facebook: &Facebook, call: &Call) -> Result<Value, Problem> {
    let text = message(call)?;
    let now = facebook.core.now();
    let mut state = facebook.state();
    let id = state.world.next_post_id();
    let post = Post {
        id,
        owner: PAGE_ID,
        author: Some(PAGE_ID),
        message: Some(text),
        created_at: now,
        updated_at: now,
        status_type: "mobile_status_update".to_owned(),
        ..Post::default()
    };
    state.world.posts.put(id, post.clone());
    drop(state);
    operations::tell_post(facebook, &post, "add");
    Ok(json!({ "id": post.full_id() }))
}

/// `POST /{comment}`: `is_hidden`, `message`.
pub fn change(facebook: &Facebook, call: &Call, id: &str) -> Result<Value, Problem> {
    may_write(facebook, call, ENGAGE)?;
    let thing = facebook.state().world.find(id);
    let Some(thing) = thing else { return Err(Problem::no_object("post", id)) };
    if let Some(hidden) = call.param("is_hidden") {
        let Thing::Comment(comment) = &thing else { return Err(Problem::no_field("is_hidden", "Post")) };
        operations::set_hidden(facebook, comment, matches!(hidden, "true" | "1"));
        return Ok(json!({ "success": true }));
    }
    let text = message(call)?;
    operations::set_text(facebook, &thing, &text);
    Ok(json!({ "success": true }))
}

/// `DELETE /{id}`
pub fn delete(facebook: &Facebook, call: &Call, id: &str) -> Result<Value, Problem> {
    may_write(facebook, call, ENGAGE)?;
    match operations::remove(facebook, id) {
        true => Ok(json!({ "success": true })),
        false => Err(Problem::no_object("delete", id)),
    }
}
