//! How a platform lists its items, in as few words as a simulation of it needs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One listing of the platform. All of it is what the platform's own documentation says, none of it is how
/// the connector works.
///
/// Parameters stand in the query; of a POST also in its body, as a form or as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// The stream that reads it.
    pub stream: String,
    /// The target that reads it, where it is one of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Method of its requests.
    #[serde(default)]
    pub method: Method,
    /// Path of its requests, without query; `*` stands for any one part.
    pub path: String,
    /// Parameters that its requests have, and what they say.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub with: BTreeMap<String, String>,
    /// How its answers are written.
    pub format: Format,
    /// Where the list stands: a JSON pointer, or the name of the element that is one item.
    pub items: String,
    /// Where the id of an item stands: a JSON pointer within the item, or the name of an element.
    pub id: String,
    /// Where the text of an item stands, likewise.
    pub text: String,
    /// Where the number stands that the list is ordered by, where that is not the id. An edit moves an
    /// item to the newest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Where the time of an item stands: RFC 3339, or seconds or milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Where the list of keys stands that an item has had, oldest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<String>,
    /// What else an edit changes: times become later, numbers greater by one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edited: Vec<String>,
    /// In which order it lists.
    #[serde(default)]
    pub order: Order,
    /// Parameter that bounds a page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<String>,
    /// Most items of one page; 0 when it is not paged.
    #[serde(default)]
    pub count_max: usize,
    /// Parameter: only what is newer than this key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Parameter: what is newer than this key, the oldest of it first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upward: Option<String>,
    /// Parameter: only what is older than this key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Parameter: nothing from before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since_time: Option<String>,
    /// Parameter: nothing from after this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_time: Option<String>,
    /// Parameter: how many items to pass over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<String>,
    /// Parameter: number of the page, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Parameter that takes the token of the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// What an answer says of its page, by the JSON pointer where it stands.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tells: BTreeMap<String, Tell>,
    /// The header `Link` names the next page.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub link: bool,
    /// Path of a single item, `*` in the place of its id; answered with the item, or with 404.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one: Option<String>,
    /// An edited item is listed again.
    #[serde(default)]
    pub lists_edits: bool,
}

/// How it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Parameters in the query.
    #[default]
    Get,
    /// Parameters in the body, too.
    Post,
}

impl Method {
    /// Returns its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// What an answer says of its page. What is of no use on a page is left out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tell {
    /// The token of the next page, while there is one.
    Next,
    /// The whole address of the next page, while there is one.
    NextAddress,
    /// Whether there is a next page: true or false.
    More,
    /// How many items the page has.
    Count,
    /// Key of its newest item.
    Newest,
    /// Key of its oldest item.
    Oldest,
}

/// How answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// JSON.
    Json,
    /// RSS, Atom and their kin.
    Xml,
}

/// Which end comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// The newest.
    #[default]
    NewestFirst,
    /// The oldest.
    OldestFirst,
}

impl Listing {
    /// Tells whether an answer says that there are more pages, so that a page may be shorter than was asked.
    pub fn tells_more(&self) -> bool {
        let says = |tell: &Tell| matches!(tell, Tell::Next | Tell::NextAddress | Tell::More);
        self.link || self.tells.values().any(says)
    }
}
