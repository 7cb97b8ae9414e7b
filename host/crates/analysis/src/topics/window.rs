//! Counts of terms in a window of texts, and in those before it.
//!
//! Holds: a weight is tf-idf, texts with the term times how rare it is in all that was read: two counts that
//! anybody can check. A surprise is the Chernoff bound of a binomial: how unlikely so many texts with the term
//! are, if it came up as often as before; told is what chance alone would hardly bring once in a hundred
//! windows, with all terms of the window tried. Words come in clumps, so that some of what is told is still a
//! clump and not news. Not here: which texts are one and the same (`duplicates`).

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use crate::hash::Hashed;
use crate::topics::terms::{Term, Terms, WORDS_MAX, hash_of};

/// Most terms that a window counts; beyond it the rarest are forgotten.
const WINDOW_TERMS_MAX: usize = 1 << 16;
/// Most terms that are remembered of all windows before.
const PAST_TERMS_MAX: usize = 1 << 18;
/// What is left of the past after each window: half after 46 of them.
const KEPT: f32 = 0.985;
/// A term that came up less is forgotten.
const PAST_MIN: f32 = 0.3;
/// How many terms of a window may be told by chance.
const BY_CHANCE_MAX: f64 = 0.01;
/// Fewest texts with a term that is told.
const TEXTS_MIN: u32 = 3;
/// How many times as often as before a term comes up that is told.
const TIMES_MIN: f64 = 2.0;
/// A phrase stands for a word that hardly comes up without it.
const STANDS_FOR: f64 = 0.7;

/// A term of a window.
#[derive(Debug, Clone, PartialEq)]
pub struct Keyword {
    /// As the first text had it.
    pub text: String,
    /// In how many texts of the window it stands.
    pub texts: u32,
    /// Texts with it, times the natural logarithm of how rare it is.
    pub weight: f64,
}

/// A term that comes up more than it did.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    /// As the first text had it.
    pub text: String,
    /// In how many texts of the window it stands.
    pub texts: u32,
    /// In how many it would stand if all was as before.
    pub usual: f64,
    /// How unlikely so many are: the negative natural logarithm of a probability.
    pub surprise: f64,
}

/// Terms of a window of texts beside those of the texts before.
#[derive(Debug, Default)]
pub struct Topics {
    window: HashMap<u64, Counted, BuildHasherDefault<Hashed>>,
    texts: u32,
    past: HashMap<u64, f32, BuildHasherDefault<Hashed>>,
    past_texts: f64,
}

#[derive(Debug)]
struct Counted {
    text: Box<str>,
    words: [u64; WORDS_MAX],
    texts: u32,
}

impl Topics {
    /// Counts a text.
    pub fn note(&mut self, terms: &Terms<'_>) {
        self.texts = self.texts.saturating_add(1);
        for Term { hash, text, words } in &terms.0 {
            let counted = || Counted { text: (*text).into(), words: *words, texts: 0 };
            let counted = self.window.entry(*hash).or_insert_with(counted);
            counted.texts = counted.texts.saturating_add(1);
        }
        self.forget_rare();
    }

    /// Returns the terms that tell most what the window is about, at most `most`, the weightiest first.
    pub fn keywords(&self, most: usize) -> Vec<Keyword> {
        let all = self.past_texts + f64::from(self.texts) + 1.0;
        let weight = |hash: u64, counted: &Counted| {
            let with = self.past_of(hash) + f64::from(counted.texts);
            f64::from(counted.texts) * (all / (with + 0.5)).ln()
        };
        let told = self.ranked(most, |hash, counted| (counted.texts > 1).then(|| weight(hash, counted)));
        let keyword = |(counted, weight): (&Counted, f64)| Keyword {
            text: counted.text.to_string(),
            texts: counted.texts,
            weight,
        };
        told.into_iter().map(keyword).collect()
    }

