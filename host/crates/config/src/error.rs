//! Complaints: each with its place, its key and what to do, all of them at once.
//!
//! Holds: sorted by place; no complaint carries a value that may be a secret.

use std::cell::RefCell;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::limits;
use crate::place::{Excerpt, Lines, Place, Show};
use crate::reader::Value;

/// What sort of complaint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// There is no such file.
    Missing,
    /// The file cannot be read.
    Unreadable,
    /// The text is not TOML.
    Syntax,
    /// A key that means nothing here.
    UnknownKey,
    /// A key that must be there.
    MissingKey,
    /// A number where a string should be, and so on.
    Type,
    /// A number outside its range.
    Range,
    /// A word that is not in its list, an address that is none, and so on.
    Value,
    /// A name outside its alphabet.
    Name,
    /// A pattern that cannot be understood or would match everything.
    Pattern,
    /// The same thing twice.
    Duplicate,
    /// A credential that stands in the file itself, or does not say where it comes from.
    Secret,
    /// More than the file may hold.
    TooMuch,
}

/// One complaint about a settings file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// What sort of complaint.
    pub kind: ErrorKind,
    /// The file, as it was named.
    pub path: PathBuf,
    /// Line from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// Column in characters from 1; 0 when the file as a whole is meant.
    pub column: usize,
    /// The key that is meant, with the tables it stands in; empty when none is.
    pub key: String,
    /// What is wrong and what to write instead, without the place.
    pub message: String,
    excerpt: Option<Excerpt>,
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.path.display())?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, ": {}", self.message)?;
        match &self.excerpt {
            Some(excerpt) => excerpt.write(f, self.line),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ConfigError {}

/// Every complaint about a settings file, sorted by place; at least one.
#[derive(Debug)]
pub struct ConfigErrors {
    errors: Vec<ConfigError>,
    cause: Option<std::io::Error>,
}

impl ConfigErrors {
    /// Returns the complaints, sorted by place.
    pub fn errors(&self) -> &[ConfigError] {
        &self.errors
    }

    pub(crate) fn whole_file(path: &Path, kind: ErrorKind, message: String) -> Self {
        let path = path.to_owned();
        let error =
            ConfigError { kind, path, line: 0, column: 0, key: String::new(), message, excerpt: None };
        Self { errors: vec![error], cause: None }
    }

    /// Says that there are no settings yet, and how to begin.
    pub(crate) fn no_settings(path: &Path) -> Self {
        let message = "there is no such file; run `hark demo` to see Hark at work without one, \
                       or write one that starts like this:\n\n"
            .to_owned()
            + &indented(crate::example::START);
        Self::whole_file(path, ErrorKind::Missing, message)
    }

    pub(crate) fn unreadable(path: &Path, cause: std::io::Error) -> Self {
        let mut errors = Self::whole_file(path, ErrorKind::Unreadable, "cannot be read".to_owned());
        errors.cause = Some(cause);
        errors
    }

    pub(crate) fn not_utf8(path: &Path, error: &std::string::FromUtf8Error) -> Self {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        let message = format!("line {line} holds bytes that are not UTF-8; save the file as UTF-8");
        Self::whole_file(path, ErrorKind::Unreadable, message)
    }
}

fn indented(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| if line.is_empty() { String::new() } else { format!("    {line}") })
        .collect();
    lines.join("\n")
}

impl std::fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (n, error) in self.errors.iter().enumerate() {
            if n > 0 {
                writeln!(f)?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
    }
}

/// Takes the complaints about one text while it is read.
pub struct Sink<'t> {
    lines: Lines<'t>,
    list: RefCell<Vec<ConfigError>>,
}

impl<'t> Sink<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { lines: Lines::new(text), list: RefCell::default() }
    }

    /// Returns how many complaints there are so far.
    pub fn count(&self) -> usize {
        self.list.borrow().len()
    }

    pub(crate) fn place(&self, at: usize) -> Place {
        self.lines.place(at)
    }

    /// Complains about a key: "`KEY` in TABLE WHY", where `why` is a verb and the rest.
    pub fn key<T>(&self, kind: ErrorKind, value: &Value<T>, why: &str) {
        self.push(kind, &value.span, value.path(), format!("{} {why}", value.describe()), Show::Line);
    }

    /// Complains about what was found: "`KEY` in TABLE: WHY", where `why` is a sentence of its own.
    pub fn value<T>(&self, kind: ErrorKind, value: &Value<T>, why: &str) {
        self.push(kind, &value.span, value.path(), format!("{}: {why}", value.describe()), Show::Line);
    }

    /// Returns the line of byte `at`, from 1.
    pub fn line_of(&self, at: usize) -> usize {
        self.place(at).line
    }

    /// Complains about a part of a string: `part` are bytes of it, not of the file. Where the file writes the string with
    /// escapes, the whole string is marked.
    pub fn part(&self, kind: ErrorKind, value: &Value<&str>, part: &Range<usize>, why: &str) {
        let span = self.lines.part_of(&value.span, value.inner, part);
        self.push(kind, &span, value.path(), format!("{}: {why}", value.describe()), Show::Line);
    }

    /// Complains about a credential, whose value is not shown; `why` is a verb and the rest.
    pub(crate) fn secret<T>(&self, value: &Value<T>, why: &str) {
        let message = format!("{} {why}", value.describe());
        self.push(ErrorKind::Secret, &value.span, value.path(), message, Show::KeyOnly);
    }

    /// Passes on what the parser says.
    pub(crate) fn syntax(&self, error: &toml::de::Error) {
        let span = error.span().unwrap_or(0..0);
        let (kind, message) = match error.message() {
            "duplicate key" => (ErrorKind::Duplicate, "this key or table is already there above".to_owned()),
            message => (ErrorKind::Syntax, format!("not TOML: {message}")),
        };
        self.push(kind, &span, String::new(), message, Show::Unparsed);
    }

    pub(crate) fn push(
        &self,
        kind: ErrorKind,
        span: &Range<usize>,
        key: String,
        message: String,
        show: Show,
    ) {
        let place = self.lines.place(span.start);
        let excerpt = self.lines.excerpt(span, show);
        let Place { line, column } = place;
        self.list.borrow_mut().push(ConfigError {
            kind,
            path: PathBuf::new(),
            line,
            column,
            key,
            message,
            excerpt,
        });
    }

    pub(crate) fn into_result<T>(self, path: &Path, value: T) -> Result<T, ConfigErrors> {
        if self.count() == 0 { Ok(value) } else { Err(self.into_errors(path)) }
    }

    pub(crate) fn into_errors(self, path: &Path) -> ConfigErrors {
        let mut errors = self.list.into_inner();
        errors.sort_by_key(|error| (error.line, error.column));
        errors.dedup();
        errors.truncate(limits::ERRORS_MAX);
        for error in &mut errors {
            error.path = path.to_owned();
        }
        ConfigErrors { errors, cause: None }
    }
}
