//! Posts and topics as JSON.

use serde_json::{Value, json};

use super::PAGE;
use super::world::{Post, Topic, World};
use crate::times::rfc3339_ms;

fn user(world: &World, uid: u64) -> Value {
    match world.users.get(&uid) {
        Some(name) => json!({
            "uid": uid, "username": name, "displayname": name, "userslug": name.to_lowercase(),
            "picture": format!("/assets/uploads/profile/uid-{uid}.png"), "status": "offline",
            "icon:text": name.chars().next().unwrap_or('?').to_uppercase().to_string(), "icon:bgColor": "#f44336",
        }),
        None => {
            json!({ "uid": 0, "username": "[[global:former-user]]", "displayname": "[[global:former-user]]", "userslug": "", "picture": null })
        }
    }
}

/// Returns a post of the list of recent posts: its words without markup.
pub fn summary(world: &World, post: &Post) -> Value {
    let topic = world.topics.get(&post.tid);
    let cid = topic.map(|topic| topic.cid);
    json!({
        "pid": post.pid, "tid": post.tid, "toPid": post.to_pid, "content": post.content, "uid": post.uid,
        "timestamp": post.timestamp, "timestampISO": rfc3339_ms(post.timestamp), "deleted": post.deleter.is_some(),
        "upvotes": post.upvotes, "downvotes": post.downvotes, "votes": votes(post),
        "user": user(world, post.uid),
        "topic": topic.map(|topic| json!({
            "uid": 1, "tid": topic.tid, "title": topic.title, "cid": topic.cid, "slug": format!("{}/topic", topic.tid),
            "deleted": 0, "postcount": topic.posts.len(), "mainPid": topic.posts.first(), "titleRaw": topic.title,
        })),
        "category": { "cid": cid, "name": cid.and_then(|cid| world.categories.get(&cid)).map(|(name, _)| name) },
        "isMainPost": topic.is_some_and(|topic| topic.posts.first() == Some(&post.pid)),
    })
}

fn votes(post: &Post) -> i64 {
    post.upvotes.cast_signed() - post.downvotes.cast_signed()
}

/// Returns a post as its topic shows it to `viewer`.
pub fn whole(world: &World, post: &Post, viewer: u64) -> Value {
    let answers = world.answers_to(post.pid);
    json!({
        "pid": post.pid, "tid": post.tid, "uid": post.uid, "toPid": post.to_pid,
        "content": format!("<p dir=\"auto\">{}</p>\n", post.content),
        "timestamp": post.timestamp, "timestampISO": rfc3339_ms(post.timestamp),
        "edited": post.edited, "editedISO": if post.edited > 0 { rfc3339_ms(post.edited) } else { String::new() },
        "deleted": u8::from(post.deleter.is_some()), "deleterUid": post.deleter.unwrap_or(0),
        "upvotes": post.upvotes, "downvotes": post.downvotes, "votes": votes(post), "announces": 0, "bookmarks": 0,
        "user": user(world, post.uid), "editor": null, "bookmarked": false, "attachments": [],
        "replies": { "hasMore": false, "users": [], "text": "", "count": answers },
        "selfPost": post.uid != 0 && post.uid == viewer, "events": [], "index": 0,
    })
}

/// Returns a page of a topic: the first post stands on every first page, whatever the order.
pub fn topic(world: &World, topic: &Topic, viewer: u64, page: usize, newest_first: bool) -> Value {
    let mut order: Vec<u64> = topic.posts.iter().skip(1).copied().collect();
    if newest_first {
        order.reverse();
    }
    let order: Vec<u64> = topic.posts.first().copied().into_iter().chain(order).collect();
    let pages = order.len().div_ceil(PAGE).max(1);
    let shown = order.iter().skip((page.max(1) - 1) * PAGE).take(PAGE);
    let posts: Vec<Value> =
        shown.filter_map(|pid| world.posts.get(pid)).map(|post| whole(world, post, viewer)).collect();
    let tags: Vec<Value> =
        topic.tags.iter().map(|tag| json!({ "value": tag, "valueEscaped": tag, "score": 1 })).collect();
    let category = world.categories.get(&topic.cid).map(|(name, _)| name);
    json!({
        "category": { "cid": topic.cid, "name": category, "slug": format!("{}/category", topic.cid) },
        "tid": topic.tid, "uid": 1, "cid": topic.cid, "mainPid": topic.posts.first(), "title": topic.title,
        "titleRaw": topic.title, "slug": format!("{}/topic", topic.tid), "locked": u8::from(topic.locked), "deleted": 0,
        "postcount": topic.posts.len(), "viewcount": 64, "tags": tags, "posts": posts,
        "pagination": { "currentPage": page, "pageCount": pages, "pages": [] },
    })
}
