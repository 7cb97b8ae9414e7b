//! Why a filter lets an item through or not: every test of it, with the words and values that it met.
//!
//! Holds: the answer is that of `Filter::matches` (`tests/query/trace.rs`). Every test is asked, also where the answer
//! stands already, so this is for people and takes its time.

use std::ops::Range;

use crate::ast::{Expr, Filter, Test, Value};
use crate::field::{Field, Values};
use crate::limits;
use crate::matcher::{Looked, stands_at};
use crate::phrase::Phrase;
use crate::record::{Ambient, Record};
use crate::support::Unsupported;
use crate::words::{Column, Words, each_word};

/// One node of a filter, held against one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Whether it holds.
    pub holds: bool,
    /// What was asked.
    pub asked: Asked,
}

/// What a node of a filter asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// All of them.
    All(Vec<Trace>),
    /// Any of them.
    Any(Vec<Trace>),
    /// The opposite.
    Not(Box<Trace>),
    /// One question.
    Test {
        /// As a filter writes it.
        test: String,
        /// Words that answer it; at most [`limits::SPOTS_MAX`].
        spots: Vec<Spot>,
        /// What the item has of that field; nothing for words.
        value: Option<String>,
    },
}

/// Words of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// In which part they stand.
    pub column: Column,
    /// Bytes of that part.
    pub span: Range<usize>,
    /// As they stand there.
    pub text: String,
}

impl Spot {
    fn place(&self) -> (Column, usize, usize) {
        (self.column, self.span.start, self.span.end)
    }
}

impl Filter {
    /// Returns why the item is let through or not; nothing for the filter that asks nothing.
    pub fn trace(&self, record: &Record<'_>, ambient: Ambient<'_>) -> Result<Option<Trace>, Unsupported> {
        self.check(ambient)?;
        let words = Words::of(record.title, record.text);
        let tracer = Tracer { looked: Looked { record, words: &words, ambient }, spans: spans(record) };
        Ok(self.root().map(|root| tracer.expr(root)))
    }
}

impl Trace {
    /// Returns the words that made it hold: those of a denied test are not among them.
    pub fn spots(&self) -> Vec<&Spot> {
        let mut spots = Vec::new();
        self.collect(&mut spots);
        spots.sort_by_key(|spot| spot.place());
        spots.dedup();
        spots
    }

    fn collect<'a>(&'a self, spots: &mut Vec<&'a Spot>) {
        match &self.asked {
            Asked::All(parts) | Asked::Any(parts) => {
                parts.iter().filter(|part| part.holds).for_each(|part| part.collect(spots));
            }
            Asked::Not(_) => {}
            Asked::Test { spots: own, .. } => spots.extend(own),
        }
    }

    /// Tells whether the item has any of its words, whatever the answer.
    pub fn touches(&self) -> bool {
        match &self.asked {
            Asked::All(parts) | Asked::Any(parts) => parts.iter().any(Self::touches),
            Asked::Not(part) => part.touches(),
            Asked::Test { spots, .. } => !spots.is_empty(),
        }
    }

    /// Returns the tests that keep it from holding, as a filter writes them, each with what the item has; none where it
    /// holds.
    pub fn misses(&self) -> Vec<String> {
        let mut misses = Vec::new();
        if !self.holds {
            self.miss(&mut misses);
        }
        misses
    }

    fn miss(&self, misses: &mut Vec<String>) {
        match &self.asked {
            Asked::All(parts) | Asked::Any(parts) => {
                parts.iter().filter(|part| !part.holds).for_each(|part| part.miss(misses));
            }
            Asked::Not(part) => misses.push(format!("-({part})")),
            Asked::Test { test, value: Some(value), .. } => misses.push(format!("{test} (it has {value})")),
            Asked::Test { test, value: None, .. } => misses.push(test.clone()),
        }
    }
}

/// Writes what was asked on one line, with what answers it.
impl std::fmt::Display for Trace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let join = |f: &mut std::fmt::Formatter<'_>, parts: &[Self], word: &str| {
            for (number, part) in parts.iter().enumerate() {
                write!(f, "{}{part}", if number == 0 { "" } else { word })?;
            }
            Ok(())
        };
        match &self.asked {
            Asked::All(parts) => join(f, parts, " and "),
            Asked::Any(parts) => {
                f.write_str("(")?;
                join(f, parts, " or ")?;
                f.write_str(")")
            }
            Asked::Not(part) => write!(f, "-({part})"),
            Asked::Test { test, spots, value } => {
                f.write_str(test)?;
                if let Some(value) = value {
                    write!(f, " [{value}]")?;
                }
                for Spot { column, span, text } in spots {
                    let part = if *column == Column::Title { "title" } else { "text" };
                    write!(f, " [{text:?} at {part} {}..{}]", span.start, span.end)?;
                }
                Ok(())
            }
        }
    }
}

