//! What is wrong with a file of rules: each with its place, its key and what to do.

use std::ops::Range;
use std::path::{Path, PathBuf};

/// One complaint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}:{column}: {}{message}", .path.display(), in_key(.key))]
pub struct RuleError {
    /// The file, as it was called.
    pub path: PathBuf,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The key that is meant, with the tables it stands in: `rule[2].weight`; empty when none is.
    pub key: String,
    /// What is wrong and what to write instead.
    pub message: String,
}

fn in_key(key: &str) -> String {
    if key.is_empty() { String::new() } else { format!("`{key}`: ") }
}

/// Every complaint about a file, in order of place; at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleErrors(Vec<RuleError>);

impl RuleErrors {
    /// Returns the complaints.
    pub fn errors(&self) -> &[RuleError] {
        &self.0
    }
}

impl std::fmt::Display for RuleErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, error) in self.0.iter().enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for RuleErrors {}

/// Takes complaints while a file is read.
pub(crate) struct Complaints<'t> {
    text: &'t str,
    path: &'t Path,
    /// With where the value stands that is meant.
    list: Vec<(Range<usize>, RuleError)>,
}

impl<'t> Complaints<'t> {
    pub fn new(text: &'t str, path: &'t Path) -> Self {
        Self { text, path, list: Vec::new() }
    }

    /// Complains about `key`, whose value stands in `span`.
    pub fn add(&mut self, span: Range<usize>, key: impl Into<String>, message: impl Into<String>) {
        let before = &self.text[..self.text.floor_char_boundary(span.start)];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        let (path, key, message) = (self.path.to_owned(), key.into(), message.into());
        self.list.push((span, RuleError { path, line, column, key, message }));
    }

    /// Returns `value` where nothing was complained about.
    pub fn into_result<T>(mut self, value: T) -> Result<T, RuleErrors> {
        self.list.sort_by_key(|(_, error)| (error.line, error.column));
        let errors: Vec<RuleError> = self.list.into_iter().map(|(_, error)| error).collect();
        if errors.is_empty() { Ok(value) } else { Err(RuleErrors(errors)) }
    }

    /// Returns each message, with the text that it is about.
    pub fn into_messages(self) -> impl Iterator<Item = (&'t str, String)> {
        let text = self.text;
        self.list.into_iter().map(move |(span, error)| (text.get(span).unwrap_or_default(), error.message))
    }
}
