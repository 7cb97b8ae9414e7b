//! Rules as one flat list of steps: each asks one thing and says where to go on.
//!
//! Holds: steps only lead to steps that were added before them, so every run ends. Cheap questions come first.

use std::collections::HashMap;

use super::vocabulary::{Id, KEYS, Kind, NO_ID, PREFIX_BYTES_MAX, Vocabulary};
use crate::ast::{Expr, Test, Value};
use crate::field::{Field, Values};
use crate::matcher::{Looked, are_near};
use crate::name::Part;
use crate::phrase::Phrase;
use crate::words::{Column, Words};

/// Where a rule begins: a step, [`ACCEPT`] or [`REJECT`].
pub(super) type Entry = u32;

/// The item is let through.
pub(super) const ACCEPT: Entry = u32::MAX;
/// It is not.
pub(super) const REJECT: Entry = u32::MAX - 1;

/// What a step asks; numbers are places in the lists of the program.
#[derive(Debug, Clone, Copy)]
enum Ask {
    /// Is this word, prefix or name there?
    Hit(Id),
    /// Is any of these there?
    AnyHit(u32),
    /// Does this phrase stand there?
    Phrase(u32),
    /// Do these stand near each other?
    Near(u32),
    /// Has the field any of these values?
    Field(u32),
}

#[derive(Debug, Clone, Copy)]
struct Step {
    ask: Ask,
    yes: Entry,
    no: Entry,
}

/// A phrase; its words are known by number.
#[derive(Debug)]
struct PhraseCode {
    phrase: Phrase,
    column: Option<Column>,
    /// Of all its words but an open last one.
    ids: Box<[Id]>,
}

/// Words and phrases that stand near each other.
#[derive(Debug)]
struct NearCode {
    phrases: Box<[PhraseCode]>,
    words_between: usize,
}

/// The steps of all rules.
#[derive(Debug, Default)]
pub(super) struct Program {
    steps: Vec<Step>,
    sets: Vec<Box<[Id]>>,
    phrases: Vec<PhraseCode>,
    nears: Vec<NearCode>,
    fields: Vec<(Field, Vec<Value>)>,
    /// Places in `fields` by what they ask, so that what many rules ask is kept once.
    by_text: HashMap<String, u32>,
}

/// Stands for no place.
const NO_PLACE: u32 = u32::MAX;

/// Which words, prefixes and names an item has, of those that rules look for, and where the words stand.
#[derive(Debug, Default)]
pub(super) struct Hits {
    /// Number of the item, so that nothing has to be cleared for the next.
    pub round: u32,
    rounds: Vec<u32>,
    /// All of them, each once.
    pub all: Vec<Id>,
    /// For each word of the item its number, or [`NO_ID`].
    ids: Vec<Id>,
    /// For each number the first place of the word; only of those that are there.
    firsts: Vec<u32>,
    /// For each place the next one of the same word.
    nexts: Vec<u32>,
}

impl Hits {
    /// Forgets what was there; there are `count` numbers.
    pub fn begin(&mut self, count: usize) {
        self.round = self.round.wrapping_add(1);
        if self.round == 0 || self.rounds.len() != count {
            self.round = 1;
            self.rounds.clear();
            self.rounds.resize(count, 0);
            self.firsts.resize(count, NO_PLACE);
        }
        self.all.clear();
        self.ids.clear();
    }

    /// Notes that something is there.
    pub fn note(&mut self, id: Id) {
        if std::mem::replace(&mut self.rounds[id as usize], self.round) != self.round {
            self.all.push(id);
            self.firsts[id as usize] = NO_PLACE;
        }
    }

    /// Notes the next word of the item.
    pub fn note_word(&mut self, id: Option<Id>) {
        self.ids.push(id.unwrap_or(NO_ID));
        id.into_iter().for_each(|id| self.note(id));
    }

    /// Ties the places of each word together, after the last word.
    pub fn tie(&mut self) {
        self.nexts.clear();
        self.nexts.resize(self.ids.len(), NO_PLACE);
        for (at, id) in self.ids.iter().enumerate().rev().filter(|(_, id)| **id != NO_ID) {
            self.nexts[at] = std::mem::replace(&mut self.firsts[*id as usize], at as u32);
        }
    }

    fn has(&self, id: Id) -> bool {
        self.rounds[id as usize] == self.round
    }

    /// Returns the places of a word, in order; it must be there.
    fn places(&self, id: Id) -> impl Iterator<Item = usize> {
        let mut at = self.firsts[id as usize];
        std::iter::from_fn(move || {
            let here = at as usize;
            at = *self.nexts.get(here)?;
            Some(here)
        })
    }
}

impl Program {
    /// Adds a rule; returns where it begins.
    pub fn add(&mut self, rule: &Expr, vocabulary: &mut Vocabulary) -> Entry {
        self.expr(rule, ACCEPT, REJECT, vocabulary)
    }

