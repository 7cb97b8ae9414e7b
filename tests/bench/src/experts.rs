//! One question to the index of experts, over a million items.
//!
//! The items are invented by a seed: words by Zipf's law, a topic for each person that some of the words are of, days by
//! chance within three years. Questions are made like items, and once more of the most usual words alone: the worst case.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use hark_analysis::experts::{Availability, Experts, Outcome, Presence, Question};

use crate::figure::Figure;

const ITEMS: u64 = 1_000_000;
const SEED: u64 = 1;
/// Milliseconds that one question may take.
const TARGET_MS: f64 = 2.0;
const PERSONS: u64 = 20_000;
const WORDS: f64 = 200_000.0;
/// Words that belong to one topic, and topics.
const TOPIC_WORDS: u64 = 300;
const TOPICS: u64 = 500;
const QUESTIONS: u64 = 1_000;
const DAY_SECS: i64 = 86_400;
const TODAY: i64 = 20_600;

/// Numbers by chance, the same for the same seed (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// Returns a rank from 1 to `most`, the first ones most often: Zipf's law with exponent 1.
    fn zipf(&mut self, most: f64) -> u64 {
        let unit = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        most.powf(unit) as u64
    }

    /// Returns a text of a person whose topic is `topic`: every fourth word is of the topic.
    fn text(&mut self, topic: u64) -> String {
        let words = 6 + self.below(20);
        let word = |_| match self.below(4) {
            0 => format!("t{}", letters(topic * TOPIC_WORDS + self.zipf(TOPIC_WORDS as f64))),
            _ => letters(self.zipf(WORDS)),
        };
        (0..words).map(word).collect::<Vec<_>>().join(" ")
    }
}

/// Returns a word of letters for a number: digits would all be one.
fn letters(mut number: u64) -> String {
    let mut word = String::new();
    while number > 0 {
        word.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
    }
    word
}

fn topic_of(person: u64) -> u64 {
    person % TOPICS
}

fn fill(chance: &mut Chance) -> Result<Experts> {
    let mut experts = Experts::new();
    for person in 0..PERSONS {
        experts.opt_in(&format!("p{person}"))?;
    }
    for id in 0..ITEMS {
        let person = chance.zipf(PERSONS as f64) - 1;
        let day = TODAY - chance.below(1_095) as i64;
        let text = chance.text(topic_of(person));
        let now = TODAY * DAY_SECS;
        experts.keep((id, &text), &format!("p{person}"), Outcome::Said, day * DAY_SECS, now);
    }
    Ok(experts)
}

/// Returns how long this thread has computed, where the system tells: on a machine with other work, time by the clock
/// says nothing of the code. It is told at the ticks of the system, so that it is of use for many questions together.
fn computed() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split_whitespace().next()?.parse().ok()?))
}

/// Asks every question; returns the mean time of one in milliseconds, and how many of the first names are of the topic
/// of their question.
fn ask(experts: &mut Experts, questions: &[(u64, String)], half_life_days: f32) -> (f64, usize) {
    let now_secs = TODAY * DAY_SECS;
    let (begun, before) = (Instant::now(), computed());
    let is_right = |(topic, text): &&(u64, String)| {
        let question = Question { text, now_secs, half_life_days, asked_by: "", open_items_max: 1 };
        let found = experts.ask(&question, |_| Availability { presence: Presence::Here, open_items: 0 });
        let first = found.first().and_then(|expert| expert.person[1..].parse().ok());
        first.is_some_and(|person| topic_of(person) == *topic)
    };
    let right = questions.iter().filter(is_right).count();
    let of_thread = before.and_then(|before| computed()?.checked_sub(before));
    let took = of_thread.unwrap_or_else(|| begun.elapsed());
    (took.as_secs_f64() * 1e3 / questions.len() as f64, right)
}

/// Measures questions of both sorts.
pub fn measure() -> Result<Vec<Figure>> {
    let mut chance = Chance(SEED);
    let mut experts = fill(&mut chance)?;
    ensure!(experts.items() as u64 == ITEMS, "all items are kept");
    let usual = (1..=16).map(letters).collect::<Vec<_>>().join(" ");
    let like_items: Vec<(u64, String)> = (0..QUESTIONS)
        .map(|_| {
            let topic = chance.below(TOPICS);
            (topic, chance.text(topic))
        })
        .collect();
    let worst: Vec<(u64, String)> = (0..QUESTIONS).map(|_| (0, usual.clone())).collect();
    let (mut mean, mut usual_mean, mut right) = (0.0_f64, 0.0_f64, QUESTIONS as usize);
    for half_life_days in [60.0, 1_000.0] {
        let (took, found) = ask(&mut experts, &like_items, half_life_days);
        (mean, right) = (mean.max(took), right.min(found));
        usual_mean = usual_mean.max(ask(&mut experts, &worst, half_life_days).0);
    }
    let share = 100.0 * f64::from(u32::try_from(right).context("a share")?) / QUESTIONS as f64;
    Ok(vec![
        Figure::at_most("experts, a question over a million items", mean, TARGET_MS, "ms"),
        Figure::at_most("experts, a question of the most usual words alone", usual_mean, TARGET_MS, "ms"),
        // Chance alone would find one of five hundred: what is timed must answer, a hundred times as well.
        Figure::at_least("experts, the first name is of the topic of the question", share, 20.0, "%"),
    ])
}