/// Bytes of each word, in the order of [`Words`], with its part.
fn spans(record: &Record<'_>) -> Vec<Range<usize>> {
    let (mut spans, mut folded) = (Vec::new(), Vec::new());
    for text in [record.text, record.title.unwrap_or_default()] {
        each_word(text, &mut folded, |_, span| spans.push(span));
    }
    spans
}

struct Tracer<'a> {
    looked: Looked<'a>,
    spans: Vec<Range<usize>>,
}

impl Tracer<'_> {
    fn expr(&self, expr: &Expr) -> Trace {
        let parts = |parts: &[Expr]| parts.iter().map(|part| self.expr(part)).collect();
        let asked = match expr {
            Expr::And(all) => Asked::All(parts(all)),
            Expr::Or(any) => Asked::Any(parts(any)),
            Expr::Not(part) => Asked::Not(Box::new(self.expr(part))),
            Expr::Test(test) => self.test(&test.inner),
        };
        Trace { holds: self.looked.expr(expr), asked }
    }

    fn test(&self, test: &Test) -> Asked {
        let mut spots = Vec::new();
        self.spots(test, &mut spots);
        spots.sort_by_key(Spot::place);
        spots.dedup();
        spots.truncate(limits::SPOTS_MAX);
        let value = match test {
            Test::Field(field, _) => value_of(self.looked.record, *field),
            _ => None,
        };
        Asked::Test { test: test.to_string(), spots, value }
    }

    fn spots(&self, test: &Test, spots: &mut Vec<Spot>) {
        if !self.looked.test(test) {
            return;
        }
        match test {
            Test::Phrase(phrase) => self.phrase(phrase, None, spots),
            Test::Near(near) => near.phrases.iter().for_each(|phrase| self.phrase(phrase, None, spots)),
            Test::List(list) => list.entries.iter().for_each(|entry| self.spots(entry, spots)),
            Test::Field(field, values) => self.values(*field, values, spots),
        }
    }

    fn values(&self, field: Field, values: &[Value], spots: &mut Vec<Spot>) {
        let Values::Words(column) = field.info().values else { return };
        for value in values {
            match value {
                Value::Phrase(phrase) => self.phrase(phrase, Some(column), spots),
                Value::List { values, .. } => self.values(field, values, spots),
                _ => {}
            }
        }
    }

    fn phrase(&self, phrase: &Phrase, column: Option<Column>, spots: &mut Vec<Spot>) {
        let Looked { words, record, .. } = self.looked;
        let fits = |at: &usize| column.is_none_or(|column| words.column(*at) == column);
        let places = (0..words.len()).filter(fits).filter(|at| stands_at(words, phrase, *at));
        for at in places.take(limits::SPOTS_MAX) {
            let span = self.spans[at].start..self.spans[at + phrase.words().len() - 1].end;
            let column = words.column(at);
            let part = if column == Column::Title { record.title.unwrap_or_default() } else { record.text };
            let text = part.get(span.clone()).unwrap_or_default().to_owned();
            spots.push(Spot { column, span, text });
        }
    }
}

/// Returns what the item has of `field`, for people; nothing where words are asked for.
fn value_of(record: &Record<'_>, field: Field) -> Option<String> {
    let list = |names: &[&str]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let one = |name: Option<&str>| name.unwrap_or("none").to_owned();
    let number = |number: Option<f64>| number.map_or("none".to_owned(), |number| number.to_string());
    let count = |count: Option<u64>| count.map_or("none".to_owned(), |count| count.to_string());
    Some(match field {
        Field::Title | Field::Text => return None,
        Field::Tag => list(&record.tags),
        Field::Mention => list(&record.mentions),
        Field::Zone => record.zone.to_string(),
        Field::Source => list(&record.sources),
        Field::Platform => list(&record.platforms),
        Field::Place => one(record.place),
        Field::Author => list(&record.author),
        Field::Kind => record.kind.to_string(),
        Field::Direction => record.direction.to_string(),
        Field::Visibility => record.visibility.to_string(),
        Field::Lang => one(record.language),
        Field::Sentiment => format!("{}, score {}", record.sentiment, number(record.score)),
        Field::Confidence => number(record.confidence),
        Field::Reach => count(record.followers),
        Field::Likes => count(record.likes),
        Field::Replies => count(record.replies),
        Field::Shares => count(record.shares),
        Field::Views => count(record.views),
        Field::Since | Field::Before => {
            jiff::Timestamp::from_millisecond(record.feed_at).map_or("none".to_owned(), |at| at.to_string())
        }
        Field::Status => one(record.status),
        Field::Assignee => one(record.assignee),
        Field::Team => one(record.team),
        Field::Priority => one(record.priority.map(hark_model::Priority::as_str)),
        Field::Program => "none".to_owned(),
        Field::Near => one(record.near_dup_of.map(|uid| uid.to_string()).as_deref()),
        Field::Has | Field::Is => {
            let flags = crate::flag::HAS.iter().chain(crate::flag::IS);
            let own: Vec<&str> =
                flags.filter(|info| record.flags.has(info.flag)).map(|info| info.word).collect();
            list(&own)
        }
    })
}
