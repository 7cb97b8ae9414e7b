//! Bodies of the X Activity API.

use serde_json::{Value, json};

use crate::platforms::x::post::Post;
use crate::platforms::x::view::{self, View, Vocabulary};
use crate::platforms::x::world::{OWN_ID, World};
use crate::sample::Chance;

/// Returns the event of a new post: a mention, a reply or a post of our account; none if it is neither.
pub fn created(world: &World, post: &Post) -> Option<Value> {
    let own = world.user(OWN_ID)?;
    let parent = post.replied_to.and_then(|id| world.posts.get(id));
    let is_mention = view::mentions(&post.text).any(|(_, _, name)| name.eq_ignore_ascii_case(&own.username));
    let kind = match () {
        () if post.author == Some(OWN_ID) => "post.create",
        () if is_mention => "post.mention.create",
        () if parent.is_some_and(|parent| parent.author == Some(OWN_ID)) => "post.reply.create",
        () => return None,
    };
    let view = View::whole(world, Vocabulary::Tweets);
    let mut payload = view.post(post);
    double_figures(&mut payload);
    let (includes, _) = view.around(std::slice::from_ref(post));
    let mut data = json!({
        "event_uuid": post.id.to_string(),
        "filter": { "user_id": OWN_ID.to_string() },
        "event_type": kind,
        "tag": kind.split('.').nth(1).unwrap_or_default(),
        "payload": payload,
    });
    if let Some(mut includes) = includes {
        double_figures(&mut includes);
        data["includes"] = includes;
    }
    Some(json!({ "data": data }))
}

/// Returns the event of a deletion; its id may be negative, and its users are wrapped once more.
pub fn deleted(world: &World, post: &Post, seed: u64) -> Value {
    let view = View::whole(world, Vocabulary::Tweets);
    let author = post.author.and_then(|id| world.user(id));
    let users: Vec<Value> = author.iter().map(|user| json!({ "data": view.user(user) })).collect();
    let uuid = Chance::new(seed, post.id).draw() >> 1;
    json!({ "data": {
        "event_uuid": format!("-{uuid}"),
        "filter": { "user_id": OWN_ID.to_string() },
        "event_type": "post.delete",
        "tag": "deletions",
        "payload": { "id": post.id.to_string(), "author_id": post.author.map(|id| id.to_string()) },
        "includes": { "users": users },
    }})
}

/// This API says every figure twice: `like_count` and `like_count_str`.
fn double_figures(value: &mut Value) {
    match value {
        Value::Object(map) => {
            let twins: Vec<(String, Value)> = map
                .iter()
                .filter(|(name, value)| name.ends_with("_count") && value.is_u64())
                .map(|(name, value)| (format!("{name}_str"), json!(value.to_string())))
                .collect();
            map.values_mut().for_each(double_figures);
            map.extend(twins);
        }
        Value::Array(list) => list.iter_mut().for_each(double_figures),
        _ => {}
    }
}
