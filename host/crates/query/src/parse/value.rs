//! Reads one value: bare or in quotes, with a star before or behind, and then what its field makes of it.

use std::ops::Range;

use hark_model::ItemUid;
use winnow::Parser;
use winnow::combinator::opt;
use winnow::token::{any, one_of, take_till};

use super::input::{self, Input, Parsed, Stop};
use crate::ast::Value;
use crate::error::{ErrorKind, FilterError, shown};
use crate::field::{Field, Values};
use crate::limits;
use crate::name::{NamePattern, Part};
use crate::number::Bound;
use crate::phrase::Phrase;
use crate::when::When;

/// Where a bare value ends, beside blanks, brackets and quotes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    /// Nowhere else.
    Blank,
    /// At a comma, too.
    Comma,
}

/// A value as written.
#[derive(Debug, Clone)]
pub(super) struct Raw {
    /// Without quotes and stars.
    pub text: String,
    pub is_quoted: bool,
    pub star_before: bool,
    pub star_behind: bool,
    pub span: Range<usize>,
}

/// Reads a value; it may be empty.
pub(super) fn raw(input: &mut Input<'_>, ends: Ends) -> Parsed<Raw> {
    let start = input::at(input);
    let star_before = input::sign(input, '*')?;
    let mut raw = if input::rest(input).starts_with('"') {
        let text = quoted(input)?;
        let star_behind = input::sign(input, '*')?;
        Raw { text, is_quoted: true, star_before, star_behind, span: 0..0 }
    } else {
        let end = move |c: char| input::ends_word(c) || (ends == Ends::Comma && c == ',');
        let bare: Parsed<(&str, Range<usize>)> = take_till(0.., end).with_span().parse_next(input);
        let (text, span) = bare?;
        let inner = text.strip_suffix('*').unwrap_or(text);
        if let Some(at) = inner.find('*') {
            return Err(Stop::wrong(ErrorKind::Star, span.start + at..span.start + at + 1));
        }
        Raw { text: inner.to_owned(), is_quoted: false, star_before, star_behind: inner != text, span: 0..0 }
    };
    raw.span = start..input::at(input);
    input.state.steps += raw.span.len() + 1;
    input::mark_end(input);
    Ok(raw)
}

/// Reads a text in quotes; `\"` and `\\` stand for `"` and `\`.
fn quoted(input: &mut Input<'_>) -> Parsed<String> {
    let start = input::at(input);
    let open = move || Stop::wrong(ErrorKind::OpenQuote, start..start + 1);
    input::sign(input, '"')?;
    let mut text = String::new();
    loop {
        let plain: Parsed<&str> = take_till(0.., ['"', '\\']).parse_next(input);
        text += plain?;
        input.state.steps += 1;
        let sign: Parsed<char> = any.parse_next(input);
        if sign.map_err(|_| open())? == '"' {
            return Ok(text);
        }
        let escaped: Parsed<Option<char>> = opt(one_of(['"', '\\'])).parse_next(input);
        text.push(escaped?.unwrap_or('\\'));
    }
}

impl Raw {
    /// Takes a line of a list: all of it is the value, quotes or not.
    pub fn of_line(line: &str, span: Range<usize>) -> Self {
        let inner = line.strip_prefix('*').unwrap_or(line);
        let text = inner.strip_suffix('*').unwrap_or(inner);
        let plain = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        Self {
            text: plain.unwrap_or(text).to_owned(),
            is_quoted: plain.is_some(),
            star_before: inner != line,
            star_behind: text != inner,
            span,
        }
    }

    /// Tells whether nothing at all stands here.
    pub fn is_nothing(&self) -> bool {
        self.text.is_empty() && !self.is_quoted && !self.star_before && !self.star_behind
    }

    /// Returns the words.
    pub fn phrase(self) -> Parsed<Phrase> {
        // The index sees no stars, so one that is not told apart here would say nothing.
        if self.star_before || self.text.contains('*') {
            return Err(Stop::wrong(ErrorKind::Star, self.span));
        }
        let span = self.span.clone();
        Phrase::parse(&self.text, self.star_behind)
            .map_err(|why| Stop::wrong(ErrorKind::Phrase { text: shown(&self.text), why }, span))
    }

    /// Returns what `field` makes of it.
    pub fn value(self, field: Field) -> Parsed<Value> {
        let info = field.info();
        if let Values::Words(_) = info.values {
            return self.phrase().map(Value::Phrase);
        }
        if let Values::Names { none, me } = info.values {
            return self.name(field, none, me);
        }
        let found = match info.values {
            // A star means nothing to these.
            _ if self.star_before || self.star_behind || self.text.len() > limits::VALUE_BYTES_MAX => None,
            Values::Choice(words) => choice(&self.text, words).map(Value::Choice),
            Values::Flags(flags) => {
                let flag = flags.iter().find(|flag| flag.word.eq_ignore_ascii_case(&self.text));
                flag.map(|info| Value::Flag(info.flag))
            }
            Values::Count => bound(&self.text, count).map(Value::Bound),
            Values::Fraction { low, high, or } => choice(&self.text, or)
                .map(Value::Choice)
                .or_else(|| bound(&self.text, |text| fraction(text, low, high)).map(Value::Bound)),
            Values::Time => When::parse(&self.text).map(Value::When),
            Values::Language => language(&self.text).map(Value::Language),
            Values::Item => uid(&self.text).map(Value::Item),
            Values::Words(_) | Values::Names { .. } => None,
        };
        match found {
            Some(Value::Bound(Bound::Within(low, high))) if low > high => {
                let kind = ErrorKind::EmptyRange { low: low.to_string(), high: high.to_string() };
                Err(Stop::wrong(kind, self.span))
            }
            Some(value) => Ok(value),
            None => Err(self.refused(field)),
        }
    }