    /// Returns the terms that come up more than they did, at most `most`, the most surprising first; none as
    /// long as there is nothing before.
    pub fn trending(&self, most: usize) -> Vec<Trend> {
        let texts = f64::from(self.texts);
        let least = (self.window.len() as f64 / BY_CHANCE_MAX).ln();
        let told = self.ranked(most, |hash, counted| {
            let (now, before) = (f64::from(counted.texts) / texts, self.share_before(hash));
            let is_more = counted.texts >= TEXTS_MIN && now >= TIMES_MIN * before;
            let surprise = texts * divergence(now, before);
            (is_more && self.past_texts > 0.0 && surprise >= least).then_some(surprise)
        });
        let trend = |(counted, surprise): (&Counted, f64)| Trend {
            text: counted.text.to_string(),
            texts: counted.texts,
            usual: texts * self.share_before(hash_of(words_of(counted))),
            surprise,
        };
        told.into_iter().map(trend).collect()
    }

    /// Ends the window: it is a part of the past now, and the next begins.
    pub fn turn(&mut self) {
        self.past.values_mut().for_each(|count| *count *= KEPT);
        for (hash, counted) in self.window.drain() {
            *self.past.entry(hash).or_insert(0.0) += counted.texts as f32;
        }
        self.past_texts = self.past_texts * f64::from(KEPT) + f64::from(self.texts);
        self.texts = 0;
        let mut least = PAST_MIN;
        loop {
            self.past.retain(|_, count| *count >= least);
            if self.past.len() <= PAST_TERMS_MAX {
                return;
            }
            least *= 2.0;
        }
    }

    /// Returns how many texts the window has.
    pub fn texts(&self) -> u32 {
        self.texts
    }

    /// Returns how many terms are kept, of the window and of the past.
    pub fn len(&self) -> usize {
        self.window.len() + self.past.len()
    }

    /// Tells whether no term is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn past_of(&self, hash: u64) -> f64 {
        self.past.get(&hash).copied().map_or(0.0, f64::from)
    }

    /// Returns the share of the texts before that have a term; half a text where none has.
    fn share_before(&self, hash: u64) -> f64 {
        (self.past_of(hash) + 0.5) / (self.past_texts + 1.0)
    }

    /// Forgets the rarest terms where there are too many, at least half of them.
    fn forget_rare(&mut self) {
        let mut least = 2;
        while self.window.len() > WINDOW_TERMS_MAX {
            self.window.retain(|_, counted| counted.texts >= least);
            least = if self.window.len() > WINDOW_TERMS_MAX / 2 { least * 2 } else { least };
        }
    }

    /// Returns the terms that `rank` gives a rank, the highest first, without words for which a phrase stands.
    fn ranked(&self, most: usize, rank: impl Fn(u64, &Counted) -> Option<f64>) -> Vec<(&Counted, f64)> {
        let ranked =
            self.window.iter().filter_map(|(hash, counted)| Some((*hash, counted, rank(*hash, counted)?)));
        let mut ranked: Vec<(u64, &Counted, f64)> = ranked.collect();
        let mut stood_for: Vec<u64> = Vec::new();
        for (_, phrase, _) in &ranked {
            let words = words_of(phrase);
            for len in 1..words.len() {
                let parts = words.windows(len).map(hash_of);
                let is_stood_for = |part: &u64| {
                    let part = self.window.get(part);
                    part.is_some_and(|part| f64::from(phrase.texts) >= STANDS_FOR * f64::from(part.texts))
                };
                stood_for.extend(parts.filter(is_stood_for));
            }
        }
        stood_for.sort_unstable();
        ranked.retain(|(hash, ..)| stood_for.binary_search(hash).is_err());
        // The hash makes the order the same always.
        ranked.sort_by(|one, other| other.2.total_cmp(&one.2).then(one.0.cmp(&other.0)));
        ranked.into_iter().take(most).map(|(_, counted, rank)| (counted, rank)).collect()
    }
}

fn words_of(counted: &Counted) -> &[u64] {
    let len = counted.words.iter().position(|word| *word == 0).unwrap_or(WORDS_MAX);
    &counted.words[..len.max(1)]
}

