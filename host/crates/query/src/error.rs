//! What is wrong with a filter, where, and what to write instead.
//!
//! Holds: the span lies within the filter, on the bounds of characters; nothing here depends on who shows it.

use std::ops::Range;

use crate::field::{FIELDS, Field};
use crate::limits;
use crate::lists::ListError;
use crate::phrase::NoPhrase;

/// Why a text is no filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}{}", .suggestion.as_ref().map(|word| format!("; did you mean `{word}`?")).unwrap_or_default())]
pub struct FilterError {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Bytes of the filter that are meant; empty where something is missing.
    pub span: Range<usize>,
    /// What might have been meant.
    pub suggestion: Option<String>,
}

/// What is wrong with a filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ErrorKind {
    /// More bytes than a filter may have.
    #[error(
        "the filter is longer than {} bytes; put long lists into a file: `@file:name`",
        limits::FILTER_BYTES_MAX
    )]
    TooLong,
    /// Brackets and negations in each other.
    #[error("brackets and negations are nested deeper than {}; take some out", limits::DEPTH_MAX)]
    TooDeep,
    /// More tests than a filter may have.
    #[error(
        "there are more than {} words and values; put long lists into a file: `@file:name`",
        limits::TERMS_MAX
    )]
    TooManyTerms,
    /// A character that no filter holds.
    #[error("{0:?} is a control character; leave it out")]
    Control(char),
    /// A quote without its other.
    #[error("this quote is not closed; expected `\"` at the end of the phrase")]
    OpenQuote,
    /// A bracket without its other.
    #[error("this bracket is not closed; expected `)`")]
    OpenBracket,
    /// A bracket that closes nothing.
    #[error(
        "this bracket closes nothing; take it out, or put it in double quotes to search for what it stands in"
    )]
    CloseBracket,
    /// Nothing between brackets.
    #[error("there is nothing in these brackets; expected a word, a phrase or a field")]
    EmptyBrackets,
    /// An operator with nothing behind it.
    #[error(
        "expected a word, a phrase, a field or a bracket behind `{after}`; put it in double quotes to search for the word"
    )]
    NoOperand {
        /// The operator as written.
        after: String,
    },
    /// An operator with nothing before it.
    #[error(
        "expected a word, a phrase, a field or a bracket before `{before}`; put it in double quotes to search for the word"
    )]
    NothingBefore {
        /// The operator as written.
        before: String,
    },
    /// `NEAR` without a number or with one that it does not take.
    #[error(
        "expected `NEAR/` and a number from 0 to {}: the most words that may stand between",
        limits::NEAR_WORDS_MAX
    )]
    NearDistance,
    /// `NEAR` between other things than words.
    #[error("`NEAR` stands between words and phrases only, not fields, lists, tags or brackets")]
    NearOperand,
    /// `NEAR/5` and `NEAR/6` in one chain.
    #[error("all distances of one chain must be the same; put an `and` between, or write `NEAR/{first}`")]
    NearMixed {
        /// The first distance of the chain.
        first: u32,
    },
    /// More words in one `NEAR` than it takes.
    #[error("one `NEAR` takes at most {} words and phrases", limits::NEAR_PHRASES_MAX)]
    NearTooMany,
    /// Words that find nothing or everything.
    #[error("`{text}` {why}")]
    Phrase {
        /// As written, cut.
        text: String,
        /// What is wrong.
        why: NoPhrase,
    },
    /// A star that is not at an end.
    #[error(
        "a star stands behind the beginning of a word (`pay*`, `\"card decl\"*`), or before the end of a name (`*@example.org`)"
    )]
    Star,
    /// A field that is not in the table.
    #[error(
        "there is no field `{name}`; to search for these words put them in double quotes; fields are {}",
        fields()
    )]
    UnknownField {
        /// As written, cut.
        name: String,
    },
    /// A field without a value.
    #[error("expected {} right behind `{}:`", .0.info().takes(), .0.name())]
    NoValue(Field),
    /// A value that its field does not take.
    #[error("`{}:` does not take `{found}`; expected {}", .field.name(), .field.info().takes())]
    Value {
        /// Which field.
        field: Field,
        /// As written, cut.
        found: String,
    },
    /// Several values where one makes sense.
    #[error("`{}:` takes one value", .0.name())]
    OneValue(Field),
    /// A range whose ends are the wrong way round.
    #[error("nothing is from {low} to {high}; write the lower end first")]
    EmptyRange {
        /// The first number.
        low: String,
        /// The second number.
        high: String,
    },
    /// `#` or `@` without a name.
    #[error("expected a name right behind `{0}`")]
    NoName(char),
    /// A name that no list can have.
    #[error(
        "expected the name of a list behind `@file:`: up to {} letters, digits, `.`, `_` and `-`, no dot first",
        limits::LIST_NAME_BYTES_MAX
    )]
    ListName,
    /// A list that has no text.
    #[error("the list `{name}` cannot be used: {why}")]
    List {
        /// Name of the file.
        name: String,
        /// What is wrong.
        why: ListError,
    },
    /// A list that is too much.
    #[error(
        "the list `{name}` is longer than {} bytes, or all lists of the filter hold more than {} entries",
        limits::LIST_BYTES_MAX,
        limits::LIST_ENTRIES_MAX
    )]
    ListTooLong {
        /// Name of the file.
        name: String,
    },
    /// A list without an entry.
    #[error("the list `{name}` holds no entry; nothing would ever be found by it")]
    ListEmpty {
        /// Name of the file.
        name: String,
    },
    /// A line of a list that is wrong.
    #[error("{name}:{line}: {why}")]
    ListEntry {
        /// Name of the file.
        name: String,
        /// Line of the file, from 1.
        line: usize,
        /// What is wrong with it.
        why: Box<ErrorKind>,
    },
}