    fn name(mut self, field: Field, none: bool, me: bool) -> Parsed<Value> {
        let is_plain = !self.is_quoted && !self.star_before && !self.star_behind;
        if is_plain && none && self.text.eq_ignore_ascii_case("none") {
            return Ok(Value::None);
        }
        if is_plain && me && self.text.eq_ignore_ascii_case("me") {
            return Ok(Value::Me);
        }
        let part = match (self.star_before, self.star_behind) {
            (true, true) => return Err(Stop::wrong(ErrorKind::Star, self.span)),
            (true, false) => Part::End,
            (false, true) => Part::Start,
            (false, false) => Part::Whole,
        };
        // People write `author:@jo`; no platform has the sign in the handle.
        if !self.is_quoted && part != Part::End && matches!(field, Field::Author | Field::Assignee) {
            self.text = self.text.strip_prefix('@').map(str::to_owned).unwrap_or(self.text);
        }
        if self.text.len() > limits::VALUE_BYTES_MAX {
            return Err(self.refused(field));
        }
        NamePattern::new(&self.text, part).map(Value::Name).ok_or_else(|| self.refused(field))
    }

    fn refused(&self, field: Field) -> Stop {
        let stars = (if self.star_before { "*" } else { "" }, if self.star_behind { "*" } else { "" });
        let found = format!("{}{}{}", stars.0, shown(&self.text), stars.1);
        let error = FilterError::new(ErrorKind::Value { field, found }, self.span.clone());
        error.suggest(&self.text, field.info().words().into_iter()).into()
    }
}

fn choice(text: &str, words: &'static [&'static str]) -> Option<&'static str> {
    words.iter().find(|word| word.eq_ignore_ascii_case(text)).copied()
}

fn bound(text: &str, number: impl Fn(&str) -> Option<f64>) -> Option<Bound> {
    let with = |rest: &str, make: fn(f64) -> Bound| number(rest).map(make);
    if let Some(rest) = text.strip_prefix("<=") {
        with(rest, Bound::AtMost)
    } else if let Some(rest) = text.strip_prefix(">=") {
        with(rest, Bound::AtLeast)
    } else if let Some(rest) = text.strip_prefix('<') {
        with(rest, Bound::Below)
    } else if let Some(rest) = text.strip_prefix('>') {
        with(rest, Bound::Above)
    } else if let Some((low, high)) = text.split_once("..") {
        Some(Bound::Within(number(low)?, number(high)?))
    } else {
        with(text, Bound::Is)
    }
}

/// Reads digits with a point, and nothing else that a number could be written as.
fn decimal(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let has_digit = digits.bytes().any(|byte| byte.is_ascii_digit());
    // Zero has no sign here.
    if is_plain && has_digit { text.parse().ok().map(|number: f64| number + 0.0) } else { None }
}

fn fraction(text: &str, low: f64, high: f64) -> Option<f64> {
    decimal(text).filter(|number| (low..=high).contains(number))
}

/// Reads a whole number; `k` is a thousand, `m` a million.
fn count(text: &str) -> Option<f64> {
    let (digits, times) = match text.as_bytes().last()? {
        b'k' | b'K' => (&text[..text.len() - 1], 1e3),
        b'm' | b'M' => (&text[..text.len() - 1], 1e6),
        _ => (text, 1.0),
    };
    let number = decimal(digits)? * times;
    // A few thousandths too many come from the multiplication, not from who wrote it.
    let whole = number.round();
    let is_whole = (number - whole).abs() < 1e-6;
    (is_whole && (0.0..=limits::COUNT_MAX as f64).contains(&whole)).then_some(whole + 0.0)
}

/// Reads the form of a BCP 47 tag: two or three letters, then parts of up to eight letters and digits.
fn language(text: &str) -> Option<String> {
    let mut parts = text.split('-');
    let first = parts.next()?;
    let is_first = matches!(first.len(), 2 | 3) && first.bytes().all(|byte| byte.is_ascii_alphabetic());
    let mut is_part =
        |part: &str| matches!(part.len(), 1..=8) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_first && parts.all(&mut is_part)).then(|| text.to_ascii_lowercase())
}

fn uid(text: &str) -> Option<ItemUid> {
    if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 16];
    for (n, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * n..2 * n + 2], 16).ok()?;
    }
    Some(ItemUid::from_bytes(bytes))
}
