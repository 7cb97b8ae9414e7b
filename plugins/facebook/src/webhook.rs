//! The changes that a delivery tells of, and the events that they become.
//!
//! Holds: pure; a change that brings no words asks for a poll instead; changes of other pages are left alone.

use std::collections::BTreeSet;

use hark_sdk::text;
use hark_sdk::types::{
    Conversation, Direction, Item, ItemKind, Ms, Provenance, Relation, RelationKind, Removal, RemovalReason,
};
use hark_sdk::{debug, types};
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::json::Scalar;
use crate::manifest;
use crate::media::mention;
use crate::origin::{Events, Origin, Profile, native_id, web_address};

/// A delivery.
#[derive(Debug, Deserialize)]
struct Body {
    #[serde(default)]
    object: String,
    #[serde(default)]
    entry: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    id: Scalar,
    #[serde(default)]
    time: Option<Scalar>,
    #[serde(default)]
    changes: Vec<Box<RawValue>>,
}

#[derive(Debug, Deserialize)]
struct Change {
    #[serde(default)]
    field: String,
    value: Value,
}

/// What changed. The names differ by field and by the year in which the payload was thought of.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Value {
    item: Option<String>,
    verb: Option<String>,
    post_id: Option<Scalar>,
    comment_id: Option<Scalar>,
    parent_id: Option<Scalar>,
    open_graph_story_id: Option<Scalar>,
    from: Option<Profile>,
    sender_id: Option<Scalar>,
    sender_name: Option<String>,
    reviewer_id: Option<Scalar>,
    reviewer_name: Option<String>,
    message: Option<String>,
    review_text: Option<String>,
    recommendation_type: Option<String>,
    rating: Option<i64>,
    created_time: Option<Scalar>,
    post: Option<Post>,
    link: Option<String>,
    photo: Option<String>,
    photos: Vec<String>,
    video: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Post {
    #[serde(default)]
    permalink_url: Option<String>,
}

/// What a delivery comes to.
#[derive(Debug, Default)]
pub struct Heard {
    pub events: Events,
    /// Streams that have something which the delivery does not say.
    pub poll: BTreeSet<&'static str>,
    /// The same for each copy of the delivery.
    pub dedupe_key: Option<String>,
}

/// Tells whether `body` looks like a delivery, as opposed to an answer of the Graph API.
pub fn is_delivery(body: &[u8]) -> bool {
    hark_sdk::json::parse::<Body>(body).is_ok_and(|body| body.object == "page" && !body.entry.is_empty())
}

/// Reads a delivery.
pub fn hear(body: &[u8], origin: Origin<'_>) -> Heard {
    let mut heard = Heard::default();
    let body = match hark_sdk::json::parse::<Body>(body) {
        Ok(body) => body,
        Err(error) => {
            heard.events.poison("a delivery", error.to_string(), origin.at(""));
            return heard;
        }
    };
    if body.object != "page" {
        debug!("a delivery about {:?} is left alone", body.object);
        return heard;
    }
    let mut key = Sha256::new();
    for (at, entry) in body.entry.iter().enumerate() {
        key.update(format!("{:?}{:?}\n", entry.id, entry.time));
        entry.changes.iter().for_each(|change| key.update(change.get()));
        if entry.id.id() == origin.page {
            heard.entry(entry, at, origin);
        }
    }
    heard.dedupe_key = Some(hex::encode(key.finalize()));
    heard
}

/// One change with what surrounds it.
struct Told<'a> {
    value: &'a Value,
    /// When the change happened.
    at: Ms,
    pointer: String,
    origin: Origin<'a>,
}

/// What a verb asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Add,
    Edit,
    Remove,
    Hide,
    Unhide,
    /// Nothing about words: block, follow, mute.
    Other,
}

