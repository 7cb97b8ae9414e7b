//! The words that carry feeling or change it, found with one look-up each.
//!
//! Holds: VADER 3.3.2's lexicon, boosters, negations and idioms (Hutto and Gilbert, ICWSM-14, MIT). The
//! lexicon and the emoji come from the crate `vader_sentiment`, corrected where its case-blind table
//! differs from the reference. Not here: the rules by which words act on each other.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use vader_sentiment::{EMOJI_LEXICON, LEXICON};

use crate::chars::fold;
use crate::hash::{Hash, Hashed};
use crate::limits;

/// What the crate's table lacks or, being blind to case, has from the wrong line.
const CORRECTIONS: &[(&str, f64)] =
    &[("heart", 3.2), ("hearts", 3.3), (":p", 1.0), ("o.o", -0.8), ("o_o", -0.5)];

const BOOST: f64 = 0.293;

const BOOSTERS: &str = "absolutely amazingly awfully completely considerable considerably decidedly deeply effing \
    enormous enormously entirely especially exceptional exceptionally extreme extremely fabulously flipping flippin \
    frackin fracking fricking frickin frigging friggin fully fuckin fucking fuggin fugging greatly hella highly \
    hugely incredible incredibly intensely major majorly more most particularly purely quite really remarkably so \
    substantially thoroughly total totally tremendous tremendously uber unbelievably unusually utter utterly very";

const DAMPERS: &str = "almost barely hardly kinda kindof kind-of less little marginal marginally occasional \
    occasionally partly scarce scarcely slight slightly somewhat sorta sortof sort-of";

const NEGATIONS: &str = "aint arent cannot cant couldnt darent didnt doesnt ain't aren't can't couldn't daren't \
    didn't doesn't dont hadnt hasnt havent isnt mightnt mustnt neither don't hadn't hasn't haven't isn't mightn't \
    mustn't neednt needn't never none nope nor not nothing nowhere oughtnt shant shouldnt uhuh wasnt werent \
    oughtn't shan't shouldn't uh-uh wasn't weren't without wont wouldnt won't wouldn't rarely seldom despite";

/// Words that rules and idioms name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub(crate) enum Word {
    #[default]
    Other,
    Ass,
    At,
    Bad,
    Beating,
    Bomb,
    Bus,
    But,
    Death,
    Die,
    Doubt,
    Enough,
    For,
    Heart,
    Just,
    Kind,
    Kiss,
    Least,
    Never,
    No,
    Nor,
    Of,
    Or,
    Right,
    Shit,
    So,
    Sort,
    Stop,
    The,
    This,
    To,
    Very,
    Without,
    Yeah,
}

const NAMED: &[(&str, Word)] = &[
    ("ass", Word::Ass),
    ("at", Word::At),
    ("bad", Word::Bad),
    ("beating", Word::Beating),
    ("bomb", Word::Bomb),
    ("bus", Word::Bus),
    ("but", Word::But),
    ("death", Word::Death),
    ("die", Word::Die),
    ("doubt", Word::Doubt),
    ("enough", Word::Enough),
    ("for", Word::For),
    ("heart", Word::Heart),
    ("just", Word::Just),
    ("kind", Word::Kind),
    ("kiss", Word::Kiss),
    ("least", Word::Least),
    ("never", Word::Never),
    ("no", Word::No),
    ("nor", Word::Nor),
    ("of", Word::Of),
    ("or", Word::Or),
    ("right", Word::Right),
    ("shit", Word::Shit),
    ("so", Word::So),
    ("sort", Word::Sort),
    ("stop", Word::Stop),
    ("the", Word::The),
    ("this", Word::This),
    ("to", Word::To),
    ("very", Word::Very),
    ("without", Word::Without),
    ("yeah", Word::Yeah),
];

/// Idioms that hold a word of the lexicon, with what they mean instead.
pub(crate) const IDIOMS: &[(&[Word], f64)] = &[
    (&[Word::The, Word::Shit], 3.0),
    (&[Word::The, Word::Bomb], 3.0),
    (&[Word::Bad, Word::Ass], 1.5),
    (&[Word::Bus, Word::Stop], 0.0),
    (&[Word::Yeah, Word::Right], -2.0),
    (&[Word::Kiss, Word::Of, Word::Death], -1.5),
    (&[Word::To, Word::Die, Word::For], 3.0),
    (&[Word::Beating, Word::Heart], 3.5),
];

