//! A filter as a tree.
//!
//! Holds: a filter is whole: its lists have been read, its words hold words, its numbers are within their ends.
//! Trees that were built here read back as themselves after they were written (`display.rs`).

use std::ops::Range;

use hark_model::ItemUid;

use crate::field::Field;
use crate::flag::Flag;
use crate::name::NamePattern;
use crate::number::Bound;
use crate::phrase::Phrase;
use crate::span::Spanned;
use crate::when::When;

/// What to let through; nothing asked lets everything through.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    pub(crate) root: Option<Expr>,
}

/// A node of the tree.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// All of them hold; two or more, none of them an `And`.
    And(Vec<Expr>),
    /// Any of them holds; two or more, none of them an `Or`.
    Or(Vec<Expr>),
    /// It does not hold; it is no `Not` itself.
    Not(Box<Expr>),
    /// A leaf.
    Test(Spanned<Test>),
}

/// One question about an item.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// These words stand in its text or its title.
    Phrase(Phrase),
    /// These stand near each other, in any order.
    Near(Near),
    /// Any entry of a list holds.
    List(WordList),
    /// Its field has any of these values; at least one.
    Field(Field, Vec<Value>),
}

/// Words and phrases that stand near each other, all of them in the text or all of them in the title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// Two or more.
    pub phrases: Vec<Phrase>,
    /// Most words between the end of any of them and the beginning of the last.
    pub words_between: u32,
}

/// Entries of a file that stand for themselves: words, phrases, prefixes, `#tags`, `@names`.
#[derive(Debug, Clone, PartialEq)]
pub struct WordList {
    /// Name of the file.
    pub name: String,
    /// What it holds, in its order: `Phrase`, or `Field` of a tag or a mention.
    pub entries: Vec<Test>,
}

/// A value of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Words of a part of an item.
    Phrase(Phrase),
    /// A name, by a part of it.
    Name(NamePattern),
    /// Nobody, none.
    None,
    /// Who looks.
    Me,
    /// One word of the field's list.
    Choice(&'static str),
    /// A yes or no.
    Flag(Flag),
    /// A number.
    Bound(Bound),
    /// A time.
    When(When),
    /// A language code, in lower case.
    Language(String),
    /// An item.
    Item(ItemUid),
    /// Any value of a file.
    List {
        /// Name of the file.
        name: String,
        /// What it holds, in its order; none of them is a `List`.
        values: Vec<Value>,
    },
}

impl Filter {
    /// Returns the filter that lets everything through.
    pub const fn everything() -> Self {
        Self { root: None }
    }

    /// Returns the filter of this tree; spans in it are those of the text that it was read from, if any.
    pub const fn new(root: Option<Expr>) -> Self {
        Self { root }
    }

    /// Returns the tree; `None` lets everything through.
    pub fn root(&self) -> Option<&Expr> {
        self.root.as_ref()
    }

    /// Returns every field that is asked for, sorted, each once. (Who routes an item that has just come in can refuse
    /// what is not known then, such as `status`.)
    pub fn fields(&self) -> Vec<Field> {
        let mut fields = Vec::new();
        self.each_test(&mut |test, _| match test {
            Test::Field(field, _) => fields.push(*field),
            Test::List(list) => fields.extend(list.entries.iter().filter_map(|entry| match entry {
                Test::Field(field, _) => Some(*field),
                _ => None,
            })),
            Test::Phrase(_) | Test::Near(_) => {}
        });
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    /// Tells whether anything is asked about a flag, such as `is:removed`.
    pub fn asks_about(&self, flag: Flag) -> bool {
        let mut found = false;
        self.each_test(&mut |test, _| {
            if let Test::Field(_, values) = test {
                found |= values.contains(&Value::Flag(flag));
            }
        });
        found
    }

    /// Returns the words and phrases whose presence speaks for an item, for marking them in what was found: those of
    /// lists, of `NEAR` and of fields that look into texts, too, and none that are denied.
    pub fn wanted_phrases(&self) -> Vec<&Phrase> {
        let mut phrases = Vec::new();
        if let Some(root) = &self.root {
            root.wanted_phrases(false, &mut phrases);
        }
        phrases
    }

    /// Calls `take` with every test, from left to right, and with where it stands.
    pub(crate) fn each_test<'a>(&'a self, take: &mut impl FnMut(&'a Test, &Range<usize>)) {
        if let Some(root) = &self.root {
            root.each_test(take);
        }
    }
}

impl Expr {
    /// Returns what holds when all of `parts` hold; `None` without any.
    pub fn all(parts: Vec<Self>) -> Option<Self> {
        let flat = parts.into_iter().flat_map(|part| match part {
            Self::And(parts) => parts,
            part => vec![part],
        });
        Self::joined(flat.collect(), Self::And)
    }

    /// Returns what holds when any of `parts` holds; `None` without any.
    pub fn any(parts: Vec<Self>) -> Option<Self> {
        let flat = parts.into_iter().flat_map(|part| match part {
            Self::Or(parts) => parts,
            part => vec![part],
        });
        Self::joined(flat.collect(), Self::Or)
    }

    /// Returns what holds when this does not.
    #[must_use]
    pub fn denied(self) -> Self {
        match self {
            Self::Not(part) => *part,
            part => Self::Not(Box::new(part)),
        }
    }

    fn wanted_phrases<'a>(&'a self, is_denied: bool, to: &mut Vec<&'a Phrase>) {
        match self {
            Self::And(parts) | Self::Or(parts) => {
                parts.iter().for_each(|part| part.wanted_phrases(is_denied, to));
            }
            Self::Not(part) => part.wanted_phrases(!is_denied, to),
            Self::Test(_) if is_denied => {}
            Self::Test(test) => phrases_of(&test.inner, to),
        }
    }

    fn joined(mut parts: Vec<Self>, join: fn(Vec<Self>) -> Self) -> Option<Self> {
        if parts.len() > 1 { Some(join(parts)) } else { parts.pop() }
    }

    fn each_test<'a>(&'a self, take: &mut impl FnMut(&'a Test, &Range<usize>)) {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.each_test(take)),
            Self::Not(part) => part.each_test(take),
            Self::Test(test) => take(&test.inner, &test.span),
        }
    }
}

fn phrases_of<'a>(test: &'a Test, to: &mut Vec<&'a Phrase>) {
    match test {
        Test::Phrase(phrase) => to.push(phrase),
        Test::Near(near) => to.extend(&near.phrases),
        Test::List(list) => list.entries.iter().for_each(|entry| phrases_of(entry, to)),
        Test::Field(_, values) => values.iter().for_each(|value| match value {
            Value::Phrase(phrase) => to.push(phrase),
            Value::List { values, .. } => to.extend(values.iter().filter_map(|value| match value {
                Value::Phrase(phrase) => Some(phrase),
                _ => None,
            })),
            _ => {}
        }),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Filter, Flag, NoLists};

    fn filter(text: &str) -> Filter {
        Filter::parse(text, &NoLists).unwrap()
    }

    #[test]
    fn what_is_marked_is_what_was_wanted() {
        let filter = filter("vpn \"drops out\" -author:bot not (test or not hour) lang:en pay*");
        let texts: Vec<&str> = filter.wanted_phrases().iter().map(|phrase| phrase.text()).collect();
        assert_eq!(texts, ["vpn", "drops out", "hour", "pay"]);
    }

    #[test]
    fn a_flag_is_found_wherever_it_stands() {
        assert!(filter("x or not (y and is:removed)").asks_about(Flag::Removed));
        assert!(!filter("removed is:edited").asks_about(Flag::Removed));
    }
}
