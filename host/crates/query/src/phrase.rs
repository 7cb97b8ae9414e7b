//! Words to look for: one, several in a row, or the beginning of the last.
//!
//! Holds: a phrase has at least one word, and a prefix is long enough to leave something out.

use crate::limits;
use crate::words::each_word;

/// Words that stand one behind the other in one part of an item.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Phrase {
    text: Box<str>,
    words: Box<[Box<[u8]>]>,
    is_prefix: bool,
}

/// Why some characters are no phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPhrase {
    /// There is no letter and no digit.
    #[error("holds no letter and no digit, so no text would ever be found by it")]
    NoWord,
    /// A prefix that nearly every text has.
    #[error(
        "would find nearly everything; write at least {} letters before the star",
        limits::PREFIX_CHARS_MIN
    )]
    ShortPrefix,
    /// A star behind something that is no word.
    #[error("ends with something that is part of no word, so its star has no beginning to stand behind")]
    StarBehindNothing,
    /// More words than a phrase may have.
    #[error("is a phrase of more than {} words", limits::PHRASE_WORDS_MAX)]
    TooLong,
}

impl Phrase {
    /// Takes the words of `text`; the only way to obtain a phrase. Of a prefix the last word needs only begin so.
    pub fn parse(text: &str, is_prefix: bool) -> Result<Self, NoPhrase> {
        let (mut folded, mut places, mut last) = (Vec::new(), Vec::new(), 0..0);
        each_word(text, &mut folded, |at, span| {
            places.push(at);
            last = span;
        });
        let words: Vec<Box<[u8]>> = places.into_iter().map(|at| folded[at].into()).collect();
        if words.is_empty() {
            return Err(NoPhrase::NoWord);
        }
        if words.len() > limits::PHRASE_WORDS_MAX {
            return Err(NoPhrase::TooLong);
        }
        if is_prefix && last.end != text.len() {
            return Err(NoPhrase::StarBehindNothing);
        }
        let is_short = text[last].chars().count() < limits::PREFIX_CHARS_MIN;
        if is_prefix && is_short && words.len() == 1 {
            return Err(NoPhrase::ShortPrefix);
        }
        Ok(Self { text: text.into(), words: words.into(), is_prefix })
    }

    /// Returns the phrase as written, without its quotes and its star.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the words, folded as the index has them; at least one.
    pub fn words(&self) -> &[Box<[u8]>] {
        &self.words
    }

    /// Tells whether the last word needs only begin like this.
    pub fn is_prefix(&self) -> bool {
        self.is_prefix
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_read_as_texts_are() {
        let phrase = Phrase::parse("Don’t PAY", true).unwrap();
        let words: Vec<&[u8]> = phrase.words().iter().map(|word| &**word).collect();
        assert_eq!((words.as_slice(), phrase.text()), (&[&b"don"[..], b"t", b"pay"][..], "Don’t PAY"));
    }

    #[test]
    fn phrases_of_no_use_are_refused() {
        let long = "a ".repeat(limits::PHRASE_WORDS_MAX + 1);
        for (text, is_prefix, why) in [
            ("", false, NoPhrase::NoWord),
            ("👍!", false, NoPhrase::NoWord),
            ("p", true, NoPhrase::ShortPrefix),
            ("pay-", true, NoPhrase::StarBehindNothing),
            (&long, false, NoPhrase::TooLong),
        ] {
            assert_eq!(Phrase::parse(text, is_prefix), Err(why), "{text:?}");
        }
        assert!(Phrase::parse("a p", true).is_ok(), "the words before it narrow a short prefix");
    }
}
