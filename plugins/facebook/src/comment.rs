//! A comment as the Graph API gives it, and the events that it becomes.
//!
//! Holds: pure: the same entry gives the same events. A hidden comment is one that a moderator removed from
//! all eyes but ours; a private one is direct.

use hark_sdk::text;
use hark_sdk::types::{
    Counters, Direction, Item, ItemKind, Ms, Relation, RelationKind, Removal, RemovalReason, Visibility,
};
use serde::Deserialize;

use crate::json::Scalar;
use crate::media::{Medium, Tags};
use crate::origin::{Events, Origin, Profile, native_id, web_address};
use crate::post::mark_of;

/// What is asked of a comment.
pub const FIELDS: &str = "id,message,created_time,from,parent{id},attachment,like_count,comment_count,is_hidden,is_private,\
can_hide,can_comment,permalink_url,message_tags";

/// A comment, or a reply to one.
#[derive(Debug, Clone, Deserialize)]
pub struct Comment {
    id: Scalar,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    created_time: Option<Scalar>,
    #[serde(default)]
    from: Option<Profile>,
    #[serde(default)]
    parent: Option<Parent>,
    #[serde(default)]
    attachment: Option<Medium>,
    #[serde(default)]
    like_count: Option<u64>,
    #[serde(default)]
    comment_count: Option<u64>,
    #[serde(default)]
    is_hidden: Option<bool>,
    #[serde(default)]
    is_private: Option<bool>,
    #[serde(default)]
    permalink_url: Option<String>,
    #[serde(default)]
    message_tags: Option<Tags>,
}

#[derive(Debug, Clone, Deserialize)]
struct Parent {
    id: Scalar,
}

impl Comment {
    /// Returns the id, if it can be one.
    pub fn id(&self) -> Result<String, String> {
        native_id(&self.id).ok_or_else(|| format!("{:?} is no id", self.id))
    }

    /// Returns when it was published, in milliseconds.
    pub fn created_at(&self) -> Option<Ms> {
        self.created_time.as_ref().and_then(Scalar::ms)
    }

    /// Returns the author's id.
    pub fn author(&self) -> Option<String> {
        self.from.as_ref().and_then(|from| native_id(&from.id))
    }

    /// Returns what it says, as the contract wants it.
    pub fn text(&self) -> String {
        text::plain(self.message.as_deref().unwrap_or_default())
    }

    /// Returns a digest of which it is, what it says and whether it is hidden.
    pub fn mark(&self) -> u32 {
        let hidden = if self.is_hidden == Some(true) { "hidden" } else { "" };
        mark_of([self.id.id().as_str(), self.message.as_deref().unwrap_or("\0"), hidden])
    }

    /// Adds its author and itself to the conversation `post`; `edited_at` where the platform told of an edit.
    pub fn tell(
        &self,
        events: &mut Events,
        pointer: &str,
        post: &str,
        edited_at: Option<Ms>,
        origin: Origin<'_>,
    ) -> Result<(), String> {
        let id = self.id()?;
        let author = events.author(self.from.as_ref(), origin);
        let ours = author.as_deref() == Some(origin.page);
        let published_at = self.created_at();
        let item = Item::new(
            id.clone(),
            self.text(),
            published_at.unwrap_or(origin.received_at),
            origin.at(pointer),
        );
        events.push(Item {
            kind: ItemKind::Comment,
            direction: if ours { Direction::Outbound } else { Direction::Inbound },
            conversation: post.to_owned(),
            author,
            url: web_address(self.permalink_url.as_deref()),
            published_is_estimate: published_at.is_none(),
            edited_at,
            visibility: if self.is_private == Some(true) { Visibility::Direct } else { Visibility::Public },
            relations: self.relations(post),
            attachments: self.attachment.as_ref().map_or_else(Vec::new, Medium::attachments),
            counters: self.counters(),
            ..item
        });
        if self.is_hidden == Some(true) {
            let at = Some(origin.received_at);
            events.push(Removal::new(id, RemovalReason::RemovedByModerator, at, origin.at(pointer)));
        }
        Ok(())
    }

    fn counters(&self) -> Option<Counters> {
        let counters =
            Counters { likes: self.like_count, replies: self.comment_count, ..Counters::default() };
        (counters.likes.is_some() || counters.replies.is_some()).then_some(counters)
    }

    /// It answers its parent, else the post; the platform has been seen to name a comment its own parent.
    fn relations(&self, post: &str) -> Vec<Relation> {
        let id = self.id.id();
        let parent = self.parent.as_ref().and_then(|parent| native_id(&parent.id));
        let target = parent.filter(|parent| *parent != id).unwrap_or_else(|| post.to_owned());
        let mut relations = vec![Relation { kind: RelationKind::ReplyTo, target, target_is_actor: false }];
        relations.extend(self.message_tags.as_ref().map_or_else(Vec::new, Tags::mentions));
        relations
    }
}

/// Returns the post that a comment stands under, by the form of its id: `POST_COMMENT` under `PAGE_POST`.
pub fn post_of(comment: &str, page: &str) -> String {
    match comment.split_once('_') {
        Some((owner, _)) if owner == page => comment.to_owned(),
        Some((post, _)) => format!("{page}_{post}"),
        None => comment.to_owned(),
    }
}
