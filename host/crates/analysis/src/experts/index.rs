//! Which items hold a word, and who wrote them when.
//!
//! Holds: eight bytes for an item and four for a word in it, beside its id; what is forgotten is gone, not hidden.
//! Not here: who is an expert.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::words::Word;
use crate::hash::Hashed;
use crate::limits;

/// Bits of a posting that say how often the word stands in the item, and how long the item is.
const TIMES_BITS: u32 = 5;
const LENGTH_BITS: u32 = 5;
const SAYS_BITS: u32 = TIMES_BITS + LENGTH_BITS;
const TIMES_MAX: u32 = (1 << TIMES_BITS) - 1;
/// Steps of an item's length within a doubling.
const STEPS_OF_LENGTH: f32 = 3.0;
/// How many lengths are told apart.
pub(super) const LENGTHS: usize = 1 << LENGTH_BITS;
/// How often a word can stand in an item, as far as is told apart.
pub(super) const TIMES: usize = TIMES_MAX as usize + 1;
/// After how many days of silence somebody is half as active.
const ACTIVE_DAYS: f32 = 90.0;

/// One item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Item {
    pub id: u64,
    pub person: u32,
    /// Since 1970.
    pub day: u16,
    /// How many times it counts.
    pub weight: u8,
}

/// What is read of an item for each word that it shares with a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub person: u32,
    pub day: u16,
    pub weight: u8,
    pub length: u8,
}

/// One item that holds a word, in 22 bits, and what the word says there: by how often it stands in it, and by how long
/// the item is, so that nothing else is read of most items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Posting(u32);

impl Posting {
    fn new(item: u32, says: usize) -> Self {
        Self(item << SAYS_BITS | says as u32)
    }

    pub fn item(self) -> usize {
        (self.0 >> SAYS_BITS) as usize
    }

    /// Returns the place in a table of `SAYS` of what the word says.
    pub fn says(self) -> usize {
        self.0 as usize % SAYS
    }

    pub fn times(self) -> usize {
        self.0 as usize % TIMES
    }
}

/// How many different things a word can say in an item.
pub(super) const SAYS: usize = 1 << SAYS_BITS;
const _: () = assert!(limits::EXPERT_ITEMS_MAX <= 1 << (u32::BITS - SAYS_BITS), "every item has a number");

/// Returns the place of what a word says that stands so often in an item of that length.
pub(super) fn says(length: u8, times: u32) -> usize {
    usize::from(length) << TIMES_BITS | times.min(TIMES_MAX) as usize
}

/// How much one person wrote.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Author {
    /// Words in all.
    pub words: f32,
    /// Items, of which each counts half after `ACTIVE_DAYS`, as of `day`.
    active: f32,
    day: u16,
}

impl Author {
    fn add(&mut self, words: f32, day: u16) {
        self.words += words;
        if day >= self.day {
            self.active = self.active_on(day) + 1.0;
            self.day = day;
        } else {
            self.active += (-f32::from(self.day - day) / ACTIVE_DAYS).exp2();
        }
    }

    pub fn active_on(&self, day: u16) -> f32 {
        self.active * (-f32::from(day.saturating_sub(self.day)) / ACTIVE_DAYS).exp2()
    }

    fn ln_words(&self) -> f32 {
        self.words.ln_1p()
    }
}

/// Items by their words.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Index {
    ids: Vec<u64>,
    heads: Vec<Head>,
    postings: HashMap<u64, Vec<Posting>, BuildHasherDefault<Hashed>>,
    authors: Vec<Author>,
    words: f64,
    /// Of the logarithms of the words of all authors, and how many of them wrote anything.
    ln_words: f64,
    writing: u32,
}

/// Returns which of the lengths that are told apart so many words are.
fn length_of(words: u32) -> u8 {
    (STEPS_OF_LENGTH * (words.max(1) as f32).log2()).round().min(LENGTHS as f32 - 1.0) as u8
}

/// Returns how many words an item of a length has.
pub(super) fn words_of(length: usize) -> f32 {
    (length as f32 / STEPS_OF_LENGTH).exp2()
}

impl Index {
    pub fn items(&self) -> usize {
        self.heads.len()
    }

