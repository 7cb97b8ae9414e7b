//! How a platform lists its items, in as few words as a simulation of it needs.

use serde::{Deserialize, Serialize};

/// One listing of the platform. All of it is what the platform's own documentation says, none of it is how
/// the connector works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// The stream that reads it.
    pub stream: String,
    /// Path of its requests, without query.
    pub path: String,
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
    /// Parameter: only what is older than this key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Parameter: how many items to pass over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<String>,
    /// Parameter that takes the token of the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Where the token of the next page stands, a JSON pointer; it is left out on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// An edited item is listed again.
    #[serde(default)]
    pub lists_edits: bool,
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
