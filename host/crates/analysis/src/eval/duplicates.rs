//! How often a text that was changed a little is found again, and how often a stranger is taken for it.
//!
//! Holds: changed texts are looked up among all others, as in use, and found is the very text that was changed;
//! words that are put in come from the other texts. A part of the words is rounded down, and one at least. Pairs by chance are of all texts, so that
//! some of those taken for the same are.

use crate::analyser::Analyser;
use crate::duplicates::{Duplicates, SAME_MIN, Signature};
use crate::eval::Figure;
use crate::eval::dice::Dice;

/// Fewest texts by which anything can be said.
const TEXTS_MIN: usize = 1_000;
/// Changed texts of each kind.
const COPIES: usize = 20_000;
const PAIRS: u32 = 20_000_000;
const SET: &str = "near-duplicates";

/// What is done to a text.
#[derive(Debug, Clone, Copy)]
enum Change {
    Replace { one_in: usize },
    ReplaceOne,
    Cut,
    PutIn,
}

const CHANGES: [(&str, Change); 5] = [
    ("found, one word replaced", Change::ReplaceOne),
    ("found, cut to three quarters", Change::Cut),
    ("found, two words put in", Change::PutIn),
    ("found, a quarter of the words replaced", Change::Replace { one_in: 4 }),
    ("found, a third of the words replaced", Change::Replace { one_in: 3 }),
];

impl Change {
    fn apply<'t>(self, words: &mut Vec<&'t str>, others: &[&'t str], dice: &mut Dice) {
        let replaced = match self {
            Self::ReplaceOne => 1,
            Self::Replace { one_in } => (words.len() / one_in).max(1),
            Self::Cut => return words.truncate((words.len() * 3).div_ceil(4)),
            Self::PutIn => {
                for _ in 0..2 {
                    words.insert(dice.below(words.len() + 1), others[dice.below(others.len())]);
                }
                return;
            }
        };
        let mut places: Vec<usize> = (0..words.len()).collect();
        dice.shuffle(&mut places);
        places.iter().take(replaced).for_each(|place| words[*place] = others[dice.below(others.len())]);
    }
}

/// Measures on `texts`.
pub(super) fn figures(analyser: &Analyser, texts: &[&str]) -> Vec<Figure> {
    let signature = |text: &str| analyser.read(text, None, Some("en"), None).signature();
    let known: Vec<(&str, Signature)> =
        texts.iter().filter_map(|text| Some((*text, signature(text)?))).collect();
    if known.len() < TEXTS_MIN {
        return Vec::new();
    }
    let put = |name, value, texts| Figure { set: SET.to_owned(), name, value, texts };
    let mut figures =
        vec![put("long enough to tell", known.len() as f64 / texts.len() as f64, texts.len() as u64)];
    let mut dice = Dice::default();
    let pairs = f64::from(PAIRS) / 1e6;
    let same = f64::from(same_by_chance(&known, &mut dice));
    figures.push(put("of a million pairs by chance, the same", same / pairs, u64::from(PAIRS)));
    let mut seen = Duplicates::with_room_for(known.len() + CHANGES.len() * COPIES);
    let firsts: Vec<usize> =
        known.iter().enumerate().map(|(at, (_, known))| seen.sight(at, 0, known).first).collect();
    let folded = firsts.iter().enumerate().filter(|(at, first)| at != *first).count();
    figures.push(put("counted with an earlier text", folded as f64 / known.len() as f64, known.len() as u64));
    let compared = seen.compared() as f64 / known.len() as f64;
    figures.push(put("texts compared for one look-up", compared, known.len() as u64));
    let mut taken = 0;
    let others: Vec<&str> = texts.iter().flat_map(|text| text.split_whitespace()).collect();
    // Of texts that are counted with another there is nothing to be found again.
    let kept: Vec<usize> = (0..known.len()).filter(|at| firsts[*at] == *at).collect();
    for (name, change) in CHANGES {
        let (mut found, mut other) = (0_u32, 0_u32);
        for copy in 0..COPIES {
            let at = kept[dice.below(kept.len())];
            let mut words: Vec<&str> = known[at].0.split_whitespace().collect();
            change.apply(&mut words, &others, &mut dice);
            let id = known.len() + copy;
            let first = signature(&words.join(" ")).map_or(id, |changed| seen.sight(id, 0, &changed).first);
            found += u32::from(first == at);
            other += u32::from(first < known.len() && first != at);
        }
        figures.push(put(name, f64::from(found) / COPIES as f64, COPIES as u64));
        taken += other;
    }
    let copies = COPIES * CHANGES.len();
    figures.push(put("taken for another that is kept", f64::from(taken) / copies as f64, copies as u64));
    figures
}

fn same_by_chance(known: &[(&str, Signature)], dice: &mut Dice) -> u32 {
    let mut same = 0;
    for _ in 0..PAIRS {
        let (one, other) = (dice.below(known.len()), dice.below(known.len() - 1));
        let other = if other >= one { other + 1 } else { other };
        same += u32::from(known[one].1.same(&known[other].1) >= SAME_MIN);
    }
    same
}
