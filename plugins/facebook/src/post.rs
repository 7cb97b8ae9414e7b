//! A post as the Graph API gives it, and the events that it becomes.
//!
//! Holds: pure: the same entry gives the same events.

use hark_sdk::text;
use hark_sdk::types::{
    Conversation, Counters, Direction, Engagement, Event, Item, ItemKind, Ms, Relation, RelationKind,
};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::json::Scalar;
use crate::limits;
use crate::media::{Shown, Tags, mention};
use crate::origin::{Events, Origin, Profile, native_id, web_address};

/// What is asked of a post. Comments are counted at all levels; `reactions` come once for all and once for
/// each kind.
pub const FIELDS: &str = "id,message,story,created_time,updated_time,from,permalink_url,parent_id,status_type,message_tags,\
attachments{media_type,media,url,title,description,subattachments},shares,comments.filter(stream).limit(0).summary(true),\
reactions.limit(0).summary(true),\
reactions.type(LIKE).limit(0).summary(true).as(reactions_like),\
reactions.type(LOVE).limit(0).summary(true).as(reactions_love),\
reactions.type(CARE).limit(0).summary(true).as(reactions_care),\
reactions.type(HAHA).limit(0).summary(true).as(reactions_haha),\
reactions.type(WOW).limit(0).summary(true).as(reactions_wow),\
reactions.type(SAD).limit(0).summary(true).as(reactions_sad),\
reactions.type(ANGRY).limit(0).summary(true).as(reactions_angry)";

/// A post.
#[derive(Debug, Clone, Deserialize)]
pub struct Post {
    id: Scalar,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    story: Option<String>,
    #[serde(default)]
    created_time: Option<Scalar>,
    #[serde(default)]
    updated_time: Option<Scalar>,
    #[serde(default)]
    from: Option<Profile>,
    #[serde(default)]
    permalink_url: Option<String>,
    #[serde(default)]
    parent_id: Option<Scalar>,
    #[serde(default)]
    status_type: Option<String>,
    #[serde(default)]
    message_tags: Option<Tags>,
    #[serde(default)]
    attachments: Option<Shown>,
    #[serde(default)]
    shares: Option<Count>,
    #[serde(default)]
    comments: Option<Edge>,
    #[serde(default)]
    reactions: Option<Edge>,
    #[serde(default)]
    reactions_like: Option<Edge>,
    #[serde(default)]
    reactions_love: Option<Edge>,
    #[serde(default)]
    reactions_care: Option<Edge>,
    #[serde(default)]
    reactions_haha: Option<Edge>,
    #[serde(default)]
    reactions_wow: Option<Edge>,
    #[serde(default)]
    reactions_sad: Option<Edge>,
    #[serde(default)]
    reactions_angry: Option<Edge>,
}

#[derive(Debug, Clone, Deserialize)]
struct Count {
    #[serde(default)]
    count: Option<u64>,
}

/// An edge of which only the summary was asked for.
#[derive(Debug, Clone, Deserialize)]
struct Edge {
    #[serde(default)]
    summary: Option<Summary>,
}

#[derive(Debug, Clone, Deserialize)]
struct Summary {
    #[serde(default)]
    total_count: Option<u64>,
}

impl Edge {
    fn total(edge: &Option<Self>) -> Option<u64> {
        edge.as_ref()?.summary.as_ref()?.total_count
    }
}

impl Post {
    /// Returns the id, if it can be one.
    pub fn id(&self) -> Result<String, String> {
        native_id(&self.id).ok_or_else(|| format!("{:?} is no id", self.id))
    }

    /// Returns when it was published, in milliseconds.
    pub fn created_at(&self) -> Option<Ms> {
        self.created_time.as_ref().and_then(Scalar::ms)
    }

    /// Returns when it or its comments changed last, in milliseconds.
    pub fn updated_at(&self) -> Option<Ms> {
        self.updated_time.as_ref().and_then(Scalar::ms)
    }

    /// Returns how many comments the platform counts.
    pub fn comment_count(&self) -> Option<u64> {
        Edge::total(&self.comments)
    }

    /// Returns a digest of what it says.
    pub fn content_mark(&self) -> u32 {
        let story =
            [&self.message, &self.story, &self.status_type].map(|part| part.as_deref().unwrap_or("\0"));
        let shown = self.attachments.as_ref().map_or_else(Vec::new, Shown::words);
        mark_of(story.into_iter().chain(shown))
    }

