//! Bodies of the Account Activity API: objects of version 1.1, with all their traps.

use serde_json::{Value, json};

use crate::platforms::x::post::Post;
use crate::platforms::x::view;
use crate::platforms::x::world::{OWN_ID, World};
use crate::{Ms, times};

/// Longest text that such an object shows whole.
const SHORT_CHARS_MAX: usize = 140;

/// Returns the event of a new post, none if it does not concern our account.
pub fn created(world: &World, post: &Post) -> Option<Value> {
    let own = world.user(OWN_ID)?;
    let parent = post.replied_to.and_then(|id| world.posts.get(id));
    let parent_author = parent.and_then(|parent| parent.author).and_then(|id| world.user(id));
    let is_mention = view::mentions(&post.text).any(|(_, _, name)| name.eq_ignore_ascii_case(&own.username));
    let is_answer = parent_author.as_ref().is_some_and(|user| user.id == OWN_ID);
    if post.author != Some(OWN_ID) && !is_mention && !is_answer {
        return None;
    }
    let mut tweet = status(world, post);
    if let (Some(parent), Some(author)) = (post.replied_to, parent_author) {
        tweet["in_reply_to_status_id_str"] = json!(parent.to_string());
        tweet["in_reply_to_user_id_str"] = json!(author.id.to_string());
        tweet["in_reply_to_screen_name"] = json!(author.username);
    }
    Some(json!({
        "for_user_id": OWN_ID.to_string(),
        // A string, as the documents' samples have it.
        "user_has_blocked": "false",
        "tweet_create_events": [tweet],
    }))
}

fn status(world: &World, post: &Post) -> Value {
    let cut = post.text.char_indices().nth(SHORT_CHARS_MAX).map(|(end, _)| &post.text[..end]);
    let mentions: Vec<Value> = view::mentions(&post.text)
        .filter_map(|(start, end, name)| {
            let user = world.user_named(name)?;
            let (id, id_str) = (user.id, user.id.to_string());
            Some(json!({ "screen_name": user.username, "name": user.name, "id": id, "id_str": id_str, "indices": [start, end] }))
        })
        .collect();
    let mut tweet = json!({
        "created_at": times::written("%a %b %d %H:%M:%S +0000 %Y", post.created_at),
        "id": rounded(post.id),
        "id_str": post.id.to_string(),
        "text": view::escaped(cut.unwrap_or(&post.text)),
        "truncated": cut.is_some(),
        "is_quote_status": post.quoted.is_some(),
        "retweet_count": post.figures.reposts,
        "favorite_count": post.figures.likes,
        "entities": { "hashtags": [], "symbols": [], "urls": [], "user_mentions": mentions },
        "lang": post.lang,
        "timestamp_ms": post.created_at.to_string(),
    });
    if cut.is_some() {
        tweet["extended_tweet"] = json!({ "full_text": view::escaped(&post.text) });
    }
    if let Some(user) = post.author.and_then(|id| world.user(id)) {
        tweet["user"] = json!({
            "id": rounded(user.id), "id_str": user.id.to_string(), "name": user.name, "screen_name": user.username,
            "followers_count": user.followers, "protected": user.protected, "verified": user.verified,
        });
    }
    tweet
}

/// Returns the event of a deletion.
pub fn deleted(post: &Post, now: Ms) -> Value {
    json!({
        "for_user_id": OWN_ID.to_string(),
        "tweet_delete_events": [{
            "status": { "id": post.id.to_string(), "user_id": post.author.map(|id| id.to_string()) },
            "timestamp_ms": now.to_string(),
        }],
    })
}

/// What becomes of an id in a double-precision float.
fn rounded(id: u64) -> u64 {
    id as f64 as u64
}
