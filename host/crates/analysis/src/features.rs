//! What the model looks at in a text: words, what stands beside what, parts of words, and what the lexicon
//! says of them; each as a hash.
//!
//! Holds: the same text gives the same hashes in the same order, in training and after; their number is in
//! proportion to the text. Model files hold these hashes, so a change here makes every model file wrong and
//! raises `linear::FORMAT`. Not here: what a hash is worth.

use crate::hash::{Hash, mixed, pair};
use crate::lexicon::Word;
use crate::tokens::{KINDS, Kind, Piece, Token, Tokens};
use crate::valence::Valence;

/// Kinds of features, each weighed by its number in the text in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    /// Words, and words beside each other.
    Words = 0,
    /// Parts of words.
    Parts = 1,
    /// What the lexicon's rules make of the text, and how it is written.
    Senses = 2,
}

/// How many groups there are.
pub(crate) const GROUPS: usize = 3;

/// How many features of a group count in full together; more share that, fewer get more each.
const USUAL: [f32; GROUPS] = [40.0, 160.0, 1.0];

/// Returns what one of `count` features of `group` counts.
pub(crate) fn share(group: Group, count: u32) -> f32 {
    match group {
        Group::Senses => 1.0,
        _ => (USUAL[group as usize] / count.max(1) as f32).sqrt(),
    }
}

/// Which features there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Features(pub u16);

impl Features {
    pub const PAIRS: Self = Self(1);
    pub const PARTS: Self = Self(2);
    pub const SENSES: Self = Self(4);
    pub const NEGATED: Self = Self(8);
    pub const BY_LANGUAGE: Self = Self(16);
    pub const STYLE: Self = Self(32);

    /// What the model of English sees.
    pub const ENGLISH: Self = Self(1 | 2 | 4 | 8 | 32);
    /// What a model of other languages sees: the lexicon is English.
    pub const ANY: Self = Self(1 | 2 | 16 | 32);

    pub fn has(self, one: Self) -> bool {
        self.0 & one.0 != 0
    }
}

const WORD: u64 = 0x01;
const NEGATED: u64 = 0x02;
const PART: u64 = 0x03;
const SENSE: u64 = 0x05;
const STYLE: u64 = 0x06;

/// How far a negation reaches, in pieces.
const REACH: u32 = 3;
/// Shortest and longest part of a word, in letters, with the borders of the word as letters.
const PART_LETTERS: std::ops::RangeInclusive<usize> = 3..=4;
const BORDER: u32 = 1;
/// Parts of shorter words say no more than the words.
const WORD_LETTERS_MIN: usize = 4;

/// Calls `put` with every feature of `tokens` and the piece that it comes from, if it is one.
pub(crate) fn each(
    tokens: &Tokens,
    valence: Option<&Valence>,
    features: Features,
    language: u64,
    put: &mut impl FnMut(Group, u64, Option<usize>),
) {
    words(tokens, features, language, put);
    if features.has(Features::PARTS) {
        parts(tokens, features, language, put);
    }
    if let Some(valence) = valence.filter(|_| features.has(Features::SENSES)) {
        senses(tokens, valence, put);
    }
    if features.has(Features::STYLE) {
        style(tokens, put);
    }
}

fn name(piece: &Piece) -> u64 {
    let kind = match piece.kind {
        Kind::Word | Kind::Hashtag | Kind::Letter => 0,
        kind => kind as u64 + 1,
    };
    mixed(piece.hash ^ (WORD << 8 | kind))
}

fn words(
    tokens: &Tokens,
    features: Features,
    language: u64,
    put: &mut impl FnMut(Group, u64, Option<usize>),
) {
    let mut before = 0;
    let mut negated = 0_u32;
    for (at, piece) in tokens.pieces.iter().enumerate() {
        let name = name(piece);
        put(Group::Words, name, Some(at));
        if features.has(Features::BY_LANGUAGE) {
            put(Group::Words, mixed(name ^ language), Some(at));
        }
        if features.has(Features::PAIRS) {
            put(Group::Words, pair(before, name), Some(at));
        }
        if features.has(Features::NEGATED) {
            negated = if piece.is_after_break { 0 } else { negated.saturating_sub(1) };
            if negated > 0 {
                put(Group::Words, mixed(name ^ NEGATED), Some(at));
            }
            if tokens.list[piece.token as usize].entry.negates {
                negated = REACH + 1;
            }
        }
        before = name;
    }
}

fn parts(
    tokens: &Tokens,
    features: Features,
    language: u64,
    put: &mut impl FnMut(Group, u64, Option<usize>),
) {
    for (at, piece) in tokens.pieces.iter().enumerate() {
        if !matches!(piece.kind, Kind::Word | Kind::Hashtag) {
            continue;
        }
        let letters = tokens.letters_of(piece);
        if letters.len() < WORD_LETTERS_MIN {
            continue;
        }
        let len = letters.len() + 2;
        let letter = |at: usize| match at.checked_sub(1).and_then(|at| letters.get(at)) {
            Some(letter) => *letter,
            None => BORDER,
        };
        for start in 0..len {
            let mut hash = Hash::default().letter(PART as u32);
            for at_letter in start..(start + PART_LETTERS.end()).min(len) {
                hash = hash.letter(letter(at_letter));
                if at_letter - start + 1 >= *PART_LETTERS.start() {
                    let hash = hash.end();
                    put(Group::Parts, hash, Some(at));
                    if features.has(Features::BY_LANGUAGE) {
                        put(Group::Parts, mixed(hash ^ language), Some(at));
                    }
                }
            }
        }
    }
}

