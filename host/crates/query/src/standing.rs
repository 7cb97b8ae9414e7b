//! Standing rules: many filters held against one item at a time, at a cost that follows those that may match.
//!
//! Holds: the rules found are those that a plain loop over `Filter::matches` finds (`tests/query`). Each rule has
//! anchors, of which one must be in an item for the rule to match: its rarest word, or a name. Only rules of which an
//! anchor is there are looked at; those without any are looked at for every item, and can be asked for by name.

mod anchor;
mod bloom;
mod program;
mod vocabulary;

use std::collections::HashMap;

use hark_model::Ms;

use crate::ast::Filter;
use crate::field::Field;
use crate::matcher::Looked;
use crate::record::{Ambient, Record};
use crate::support::Unsupported;
use crate::words::{Words, each_word};
use program::{Entry, Hits, Program};
use vocabulary::{Id, KEYS, Kind, Vocabulary};

/// A rule that cannot be held against items.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("rule {rule:?} cannot stand")]
pub struct RefusedRule {
    /// Name of the rule.
    pub rule: String,
    /// What is wrong with its filter.
    #[source]
    pub why: Unsupported,
}

/// How many items of a sample hold each word: what makes a word of a rule rare.
#[derive(Debug, Clone, Default)]
pub struct WordCounts {
    counts: HashMap<Box<[u8]>, u32>,
    /// The same words sorted, each with the counts of those before it summed up.
    sums: Vec<(Box<[u8]>, u64)>,
}

impl WordCounts {
    /// Counts the words of a sample of texts; a few thousand are enough.
    pub fn of<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut counts: HashMap<Box<[u8]>, u32> = HashMap::new();
        let mut folded = Vec::new();
        for text in texts {
            folded.clear();
            let mut places = Vec::new();
            each_word(text, &mut folded, |at, _| places.push(at));
            places.sort_by_key(|at| &folded[at.clone()]);
            places.dedup_by_key(|at| &folded[at.clone()]);
            for at in places {
                *counts.entry(folded[at].into()).or_default() += 1;
            }
        }
        let mut sums: Vec<(Box<[u8]>, u64)> =
            counts.iter().map(|(word, count)| (word.clone(), u64::from(*count))).collect();
        sums.sort_unstable();
        let mut before = 0;
        for (_, sum) in &mut sums {
            before += std::mem::replace(sum, before);
        }
        Self { counts, sums }
    }

    /// Returns how many items of the sample hold a word that begins so, at most: one that holds two is counted twice.
    fn of_prefix(&self, start: &[u8]) -> u64 {
        let from = self.sums.partition_point(|(word, _)| &**word < start);
        let until = from + self.sums[from..].partition_point(|(word, _)| word.starts_with(start));
        let whole = || {
            self.sums
                .last()
                .map_or(0, |(word, before)| before + u64::from(self.counts.get(word).copied().unwrap_or(0)))
        };
        let before = |at: usize| self.sums.get(at).map_or_else(whole, |(_, before)| *before);
        before(until) - before(from)
    }
}

/// Rules that stand ready.
#[derive(Debug, Default)]
pub struct Standing {
    names: Vec<String>,
    entries: Vec<Entry>,
    program: Program,
    vocabulary: Vocabulary,
    /// For each word, prefix or name where its rules begin in `rules`, and behind the last where all end.
    starts: Vec<u32>,
    /// Rules with where their programs begin.
    rules: Vec<(u32, Entry)>,
    unanchored: Vec<u32>,
}

impl Standing {
    /// Takes rules: each a name and a filter. `me` means nobody here.
    pub fn new(
        rules: impl IntoIterator<Item = (String, Filter)>,
        counts: &WordCounts,
    ) -> Result<Self, RefusedRule> {
        let mut standing = Self::default();
        let mut anchored: Vec<(Id, u32)> = Vec::new();
        for ((name, filter), number) in rules.into_iter().zip(0..) {
            if let Err(why) = filter.check(Ambient { now: 0, me: None }) {
                return Err(RefusedRule { rule: name, why });
            }
            standing.names.push(name);
            let entry = filter
                .root()
                .map_or(program::ACCEPT, |root| standing.program.add(root, &mut standing.vocabulary));
            standing.entries.push(entry);
            let anchors = filter.root().and_then(|root| anchor::of(root, &mut standing.vocabulary, counts));
            match anchors {
                Some(anchors) => anchored.extend(anchors.into_iter().map(|id| (id, number))),
                None => standing.unanchored.push(number),
            }
        }
        standing.index(anchored);
        Ok(standing)
    }

