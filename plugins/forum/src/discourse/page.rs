//! Pages of posts: what is on them, entry by entry.
//!
//! Holds: an entry that cannot be understood is one entry; its place and, where it can be seen, its id are kept.

use hark_sdk::http::Response;
use hark_sdk::prelude::*;
use serde_json::Value;

use super::shapes::{Post, PostPage, Topic, TopicPosts};
use crate::client::{Client, Gone, Looked};
use crate::lenient;

/// Which list of posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Regular posts that are no private messages.
    Posts,
    /// Private messages.
    Messages,
}

/// A page of posts.
#[derive(Debug)]
pub struct Page {
    pub entries: Vec<Entry>,
}

/// One entry of a page.
#[derive(Debug, Clone)]
pub struct Entry {
    pub pointer: String,
    pub payload: u64,
    pub received_at: Ms,
    /// Its id, as far as it can be seen.
    pub id: Option<u64>,
    /// The post, or why there is none.
    pub post: Result<Box<Post>, String>,
}

impl Page {
    /// Returns the ids on it.
    pub fn ids(&self) -> impl Iterator<Item = u64> {
        self.entries.iter().filter_map(|entry| entry.id)
    }
}

/// Fetches the newest page, or that of the posts before `before`.
pub fn fetch(client: &mut Client<'_>, source: Source, before: Option<u64>) -> Result<Page, Fault> {
    let path = match source {
        Source::Posts => "/posts.json",
        Source::Messages => "/private-posts.json",
    };
    let path = match before {
        Some(before) => format!("{path}?before={before}"),
        None => path.to_owned(),
    };
    let response = client.get(&path)?;
    parse(&response, source)
}

/// Reads a page, newest post first.
pub fn parse(response: &Response, source: Source) -> Result<Page, Fault> {
    let page: PostPage = lenient::json(response)?;
    let name = match source {
        Source::Posts => "latest_posts",
        Source::Messages => "private_posts",
    };
    Ok(of_values(page.latest_posts, &format!("/{name}"), response.payload(), response.received_at()))
}

/// Reads a page from JSON, newest post first.
pub fn of_values(values: Vec<Value>, pointer: &str, payload: u64, received_at: Ms) -> Page {
    let values = values.into_iter().enumerate();
    let mut entries: Vec<_> =
        values.map(|(at, value)| entry(value, format!("{pointer}/{at}"), payload, received_at)).collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.id));
    Page { entries }
}

/// Reads one post from JSON.
pub fn entry(value: Value, pointer: String, payload: u64, received_at: Ms) -> Entry {
    let id = value.get("id").and_then(|id| id.as_u64().or_else(|| id.as_str()?.parse().ok()));
    let post = serde_json::from_value(value).map_err(|error| format!("no post as expected: {error}"));
    Entry { pointer, payload, received_at, id, post }
}

/// Fetches one post.
pub fn one(client: &mut Client<'_>, id: u64) -> Result<Result<Entry, Gone>, Fault> {
    let response = match client.look(&format!("/posts/{id}.json"))? {
        Looked::Found(response) => response,
        Looked::Gone(gone) => return Ok(Err(gone)),
    };
    let value = lenient::json(&response)?;
    Ok(Ok(entry(value, String::new(), response.payload(), response.received_at())))
}

/// A topic and those of its posts that came with it.
pub struct TopicPage {
    pub topic: Topic,
    pub page: Page,
}

/// Fetches a topic with the posts around number `near`, or its first.
pub fn topic(client: &mut Client<'_>, id: u64, near: Option<u64>) -> Result<Result<TopicPage, Gone>, Fault> {
    let path = match near {
        Some(number) => format!("/t/{id}/{number}.json?include_raw=true"),
        None => format!("/t/{id}.json?include_raw=true"),
    };
    let response = match client.look(&path)? {
        Looked::Found(response) => response,
        Looked::Gone(gone) => return Ok(Err(gone)),
    };
    let mut topic: Topic = lenient::json(&response)?;
    let posts = topic.post_stream.as_mut().map(|stream| std::mem::take(&mut stream.posts));
    let values = posts.unwrap_or_default();
    let page = of_values(values, "/post_stream/posts", response.payload(), response.received_at());
    Ok(Ok(TopicPage { topic, page }))
}

/// Fetches posts of a topic by their ids.
pub fn of_topic(client: &mut Client<'_>, topic: u64, ids: &[u64]) -> Result<Page, Fault> {
    let ids: String = ids.iter().map(|id| format!("&post_ids[]={id}")).collect();
    let response = client.get(&format!("/t/{topic}/posts.json?include_raw=true{ids}"))?;
    let posts: TopicPosts = lenient::json(&response)?;
    Ok(of_values(posts.post_stream.posts, "/post_stream/posts", response.payload(), response.received_at()))
}