/// Boosters of two words.
pub(crate) const BOOSTER_PAIRS: &[([Word; 2], f64)] = &[
    ([Word::Just, Word::Enough], -BOOST),
    ([Word::Kind, Word::Of], -BOOST),
    ([Word::Sort, Word::Of], -BOOST),
];

/// What is known of one word.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Entry {
    /// Its feeling by itself, -4 to 4, where the lexicon has it.
    pub valence: Option<f64>,
    /// What it adds to a word behind it; 0 for most.
    pub boost: f64,
    /// It turns what is behind it.
    pub negates: bool,
    /// Rules name it.
    pub word: Word,
}

/// Every word and emoji with what is known of it. Built once, shared by all threads.
pub(crate) struct Lexicon {
    words: HashMap<u64, Entry, BuildHasherDefault<Hashed>>,
    /// A bit for the upper bits of each hash in `words`: most words of a text are not there, and end here.
    known: Box<[u64]>,
    emoji: HashMap<char, Box<[Entry]>, BuildHasherDefault<Hashed>>,
}

impl Lexicon {
    pub fn new() -> Self {
        let mut words = HashMap::<u64, Entry, _>::default();
        let mut at = |word: &str, put: &dyn Fn(&mut Entry)| put(words.entry(hash(word)).or_default());
        for (word, valence) in LEXICON.iter() {
            at(word.as_ref(), &|entry| entry.valence = Some(*valence));
        }
        for (word, valence) in CORRECTIONS {
            at(word, &|entry| entry.valence = Some(*valence));
        }
        BOOSTERS.split_whitespace().for_each(|word| at(word, &|entry| entry.boost = BOOST));
        DAMPERS.split_whitespace().for_each(|word| at(word, &|entry| entry.boost = -BOOST));
        NEGATIONS.split_whitespace().for_each(|word| at(word, &|entry| entry.negates = true));
        NAMED.iter().for_each(|(word, named)| at(word, &|entry| entry.word = *named));
        let mut known = vec![0_u64; 1 << (KNOWN_BITS - 6)].into_boxed_slice();
        words.keys().map(|hash| known_bit(*hash)).for_each(|(at, bit)| known[at] |= bit);
        let mut lexicon = Self { words, known, emoji: HashMap::default() };
        lexicon.emoji = lexicon.read_emoji();
        lexicon
    }

    /// Reads what each emoji of one code point is called, and what is known of those words.
    fn read_emoji(&self) -> HashMap<char, Box<[Entry]>, BuildHasherDefault<Hashed>> {
        let single = EMOJI_LEXICON.iter().filter_map(|(emoji, name)| {
            let mut chars = emoji.chars();
            let only = chars.next().filter(|_| chars.next().is_none())?;
            Some((only, name.split_whitespace().map(|word| self.word(strip(word))).collect()))
        });
        single.collect()
    }

    /// Returns what is known of `word`, in whatever case it is written.
    pub fn word(&self, word: &str) -> Entry {
        match word.len() {
            0..=limits::WORD_BYTES_MAX => self.hashed(hash(word), word),
            _ => Entry::default(),
        }
    }

    /// Returns what is known of `word`, whose hash this is.
    pub fn hashed(&self, hash: u64, word: &str) -> Entry {
        let (at, bit) = known_bit(hash);
        let found = if self.known[at] & bit == 0 { None } else { self.words.get(&hash) };
        let mut entry = found.copied().unwrap_or_default();
        entry.negates |= is_contraction(word);
        entry
    }

    /// Returns the words of the emoji `c`, if it is one.
    pub fn emoji(&self, c: char) -> Option<&[Entry]> {
        // Plain text of any script never pays for a look-up.
        let may_be = matches!(u32::from(c), 0xa9 | 0xae | 0x203c..=0x3299 | 0x1f000..);
        if may_be { self.emoji.get(&c).map(|words| &**words) } else { None }
    }
}

