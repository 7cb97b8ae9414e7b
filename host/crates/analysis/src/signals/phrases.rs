//! Phrases by their words: one look-up a word says whether any begins or goes on there.
//!
//! Holds: at each word no more look-ups than the longest phrase has words, however many phrases there are.
//! A number stands for any number, and a digit in a word for any digit. Not here: what a phrase means.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use crate::hash::{Hashed, mixed, pair};
use crate::lexicon::Lexicon;
use crate::tokens::{Kind, Part, Piece, Tokens};

/// Most words of a phrase.
pub(crate) const WORDS_MAX: usize = 8;
/// Bits that say of most words at once that no phrase begins with them.
const FILTER_BITS: usize = 1 << 14;
/// Every number.
const NUMBER: u64 = 1;

/// Phrases as a tree of words, and the words that negate.
#[derive(Debug, Clone)]
pub(crate) struct Phrases {
    /// From a node and a word to the next node; the root is 0.
    edges: HashMap<u64, u32, BuildHasherDefault<Hashed>>,
    /// By node, the rules whose phrase ends there.
    ends: Vec<Vec<u16>>,
    /// With the bits of their languages.
    negations: HashMap<u64, u64, BuildHasherDefault<Hashed>>,
    filter: Box<[u64]>,
}

impl Default for Phrases {
    fn default() -> Self {
        let filter = vec![0; FILTER_BITS / 64].into_boxed_slice();
        Self { edges: HashMap::default(), ends: vec![Vec::new()], negations: HashMap::default(), filter }
    }
}

impl Phrases {
    /// Adds a phrase of `rule`; returns the rules whose phrase it was already.
    pub fn add(&mut self, words: &[u64], rule: u16) -> &[u16] {
        let mut node = 0;
        for (at, word) in words.iter().enumerate() {
            if at == 0 {
                let bit = filter_bit(*word);
                self.filter[bit / 64] |= 1 << (bit % 64);
            }
            let next = self.ends.len() as u32;
            let known = *self.edges.entry(edge(node, *word)).or_insert(next);
            if known == next {
                self.ends.push(Vec::new());
            }
            node = known;
        }
        let ends = &mut self.ends[node as usize];
        ends.push(rule);
        &ends[..ends.len() - 1]
    }

    /// Adds a word that negates in `languages`.
    pub fn add_negation(&mut self, word: u64, languages: u64) {
        *self.negations.entry(word).or_insert(0) |= languages;
    }

    /// Tells whether no phrase begins with `word`; often it cannot be told.
    pub fn begins_none(&self, word: u64) -> bool {
        let bit = filter_bit(word);
        self.filter[bit / 64] & 1 << (bit % 64) == 0
    }

    /// Returns the node behind `node` and `word`.
    pub fn next(&self, node: u32, word: u64) -> Option<u32> {
        self.edges.get(&edge(node, word)).copied()
    }

    /// Returns the rules whose phrase ends at `node`.
    pub fn ends(&self, node: u32) -> &[u16] {
        &self.ends[node as usize]
    }

    /// Tells whether `word` negates in one of `languages`.
    pub fn negates(&self, word: u64, languages: u64) -> bool {
        self.negations.get(&word).is_some_and(|known| known & languages != 0)
    }
}

fn edge(node: u32, word: u64) -> u64 {
    pair(u64::from(node), word)
}

fn filter_bit(word: u64) -> usize {
    mixed(word) as usize % FILTER_BITS
}

/// Returns what a piece is to phrases.
pub(crate) fn word_of(piece: &Piece) -> u64 {
    if piece.kind == Kind::Number { NUMBER } else { piece.hash }
}

/// Returns the words of `phrase`, nothing where it has a link, a mention or a mark.
pub(crate) fn words_of(phrase: &str, lexicon: &Lexicon) -> Option<Vec<u64>> {
    let mut tokens = Tokens::default();
    tokens.add(Part::Text, phrase, 0..phrase.len(), lexicon);
    let is_word = |piece: &Piece| !matches!(piece.kind, Kind::Mark | Kind::Link | Kind::Mention);
    tokens.pieces.iter().all(is_word).then(|| tokens.pieces.iter().map(word_of).collect())
}