/// Returns what sort of word the lexicon takes `token` for; 0 for most.
fn sort(token: &Token) -> u64 {
    let entry = &token.entry;
    match entry.valence {
        Some(valence) if valence >= 2.0 => 1,
        Some(valence) if valence >= 0.0 => 2,
        Some(valence) if valence > -2.0 => 3,
        Some(_) => 4,
        None if entry.negates => 5,
        None if entry.boost > 0.0 => 6,
        None if entry.boost < 0.0 => 7,
        None if entry.word == Word::But => 8,
        None => 0,
    }
}

fn senses(tokens: &Tokens, valence: &Valence, put: &mut impl FnMut(Group, u64, Option<usize>)) {
    let mut put = |kind: u64, one: u64, other: u64, at: Option<usize>| {
        put(
            Group::Senses,
            mixed(mixed(SENSE << 56 ^ kind << 48 ^ one) ^ other.wrapping_mul(0x9e37_79b9)),
            at,
        );
    };
    sorts(tokens, &mut put);
    sums(tokens, valence, &mut put);
}

/// The order of sorts of words: "not good, but".
fn sorts(tokens: &Tokens, put: &mut impl FnMut(u64, u64, u64, Option<usize>)) {
    let (mut before, mut before_that) = (0, 0);
    let mut last_token = u32::MAX;
    for (at, piece) in tokens.pieces.iter().enumerate() {
        let sort = sort(&tokens.list[piece.token as usize]);
        if sort == 0 || piece.token == last_token {
            continue;
        }
        last_token = piece.token;
        put(1, before, sort, Some(at));
        put(2, before_that << 8 | before, sort, Some(at));
        (before_that, before) = (before, sort);
    }
    put(3, 0, before, None);
}

/// The sums of the rules, as steps that they pass: a straight line would be too simple.
fn sums(tokens: &Tokens, valence: &Valence, put: &mut impl FnMut(u64, u64, u64, Option<usize>)) {
    let steps = |put: &mut dyn FnMut(u64, u64, u64, Option<usize>), kind, value: f64, bounds: &[f64]| {
        for (step, _) in bounds.iter().enumerate().filter(|(_, bound)| value >= **bound) {
            put(kind, 0, step as u64, None);
        }
    };
    let scores: [f64; 15] =
        [-0.9, -0.75, -0.6, -0.45, -0.3, -0.15, -0.01, 0.01, 0.15, 0.3, 0.45, 0.6, 0.75, 0.85, 0.92];
    steps(put, 6, valence.score, &scores);
    let valences = || tokens.list.iter().filter_map(|token| token.entry.valence);
    let sum = |sign: f64| valences().map(|valence| (valence * sign).max(0.0)).sum::<f64>();
    let most = |sign: f64| valences().fold(0.0, |most: f64, valence| most.max(valence * sign));
    let bounds = [0.1, 1.0, 2.0, 3.0, 4.0, 5.5, 7.5, 10.0];
    steps(put, 7, sum(1.0), &bounds);
    steps(put, 8, sum(-1.0), &bounds);
    let bounds = [0.1, 1.0, 1.5, 2.0, 2.5, 3.0];
    steps(put, 9, most(1.0), &bounds);
    steps(put, 10, most(-1.0), &bounds);
    let third = tokens.list.len() - tokens.list.len() / 3;
    let late: f64 = valence.weights.iter().skip(third).sum();
    steps(put, 11, late, &[-0.5, -0.25, -0.05, 0.05, 0.25, 0.5]);
    let coarse = (valence.score * 2.5 + 2.5).round() as u64;
    for (what, is_so) in [
        (1, tokens.questions > 0),
        (2, tokens.exclamations > 0),
        (3, tokens.pieces.iter().any(|piece| piece.kind == Kind::Link)),
        (4, tokens.pieces.iter().any(|piece| piece.kind == Kind::Mention)),
        (5, tokens.pieces.iter().any(|piece| piece.kind == Kind::Number)),
        (6, tokens.list.iter().any(|token| token.entry.negates)),
        (7, tokens.pieces.len() > 20),
    ] {
        if is_so {
            put(12, what, coarse, None);
        }
    }
}

/// How the text is written, whatever it says.
fn style(tokens: &Tokens, put: &mut impl FnMut(Group, u64, Option<usize>)) {
    let capitals = tokens.list.iter().filter(|token| token.is_upper && token.end - token.start > 1).count();
    // One pass for all kinds.
    let mut of_kind = [0_usize; KINDS];
    let mut elongated = 0;
    for piece in &tokens.pieces {
        of_kind[piece.kind as usize] += 1;
        elongated += usize::from(piece.is_elongated);
    }
    let count = |kind: Kind| of_kind[kind as usize];
    let quantities = [
        tokens.exclamations,
        tokens.questions,
        if tokens.caps_differ() { capitals } else { 0 },
        elongated,
        count(Kind::Hashtag),
        count(Kind::Mention),
        count(Kind::Link),
        count(Kind::Number),
        count(Kind::Picture) + count(Kind::Emoticon),
        tokens.pieces.len() / 6,
    ];
    for (what, quantity) in quantities.into_iter().enumerate() {
        for step in 1..=quantity.min(5) as u64 {
            put(Group::Senses, mixed(STYLE << 56 ^ (what as u64) << 8 ^ step), None);
        }
    }
}
