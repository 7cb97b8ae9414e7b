//! Where in the file something stands, and the line that is shown for it.
//!
//! Holds: what may be a secret is never part of an excerpt. Not here: what is wrong there.

use std::ops::Range;

use crate::limits;

/// A place in a file, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
}

/// The lines of a text, found once.
pub(crate) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub fn new(text: &'t str) -> Self {
        let behind_feeds = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(behind_feeds).collect() }
    }

    /// Returns the place of byte `at`; one behind the end is the end.
    pub fn place(&self, at: usize) -> Place {
        let at = floor(self.text, at);
        let line = self.starts.partition_point(|start| *start <= at);
        let column = self.text[self.starts[line - 1]..at].chars().count() + 1;
        Place { line, column }
    }

    /// Returns line `line` (from 1) without its end.
    pub fn line(&self, line: usize) -> &'t str {
        let start = self.starts[line - 1];
        let end = self.starts.get(line).copied().unwrap_or(self.text.len());
        self.text[start..end].trim_end_matches(['\n', '\r'])
    }

    /// Returns where bytes `part` of the string `inner` stand that is written at `span`, or `span` where it is written
    /// with escapes.
    pub fn part_of(&self, span: &Range<usize>, inner: &str, part: &Range<usize>) -> Range<usize> {
        let written = self.text.get(span.clone()).unwrap_or_default();
        match written.find(inner).filter(|_| !inner.is_empty()) {
            Some(at) => span.start + at + part.start..span.start + at + part.end,
            None => span.clone(),
        }
    }

    /// Returns the line of `span` with what it marks.
    pub fn excerpt(&self, span: &Range<usize>, show: Show) -> Option<Excerpt> {
        let place = self.place(span.start);
        let line = self.line(place.line);
        let marked = self.text[floor(self.text, span.start)..floor(self.text, span.end)].lines().next();
        let mark_chars = marked.map_or(0, |text| text.chars().count()).max(1);
        let line = match show {
            Show::Line => hide_secrets(line),
            Show::KeyOnly => hide_behind(line, line.find('=')),
            Show::Unparsed if self.is_among_credentials(place.line) => return None,
            Show::Unparsed => hide_secrets(line),
        };
        Some(Excerpt::window(&line, place.column - 1, mark_chars))
    }

    /// Tells whether the header above `line` opens a table of credentials.
    fn is_among_credentials(&self, line: usize) -> bool {
        let header =
            (1..=line).rev().map(|line| self.line(line)).find(|text| text.trim_start().starts_with('['));
        header.is_some_and(|header| header.contains("credential"))
    }
}

/// How much of a line may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Show {
    /// All but the values of keys that sound like secrets.
    Line,
    /// The key; its value may be a secret.
    KeyOnly,
    /// As `Line`, but nothing below a header of credentials: the parser cannot tell key from value.
    Unparsed,
}

/// One line of the file and the part of it that is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Excerpt {
    line: String,
    before: String,
    mark_chars: usize,
}

impl Excerpt {
    fn window(line: &str, column: usize, mark_chars: usize) -> Self {
        let chars: Vec<char> = line.chars().collect();
        let column = column.min(chars.len());
        let from = match chars.len() > limits::EXCERPT_CHARS_MAX {
            true => column.saturating_sub(limits::EXCERPT_CHARS_MAX / 2),
            false => 0,
        };
        let to = chars.len().min(from + limits::EXCERPT_CHARS_MAX);
        let mut shown: String = chars[from..to].iter().map(|c| printable(*c)).collect();
        // A tab keeps the caret under its key whatever the terminal makes of it.
        let mut before: String =
            chars[from..column].iter().map(|c| if *c == '\t' { '\t' } else { ' ' }).collect();
        if from > 0 {
            shown.insert(0, '…');
            before.insert(0, ' ');
        }
        if to < chars.len() {
            shown.push('…');
        }
        let mark_chars = mark_chars.min(to.saturating_sub(column)).max(1);
        Self { line: shown, before, mark_chars }
    }

    /// Writes the two lines below a complaint about line `number`.
    pub fn write(&self, f: &mut std::fmt::Formatter<'_>, number: usize) -> std::fmt::Result {
        let gutter = number.to_string();
        write!(f, "\n  {gutter} | {}", self.line)?;
        write!(f, "\n  {:width$} | {}{}", "", self.before, "^".repeat(self.mark_chars), width = gutter.len())
    }
}

/// Returns what a terminal may be given for `c`.
fn printable(c: char) -> char {
    if c.is_control() && c != '\t' { '\u{fffd}' } else { c }
}

fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at.min(text.len()))
}

/// Returns `line` with what stands behind the first key that sounds like a secret taken out.
fn hide_secrets(line: &str) -> String {
    let equals = line.match_indices('=').map(|(at, _)| at).find(|at| sounds_secret(key_before(line, *at)));
    hide_behind(line, equals)
}

fn hide_behind(line: &str, equals: Option<usize>) -> String {
    match equals {
        Some(at) => format!("{}= ***", &line[..at]),
        None => line.to_owned(),
    }
}

fn key_before(line: &str, equals: usize) -> &str {
    let before = line[..equals].trim_end();
    let start = before.rfind([' ', '\t', ',', '{']).map_or(0, |at| at + 1);
    &before[start..]
}

/// Tells whether a key of this name may hold a secret, put there by mistake.
fn sounds_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["pass", "pwd", "secret", "token", "key", "credential", "auth"].iter().any(|word| key.contains(word))
        && !key.ends_with("author")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let lines = Lines::new("a\nüb\r\nc");
        let cases = [(0, 1, 1), (1, 1, 2), (2, 2, 1), (4, 2, 2), (3, 2, 1), (7, 3, 1), (8, 3, 2), (99, 3, 2)];
        for (at, line, column) in cases {
            assert_eq!(lines.place(at), Place { line, column }, "byte {at}");
        }
        assert_eq!(lines.line(2), "üb");
    }

    #[test]
    fn what_may_be_secret_is_not_shown() {
        for (line, want) in [
            ("poll_secs = 60", "poll_secs = 60"),
            ("password = \"hunter2\"", "password = ***"),
            (
                "settings = { host = \"a\", api_key = \"hunter2\" }",
                "settings = { host = \"a\", api_key = ***",
            ),
            ("source.x.credentials.pw = \"hunter2\"", "source.x.credentials.pw = ***"),
            ("words = [\"token\"]", "words = [\"token\"]"),
            ("author = \"@jo\"", "author = \"@jo\""),
        ] {
            assert_eq!(hide_secrets(line), want);
        }
    }

    #[test]
    fn a_long_line_is_shown_around_its_mark() {
        let line = format!("{}bad{}", "x".repeat(500), "y".repeat(500));
        let excerpt = Lines::new(&line).excerpt(&(500..503), Show::Line).unwrap();
        assert!(excerpt.line.starts_with('…') && excerpt.line.ends_with('…'));
        assert_eq!(excerpt.line.chars().count(), limits::EXCERPT_CHARS_MAX + 2);
        let column = excerpt.before.chars().count();
        assert_eq!(excerpt.line.chars().skip(column).take(3).collect::<String>(), "bad");
    }
}
