//! Notices in groups: what comes together is told together, and told again only while work is open.
//!
//! Holds: times follow from the state and a given clock; who sends, sends what [`State::due`] gives, once.

use std::collections::BTreeSet;

use hark_model::Ms;

use crate::Name;
use crate::decision::{Addressee, Notice, Waits};
use crate::limits;
use crate::state::State;

/// Items of one rule that are told of together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The rule.
    pub rule: Name,
    /// Who is told.
    pub to: Vec<Addressee>,
    /// How its notices are put together.
    pub waits: Waits,
    /// When its first item came.
    pub opened_at: Ms,
    /// When it was told of last.
    pub told_at: Option<Ms>,
    /// Items since then.
    pub news: u32,
    /// When the news are told; `None` without any.
    pub due_at: Option<Ms>,
    /// Conversations on which work is open, the first [`limits::GROUP_CONVERSATIONS_MAX`] of them.
    pub open: BTreeSet<Box<str>>,
}

/// A notice that is to be sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueNotice {
    /// Key of the group.
    pub group: Box<str>,
    /// The rule.
    pub rule: Name,
    /// Who is told.
    pub to: Vec<Addressee>,
    /// Items since the last notice; 0 where it is told again.
    pub news: u32,
    /// Conversations on which work is open.
    pub open: Vec<Box<str>>,
}

impl Group {
    pub(crate) fn opened(notice: &Notice, at: Ms) -> Self {
        Self {
            rule: notice.rule.clone(),
            to: notice.to.clone(),
            waits: notice.waits,
            opened_at: at,
            told_at: None,
            news: 0,
            due_at: None,
            open: BTreeSet::new(),
        }
    }

    /// Returns when an item that comes at `at` is told of.
    pub(crate) fn due(&self, at: Ms) -> Ms {
        match (self.due_at, self.told_at) {
            (Some(due), _) => due,
            (None, Some(told)) => at.max(told.saturating_add(self.waits.interval_ms)),
            (None, None) => at.saturating_add(self.waits.wait_ms),
        }
    }

    pub(crate) fn take(&mut self, notice: &Notice, conversation: &str) {
        if self.to != notice.to {
            self.to.clone_from(&notice.to);
        }
        self.waits = notice.waits;
        if notice.due_at.is_some() {
            self.news = self.news.saturating_add(1);
            self.due_at = notice.due_at;
            if self.open.len() < limits::GROUP_CONVERSATIONS_MAX && !self.open.contains(conversation) {
                self.open.insert(conversation.into());
            }
        }
    }

    pub(crate) fn close(&mut self, conversation: &str) {
        self.open.remove(conversation);
    }

    /// Returns when it is told of next: its news, or again.
    fn next(&self) -> Option<Ms> {
        let again = || Some(self.told_at?.saturating_add(self.waits.repeat_ms?));
        self.due_at.or_else(|| again().filter(|_| !self.open.is_empty()))
    }

    pub(crate) fn is_alive(&self, now: Ms) -> bool {
        let rests = self.told_at.is_some_and(|told| told.saturating_add(self.waits.interval_ms) > now);
        self.next().is_some() || rests || !self.open.is_empty()
    }
}

impl State {
    /// Returns the notices that are due at `now`, by group, and notes that they are told.
    pub fn due(&mut self, now: Ms) -> Vec<DueNotice> {
        let mut due = Vec::new();
        for (key, group) in &mut self.groups {
            if group.next().is_none_or(|at| at > now) {
                continue;
            }
            let news = std::mem::take(&mut group.news);
            let open: Vec<Box<str>> = group.open.iter().cloned().collect();
            due.push(DueNotice {
                group: key.clone(),
                rule: group.rule.clone(),
                to: group.to.clone(),
                news,
                open,
            });
            (group.told_at, group.due_at) = (Some(now), None);
        }
        due.sort_by(|a, b| a.group.cmp(&b.group));
        due
    }

    /// Returns when the next notice is due; who sends, sleeps until then.
    pub fn next_due(&self) -> Option<Ms> {
        self.groups.values().filter_map(Group::next).min()
    }
}
