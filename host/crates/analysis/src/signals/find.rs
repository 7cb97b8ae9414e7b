//! The rules on one text.
//!
//! Holds: of phrases of one signal that overlap the first and longest counts, each phrase once; nothing
//! reaches over the end of a sentence or from the title into the text.

use hark_model::{Annotation, AnnotationKind, Evidence};

use crate::limits;
use crate::sentiment::rounded;
use crate::signals::phrases::{WORDS_MAX, word_of};
use crate::signals::{Rule, Signal, Signals, Speaks};
use crate::steps;
use crate::tag;
use crate::tokens::{Kind, Part, Piece, Tokens};

/// How many words a negation reaches.
const NEGATION_WORDS: usize = 3;
/// Fewest words of which a share in capitals says anything.
const CAPITALS_WORDS_MIN: usize = 4;

/// What is asked about.
pub(crate) struct Asked<'t> {
    pub tokens: &'t Tokens,
    pub text: &'t str,
    pub title: &'t str,
    /// As a tag; nothing where it is not known.
    pub language: Option<&'t str>,
}

/// A rule that speaks, with the first and the last piece it speaks of.
type Hit = (u16, Option<(usize, usize)>);

impl Signals {
    /// Returns what the rules tell of a text, nothing where they tell nothing.
    pub(crate) fn find(&self, asked: &Asked<'_>) -> Vec<Annotation> {
        let languages = self.languages_of(asked.language);
        let mut hits = self.phrase_hits(asked.tokens, languages);
        for (at, rule) in self.rules.iter().enumerate().filter(|(_, rule)| rule.languages & languages != 0) {
            steps::taken(1);
            if let Some(piece) = style_hit(rule, asked) {
                hits.push((at as u16, piece));
            }
        }
        if hits.is_empty() {
            return Vec::new();
        }
        Signal::ALL.iter().filter_map(|signal| self.told(*signal, &hits, asked)).collect()
    }

    /// Returns the bits of the rules that may speak; the lowest is for those of any language.
    fn languages_of(&self, language: Option<&str>) -> u64 {
        let known = language.map(tag::primary);
        let at = self.languages.iter().position(|code| Some(code.as_str()) == known);
        1 | at.map_or(0, |at| 2 << at)
    }

    fn phrase_hits(&self, tokens: &Tokens, languages: u64) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        let mut counted: Vec<u32> = Vec::new();
        let mut taken = [0_usize; Signal::ALL.len()];
        for (at, piece) in tokens.pieces.iter().enumerate() {
            steps::taken(1);
            if self.phrases.begins_none(word_of(piece)) {
                continue;
            }
            for (rule, node, len) in self.longest(tokens, at, languages).into_iter().flatten() {
                let (signal, speaks) =
                    (self.rules[usize::from(rule)].signal, self.rules[usize::from(rule)].speaks);
                let Speaks::Phrases { is_negatable, .. } = speaks else { continue };
                let until = &mut taken[signal as usize];
                if at < *until || counted.len() >= limits::EVIDENCE_MAX {
                    continue;
                }
                *until = at + len;
                let is_silent = is_negatable && self.is_negated(tokens, at, languages);
                if !is_silent && !counted.contains(&node) {
                    counted.push(node);
                    hits.push((rule, Some((at, at + len - 1))));
                }
            }
        }
        hits
    }

    /// Returns for each signal the longest phrase that begins at a piece: rule, node and pieces.
    fn longest(
        &self,
        tokens: &Tokens,
        at: usize,
        languages: u64,
    ) -> [Option<(u16, u32, usize)>; Signal::ALL.len()] {
        let mut longest = [None; Signal::ALL.len()];
        let mut node = 0;
        for len in 1..=WORDS_MAX {
            let Some(piece) = tokens.pieces.get(at + len - 1) else { break };
            if len > 1 && is_barred(tokens, at + len - 1) {
                break;
            }
            let Some(next) = self.phrases.next(node, word_of(piece)) else { break };
            node = next;
            steps::taken(1 + self.phrases.ends(node).len());
            for number in self.phrases.ends(node) {
                let rule = &self.rules[usize::from(*number)];
                let opens = matches!(rule.speaks, Speaks::Phrases { opens_sentence: true, .. });
                if rule.languages & languages != 0 && (!opens || is_opening(tokens, at)) {
                    longest[rule.signal as usize] = Some((*number, node, len));
                }
            }
        }
        longest
    }

    fn is_negated(&self, tokens: &Tokens, at: usize, languages: u64) -> bool {
        for before in (at.saturating_sub(NEGATION_WORDS)..at).rev() {
            steps::taken(1);
            if tokens.pieces[before + 1].is_after_break || is_barred(tokens, before + 1) {
                return false;
            }
            let piece = &tokens.pieces[before];
            if piece.kind == Kind::Mark {
                return false;
            }
            if self.phrases.negates(word_of(piece), languages) {
                return true;
            }
        }
        false
    }

    /// Returns what is told of one signal, if its rules weigh enough.
    fn told(&self, signal: Signal, hits: &[Hit], asked: &Asked<'_>) -> Option<Annotation> {
        let of_signal = || hits.iter().filter(|(rule, _)| self.rules[usize::from(*rule)].signal == signal);
        let sum: f64 = of_signal().map(|(rule, _)| self.rules[usize::from(*rule)].weight).sum();
        let score = rounded(sum.clamp(0.0, 1.0));
        let level = self.levels.signals[signal as usize];
        if score <= 0.0 || score < level {
            return None;
        }
        let scale = if sum > 1.0 { 1.0 / sum } else { 1.0 };
        let evidence = of_signal().map(|(rule, pieces)| {
            let rule = &self.rules[usize::from(*rule)];
            let (start, end, text) = place(rule, *pieces, asked);
            Evidence { start, end, text, weight: rounded(rule.weight * scale) }
        });
        let mut evidence: Vec<Evidence> = evidence.filter(|evidence| evidence.weight != 0.0).collect();
        evidence.sort_by_key(|evidence| (evidence.start, evidence.end));
        let (kind, value) = match signal {
            Signal::Urgency if score >= self.levels.urgent => (AnnotationKind::Urgency, "urgent"),
            Signal::Urgency => (AnnotationKind::Urgency, "soon"),
            Signal::StrongLanguage => (AnnotationKind::Toxicity, signal.as_str()),
            _ => (AnnotationKind::Topic, signal.as_str()),
        };
        Some(Annotation {
            kind,
            value: value.to_owned(),
            score: Some(score),
            confidence: None,
            evidence,
            producer: self.producer,
            producer_version: self.producer_version.clone(),
        })
    }
}