/// Upper bits of a hash by which a word is first looked for: 8 KiB of bits, one of nine of them set.
const KNOWN_BITS: u32 = 16;

/// Returns where in `Lexicon::known` the bit of `hash` stands, and the bit.
fn known_bit(hash: u64) -> (usize, u64) {
    let upper = hash >> (u64::BITS - KNOWN_BITS);
    ((upper >> 6) as usize, 1 << (upper & 63))
}

/// Returns the hash of `word` in lower case, with a plain apostrophe.
fn hash(word: &str) -> u64 {
    let mut hash = Hash::default();
    word.chars().for_each(|c| fold(c, |letter| hash = hash.letter(letter)));
    hash.end()
}

/// Tells whether "n't" stands anywhere in `word`.
fn is_contraction(word: &str) -> bool {
    let is = |rest: &str| rest.starts_with(['n', 'N']) && rest[1..].starts_with(['\'', '’']);
    let t = |rest: &str| rest[1..].chars().nth(1).is_some_and(|c| c.eq_ignore_ascii_case(&'t'));
    // Nearly every word has no apostrophe, which one look at its bytes tells.
    word.bytes().any(|byte| byte == b'\'' || byte == 0xe2)
        && word.char_indices().any(|(at, _)| is(&word[at..]) && t(&word[at..]))
}

/// Takes the punctuation off both ends, unless hardly anything would be left: `:)` is all punctuation.
pub(crate) fn strip(word: &str) -> &str {
    let is_inner = |byte: &u8| !byte.is_ascii_punctuation();
    let bytes = word.as_bytes();
    let (Some(start), Some(last)) = (bytes.iter().position(is_inner), bytes.iter().rposition(is_inner))
    else {
        return word;
    };
    let stripped = &word[start..=last];
    if stripped.chars().nth(2).is_none() { word } else { stripped }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_those_of_the_reference() {
        let lexicon = Lexicon::new();
        for (word, valence) in
            [("good", 1.9), ("Heart", 3.2), (":P", 1.0), (":)", 2.0), ("no", -1.2), ("O_o", -0.5)]
        {
            assert_eq!(lexicon.word(word).valence, Some(valence), "word: {word}");
        }
        let boosters = lexicon.words.values().filter(|entry| entry.boost != 0.0).count();
        assert_eq!(boosters + BOOSTER_PAIRS.len(), 84);
        assert_eq!(lexicon.words.values().filter(|entry| entry.negates).count(), 59);
        // The reference has 7,506 words, of which 12 differ from others in case alone.
        assert_eq!(lexicon.words.values().filter(|entry| entry.valence.is_some()).count(), 7_494);
        assert_eq!(lexicon.emoji.len(), 1_212);
        assert!(lexicon.emoji.keys().all(|c| lexicon.emoji(*c).is_some()), "the range of emoji is whole");
    }

    #[test]
    fn every_named_word_and_idiom_can_be_found() {
        let lexicon = Lexicon::new();
        for (word, named) in NAMED {
            assert_eq!(lexicon.word(word).word, *named);
        }
        for (idiom, _) in IDIOMS {
            assert!(idiom.iter().all(|word| *word != Word::Other) && (2..=3).contains(&idiom.len()));
        }
    }

    #[test]
    fn words_are_found_in_any_case_and_with_any_apostrophe() {
        let lexicon = Lexicon::new();
        assert!(
            lexicon.word("Don’t").negates && lexicon.word("MUSTN'T").negates && lexicon.word("xn'ty").negates
        );
        assert_eq!(lexicon.word("GOOD"), lexicon.word("good"));
        assert_eq!(lexicon.word(&"good".repeat(100)), Entry::default());
        assert_eq!(lexicon.word(&"ü".repeat(25)), Entry::default());
    }

    #[test]
    fn punctuation_goes_but_not_from_emoticons() {
        for (word, want) in
            [("\"great!\"", "great"), (":)", ":)"), ("is?", "is?"), ("don't", "don't"), ("!!!", "!!!")]
        {
            assert_eq!(strip(word), want);
        }
    }
}
