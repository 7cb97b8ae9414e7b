//! Which parts of a text are its author's own words of this moment.
//!
//! Holds: what somebody else wrote (quoted lines, forwarded mails), and what everybody writes (salutation,
//! closing, signature), says nothing of how the author feels: "Dear" and "Best regards" would make every
//! complaint by mail a happy one. The forms are plain enough to be looked for in any text, so that nothing
//! needs to know where it came from. Not here: languages, feelings.

use std::ops::Range;

use crate::lexicon::Lexicon;
use crate::limits;
use crate::steps;

/// Lines that begin a mail pasted below, when a line of the second sort follows.
const FORWARD_FROM: &[&str] = &["from:", "von:", "de:", "de :", "da:"];
const FORWARD_NEXT: &[&str] =
    &["sent:", "date:", "to:", "gesendet:", "datum:", "an:", "envoyé", "date :", "enviado", "inviato"];

/// Closings that stand alone in a line.
const CLOSINGS: &[&str] = &[
    "best",
    "best regards",
    "best wishes",
    "cheers",
    "faithfully yours",
    "kind regards",
    "kindest regards",
    "many regards",
    "regards",
    "respectfully",
    "sincerely",
    "sincerely yours",
    "warm regards",
    "warmest regards",
    "warmly",
    "with best regards",
    "with kind regards",
    "yours faithfully",
    "yours sincerely",
    "yours truly",
];

/// Most lines that a signature behind a bare `--` may have.
const SIGNATURE_LINES_MAX: usize = 12;
/// Longest line that can be a salutation or a closing.
const FORMULA_BYTES_MAX: usize = 60;

/// Returns the ranges of `text` that are the author's own words, in order, up to the bound.
pub(crate) fn ranges(text: &str, lexicon: &Lexicon) -> Vec<Range<usize>> {
    let mut kept = Kept::default();
    if !text.contains('\n') && !text.trim_start().starts_with('>') {
        kept.add(text, 0..text.len());
        return kept.ranges;
    }
    let text = &text[..text.floor_char_boundary(limits::SEARCHED_BYTES_MAX)];
    let lines = Lines::of(text);
    let mut at = 0;
    let mut is_first = true;
    while at < lines.spans.len() && kept.bytes < limits::SCORED_BYTES_MAX {
        if lines.begins_the_rest(at) {
            break;
        }
        // A line is looked at as itself, and as what follows another.
        steps::taken((at..at + 3).map(|at| lines.line(at).len()).sum());
        let attribution = lines.attribution(at, lexicon);
        if attribution > 0 {
            at += attribution;
            continue;
        }
        let line = lines.line(at).trim();
        let is_formula = if is_first { is_salutation(line) } else { is_closing(line) };
        if !is_formula && !is_quoted(line, lexicon) {
            kept.add(text, lines.spans[at].clone());
        }
        is_first &= line.is_empty();
        at += 1;
    }
    kept.ranges
}

/// Ranges, those that touch joined.
#[derive(Default)]
struct Kept {
    ranges: Vec<Range<usize>>,
    bytes: usize,
}

impl Kept {
    fn add(&mut self, text: &str, range: Range<usize>) {
        let room = limits::SCORED_BYTES_MAX - self.bytes.min(limits::SCORED_BYTES_MAX);
        let end = text.floor_char_boundary(range.end.min(range.start + room));
        self.bytes += end - range.start;
        match self.ranges.last_mut() {
            Some(last) if last.end == range.start => last.end = end,
            _ if end > range.start => self.ranges.push(range.start..end),
            _ => {}
        }
    }
}

