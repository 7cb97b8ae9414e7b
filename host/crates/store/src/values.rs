//! Values between the model and the columns.

use std::str::FromStr;

use hark_model::{ItemUid, UnknownWord};
use rusqlite::Row;
use rusqlite::types::{FromSqlError, Type};

/// Reads one of the schema's words.
pub(crate) fn word<T: FromStr<Err = UnknownWord>>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    parse(row.get_ref(column)?.as_str()?, column)
}

/// Reads one of the schema's words, where there is one.
pub(crate) fn word_maybe<T: FromStr<Err = UnknownWord>>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<T>> {
    let text = row.get_ref(column)?.as_str_or_null()?;
    text.map(|text| parse(text, column)).transpose()
}

fn parse<T: FromStr<Err = UnknownWord>>(text: &str, column: usize) -> rusqlite::Result<T> {
    text.parse().map_err(|unknown: UnknownWord| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(unknown))
    })
}

/// Reads a uid back that was written as text.
pub(crate) fn uid_from_text(text: &str) -> Option<ItemUid> {
    let mut uid = [0; 16];
    let digits = text.as_bytes();
    if digits.len() != 2 * uid.len() {
        return None;
    }
    for (byte, pair) in uid.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(ItemUid::from_bytes(uid))
}

/// Reads a count, which is never negative.
pub(crate) fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<u64>> {
    let value: Option<i64> = row.get(column)?;
    value.map(|value| u64::try_from(value).map_err(|_| FromSqlError::OutOfRange(value).into())).transpose()
}

/// Returns a count as a column holds it; what no column can hold is cut to the most that it can.
pub(crate) fn column(count: Option<u64>) -> Option<i64> {
    count.map(|count| i64::try_from(count).unwrap_or(i64::MAX))
}

/// A value with the time that it is from: the newest wins, whatever the order in which values come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Latest<T> {
    pub value: Option<T>,
    pub at: Option<i64>,
}

impl<T: Ord> Latest<T> {
    /// Makes one of a value that was so at `at`; no value says nothing.
    pub fn new(value: Option<T>, at: i64) -> Self {
        let at = value.is_some().then_some(at);
        Self { value, at }
    }

    /// Takes over what is newer, at the same time what is greater; returns whether anything changed.
    pub fn merge(&mut self, other: Self) -> bool {
        let newer = (other.at, &other.value) > (self.at, &self.value);
        if newer {
            *self = other;
        }
        newer
    }
}