    fn index(&mut self, mut anchored: Vec<(Id, u32)>) {
        anchored.sort_unstable();
        anchored.dedup();
        self.vocabulary.finish();
        self.starts = vec![0; self.vocabulary.len() + 1];
        for (id, _) in &anchored {
            self.starts[*id as usize + 1] += 1;
        }
        for id in 1..self.starts.len() {
            self.starts[id] += self.starts[id - 1];
        }
        self.rules = anchored.into_iter().map(|(_, rule)| (rule, self.entries[rule as usize])).collect();
    }

    /// Returns how many rules there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Tells whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Returns the name of rule `number`.
    pub fn name(&self, number: u32) -> &str {
        &self.names[number as usize]
    }

    /// Returns the names of the rules that have no anchor: each is looked at for every item, so a word that must be in the
    /// item, or a tag, would make it cheaper.
    pub fn unanchored(&self) -> impl Iterator<Item = &str> {
        self.unanchored.iter().map(|number| self.name(*number))
    }

    /// Returns the numbers of the rules that let the item through, in their order. `scratch` is what the work needs; it is
    /// kept between items so that nothing is allocated for each.
    pub fn matches<'s>(&self, record: &Record<'_>, now: Ms, scratch: &'s mut Scratch) -> &'s [u32] {
        scratch.begin(self);
        scratch.words.take_again(record.title, record.text);
        self.find_words(scratch);
        self.find_names(record, scratch);
        let Scratch { words, hits, seen, looked_at, found, .. } = scratch;
        let looked = Looked { record, words, ambient: Ambient { now, me: None } };
        let mut look = |rule: u32, entry: Entry| {
            *looked_at += 1;
            if self.program.run(entry, looked, hits) {
                found.push(rule);
            }
        };
        for id in &hits.all {
            let rules = self.starts[*id as usize] as usize..self.starts[*id as usize + 1] as usize;
            for (rule, entry) in &self.rules[rules] {
                // A rule may have several anchors in one item.
                if std::mem::replace(&mut seen[*rule as usize], hits.round) != hits.round {
                    look(*rule, *entry);
                }
            }
        }
        for rule in &self.unanchored {
            look(*rule, self.entries[*rule as usize]);
        }
        found.sort_unstable();
        found
    }

    fn find_words(&self, scratch: &mut Scratch) {
        let Scratch { words, hits, .. } = scratch;
        for at in 0..words.len() {
            let id = self.vocabulary.look_up(words.word(at), |prefix| hits.note(prefix));
            hits.note_word(id);
        }
        hits.tie();
    }

    fn find_names(&self, record: &Record<'_>, scratch: &mut Scratch) {
        for field in KEYS.into_iter().filter(|field| self.vocabulary.has_keys(*field)) {
            let place: &[&str] = record.place.as_slice();
            let names: &[&str] = match field {
                Field::Tag => &record.tags,
                Field::Mention => &record.mentions,
                Field::Source => &record.sources,
                Field::Author => &record.author,
                _ => place,
            };
            for name in names {
                scratch.name.clear();
                scratch.name.extend(name.bytes().map(|byte| byte.to_ascii_lowercase()));
                if let Some(id) = self.vocabulary.find(Kind::Key(field), &scratch.name) {
                    scratch.hits.note(id);
                }
            }
        }
    }
}

/// What the work on one item needs; kept between items.
#[derive(Debug, Default)]
pub struct Scratch {
    words: Words,
    hits: Hits,
    /// For each rule the round in which it was looked at last.
    seen: Vec<u32>,
    name: Vec<u8>,
    found: Vec<u32>,
    looked_at: usize,
}

impl Scratch {
    /// Returns how many rules were looked at for the last item.
    pub fn looked_at(&self) -> usize {
        self.looked_at
    }

    fn begin(&mut self, standing: &Standing) {
        self.hits.begin(standing.vocabulary.len());
        // Rounds begin anew when they have run out, or when other rules are asked.
        if self.hits.round == 1 || self.seen.len() != standing.len() {
            self.seen.clear();
            self.seen.resize(standing.len(), 0);
        }
        self.found.clear();
        self.looked_at = 0;
    }
}