/// The lines of a text, each with its line feed, as many as can matter.
struct Lines<'t> {
    text: &'t str,
    spans: Vec<Range<usize>>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        let mut spans = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            spans.push(start..start + line.len());
            start += line.len();
        }
        Self { text, spans }
    }

    fn line(&self, at: usize) -> &'t str {
        self.spans.get(at).map_or("", |span| &self.text[span.clone()])
    }

    /// Tells whether line `at` begins what is not the author's own to the very end: a signature or a
    /// mail pasted below.
    fn begins_the_rest(&self, at: usize) -> bool {
        let line = self.line(at).trim_end_matches(['\r', '\n']);
        if line == "-- " || (line == "--" && self.spans.len() - at <= SIGNATURE_LINES_MAX) {
            return true;
        }
        let line = line.trim();
        // "-----Original Message-----", in whatever language.
        let inner = line.trim_matches('-');
        if line.starts_with("---") && line.ends_with("---") && inner.chars().any(char::is_alphabetic) {
            return true;
        }
        let line = line.trim_start_matches('*');
        let next = self.line(at + 1).trim().trim_start_matches('*');
        begins_with(line, FORWARD_FROM) && begins_with(next, FORWARD_NEXT)
    }

    /// Returns how many lines from `at` on only say whose words follow: "On Monday Jo wrote:".
    fn attribution(&self, at: usize, lexicon: &Lexicon) -> usize {
        let (line, next) = (self.line(at).trim(), self.line(at + 1).trim());
        let says_who = |line: &str| line.ends_with("wrote:");
        if line.starts_with("On ") && says_who(line) {
            return 1;
        }
        if line.starts_with("On ") && says_who(next) {
            return 2;
        }
        let after = if next.is_empty() { self.line(at + 2).trim() } else { next };
        usize::from(line.ends_with(':') && is_quoted(after, lexicon))
    }
}

fn begins_with(line: &str, starts: &[&str]) -> bool {
    starts.iter().any(|start| {
        line.as_bytes().get(..start.len()).is_some_and(|bytes| bytes.eq_ignore_ascii_case(start.as_bytes()))
    })
}

/// Tells whether a line is quoted; `>:(` is a face.
fn is_quoted(line: &str, lexicon: &Lexicon) -> bool {
    let is_face = |word: &str| lexicon.word(word).valence.is_some();
    line.starts_with('>') && !line.split_whitespace().take(1).any(is_face)
}

fn is_salutation(line: &str) -> bool {
    line.len() <= FORMULA_BYTES_MAX && begins_with(line, &["dear "]) && line.ends_with([',', ':', '!'])
}

fn is_closing(line: &str) -> bool {
    if line.len() > FORMULA_BYTES_MAX || !line.is_ascii() {
        return false;
    }
    let line = line.trim_end_matches([',', '.', '!']);
    CLOSINGS.iter().any(|closing| line.eq_ignore_ascii_case(closing))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(text: &str) -> String {
        ranges(text, &Lexicon::new()).into_iter().map(|range| &text[range]).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn what_others_wrote_is_left_out() {
        for (text, want) in [
            ("plain", "plain"),
            ("two\nlines", "two\nlines"),
            ("> quoted", ""),
            (">:( that hurts", ">:( that hurts"),
            ("mine\n> theirs\n>> older\nmine again", "mine\n|mine again"),
            ("No.\n\nOn Mon, 3 May 2026 Jo wrote:\n> is it good?\n", "No.\n\n"),
            ("No.\nOn Mon, 3 May 2026 at 10:00,\nJo <jo@example.org> wrote:\n> good?\n", "No.\n"),
            ("Nein.\nAm 3. Mai schrieb Jo:\n\n> gut?\n", "Nein.\n|\n"),
            ("See:\nmy list", "See:\nmy list"),
            ("I say no\n-----Original Message-----\nFrom: x\ngreat offer", "I say no\n"),
            ("I say no\r\n\r\nFrom: Jo\r\nSent: Monday\r\nTo: me\r\n\r\ngreat", "I say no\r\n\r\n"),
            ("From: here\nto there", "From: here\nto there"),
        ] {
            assert_eq!(own(text), want, "text: {text:?}");
        }
    }

    #[test]
    fn formulas_and_signatures_are_left_out() {
        for (text, want) in [
            ("Dear Sir or Madam,\nit broke.\n\nBest regards,\nJo", "it broke.\n\n|Jo"),
            ("it broke\n-- \nJo\nLovely Ltd", "it broke\n"),
            ("it broke\n--\nJo", "it broke\n"),
            ("Cheers", "Cheers"),
            ("Cheers\nfor that", "Cheers\nfor that"),
            ("Dear me, it broke", "Dear me, it broke"),
        ] {
            assert_eq!(own(text), want, "text: {text:?}");
        }
    }

    #[test]
    fn a_long_text_is_read_to_the_bound_at_a_letter() {
        for letter in ["x", "ü", "👍", "a\n", "> q\nü\n"] {
            let text = letter.repeat(limits::SCORED_BYTES_MAX);
            let kept: usize = ranges(&text, &Lexicon::new()).iter().map(ExactSizeIterator::len).sum();
            assert!(
                kept <= limits::SCORED_BYTES_MAX && kept > limits::SCORED_BYTES_MAX - 4,
                "{letter:?}: {kept}"
            );
        }
    }
}
