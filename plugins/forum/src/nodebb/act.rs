//! Answering on NodeBB.
//!
//! Holds: the same answer to the same post is given once: the newest posts of the topic are looked through before
//! anything is sent; when it cannot be known whether an answer arrived, that is said.

use hark_sdk::prelude::*;

use super::shapes::{Answer, Post};
use super::topic::{self, Entry, Opened};
use super::{category, events};
use crate::client::{Client, Looked, Posted};
use crate::reply::Reply;
use crate::settings::Settings;
use crate::{lenient, out};

/// Requests that one answer may need.
const REQUESTS_MAX: u32 = 5;

#[derive(Serialize)]
struct NewPost<'a> {
    content: &'a str,
    #[serde(rename = "toPid", skip_serializing_if = "Option::is_none")]
    to_pid: Option<u64>,
}

/// Answers the post or topic that the action names.
pub fn act(settings: &Settings, action: &Action) -> Result<Outcome, Fault> {
    let Reply { text, whisper } = Reply::read(action)?;
    if whisper {
        return Err(Fault::Refused("NodeBB has no whispers: everybody would read it".to_owned()));
    }
    let text = text.as_str();
    let mut client = Client::of(settings, REQUESTS_MAX);
    let (tid, to_pid) = aim(&mut client, action.on.as_deref())?;
    let opened = topic::open(&mut client, tid, &[])?
        .map_err(|_| Fault::NotFound(format!("topic {tid} is not to be seen")))?;
    // A page shows what became of the Markdown, so words are compared.
    let words = |text: &str| text::line(text);
    let is_ours = |entry: &&Entry| {
        entry.post.as_ref().is_ok_and(|post| {
            let shown = html::to_text(post.content.as_deref().unwrap_or_default());
            post.self_post && !post.deleted && post.to_pid == to_pid && words(&shown) == words(text)
        })
    };
    if let Some(ours) = opened.entries.iter().find(is_ours).cloned() {
        return Ok(Outcome::AlreadyDone(events_of(&mut client, ours, &opened)?));
    }
    send(&mut client, &NewPost { content: text, to_pid }, &opened)
}

fn aim(client: &mut Client<'_>, on: Option<&str>) -> Result<(u64, Option<u64>), Fault> {
    let on = on.ok_or_else(|| Fault::Refused("an answer needs a post or topic that it is to".to_owned()))?;
    if let Some(topic) = on.strip_prefix("topic:").and_then(|id| id.parse().ok()) {
        return Ok((topic, None));
    }
    let pid = on.strip_prefix("post:").and_then(|id| id.parse::<u64>().ok());
    let pid = pid.ok_or_else(|| Fault::NotFound(format!("{on:?} is no post, as in \"post:512\"")))?;
    let Looked::Found(response) = client.look(&format!("/api/v3/posts/{pid}"))? else {
        return Err(Fault::NotFound(format!("post {pid} is not to be seen")));
    };
    let post: Answer<Post> = lenient::json(&response)?;
    let tid = post.response.tid.ok_or_else(|| Fault::protocol(format!("post {pid} names no topic")))?;
    Ok((tid, Some(pid)))
}

fn send(client: &mut Client<'_>, post: &NewPost<'_>, opened: &Opened) -> Result<Outcome, Fault> {
    let response = match client.post(&format!("/api/v3/topics/{}", opened.topic.tid), post)? {
        Posted::Answered(response) => response,
        Posted::Unknown(why) => return Ok(Outcome::Uncertain(why)),
    };
    let Ok(answer) = lenient::json::<Answer<serde_json::Value>>(&response) else {
        return Ok(Outcome::Uncertain(format!("the answer was taken, but not named: {}", response.quote())));
    };
    let mut entries = topic::entries(vec![answer.response], response.payload(), response.received_at());
    let Some(mut entry) = entries.pop() else { return Ok(Outcome::Done(Vec::new())) };
    entry.pointer = "/response".to_owned();
    if let Ok(post) = &mut entry.post {
        post.self_post = true;
    }
    Ok(Outcome::Done(events_of(client, entry, opened)?))
}

fn events_of(client: &mut Client<'_>, entry: Entry, opened: &Opened) -> Result<Vec<Event>, Fault> {
    let closed = category::closed(client, &opened.topic.cid.into_iter().collect()).unwrap_or_else(|fault| {
        // The answer stands on the forum, whatever is unknown of its category.
        warn!("who may read the category cannot be asked, so the answer counts as restricted: {fault:?}");
        opened.topic.cid.into_iter().collect()
    });
    Ok(out::events(vec![events::draft(entry, &opened.topic, client.settings, !closed.is_empty())]))
}
