//! VADER's rules: what each word adds to the feeling of a text, and what the words before it do to that.
//!
//! Holds: the score is the sum of the weights of its evidence, each weight being what that word added,
//! turned or strengthened. Plain text scores as VADER 3.3.2 scores it, but for one quirk (see `but`).
//! Not here: words, labels, spans.

use std::iter::repeat_n;

use crate::lexicon::{BOOSTER_PAIRS, IDIOMS, Word};
use crate::steps;
use crate::tokens::{Token, Tokens};

const CAPITALS: f64 = 0.733;
const NEGATION: f64 = -0.74;
const NEVER_SO: f64 = 1.25;
const EXCLAMATION: f64 = 0.292;
const EXCLAMATIONS_MAX: usize = 4;
const QUESTION: f64 = 0.18;
const QUESTIONS_MAX: usize = 3;
const QUESTIONS: f64 = 0.96;
const ALPHA: f64 = 15.0;
const BEFORE_BUT: f64 = 0.5;
const BEHIND_BUT: f64 = 1.5;
/// How much of a booster is left at one, two and three words' distance.
const REACH: [f64; 3] = [1.0, 0.95, 0.9];

/// How a text feels, and what made it so.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Valence {
    /// -1 to 1.
    pub score: f64,
    /// What each token added to the score.
    pub weights: Vec<f64>,
    /// What the `!` and `?` added to the score.
    pub marks: f64,
}

impl Valence {
    /// Nothing felt.
    pub fn zero(tokens: &Tokens) -> Self {
        Self { score: 0.0, weights: vec![0.0; tokens.list.len()], marks: 0.0 }
    }
}

/// Scores `tokens`; of all that carry feeling only those that `counts` lets pass.
pub(crate) fn score(tokens: &Tokens, counts: impl Fn(&Token) -> bool) -> Valence {
    let list = tokens.list.as_slice();
    // Not `vec!`, as in `Model::shares`.
    let mut weights: Vec<f64> = repeat_n(0.0, list.len()).collect();
    let but = list.iter().position(|token| token.entry.word == Word::But);
    let mut sum = 0.0;
    for at in 0..list.len() {
        steps::taken(1);
        let token = &list[at];
        if token.entry.valence.is_none() || token.entry.boost != 0.0 || !counts(token) || is_kind_of(list, at)
        {
            continue;
        }
        let steps = Steps::of(list, at, tokens.caps_differ());
        // The reference finds each value by its first equal, so that two equal values around a "but" may
        // change places. Here each word is weighed by where it stands.
        let share = match but {
            Some(but) if at < but => BEFORE_BUT,
            Some(but) if at > but => BEHIND_BUT,
            _ => 1.0,
        };
        sum += steps.value * share;
        for (who, step) in &steps.taken[..steps.len] {
            weights[*who] += step * share;
        }
    }
    let marks = emphasis(tokens)
        * if sum > 0.0 {
            1.0
        } else if sum < 0.0 {
            -1.0
        } else {
            0.0
        };
    let total = sum + marks;
    // Dividing every part by the same number keeps the parts of a score a sum.
    let scale = (total * total + ALPHA).sqrt();
    weights.iter_mut().for_each(|weight| *weight /= scale);
    Valence { score: total / scale, weights, marks: marks / scale }
}

fn emphasis(tokens: &Tokens) -> f64 {
    let exclamations = tokens.exclamations.min(EXCLAMATIONS_MAX) as f64 * EXCLAMATION;
    let questions = match tokens.questions {
        0 | 1 => 0.0,
        few @ 2..=QUESTIONS_MAX => few as f64 * QUESTION,
        _ => QUESTIONS,
    };
    exclamations + questions
}

fn is_kind_of(list: &[Token], at: usize) -> bool {
    list[at].entry.word == Word::Kind && list.get(at + 1).is_some_and(|next| next.entry.word == Word::Of)
}

