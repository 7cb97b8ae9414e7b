//! Answers of API version 2, in both of its vocabularies.
//!
//! Holds: what is missing or null is empty; entries are kept as JSON until each is looked at by itself, so that
//! one that is broken does not hide the others.

use hark_sdk::prelude::*;
use serde_json::Value;

use crate::ids;

/// Takes null for nothing.
fn or_default<'de, D, T>(source: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::deserialize(source).map(Option::unwrap_or_default)
}

/// A page, a look-up, a single post or account.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Answer {
    #[serde(deserialize_with = "or_default")]
    pub data: Data,
    #[serde(deserialize_with = "or_default")]
    pub includes: Includes,
    #[serde(deserialize_with = "or_default")]
    pub errors: Vec<Unseen>,
    #[serde(deserialize_with = "or_default")]
    pub meta: Meta,
}

/// What a page is, beside its posts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    pub count: u64,
    pub newest: Option<String>,
    pub oldest: Option<String>,
    pub next_token: Option<String>,
    /// There is nothing behind it.
    pub is_last: bool,
}

impl Answer {
    /// Returns what the page is; X says which posts are its first and last, and so do the posts.
    pub fn page(&self) -> Page {
        let entries = self.data.entries();
        let posts =
            || entries.iter().filter_map(|entry| entry.get("id")?.as_str()).filter(|id| ids::is_id(id));
        let meta = &self.meta;
        let told = |id: &Option<String>| id.clone().filter(|id| ids::is_id(id));
        Page {
            count: entries.len() as u64,
            newest: told(&meta.newest_id)
                .or_else(|| posts().max_by(|a, b| ids::compare(a, b)).map(str::to_owned)),
            oldest: told(&meta.oldest_id)
                .or_else(|| posts().min_by(|a, b| ids::compare(a, b)).map(str::to_owned)),
            is_last: meta.next_token.as_ref().is_none_or(String::is_empty),
            next_token: meta.next_token.clone().filter(|token| !token.is_empty()),
        }
    }

    /// Returns the page that its `count` newest posts would be: what is behind goes on by id, not by X's token.
    pub fn page_of_newest(&self, count: usize) -> Page {
        let ids = self.data.entries().iter().filter_map(|entry| entry.get("id")?.as_str());
        let mut ids: Vec<&str> = ids.filter(|id| ids::is_id(id)).collect();
        ids.sort_by(|a, b| ids::compare(b, a));
        let oldest = ids.get(..count).and_then(<[_]>::last).map(|id| (*id).to_owned());
        Page { count: count as u64, oldest, next_token: None, is_last: false, ..self.page() }
    }
}

/// One entry or many.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Data {
    Many(Vec<Value>),
    One(Value),
}

impl Default for Data {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl Data {
    /// Returns the entries.
    pub fn entries(&self) -> &[Value] {
        match self {
            Self::Many(entries) => entries,
            Self::One(entry) => std::slice::from_ref(entry),
        }
    }
}

/// What posts refer to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Includes {
    #[serde(deserialize_with = "or_default")]
    pub users: Vec<Value>,
    #[serde(alias = "posts", deserialize_with = "or_default")]
    pub tweets: Vec<Value>,
    #[serde(deserialize_with = "or_default")]
    pub media: Vec<Value>,
}

/// Something that was asked for and cannot be shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Unseen {
    pub resource_id: Option<String>,
    pub value: Option<Value>,
    pub resource_type: Option<String>,
    pub parameter: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub detail: Option<String>,
}

/// What a page says of itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Meta {
    pub newest_id: Option<String>,
    pub oldest_id: Option<String>,
    pub next_token: Option<String>,
    pub result_count: Option<u64>,
}

/// One version of a post.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Post {
    pub id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub text: String,
    pub author_id: Option<String>,
    pub conversation_id: Option<String>,
    pub created_at: Option<String>,
    pub lang: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub possibly_sensitive: bool,
    #[serde(default, alias = "edit_history_post_ids", deserialize_with = "or_default")]
    pub edit_history_tweet_ids: Vec<String>,
    #[serde(default, alias = "referenced_posts", deserialize_with = "or_default")]
    pub referenced_tweets: Vec<Reference>,
    #[serde(default, deserialize_with = "or_default")]
    pub entities: Entities,
    #[serde(default, deserialize_with = "or_default")]
    pub attachments: Attachments,
    pub public_metrics: Option<Figures>,
    #[serde(alias = "note_post")]
    pub note_tweet: Option<Note>,
}

/// A post that another refers to.
#[derive(Debug, Clone, Deserialize)]
pub struct Reference {
    #[serde(rename = "type")]
    pub kind: String,
    pub id: String,
}

/// The full text of a long post.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Note {
    #[serde(deserialize_with = "or_default")]
    pub text: String,
    #[serde(deserialize_with = "or_default")]
    pub entities: Entities,
}

/// What stands in a text. Places in it are not used: whether they count characters or bytes is not certain.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Entities {
    #[serde(deserialize_with = "or_default")]
    pub mentions: Vec<Mention>,
    #[serde(deserialize_with = "or_default")]
    pub hashtags: Vec<Tag>,
    #[serde(deserialize_with = "or_default")]
    pub urls: Vec<Link>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Mention {
    pub id: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Tag {
    #[serde(deserialize_with = "or_default")]
    pub tag: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Link {
    #[serde(deserialize_with = "or_default")]
    pub url: String,
    pub expanded_url: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Attachments {
    #[serde(deserialize_with = "or_default")]
    pub media_keys: Vec<String>,
}

/// Public figures of a post.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Figures {
    #[serde(alias = "repost_count")]
    pub retweet_count: Option<u64>,
    pub reply_count: Option<u64>,
    pub like_count: Option<u64>,
    pub quote_count: Option<u64>,
    pub impression_count: Option<u64>,
}

/// An account.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct User {
    pub id: String,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub username: Option<String>,
    #[serde(default)]
    pub verified: Option<bool>,
    #[serde(default)]
    pub verified_type: Option<String>,
    #[serde(default)]
    pub protected: Option<bool>,
    #[serde(default)]
    pub profile_image_url: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub public_metrics: UserFigures,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct UserFigures {
    pub followers_count: Option<u64>,
}

/// A picture or film.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Medium {
    pub media_key: String,
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub preview_image_url: Option<String>,
    #[serde(default)]
    pub alt_text: Option<String>,
    #[serde(default)]
    pub width: Option<u32>,
    #[serde(default)]
    pub height: Option<u32>,
}

impl Post {
    /// Returns the id that stays when the post is edited: that of its first version.
    pub fn first_id(&self) -> &str {
        self.edit_history_tweet_ids.first().unwrap_or(&self.id)
    }

    /// Returns the id of the version that counts.
    pub fn latest_id(&self) -> &str {
        self.edit_history_tweet_ids.last().unwrap_or(&self.id)
    }

    /// Returns which version this is, from 0.
    pub fn version(&self) -> usize {
        self.edit_history_tweet_ids.iter().position(|id| *id == self.id).unwrap_or(0)
    }
}
