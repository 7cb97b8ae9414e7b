//! What routing remembers between items, given in and out so that a store can keep it.
//!
//! Holds: everything is by name, so that it outlives a change of rules. A conversation counts once in the load of whoever
//! has it. Not here: deciding.

use std::collections::HashMap;

use hark_model::Ms;

use crate::Name;
use crate::decision::{Decision, Owner, Reason};
use crate::notice::Group;

/// What routing remembers. Each map may be kept as a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// By person.
    pub desks: HashMap<Name, Desk>,
    /// Open conversations in the queue of each team.
    pub queues: HashMap<Name, u32>,
    /// By team: whose turn it was last.
    pub turns: HashMap<Name, Name>,
    /// By team, then by author: who had the author last.
    pub sticky: HashMap<Name, HashMap<Box<str>, Sticky>>,
    /// By conversation; only those on which work is open.
    pub work: HashMap<Box<str>, Work>,
    /// Groups of notices, by key.
    pub groups: HashMap<Box<str>, Group>,
    /// What keeps rules quiet, by key, with its end.
    pub raised: HashMap<Box<str>, Ms>,
}

/// What is known of a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Desk {
    /// Open conversations.
    pub load: u32,
    /// Whether she is there.
    pub presence: Presence,
}

/// Whether a person is there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Presence {
    /// As far as is known.
    #[default]
    Here,
    /// Away, until then if known.
    Away(Option<Ms>),
}

/// Who had an author last, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sticky {
    /// Who.
    pub person: Name,
    /// When.
    pub at: Ms,
}

/// Open work on a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// Who has it.
    pub owner: Owner,
    /// How often it went from one person to another.
    pub hand_overs: u32,
    /// Groups of notices that it is in.
    pub groups: Vec<Box<str>>,
}

impl State {
    /// Makes a decision so.
    pub fn apply(&mut self, decision: &Decision) {
        self.give(&decision.conversation, decision.owner.clone());
        for reason in &decision.reasons {
            if let (Reason::Turn(person), Owner::Person { team: Some(team), .. }) = (reason, &decision.owner)
            {
                self.turns.insert(team.clone(), person.clone());
            }
        }
        if let (Some(author), Owner::Person { person, team: Some(team) }) =
            (&decision.author, &decision.owner)
        {
            let sticky = Sticky { person: person.clone(), at: decision.at };
            self.sticky.entry(team.clone()).or_default().insert(author.clone(), sticky);
        }
        self.raised.extend(decision.raised.iter().cloned());
        for notice in &decision.notices {
            // Most items come to a group that is there: its key is not copied for nothing.
            match self.groups.get_mut(&notice.group) {
                Some(group) => group.take(notice, &decision.conversation),
                None => {
                    let mut group = Group::opened(notice, decision.at);
                    group.take(notice, &decision.conversation);
                    self.groups.insert(notice.group.clone(), group);
                }
            }
            let groups = self.work.get_mut(&decision.conversation).map(|work| &mut work.groups);
            if let Some(groups) = groups.filter(|groups| !groups.contains(&notice.group)) {
                groups.push(notice.group.clone());
            }
        }
    }

    /// Gives a conversation to `owner`, by a decision or by hand; from one person to another it is a hand-over.
    pub fn give(&mut self, conversation: &str, owner: Owner) {
        let before = self.work.get(conversation).map(|work| work.owner.clone());
        if before.as_ref() == Some(&owner) {
            return;
        }
        self.count(before.as_ref(), u32::saturating_sub);
        self.count(Some(&owner), u32::saturating_add);
        let is_hand_over = matches!(
            (&before, &owner),
            (Some(Owner::Person { person: old, .. }), Owner::Person { person: new, .. }) if old != new
        );
        match self.work.get_mut(conversation) {
            Some(work) => {
                work.owner = owner;
                work.hand_overs += u32::from(is_hand_over);
            }
            None => {
                let work = Work { owner, hand_overs: 0, groups: Vec::new() };
                self.work.insert(conversation.into(), work);
            }
        }
    }

    /// Ends work on a conversation; returns what was known of it.
    pub fn close(&mut self, conversation: &str) -> Option<Work> {
        let work = self.work.remove(conversation)?;
        self.count(Some(&work.owner), u32::saturating_sub);
        for key in &work.groups {
            if let Some(group) = self.groups.get_mut(key) {
                group.close(conversation);
            }
        }
        Some(work)
    }

    /// Forgets what says nothing any more at `now`: inhibitions that ended, groups without open work whose notices are
    /// out, authors who were not seen since `sticky_since`.
    pub fn prune(&mut self, now: Ms, sticky_since: Ms) {
        self.raised.retain(|_, until| *until > now);
        self.groups.retain(|_, group| group.is_alive(now));
        for authors in self.sticky.values_mut() {
            authors.retain(|_, sticky| sticky.at >= sticky_since);
        }
        self.sticky.retain(|_, authors| !authors.is_empty());
    }

    /// Returns open conversations of a person.
    pub fn load(&self, person: &str) -> u32 {
        self.desks.get(person).map_or(0, |desk| desk.load)
    }

    fn count(&mut self, owner: Option<&Owner>, change: fn(u32, u32) -> u32) {
        match owner {
            Some(Owner::Person { person, .. }) => {
                let desk = self.desks.entry(person.clone()).or_default();
                desk.load = change(desk.load, 1);
            }
            Some(Owner::Team(team)) => {
                let load = self.queues.entry(team.clone()).or_default();
                *load = change(*load, 1);
            }
            Some(Owner::Root) | None => {}
        }
    }
}
