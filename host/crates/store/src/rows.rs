//! What the store shows: rows for screens, each whole.

use hark_model::{
    ActorKind, AnnotationKind, Attachment, Counters, Direction, Evidence, ItemKind, ItemUid, Ms, Priority,
    RelationKind, RemovalReason, Sentiment, Visibility, Zone,
};

use crate::{
    BackfillStatus, CapsuleRow, CheckpointState, FeedKey, GapRow, ServiceSummary, SourceQuarantine, Spending,
};

/// Row of a conversation.
pub type ConversationKey = i64;

/// Who speaks, in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorSummary {
    /// The platform's id.
    pub native_id: String,
    /// What sort of author.
    pub kind: ActorKind,
    /// Name as shown.
    pub display_name: Option<String>,
    /// Short name.
    pub handle: Option<String>,
    /// Page of the actor.
    pub profile_url: Option<String>,
    /// Audience.
    pub followers: Option<u64>,
    /// Verified by the platform.
    pub verified: Option<bool>,
    /// One of our own accounts.
    pub is_self: bool,
}

/// How an item feels, with what that was made from.
#[derive(Debug, Clone, PartialEq)]
pub struct SentimentSummary {
    /// The opinion.
    pub label: Sentiment,
    /// -1 to 1.
    pub score: Option<f64>,
    /// 0 to 1.
    pub confidence: Option<f64>,
    /// Spans of the text that made it.
    pub evidence: Vec<Evidence>,
    /// Who says so.
    pub producer: String,
    /// Which version of the maker; empty where it has none.
    pub producer_version: String,
}

/// What an item is nearly the same as.
#[derive(Debug, Clone, PartialEq)]
pub struct CopyOf {
    /// The first of them.
    pub uid: ItemUid,
    /// How much they have in common, 0 to 1.
    pub similarity: f64,
}

/// One item as the feed shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedRow {
    /// Its row.
    pub row_id: i64,
    /// Its name everywhere.
    pub uid: ItemUid,
    /// Its place in the feed.
    pub key: FeedKey,
    /// Its conversation.
    pub conversation_id: ConversationKey,
    /// Subject of the conversation.
    pub conversation_title: Option<String>,
    /// Forum, channel, page, mailbox.
    pub place: Option<String>,
    /// Where it stands, seen from the company.
    pub zone: Zone,
    /// Who may read it on its platform.
    pub visibility: Visibility,
    /// Names of the sources that saw it, sorted.
    pub sources: Vec<String>,
    /// Platform of the source that saw it first.
    pub platform: String,
    /// What sort.
    pub kind: ItemKind,
    /// Who speaks to whom.
    pub direction: Direction,
    /// Who speaks, where shown.
    pub author: Option<ActorSummary>,
    /// Subject or headline; none once it is gone.
    pub title: Option<String>,
    /// Plain text; empty once it is gone.
    pub text: String,
    /// Its page.
    pub url: Option<String>,
    /// The platform's time, unclamped.
    pub published_at: Ms,
    /// That time is ours.
    pub published_is_estimate: bool,
    /// Last edit.
    pub edited_at: Option<Ms>,
    /// When it went away.
    pub removed_at: Option<Ms>,
    /// Number of the revision that is shown.
    pub revision: u32,
    /// How many there are.
    pub revisions: u32,
    /// Auto-reply, bounce, bot, system notice.
    pub automated: bool,
    /// Marked as sensitive by the platform.
    pub sensitive: bool,
    /// Our opinion, else the platform's claim.
    pub language: Option<String>,
    /// How it feels, if anybody said so.
    pub sentiment: Option<SentimentSummary>,
    /// How it feels by what a person said last of this revision, which counts more.
    pub decided: Option<PersonLabel>,
    /// Team that has the conversation, else the team that the rules give.
    pub team: Option<String>,
    /// Person who has the conversation, else the person that the rules give.
    pub person: Option<String>,
    /// Priority of the conversation, else the one that the rules give.
    pub priority: Option<Priority>,
    /// Tags of the platform and of the rules, sorted, each once.
    pub tags: Vec<String>,
    /// Names of the rules that matched.
    pub route_reasons: Vec<String>,
    /// What is promised for the conversation, if anything is.
    pub service: Option<ServiceSummary>,
    /// The earlier item that this one is nearly the same as.
    pub copy_of: Option<CopyOf>,
    /// Other items that are nearly the same as this one, which was the first.
    pub copies: u32,
    /// Newest engagement; reactions one by one are in the item's detail only.
    pub counters: Option<Counters>,
    /// How many files it has.
    pub attachments: u32,
    /// Other items of its conversation.
    pub replies_in_thread: u32,
}

/// How a person says that an item feels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonLabel {
    /// The label.
    pub label: Sentiment,
    /// Who says so.
    pub who: String,
    /// When.
    pub at: Ms,
}

/// A conversation as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationDetail {
    /// Its row.
    pub id: ConversationKey,
    /// Space of its id.
    pub scope: String,
    /// The platform's id.
    pub native_id: String,
    /// Where it stands, seen from the company.
    pub zone: Zone,
    /// Subject.
    pub title: Option<String>,
    /// Its page.
    pub url: Option<String>,
    /// Forum, channel, page, mailbox.
    pub place: Option<String>,
    /// Who may read it.
    pub visibility: Visibility,
    /// Takes no more answers.
    pub locked: bool,
    /// Oldest item that is still there.
    pub first_item_at: Option<Ms>,
    /// Newest item that is still there.
    pub last_item_at: Option<Ms>,
    /// Items that are still there.
    pub item_count: u32,
}

