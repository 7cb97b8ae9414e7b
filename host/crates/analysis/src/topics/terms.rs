//! The terms of one text: words that say something, and phrases of up to three words that begin and end with
//! such.
//!
//! Holds: in order of their hash, each once, up to a bound; nothing reaches over a comma or a full stop. Not
//! here: counting.

use crate::common_words;
use crate::hash::pair;
use crate::steps;
use crate::tokens::{Kind, Part, Piece, Tokens};

/// Most words of a term.
pub(crate) const WORDS_MAX: usize = 3;
/// Most words of a text that are looked at.
const PIECES_MAX: usize = 1_000;
/// Fewest bytes of a word that says something.
const BYTES_MIN: usize = 3;

/// One term at its first place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Term<'t> {
    pub hash: u64,
    pub text: &'t str,
    /// Of its words; 0 behind the last.
    pub words: [u64; WORDS_MAX],
}

/// The terms of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms<'t>(pub(crate) Vec<Term<'t>>);

impl<'t> Terms<'t> {
    pub(crate) fn of(tokens: &Tokens, text: &'t str, title: &'t str) -> Self {
        let pieces = &tokens.pieces[..tokens.pieces.len().min(PIECES_MAX)];
        let ends =
            pieces.iter().map(|piece| says_something(piece, pieces_text(tokens, piece, piece, text, title)));
        let ends: Vec<bool> = ends.collect();
        let mut terms = Vec::with_capacity(pieces.len() * 2);
        for at in (0..pieces.len()).filter(|at| ends[*at]) {
            let mut words = [0; WORDS_MAX];
            for len in 1..=WORDS_MAX {
                let Some(last) = pieces.get(at + len - 1).filter(|piece| is_word(piece)) else { break };
                if len > 1 && !follows(tokens, at + len - 1) {
                    break;
                }
                steps::taken(1);
                words[len - 1] = last.hash;
                // A single letter of Chinese says nothing, two of them are a word.
                let is_letter = len == 1 && last.kind == Kind::Letter;
                if ends[at + len - 1] && !is_letter {
                    let text = pieces_text(tokens, &pieces[at], last, text, title);
                    terms.push(Term { hash: hash_of(&words[..len]), text, words });
                }
            }
        }
        terms.sort_by_key(|term| term.hash);
        terms.dedup_by_key(|term| term.hash);
        Self(terms)
    }
}

/// Returns the hash of a term of these words.
pub(crate) fn hash_of(words: &[u64]) -> u64 {
    words[1..].iter().fold(words[0], |all, word| pair(all, *word))
}

fn is_word(piece: &Piece) -> bool {
    matches!(piece.kind, Kind::Word | Kind::Hashtag | Kind::Letter | Kind::Number)
}

fn says_something(piece: &Piece, text: &str) -> bool {
    match piece.kind {
        Kind::Letter => true,
        Kind::Word | Kind::Hashtag => text.len() >= BYTES_MIN && !common_words::is_common(piece.hash),
        _ => false,
    }
}

/// Tells whether a piece is the next word of the same sentence.
fn follows(tokens: &Tokens, at: usize) -> bool {
    let (before, piece) = (&tokens.pieces[at - 1], &tokens.pieces[at]);
    !piece.is_after_break && piece.token <= before.token + 1
}

fn pieces_text<'t>(tokens: &Tokens, first: &Piece, last: &Piece, text: &'t str, title: &'t str) -> &'t str {
    let part = match tokens.list[first.token as usize].part {
        Part::Title => title,
        Part::Text => text,
    };
    part.get(first.start as usize..last.end as usize).unwrap_or("")
}