fn deed(verb: Option<&str>) -> Deed {
    match verb.unwrap_or("add") {
        "add" => Deed::Add,
        "edit" | "edited" | "update" => Deed::Edit,
        "remove" | "delete" => Deed::Remove,
        "hide" => Deed::Hide,
        "unhide" => Deed::Unhide,
        _ => Deed::Other,
    }
}

impl Heard {
    fn entry(&mut self, entry: &Entry, at: usize, origin: Origin<'_>) {
        let time = entry.time.as_ref().and_then(Scalar::ms).unwrap_or(origin.received_at);
        for (number, raw) in entry.changes.iter().enumerate() {
            let pointer = format!("/entry/{at}/changes/{number}");
            match hark_sdk::json::parse::<Change>(raw.get().as_bytes()) {
                Ok(change) => {
                    let told =
                        Told { value: &change.value, at: time, pointer: pointer.clone() + "/value", origin };
                    if let Err(why) = self.change(&change.field, &told) {
                        self.events.poison("a change", why, origin.at(&pointer));
                    }
                }
                Err(error) => self.events.poison("a change", error.to_string(), origin.at(&pointer)),
            }
        }
    }

    fn change(&mut self, field: &str, told: &Told<'_>) -> Result<(), String> {
        match (field, told.value.item.as_deref().unwrap_or_default()) {
            ("feed" | "ratings" | "mention", "reaction" | "like") => {
                // The change is one more or less of a figure that only a poll can tell.
                self.poll.insert(manifest::FEED);
                Ok(())
            }
            ("feed" | "ratings", "comment") => self.comment(told),
            ("feed", _) => self.post(told, manifest::FEED),
            ("ratings", "rating") => self.review(told),
            ("mention", "comment") => self.comment(told).map(|()| self.name_page(told)),
            ("mention", _) => self.post(told, manifest::MENTIONS).map(|()| self.name_page(told)),
            (other, _) => {
                debug!("a change of {other:?} is left alone");
                Ok(())
            }
        }
    }

    fn comment(&mut self, told: &Told<'_>) -> Result<(), String> {
        let value = told.value;
        let id = needed(value.comment_id.as_ref(), "comment_id")?;
        let owner = value.post_id.as_ref().or(value.open_graph_story_id.as_ref());
        let post =
            owner.and_then(native_id).unwrap_or_else(|| crate::comment::post_of(&id, told.origin.page));
        let Some(edited_at) = self.settle(told, &id, manifest::FEED, value.words())? else { return Ok(()) };
        let parent = value.parent_id.as_ref().and_then(native_id).filter(|parent| *parent != id);
        let target = parent.unwrap_or_else(|| post.clone());
        let item = self.item(told, id, value.words().unwrap_or_default());
        self.conversation(told, &post);
        self.events.push(Item {
            kind: ItemKind::Comment,
            conversation: post,
            edited_at,
            relations: vec![Relation { kind: RelationKind::ReplyTo, target, target_is_actor: false }],
            ..item
        });
        Ok(())
    }

    fn post(&mut self, told: &Told<'_>, stream: &'static str) -> Result<(), String> {
        let value = told.value;
        let id = needed(value.post_id.as_ref(), "post_id")?;
        let words = value.words().filter(|_| value.item.is_some() || stream == manifest::MENTIONS);
        let Some(edited_at) = self.settle(told, &id, stream, words)? else { return Ok(()) };
        let item = self.item(told, id.clone(), words.unwrap_or_default());
        self.conversation(told, &id);
        let kind = if value.item.as_deref() == Some("share") { ItemKind::Share } else { ItemKind::Post };
        self.events.push(Item { kind, edited_at, url: value.url(), ..item });
        Ok(())
    }

