//! Text out of bytes: as it stands, or made of the words of a language.
//!
//! Holds: every input that is text is itself, so that seeds can be read and written by people.

use std::borrow::Cow;

/// Begins an input whose every byte is a word.
const SPOKEN: u8 = 1;

/// Returns `data` as text. Behind a first byte of 1 every byte below 128 is a printable character or a line feed, every
/// other one of `words`: whole words are found sooner than their letters.
pub(crate) fn text<'d>(data: &'d [u8], words: &[&str]) -> Option<Cow<'d, str>> {
    let Some((&SPOKEN, spoken)) = data.split_first() else {
        return std::str::from_utf8(data).ok().map(Cow::Borrowed);
    };
    let mut text = String::with_capacity(4 * spoken.len());
    for byte in spoken {
        match byte {
            b' '..=b'~' => text.push(char::from(*byte)),
            0..=127 => text.push('\n'),
            word => text.push_str(words[usize::from(word & 127) % words.len()]),
        }
    }
    Some(Cow::Owned(text))
}
