//! Answering on Discourse.
//!
//! Holds: the same answer to the same post is given once: the last posts of the topic are looked through before
//! anything is sent; when it cannot be known whether an answer arrived, that is said.

use hark_sdk::prelude::*;

use super::categories::Categories;
use super::events::{self, Around};
use super::page::{self, Entry};
use super::parents::Places;
use super::read::surround;
use super::shapes::{Post, Queued};
use crate::client::{Client, Posted};
use crate::reply::Reply;
use crate::settings::Settings;
use crate::{lenient, limits, out};

/// Requests that one answer may need: the post, its topic, its last posts, the answer, the categories.
const REQUESTS_MAX: u32 = 6;

/// What is sent.
#[derive(Serialize)]
struct NewPost<'a> {
    raw: &'a str,
    topic_id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to_post_number: Option<u64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    whisper: bool,
}

/// Answers the post or topic that the action names.
pub fn act(settings: &Settings, action: &Action) -> Result<Outcome, Fault> {
    let Reply { text, whisper } = Reply::read(action)?;
    let text = text.as_str();
    let mut client = Client::of(settings, REQUESTS_MAX);
    let Aim { topic: topic_id, number, answered } = aim(&mut client, action.on.as_deref())?;
    let opened = page::topic(&mut client, topic_id, None)?
        .map_err(|_| Fault::NotFound(format!("topic {topic_id} is not to be seen")))?;
    let mut recent = last_posts(&mut client, &opened)?;
    let mut places = Places::default();
    places.note(opened.page.entries.iter().chain(&recent).chain(&answered));
    places.note_topic(opened.topic);
    let is_ours = |post: &Post| {
        post.yours
            && post.deleted_at.is_none()
            && post.raw.as_deref().map(str::trim) == Some(text)
            && post.reply_to_post_number == number
    };
    let ours = recent.iter().position(|entry| entry.post.as_ref().is_ok_and(|post| is_ours(post)));
    if let Some(at) = ours {
        let events = of_ours(&mut client, recent.swap_remove(at), places)?;
        return Ok(Outcome::AlreadyDone(events));
    }
    let post = NewPost { raw: text, topic_id, reply_to_post_number: number, whisper };
    send(&mut client, &post, places)
}

/// What is answered.
struct Aim {
    topic: u64,
    /// None where the topic is answered, as by an answer to its first post.
    number: Option<u64>,
    answered: Option<Entry>,
}

fn aim(client: &mut Client<'_>, on: Option<&str>) -> Result<Aim, Fault> {
    let on = on.ok_or_else(|| Fault::Refused("an answer needs a post or topic that it is to".to_owned()))?;
    if let Some(topic) = on.strip_prefix("topic:").and_then(|id| id.parse().ok()) {
        return Ok(Aim { topic, number: None, answered: None });
    }
    let id = on.strip_prefix("post:").and_then(|id| id.parse().ok());
    let id = id.ok_or_else(|| Fault::NotFound(format!("{on:?} is no post, as in \"post:512\"")))?;
    let entry =
        page::one(client, id)?.map_err(|_| Fault::NotFound(format!("post {id} is not to be seen")))?;
    let post = entry.post.as_ref().map_err(|why| Fault::protocol(why.as_str()))?;
    let (topic, number) = (post.topic_id, post.post_number.filter(|number| *number > 1));
    Ok(Aim { topic, number, answered: Some(entry) })
}

fn last_posts(client: &mut Client<'_>, opened: &page::TopicPage) -> Result<Vec<Entry>, Fault> {
    let stream = opened.topic.post_stream.as_ref().map(|stream| stream.stream.as_slice()).unwrap_or_default();
    let last = &stream[stream.len().saturating_sub(limits::CHUNK_POSTS)..];
    let at_hand = |id: &u64| opened.page.entries.iter().any(|entry| entry.id == Some(*id));
    match last.iter().all(at_hand) {
        true => Ok(opened.page.entries.clone()),
        false => Ok(page::of_topic(client, opened.topic.id, last)?.entries),
    }
}

fn send(client: &mut Client<'_>, post: &NewPost<'_>, places: Places) -> Result<Outcome, Fault> {
    let response = match client.post("/posts.json", post)? {
        Posted::Answered(response) => response,
        Posted::Unknown(why) => return Ok(Outcome::Uncertain(why)),
    };
    if lenient::from_slice::<Queued>(response.body())
        .is_some_and(|answer| answer.action.as_deref() == Some("enqueued"))
    {
        info!("the answer waits for a moderator's approval");
        return Ok(Outcome::Done(Vec::new()));
    }
    let Ok(value) = lenient::json(&response) else {
        return Ok(Outcome::Uncertain(format!("the answer was taken, but not named: {}", response.quote())));
    };
    let mut entry = page::entry(value, String::new(), response.payload(), response.received_at());
    if let Ok(post) = &mut entry.post {
        post.yours = true;
    }
    Ok(Outcome::Done(of_ours(client, entry, places)?))
}

/// Returns the events of our own post; who may read it is found out as for any other.
fn of_ours(client: &mut Client<'_>, entry: Entry, mut places: Places) -> Result<Vec<Event>, Fault> {
    let mut categories = Categories::default();
    places.note([&entry]);
    let posts = || entry.post.as_deref().into_iter();
    if let Err(fault) = surround(client, &mut categories, &mut places, posts) {
        // The answer stands on the forum, whatever is unknown of its category.
        warn!("the categories cannot be asked for, so the answer counts as restricted: {fault:?}");
    }
    let around =
        Around { settings: client.settings, categories: &categories, places: &places, private: false };
    Ok(out::events(vec![events::draft(entry, around, false)]))
}
