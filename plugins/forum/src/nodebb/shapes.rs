//! What NodeBB sends, as far as it is used.

use serde::Deserialize;
use serde_json::Value;

use crate::lenient::{flag, id, maybe_id, maybe_number};

/// `/api/config`.
#[derive(Debug, Deserialize)]
pub struct Config {
    #[serde(default, rename = "loggedIn")]
    pub logged_in: Option<bool>,
    /// What no other forum has; without it this is none.
    #[serde(rename = "relative_path")]
    pub _relative_path: String,
}

/// What is told instead: by the read API flat, by the write API in `status`.
#[derive(Debug, Default, Deserialize)]
pub struct Refusal {
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    status: Option<Status>,
}

#[derive(Debug, Deserialize)]
struct Status {
    #[serde(default)]
    message: Option<String>,
}

impl Refusal {
    /// Returns the forum's words.
    pub fn words(self) -> Option<String> {
        self.error.or(self.status.and_then(|status| status.message))
    }
}

/// A post of the list of recent posts, as far as it is used: what it says comes from its topic.
#[derive(Debug, Deserialize)]
pub struct Recent {
    #[serde(default, deserialize_with = "maybe_id")]
    pub pid: Option<u64>,
    #[serde(default, deserialize_with = "maybe_id")]
    pub tid: Option<u64>,
    #[serde(default, deserialize_with = "maybe_number")]
    pub timestamp: Option<i64>,
    #[serde(default)]
    pub topic: Option<RecentTopic>,
}

/// The topic within [`Recent`].
#[derive(Debug, Deserialize)]
pub struct RecentTopic {
    #[serde(default, deserialize_with = "maybe_id")]
    pub cid: Option<u64>,
}

/// `/api/topic/TID`.
#[derive(Debug, Deserialize)]
pub struct Topic {
    #[serde(deserialize_with = "id")]
    pub tid: u64,
    #[serde(default, deserialize_with = "maybe_id")]
    pub cid: Option<u64>,
    #[serde(default)]
    pub category: Option<CategoryName>,
    #[serde(default, rename = "mainPid", deserialize_with = "maybe_id")]
    pub main_pid: Option<u64>,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default, rename = "titleRaw")]
    pub title_raw: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    pub locked: bool,
    #[serde(default, deserialize_with = "flag")]
    pub deleted: bool,
    #[serde(default)]
    pub tags: Vec<Tag>,
    #[serde(default, rename = "postcount", deserialize_with = "maybe_id")]
    pub post_count: Option<u64>,
    #[serde(default)]
    pub posts: Vec<Value>,
    #[serde(default)]
    pub pagination: Option<Pagination>,
}

/// The category within [`Topic`].
#[derive(Debug, Deserialize)]
pub struct CategoryName {
    /// With `&amp;` and its like.
    #[serde(default)]
    pub name: Option<String>,
}

/// A tag of a topic.
#[derive(Debug, Deserialize)]
pub struct Tag {
    #[serde(default)]
    pub value: Option<String>,
}

/// Where a page stands among others.
#[derive(Debug, Deserialize)]
pub struct Pagination {
    #[serde(default, rename = "pageCount", deserialize_with = "maybe_id")]
    pub page_count: Option<u64>,
}

/// A post of a topic.
#[derive(Debug, Clone, Deserialize)]
pub struct Post {
    #[serde(deserialize_with = "id")]
    pub pid: u64,
    #[serde(default, deserialize_with = "maybe_id")]
    pub tid: Option<u64>,
    /// 0 is a guest, or a user who is gone.
    #[serde(default, deserialize_with = "maybe_number")]
    pub uid: Option<i64>,
    #[serde(default, rename = "toPid", deserialize_with = "maybe_id")]
    pub to_pid: Option<u64>,
    #[serde(default)]
    pub content: Option<String>,
    #[serde(default, deserialize_with = "maybe_number")]
    pub timestamp: Option<i64>,
    /// 0 where it never was.
    #[serde(default, deserialize_with = "maybe_number")]
    pub edited: Option<i64>,
    #[serde(default, deserialize_with = "flag")]
    pub deleted: bool,
    #[serde(default, rename = "deleterUid", deserialize_with = "maybe_number")]
    pub deleter_uid: Option<i64>,
    #[serde(default, deserialize_with = "maybe_number")]
    pub votes: Option<i64>,
    #[serde(default, deserialize_with = "maybe_id")]
    pub upvotes: Option<u64>,
    #[serde(default)]
    pub replies: Option<Value>,
    #[serde(default)]
    pub user: Option<User>,
    #[serde(default, rename = "selfPost", deserialize_with = "flag")]
    pub self_post: bool,
}

/// A user in short.
#[derive(Debug, Clone, Deserialize)]
pub struct User {
    #[serde(default)]
    pub username: Option<String>,
    #[serde(default)]
    pub displayname: Option<String>,
    #[serde(default)]
    pub userslug: Option<String>,
    #[serde(default)]
    pub picture: Option<String>,
}

/// What the write API answers.
#[derive(Debug, Deserialize)]
pub struct Answer<T> {
    pub response: T,
}

/// `/api/v3/categories/CID/privileges`.
#[derive(Debug, Deserialize)]
pub struct Privileges {
    #[serde(default)]
    pub groups: Vec<GroupPrivileges>,
}

/// What a group may do.
#[derive(Debug, Deserialize)]
pub struct GroupPrivileges {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub privileges: std::collections::BTreeMap<String, bool>,
}

/// `/api/categories`.
#[derive(Debug, Deserialize)]
pub struct CategoryPage {
    #[serde(default)]
    pub categories: Vec<Category>,
}

/// A category and those below it.
#[derive(Debug, Deserialize)]
pub struct Category {
    #[serde(deserialize_with = "id")]
    pub cid: u64,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub slug: Option<String>,
    /// A link to elsewhere.
    #[serde(default)]
    pub link: Option<String>,
    #[serde(default)]
    pub posts: Vec<Recent>,
    #[serde(default)]
    pub children: Vec<Category>,
}

/// `/api/flags`.
#[derive(Debug, Deserialize)]
pub struct FlagPage {
    #[serde(default)]
    pub flags: Vec<Value>,
}

/// A report.
#[derive(Debug, Deserialize)]
pub struct Flag {
    #[serde(rename = "flagId", deserialize_with = "id")]
    pub flag_id: u64,
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    #[serde(default, rename = "targetId", deserialize_with = "maybe_id")]
    pub target_id: Option<u64>,
    #[serde(default, deserialize_with = "maybe_number")]
    pub uid: Option<i64>,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub state: Option<String>,
    #[serde(default, deserialize_with = "maybe_number")]
    pub datetime: Option<i64>,
}
