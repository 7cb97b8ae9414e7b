//! A hundred thousand items through each connector and its double, while one request of ten goes wrong: nothing is
//! lost, nothing doubled, and the host's memory does not grow with what passes.
//!
//! Each trial has two processes. This one plays the platform; the other one is the host, started from the same
//! file, with the real runtime, gate, pipeline and store: so its memory is its own.
//!
//! Three of them have twenty thousand items unless told otherwise: Mastodon and Slack, whose languages are interpreted in
//! the sandbox (1.7 ms for an item), and e-mail, as Dovecot looks at a whole mailbox for each search by date.
//! `HARK_FLOOD_ITEMS` sets the number for all.

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
    items_unless_told(100_000)
}

/// How many items there are where each takes longer.
fn items_slow() -> u64 {
    items_unless_told(20_000)
}

fn items_unless_told(items: u64) -> u64 {
    std::env::var("HARK_FLOOD_ITEMS").map_or(items, |text| text.parse().unwrap())
}
