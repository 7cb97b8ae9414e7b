//! Lists of words or names that stand in files: `@file:brands.txt`.
//!
//! Holds: this crate reads no file; who calls it says what a list holds.

use crate::limits;

/// Gives the text of lists by their names.
pub trait Lists {
    /// Returns the text of the list, one entry a line.
    fn read(&self, name: &str) -> Result<String, ListError>;
}

/// Why a list has no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// Lists cannot be used here, as in an address of the web page.
    #[error("lists from files cannot be used here")]
    NotHere,
    /// There is no such list.
    #[error("there is no file {0}")]
    Missing(String),
    /// It is there but cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
}

/// No lists at all: for filters that come from where no file may be named.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoLists;

impl Lists for NoLists {
    fn read(&self, _: &str) -> Result<String, ListError> {
        Err(ListError::NotHere)
    }
}

/// Tells whether `name` can be the name of a list: letters, digits, `.`, `_` and `-`, not beginning with a dot, so that
/// no name leads out of the folder of lists.
pub(crate) fn is_list_name(name: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    matches!(name.len(), 1..=limits::LIST_NAME_BYTES_MAX) && name.bytes().all(legal) && !name.starts_with('.')
}

/// Yields the entries of a list with their line numbers from 1. Empty lines, and lines that begin with `# ` or
/// are `#` alone, say nothing.
pub(crate) fn entries(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().map(str::trim).zip(1..).map(|(line, number)| (number, line));
    lines.filter(|(_, line)| !line.is_empty() && *line != "#" && !line.starts_with("# "))
}