    pub fn id(&self, item: usize) -> u64 {
        self.ids[item]
    }

    pub fn heads(&self) -> &[Head] {
        &self.heads
    }

    pub fn author(&self, person: u32) -> Author {
        self.authors.get(person as usize).copied().unwrap_or_default()
    }

    pub fn authors(&self) -> usize {
        self.authors.len()
    }

    /// Returns the items that hold a word, in the order in which they came.
    pub fn postings(&self, hash: u64) -> &[Posting] {
        self.postings.get(&hash).map_or(&[], Vec::as_slice)
    }

    /// Returns what the word of `postings` says in `item`, if it stands there.
    pub fn says_in(postings: &[Posting], item: usize) -> Option<usize> {
        let at = postings.partition_point(|posting| posting.item() < item);
        postings.get(at).filter(|posting| posting.item() == item).map(|posting| posting.says())
    }

    /// Returns the mean number of words of an item.
    pub fn words_mean(&self) -> f32 {
        (self.words / self.items().max(1) as f64) as f32
    }

    /// Returns the mean of the logarithms of what authors wrote, in words.
    pub fn ln_words_mean(&self) -> f32 {
        (self.ln_words / f64::from(self.writing.max(1))) as f32
    }

    pub fn add(&mut self, item: Item, words: &[Word]) {
        let place = self.heads.len() as u32;
        let length = length_of(words.iter().map(|word| word.times).sum());
        for word in words.iter().take(limits::EXPERT_WORDS_OF_ITEM_MAX) {
            let posting = Posting::new(place, says(length, word.times));
            self.postings.entry(word.hash).or_default().push(posting);
        }
        self.push(item, length);
    }

    fn push(&mut self, item: Item, length: u8) {
        let Item { id, person, day, weight } = item;
        self.ids.push(id);
        self.heads.push(Head { person, day, weight, length });
        let words = words_of(usize::from(length));
        self.words += f64::from(words);
        if self.authors.len() <= person as usize {
            self.authors.resize(person as usize + 1, Author::default());
        }
        let author = &mut self.authors[person as usize];
        self.writing += u32::from(author.words == 0.0);
        self.ln_words -= f64::from(author.ln_words());
        author.add(words, day);
        self.ln_words += f64::from(author.ln_words());
    }

    /// Keeps the items that `keeps` and nothing of the others.
    pub fn retain(&mut self, keeps: impl Fn(&Item) -> bool) {
        let (ids, heads) = (std::mem::take(&mut self.ids), std::mem::take(&mut self.heads));
        self.authors.clear();
        (self.words, self.ln_words, self.writing) = (0.0, 0.0, 0);
        let mut moved = vec![u32::MAX; heads.len()];
        for ((id, head), moved) in ids.into_iter().zip(heads).zip(&mut moved) {
            let item = Item { id, person: head.person, day: head.day, weight: head.weight };
            if keeps(&item) {
                *moved = self.heads.len() as u32;
                self.push(item, head.length);
            }
        }
        self.postings.retain(|_, postings| {
            postings.retain_mut(|posting| {
                let place = moved[posting.item()];
                if place != u32::MAX {
                    *posting = Posting::new(place, posting.says());
                }
                place != u32::MAX
            });
            postings.shrink_to_fit();
            !postings.is_empty()
        });
    }

    /// Keeps nothing of the oldest tenth, by day.
    pub fn forget_oldest_tenth(&mut self) {
        let mut days: Vec<u16> = self.heads.iter().map(|head| head.day).collect();
        let tenth = days.len() / 10;
        let Some((_, last, _)) = (tenth < days.len()).then(|| days.select_nth_unstable(tenth)) else {
            return;
        };
        let last = *last;
        let older = self.heads.iter().filter(|head| head.day < last).count();
        // Of the last day itself only as many as it takes, the first that came.
        let of_last = std::cell::Cell::new((tenth + 1).saturating_sub(older));
        self.retain(|item| {
            let goes = item.day < last || (item.day == last && of_last.get() > 0);
            if item.day == last && goes {
                of_last.set(of_last.get() - 1);
            }
            !goes
        });
    }
}