impl FilterError {
    pub(crate) const fn new(kind: ErrorKind, span: Range<usize>) -> Self {
        Self { kind, span, suggestion: None }
    }

    pub(crate) fn suggest(mut self, found: &str, known: impl Iterator<Item = &'static str>) -> Self {
        self.suggestion = nearest(found, known);
        self
    }

    /// Shows the error below the filter, with a mark under each character that is meant: three lines, the filter on
    /// one of them.
    pub fn show(&self, filter: &str) -> String {
        format!("{}\n{self}", self.marked(filter))
    }

    /// Returns the filter, and below it a mark under each character that is meant: two lines. Columns are characters;
    /// wide ones may shift the mark on a screen.
    pub fn marked(&self, filter: &str) -> String {
        let before = filter[..self.span.start].chars().count();
        let marks = filter[self.span.clone()].chars().count().max(1);
        let line: String = filter.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        format!("{line}\n{}{}", " ".repeat(before), "^".repeat(marks))
    }
}

/// Returns `text`, cut to what an error repeats.
pub(crate) fn shown(text: &str) -> String {
    if text.len() <= limits::SHOWN_BYTES_MAX {
        return text.to_owned();
    }
    format!("{}…", &text[..text.floor_char_boundary(limits::SHOWN_BYTES_MAX)])
}

fn fields() -> String {
    let names: Vec<&str> = FIELDS.iter().map(|info| info.name).collect();
    names.join(", ")
}

/// Returns the word that `found` is most like, if it is like one.
fn nearest(found: &str, known: impl Iterator<Item = &'static str>) -> Option<String> {
    // A long text is like no word; this bounds the work, too.
    if found.len() > limits::SHOWN_BYTES_MAX {
        return None;
    }
    let found = found.to_lowercase();
    let ranked = known.map(|word| {
        let begins = found.len() >= 3 && word.starts_with(&found);
        (if begins { 0 } else { strsim::damerau_levenshtein(&found, word) }, word)
    });
    let near = |(mistakes, word): &(usize, &str)| {
        *mistakes <= limits::MISTAKES_MAX.min((word.len().max(found.len()) / 3).max(1))
    };
    ranked.filter(near).min().map(|(_, word)| word.to_owned())
}
