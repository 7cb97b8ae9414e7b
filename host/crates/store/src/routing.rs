//! What the routing tree remembers, as rows: who has what, whose turn it is, which notices wait, what is promised.
//!
//! Holds: everything is by name, so that it outlives a change of rules. Not here: what the names mean, and deciding.

use std::collections::HashSet;

use hark_model::{ItemUid, Ms, Priority};

use crate::NewNotice;
use crate::beside::states;

states! {
    /// How work on a conversation stands.
    WorkStatus {
        /// Nobody has looked at it.
        New = "new",
        /// Somebody is at it.
        Open = "open",
        /// We wait for the other side.
        Waiting = "waiting",
        /// It comes back at a time.
        Snoozed = "snoozed",
        /// There is nothing left to do.
        Done = "done",
        /// Nobody will do anything.
        Ignored = "ignored",
    }
}

impl WorkStatus {
    /// Tells whether somebody has something to do.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Done | Self::Ignored)
    }
}

/// Work on one conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkRow {
    /// Space of the conversation's id.
    pub scope: String,
    /// The platform's id of the conversation.
    pub conversation: String,
    /// How it stands.
    pub status: WorkStatus,
    /// Team whose it is.
    pub team: Option<String>,
    /// Who has it, by her name in the rules.
    pub person: Option<String>,
    /// How soon.
    pub priority: Priority,
    /// How often it went from one person to another.
    pub hand_overs: u32,
    /// Groups of notices that it is in.
    pub groups: Vec<String>,
    /// The service level that counts.
    pub service: Option<String>,
    /// When its period began.
    pub opened_at: Ms,
    /// When the first inbound item of the period was published.
    pub asked_at: Ms,
    /// When we first answered.
    pub first_response_at: Option<Ms>,
    /// Since when we wait for the other side.
    pub waiting_since: Option<Ms>,
    /// When it was done.
    pub done_at: Option<Ms>,
    /// Times that were not ours.
    pub pauses: Vec<(Ms, Ms)>,
    /// When the first answer is due.
    pub first_response_due: Option<Ms>,
    /// When the end is due.
    pub resolve_due: Option<Ms>,
    /// Steps of escalation that became due until then were taken.
    pub stepped_at: Ms,
}

/// Who had an author last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorRow {
    /// For which team.
    pub team: String,
    /// Which author.
    pub author: String,
    /// Who.
    pub person: String,
    /// When.
    pub at: Ms,
}

/// Items that are told of together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRow {
    /// Its key.
    pub key: String,
    /// The rule.
    pub rule: String,
    /// Who is told, as in `team:a`.
    pub told: Vec<String>,
    /// From the first item to the first notice.
    pub wait_ms: Ms,
    /// Between two notices with news.
    pub interval_ms: Ms,
    /// Until it is told again without news.
    pub repeat_ms: Option<Ms>,
    /// When its first item came.
    pub opened_at: Ms,
    /// When it was told of last.
    pub told_at: Option<Ms>,
    /// Items since then.
    pub news: u32,
    /// When they are told.
    pub due_at: Option<Ms>,
    /// Conversations on which work is open.
    pub open: Vec<String>,
}

/// Keeps notices about some items quiet for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SilenceRow {
    /// Its name.
    pub name: String,
    /// About which items, in the filter language.
    pub filter: String,
    /// Of which rules; of all if none is named.
    pub rules: Vec<String>,
    /// From when.
    pub from: Ms,
    /// Until when.
    pub until: Ms,
    /// Who made it.
    pub author: String,
    /// Why.
    pub reason: String,
    /// When it was ended by hand.
    pub ended_at: Option<Ms>,
}

/// Everything that routing remembers, as of one version.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoutingRows {
    /// Raised by each step, and by whoever changes work by hand.
    pub version: i64,
    /// Work that is open.
    pub work: Vec<WorkRow>,
    /// By team: whose turn it was last.
    pub turns: Vec<(String, String)>,
    /// Who had which author.
    pub authors: Vec<AuthorRow>,
    /// Groups of notices.
    pub groups: Vec<GroupRow>,
    /// What keeps rules quiet, with its end.
    pub raised: Vec<(String, Ms)>,
    /// Silences that have not ended.
    pub silences: Vec<SilenceRow>,
}

/// A promise that was broken, or a step of escalation that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceStepRow {
    /// Space of the conversation's id.
    pub scope: String,
    /// The platform's id of the conversation.
    pub conversation: String,
    /// When the work period began.
    pub opened_at: Ms,
    /// `first-response` or `resolve`.
    pub promise: &'static str,
    /// `breach`, or what was done.
    pub step: String,
    /// When it became due.
    pub due_at: Ms,
}

/// What is remembered from now on; stored in the transaction of its cause.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoutingStep {
    /// Version that it was decided from; the step is refused if there is another by now.
    pub from: i64,
    /// Now.
    pub at: Ms,
    /// Work that is as it is here.
    pub work: Vec<WorkRow>,
    /// Whose turn it was last.
    pub turns: Vec<(String, String)>,
    /// Who had which author.
    pub authors: Vec<AuthorRow>,
    /// Groups that are as they are here.
    pub groups: Vec<GroupRow>,
    /// Groups that say nothing any more.
    pub groups_gone: Vec<String>,
    /// What keeps rules quiet.
    pub raised: Vec<(String, Ms)>,
    /// Authors who were not seen since then are forgotten.
    pub authors_since: Option<Ms>,
    /// What became of promises.
    pub steps: Vec<ServiceStepRow>,
    /// News for people.
    pub notices: Vec<NewNotice>,
}

/// What is asked of the store before items are decided.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FamiliarAsk {
    /// Space of the ids.
    pub scope: String,
    /// Items, each with the platform's id.
    pub items: Vec<(ItemUid, String)>,
    /// Platform's ids of authors.
    pub authors: Vec<String>,
    /// Platform's ids of conversations.
    pub conversations: Vec<String>,
}

/// What the store knows of items that are about to be decided.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Familiar {
    /// Raised by each step.
    pub version: i64,
    /// Items that are there, or of which it is known that they are gone.
    pub known: HashSet<ItemUid>,
    /// Authors that are our own accounts.
    pub ours: HashSet<String>,
    /// Items that we sent, each with the key of what we did.
    pub sent: Vec<(String, String)>,
    /// Work on these conversations that is over.
    pub closed: Vec<WorkRow>,
}

/// A person of the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffRecord {
    /// Her name in the rules.
    pub name: String,
    /// Her name for people.
    pub shown: String,
    /// Her login, if she has one.
    pub account: Option<String>,
    /// What she is in the company.
    pub function: Option<String>,
}

/// What is promised for a conversation, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceSummary {
    /// The service level.
    pub level: String,
    /// When its period began.
    pub opened_at: Ms,
    /// When the first answer is due; none while time stands still, or if none was promised.
    pub first_response_due: Option<Ms>,
    /// When we first answered.
    pub first_response_at: Option<Ms>,
    /// When the end is due; none while time stands still, or if none was promised.
    pub resolve_due: Option<Ms>,
    /// When it was done.
    pub done_at: Option<Ms>,
    /// Promises of this period that were broken: `first-response`, `resolve`.
    pub broken: Vec<String>,
    /// Steps of escalation of this period that were taken, in their order in time.
    pub steps: Vec<String>,
}
