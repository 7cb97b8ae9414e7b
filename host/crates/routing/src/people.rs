//! Teams and persons: what each may see, can do, and how a team shares its work out.

use std::str::FromStr;

use hark_model::{UnknownWord, Zone};

use crate::Name;

/// A person, with or without an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Her name in the file.
    pub name: Name,
    /// Her name for people.
    pub shown: Option<Name>,
    /// Her login; one without is told of work by notices only.
    pub account: Option<Name>,
    /// Zones of which she may see items.
    pub zones: Vec<Zone>,
    /// What she knows.
    pub skills: Vec<Name>,
    /// What she is in the company, such as `expert` or `approver`.
    pub functions: Vec<Name>,
    /// Open conversations at most; no bound if none.
    pub capacity: Option<u32>,
    /// When she is at work: place of the calendar; always if none.
    pub(crate) calendar: Option<usize>,
}

/// A team and its queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// Its name.
    pub name: Name,
    /// Zones of which its queue may hold items.
    pub zones: Vec<Zone>,
    /// Places of its members, in the order of the file.
    pub(crate) members: Vec<usize>,
    /// How it shares its work out.
    pub assign: Method,
    /// Place of its rotation, for `on-call`.
    pub(crate) rotation: Option<usize>,
    /// Open conversations that its queue holds at most; no bound if none.
    pub queue_max: Option<u32>,
}

/// How the person of a team is chosen. Who may not see the item, is away, is full or cannot do it is passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Each in turn.
    RoundRobin,
    /// Who has the fewest open conversations; the first of those that are equal.
    LeastLoaded,
    /// Who had this author last; else the least loaded.
    Sticky,
    /// Who knows most about it, as the expert finder says; else the least loaded.
    Expert,
    /// Who has the shift; nobody else.
    OnCall,
    /// Nobody: it waits in the queue until somebody takes it.
    Queue,
}

impl Method {
    /// Every method, in order.
    pub const ALL: &'static [Self] =
        &[Self::RoundRobin, Self::LeastLoaded, Self::Sticky, Self::Expert, Self::OnCall, Self::Queue];
    /// Every word, in the order of `ALL`.
    pub const WORDS: &'static [&'static str] =
        &["round-robin", "least-loaded", "sticky", "expert", "on-call", "queue"];

    /// Returns the one spelling of this method.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RoundRobin => "round-robin",
            Self::LeastLoaded => "least-loaded",
            Self::Sticky => "sticky",
            Self::Expert => "expert",
            Self::OnCall => "on-call",
            Self::Queue => "queue",
        }
    }
}

impl FromStr for Method {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        let found = Self::ALL.iter().find(|method| method.as_str() == word);
        found.copied().ok_or_else(|| UnknownWord { word: word.to_owned(), known: Self::WORDS })
    }
}

/// Somebody who knows about an item.
#[derive(Debug, Clone, PartialEq)]
pub struct Expert {
    /// Name of the person in the file; one who is not in the team is passed over.
    pub person: Name,
    /// Higher is better; whoever ranks says what it means.
    pub score: f64,
    /// What it was made from, for people.
    pub evidence: String,
}

/// Finds who knows about an item. The index lives elsewhere, so whoever routes brings it along.
pub trait Experts {
    /// Returns those who know about `item`, best first.
    fn rank(&self, item: &crate::Item<'_>, team: &str) -> Vec<Expert>;
}

/// Knows nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoExperts;

impl Experts for NoExperts {
    fn rank(&self, _: &crate::Item<'_>, _: &str) -> Vec<Expert> {
        Vec::new()
    }
}