    /// Returns a digest of its figures.
    pub fn counters_mark(&self) -> u32 {
        mark_of([format!("{:?}", self.counters()).as_str()])
    }

    /// Returns its figures.
    pub fn counters(&self) -> Counters {
        let kinds = [
            ("like", &self.reactions_like),
            ("love", &self.reactions_love),
            ("care", &self.reactions_care),
            ("haha", &self.reactions_haha),
            ("wow", &self.reactions_wow),
            ("sad", &self.reactions_sad),
            ("angry", &self.reactions_angry),
        ];
        let count = |(name, edge): (&str, &Option<Edge>)| {
            Edge::total(edge).filter(|total| *total > 0).map(|total| (name.to_owned(), total))
        };
        Counters {
            likes: Edge::total(&self.reactions),
            replies: self.comment_count(),
            shares: self.shares.as_ref().and_then(|shares| shares.count),
            by_reaction: kinds.into_iter().filter_map(count).collect(),
            ..Counters::default()
        }
    }

    /// Adds its author, its conversation and itself.
    pub fn tell(
        &self,
        events: &mut Events,
        pointer: &str,
        origin: Origin<'_>,
        edited: bool,
    ) -> Result<(), String> {
        let id = self.id()?;
        let author = events.author(self.from.as_ref(), origin);
        let url = web_address(self.permalink_url.as_deref());
        events.push(Conversation {
            url: url.clone(),
            place: Some(origin.page.to_owned()),
            ..Conversation::new(id.clone())
        });
        let said = self.message.as_deref().filter(|message| !message.is_empty());
        let published_at = self.created_at();
        let item = Item::new(
            id,
            text::plain(said.or(self.story.as_deref()).unwrap_or_default()),
            published_at.unwrap_or(origin.received_at),
            origin.at(pointer),
        );
        let ours = author.as_deref() == Some(origin.page);
        events.push(Item {
            revision: self.updated_time.as_ref().map(revision).unwrap_or_default(),
            kind: if self.is_share() { ItemKind::Share } else { ItemKind::Post },
            direction: if ours { Direction::Outbound } else { Direction::Inbound },
            author,
            url,
            published_is_estimate: published_at.is_none(),
            edited_at: if edited { Some(self.updated_at().unwrap_or(origin.received_at)) } else { None },
            // A story is what Facebook itself says of a post without words.
            automated: said.is_none() && self.story.is_some(),
            relations: self.relations(),
            attachments: self.attachments.as_ref().map_or_else(Vec::new, Shown::attachments),
            counters: Some(self.counters()),
            ..item
        });
        Ok(())
    }

    /// Returns its figures as an event.
    pub fn engagement(&self, pointer: &str, origin: Origin<'_>) -> Result<Event, String> {
        let origin_at = origin.at(pointer);
        let engagement = Engagement {
            id: self.id()?,
            counters: self.counters(),
            at: origin.received_at,
            origin: origin_at,
        };
        Ok(Event::Engagement(engagement))
    }

    fn is_share(&self) -> bool {
        self.status_type.as_deref() == Some("shared_story")
    }

    fn relations(&self) -> Vec<Relation> {
        let mut relations = self.message_tags.as_ref().map_or_else(Vec::new, Tags::mentions);
        let kind = if self.is_share() { RelationKind::ShareOf } else { RelationKind::LinkTo };
        let parent = self.parent_id.as_ref().and_then(native_id).filter(|parent| *parent != self.id.id());
        relations.extend(parent.map(|target| Relation { kind, target, target_is_actor: false }));
        relations
    }
}

/// Marks an event as one about our page that stands elsewhere.
pub fn names_page(event: &mut Event, page: &str) {
    let Event::Item(item) = event else { return };
    let named = item.relations.iter().any(|relation| relation.target_is_actor && relation.target == page);
    if !named && item.relations.len() < limits::RELATIONS_MAX {
        item.relations.push(mention(page.to_owned()));
    }
}

/// The platform's own time text is its edit marker: it sorts as the times do.
fn revision(time: &Scalar) -> String {
    let text = time.id();
    if text.len() <= limits::ID_BYTES_MAX { text } else { String::new() }
}

/// Returns four bytes that tell texts apart.
pub fn mark_of<'a>(parts: impl IntoIterator<Item = &'a str>) -> u32 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]])
}
