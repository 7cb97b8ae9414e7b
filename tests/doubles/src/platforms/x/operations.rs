//! Operations on the played X: what its users do.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::control::arguments;
use crate::platforms::x::post::{Medium, Post, User};
use crate::platforms::x::view::Vocabulary;
use crate::platforms::x::{X, account_activity, activity};
use crate::torture::{self, Case};
use crate::{ControlError, Ms, Push, unsaid};

#[derive(Deserialize)]
struct Insert {
    #[serde(default = "unsaid::text")]
    text: String,
    #[serde(default = "unsaid::author")]
    author: String,
    /// Takes the next one of the clock without it.
    id: Option<String>,
    reply_to: Option<String>,
    quote: Option<String>,
    repost: Option<String>,
    at: Option<Ms>,
    #[serde(default = "lang_default")]
    lang: String,
    #[serde(default)]
    sensitive: bool,
    /// Alternative text of a picture.
    picture: Option<String>,
    /// How many of the kind.
    #[serde(default = "unsaid::one")]
    count: u32,
}

fn lang_default() -> String {
    "en".to_owned()
}

#[derive(Deserialize)]
struct OfPost {
    id: String,
    #[serde(default)]
    text: String,
    #[serde(default = "unsaid::yes")]
    hidden: bool,
    #[serde(default)]
    likes: u64,
    #[serde(default)]
    replies: u64,
    #[serde(default)]
    reposts: u64,
    #[serde(default)]
    quotes: u64,
}

#[derive(Deserialize)]
struct OfAuthor {
    author: String,
    username: Option<String>,
    name: Option<String>,
    #[serde(default = "unsaid::yes")]
    protected: bool,
}

#[derive(Deserialize)]
struct Switch {
    #[serde(default)]
    items: u64,
    #[serde(default = "unsaid::yes")]
    on: bool,
}

/// Does an operation.
pub fn run(x: &X, op: &str, args: &Value) -> Result<Value, ControlError> {
    match op {
        "insert" => insert(x, &arguments(op, args)?),
        "edit" => edit(x, &arguments(op, args)?),
        "delete" => delete(x, parse_id(&arguments::<OfPost>(op, args)?.id)?),
        "restore" => restore(x, parse_id(&arguments::<OfPost>(op, args)?.id)?),
        "hide" => {
            let OfPost { id, hidden, .. } = arguments(op, args)?;
            let changed = x.state().world.posts.change(parse_id(&id)?, |post| post.hidden = hidden);
            changed.map(|()| json!({ "id": id })).ok_or_else(|| ControlError::missing("post", id))
        }
        "react" => react(x, &arguments(op, args)?),
        "rename-author" => rename(x, &arguments(op, args)?),
        "remove-author" => change_author(x, &arguments(op, args)?, |user, _| user.suspended = true),
        "protect-author" => {
            change_author(x, &arguments(op, args)?, |user, args| user.protected = args.protected)
        }
        "seed" => {
            let Switch { items, .. } = arguments(op, args)?;
            x.state().world.seed(x.core.seed(), items, x.core.now());
            Ok(json!({ "items": items }))
        }
        "ids" => Ok(x.state().world.posts.oldest_first(None).map(|(id, _)| json!(id.to_string())).collect()),
        "torture" => torture::asked(args)?.into_iter().map(|(_, case)| suffer(x, &case)).collect(),
        "new-names" => {
            let Switch { on, .. } = arguments(op, args)?;
            x.state().vocabulary = if on { Vocabulary::Posts } else { Vocabulary::Tweets };
            Ok(json!({ "on": on }))
        }
        "account-activity" => {
            let Switch { on, .. } = arguments(op, args)?;
            x.state().account_activity = on;
            Ok(json!({ "on": on }))
        }
        "needs-summon" => {
            let Switch { on, .. } = arguments(op, args)?;
            x.state().needs_summon = on;
            Ok(json!({ "on": on }))
        }
        _ => Err(ControlError::Unknown(op.to_owned())),
    }
}

fn insert(x: &X, args: &Insert) -> Result<Value, ControlError> {
    let mut ids = Vec::new();
    for _ in 0..args.count {
        ids.push(insert_one(x, args)?.to_string());
    }
    Ok(json!({ "id": ids.last(), "ids": ids }))
}

fn insert_one(x: &X, args: &Insert) -> Result<u64, ControlError> {
    let referenced = |id: &Option<String>| id.as_deref().map(parse_id).transpose();
    let mut state = x.state();
    let world = &mut state.world;
    let id = match &args.id {
        Some(id) => parse_id(id)?,
        None => world.next_id(x.core.now()),
    };
    let author = world.obtain_user(&args.author).id;
    let mut post = Post::new(id, author, args.text.clone());
    post.created_at = args.at.unwrap_or(post.created_at);
    (post.lang, post.sensitive) = (args.lang.clone(), args.sensitive);
    post.replied_to = referenced(&args.reply_to)?;
    post.quoted = referenced(&args.quote)?;
    post.reposted = referenced(&args.repost)?;
    if let Some(parent) = post.replied_to {
        post.conversation = world.posts.get(parent).map_or(parent, |parent| parent.conversation);
        world.change_figures(parent, |figures| figures.replies += 1);
    }
    if let Some(alt) = &args.picture {
        post.media.push(Medium { key: format!("3_{}", id - 1), alt: Some(alt.clone()) });
    }
    world.posts.put(id, post);
    drop(state);
    tell_created(x, id);
    Ok(id)
}

