//! Posts, comments and people as the Graph API shows them: what was asked for, and nothing that is not there.

use serde_json::{Map, Value, json};

use super::Call;
use super::edges;
use super::fields::Field;
use super::problem::Problem;
use super::world::{Comment, PAGE_ID, Post, Thing, World};
use crate::{Ms, times};

/// What a post shows to those who ask for nothing in particular.
const POST_FIELDS: [&str; 4] = ["created_time", "message", "story", "id"];
const COMMENT_FIELDS: [&str; 4] = ["created_time", "from", "message", "id"];

/// Returns `ms` as the Graph API writes it: no colon in the offset.
pub fn time(ms: Ms) -> String {
    times::written("%Y-%m-%dT%H:%M:%S+0000", ms)
}

/// Shows something with the fields that were asked for.
pub fn thing(world: &World, thing: &Thing, fields: Option<&[Field]>, call: &Call) -> Result<Value, Problem> {
    match thing {
        Thing::Post(it) => post(world, it, fields, call),
        Thing::Comment(it) => comment(world, it, fields, call),
    }
}

/// Shows a post.
pub fn post(world: &World, post: &Post, fields: Option<&[Field]>, call: &Call) -> Result<Value, Problem> {
    let id = post.full_id();
    shown(&id, fields, &POST_FIELDS, |field| {
        Ok(match field.name.as_str() {
            "message" => json!(post.message),
            "story" => json!(post.story),
            "created_time" => json!(time(post.created_at)),
            "updated_time" => json!(time(post.updated_at)),
            "from" => author(world, post.author, call),
            "permalink_url" => json!(permalink(post)),
            "parent_id" => json!(post.parent),
            "status_type" => json!(post.status_type),
            "message_tags" => tags(post),
            "is_published" => json!(true),
            "is_hidden" => json!(false),
            "attachments" => {
                post.picture.as_ref().map_or(Value::Null, |alt| json!({ "data": [picture(post.id, alt)] }))
            }
            "full_picture" => post.picture.as_ref().map_or(Value::Null, |_| json!(image(post.id))),
            "shares" if post.shares > 0 => json!({ "count": post.shares }),
            "shares" => Value::Null,
            "comments" => edges::comments(
                world,
                &Thing::Post(post.clone()),
                &call.within(&id, field),
                field.within.as_deref(),
            )?,
            "reactions" | "likes" => reactions(&post.reactions, field),
            other => return Err(Problem::no_field(other, "Post")),
        })
    })
}

/// Shows a comment.
pub fn comment(
    world: &World,
    comment: &Comment,
    fields: Option<&[Field]>,
    call: &Call,
) -> Result<Value, Problem> {
    let id = comment.full_id();
    let answers =
        world.comments(comment.post).iter().filter(|other| other.parent == Some(comment.id)).count();
    shown(&id, fields, &COMMENT_FIELDS, |field| {
        Ok(match field.name.as_str() {
            "message" => json!(comment.message),
            "created_time" => json!(time(comment.created_at)),
            "from" => author(world, comment.author, call),
            "parent" => match comment.parent {
                Some(parent) => json!({ "id": format!("{}_{parent}", comment.post) }),
                None => Value::Null,
            },
            "attachment" => comment.picture.as_ref().map_or(Value::Null, |alt| picture(comment.id, alt)),
            "like_count" => json!(comment.likes),
            "comment_count" => json!(answers),
            "is_hidden" => json!(comment.hidden),
            "is_private" => json!(comment.private),
            "can_hide" | "can_comment" | "can_remove" | "can_like" => json!(true),
            "user_likes" => json!(false),
            "permalink_url" => {
                let address = format!(
                    "https://www.facebook.com/{PAGE_ID}/posts/{}?comment_id={}",
                    comment.post, comment.id
                );
                json!(address)
            }
            "message_tags" | "object" => Value::Null,
            "comments" => {
                let thing = Thing::Comment(comment.clone());
                edges::comments(world, &thing, &call.within(&id, field), field.within.as_deref())?
            }
            "reactions" | "likes" => {
                reactions(&[("LIKE".to_owned(), comment.likes)].into_iter().collect(), field)
            }
            other => return Err(Problem::no_field(other, "Comment")),
        })
    })
}

