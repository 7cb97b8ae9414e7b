//! What counts as a word, as the full-text index of the store sees it: FTS5's `unicode61 remove_diacritics 2`.
//!
//! Holds: the same words in the same order as the index, for every text; `tests/unicode61.rs` asks the
//! linked SQLite about every character. A word is a run of letters and digits; case and accents are taken off.

mod table;

use std::ops::Range;

use crate::limits;

/// Marks a place of [`CLASSES`] for a character that parts words.
const PARTS: u8 = 0;

/// For each character of ASCII: what it becomes within a word, or [`PARTS`].
static CLASSES: [u8; 128] = {
    let mut classes = [PARTS; 128];
    let mut byte = 0;
    while byte < 128 {
        if (byte as u8).is_ascii_alphanumeric() {
            classes[byte] = (byte as u8).to_ascii_lowercase();
        }
        byte += 1;
    }
    classes
};

/// What becomes of a character.
enum Made {
    Parts,
    Dropped,
    Letter(char),
}

fn made(c: char) -> Made {
    let code = u32::from(c);
    // A character is inside a run when the number of bounds up to it is odd.
    let within = |bounds: &[u32]| bounds.partition_point(|bound| *bound <= code) % 2 == 1;
    if within(&table::LETTERS) {
        Made::Letter(folded(code).unwrap_or(c))
    } else if within(&table::DROPPED) {
        Made::Dropped
    } else {
        Made::Parts
    }
}

fn folded(code: u32) -> Option<char> {
    let behind = table::FOLDS.partition_point(|(first, ..)| *first <= code);
    // Runs of two strides may lie within each other: the last that begins before may not be the one.
    table::FOLDS[..behind].iter().rev().take(2).find_map(|(first, count, stride, distance)| {
        let steps = (code - first) / stride;
        let is_in_run = steps < *count && (code - first).is_multiple_of(*stride);
        is_in_run.then(|| char::from_u32(code.wrapping_add_signed(*distance))).flatten()
    })
}

/// Appends every word of `text` to `folded`, and calls `take` with where it stands there and where in `text`. A folded
/// word that is longer than the index keeps is cut as the index cuts it, perhaps within a character.
pub(crate) fn each_word(text: &str, folded: &mut Vec<u8>, mut take: impl FnMut(Range<usize>, Range<usize>)) {
    let bytes = text.as_bytes();
    let mut start = None;
    let mut from = folded.len();
    let mut end = |start: &mut Option<usize>, from: usize, to: usize, at: usize| {
        if let Some(start) = start.take() {
            take(from..to.min(from + limits::WORD_BYTES_MAX), start..at);
        }
    };
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let (made, length) = match CLASSES.get(usize::from(*byte)) {
            Some(&PARTS) => (Made::Parts, 1),
            Some(letter) => {
                if start.is_none() {
                    (start, from) = (Some(at), folded.len());
                }
                folded.push(*letter);
                at += 1;
                continue;
            }
            None => text[at..].chars().next().map_or((Made::Parts, 1), |c| (made(c), c.len_utf8())),
        };
        match made {
            Made::Letter(letter) => {
                if start.is_none() {
                    (start, from) = (Some(at), folded.len());
                }
                folded.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
            Made::Dropped if start.is_some() => {}
            Made::Dropped | Made::Parts => end(&mut start, from, folded.len(), at),
        }
        at += length;
    }
    end(&mut start, from, folded.len(), at);
}

/// In which part of an item a word stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Column {
    /// In its text.
    Text,
    /// In its title: subject or headline.
    Title,
}

/// One word of an item.
#[derive(Debug, Clone, Copy)]
struct Token {
    start: usize,
    end: usize,
    column: Column,
}

/// The words of an item, folded, in order: those of the text, then those of the title.
#[derive(Debug, Clone, Default)]
pub struct Words {
    folded: Vec<u8>,
    tokens: Vec<Token>,
}

impl Words {
    /// Takes the words of an item.
    pub fn of(title: Option<&str>, text: &str) -> Self {
        let mut words = Self::default();
        words.take_again(title, text);
        words
    }

    /// Takes the words of another item in the place of those that are here.
    pub(crate) fn take_again(&mut self, title: Option<&str>, text: &str) {
        self.folded.clear();
        self.tokens.clear();
        self.folded.reserve(text.len());
        self.take(text, Column::Text);
        self.take(title.unwrap_or_default(), Column::Title);
    }

    fn take(&mut self, text: &str, column: Column) {
        let tokens = &mut self.tokens;
        each_word(text, &mut self.folded, |at, _| {
            tokens.push(Token { start: at.start, end: at.end, column })
        });
    }

    /// Returns how many words there are.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Tells whether there is no word.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Returns the folded word at `at`.
    pub fn word(&self, at: usize) -> &[u8] {
        let token = self.tokens[at];
        &self.folded[token.start..token.end]
    }

    /// Returns where the word at `at` stands.
    pub fn column(&self, at: usize) -> Column {
        self.tokens[at].column
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let (mut folded, mut places) = (Vec::new(), Vec::new());
        each_word(text, &mut folded, |at, span| places.push((at, span)));
        let show = |(at, span): (Range<usize>, Range<usize>)| {
            format!("{}={}", &text[span], String::from_utf8_lossy(&folded[at]))
        };
        places.into_iter().map(show).collect()
    }

    #[test]
    fn words_are_runs_of_letters_and_digits_without_case_and_accents() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            (" ,.! 👍", &[]),
            ("Card declined, 2x!", &["Card=card", "declined=declined", "2x=2x"]),
            ("don't #a_b", &["don=don", "t=t", "a=a", "b=b"]),
            ("Größe NAÏVE", &["Größe=große", "NAÏVE=naive"]),
            ("e\u{301}te\u{301} \u{301}x", &["e\u{301}te\u{301}=ete", "x=x"]),
            ("決済が", &["決済が=決済が"]),
        ];
        for (text, want) in cases {
            assert_eq!(words(text), *want, "text: {text:?}");
        }
    }

    #[test]
    fn text_and_title_are_told_apart() {
        let words = Words::of(Some("Card"), "was declined");
        let all: Vec<_> = (0..words.len()).map(|at| (words.word(at), words.column(at))).collect();
        assert_eq!(all, [(&b"was"[..], Column::Text), (b"declined", Column::Text), (b"card", Column::Title)]);
    }

    #[test]
    fn a_word_is_cut_where_the_index_cuts_it() {
        let long = "ß".repeat(limits::WORD_BYTES_MAX);
        let mut lengths = Vec::new();
        each_word(&format!("x{long}"), &mut Vec::new(), |at, _| lengths.push(at.len()));
        assert_eq!(lengths, [limits::WORD_BYTES_MAX]);
    }
}