#[cfg(test)]
mod tests {
    use hark_model::{ItemUid, Zone};

    use super::*;

    fn standing(filters: &[&str]) -> Standing {
        let rules = filters.iter().map(|text| ((*text).to_owned(), text.parse().unwrap()));
        Standing::new(rules, &WordCounts::default()).unwrap()
    }

    #[test]
    fn only_rules_of_which_an_anchor_is_there_are_looked_at() {
        let filters: Vec<String> = (0..1_000).map(|n| format!("word{n} -other")).collect();
        let standing = standing(&filters.iter().map(String::as_str).collect::<Vec<_>>());
        let mut scratch = Scratch::default();
        for (text, found, looked_at) in
            [("nothing here", vec![], 0), ("word7 and word9", vec![7, 9], 2), ("word7 other", vec![], 1)]
        {
            let record = Record::new(ItemUid::from_bytes([0; 16]), Zone::Social, text, 0);
            assert_eq!(standing.matches(&record, 0, &mut scratch), found, "{text}");
            assert_eq!(scratch.looked_at(), looked_at, "{text}");
        }
    }

    #[test]
    fn rules_without_an_anchor_are_listed() {
        let standing = standing(&[
            "sentiment:<-0.8",
            "card sentiment:<-0.8",
            "-card",
            "",
            "card or zone:social",
            "pay*",
            "#outage or @acme",
            "author:jo*",
            "author:jo",
            "(a1 or b1) zone:social",
            "title:\"card decl\"*",
            "zone:social -(card)",
        ]);
        let names: Vec<&str> = standing.unanchored().collect();
        assert_eq!(
            names,
            ["sentiment:<-0.8", "-card", "", "card or zone:social", "author:jo*", "zone:social -(card)"]
        );
    }

    #[test]
    fn the_rarest_word_is_the_anchor() {
        let texts = ["outage again", "again and again", "again"];
        let counts = WordCounts::of(texts.into_iter());
        let rules = [("r".to_owned(), "again outage".parse().unwrap())];
        let standing = Standing::new(rules, &counts).unwrap();
        let mut scratch = Scratch::default();
        for (text, looked_at) in [("again", 0), ("outage", 1)] {
            let record = Record::new(ItemUid::from_bytes([0; 16]), Zone::Social, text, 0);
            assert!(standing.matches(&record, 0, &mut scratch).is_empty());
            assert_eq!(scratch.looked_at(), looked_at, "{text}");
        }
    }

    #[test]
    fn a_common_beginning_is_no_anchor_beside_a_rare_word() {
        let texts = ["paying again", "payment again", "pay now", "again", "other"];
        let counts = WordCounts::of(texts.into_iter());
        for (start, count) in [("pay", 3), ("paym", 1), ("again", 3), ("a", 3), ("z", 0), ("o", 1), ("", 8)] {
            assert_eq!(counts.of_prefix(start.as_bytes()), count, "{start}");
        }
        let rules = [("r".to_owned(), "pay* now".parse().unwrap())];
        let standing = Standing::new(rules, &counts).unwrap();
        let mut scratch = Scratch::default();
        for (text, looked_at) in [("paying", 0), ("now", 1)] {
            let record = Record::new(ItemUid::from_bytes([0; 16]), Zone::Social, text, 0);
            assert!(standing.matches(&record, 0, &mut scratch).is_empty());
            assert_eq!(scratch.looked_at(), looked_at, "{text}");
        }
    }

    #[test]
    fn a_rule_that_cannot_stand_is_named() {
        let rules = [("mine".to_owned(), "assignee:me".parse().unwrap())];
        let refused = Standing::new(rules, &WordCounts::default()).unwrap_err();
        assert_eq!(refused.rule, "mine");
        assert!(matches!(refused.why, Unsupported::Nobody { field: Field::Assignee, .. }));
    }

    #[test]
    fn one_scratch_serves_other_rules_too() {
        let (few, many) = (standing(&["card"]), standing(&["x1", "card", "card y1"]));
        let mut scratch = Scratch::default();
        let record = Record::new(ItemUid::from_bytes([0; 16]), Zone::Social, "card", 0);
        for _ in 0..3 {
            assert_eq!(few.matches(&record, 0, &mut scratch), [0]);
            assert_eq!(many.matches(&record, 0, &mut scratch), [1]);
        }
    }
}
