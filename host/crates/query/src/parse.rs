//! Reads a filter: words, phrases, fields, lists, and what joins them.
//!
//! Holds: each character is looked at a bounded number of times, whatever the text (`steps`); what is wrong is said
//! of the exact characters. `or` binds least, then `and` (also unwritten), then `not` and `-`, then `NEAR/5`.

mod input;
mod list;
mod value;

#[cfg(test)]
mod tests;

use crate::ast::{Expr, Filter, Near, Test, Value};
use crate::error::{ErrorKind, FilterError, shown};
use crate::field::{FIELDS, Field};
use crate::limits;
use crate::lists::{Lists, NoLists};
use crate::phrase::Phrase;
use crate::span::Spanned;
use input::{Input, Parsed, Stop};

impl Filter {
    /// Reads a filter; `lists` says what the files hold that it names.
    pub fn parse(text: &str, lists: &dyn Lists) -> Result<Self, FilterError> {
        read(text, lists).0
    }
}

/// Reads a filter that may name no list.
impl std::str::FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        Self::parse(text, &NoLists)
    }
}

/// Reads a filter; tells also how many steps that took: characters looked at, and calls.
fn read(text: &str, lists: &dyn Lists) -> (Result<Filter, FilterError>, usize) {
    if text.len() > limits::FILTER_BYTES_MAX {
        let from = text.floor_char_boundary(limits::FILTER_BYTES_MAX);
        return (Err(FilterError::new(ErrorKind::TooLong, from..text.len())), 0);
    }
    if let Some((at, c)) = text.char_indices().find(|(_, c)| c.is_control() && !c.is_whitespace()) {
        let error = FilterError::new(ErrorKind::Control(c), at..at + c.len_utf8());
        return (Err(error), text.len());
    }
    let mut input = input::start(text, lists);
    let root = whole(&mut input).map_err(|stop| match stop {
        Stop::Wrong(error) => *error,
        // Nothing gives up without saying why; were it so, the place is still right.
        Stop::NoMatch => {
            let at = input::at(&input);
            FilterError::new(ErrorKind::NoOperand { after: String::new() }, at..at)
        }
    });
    (root.map(|root| Filter { root }), input.state.steps)
}

/// What comes next, seen without taking it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    End,
    Close,
    Or,
    And,
    Not,
    Near,
    Other,
}

fn next(input: &mut Input<'_>) -> Next {
    input::blanks(input);
    let rest = input::rest(input);
    if rest.is_empty() {
        return Next::End;
    }
    if rest.starts_with(')') {
        return Next::Close;
    }
    // Not an operator, and the word behind it would be looked at again for each of many.
    if rest.starts_with('-') {
        return Next::Other;
    }
    let word = input::peek_word(input);
    match word {
        _ if word.eq_ignore_ascii_case("or") => Next::Or,
        _ if word.eq_ignore_ascii_case("and") => Next::And,
        _ if word.eq_ignore_ascii_case("not") => Next::Not,
        _ if is_near(word) => Next::Near,
        _ => Next::Other,
    }
}

/// Tells whether a word is meant as the operator. In lower case and without a number it is a word like others.
pub(crate) fn is_near(word: &str) -> bool {
    word == "NEAR" || word.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("near/"))
}

fn whole(input: &mut Input<'_>) -> Parsed<Option<Expr>> {
    if next(input) == Next::End {
        return Ok(None);
    }
    let root = or(input)?;
    if next(input) == Next::End {
        return Ok(Some(root));
    }
    // Everything but a closing bracket would have been taken as one more part.
    let at = input::at(input);
    Err(Stop::wrong(ErrorKind::CloseBracket, at..at + 1))
}

fn or(input: &mut Input<'_>) -> Parsed<Expr> {
    let mut parts = vec![and(input)?];
    while next(input) == Next::Or {
        operator(input)?;
        parts.push(and(input)?);
    }
    Expr::any(parts).ok_or(Stop::NoMatch)
}

fn and(input: &mut Input<'_>) -> Parsed<Expr> {
    let mut parts = vec![unary(input)?];
    loop {
        match next(input) {
            Next::End | Next::Close | Next::Or => return Expr::all(parts).ok_or(Stop::NoMatch),
            Next::And => operator(input)?,
            Next::Not | Next::Near | Next::Other => {}
        }
        parts.push(unary(input)?);
    }
}

/// Takes an operator, and complains if nothing stands behind it.
fn operator(input: &mut Input<'_>) -> Parsed<()> {
    let (word, span) = input::word(input)?;
    match next(input) {
        Next::End | Next::Close => Err(Stop::wrong(ErrorKind::NoOperand { after: shown(word) }, span)),
        _ => Ok(()),
    }
}

fn unary(input: &mut Input<'_>) -> Parsed<Expr> {
    if next(input) == Next::Not {
        operator(input)?;
        return input::deeper(input, unary).map(Expr::denied);
    }
    let start = input::at(input);
    if !input::sign(input, '-')? {
        return near(input);
    }
    if input::rest(input).chars().next().is_none_or(|c| c.is_whitespace() || c == ')') {
        return Err(Stop::wrong(ErrorKind::NoOperand { after: "-".to_owned() }, start..start + 1));
    }
    input::deeper(input, unary).map(Expr::denied)
}

