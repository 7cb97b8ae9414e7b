//! Operations on the played Facebook: what its users and moderators do.

use serde::Deserialize;
use serde_json::{Value, json};

use super::world::{Comment, PAGE_ID, Post, Thing};
use super::{Facebook, changes};
use crate::control::arguments;
use crate::torture::{self, Case};
use crate::{ControlError, Ms, Push, unsaid};

#[derive(Deserialize)]
struct Insert {
    #[serde(default = "unsaid::text")]
    text: String,
    /// Name or id; "" for nobody.
    #[serde(default = "author_default")]
    author: String,
    /// A post or comment; without it a post is made.
    reply_to: Option<String>,
    /// On the page of somebody else, who names ours.
    #[serde(default)]
    elsewhere: bool,
    at: Option<Ms>,
    #[serde(default)]
    hidden: bool,
    #[serde(default)]
    private: bool,
    /// A post on which nobody comments by himself, as people do on generated ones.
    #[serde(default)]
    quiet: bool,
    /// Alternative text of a picture.
    picture: Option<String>,
    #[serde(default = "unsaid::one")]
    count: u32,
}

fn author_default() -> String {
    "Jo Fictional".to_owned()
}

#[derive(Deserialize)]
struct OfThing {
    id: String,
    #[serde(default)]
    text: String,
    #[serde(default = "unsaid::yes")]
    hidden: bool,
    #[serde(default = "kind_default")]
    kind: String,
    #[serde(default = "many")]
    count: u64,
    #[serde(default)]
    shares: u64,
}

fn kind_default() -> String {
    "LIKE".to_owned()
}

fn many() -> u64 {
    1
}