/// Each edit is a post of its own; all versions know all.
fn edit(x: &X, args: &OfPost) -> Result<Value, ControlError> {
    let id = parse_id(&args.id)?;
    let mut state = x.state();
    let world = &mut state.world;
    let old = world.posts.get(id).ok_or_else(|| ControlError::missing("post", id))?;
    let latest = world.posts.get(old.latest()).unwrap_or(old);
    let now = x.core.now();
    let new_id = world.next_id(now);
    let mut history = latest.history.clone();
    history.push(new_id);
    for version in &latest.history {
        world.posts.change(*version, |post| post.history.clone_from(&history));
    }
    world.posts.put(new_id, Post { id: new_id, text: args.text.clone(), created_at: now, history, ..latest });
    drop(state);
    tell_created(x, new_id);
    Ok(json!({ "id": new_id.to_string() }))
}

/// Deletes all versions of a post.
pub fn delete(x: &X, id: u64) -> Result<Value, ControlError> {
    let mut state = x.state();
    let world = &mut state.world;
    let post = world.posts.get(id).ok_or_else(|| ControlError::missing("post", id))?;
    let versions: Vec<Post> = post.history.iter().filter_map(|id| world.posts.remove(*id)).collect();
    for version in &post.history {
        world.deleted.insert(*version, versions.clone());
    }
    let body = match state.account_activity {
        true => account_activity::deleted(&post, x.core.now()),
        false => activity::deleted(&state.world, &post, x.core.seed()),
    };
    drop(state);
    x.core.push(Push { body, headers: Vec::new() });
    Ok(json!({ "id": id.to_string() }))
}

fn restore(x: &X, id: u64) -> Result<Value, ControlError> {
    let mut state = x.state();
    let versions =
        state.world.deleted.remove(&id).ok_or_else(|| ControlError::missing("deleted post", id))?;
    for version in versions {
        state.world.deleted.remove(&version.id);
        state.world.posts.put(version.id, version);
    }
    Ok(json!({ "id": id.to_string() }))
}

fn react(x: &X, args: &OfPost) -> Result<Value, ControlError> {
    let id = parse_id(&args.id)?;
    let changed = x.state().world.change_figures(id, |figures| {
        figures.likes += args.likes;
        figures.replies += args.replies;
        figures.reposts += args.reposts;
        figures.quotes += args.quotes;
    });
    changed.map(|figures| json!({ "likes": figures.likes })).ok_or_else(|| ControlError::missing("post", id))
}

fn rename(x: &X, args: &OfAuthor) -> Result<Value, ControlError> {
    change_author(x, args, |user, args| {
        user.username = args.username.clone().unwrap_or_else(|| std::mem::take(&mut user.username));
        user.name = args.name.clone().unwrap_or_else(|| std::mem::take(&mut user.name));
    })
}

fn change_author(
    x: &X,
    args: &OfAuthor,
    change: impl Fn(&mut User, &OfAuthor),
) -> Result<Value, ControlError> {
    let mut state = x.state();
    let user = state.world.user_named(&args.author);
    let mut user = user.ok_or_else(|| ControlError::missing("author", &args.author))?;
    change(&mut user, args);
    let id = user.id.to_string();
    state.world.put_user(user);
    Ok(json!({ "id": id }))
}

fn suffer(x: &X, case: &Case) -> Result<Value, ControlError> {
    let post = |text: &str, more: Value| -> Result<String, ControlError> {
        let mut args = json!({ "text": text });
        if let (Some(args), Value::Object(more)) = (args.as_object_mut(), more) {
            args.extend(more);
        }
        Ok(insert_one(x, &arguments("torture", &args)?)?.to_string())
    };
    let change = |id: &str, change: &dyn Fn(&mut Post)| {
        x.state().world.posts.change(id.parse().unwrap_or(0), change);
    };
    let id = match case {
        Case::Text(text) => post(text, Value::Null)?,
        Case::BigId => post("acme widget with a large id", Value::Null)?,
        Case::Future => post("acme widget tomorrow", json!({ "at": x.core.now() + torture::FUTURE_MS }))?,
        Case::Before1970 => post("acme widget long ago", json!({ "at": torture::BEFORE_1970_MS }))?,
        Case::NoAuthor => {
            let id = post("acme widget from nobody", Value::Null)?;
            change(&id, &|post| post.author = None);
            id
        }
        Case::Cycle => {
            let first = post("acme widget chicken", Value::Null)?;
            let second = post("acme widget egg", json!({ "reply_to": first }))?;
            change(&first, &|post| post.replied_to = second.parse().ok());
            second
        }
        Case::Deep(levels) => {
            let mut last = post("acme widget at the top", Value::Null)?;
            for level in 1..*levels {
                last = post(&format!("acme widget {level} deep"), json!({ "reply_to": last }))?;
            }
            last
        }
    };
    Ok(json!({ "id": id }))
}

/// Sends what X sends of a new post, if it is any of our business.
pub fn tell_created(x: &X, id: u64) {
    let state = x.state();
    let Some(post) = state.world.posts.get(id) else { return };
    let body = match state.account_activity {
        true => account_activity::created(&state.world, &post),
        false => activity::created(&state.world, &post),
    };
    drop(state);
    if let Some(body) = body {
        x.core.push(Push { body, headers: Vec::new() });
    }
}

fn parse_id(id: &str) -> Result<u64, ControlError> {
    id.parse().map_err(|_| ControlError::missing("post", id))
}