    /// Adds the steps of `expr`, which go on at `yes` or `no`.
    fn expr(&mut self, expr: &Expr, yes: Entry, no: Entry, vocabulary: &mut Vocabulary) -> Entry {
        match expr {
            Expr::And(parts) => {
                in_turn(parts).into_iter().fold(yes, |next, part| self.expr(part, next, no, vocabulary))
            }
            Expr::Or(parts) => {
                let tests = parts.iter().map(|part| match part {
                    Expr::Test(test) => Some(&test.inner),
                    _ => None,
                });
                match tests.collect::<Option<Vec<_>>>() {
                    Some(tests) => self.any(&tests, yes, no, vocabulary),
                    None => in_turn(parts)
                        .into_iter()
                        .fold(no, |next, part| self.expr(part, yes, next, vocabulary)),
                }
            }
            Expr::Not(part) => self.expr(part, no, yes, vocabulary),
            Expr::Test(test) => self.any(&[&test.inner], yes, no, vocabulary),
        }
    }

    /// Adds the steps of tests of which any is enough: those that are one look first, all in one step.
    fn any(&mut self, tests: &[&Test], yes: Entry, no: Entry, vocabulary: &mut Vocabulary) -> Entry {
        let (mut hits, mut asks) = (Vec::new(), Vec::new());
        for test in tests {
            self.ask(test, &mut hits, &mut asks, vocabulary);
        }
        asks.sort_by_key(|ask| std::cmp::Reverse(cost(*ask)));
        hits.sort_unstable();
        hits.dedup();
        match hits.as_slice() {
            [] => {}
            [id] => asks.push(Ask::Hit(*id)),
            _ => {
                asks.push(Ask::AnyHit(self.sets.len() as u32));
                self.sets.push(hits.into());
            }
        }
        asks.into_iter().fold(no, |next, ask| self.step(ask, yes, next))
    }

    fn step(&mut self, ask: Ask, yes: Entry, no: Entry) -> Entry {
        self.steps.push(Step { ask, yes, no });
        self.steps.len() as Entry - 1
    }

    fn ask(&mut self, test: &Test, hits: &mut Vec<Id>, asks: &mut Vec<Ask>, vocabulary: &mut Vocabulary) {
        match test {
            Test::Phrase(phrase) => self.phrase(phrase, None, hits, asks, vocabulary),
            Test::Near(near) => {
                let phrases =
                    near.phrases.iter().map(|phrase| PhraseCode::new(phrase, None, vocabulary)).collect();
                asks.push(Ask::Near(self.nears.len() as u32));
                self.nears.push(NearCode { phrases, words_between: near.words_between as usize });
            }
            Test::List(list) => {
                for entry in &list.entries {
                    self.ask(entry, hits, asks, vocabulary);
                }
            }
            Test::Field(field, values) => self.field(*field, values, hits, asks, vocabulary),
        }
    }

    fn phrase(
        &mut self,
        phrase: &Phrase,
        column: Option<Column>,
        hits: &mut Vec<Id>,
        asks: &mut Vec<Ask>,
        vocabulary: &mut Vocabulary,
    ) {
        match (phrase.words(), phrase.is_prefix(), column) {
            ([word], false, None) => hits.push(vocabulary.intern(Kind::Word, word)),
            ([start], true, None) if start.len() <= PREFIX_BYTES_MAX => {
                hits.push(vocabulary.intern(Kind::Prefix, start));
            }
            _ => {
                asks.push(Ask::Phrase(self.phrases.len() as u32));
                self.phrases.push(PhraseCode::new(phrase, column, vocabulary));
            }
        }
    }

    fn field(
        &mut self,
        field: Field,
        values: &[Value],
        hits: &mut Vec<Id>,
        asks: &mut Vec<Ask>,
        vocabulary: &mut Vocabulary,
    ) {
        let mut others = Vec::new();
        for value in values {
            match (value, field.info().values) {
                (Value::Phrase(phrase), Values::Words(column)) => {
                    self.phrase(phrase, Some(column), hits, asks, vocabulary);
                }
                (Value::Name(name), _) if name.part() == Part::Whole && KEYS.contains(&field) => {
                    hits.push(vocabulary.intern(Kind::Key(field), name.folded().as_bytes()));
                }
                (Value::List { values, .. }, _) => self.field(field, values, hits, asks, vocabulary),
                (value, _) => others.push(value.clone()),
            }
        }
        if !others.is_empty() {
            let test = Test::Field(field, others.clone());
            let number = *self.by_text.entry(test.to_string()).or_insert(self.fields.len() as u32);
            if number as usize == self.fields.len() {
                self.fields.push((field, others));
            }
            asks.push(Ask::Field(number));
        }
    }

