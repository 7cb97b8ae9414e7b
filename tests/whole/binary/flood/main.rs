//! Thousands of items through connectors and their doubles, while one request of ten goes wrong: nothing is
//! lost, nothing doubled, and the host's memory does not grow with what passes.
//!
//! Each trial has two processes. This one plays the platform; the other one is the host, started from the same
//! file, with the real runtime, gate, pipeline and store: so its memory is its own. `HARK_FLOOD_ITEMS` sets another
//! number of items than two thousand.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod feeds;
mod forums;
mod held;
mod host;
mod mail;
mod memory;
mod peaks;
mod social;
mod source;
mod trial;
mod weather;

use std::process::ExitCode;

use hark_kit::connectors::Language;
use hark_kit::dovecot::Dovecot;
use hark_kit::needs;

fn main() -> ExitCode {
    if let Some(job) = std::env::var_os(host::JOB) {
        return host::run(job.as_ref());
    }
    let bundled: [(&'static str, fn()); 6] = [
        ("facebook", social::facebook),
        ("x", social::x),
        ("discourse", forums::discourse),
        ("nodebb", forums::nodebb),
        ("phpbb", feeds::phpbb),
        ("rss", feeds::rss),
    ];
    needs::run_each([
        (missing(Language::Python), vec![("mastodon", social::mastodon as fn())]),
        (missing(Language::JavaScript), vec![("slack", social::slack as fn())]),
        (Dovecot::installed().err(), vec![("email", mail::email as fn())]),
        (None, bundled.into()),
    ])
}

fn missing(language: Language) -> Option<String> {
    language.missing().map(str::to_owned)
}

/// How many items there are.
fn items() -> u64 {
    std::env::var("HARK_FLOOD_ITEMS").map_or(2_000, |text| text.parse().unwrap())
}