/// Returns how far a share of `now` is from one of `before`, in nats for each text; 0 where it is less.
fn divergence(now: f64, before: f64) -> f64 {
    if now <= before {
        return 0.0;
    }
    let rest = if now < 1.0 { (1.0 - now) * ((1.0 - now) / (1.0 - before)).ln() } else { 0.0 };
    now * (now / before).ln() + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Analyser;

    const USUAL: [&str; 6] = [
        "The parcel came on Monday and all was well",
        "Where can I find the opening hours of the shop?",
        "I love the new shop, the staff is friendly",
        "My parcel is late again, please have a look",
        "Do you have this jacket in green?",
        "The jacket fits, thank you for the quick parcel",
    ];

    fn note(topics: &mut Topics, analyser: &Analyser, text: &str) {
        topics.note(&analyser.read(text, None, Some("en"), None).terms());
    }

    fn usual_window(topics: &mut Topics, analyser: &Analyser, texts: usize) {
        (0..texts).for_each(|at| note(topics, analyser, USUAL[at % USUAL.len()]));
    }

    #[test]
    fn a_window_is_told_by_its_own_words() {
        let (analyser, mut topics) = (Analyser::plain(), Topics::default());
        usual_window(&mut topics, &analyser, 60);
        let words =
            |topics: &Topics| topics.keywords(3).into_iter().map(|word| word.text).collect::<Vec<_>>();
        assert!(words(&topics).contains(&"parcel".to_owned()), "{:?}", topics.keywords(9));
        topics.turn();
        usual_window(&mut topics, &analyser, 12);
        (0..12)
            .for_each(|_| note(&mut topics, &analyser, "The gift card does not work: gift card declined!"));
        let first = &topics.keywords(1)[0];
        assert!(first.text.contains("gift card") && first.texts == 12, "{:?}", topics.keywords(9));
        assert!(topics.keywords(99).iter().all(|word| word.text != "gift" && word.text != "the"));
    }

    #[test]
    fn what_is_new_trends_and_what_is_usual_does_not() {
        let (analyser, mut topics) = (Analyser::plain(), Topics::default());
        usual_window(&mut topics, &analyser, 120);
        assert_eq!(topics.trending(9), [], "there is nothing before");
        for _ in 0..10 {
            topics.turn();
            usual_window(&mut topics, &analyser, 120);
        }
        assert_eq!(topics.trending(9), []);
        for at in 0..12 {
            note(
                &mut topics,
                &analyser,
                &format!("Checkout outage in {}, anybody else?", ["Rome", "Oslo", "Kiel"][at % 3]),
            );
        }
        let trends = topics.trending(9);
        assert_eq!(trends[0].text, "Checkout outage", "{trends:?}");
        assert!(trends[0].texts == 12 && trends[0].usual < 0.1 && trends[0].surprise > 20.0, "{trends:?}");
        assert!(trends.iter().all(|trend| trend.text != "parcel"));
        topics.turn();
        usual_window(&mut topics, &analyser, 120);
        assert_eq!(topics.trending(9), [], "it is over");
    }

    #[test]
    fn memory_is_bounded_and_what_is_frequent_stays() {
        let (analyser, mut topics) = (Analyser::plain(), Topics::default());
        let letter = |n: u32| char::from_u32(0x4e00 + n % 20_000).unwrap_or('決');
        for round in 0..4 {
            for n in 0..3_000_u32 {
                let rare: String = (0..40).map(|at| letter((n * 40 + at) * 7_919 + round)).collect();
                note(&mut topics, &analyser, &format!("outage {rare}"));
                assert!(topics.window.len() <= WINDOW_TERMS_MAX);
            }
            let outage = topics.window.values().find(|counted| &*counted.text == "outage");
            assert_eq!(outage.map(|outage| outage.texts), Some(3_000));
            topics.turn();
            assert!(topics.past.len() <= PAST_TERMS_MAX);
        }
    }

    #[test]
    fn surprise_is_the_bound_of_the_binomial() {
        // 20 of 100 where 10 are usual: 100 (0.2 ln 2 + 0.8 ln(0.8/0.9)).
        assert!((100.0 * divergence(0.2, 0.1) - 4.440).abs() < 0.001);
        assert!((divergence(1.0, 0.5) - 2_f64.ln()).abs() < 1e-12);
        assert_eq!(divergence(0.1, 0.2), 0.0);
    }
}
