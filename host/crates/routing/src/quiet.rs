//! What keeps notices quiet: silences, and rules that speak for others. Items are routed and owned all the same.
//!
//! Holds: a silence has an end, an author and a reason.

use hark_model::Ms;
use hark_query::{Filter, RefusedRule, Scratch, Standing, WordCounts};

use crate::Name;
use crate::item::Item;
use crate::label::Label;

/// Keeps notices about some items quiet for a while.
#[derive(Debug, Clone, PartialEq)]
pub struct Silence {
    /// Its name.
    pub name: Name,
    /// About which items.
    pub when: Filter,
    /// Of which rules, and of those under them; of all if none is named.
    pub rules: Vec<Name>,
    /// From when.
    pub from: Ms,
    /// Until when.
    pub until: Ms,
    /// Who made it.
    pub author: Name,
    /// Why.
    pub reason: Name,
}

/// Silences that stand ready.
#[derive(Debug, Default)]
pub struct Silences {
    list: Vec<Silence>,
    standing: Standing,
}

impl Silences {
    /// Takes silences, in their order.
    pub fn new(list: Vec<Silence>) -> Result<Self, RefusedRule> {
        let rules = list.iter().map(|silence| (silence.name.to_string(), silence.when.clone()));
        let standing = Standing::new(rules, &WordCounts::default())?;
        Ok(Self { list, standing })
    }

    /// Returns the silences.
    pub fn list(&self) -> &[Silence] {
        &self.list
    }

    /// Returns those that are about the item now, in order.
    pub(crate) fn about(&self, item: &Item<'_>, now: Ms, scratch: &mut Scratch) -> Vec<&Silence> {
        let is_on = |silence: &&Silence| silence.from <= now && now < silence.until;
        if !self.list.iter().any(|silence| is_on(&silence)) {
            return Vec::new();
        }
        let found = self.standing.matches(&item.record, now, scratch);
        found.iter().filter_map(|number| self.list.get(*number as usize)).filter(is_on).collect()
    }
}

/// One rule keeps others quiet while it lasts.
#[derive(Debug, Clone)]
pub(crate) struct Inhibition {
    pub name: Name,
    /// Place of the rule that speaks; those under it speak as well.
    pub source: usize,
    /// Places of the rules that are kept quiet, with those under them.
    pub targets: Vec<usize>,
    /// What both must have the same.
    pub equal: Vec<Label>,
    /// For how long after each item of the source.
    pub lasts_ms: Ms,
}

impl Inhibition {
    /// Returns under what it is remembered that the source spoke of an item like this.
    pub fn key(&self, item: &Item<'_>) -> Box<str> {
        Label::key(&self.name, &self.equal, item)
    }
}
