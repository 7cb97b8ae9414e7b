//! Topics of NodeBB and the posts on their pages.

use hark_sdk::http::Response;
use hark_sdk::prelude::*;
use serde_json::Value;

use super::shapes::{Post, Topic};
use crate::client::{Client, Gone, Looked};
use crate::{lenient, limits};

/// A post where it stands in an answer.
#[derive(Debug, Clone)]
pub struct Entry {
    pub pointer: String,
    pub payload: u64,
    pub received_at: Ms,
    pub pid: Option<u64>,
    pub post: Result<Box<Post>, String>,
}

/// A topic with the posts that were wanted of it.
#[derive(Debug)]
pub struct Opened {
    pub topic: Topic,
    pub entries: Vec<Entry>,
}

/// Fetches a topic, newest posts first, until all of `pids` were found or its pages or the budget end.
pub fn open(client: &mut Client<'_>, tid: u64, pids: &[u64]) -> Result<Result<Opened, Gone>, Fault> {
    let mut opened: Option<Opened> = None;
    for page in 1..=limits::TOPIC_PAGES_MAX {
        let path = format!("/api/topic/{tid}?sort=newest_to_oldest&page={page}");
        let response = match client.look(&path)? {
            Looked::Found(response) => response,
            Looked::Gone(gone) => return Ok(opened.ok_or(gone)),
        };
        let mut topic: Topic = lenient::json(&response)?;
        let values = std::mem::take(&mut topic.posts);
        let pages = topic.pagination.as_ref().and_then(|pagination| pagination.page_count).unwrap_or(1);
        let entries = entries(values, response.payload(), response.received_at());
        let so_far = opened.get_or_insert(Opened { topic, entries: Vec::new() });
        so_far.entries.extend(entries);
        let has = |pid: &u64| so_far.entries.iter().any(|entry| entry.pid == Some(*pid));
        if u64::from(page) >= pages || pids.iter().all(has) || !client.may_ask() {
            break;
        }
    }
    Ok(Ok(opened.expect("the first page was opened or the loop left by it")))
}

/// Returns what a list of posts shows of a topic itself; none if that is nothing.
pub fn of_list(list: &Response, tid: u64) -> Result<Option<Opened>, Fault> {
    let rows: Vec<Value> = lenient::json(list)?;
    let topic = |row: &Value| {
        let topic: Topic = serde_json::from_value(row.get("topic")?.clone()).ok()?;
        let category = row.get("category").and_then(|named| serde_json::from_value(named.clone()).ok());
        (topic.tid == tid).then_some(Topic { category, ..topic })
    };
    let Some(topic) = rows.iter().find_map(topic) else { return Ok(None) };
    let mut entries = entries(rows, list.payload(), list.received_at());
    for (at, entry) in entries.iter_mut().enumerate() {
        entry.pointer = format!("/{at}");
    }
    entries.retain(|entry| entry.post.as_ref().is_ok_and(|post| post.tid == Some(tid)));
    Ok(Some(Opened { topic, entries }))
}

/// A page of a topic.
#[derive(Debug)]
pub struct Page {
    pub topic: Topic,
    pub entries: Vec<Entry>,
    /// How many pages there are.
    pub pages: u64,
}

/// Fetches a page of a topic, oldest posts first; pages count from 1.
pub fn page(client: &mut Client<'_>, tid: u64, page: u32) -> Result<Result<Page, Gone>, Fault> {
    let response = match client.look(&format!("/api/topic/{tid}?sort=oldest_to_newest&page={page}"))? {
        Looked::Found(response) => response,
        Looked::Gone(gone) => return Ok(Err(gone)),
    };
    let mut topic: Topic = lenient::json(&response)?;
    let values = std::mem::take(&mut topic.posts);
    let pages = topic.pagination.as_ref().and_then(|pagination| pagination.page_count).unwrap_or(1);
    let entries = entries(values, response.payload(), response.received_at());
    Ok(Ok(Page { topic, entries, pages }))
}

/// Reads the posts of a topic's page.
pub fn entries(values: Vec<Value>, payload: u64, received_at: Ms) -> Vec<Entry> {
    let entry = |(at, value): (usize, Value)| Entry {
        pointer: format!("/posts/{at}"),
        payload,
        received_at,
        pid: value.get("pid").and_then(|pid| pid.as_u64().or_else(|| pid.as_str()?.parse().ok())),
        post: serde_json::from_value(value).map_err(|error| format!("no post as expected: {error}")),
    };
    values.into_iter().enumerate().map(entry).collect()
}
