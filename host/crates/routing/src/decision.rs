//! What routing says of one item.
//!
//! Holds: an item has exactly one owner: a person, a team's queue, or the queue of the root. Every choice has its reason.

use hark_model::{Ms, Priority, Zone};

use crate::Name;

/// Everything that routing says of one item. Nothing has happened yet: [`crate::State::apply`] does that.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// When it was made.
    pub at: Ms,
    /// The conversation of the item.
    pub conversation: Box<str>,
    /// Its author, where known.
    pub author: Option<Box<str>>,
    /// Rules that took it, in the order of the file, without those above them; the root where none did.
    pub taken: Vec<Taken>,
    /// Who has it now.
    pub owner: Owner,
    /// The rule that said whom it goes to: the first of `taken` that says it or stands under one that does, else the root.
    pub named_by: Name,
    /// How the owner came about, step by step.
    pub reasons: Vec<Reason>,
    /// The person who had the conversation before and has it no more.
    pub handed_over_from: Option<Name>,
    /// The highest that any rule gives.
    pub priority: Option<Priority>,
    /// Tags of all rules that took it and of those above them, sorted, each once.
    pub tags: Vec<Name>,
    /// The service level that counts.
    pub service: Option<Name>,
    /// Who is told, and when.
    pub notices: Vec<Notice>,
    /// What keeps other rules quiet from now on: each with its end.
    pub raised: Vec<(Box<str>, Ms)>,
}

/// A rule that took an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Name of the rule.
    pub rule: Name,
    /// Which of its groups the item belongs to.
    pub group: Box<str>,
    /// How long its notices wait, and how often they come again.
    pub waits: Waits,
}

/// How notices of a group are put together, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waits {
    /// From the first item of a group to its first notice, so that what comes together is told together.
    pub wait_ms: Ms,
    /// Between two notices of one group that has new items.
    pub interval_ms: Ms,
    /// Until a group without new items is told again while work on it is open; never if none.
    pub repeat_ms: Option<Ms>,
}

/// Who has an item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// A person.
    Person {
        /// Who.
        person: Name,
        /// For which team, if for one.
        team: Option<Name>,
    },
    /// A team's queue.
    Team(Name),
    /// The queue of the root, which takes everything.
    Root,
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Person { person, team: Some(team) } => write!(f, "person {person} of team {team}"),
            Self::Person { person, team: None } => write!(f, "person {person}"),
            Self::Team(team) => write!(f, "queue of team {team}"),
            Self::Root => f.write_str("queue of the root"),
        }
    }
}

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Addressee {
    /// Everybody of a team who may see it.
    Team(Name),
    /// A person.
    Person(Name),
}

impl std::fmt::Display for Addressee {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Team(team) => write!(f, "team:{team}"),
            Self::Person(person) => write!(f, "person:{person}"),
        }
    }
}

/// One step on the way to the owner.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// She has the conversation already.
    Has(Name),
    /// The rule names her.
    Named(Name),
    /// It was her turn.
    Turn(Name),
    /// She had the fewest open conversations.
    LeastLoaded {
        /// Who.
        person: Name,
        /// Open conversations that she had.
        load: u32,
    },
    /// She had this author before.
    Sticky(Name),
    /// She knows about it.
    Expert {
        /// Who.
        person: Name,
        /// As the expert finder says.
        evidence: String,
    },
    /// She has the shift.
    OnCall {
        /// Who.
        person: Name,
        /// She covers for whose turn it is.
        is_cover: bool,
    },
    /// She was passed over.
    Passed {
        /// Who.
        person: Name,
        /// Why.
        why: Unfit,
    },
    /// So many more were passed over.
    PassedMore(usize),
    /// It waits in the team's queue.
    Queued {
        /// Whose.
        team: Name,
        /// Why nobody of the team has it.
        why: WhyQueued,
    },
    /// The team's queue could not take it.
    TeamRefused {
        /// Whose.
        team: Name,
        /// Why.
        why: WhyRefused,
    },
    /// It waits in the root's queue, as no rule names a team or a person.
    NobodyNamed,
}

/// Why a person gets no item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// She may not see its zone.
    Zone(Zone),
    /// She is away; until then, if known.
    Away(Option<Ms>),
    /// Her calendar is closed until then.
    OffHours(Ms),
    /// She has as many open conversations as she can.
    Full {
        /// Open conversations.
        load: u32,
        /// As many as she can.
        capacity: u32,
    },
    /// She lacks a skill that the rule asks for.
    Skill,
    /// She has no function that the rule asks for.
    Function,
    /// She is not in the team.
    NotInTeam,
    /// The rules know her no more.
    Gone,
}

/// Why an item waits in a team's queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyQueued {
    /// The team shares its work out so.
    ByMethod,
    /// Nobody is left.
    NobodyLeft,
    /// The conversation waits there already, and no rule names anybody else.
    Already,
}

/// Why a team's queue does not take an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyRefused {
    /// Nobody of the team may see its zone.
    Zone(Zone),
    /// It is full.
    Full {
        /// Open conversations in it.
        load: u32,
        /// As many as it holds.
        queue_max: u32,
    },
}

/// Somebody is to be told of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// The rule that says so.
    pub rule: Name,
    /// The group that is told of.
    pub group: Box<str>,
    /// Who is told.
    pub to: Vec<Addressee>,
    /// How its notices are put together.
    pub waits: Waits,
    /// When; while a calendar mutes the rule, its end. `None` where it is kept quiet.
    pub due_at: Option<Ms>,
    /// What keeps it quiet or puts it off.
    pub quiet: Option<Quiet>,
}

/// What keeps a notice quiet.
#[derive(Debug, Clone, PartialEq)]
pub enum Quiet {
    /// A silence.
    Silenced {
        /// Its name.
        silence: Name,
        /// Who made it.
        author: Name,
        /// Why.
        reason: Name,
        /// Its end.
        until: Ms,
    },
    /// A calendar puts it off.
    Muted {
        /// Its name.
        calendar: Name,
        /// Until then.
        until: Ms,
    },
    /// Another rule keeps it quiet while it lasts.
    Inhibited {
        /// Name of the inhibition.
        by: Name,
        /// Its end, if nothing new comes.
        until: Ms,
    },
}