    /// Runs from `entry`.
    pub fn run(&self, entry: Entry, looked: Looked<'_>, hits: &Hits) -> bool {
        let mut at = entry;
        while at < REJECT {
            let step = self.steps[at as usize];
            let holds = match step.ask {
                Ask::Hit(id) => hits.has(id),
                Ask::AnyHit(set) => any_hit(&self.sets[set as usize], hits),
                Ask::Phrase(number) => self.phrases[number as usize].stands(looked.words, hits),
                Ask::Near(number) => self.nears[number as usize].stands(looked.words, hits),
                Ask::Field(number) => {
                    let (field, values) = &self.fields[number as usize];
                    looked.any(*field, values)
                }
            };
            at = if holds { step.yes } else { step.no };
        }
        at == ACCEPT
    }
}

/// Parts with those last that are to be asked first: steps are added from the end.
fn in_turn(parts: &[Expr]) -> Vec<&Expr> {
    let mut parts: Vec<&Expr> = parts.iter().collect();
    parts.sort_by_key(|part| std::cmp::Reverse(weight(part)));
    parts
}

fn weight(expr: &Expr) -> usize {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().map(weight).sum(),
        Expr::Not(part) => weight(part),
        Expr::Test(test) => match &test.inner {
            Test::Phrase(phrase) if phrase.words().len() == 1 => 1,
            Test::Field(field, values) => match field.info().values {
                Values::Names { .. } | Values::Words(_) => 4 * values.len(),
                _ => 2,
            },
            Test::Phrase(_) => 4,
            Test::List(_) => 8,
            Test::Near(_) => 16,
        },
    }
}

const fn cost(ask: Ask) -> u8 {
    match ask {
        Ask::Hit(_) => 0,
        Ask::AnyHit(_) => 1,
        Ask::Field(_) => 2,
        Ask::Phrase(_) => 3,
        Ask::Near(_) => 4,
    }
}

/// A short set is gone through; of a long one it is asked what the item has.
fn any_hit(set: &[Id], hits: &Hits) -> bool {
    if set.len() <= hits.all.len() {
        set.iter().any(|id| hits.has(*id))
    } else {
        hits.all.iter().any(|id| set.binary_search(id).is_ok())
    }
}

impl PhraseCode {
    fn new(phrase: &Phrase, column: Option<Column>, vocabulary: &mut Vocabulary) -> Self {
        let count = phrase.words().len() - usize::from(phrase.is_prefix());
        let ids = phrase.words()[..count].iter().map(|word| vocabulary.intern(Kind::Word, word)).collect();
        Self { phrase: phrase.clone(), column, ids }
    }

    /// Tells whether all whole words are there, wherever.
    fn may_stand(&self, hits: &Hits) -> bool {
        self.ids.iter().all(|id| hits.has(*id))
    }

    fn stands(&self, words: &Words, hits: &Hits) -> bool {
        self.may_stand(hits) && self.places(words, hits).next().is_some()
    }

    /// Returns where it stands, in order; it is looked for only where its first word stands.
    fn places(&self, words: &Words, hits: &Hits) -> impl Iterator<Item = usize> {
        let anywhere = if self.ids.is_empty() { 0..words.len() } else { 0..0 };
        let tied = self.ids.first().map(|id| hits.places(*id));
        anywhere.chain(tied.into_iter().flatten()).filter(|at| self.stands_at(*at, words, hits))
    }

    fn stands_at(&self, at: usize, words: &Words, hits: &Hits) -> bool {
        let last = at + self.phrase.words().len() - 1;
        if last >= words.len() || words.column(at) != words.column(last) {
            return false;
        }
        let is_open = self.phrase.is_prefix();
        let begins = || self.phrase.words().last().is_some_and(|start| words.word(last).starts_with(start));
        self.column.is_none_or(|column| column == words.column(at))
            && hits.ids[at..at + self.ids.len()] == *self.ids
            && (!is_open || begins())
    }
}

impl NearCode {
    fn stands(&self, words: &Words, hits: &Hits) -> bool {
        if !self.phrases.iter().all(|phrase| phrase.may_stand(hits)) {
            return false;
        }
        let places: Vec<Vec<usize>> =
            self.phrases.iter().map(|phrase| phrase.places(words, hits).collect()).collect();
        let lengths: Vec<usize> = self.phrases.iter().map(|phrase| phrase.phrase.words().len()).collect();
        are_near(&places, &lengths, self.words_between, |at| words.column(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_leads_to_earlier_steps_only() {
        let (mut program, mut vocabulary) = (Program::default(), Vocabulary::default());
        for text in ["a1 (b1 or c1 -d1) -(e1 f1) zone:social", "\"x y\" or zz*", "-(-a1 or b1) lang:en,de"] {
            let filter: crate::Filter = text.parse().unwrap();
            program.add(filter.root().unwrap(), &mut vocabulary);
        }
        assert!(program.steps.len() > 10);
        for (at, step) in program.steps.iter().enumerate() {
            for next in [step.yes, step.no] {
                assert!(next >= REJECT || (next as usize) < at, "{at}: {step:?}");
            }
        }
    }
}