/// How the value of one word came about, step by step, and whose doing each step was.
struct Steps<'a> {
    list: &'a [Token],
    at: usize,
    caps_differ: bool,
    value: f64,
    taken: [(usize, f64); Steps::MAX],
    len: usize,
}

impl<'a> Steps<'a> {
    /// The word, "no", capitals; then a boost and a turn at each of three places, three pairs, "least".
    const MAX: usize = 13;

    fn of(list: &'a [Token], at: usize, caps_differ: bool) -> Self {
        let mut steps = Self { list, at, caps_differ, value: 0.0, taken: [(at, 0.0); Self::MAX], len: 0 };
        steps.start();
        for distance in 1..=3 {
            // A word that has a feeling of its own does nothing to the next.
            match steps.before(distance) {
                Some(before) if before.entry.valence.is_none() => {}
                Some(_) => continue,
                None => break,
            }
            steps.boost(distance);
            steps.negate(distance);
            if distance == 3 {
                steps.idioms();
            }
        }
        steps.least();
        steps
    }

    fn before(&self, distance: usize) -> Option<&'a Token> {
        self.at.checked_sub(distance).map(|at| &self.list[at])
    }

    fn word_before(&self, distance: usize) -> Word {
        self.before(distance).map_or(Word::Other, |token| token.entry.word)
    }

    /// Moves to `value`; `distance` words before is who did it, 0 the word itself.
    fn step(&mut self, distance: usize, value: f64) {
        self.taken[self.len] = (self.at - distance, value - self.value);
        self.len += 1;
        self.value = value;
    }

    fn start(&mut self) {
        let token = &self.list[self.at];
        let own = token.entry.valence.unwrap_or(0.0);
        // "no" before a word with a feeling turns that word and has none itself.
        let is_turner = token.entry.word == Word::No
            && self.list.get(self.at + 1).is_some_and(|next| next.entry.valence.is_some());
        let no = match (self.word_before(1), self.word_before(2), self.word_before(3)) {
            (Word::No, _, _) => Some(1),
            (_, Word::No, _) => Some(2),
            (Word::Or | Word::Nor, _, Word::No) => Some(3),
            _ => None,
        };
        self.step(0, if is_turner && no.is_none() { 0.0 } else { own });
        if let Some(distance) = no {
            self.step(distance, own * NEGATION);
        }
        if token.is_upper && self.caps_differ {
            self.step(0, self.value + if self.value > 0.0 { CAPITALS } else { -CAPITALS });
        }
    }

    fn boost(&mut self, distance: usize) {
        let Some(before) = self.before(distance).filter(|before| before.entry.boost != 0.0) else { return };
        let mut boost = if self.value < 0.0 { -before.entry.boost } else { before.entry.boost };
        if before.is_upper && self.caps_differ {
            boost += if self.value > 0.0 { CAPITALS } else { -CAPITALS };
        }
        self.step(distance, self.value + boost * REACH[distance - 1]);
    }

    fn negate(&mut self, distance: usize) {
        let (one, two, three) = (self.word_before(1), self.word_before(2), self.word_before(3));
        let so = |word| matches!(word, Word::So | Word::This);
        let factor = match distance {
            2 if two == Word::Never && so(one) => NEVER_SO,
            2 if two == Word::Without && one == Word::Doubt => return,
            // "so" and "this" right before the word count without "never": so does the reference.
            3 if (three == Word::Never && so(two)) || so(one) => NEVER_SO,
            3 if three == Word::Without && (two == Word::Doubt || one == Word::Doubt) => return,
            _ if self.before(distance).is_some_and(|before| before.entry.negates) => NEGATION,
            _ => return,
        };
        let who = if factor == NEVER_SO && so(one) { 1 } else { distance };
        self.step(who, self.value * factor);
    }

    /// Takes the meaning of an idiom around the word instead of the word's own, and adds boosters of two words.
    fn idioms(&mut self) {
        let at = self.at;
        let behind = [(at - 1, 2), (at - 2, 3), (at - 2, 2), (at - 3, 3), (at - 3, 2)];
        if let Some(value) = behind.iter().find_map(|(start, len)| self.idiom(*start, *len)) {
            self.replace(value);
        }
        for len in [2, 3] {
            if let Some(value) = self.idiom(at, len) {
                self.replace(value);
            }
        }
        for distance in [3, 2] {
            let pair = [self.word_before(distance), self.word_before(distance - 1)];
            if let Some((_, boost)) = BOOSTER_PAIRS.iter().find(|(words, _)| *words == pair) {
                self.step(distance, self.value + boost);
            }
        }
    }

    fn idiom(&self, start: usize, len: usize) -> Option<f64> {
        let words = self.list.get(start..start + len)?;
        let is = |idiom: &[Word]| {
            idiom.len() == len && idiom.iter().zip(words).all(|(word, token)| *word == token.entry.word)
        };
        IDIOMS.iter().find(|(idiom, _)| is(idiom)).map(|(_, value)| *value)
    }

    fn replace(&mut self, value: f64) {
        self.len = 0;
        self.value = 0.0;
        self.step(0, value);
    }

    fn least(&mut self) {
        let is_turned = self.word_before(1) == Word::Least
            && !(self.at > 1 && matches!(self.word_before(2), Word::At | Word::Very));
        if is_turned {
            self.step(1, self.value * NEGATION);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::Lexicon;
    use crate::tokens::Part;

    fn valence(text: &str) -> (Tokens, Valence) {
        let mut tokens = Tokens::default();
        tokens.add(Part::Text, text, 0..text.len(), &Lexicon::new());
        let valence = score(&tokens, |_| true);
        (tokens, valence)
    }

    /// Every rule by a text that needs it; the numbers are those of the reference.
    #[test]
    fn the_rules_give_the_numbers_of_the_reference() {
        let oracle = vader_parity::SentimentIntensityAnalyzer::new();
        for text in [
            "",
            "The book was good.",
            "At least it isn't a horrible book.",
            "The book was only kind of good.",
            "VADER is VERY SMART, handsome, and FUNNY!!!",
            "VADER is very smart, handsome, and funny?? ??",
            "Today SUX! But I'll get by, lol",
            "No good, no bad, no horrible or awful thing",
            "there is no doubt or regret and no good",
            "I never had this good a day",
            "never so good in my life, without a doubt great, without doubt good",
            "It is so very good and it was the shit and then the bomb",
            "give it the kiss of death and it is to die for",
            "the least good and the very least good, least good",
            "I was kind of sad and sort of happy and just enough nice",
            "This is the bus stop of a beating heart",
            "yeah right that is bad ass",
            "Make sure you :) or :D today! 💘 😂 bad😡",
            "not at all not very not the worst",
            "hardly REALLY barely good, GREAT",
            "don't not like it, can't hate won't love",
        ] {
            let want = oracle.polarity_scores(text).compound;
            let (_, found) = valence(text);
            assert!((found.score - want).abs() < 0.000_06, "{text:?}: {} instead of {want}", found.score);
        }
    }

    #[test]
    fn the_weights_add_up_to_the_score() {
        for text in [
            "not very good!",
            "I LOVE it but the kind of awful noise?? never so bad!!",
            "no, no good at least",
        ] {
            let (_, found) = valence(text);
            let sum: f64 = found.weights.iter().sum::<f64>() + found.marks;
            assert!((sum - found.score).abs() < 1e-9, "text: {text:?}");
        }
    }

    #[test]
    fn each_word_answers_for_what_it_did() {
        let text = "it is not really good";
        let (tokens, found) = valence(text);
        let weight = |word: &str| {
            let at = tokens.list.iter().position(|token| &text[token.start..token.end] == word).unwrap();
            found.weights[at]
        };
        assert!(weight("good") > 0.0 && weight("really") > 0.0 && weight("not") < 0.0 && weight("it") == 0.0);
        assert!(found.score < 0.0);
    }
}