    fn review(&mut self, told: &Told<'_>) -> Result<(), String> {
        let value = told.value;
        let id =
            needed(value.open_graph_story_id.as_ref().or(value.post_id.as_ref()), "open_graph_story_id")?;
        let words = value.review_text.as_deref().unwrap_or_default();
        let Some(edited_at) = self.settle(told, &id, manifest::FEED, Some(words))? else { return Ok(()) };
        let item = self.item(told, id, words);
        let verdict = value
            .recommendation_type
            .as_ref()
            .map(|verdict| format!("recommendation:{}", text::line(verdict)));
        let stars = value.rating.map(|stars| format!("rating:{stars}"));
        let tags = verdict.into_iter().chain(stars).collect();
        self.events.push(Item { kind: ItemKind::Review, edited_at, tags, ..item });
        Ok(())
    }

    /// Does what a verb asks for beside the item itself; returns when it was edited if the item is to be told.
    fn settle(
        &mut self,
        told: &Told<'_>,
        id: &str,
        stream: &'static str,
        words: Option<&str>,
    ) -> Result<Option<Option<Ms>>, String> {
        let mut remove =
            |reason| self.events.push(Removal::new(id, reason, Some(told.at), told.provenance()));
        match deed(told.value.verb.as_deref()) {
            Deed::Remove => remove(RemovalReason::Unknown),
            Deed::Hide => remove(RemovalReason::RemovedByModerator),
            Deed::Other => {}
            _ if words.is_none() && told.value.pictures().is_empty() => {
                self.poll.insert(stream);
            }
            Deed::Add => return Ok(Some(None)),
            // What is shown again is newer than its removal, or it would stay removed.
            Deed::Edit | Deed::Unhide => return Ok(Some(Some(told.at))),
        }
        Ok(None)
    }

    fn item(&mut self, told: &Told<'_>, id: String, words: &str) -> Item {
        let value = told.value;
        let author = self.events.author(value.author().as_ref(), told.origin);
        let ours = author.as_deref() == Some(told.origin.page);
        let published_at = value.created_time.as_ref().and_then(Scalar::ms);
        let item = Item::new(id, text::plain(words), published_at.unwrap_or(told.at), told.provenance());
        Item {
            direction: if ours { Direction::Outbound } else { Direction::Inbound },
            author,
            published_is_estimate: published_at.is_none(),
            attachments: value.pictures(),
            ..item
        }
    }

    fn conversation(&mut self, told: &Told<'_>, id: &str) {
        let place = Some(told.origin.page.to_owned());
        self.events.push(Conversation { url: told.value.url(), place, ..Conversation::new(id) });
    }

    /// Ties what was told last to our page.
    fn name_page(&mut self, told: &Told<'_>) {
        self.events.change_last_item(
            |item| item.relations.push(mention(told.origin.page.to_owned())),
            &told.pointer,
        );
    }
}

impl Told<'_> {
    fn provenance(&self) -> Provenance {
        self.origin.at(&self.pointer)
    }
}

fn needed(id: Option<&Scalar>, name: &str) -> Result<String, String> {
    id.and_then(native_id).ok_or_else(|| format!("it has no {name}"))
}

impl Value {
    fn words(&self) -> Option<&str> {
        self.message.as_deref()
    }

    fn author(&self) -> Option<Profile> {
        let named = |id: &Option<Scalar>, name: &Option<String>| {
            id.clone().map(|id| Profile { id, name: name.clone() })
        };
        self.from
            .clone()
            .or_else(|| named(&self.sender_id, &self.sender_name))
            .or_else(|| named(&self.reviewer_id, &self.reviewer_name))
    }

    fn url(&self) -> Option<String> {
        self.post.as_ref().and_then(|post| web_address(post.permalink_url.as_deref()))
    }

    fn pictures(&self) -> Vec<types::Attachment> {
        let single = [&self.photo, &self.video, &self.link].into_iter().flatten();
        let mut addresses: Vec<String> =
            single.chain(&self.photos).filter_map(|address| web_address(Some(address))).collect();
        addresses.dedup();
        let attachment = |url| types::Attachment { url: Some(url), ..types::Attachment::default() };
        addresses.into_iter().take(crate::limits::ATTACHMENTS_MAX).map(attachment).collect()
    }
}
