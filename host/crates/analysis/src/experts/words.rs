//! The words by which a question finds items.
//!
//! Holds: words are told apart as the rest of the analysis tells them: in lower case, digits alike, letters of Han,
//! Kana and Thai by themselves. Not here: which of them matter.

use std::ops::Range;

use crate::hash::mixed;
use crate::lexicon::Lexicon;
use crate::limits;
use crate::own_words;
use crate::tokens::{Kind, Part, Tokens};

/// One word of a text: its hash, how often it stands there, and where it stands first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub hash: u64,
    pub times: u32,
    pub first: Range<usize>,
}

/// Returns the words of `text` that are its author's own, each once, in the order of their hashes.
pub(super) fn of(text: &str, lexicon: &Lexicon) -> Vec<Word> {
    let text = &text[..text.floor_char_boundary(limits::EXPERT_TEXT_BYTES_MAX)];
    let mut tokens = Tokens::with_room_for(text.len());
    for range in own_words::ranges(text, lexicon) {
        tokens.add(Part::Text, text, range, lexicon);
    }
    let is_word = |kind| matches!(kind, Kind::Word | Kind::Hashtag | Kind::Letter);
    let pieces = tokens.pieces.iter().filter(|piece| is_word(piece.kind));
    let mut words: Vec<Word> = pieces
        .map(|piece| Word {
            // The hash of a letter is as short as the letter: spread, it is as good as any other.
            hash: mixed(piece.hash),
            times: 1,
            first: piece.start as usize..piece.end as usize,
        })
        .collect();
    words.sort_by_key(|word| (word.hash, word.first.start));
    words.dedup_by(|later, kept| {
        let is_same = later.hash == kept.hash;
        kept.times += u32::from(is_same);
        is_same
    });
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_once_with_their_first_place() {
        let text = "Refund the Card, card 12 refund!\n> quoted card";
        let words = of(text, &Lexicon::new());
        let mut found: Vec<(&str, u32)> =
            words.iter().map(|word| (&text[word.first.clone()], word.times)).collect();
        found.sort_unstable();
        assert_eq!(found, [("Card", 2), ("Refund", 2), ("the", 1)]);
        assert!(words.is_sorted_by_key(|word| word.hash));
    }
}
