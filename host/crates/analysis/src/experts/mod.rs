//! Who knows: people found by what they wrote before, with the items that speak for them.
//!
//! Holds: only who opted in is kept, and who asks to be forgotten leaves nothing behind; nothing older than the
//! bound is kept or counts; an answer is never a bare name. Texts are not kept, only the hashes of their words; that
//! is personal data all the same. One index serves both questions, by its half-life: who is on this now (some 60
//! days), and who knows this (some 1,000). Pure: time, presence and load are what the caller says. Not here: whether
//! somebody may see an item, and who is asked in the end.
//!
//! The models are the two of Balog, Azzopardi and de Rijke (SIGIR 2006): items on the topic vote for who wrote them,
//! and who has been writing of it has a profile of its words; a little is added for being active at all.

mod ask;
mod index;
mod words;

use std::collections::{HashMap, HashSet};

pub use ask::{Availability, Evidence, Expert, Presence, Question};

use crate::lexicon::Lexicon;
use crate::limits;
use ask::Scratch;
use index::{Index, Item};

/// Seconds of a day.
const DAY_SECS: i64 = 86_400;

/// What came of an item that somebody wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing that is known.
    Said,
    /// It was an answer that was accepted, thanked for, or that closed the conversation.
    Helped,
}

impl Outcome {
    /// Returns how many times it counts.
    fn weight(self) -> u8 {
        match self {
            Self::Said => 1,
            Self::Helped => 3,
        }
    }
}

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It counts from now on.
    Kept,
    /// Who wrote it has not opted in.
    NotOptedIn,
    /// It is older than anything that is kept.
    TooOld,
    /// It has no words.
    Empty,
}

/// Why somebody cannot opt in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{persons_max} people are in the index of experts, which is all that it takes; let some be forgotten"
)]
pub struct TooManyPersons {
    /// The bound.
    pub persons_max: usize,
}

/// What was written by whom. In memory alone: it is made anew from the store.
pub struct Experts {
    lexicon: Lexicon,
    index: Index,
    /// Places in the index by name.
    places: HashMap<Box<str>, u32>,
    /// Names by place; none where somebody was forgotten.
    names: Vec<Option<Box<str>>>,
    age_days_max: u16,
    items_max: usize,
    scratch: Scratch,
}

impl std::fmt::Debug for Experts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Experts({} people, {} items)", self.places.len(), self.items())
    }
}

impl Default for Experts {
    fn default() -> Self {
        Self::new()
    }
}

impl Experts {
    /// Knows nobody.
    pub fn new() -> Self {
        Self {
            lexicon: Lexicon::new(),
            index: Index::default(),
            places: HashMap::new(),
            names: Vec::new(),
            age_days_max: limits::EXPERT_AGE_DAYS_MAX,
            items_max: limits::EXPERT_ITEMS_MAX,
            scratch: Scratch::default(),
        }
    }

    /// Keeps nothing older than so many days, but never more than `limits::EXPERT_AGE_DAYS_MAX`.
    #[must_use]
    pub fn with_age_days_max(self, days: u16) -> Self {
        Self { age_days_max: days.clamp(1, limits::EXPERT_AGE_DAYS_MAX), ..self }
    }

    /// Keeps at most so many items, but never more than `limits::EXPERT_ITEMS_MAX`.
    #[must_use]
    pub fn with_items_max(self, items: usize) -> Self {
        Self { items_max: items.clamp(1, limits::EXPERT_ITEMS_MAX), ..self }
    }

    /// Returns how many items are kept.
    pub fn items(&self) -> usize {
        self.index.items()
    }

    /// Takes `person` in: from now on what they write may count. Nothing from before is known.
    ///
    /// # Errors
    ///
    /// When there are as many people as there may be.
    pub fn opt_in(&mut self, person: &str) -> Result<(), TooManyPersons> {
        if self.places.contains_key(person) {
            return Ok(());
        }
        let persons_max = limits::EXPERT_PERSONS_MAX;
        let free =
            self.names.iter().position(Option::is_none).filter(|_| self.places.len() < self.names.len());
        let place = free.unwrap_or(self.names.len());
        if place >= persons_max {
            return Err(TooManyPersons { persons_max });
        }
        if place == self.names.len() {
            self.names.push(None);
        }
        self.names[place] = Some(person.into());
        self.places.insert(person.into(), place as u32);
        Ok(())
    }

    /// Keeps that `person` wrote `text`, which is the item `id`, at `at_secs` since 1970; `now_secs` is the time. An
    /// item is kept once: one that changed is forgotten first.
    pub fn keep(
        &mut self,
        (id, text): (u64, &str),
        person: &str,
        outcome: Outcome,
        at_secs: i64,
        now_secs: i64,
    ) -> Kept {
        let Some(person) = self.places.get(person).copied() else { return Kept::NotOptedIn };
        let (day, today) = (day_of(at_secs), day_of(now_secs));
        if day < self.first_day(today) {
            return Kept::TooOld;
        }
        let words = words::of(text, &self.lexicon);
        if words.is_empty() {
            return Kept::Empty;
        }
        if self.index.items() >= self.items_max {
            self.index.forget_oldest_tenth();
        }
        self.index.add(Item { id, person, day: day.min(today), weight: outcome.weight() }, &words);
        Kept::Kept
    }

    /// Leaves nothing of `person`, who is no longer opted in; tells whether they were. Takes time in proportion to
    /// the index.
    pub fn forget(&mut self, person: &str) -> bool {
        let Some(place) = self.places.remove(person) else { return false };
        self.names[place as usize] = None;
        self.index.retain(|item| item.person != place);
        true
    }

    /// Leaves nothing of the items `ids`. Takes time in proportion to the index.
    pub fn forget_items(&mut self, ids: &HashSet<u64>) {
        self.index.retain(|item| !ids.contains(&item.id));
    }

    /// Leaves nothing of what is too old; to be called daily. Takes time in proportion to the index.
    pub fn forget_old(&mut self, now_secs: i64) {
        let first = self.first_day(day_of(now_secs));
        self.index.retain(|item| item.day >= first);
    }

    /// Returns who to ask, the best first, at most `limits::EXPERTS_MAX`; `availability` is asked of few people.
    pub fn ask(
        &mut self,
        question: &Question<'_>,
        availability: impl Fn(&str) -> Availability,
    ) -> Vec<Expert> {
        let words = words::of(question.text, &self.lexicon);
        let today = day_of(question.now_secs);
        let first_day = self.first_day(today);
        let name = |place: u32| self.names.get(place as usize)?.as_deref();
        let ranked =
            ask::rank(&self.index, &mut self.scratch, &words, (first_day, today), question.half_life_days);
        let able = ranked.into_iter().filter_map(|found| {
            let name = name(found.person)?;
            let state = availability(name);
            let is_able = name != question.asked_by
                && state.presence == Presence::Here
                && state.open_items < question.open_items_max;
            is_able.then(|| found.told(name, &self.index, &words, question.text))
        });
        able.take(limits::EXPERTS_MAX).collect()
    }

    /// Returns the first day of which anything counts.
    fn first_day(&self, today: u16) -> u16 {
        today.saturating_sub(self.age_days_max)
    }
}

/// Returns the day of a time, since 1970.
fn day_of(secs: i64) -> u16 {
    secs.div_euclid(DAY_SECS).clamp(0, i64::from(u16::MAX)) as u16
}

#[cfg(test)]
mod tests;
