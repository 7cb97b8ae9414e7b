//! Measures standing rules: time for a message by number of rules, and time to load them.
//!
//! `cargo run -p hark-query --example standing -- MESSAGES`, a file with a message a line; without one, messages
//! are made up. Rules are made of words of the messages: one to four alternatives, words or phrases of two words, in part a
//! word that must not be there, a sentiment, a language, a source. Each number of rules is run against a plain loop over the
//! same filters, in the same run.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for those who work on this crate")]

use std::collections::HashMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use hark_model::{ItemUid, Sentiment, Zone};
use hark_query::{Ambient, Filter, Record, Scratch, Standing, WordCounts, Words};

const NOW: i64 = 1_795_348_800_000;
/// A plain loop is given as many messages as it gets through in about this many tests.
const PLAIN_TESTS: usize = 2_000_000;
/// The fastest of so many runs is told: others share the machine.
const RUNS: usize = 3;
/// Work is repeated for at least so long, for the system counts computing time in steps of some milliseconds.
const RUN_TIME: Duration = Duration::from_millis(200);

/// A small generator of numbers, so that every run has the same rules (splitmix64).
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) % end as u64) as usize
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

fn main() {
    let mut draw = Draw(7);
    let messages = match std::env::args().nth(1) {
        Some(path) => {
            let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
            text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
        }
        None => made_up(&mut draw),
    };
    let bytes: usize = messages.iter().map(String::len).sum();
    println!(
        "{} messages of {} bytes on average; times are this thread's own, for one message",
        messages.len(),
        bytes / messages.len()
    );
    let words = by_rarity(&messages);
    println!("rules       load: read + index     plain loop       standing    times   looked at   found");
    for (name, least) in [("common words", 0), ("rare words", words.len() / 2)] {
        println!("{name}:");
        for count in [10, 1_000, 10_000, 100_000] {
            measure(count, &messages, &words[least..], &mut draw);
        }
    }
}

/// Words that a language has many of, the first of them most often, as in real texts.
fn made_up(draw: &mut Draw) -> Vec<String> {
    let word = |number: usize| format!("w{number}x");
    let mut message = || {
        let words =
            (0..16).map(|_| word(5_000 / (1 + draw.below(5_000)) + draw.below(200))).collect::<Vec<_>>();
        words.join(" ")
    };
    (0..2_000).map(|_| message()).collect()
}

/// Words of four letters and more, the most frequent first; the hundred most frequent are nobody's rules.
fn by_rarity(messages: &[String]) -> Vec<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for message in messages {
        for word in message.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() >= 4) {
            *counts.entry(word.to_ascii_lowercase()).or_default() += 1;
        }
    }
    let mut words: Vec<(usize, String)> = counts.into_iter().map(|(word, count)| (count, word)).collect();
    words.sort_by(|a, b| b.cmp(a));
    words.into_iter().skip(100).map(|(_, word)| word).collect()
}

fn rule(words: &[String], draw: &mut Draw) -> String {
    let mut word = || words[draw.below(words.len())].clone();
    let pool: Vec<String> = (0..12).map(|_| word()).collect();
    let mut pool = pool.into_iter();
    let mut word = || pool.next().unwrap();
    let alternatives: Vec<String> = (0..=draw.below(4))
        .map(|_| if draw.one_in(4) { format!("\"{} {}\"", word(), word()) } else { word() })
        .collect();
    let mut rule = format!("({})", alternatives.join(" or "));
    if draw.one_in(4) {
        rule += &format!(" -{}", word());
    }
    if draw.one_in(3) {
        rule += " sentiment:<-0.3";
    }
    if draw.one_in(3) {
        rule += " lang:en";
    }
    if draw.one_in(5) {
        rule += " source:blog";
    }
    rule
}

fn record(message: &str) -> Record<'_> {
    Record {
        sources: vec!["blog"],
        language: Some("en"),
        sentiment: Sentiment::Negative,
        score: Some(-0.5),
        ..Record::new(ItemUid::from_bytes([0; 16]), Zone::Social, message, NOW)
    }
}

fn measure(count: usize, messages: &[String], words: &[String], draw: &mut Draw) {
    let texts: Vec<String> = (0..count).map(|_| rule(words, draw)).collect();
    let counts = WordCounts::of(messages.iter().map(String::as_str));
    let (read, filters) = timed(|| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<Filter>>());
    let (index, standing) = timed(|| {
        let rules = filters.iter().zip(&texts).map(|(filter, text)| (text.clone(), filter.clone()));
        Standing::new(rules, &counts).unwrap()
    });
    let records: Vec<Record<'_>> = messages.iter().map(|message| record(message)).collect();

    let some = (PLAIN_TESTS / count).clamp(10, records.len());
    let (plain, plain_found) = timed(|| plain_loop(&filters, &records[..some]));
    let mut scratch = Scratch::default();
    let (mut looked_at, mut found, mut first_found) = (0, 0, 0);
    for (at, record) in records.iter().enumerate() {
        found += standing.matches(record, NOW, &mut scratch).len();
        looked_at += scratch.looked_at();
        if at + 1 == some {
            first_found = found;
        }
    }
    assert_eq!(plain_found, first_found, "both find the same");
    let (indexed, _) = timed(|| {
        for record in &records {
            black_box(standing.matches(record, NOW, &mut scratch));
        }
    });
    let (plain, indexed) = (micros(plain) / some as f64, micros(indexed) / records.len() as f64);
    let each = |sum: usize| sum as f64 / records.len() as f64;
    println!(
        "{count:>7} {:>9.1} ms + {:>6.1} ms {plain:>12.2} us {indexed:>11.3} us {:>8.0} {:>11.2} {:>7.2}",
        micros(read) / 1e3,
        micros(index) / 1e3,
        plain / indexed,
        each(looked_at),
        each(found)
    );
}

fn plain_loop(filters: &[Filter], records: &[Record<'_>]) -> usize {
    let ambient = Ambient { now: NOW, me: None };
    let mut found = 0;
    for record in records {
        let words = Words::of(record.title, record.text);
        found += filters.iter().filter(|filter| filter.matches(record, &words, ambient).unwrap()).count();
    }
    found
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// Runs `work` a few times; returns the shortest time, and what it gave.
fn timed<T>(mut work: impl FnMut() -> T) -> (Duration, T) {
    let mut best = Duration::MAX;
    let mut result = None;
    for _ in 0..RUNS {
        let (start, begun) = (Instant::now(), computed());
        let mut times = 0;
        while times == 0 || start.elapsed() < RUN_TIME {
            result = Some(work());
            times += 1;
        }
        let passed = computed().zip(begun).map(|(end, begun)| end - begun);
        best = best.min(passed.unwrap_or_else(|| start.elapsed()) / times);
    }
    (best, result.unwrap())
}

/// Returns the computing time of this thread so far, where the system tells it: what others compute is not in it.
fn computed() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}