/// Reads words near each other, or what stands alone.
fn near(input: &mut Input<'_>) -> Parsed<Expr> {
    let start = input::at(input);
    let first = atom(input)?;
    let mut phrases = Vec::new();
    let mut distance = None;
    if next(input) == Next::Near {
        phrases.push(near_operand(first.clone())?);
    }
    while next(input) == Next::Near {
        let wanted = near_distance(input)?;
        let first = *distance.get_or_insert(wanted.inner);
        if first != wanted.inner {
            return Err(Stop::wrong(ErrorKind::NearMixed { first }, wanted.span));
        }
        phrases.push(near_operand(atom(input)?)?);
        if phrases.len() > limits::NEAR_PHRASES_MAX {
            return Err(Stop::wrong(ErrorKind::NearTooMany, start..input::at(input)));
        }
    }
    let Some(words_between) = distance else { return Ok(first) };
    let test = Test::Near(Near { phrases, words_between });
    Ok(Expr::Test(Spanned { inner: test, span: start..input::end(input) }))
}

fn near_distance(input: &mut Input<'_>) -> Parsed<Spanned<u32>> {
    let (word, span) = input::word(input)?;
    let digits = word.get(5..).filter(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    let distance = digits.and_then(|digits| digits.parse().ok()).filter(|n| *n <= limits::NEAR_WORDS_MAX);
    let Some(inner) = distance else { return Err(Stop::wrong(ErrorKind::NearDistance, span)) };
    match next(input) {
        Next::End | Next::Close => Err(Stop::wrong(ErrorKind::NoOperand { after: shown(word) }, span)),
        _ => Ok(Spanned { inner, span }),
    }
}

fn near_operand(operand: Expr) -> Parsed<Phrase> {
    match operand {
        Expr::Test(Spanned { inner: Test::Phrase(phrase), .. }) => Ok(phrase),
        other => {
            let mut span = None;
            Filter { root: Some(other) }.each_test(&mut |_, at| {
                let whole: &mut std::ops::Range<usize> = span.get_or_insert(at.clone());
                whole.end = at.end;
            });
            Err(Stop::wrong(ErrorKind::NearOperand, span.unwrap_or_default()))
        }
    }
}

fn atom(input: &mut Input<'_>) -> Parsed<Expr> {
    let start = input::at(input);
    match next(input) {
        Next::Or | Next::And | Next::Not | Next::Near => {
            let (word, span) = input::word(input)?;
            return Err(Stop::wrong(ErrorKind::NothingBefore { before: shown(word) }, span));
        }
        Next::Close => return Err(Stop::wrong(ErrorKind::CloseBracket, start..start + 1)),
        Next::End | Next::Other => {}
    }
    let rest = input::rest(input);
    if rest.starts_with('(') {
        return brackets(input);
    }
    let test = match rest.chars().next() {
        Some('"') => Test::Phrase(words(input)?),
        Some('@') if rest.starts_with(input::LIST) => list::words(input)?,
        Some('#') => Test::Field(Field::Tag, vec![sigil(input, Field::Tag)?]),
        Some('@') => Test::Field(Field::Mention, vec![sigil(input, Field::Mention)?]),
        _ => match input::field_name(input) {
            Some(name) => field(input, name)?,
            None => Test::Phrase(words(input)?),
        },
    };
    let span = start..input::end(input);
    input::count_term(input, &span)?;
    Ok(Expr::Test(Spanned { inner: test, span }))
}

fn brackets(input: &mut Input<'_>) -> Parsed<Expr> {
    let start = input::at(input);
    input::sign(input, '(')?;
    if next(input) == Next::Close {
        return Err(Stop::wrong(ErrorKind::EmptyBrackets, start..input::at(input) + 1));
    }
    if next(input) == Next::End {
        return Err(Stop::wrong(ErrorKind::OpenBracket, start..start + 1));
    }
    let inner = input::deeper(input, or)?;
    if next(input) != Next::Close {
        return Err(Stop::wrong(ErrorKind::OpenBracket, start..start + 1));
    }
    input::sign(input, ')')?;
    Ok(inner)
}

/// Reads a word, a prefix, or a phrase in quotes.
fn words(input: &mut Input<'_>) -> Parsed<Phrase> {
    value::raw(input, value::Ends::Blank)?.phrase()
}

/// Reads `#name` or `@name`.
fn sigil(input: &mut Input<'_>, field: Field) -> Parsed<Value> {
    let start = input::at(input);
    let sign = if field == Field::Tag { '#' } else { '@' };
    input::sign(input, sign)?;
    let raw = value::raw(input, value::Ends::Blank)?;
    if raw.text.is_empty() {
        return Err(Stop::wrong(ErrorKind::NoName(sign), start..start + 1));
    }
    raw.value(field)
}

fn field(input: &mut Input<'_>, name: &str) -> Parsed<Test> {
    let (name, span) = input::take(input, name.len())?;
    let Some(field) = Field::by_name(name) else {
        let error = FilterError::new(ErrorKind::UnknownField { name: shown(name) }, span);
        return Err(error.suggest(name, FIELDS.iter().map(|info| info.name)).into());
    };
    input::sign(input, ':')?;
    let mut values = vec![one_value(input, field)?];
    while input::sign(input, ',')? {
        let span = input::at(input) - 1..input::at(input);
        if !field.info().takes_many() {
            return Err(Stop::wrong(ErrorKind::OneValue(field), span));
        }
        input::count_term(input, &span)?;
        values.push(one_value(input, field)?);
    }
    Ok(Test::Field(field, values))
}

fn one_value(input: &mut Input<'_>, field: Field) -> Parsed<Value> {
    if input::rest(input).starts_with(input::LIST) && field.info().takes_many() {
        return list::values(input, field);
    }
    let raw = value::raw(input, value::Ends::Comma)?;
    if raw.is_nothing() {
        return Err(Stop::wrong(ErrorKind::NoValue(field), raw.span));
    }
    raw.value(field)
}
