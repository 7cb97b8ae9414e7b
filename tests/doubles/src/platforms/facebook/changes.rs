//! Webhook bodies: what changed on the page, as Meta tells it.

use serde_json::{Value, json};

use super::view::{permalink, time};
use super::world::{Comment, PAGE_ID, Post, World};
use crate::Ms;

/// Returns a delivery with one change.
pub fn delivery(field: &str, value: &Value, now: Ms) -> Value {
    json!({
        "object": "page",
        "entry": [{ "id": PAGE_ID.to_string(), "time": secs(now), "changes": [{ "field": field, "value": value }] }],
    })
}

/// Returns one delivery for several.
pub fn joined(bodies: &[Value]) -> Value {
    let entries: Vec<&Value> = bodies.iter().filter_map(|body| body["entry"].as_array()).flatten().collect();
    json!({ "object": "page", "entry": entries })
}

/// A comment was added, edited, hidden, shown again or removed.
pub fn comment(world: &World, comment: &Comment, verb: &str) -> Value {
    let post = world.posts.get(comment.post).or_else(|| world.tagged.get(comment.post));
    let post_id = post.as_ref().map_or_else(|| format!("{PAGE_ID}_{}", comment.post), Post::full_id);
    let parent =
        comment.parent.map_or_else(|| post_id.clone(), |parent| format!("{}_{parent}", comment.post));
    let mut value = json!({
        "item": "comment", "verb": verb, "post_id": post_id, "comment_id": comment.full_id(), "parent_id": parent,
        "created_time": secs(comment.created_at),
    });
    tell_author(world, comment.author, &mut value);
    if verb != "remove" {
        value["message"] = json!(comment.message);
    }
    if let Some(post) = post {
        value["post"] = json!({
            "id": post_id, "status_type": post.status_type, "is_published": true, "updated_time": time(post.updated_at),
            "permalink_url": permalink(&post), "promotion_status": "inactive",
        });
    }
    value
}

/// A post was added, edited or removed.
pub fn post(world: &World, post: &Post, verb: &str) -> Value {
    let item = if post.picture.is_some() { "photo" } else { "status" };
    let mut value = json!({
        "item": item, "verb": verb, "post_id": post.full_id(), "created_time": secs(post.created_at), "published": 1,
    });
    tell_author(world, post.author, &mut value);
    if verb != "remove" {
        value["message"] = json!(post.message);
        if post.picture.is_some() {
            value["link"] = json!(format!("https://scontent.example/{}.jpg", post.id));
        }
    }
    value
}

/// Somebody reacted.
pub fn reaction(world: &World, post: &Post, kind: &str, author: Option<u64>, now: Ms) -> Value {
    let kind = match kind {
        "SAD" => "sorry".to_owned(),
        "ANGRY" => "anger".to_owned(),
        other => other.to_lowercase(),
    };
    let mut value = json!({
        "item": "reaction", "verb": "add", "reaction_type": kind, "post_id": post.full_id(),
        "parent_id": post.full_id(), "created_time": secs(now),
    });
    tell_author(world, author, &mut value);
    value
}

fn tell_author(world: &World, author: Option<u64>, value: &mut Value) {
    if let Some((id, name)) = author.and_then(|id| Some((id, world.name(id)?))) {
        value["from"] = json!({ "id": id.to_string(), "name": name });
    }
}

fn secs(ms: Ms) -> i64 {
    ms.div_euclid(1_000)
}
