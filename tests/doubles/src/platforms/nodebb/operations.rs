//! Operations on the played forum.

use serde::Deserialize;
use serde_json::{Value, json};

use super::NodeBb;
use super::world::{Flag, World};
use crate::control::arguments;
use crate::torture::{self, Case};
use crate::{ControlError, Ms, unsaid};

#[derive(Deserialize)]
struct Insert {
    #[serde(default = "unsaid::text")]
    text: String,
    #[serde(default = "unsaid::author")]
    author: String,
    id: Option<u64>,
    reply_to: Option<Value>,
    topic: Option<u64>,
    #[serde(default = "title_default")]
    title: String,
    #[serde(default = "category_default")]
    category: u64,
    #[serde(default)]
    tags: Vec<String>,
    at: Option<Ms>,
}

fn title_default() -> String {
    "VPN drops every hour".to_owned()
}

fn category_default() -> u64 {
    2
}

#[derive(Deserialize)]
struct Of {
    id: Option<Value>,
    #[serde(default = "unsaid::text")]
    text: String,
    by: Option<String>,
    #[serde(default)]
    likes: u64,
    topic: Option<u64>,
    state: Option<String>,
    author: Option<String>,
    username: Option<String>,
    #[serde(default)]
    items: u64,
    /// For good, not only marked.
    #[serde(default)]
    purge: bool,
    #[serde(default)]
    locked: bool,
}

/// Does an operation.
pub fn run(forum: &NodeBb, op: &str, args: &Value) -> Result<Value, ControlError> {
    let now = forum.core.now();
    let seed = forum.core.seed();
    let mut world = forum.world();
    if op == "insert" {
        let pid = insert(&mut world, &arguments(op, args)?, now)?;
        let tid = world.posts.get(&pid).map(|post| post.tid);
        return Ok(json!({ "id": pid.to_string(), "ids": [pid.to_string()], "topic": tid }));
    }
    if op == "ids" {
        return Ok(world.posts.keys().map(|id| json!(id.to_string())).collect());
    }
    if op == "torture" {
        return torture::asked(args)?.into_iter().map(|(_, case)| suffer(&mut world, &case, now)).collect();
    }
    let of: Of = arguments(op, args)?;
    match op {
        "seed" => world.seed(seed, of.items, now),
        "rename-author" | "anonymise-author" | "remove-author" => {
            let author = of.author.as_deref().unwrap_or_default();
            let uid = world.users.iter().find(|(_, name)| *name == author).map(|(uid, _)| *uid);
            let uid = uid.ok_or_else(|| ControlError::missing("user", author))?;
            match of.username {
                Some(name) => _ = world.users.insert(uid, name),
                None => {
                    world.users.remove(&uid);
                    world.posts.values_mut().filter(|post| post.uid == uid).for_each(|post| post.uid = 0);
                }
            }
        }
        "lock-topic" => {
            let tid = of.topic.unwrap_or_default();
            let topic = world.topics.get_mut(&tid);
            topic.ok_or_else(|| ControlError::missing("topic", tid))?.locked = of.locked;
        }
        "review" => {
            let id = of.id.as_ref().and_then(Value::as_u64).unwrap_or_default();
            let flag = world.flags.get_mut(&id).ok_or_else(|| ControlError::missing("flag", id))?;
            flag.state = of.state.unwrap_or_else(|| "resolved".to_owned());
        }
        _ => return of_post(&mut world, op, &of, now),
    }
    Ok(json!({}))
}

fn of_post(world: &mut World, op: &str, of: &Of, now: Ms) -> Result<Value, ControlError> {
    let pid = number(of.id.as_ref())?;
    let by = of.by.as_deref().map_or(1, |name| world.obtain_user(name));
    let Some(post) = world.posts.get_mut(&pid) else { return Err(ControlError::missing("post", pid)) };
    match op {
        "edit" => (post.content, post.edited) = (of.text.clone(), now),
        "delete" if of.purge => world.purge(pid),
        "delete" => post.deleter = Some(by),
        "restore" | "recover" => post.deleter = None,
        "react" => post.upvotes += of.likes,
        "move" => {
            let old = post.tid;
            let cid = world.topics.get(&old).map_or(2, |topic| topic.cid);
            let new = of.topic.unwrap_or_else(|| world.open("Moved on", cid));
            if let Some(topic) = world.topics.get_mut(&old) {
                topic.posts.retain(|known| *known != pid);
            }
            if let Some(topic) = world.topics.get_mut(&new) {
                topic.posts.push(pid);
            }
            if let Some(post) = world.posts.get_mut(&pid) {
                post.tid = new;
            }
        }
        "flag" => {
            let id = world.flags.len() as u64 + 1;
            let (reason, state) = (of.text.clone(), "open".to_owned());
            world.flags.insert(id, Flag { id, pid, uid: by, reason, state, at: now });
            return Ok(json!({ "id": id }));
        }
        _ => return Err(ControlError::Unknown(op.to_owned())),
    }
    Ok(json!({ "id": pid.to_string() }))
}

fn insert(world: &mut World, args: &Insert, now: Ms) -> Result<u64, ControlError> {
    let parent = args.reply_to.as_ref().map(|id| number(Some(id))).transpose()?;
    let uid = world.obtain_user(&args.author);
    let of_parent = parent.and_then(|pid| world.posts.get(&pid)).map(|post| post.tid);
    let tid = match args.topic.or(of_parent) {
        Some(tid) if world.topics.contains_key(&tid) => tid,
        Some(tid) => return Err(ControlError::missing("topic", tid)),
        None => world.open(&args.title, args.category),
    };
    if let Some(topic) = world.topics.get_mut(&tid).filter(|_| !args.tags.is_empty()) {
        topic.tags.clone_from(&args.tags);
    }
    let at = args.at.unwrap_or(now);
    Ok(match args.id {
        Some(pid) => world.say_as(pid, tid, uid, &args.text, parent, at),
        None => world.say(tid, uid, &args.text, parent, at),
    })
}

fn suffer(world: &mut World, case: &Case, now: Ms) -> Result<Value, ControlError> {
    let tid = world.open("VPN drops every hour", 2);
    let pid = match case {
        Case::Text(text) => world.say(tid, 7, text, None, now),
        Case::BigId => world.say_as(torture::BEYOND_FLOAT, tid, 7, "acme widget with a large id", None, now),
        Case::Future => world.say(tid, 7, "acme widget tomorrow", None, now + torture::FUTURE_MS),
        Case::Before1970 => world.say(tid, 7, "acme widget long ago", None, torture::BEFORE_1970_MS),
        Case::NoAuthor => world.say(tid, 0, "acme widget from nobody", None, now),
        Case::Cycle => {
            let first = world.say(tid, 7, "acme widget chicken", None, now);
            let second = world.say(tid, 7, "acme widget egg", Some(first), now);
            world.answer(first, second);
            second
        }
        Case::Deep(levels) => {
            let first = world.say(tid, 7, "acme widget at the top", None, now);
            (1..*levels).fold(first, |last, level| {
                world.say(tid, 7, &format!("acme widget {level} deep"), Some(last), now)
            })
        }
    };
    Ok(json!({ "id": pid.to_string() }))
}

fn number(id: Option<&Value>) -> Result<u64, ControlError> {
    let number = id.and_then(|id| id.as_u64().or_else(|| id.as_str()?.parse().ok()));
    number.ok_or_else(|| ControlError::missing("post", id.cloned().unwrap_or_default()))
}
