//! Ten thousand standing rules like those of a team, made of the words of the texts themselves, so that many
//! come near to a match; the same in every run.

use std::collections::HashMap;

use hark_model::{ItemUid, Sentiment, Zone};
use hark_query::{Filter, Record, Standing, WordCounts};

use crate::NOW_SECS;

/// How many rules stand.
pub const RULES: usize = 10_000;
/// The most usual words are nobody's rule.
const USUAL: usize = 100;
/// Shortest word of a rule, in bytes.
const WORD_BYTES_MIN: usize = 4;

/// Returns the rules, and what they are held against for a text.
pub fn standing(texts: &[&str]) -> Result<Standing, Box<dyn std::error::Error>> {
    let words = by_rarity(texts);
    if words.is_empty() {
        return Err("there are too few different words to make rules of".into());
    }
    let mut draw = Draw(7);
    let mut rules = Vec::with_capacity(RULES);
    for _ in 0..RULES {
        let text = rule(&words, &mut draw);
        let filter: Filter = text.parse()?;
        rules.push((text, filter));
    }
    Ok(Standing::new(rules, &WordCounts::of(texts.iter().copied()))?)
}

/// Returns a text as rules see it, with what was found of it.
pub fn record(text: &str, sentiment: Sentiment, score: Option<f64>) -> Record<'_> {
    Record {
        sources: vec!["blog"],
        language: Some("en"),
        sentiment,
        score,
        ..Record::new(ItemUid::from_bytes([0; 16]), Zone::Social, text, NOW_SECS * 1_000)
    }
}

fn by_rarity<'t>(texts: &[&'t str]) -> Vec<&'t str> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for text in texts {
        let words = text.split(|c: char| !c.is_ascii_lowercase());
        words
            .filter(|word| word.len() >= WORD_BYTES_MIN)
            .for_each(|word| *counts.entry(word).or_default() += 1);
    }
    let mut words: Vec<(usize, &str)> = counts.into_iter().map(|(word, count)| (count, word)).collect();
    words.sort_unstable_by(|one, other| other.cmp(one));
    words.into_iter().skip(USUAL).map(|(_, word)| word).collect()
}

/// One to four words or phrases; in part a word that must not be there, a sentiment, a language, a source.
fn rule(words: &[&str], draw: &mut Draw) -> String {
    let alternatives: Vec<String> = (0..=draw.below(4)).map(|_| alternative(words, draw)).collect();
    let mut rule = format!("({})", alternatives.join(" or "));
    if draw.below(4) == 0 {
        rule += &format!(" -{}", words[draw.below(words.len())]);
    }
    for (one_in, condition) in [(3, " sentiment:<-0.3"), (3, " lang:en"), (5, " source:blog")] {
        if draw.below(one_in) == 0 {
            rule += condition;
        }
    }
    rule
}

fn alternative(words: &[&str], draw: &mut Draw) -> String {
    let word = words[draw.below(words.len())];
    // In quotes, as a word may be one of the language's own.
    match draw.below(4) {
        0 => format!("\"{word} {}\"", words[draw.below(words.len())]),
        _ => format!("\"{word}\""),
    }
}

/// A small generator of numbers (splitmix64).
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) % end as u64) as usize
    }
}