/// One item within its thread.
#[derive(Debug, Clone, PartialEq)]
pub struct ThreadNode {
    /// The item.
    pub row: FeedRow,
    /// How deep it is shown; at most `model::limits::THREAD_DEPTH_MAX`.
    pub depth: u32,
    /// Row of the item that it answers, if that is in the thread.
    pub parent: Option<i64>,
}

/// A conversation with its items, each once, answers behind what they answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Thread {
    /// The conversation.
    pub conversation: ConversationDetail,
    /// Its items in reading order, gone ones without their text.
    pub nodes: Vec<ThreadNode>,
    /// Older items that are not shown because there are too many.
    pub left_out: u32,
}

/// One content that an item had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionRow {
    /// Its number: from 1, in the order in which we saw them.
    pub revision: u32,
    /// The platform's edit marker.
    pub platform_revision: String,
    /// Plain text; `None` once erased.
    pub text: Option<String>,
    /// Subject or headline.
    pub title: Option<String>,
    /// SHA-256 of the content.
    pub content_sha256: [u8; 32],
    /// When we saw it.
    pub seen_at: Ms,
    /// Kept payload that it was read from.
    pub raw_id: i64,
    /// SHA-256 of that payload; stays when the payload is erased.
    pub raw_sha256: [u8; 32],
    /// Where in the payload.
    pub pointer: String,
    /// SHA-256 of the component that read it.
    pub component_sha256: [u8; 32],
    /// What was cut, and why.
    pub cuts: Vec<String>,
}

/// One opinion on one revision.
#[derive(Debug, Clone, PartialEq)]
pub struct OpinionRow {
    /// On which revision.
    pub revision: u32,
    /// About what.
    pub kind: AnnotationKind,
    /// The opinion.
    pub value: String,
    /// -1 to 1 for sentiment.
    pub score: Option<f64>,
    /// 0 to 1.
    pub confidence: Option<f64>,
    /// What it was made from.
    pub evidence: Vec<Evidence>,
    /// Who made it.
    pub producer: String,
    /// Which version of the maker.
    pub producer_version: String,
    /// When.
    pub at: Ms,
}

/// What an item points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationRow {
    /// How.
    pub kind: RelationKind,
    /// At what: the platform's id.
    pub target: String,
    /// The target is an actor.
    pub target_is_actor: bool,
    /// The item, if it is known.
    pub target_uid: Option<ItemUid>,
}

/// A file of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentRow {
    /// Place among the item's files, from 0.
    pub position: u32,
    /// The file.
    pub file: Attachment,
}

/// Who saw an item, and when last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SightingRow {
    /// Source.
    pub source: String,
    /// Stream.
    pub stream: String,
    /// When last.
    pub at: Ms,
}

/// One item with all that is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemDetail {
    /// As the feed shows it.
    pub row: FeedRow,
    /// The platform's id of its conversation.
    pub conversation: String,
    /// Space of its id.
    pub scope: String,
    /// The platform's id.
    pub native_id: String,
    /// As received, not sanitised; none once it is gone.
    pub html: Option<String>,
    /// The platform's claim.
    pub claimed_language: Option<String>,
    /// When we first saw it.
    pub observed_at: Ms,
    /// Why it went away.
    pub removal_reason: Option<RemovalReason>,
    /// Every content it had, oldest first.
    pub revisions: Vec<RevisionRow>,
    /// Every opinion on any revision.
    pub opinions: Vec<OpinionRow>,
    /// What it points at.
    pub relations: Vec<RelationRow>,
    /// Its files.
    pub attachments: Vec<AttachmentRow>,
    /// Who saw it.
    pub sightings: Vec<SightingRow>,
}

/// How one stream of a source stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamStatus {
    /// Its name.
    pub stream: String,
    /// Its target; "" where it has one only.
    pub target: String,
    /// How it stands.
    pub state: CheckpointState,
    /// Will not be read before.
    pub not_before: Option<Ms>,
    /// When a read last did well.
    pub last_ok_at: Option<Ms>,
    /// What went wrong since.
    pub last_fault: Option<String>,
    /// Faults in a row.
    pub fault_count: u32,
}

/// How a source stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceStatus {
    /// Its row.
    pub id: crate::SourceId,
    /// Key in the TOML.
    pub name: String,
    /// Which connector reads it.
    pub connector: String,
    /// Which version of it.
    pub connector_version: String,
    /// "x", "imap", "rss".
    pub platform: String,
    /// Space of its ids.
    pub scope: String,
    /// Where it stands, seen from the company.
    pub zone: Zone,
    /// Who owns it.
    pub owner_function: Option<String>,
    /// It is listened to.
    pub enabled: bool,
    /// Items that it saw.
    pub items: u64,
    /// Entries in quarantine that nobody has resolved.
    pub quarantined: u64,
    /// Holes that nobody has filled.
    pub gaps: u64,
    /// The newest of them, at most [`limits::GAPS_SHOWN_MAX`](crate::limits::GAPS_SHOWN_MAX).
    pub gaps_shown: Vec<GapRow>,
    /// Deliveries that wait to be handled.
    pub deliveries_waiting: u64,
    /// Deliveries that could not be handled and are kept for people.
    pub deliveries_failed: u64,
    /// Why its connector is not called, if it is not.
    pub quarantine: Option<SourceQuarantine>,
    /// What its calls spent.
    pub spending: Vec<Spending>,
    /// Calls that crashed and can be tried again, newest first.
    pub capsules: Vec<CapsuleRow>,
    /// What is read by time, or was.
    pub backfills: Vec<BackfillStatus>,
    /// Its streams, as far as they have been read.
    pub streams: Vec<StreamStatus>,
}