/// Shows the page.
pub fn page(world: &World, fields: Option<&[Field]>, call: &Call) -> Result<Value, Problem> {
    shown(&PAGE_ID.to_string(), fields, &["name", "id"], |field| {
        Ok(match field.name.as_str() {
            "name" => json!(world.name(PAGE_ID)),
            "link" => json!(format!("https://www.facebook.com/{PAGE_ID}")),
            "category" => json!("Product/Service"),
            "fan_count" | "followers_count" => json!(4_711),
            "tasks" => json!(["ANALYZE", "MESSAGING", "MODERATE", "CREATE_CONTENT", "MANAGE"]),
            "access_token" => json!(super::PAGE_TOKEN),
            "feed" | "posts" | "published_posts" => {
                edges::feed(world, &call.within(&PAGE_ID.to_string(), field), field.within.as_deref())?
            }
            other => return Err(Problem::no_field(other, "Page")),
        })
    })
}

/// Shows somebody.
pub fn person(world: &World, id: u64, fields: Option<&[Field]>) -> Result<Value, Problem> {
    shown(&id.to_string(), fields, &["name", "id"], |field| match field.name.as_str() {
        "name" => Ok(json!(world.name(id))),
        other => Err(Problem::no_field(other, "User")),
    })
}

/// Puts fields together: the id always, and no field without a value.
fn shown(
    id: &str,
    fields: Option<&[Field]>,
    usual: &[&str],
    show: impl Fn(&Field) -> Result<Value, Problem>,
) -> Result<Value, Problem> {
    let named = |name: &&str| Field { name: (*name).to_owned(), ..Field::default() };
    let usual: Vec<Field> = usual.iter().map(named).collect();
    let fields = fields.unwrap_or(&usual);
    let mut object = Map::new();
    for field in fields {
        let value = if field.name == "id" { json!(id) } else { show(field)? };
        if !value.is_null() {
            object.insert(field.shown_as().to_owned(), value);
        }
    }
    object.insert("id".to_owned(), json!(id));
    Ok(Value::Object(object))
}

/// Authors are left out who are gone, and all but the page where the permission is missing.
fn author(world: &World, author: Option<u64>, call: &Call) -> Value {
    let seen = |id: &u64| *id == PAGE_ID || call.sees_people;
    match author.filter(seen).and_then(|id| Some((id, world.name(id)?))) {
        Some((id, name)) => json!({ "id": id.to_string(), "name": name }),
        None => Value::Null,
    }
}

/// Returns the page of a post.
pub fn permalink(post: &Post) -> String {
    format!("https://www.facebook.com/{}/posts/{}", post.owner, post.id)
}

fn tags(post: &Post) -> Value {
    if post.owner == PAGE_ID {
        return Value::Null;
    }
    json!([{ "id": PAGE_ID.to_string(), "name": "Acme", "type": "page", "offset": 0, "length": 4 }])
}

fn image(id: u64) -> String {
    format!("https://scontent.example/{id}.jpg")
}

fn picture(id: u64, alt: &str) -> Value {
    let page = format!("https://www.facebook.com/photo.php?fbid={id}");
    json!({
        "media_type": "photo", "type": "photo", "url": page, "description": alt,
        "media": { "image": { "height": 480, "src": image(id), "width": 640 } },
        "target": { "id": id.to_string(), "url": page },
    })
}

/// Only figures: who reacted is nobody's business here.
fn reactions(reactions: &std::collections::BTreeMap<String, u64>, field: &Field) -> Value {
    let total: u64 = match field.args.get("type") {
        Some(kind) => reactions.get(kind).copied().unwrap_or(0),
        None => reactions.values().sum(),
    };
    let mut edge = json!({ "data": [] });
    if field.args.get("summary").is_some_and(|summary| summary != "false") {
        edge["summary"] = json!({ "total_count": total, "viewer_reaction": "NONE" });
    }
    edge
}
