//! Operations on the played instance: what its users do.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::control::arguments;
use crate::platforms::mastodon::Mastodon;
use crate::platforms::mastodon::notification::Notification;
use crate::platforms::mastodon::status::{Status, Visibility};
use crate::torture::{self, Case};
use crate::{ControlError, Ms, unsaid};

#[derive(Deserialize)]
struct Insert {
    #[serde(default = "text_default")]
    text: String,
    /// Goes out as it is.
    html: Option<String>,
    #[serde(default = "author_default")]
    author: String,
    id: Option<String>,
    reply_to: Option<String>,
    reblog: Option<String>,
    at: Option<Ms>,
    lang: Option<String>,
    #[serde(default = "visibility_default")]
    visibility: Visibility,
    #[serde(default)]
    spoiler: String,
    picture: Option<String>,
    #[serde(default = "unsaid::one")]
    count: u32,
}

fn text_default() -> String {
    "my acme widget stopped #acme".to_owned()
}

fn author_default() -> String {
    "jofict@other.example".to_owned()
}

fn visibility_default() -> Visibility {
    Visibility::Public
}

#[derive(Deserialize)]
struct OfStatus {
    id: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    likes: u64,
    #[serde(default)]
    reblogs: u64,
}

#[derive(Deserialize)]
struct OfAuthor {
    author: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Report {
    #[serde(default = "author_default")]
    author: String,
    text: String,
}

#[derive(Deserialize)]
struct Seed {
    items: u64,
}

/// Does an operation.
pub fn run(it: &Mastodon, op: &str, args: &Value) -> Result<Value, ControlError> {
    match op {
        "insert" => insert(it, &arguments(op, args)?),
        "edit" => {
            let OfStatus { id, text, .. } = arguments(op, args)?;
            edit(it, parse_id(&id)?, &text)
        }
        "delete" => delete(it, parse_id(&arguments::<OfStatus>(op, args)?.id)?),
        "restore" => restore(it, parse_id(&arguments::<OfStatus>(op, args)?.id)?),
        "react" => {
            let OfStatus { id, likes, reblogs, .. } = arguments(op, args)?;
            let changed = it.state().statuses.change(parse_id(&id)?, |status| {
                status.favourites += likes;
                status.reblogs += reblogs;
                status.favourites
            });
            changed.map(|likes| json!({ "likes": likes })).ok_or_else(|| ControlError::missing("status", id))
        }
        "rename-author" => {
            let OfAuthor { author, name } = arguments(op, args)?;
            change_author(it, &author, |account| account.display_name = name.unwrap_or_default())
        }
        "remove-author" => {
            let OfAuthor { author, .. } = arguments(op, args)?;
            change_author(it, &author, |account| account.suspended = true)
        }
        "report" => report(it, &arguments(op, args)?),
        "seed" => {
            let Seed { items } = arguments(op, args)?;
            it.state().seed(it.core.seed(), items, it.core.now());
            Ok(json!({ "items": items }))
        }
        "ids" => Ok(it.state().statuses.oldest_first(None).map(|(id, _)| json!(id.to_string())).collect()),
        "torture" => torture::asked(args)?.into_iter().map(|(_, case)| suffer(it, &case)).collect(),
        _ => Err(ControlError::Unknown(op.to_owned())),
    }
}

fn insert(it: &Mastodon, args: &Insert) -> Result<Value, ControlError> {
    let mut ids = Vec::new();
    for _ in 0..args.count {
        ids.push(insert_one(it, args)?.to_string());
    }
    Ok(json!({ "id": ids.last(), "ids": ids }))
}

fn insert_one(it: &Mastodon, args: &Insert) -> Result<u64, ControlError> {
    let referenced = |id: &Option<String>| id.as_deref().map(parse_id).transpose();
    let now = it.core.now();
    let mut world = it.state();
    let id = match &args.id {
        Some(id) => parse_id(id)?,
        None => world.next_id(now),
    };
    let author = world.obtain_account(&args.author).id;
    let mut status = Status::new(id, author, args.text.clone());
    status.created_at = args.at.unwrap_or(status.created_at);
    status.html.clone_from(&args.html);
    status.spoiler.clone_from(&args.spoiler);
    status.sensitive = !args.spoiler.is_empty();
    (status.visibility, status.language) = (args.visibility, args.lang.clone().or(status.language));
    status.in_reply_to = referenced(&args.reply_to)?;
    status.reblog = referenced(&args.reblog)?;
    status.pictures.extend(args.picture.clone());
    if let Some(parent) = status.in_reply_to {
        world.statuses.change(parent, |parent| parent.replies += 1);
    }
    world.statuses.put(id, status.clone());
    world.notify(&status, now);
    Ok(id)
}

/// Edits a status, which keeps its id.
pub fn edit(it: &Mastodon, id: u64, text: &str) -> Result<Value, ControlError> {
    let now = it.core.now();
    let changed = it.state().statuses.change(id, |status| {
        let before = std::mem::replace(&mut status.text, text.to_owned());
        status.edits.push((now, before));
    });
    changed.map(|()| json!({ "id": id.to_string() })).ok_or_else(|| ControlError::missing("status", id))
}

/// Deletes a status.
pub fn delete(it: &Mastodon, id: u64) -> Result<Value, ControlError> {
    let mut world = it.state();
    let status = world.statuses.remove(id).ok_or_else(|| ControlError::missing("status", id))?;
    world.deleted.insert(id, status);
    Ok(json!({ "id": id.to_string() }))
}

fn restore(it: &Mastodon, id: u64) -> Result<Value, ControlError> {
    let mut world = it.state();
    let status = world.deleted.remove(&id).ok_or_else(|| ControlError::missing("deleted status", id))?;
    world.statuses.put(id, status);
    Ok(json!({ "id": id.to_string() }))
}

fn report(it: &Mastodon, args: &Report) -> Result<Value, ControlError> {
    let at = it.core.now();
    let mut world = it.state();
    let account = world.obtain_account(&args.author).id;
    let id = world.notifications.last_id().unwrap_or(34_975_860) + 1;
    let report = Some(args.text.clone());
    world
        .notifications
        .put(id, Notification { kind: "admin.report".into(), account, status: None, report, at });
    Ok(json!({ "id": id.to_string() }))
}

fn change_author(
    it: &Mastodon,
    author: &str,
    change: impl FnOnce(&mut crate::platforms::mastodon::status::Account),
) -> Result<Value, ControlError> {
    let mut world = it.state();
    let mut account = world.account_named(author).ok_or_else(|| ControlError::missing("author", author))?;
    change(&mut account);
    let id = account.id.to_string();
    world.put_account(account);
    Ok(json!({ "id": id }))
}

fn suffer(it: &Mastodon, case: &Case) -> Result<Value, ControlError> {
    let post = |text: &str, more: Value| -> Result<String, ControlError> {
        let mut args = json!({ "text": format!("{text} #acme") });
        if let (Some(args), Value::Object(more)) = (args.as_object_mut(), more) {
            args.extend(more);
        }
        Ok(insert_one(it, &arguments("torture", &args)?)?.to_string())
    };
    let change = |id: &str, change: &dyn Fn(&mut Status)| {
        it.state().statuses.change(id.parse().unwrap_or(0), change);
    };
    let id = match case {
        // What other instances send is passed on as they wrote it.
        Case::Text(text) => post(text, json!({ "html": format!("<p>{text}</p>") }))?,
        Case::BigId => post("acme widget with a large id", Value::Null)?,
        Case::Future => post("acme widget tomorrow", json!({ "at": it.core.now() + torture::FUTURE_MS }))?,
        Case::Before1970 => post("acme widget long ago", json!({ "at": torture::BEFORE_1970_MS }))?,
        Case::NoAuthor => {
            let id = post("acme widget from nobody", Value::Null)?;
            change(&id, &|status| status.author = 0);
            id
        }
        Case::Cycle => {
            let first = post("acme widget chicken", Value::Null)?;
            let second = post("acme widget egg", json!({ "reply_to": first }))?;
            change(&first, &|status| status.in_reply_to = second.parse().ok());
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

fn parse_id(id: &str) -> Result<u64, ControlError> {
    id.parse().map_err(|_| ControlError::missing("status", id))
}
