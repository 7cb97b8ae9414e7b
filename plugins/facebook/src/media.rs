//! Attachments and tags of posts and comments.

use std::collections::BTreeMap;

use hark_sdk::text;
use hark_sdk::types::{Attachment, Relation, RelationKind};
use serde::Deserialize;

use crate::json::Scalar;
use crate::limits;
use crate::origin::{native_id, web_address};

/// A list under `data`.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Shown {
    #[serde(default)]
    data: Vec<Medium>,
}

/// A photo, film or link.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Medium {
    #[serde(default)]
    media: Option<Media>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    subattachments: Option<Shown>,
}

#[derive(Debug, Clone, Deserialize)]
struct Media {
    #[serde(default)]
    image: Option<Image>,
    #[serde(default)]
    source: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Image {
    #[serde(default)]
    src: Option<String>,
    #[serde(default)]
    width: Option<u32>,
    #[serde(default)]
    height: Option<u32>,
}

impl Shown {
    /// Returns all of them, those within others after them.
    pub fn attachments(&self) -> Vec<Attachment> {
        let mut found = Vec::new();
        self.data.iter().for_each(|medium| medium.collect(&mut found));
        found
    }

    /// Returns what is said of them and where they lead, without addresses that change with every answer.
    pub fn words(&self) -> Vec<&str> {
        let words = self.data.iter().flat_map(|medium| [&medium.title, &medium.description, &medium.url]);
        words.filter_map(|word| word.as_deref()).collect()
    }
}

impl Medium {
    /// Returns it and those within it.
    pub fn attachments(&self) -> Vec<Attachment> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }

    fn collect(&self, found: &mut Vec<Attachment>) {
        if found.len() >= limits::ATTACHMENTS_MAX {
            return;
        }
        let source = self.media.as_ref().and_then(|media| web_address(media.source.as_deref()));
        let image = self.media.as_ref().and_then(|media| media.image.as_ref());
        let picture = image.and_then(|image| web_address(image.src.as_deref()));
        let line = |words: &Option<String>| words.as_deref().map(text::line).filter(|line| !line.is_empty());
        let attachment = Attachment {
            url: source.or(picture).or_else(|| web_address(self.url.as_deref())),
            name: line(&self.title),
            alt: line(&self.description),
            width: image.and_then(|image| image.width),
            height: image.and_then(|image| image.height),
            ..Attachment::default()
        };
        if attachment.url.is_some() || attachment.name.is_some() {
            found.push(attachment);
        }
        self.subattachments.iter().flat_map(|within| &within.data).for_each(|medium| medium.collect(found));
    }
}

/// Whom a text names: a list, or in older versions lists by the place in the text.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Tags {
    /// A list.
    List(Vec<Tag>),
    /// Lists by place.
    ByPlace(BTreeMap<String, Vec<Tag>>),
}

/// Somebody who is named.
#[derive(Debug, Clone, Deserialize)]
pub struct Tag {
    id: Scalar,
}

impl Tags {
    /// Returns a relation to each who is named.
    pub fn mentions(&self) -> Vec<Relation> {
        let tags: Vec<&Tag> = match self {
            Self::List(tags) => tags.iter().collect(),
            Self::ByPlace(tags) => tags.values().flatten().collect(),
        };
        let mut named: Vec<String> = tags.into_iter().filter_map(|tag| native_id(&tag.id)).collect();
        named.sort_unstable();
        named.dedup();
        // Some are left for what the item answers and shares.
        named.into_iter().take(limits::RELATIONS_MAX - 8).map(mention).collect()
    }
}

/// Returns the relation to somebody who is named.
pub fn mention(target: String) -> Relation {
    Relation { kind: RelationKind::MentionOf, target, target_is_actor: true }
}
