//! Reads `@file:name` and what the file holds.
//!
//! Holds: an entry that is wrong is named by file and line, and refuses the filter: a list of which a part was
//! left out would find less than it says.

use std::ops::Range;

use super::input::{self, Input, Parsed, Stop};
use super::value::{self, Raw};
use crate::ast::{Test, Value, WordList};
use crate::error::{ErrorKind, FilterError};
use crate::field::Field;
use crate::limits;
use crate::lists;

/// Reads a list of words, tags and mentions.
pub(super) fn words(input: &mut Input<'_>) -> Parsed<Test> {
    let (name, entries) = list(input, value::Ends::Blank, entry)?;
    Ok(Test::List(WordList { name, entries }))
}

/// Reads a list of values of `field`.
pub(super) fn values(input: &mut Input<'_>, field: Field) -> Parsed<Value> {
    let (name, values) = list(input, value::Ends::Comma, |line, span| Raw::of_line(line, span).value(field))?;
    Ok(Value::List { name, values })
}

fn entry(line: &str, span: Range<usize>) -> Parsed<Test> {
    for (sign, field) in [('#', Field::Tag), ('@', Field::Mention)] {
        if let Some(rest) = line.strip_prefix(sign) {
            let raw = Raw::of_line(rest, span.clone());
            if raw.text.is_empty() {
                return Err(Stop::wrong(ErrorKind::NoName(sign), span));
            }
            return Ok(Test::Field(field, vec![raw.value(field)?]));
        }
    }
    Raw::of_line(line, span).phrase().map(Test::Phrase)
}

fn list<T>(
    input: &mut Input<'_>,
    ends: value::Ends,
    read: impl Fn(&str, Range<usize>) -> Parsed<T>,
) -> Parsed<(String, Vec<T>)> {
    let (_, sign) = input::take(input, input::LIST.len())?;
    let raw = value::raw(input, ends)?;
    let span = sign.start..raw.span.end;
    let refuse = |kind| Stop::wrong(kind, span.clone());
    if raw.is_quoted || raw.star_before || raw.star_behind || !lists::is_list_name(&raw.text) {
        return Err(refuse(ErrorKind::ListName));
    }
    let name = raw.text;
    let text = input.state.lists.read(&name);
    let text = text.map_err(|why| refuse(ErrorKind::List { name: name.clone(), why }))?;
    if text.len() > limits::LIST_BYTES_MAX {
        return Err(refuse(ErrorKind::ListTooLong { name }));
    }
    let mut entries = Vec::new();
    for (line, entry) in lists::entries(text.strip_prefix('\u{feff}').unwrap_or(&text)) {
        input.state.entries += 1;
        if input.state.entries > limits::LIST_ENTRIES_MAX {
            return Err(refuse(ErrorKind::ListTooLong { name }));
        }
        if let Some(c) = entry.chars().find(|c| c.is_control()) {
            let why = Box::new(ErrorKind::Control(c));
            return Err(refuse(ErrorKind::ListEntry { name, line, why }));
        }
        entries.push(read(entry, span.clone()).map_err(|stop| in_line(stop, &name, line))?);
    }
    if entries.is_empty() { Err(refuse(ErrorKind::ListEmpty { name })) } else { Ok((name, entries)) }
}

/// Names the line that an error was met in.
fn in_line(stop: Stop, name: &str, line: usize) -> Stop {
    match stop {
        Stop::NoMatch => Stop::NoMatch,
        Stop::Wrong(error) => {
            let FilterError { kind, span, suggestion } = *error;
            let kind = ErrorKind::ListEntry { name: name.to_owned(), line, why: Box::new(kind) };
            FilterError { kind, span, suggestion }.into()
        }
    }
}
