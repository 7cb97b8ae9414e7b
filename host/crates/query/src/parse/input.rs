//! What the parser reads from: a text with places, bounds, and a count of steps.

use std::ops::Range;

use winnow::combinator::peek;
use winnow::error::ParserError;
use winnow::stream::{LocatingSlice, Location, Stateful, Stream};
use winnow::token::{take_till, take_while};
use winnow::{Parser, combinator::opt};

use crate::error::{ErrorKind, FilterError};
use crate::limits;
use crate::lists::Lists;

/// How the name of a list begins.
pub(crate) const LIST: &str = "@file:";

/// What is known beside the text.
#[derive(Clone, Copy)]
pub(super) struct State<'a> {
    pub lists: &'a dyn Lists,
    pub depth: usize,
    pub terms: usize,
    pub entries: usize,
    pub steps: usize,
    /// Where the last token ended, without the blanks behind it.
    pub end: usize,
}

impl std::fmt::Debug for State<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("depth", &self.depth)
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}

/// A text with places.
pub(super) type Input<'a> = Stateful<LocatingSlice<&'a str>, State<'a>>;

/// Why a part of the parser stopped.
#[derive(Debug)]
pub(super) enum Stop {
    /// It is something else; the input is as it was.
    NoMatch,
    /// The filter is wrong.
    Wrong(Box<FilterError>),
}

/// What a part of the parser gives.
pub(super) type Parsed<T> = Result<T, Stop>;

impl Stop {
    pub fn wrong(kind: ErrorKind, span: Range<usize>) -> Self {
        FilterError::new(kind, span).into()
    }
}

impl From<FilterError> for Stop {
    fn from(error: FilterError) -> Self {
        Self::Wrong(Box::new(error))
    }
}

impl<I: Stream> ParserError<I> for Stop {
    type Inner = Self;

    fn from_input(_: &I) -> Self {
        Self::NoMatch
    }

    fn is_backtrack(&self) -> bool {
        matches!(self, Self::NoMatch)
    }

    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

/// Returns the input that begins with `text`.
pub(super) fn start<'a>(text: &'a str, lists: &'a dyn Lists) -> Input<'a> {
    let state = State { lists, depth: 0, terms: 0, entries: 0, steps: 0, end: 0 };
    Stateful { input: LocatingSlice::new(text), state }
}

/// Returns the offset of the next character.
pub(super) fn at(input: &Input<'_>) -> usize {
    input.current_token_start()
}

/// Returns the offset behind the last token.
pub(super) fn end(input: &Input<'_>) -> usize {
    input.state.end
}

/// Returns what has not been taken yet.
pub(super) fn rest<'a>(input: &Input<'a>) -> &'a str {
    input.input.as_ref()
}

/// Notes that a token ends here.
pub(super) fn mark_end(input: &mut Input<'_>) {
    input.state.end = at(input);
}

/// Skips blanks.
pub(super) fn blanks(input: &mut Input<'_>) {
    let from = at(input);
    // Without an error type of its own the compiler cannot tell which one never happens.
    let _: Parsed<&str> = take_while(0.., char::is_whitespace).parse_next(input);
    input.state.steps += at(input) - from + 1;
}

/// Tells whether `c` ends a word.
pub(super) fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')' | '"')
}

/// Returns the next word without taking it; it may be empty.
pub(super) fn peek_word<'a>(input: &mut Input<'a>) -> &'a str {
    let found: Parsed<&str> = peek(take_till(0.., ends_word)).parse_next(input);
    let word = found.unwrap_or_default();
    input.state.steps += word.len() + 1;
    word
}

/// Takes a word.
pub(super) fn word<'a>(input: &mut Input<'a>) -> Parsed<(&'a str, Range<usize>)> {
    let length = peek_word(input).len();
    self::take(input, length)
}

/// Takes `length` bytes.
pub(super) fn take<'a>(input: &mut Input<'a>, length: usize) -> Parsed<(&'a str, Range<usize>)> {
    input.state.steps += length + 1;
    let chars = rest(input).get(..length).map_or(0, |taken| taken.chars().count());
    let found: Parsed<_> = winnow::token::take(chars).with_span().parse_next(input);
    mark_end(input);
    found
}

/// Takes `sign` if it comes next.
pub(super) fn sign(input: &mut Input<'_>, sign: char) -> Parsed<bool> {
    input.state.steps += 1;
    let found: Parsed<Option<char>> = opt(sign).parse_next(input);
    if matches!(found, Ok(Some(_))) {
        mark_end(input);
    }
    found.map(|found| found.is_some())
}

/// Returns the name of the field that comes next without taking it: letters right before a colon.
pub(super) fn field_name<'a>(input: &mut Input<'a>) -> Option<&'a str> {
    let name = peek((take_while(1.., |c: char| c.is_ascii_alphabetic()), ':'));
    let found: Parsed<Option<(&str, char)>> = opt(name).parse_next(input);
    let name = found.ok().flatten().map(|(name, _)| name);
    input.state.steps += name.map_or(1, str::len);
    name
}

/// Runs `parse` one bracket or negation deeper.
pub(super) fn deeper<'a, T>(input: &mut Input<'a>, parse: fn(&mut Input<'a>) -> Parsed<T>) -> Parsed<T> {
    if input.state.depth >= limits::DEPTH_MAX {
        let here = at(input);
        let length = rest(input).chars().next().map_or(0, char::len_utf8);
        return Err(Stop::wrong(ErrorKind::TooDeep, here..here + length));
    }
    input.state.depth += 1;
    let parsed = parse(input);
    input.state.depth -= 1;
    parsed
}

/// Counts one more test or value.
pub(super) fn count_term(input: &mut Input<'_>, span: &Range<usize>) -> Parsed<()> {
    input.state.terms += 1;
    if input.state.terms > limits::TERMS_MAX {
        return Err(Stop::wrong(ErrorKind::TooManyTerms, span.clone()));
    }
    Ok(())
}