#[derive(Deserialize)]
struct OfAuthor {
    author: String,
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Review {
    #[serde(default = "unsaid::text")]
    text: String,
    #[serde(default = "author_default")]
    author: String,
    #[serde(default = "unsaid::yes")]
    positive: bool,
}

#[derive(Deserialize)]
struct Switch {
    #[serde(default)]
    items: u64,
    #[serde(default = "unsaid::yes")]
    on: bool,
    #[serde(default)]
    times: u32,
    #[serde(default)]
    fields: Vec<String>,
    /// Of generated posts one of so many has comments.
    #[serde(default = "many")]
    talked_about: u64,
}

/// Does an operation.
pub fn run(facebook: &Facebook, op: &str, args: &Value) -> Result<Value, ControlError> {
    match op {
        "insert" => insert(facebook, &arguments(op, args)?),
        "edit" => {
            let OfThing { id, text, .. } = arguments(op, args)?;
            set_text(facebook, &find(facebook, &id)?, &text);
            Ok(json!({ "id": id }))
        }
        "delete" => {
            let OfThing { id, .. } = arguments(op, args)?;
            if remove(facebook, &id) {
                Ok(json!({ "id": id }))
            } else {
                Err(ControlError::missing("post or comment", id))
            }
        }
        "restore" => {
            let OfThing { id, .. } = arguments(op, args)?;
            let restored = facebook.state().world.restore(&id);
            restored
                .map(|_| json!({ "id": id }))
                .ok_or_else(|| ControlError::missing("deleted post or comment", id))
        }
        "hide" => {
            let OfThing { id, hidden, .. } = arguments(op, args)?;
            let Thing::Comment(comment) = find(facebook, &id)? else {
                return Err(ControlError::missing("comment", id));
            };
            set_hidden(facebook, &comment, hidden);
            Ok(json!({ "id": id }))
        }
        "react" => react(facebook, &arguments(op, args)?),
        "rename-author" | "remove-author" => {
            let OfAuthor { author, name } = arguments(op, args)?;
            let mut state = facebook.state();
            let id = state.world.obtain_person(&author);
            state.world.set_name(id, if op == "remove-author" { "" } else { &name });
            Ok(json!({ "id": id.to_string() }))
        }
        "review" => review(facebook, &arguments(op, args)?),
        "seed" => {
            let Switch { items, talked_about, .. } = arguments(op, args)?;
            facebook.state().world.generate(items, talked_about, facebook.core.now());
            Ok(json!({ "items": items }))
        }
        "ids" => Ok(json!(facebook.state().world.ids())),
        "torture" => torture::asked(args)?.into_iter().map(|(_, case)| suffer(facebook, &case)).collect(),
        "require-proof" | "hide-people" | "batch-timeouts" | "subscribe" => {
            let Switch { on, times, fields, .. } = arguments(op, args)?;
            let mut state = facebook.state();
            match op {
                "require-proof" => state.needs_proof = on,
                "hide-people" => state.hides_people = on,
                "batch-timeouts" => state.timeouts = times,
                _ => state.subscribed = fields,
            }
            Ok(json!({ "on": on }))
        }
        _ => Err(ControlError::Unknown(op.to_owned())),
    }
}

fn find(facebook: &Facebook, id: &str) -> Result<Thing, ControlError> {
    facebook.state().world.find(id).ok_or_else(|| ControlError::missing("post or comment", id))
}

fn insert(facebook: &Facebook, args: &Insert) -> Result<Value, ControlError> {
    let mut ids = Vec::new();
    for _ in 0..args.count {
        ids.push(match &args.reply_to {
            Some(on) => insert_comment(facebook, args, on)?,
            None => insert_post(facebook, args),
        });
    }
    Ok(json!({ "id": ids.last(), "ids": ids }))
}

fn insert_post(facebook: &Facebook, args: &Insert) -> String {
    let mut state = facebook.state();
    let world = &mut state.world;
    let author = (!args.author.is_empty()).then(|| world.obtain_person(&args.author));
    let at = args.at.unwrap_or_else(|| facebook.core.now());
    let post = Post {
        id: world.next_post_id(),
        owner: if args.elsewhere { author.unwrap_or(1) } else { PAGE_ID },
        author,
        message: Some(args.text.clone()),
        created_at: at,
        updated_at: at,
        status_type: if args.picture.is_some() { "added_photos" } else { "mobile_status_update" }.to_owned(),
        picture: args.picture.clone(),
        ..Post::default()
    };
    let shelf = if args.elsewhere { &mut world.tagged } else { &mut world.posts };
    shelf.put(post.id, post.clone());
    if args.quiet {
        world.change_comments(post.id, Vec::clear);
    }
    drop(state);
    tell_post(facebook, &post, "add");
    post.full_id()
}

fn insert_comment(facebook: &Facebook, args: &Insert, on: &str) -> Result<String, ControlError> {
    let (post, parent) = match find(facebook, on)? {
        Thing::Post(post) => (post.id, None),
        Thing::Comment(comment) => (comment.post, Some(comment.id)),
    };
    let mut state = facebook.state();
    let world = &mut state.world;
    let comment = Comment {
        id: world.next_comment_id(),
        post,
        parent,
        author: (!args.author.is_empty()).then(|| world.obtain_person(&args.author)),
        message: args.text.clone(),
        created_at: args.at.unwrap_or_else(|| facebook.core.now()),
        hidden: args.hidden,
        private: args.private,
        likes: 0,
        picture: args.picture.clone(),
    };
    world.change_comments(post, |all| all.push(comment.clone()));
    world.change_post(post, |post| post.updated_at = post.updated_at.max(comment.created_at));
    drop(state);
    tell_comment(facebook, &comment, "add");
    Ok(comment.full_id())
}

/// Changes what something says.
pub fn set_text(facebook: &Facebook, thing: &Thing, text: &str) {
    let now = facebook.core.now();
    match thing {
        Thing::Post(post) => {
            let changed = facebook.state().world.change_post(post.id, |post| {
                (post.message, post.updated_at) = (Some(text.to_owned()), now);
                post.clone()
            });
            changed.into_iter().for_each(|post| tell_post(facebook, &post, "edited"));
        }
        Thing::Comment(comment) => {
            let changed = facebook.state().world.change_comment(comment.post, comment.id, |comment| {
                comment.message = text.to_owned();
                comment.clone()
            });
            changed.into_iter().for_each(|comment| tell_comment(facebook, &comment, "edited"));
        }
    }
}

/// Hides a comment or shows it again.
pub fn set_hidden(facebook: &Facebook, comment: &Comment, hidden: bool) {
    let changed = facebook.state().world.change_comment(comment.post, comment.id, |comment| {
        comment.hidden = hidden;
        comment.clone()
    });
    changed
        .into_iter()
        .for_each(|comment| tell_comment(facebook, &comment, if hidden { "hide" } else { "unhide" }));
}

/// Takes something away; tells whether it was there.
pub fn remove(facebook: &Facebook, id: &str) -> bool {
    let removed = facebook.state().world.remove(id);
    match &removed {
        Some(Thing::Post(post)) => tell_post(facebook, post, "remove"),
        Some(Thing::Comment(comment)) => tell_comment(facebook, comment, "remove"),
        None => return false,
    }
    true
}

fn react(facebook: &Facebook, args: &OfThing) -> Result<Value, ControlError> {
    let kind = args.kind.to_uppercase();
    match find(facebook, &args.id)? {
        Thing::Comment(comment) => {
            facebook
                .state()
                .world
                .change_comment(comment.post, comment.id, |comment| comment.likes += args.count);
        }
        Thing::Post(post) => {
            let mut state = facebook.state();
            state.world.change_post(post.id, |post| {
                *post.reactions.entry(kind.clone()).or_default() += args.count;
                post.shares += args.shares;
            });
            let author = Some(state.world.obtain_person(&author_default()));
            let value = changes::reaction(&state.world, &post, &kind, author, facebook.core.now());
            drop(state);
            push(facebook, "feed", &value);
        }
    }
    Ok(json!({ "id": args.id }))
}

/// Reviews cannot be read any more; a webhook still tells of them.
fn review(facebook: &Facebook, args: &Review) -> Result<Value, ControlError> {
    let mut state = facebook.state();
    let author = state.world.obtain_person(&args.author);
    let id = state.world.next_comment_id();
    drop(state);
    let value = json!({
        "item": "rating", "verb": "add", "open_graph_story_id": id.to_string(), "reviewer_id": author.to_string(),
        "reviewer_name": args.author, "review_text": args.text, "created_time": facebook.core.now().div_euclid(1_000),
        "recommendation_type": if args.positive { "positive" } else { "negative" },
    });
    push(facebook, "ratings", &value);
    Ok(json!({ "id": id.to_string() }))
}

fn suffer(facebook: &Facebook, case: &Case) -> Result<Value, ControlError> {
    let post = insert_post(facebook, &arguments("torture", &json!({ "author": "Acme" }))?);
    let comment = |on: &str, more: Value| -> Result<String, ControlError> {
        let mut args = json!({ "reply_to": on });
        if let (Some(args), Value::Object(more)) = (args.as_object_mut(), more) {
            args.extend(more);
        }
        let args: Insert = arguments("torture", &args)?;
        insert_comment(facebook, &args, on)
    };
    let id = match case {
        Case::Text(text) => comment(&post, json!({ "text": text }))?,
        Case::BigId => comment(&post, json!({ "text": "acme widget with a large id" }))?,
        Case::Future => comment(&post, json!({ "at": facebook.core.now() + torture::FUTURE_MS }))?,
        Case::Before1970 => comment(&post, json!({ "at": torture::BEFORE_1970_MS }))?,
        Case::NoAuthor => comment(&post, json!({ "author": "" }))?,
        Case::Cycle => {
            let first = comment(&post, json!({ "text": "acme widget chicken" }))?;
            let second = comment(&first, json!({ "text": "acme widget egg" }))?;
            let (Thing::Comment(chicken), Thing::Comment(egg)) =
                (find(facebook, &first)?, find(facebook, &second)?)
            else {
                return Err(ControlError::missing("comment", first));
            };
            facebook.state().world.change_comment(chicken.post, chicken.id, |it| it.parent = Some(egg.id));
            second
        }
        Case::Deep(levels) => {
            let mut last = comment(&post, json!({ "text": "acme widget at the top" }))?;
            for level in 1..*levels {
                last = comment(&last, json!({ "text": format!("acme widget {level} deep") }))?;
            }
            last
        }
    };
    Ok(json!({ "id": id }))
}

/// Tells the webhook of a comment.
pub fn tell_comment(facebook: &Facebook, comment: &Comment, verb: &str) {
    let value = changes::comment(&facebook.state().world, comment, verb);
    push(facebook, "feed", &value);
}

/// Tells the webhook of a post.
pub fn tell_post(facebook: &Facebook, post: &Post, verb: &str) {
    let value = changes::post(&facebook.state().world, post, verb);
    push(facebook, if post.owner == PAGE_ID { "feed" } else { "mention" }, &value);
}

fn push(facebook: &Facebook, field: &str, value: &Value) {
    if facebook.state().subscribed.iter().any(|subscribed| subscribed == field) || field == "ratings" {
        let body = changes::delivery(field, value, facebook.core.now());
        facebook.core.push(Push { body, headers: Vec::new() });
    }
}