/// Returns the mark that a rule about style speaks of; it may be of the text as a whole.
fn style_hit(rule: &Rule, asked: &Asked<'_>) -> Option<Option<(usize, usize)>> {
    let tokens = asked.tokens;
    let mark = |sign: [char; 3]| {
        steps::taken(tokens.pieces.len());
        let is_it =
            |piece: &Piece| piece.kind == Kind::Mark && written(tokens, piece, piece, asked).contains(sign);
        tokens.pieces.iter().position(is_it).map(|at| (at, at))
    };
    match rule.speaks {
        Speaks::Phrases { .. } => None,
        Speaks::Exclamations(least) => (tokens.exclamations >= least).then(|| mark(['!', '！', '¡'])),
        Speaks::Questions(least) => {
            let marks = mark(['?', '？', '؟']);
            (tokens.questions >= least || least == 1 && marks.is_some()).then_some(marks)
        }
        Speaks::Capitals(least) => (capitals(tokens)? >= least).then_some(None),
    }
}

/// Returns the share of the words that are written in capitals; nothing where there are too few.
fn capitals(tokens: &Tokens) -> Option<f64> {
    steps::taken(2 * tokens.list.len());
    let words = || tokens.list.iter().filter(|token| !token.is_sign && token.end > token.start + 1);
    let count = words().count();
    let upper = words().filter(|token| token.is_upper).count();
    (count >= CAPITALS_WORDS_MIN).then(|| upper as f64 / count as f64)
}

/// Tells whether a bar stands before a piece: it is of another part, or what somebody else wrote was between.
fn is_barred(tokens: &Tokens, at: usize) -> bool {
    let before = (tokens.pieces[at].token as usize).checked_sub(1).and_then(|at| tokens.list.get(at));
    at > 0
        && tokens.pieces[at].token != tokens.pieces[at - 1].token
        && before.is_some_and(|token| token.start == token.end)
}

/// Tells whether a sentence, or a part of one, begins with a piece.
fn is_opening(tokens: &Tokens, at: usize) -> bool {
    let is_end =
        |piece: &Piece| matches!(piece.kind, Kind::Mark | Kind::Mention | Kind::Picture | Kind::Emoticon);
    at == 0 || tokens.pieces[at].is_after_break || is_end(&tokens.pieces[at - 1]) || is_barred(tokens, at)
}

fn written<'t>(tokens: &Tokens, first: &Piece, last: &Piece, asked: &Asked<'t>) -> &'t str {
    let part = match tokens.list[first.token as usize].part {
        Part::Title => asked.title,
        Part::Text => asked.text,
    };
    part.get(first.start as usize..last.end as usize).unwrap_or("")
}

/// Returns the span and the words of what a rule speaks of. As all evidence, words of the title have 0 for both;
/// so has the text as a whole, for which the rule's name stands.
fn place(rule: &Rule, pieces: Option<(usize, usize)>, asked: &Asked<'_>) -> (usize, usize, String) {
    let Some((first, last)) = pieces else { return (0, 0, rule.name.to_string()) };
    let (first, last) = (&asked.tokens.pieces[first], &asked.tokens.pieces[last]);
    let text = written(asked.tokens, first, last, asked).to_owned();
    match asked.tokens.list[first.token as usize].part {
        Part::Title => (0, 0, text),
        Part::Text => (first.start as usize, last.end as usize, text),
    }
}
