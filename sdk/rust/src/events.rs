//! Builders for events and answers, with defaults for what a platform does not say.

#![allow(clippy::derivable_impls, reason = "the types are generated, there is no place for a derive")]

use crate::types::{
    Actor, ActorKind, Attachment, Batch, CheckReport, Conversation, Counters, Direction, Engagement, Event,
    FlagReport, Gap, Item, ItemKind, Ms, Poison, Provenance, Relation, RelationKind, Removal, RemovalReason,
    Visibility,
};

impl Provenance {
    /// Points into payload `payload`; "" is the whole of it.
    pub fn new(payload: u64, pointer: impl Into<String>) -> Self {
        Self { payload, pointer: pointer.into() }
    }
}

impl Item {
    /// Starts an item: an inbound public post that is its own conversation, without an author.
    pub fn new(id: impl Into<String>, text: impl Into<String>, published_at: Ms, origin: Provenance) -> Self {
        let id = id.into();
        Self {
            conversation: id.clone(),
            id,
            revision: String::new(),
            kind: ItemKind::Post,
            direction: Direction::Inbound,
            author: None,
            text: text.into(),
            html: None,
            title: None,
            url: None,
            language: None,
            published_at,
            published_is_estimate: false,
            edited_at: None,
            visibility: Visibility::Public,
            sensitive: false,
            automated: false,
            relations: Vec::new(),
            attachments: Vec::new(),
            tags: Vec::new(),
            counters: None,
            origin,
        }
    }

    /// Sets what sort of item it is.
    pub fn kind(self, kind: ItemKind) -> Self {
        Self { kind, ..self }
    }

    /// Sets its author: the id of an [`Actor`].
    pub fn author(self, author: impl Into<String>) -> Self {
        Self { author: Some(author.into()), ..self }
    }

    /// Sets the conversation it belongs to.
    pub fn conversation(self, conversation: impl Into<String>) -> Self {
        Self { conversation: conversation.into(), ..self }
    }

    /// Sets its headline.
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: Some(title.into()), ..self }
    }

    /// Sets its page.
    pub fn url(self, url: impl Into<String>) -> Self {
        Self { url: Some(url.into()), ..self }
    }

    /// Sets who may read it.
    pub fn visibility(self, visibility: Visibility) -> Self {
        Self { visibility, ..self }
    }

    /// Adds a relation to another item.
    pub fn relation(mut self, kind: RelationKind, target: impl Into<String>) -> Self {
        self.relations.push(Relation { kind, target: target.into(), target_is_actor: false });
        self
    }
}

impl Actor {
    /// Starts an actor of unknown kind who is not one of ours.
    pub fn new(id: impl Into<String>, seen_at: Ms) -> Self {
        Self {
            id: id.into(),
            kind: ActorKind::Unknown,
            handle: None,
            display_name: None,
            profile_url: None,
            avatar_url: None,
            followers: None,
            verified: None,
            is_self: false,
            emails: Vec::new(),
            seen_at,
        }
    }
}

impl Conversation {
    /// Starts a public conversation.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            title: None,
            url: None,
            place: None,
            visibility: Visibility::Public,
            locked: false,
        }
    }
}

impl Removal {
    /// An item that is no longer there.
    pub fn new(id: impl Into<String>, reason: RemovalReason, at: Option<Ms>, origin: Provenance) -> Self {
        Self { id: id.into(), reason, at, origin }
    }
}

impl Poison {
    /// An entry that could not be understood; `hint` says which, as well as can be told.
    pub fn new(hint: impl Into<String>, why: impl Into<String>, origin: Provenance) -> Self {
        Self { hint: hint.into(), why: why.into(), origin }
    }
}

impl Default for Attachment {
    fn default() -> Self {
        Self { url: None, media_type: None, name: None, alt: None, bytes: None, width: None, height: None }
    }
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            likes: None,
            replies: None,
            shares: None,
            quotes: None,
            views: None,
            score: None,
            by_reaction: Vec::new(),
        }
    }
}

impl Default for CheckReport {
    fn default() -> Self {
        Self { account: None, scopes: Vec::new(), warnings: Vec::new(), quota_left: None }
    }
}

impl Default for Batch {
    fn default() -> Self {
        Self {
            events: Vec::new(),
            cursor: None,
            continuation: None,
            not_before: None,
            limit_left: None,
            limit_resets: None,
            cost_microusd: 0,
        }
    }
}

impl Batch {
    /// Starts a batch: no cursor, nothing more now.
    pub fn new<E: Into<Event>>(events: impl IntoIterator<Item = E>) -> Self {
        Self { events: events.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Sets where it is safe to resume once the events are stored.
    pub fn cursor(self, cursor: Vec<u8>) -> Self {
        Self { cursor: Some(cursor), ..self }
    }
}

macro_rules! event_from {
    ($($name:ident),*) => {$(
        impl From<$name> for Event {
            fn from(value: $name) -> Self {
                Self::$name(value)
            }
        }
    )*};
}

event_from!(Actor, Conversation, Item, Removal, Engagement, FlagReport, Gap, Poison);
