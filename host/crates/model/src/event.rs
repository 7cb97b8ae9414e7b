//! Events: what a connector says happened. The shapes are those of the contract.

use crate::{ActorKind, Direction, ItemKind, Ms, RelationKind, RemovalReason, Visibility};

/// Where in which kept payload an event was read from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Provenance {
    /// Id that the host gave to the payload within the call.
    pub payload: u64,
    /// JSON pointer, path, or "" for the whole body.
    pub pointer: String,
}

/// Who speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The platform's id.
    pub id: String,
    /// What sort of author.
    pub kind: ActorKind,
    /// Short name, as in `@handle`.
    pub handle: Option<String>,
    /// Name as shown.
    pub display_name: Option<String>,
    /// Page of the actor.
    pub profile_url: Option<String>,
    /// Picture of the actor.
    pub avatar_url: Option<String>,
    /// Audience.
    pub followers: Option<u64>,
    /// Verified by the platform.
    pub verified: Option<bool>,
    /// One of our own accounts.
    pub is_self: bool,
    /// Addresses the platform shows.
    pub emails: Vec<String>,
    /// When this was so.
    pub seen_at: Ms,
}

/// What items belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// The platform's id.
    pub id: String,
    /// Subject.
    pub title: Option<String>,
    /// Page of the conversation.
    pub url: Option<String>,
    /// Forum, channel, page, mailbox.
    pub place: Option<String>,
    /// Who may read it.
    pub visibility: Visibility,
    /// Takes no more answers.
    pub locked: bool,
}

/// An item's pointer at another item or an actor.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relation {
    /// How it points.
    pub kind: RelationKind,
    /// At what: the platform's id.
    pub target: String,
    /// The target is an actor, not an item.
    pub target_is_actor: bool,
}

/// A file, described; its content stays on the platform.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attachment {
    /// Where it lies.
    pub url: Option<String>,
    /// MIME type.
    pub media_type: Option<String>,
    /// File name.
    pub name: Option<String>,
    /// Words in place of the picture.
    pub alt: Option<String>,
    /// Size.
    pub bytes: Option<u64>,
    /// Pixels across.
    pub width: Option<u32>,
    /// Pixels down.
    pub height: Option<u32>,
}

/// Engagement figures at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counters {
    /// Likes of any sort.
    pub likes: Option<u64>,
    /// Answers.
    pub replies: Option<u64>,
    /// Passed on.
    pub shares: Option<u64>,
    /// Quoted.
    pub quotes: Option<u64>,
    /// Seen.
    pub views: Option<u64>,
    /// Up minus down.
    pub score: Option<i64>,
    /// Each reaction with its count.
    pub by_reaction: Vec<(String, u64)>,
}

/// One utterance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The platform's id.
    pub id: String,
    /// The platform's edit marker; "" where it has none.
    pub revision: String,
    /// What sort.
    pub kind: ItemKind,
    /// Who speaks to whom.
    pub direction: Direction,
    /// Id of its conversation.
    pub conversation: String,
    /// Id of its author, where shown.
    pub author: Option<String>,
    /// Plain text: LF, NFC, no markup.
    pub text: String,
    /// As received.
    pub html: Option<String>,
    /// Subject or headline.
    pub title: Option<String>,
    /// Page of the item.
    pub url: Option<String>,
    /// BCP 47; absent means unknown.
    pub language: Option<String>,
    /// The platform's claim.
    pub published_at: Ms,
    /// The claim is ours, the platform gave none that can be read.
    pub published_is_estimate: bool,
    /// Last edit.
    pub edited_at: Option<Ms>,
    /// Who may read it.
    pub visibility: Visibility,
    /// Marked as sensitive by the platform.
    pub sensitive: bool,
    /// Auto-reply, bounce, bot, system notice.
    pub automated: bool,
    /// What it points at.
    pub relations: Vec<Relation>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// The platform's tags.
    pub tags: Vec<String>,
    /// Engagement, where known.
    pub counters: Option<Counters>,
    /// Where it was read.
    pub origin: Provenance,
}

/// An item is no longer there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// Which item.
    pub id: String,
    /// Why.
    pub reason: RemovalReason,
    /// When, where known.
    pub at: Option<Ms>,
    /// Where it was read.
    pub origin: Provenance,
}

/// New figures of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engagement {
    /// Which item.
    pub id: String,
    /// The figures.
    pub counters: Counters,
    /// When they were so.
    pub at: Ms,
    /// Where it was read.
    pub origin: Provenance,
}

/// A member reported something to the platform's moderators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagReport {
    /// The report's id.
    pub id: String,
    /// Id of what was reported.
    pub about: String,
    /// Who reported.
    pub reporter: Option<String>,
    /// Why.
    pub reason: String,
    /// What became of it, in the platform's words.
    pub status: String,
    /// When.
    pub at: Ms,
    /// Where it was read.
    pub origin: Provenance,
}

/// A span that the platform no longer lets us read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Which stream.
    pub stream: String,
    /// From when.
    pub since: Option<Ms>,
    /// Until when.
    pub until: Option<Ms>,
    /// Why.
    pub why: String,
}

/// One entry that could not be understood; the rest of the page goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poison {
    /// What it might have been.
    pub hint: String,
    /// Why it was not understood.
    pub why: String,
    /// Where it was read.
    pub origin: Provenance,
}

/// What a connector says happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(
    clippy::large_enum_variant,
    reason = "most events are items; a box each would cost more than it saves"
)]
pub enum Event {
    /// Who speaks.
    Actor(Actor),
    /// What belongs together.
    Conversation(Conversation),
    /// An utterance.
    Item(Item),
    /// An item went away.
    Removal(Removal),
    /// New figures.
    Engagement(Engagement),
    /// A report of abuse.
    FlagReport(FlagReport),
    /// A hole.
    Gap(Gap),
    /// An entry that could not be understood.
    Poison(Poison),
}

impl Event {
    /// Returns where the event was read, where it says so.
    pub fn origin(&self) -> Option<&Provenance> {
        match self {
            Self::Item(item) => Some(&item.origin),
            Self::Removal(removal) => Some(&removal.origin),
            Self::Engagement(engagement) => Some(&engagement.origin),
            Self::FlagReport(report) => Some(&report.origin),
            Self::Poison(poison) => Some(&poison.origin),
            Self::Actor(_) | Self::Conversation(_) | Self::Gap(_) => None,
        }
    }
}
