//! What a text is like, in 64 numbers: MinHash by one permutation over four letters at a time.
//!
//! Holds: the share of numbers that two texts have in common is about the share of their runs of four
//! letters that they have in common; links, mentions, signs, capitals and which digits do not count. Broder
//! 1997; one permutation: Li, Owen, Zhang 2012; empty lanes: Shrivastava 2017. Not here: who looks them up.

use crate::hash::mixed;
use crate::steps;
use crate::tokens::{Kind, Tokens};

/// Numbers of a signature.
pub const LANES: usize = 64;
/// Two texts are nearly the same from so many equal numbers on. Of 47,350 tweets with a quarter of the words
/// replaced 98.7 % have so many, of pairs of other tweets 6 in a million; at 26 it is 96.7 % and 5, at 22
/// 99.5 % and 9, but then one of twelve tweets is like some other, mostly one on the same topic; here it is one
/// of twenty.
pub const SAME_MIN: u32 = 24;

/// Fewest letters, with the spaces between words, that can be told from others.
const LETTERS_MIN: usize = 30;
/// Letters of a run.
const RUN: usize = 4;
const SPACE: u32 = 0x20;
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
/// The upper bits of a hash choose the lane, those below them the least, the lowest what is kept.
const LANE_SHIFT: u32 = u64::BITS - LANES.ilog2();

/// What a text is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature([u16; LANES]);

impl Signature {
    /// Returns what the words of `tokens` are like; nothing for a text too short to tell.
    pub(crate) fn of(tokens: &Tokens) -> Option<Self> {
        let mut least = [u64::MAX; LANES];
        let mut run = [0_u64; RUN];
        let mut letters = 0;
        let mut add = |letter: u32| {
            run.rotate_left(1);
            run[RUN - 1] = u64::from(letter).wrapping_add(1).wrapping_mul(MULTIPLIER);
            letters += 1;
            steps::taken(1);
            if letters >= RUN {
                let [a, b, c, d] = run;
                let hash = mixed(a.rotate_left(48) ^ b.rotate_left(32) ^ c.rotate_left(16) ^ d);
                let lane = (hash >> LANE_SHIFT) as usize;
                least[lane] = least[lane].min(hash & (u64::MAX >> LANES.ilog2()));
            }
        };
        let is_written =
            |kind: Kind| matches!(kind, Kind::Word | Kind::Number | Kind::Hashtag | Kind::Letter);
        for piece in tokens.pieces.iter().filter(|piece| is_written(piece.kind)) {
            tokens.letters_of(piece).iter().for_each(|letter| add(*letter));
            if piece.kind != Kind::Letter {
                add(SPACE);
            }
        }
        (letters >= LETTERS_MIN).then(|| Self(filled(&least)))
    }

    /// Returns how many of the [`LANES`] numbers are equal.
    pub fn same(&self, other: &Self) -> u32 {
        // Counted in numbers as wide as those compared, so that the compiler can compare many at once.
        let equal = self.0.iter().zip(&other.0).map(|(one, other)| u16::from(one == other));
        u32::from(equal.fold(0_u16, u16::wrapping_add))
    }

    /// Returns the number of one lane.
    pub(crate) fn lane(&self, at: usize) -> u16 {
        self.0[at]
    }
}

/// Keeps 16 bits of each lane; an empty one takes those of another, always of the same others in the same
/// order, so that two texts that are alike stay so.
fn filled(least: &[u64; LANES]) -> [u16; LANES] {
    std::array::from_fn(|lane| {
        let mut at = lane;
        let mut turn = lane as u64;
        for _ in 0..4 * LANES {
            if least[at] != u64::MAX {
                return least[at] as u16;
            }
            turn = mixed(turn.wrapping_add(MULTIPLIER));
            at = (turn >> LANE_SHIFT) as usize;
        }
        // So long a walk is one text in 10^100 at most; the first full lane is as good.
        least.iter().find(|least| **least != u64::MAX).map_or(0, |least| *least as u16)
    })
}

#[cfg(test)]
mod tests {
    use crate::Analyser;

    use super::*;

    fn signature(text: &str) -> Option<Signature> {
        Analyser::plain().read(text, None, Some("en"), None).signature()
    }

    #[test]
    fn what_is_no_word_does_not_count() {
        let plain = signature("The checkout at 12:30 took my money twice and nobody answers").unwrap();
        for text in [
            "the CHECKOUT at 19:55 took my money twice, and nobody answers!!",
            "@jo The checkout at 12:30 took my money twice 😡 and nobody answers https://x.example/a?b",
            "> quoted words of somebody else\nThe checkout at 12:30 took my money twice and nobody answers",
        ] {
            assert_eq!(signature(text).unwrap().same(&plain), LANES as u32, "text: {text:?}");
        }
    }

    #[test]
    fn few_letters_tell_nothing() {
        for text in
            ["", "thanks!", "it does not work, please help", "@jo https://a-very-long-link.example/and/more"]
        {
            assert_eq!(signature(text), None, "text: {text:?}");
        }
        let one = signature(&"a".repeat(40));
        assert_eq!(one, None, "nothing more than twice in a row");
        let few = signature("so so so so so so so so so so so so so so so").unwrap();
        assert_eq!(few.same(&few), LANES as u32, "empty lanes are filled");
    }

    #[test]
    fn a_word_changes_some_and_another_text_nearly_all() {
        let text = "The checkout took my money twice this morning and nobody at support answers my mails";
        let one = signature(text).unwrap();
        let changed = signature(&text.replace("morning", "weekend")).unwrap().same(&one);
        assert!((SAME_MIN..LANES as u32).contains(&changed), "{changed}");
        let other = "We are glad to say that our new shop opens its doors on Saturday, come and see us";
        assert!(signature(other).unwrap().same(&one) < SAME_MIN / 2);
    }
}
