//! How long one question to the index of experts takes over a million items.
//!
//! `cargo run -p hark-analysis --example experts -- [ITEMS] [SEED]`. The items are invented by the seed: words by
//! Zipf's law, a topic for each person that some of the words are of, days by chance within three years. Questions
//! are made like items, and once more of the most usual words alone: the worst case.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use hark_analysis::experts::{Availability, Experts, Outcome, Presence, Question};

const ITEMS: u64 = 1_000_000;
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

fn fill(chance: &mut Chance, items: u64) -> Result<Experts, String> {
    let mut experts = Experts::new();
    for person in 0..PERSONS {
        experts.opt_in(&format!("p{person}")).map_err(|error| error.to_string())?;
    }
    for id in 0..items {
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

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u64>());
    let (Ok(items), Ok(seed)) = (arguments.next().unwrap_or(Ok(ITEMS)), arguments.next().unwrap_or(Ok(1)))
    else {
        eprintln!("usage: experts [ITEMS] [SEED]");
        return ExitCode::from(2);
    };
    let mut chance = Chance(seed);
    let begun = Instant::now();
    let mut experts = match fill(&mut chance, items) {
        Ok(experts) => experts,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    println!("{items} items kept in {:.1} s", begun.elapsed().as_secs_f64());
    let usual = (1..=16).map(letters).collect::<Vec<_>>().join(" ");
    let like_items: Vec<(u64, String)> = (0..QUESTIONS)
        .map(|_| {
            let topic = chance.below(TOPICS);
            (topic, chance.text(topic))
        })
        .collect();
    let worst: Vec<(u64, String)> = (0..QUESTIONS).map(|_| (0, usual.clone())).collect();
    for half_life_days in [60.0, 1_000.0] {
        let (mean, right) = ask(&mut experts, &like_items, half_life_days);
        let (worst, _) = ask(&mut experts, &worst, half_life_days);
        println!(
            "half-life {half_life_days} days: {mean:.2} ms a question, {worst:.2} of the most usual words alone;"
        );
        println!(
            "    the first is one of the {} people of its topic in {right} of {QUESTIONS}",
            PERSONS / TOPICS
        );
    }
    let begun = Instant::now();
    experts.forget("p0");
    println!(
        "the busiest person forgotten in {:.2} s, {} items left",
        begun.elapsed().as_secs_f64(),
        experts.items()
    );
    ExitCode::SUCCESS
}
