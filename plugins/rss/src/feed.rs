//! A feed as it was read, whatever its format: what [`crate::events`] makes events of.

use hark_sdk::types::{Attachment, Ms};
use sha2::{Digest, Sha256};

use crate::limits;

/// A feed.
#[derive(Debug, Default, PartialEq)]
pub struct Feed {
    /// "RSS 2.0", "Atom", "JSON Feed".
    pub format: String,
    /// The feed's own id, where the format has one.
    pub id: Option<String>,
    pub title: Option<String>,
    /// The page that the feed is of.
    pub url: Option<String>,
    pub language: Option<String>,
    /// Author of all entries that name none.
    pub author: Option<Author>,
    /// How long the publisher asks not to be polled.
    pub ttl_ms: Option<i64>,
    /// Its entries in the order of the document.
    pub parts: Vec<Part>,
    /// The document ends before it should: there may be entries that are not in it.
    pub cut: bool,
}

/// One part of a feed.
#[derive(Debug, PartialEq)]
pub enum Part {
    Entry(Box<Entry>),
    /// The publisher says that an entry is no longer there.
    Removed {
        id: String,
        at: Option<Ms>,
        pointer: String,
    },
    /// An entry that could not be read; `digest` tells it from others.
    Broken {
        hint: String,
        why: String,
        pointer: String,
        digest: [u8; 32],
    },
}

/// Who wrote.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Author {
    pub name: Option<String>,
    pub url: Option<String>,
    pub email: Option<String>,
    pub avatar: Option<String>,
}

impl Author {
    /// Returns `self` unless it says nothing.
    pub fn known(self) -> Option<Self> {
        (self.name.is_some() || self.url.is_some() || self.email.is_some()).then_some(self)
    }
}

/// What was said: markup as received, or plain text.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    Html(String),
    Plain(String),
}

/// The entry that this one answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Parent {
    pub id: String,
    pub url: Option<String>,
}

/// One entry.
#[derive(Debug, Default, PartialEq)]
pub struct Entry {
    /// Where in the document it stands.
    pub pointer: String,
    /// As the publisher gives it.
    pub id: Option<String>,
    /// On one line, without markup.
    pub title: Option<String>,
    pub url: Option<String>,
    pub content: Option<Content>,
    pub author: Option<Author>,
    /// The date as written, for the id of an entry that has none.
    pub date: String,
    pub published: Option<Ms>,
    pub updated: Option<Ms>,
    /// The publisher's edit marker; "" where there is none.
    pub revision: String,
    pub language: Option<String>,
    pub tags: Vec<String>,
    pub attachments: Vec<Attachment>,
    pub parents: Vec<Parent>,
    /// How many answers there are.
    pub replies: Option<u64>,
}

impl Entry {
    /// Says whether there is nothing to tell it by and nothing to read.
    pub fn is_empty(&self) -> bool {
        self.id.is_none() && self.title.is_none() && self.url.is_none() && self.content.is_none()
    }

    /// Adds a tag once.
    pub fn tag(&mut self, tag: &str) {
        let tag = hark_sdk::text::line(tag);
        if !tag.is_empty() && self.tags.len() < limits::LIST_MAX && !self.tags.contains(&tag) {
            self.tags.push(tag);
        }
    }

    /// Adds an attachment once per address.
    pub fn attach(&mut self, attachment: Attachment) {
        let known = self.attachments.iter().any(|have| have.url == attachment.url);
        if attachment.url.is_some() && !known && self.attachments.len() < limits::LIST_MAX {
            self.attachments.push(attachment);
        }
    }
}

/// Why a document is no feed: what it is instead.
#[derive(Debug, PartialEq)]
pub struct NotAFeed(pub String);

/// Returns a language tag as the contract wants it, none for what is no tag.
pub fn language(text: &str) -> Option<String> {
    let text = text.trim().replace('_', "-");
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let legal = (2..=3).contains(&first.len())
        && first.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts
            .all(|part| matches!(part.len(), 1..=8) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        && !first.eq_ignore_ascii_case("und");
    legal.then_some(text)
}

/// Returns `text` trimmed, none if nothing is left.
pub fn some(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Returns the SHA-256 over `parts`, each ended so that no two lists are alike.
pub fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// Returns `bytes` in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_language_tags_pass() {
        for (text, want) in [
            ("en", Some("en")),
            (" en_US ", Some("en-US")),
            ("zh-Hans-CN", Some("zh-Hans-CN")),
            ("und", None),
            ("english", None),
            ("", None),
            ("en-", None),
            ("x1", None),
        ] {
            assert_eq!(language(text).as_deref(), want, "{text}");
        }
    }
}
