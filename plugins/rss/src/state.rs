//! The cursor: of each feed its validators, its pause and what was seen of it.
//!
//! Holds: it fits the contract's bound however many feeds and entries there are; what is forgotten is only
//! delivered again, never lost.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hark_sdk::types::Ms;
use serde::{Deserialize, Serialize};

use crate::events::{Change, Mark};
use crate::feed::{digest, hex};
use crate::limits;

/// Version of the cursor.
pub const VERSION: u32 = 1;
/// Bytes of one mark.
const MARK_BYTES: usize = 9;

/// What is known of all feeds of a source.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct State {
    feeds: BTreeMap<String, FeedState>,
}

/// What is known of one feed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FeedState {
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// Not to be fetched before.
    #[serde(rename = "n", default, skip_serializing_if = "is_zero")]
    pub not_before: Ms,
    /// The pause that the feed itself asks for.
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub ttl_ms: Option<i64>,
    /// Failures in a row.
    #[serde(rename = "f", default, skip_serializing_if = "is_no_failure")]
    pub failures: u32,
    #[serde(rename = "s", default, with = "marks")]
    pub seen: Vec<Mark>,
}

fn is_zero(at: &Ms) -> bool {
    *at == 0
}

fn is_no_failure(failures: &u32) -> bool {
    *failures == 0
}

impl State {
    /// Returns what is known of the feed at `url`.
    pub fn of(&mut self, url: &str) -> &mut FeedState {
        self.feeds.entry(key(url)).or_default()
    }

    /// Forgets all feeds but these, and of each what does not fit.
    pub fn keep(&mut self, urls: &[String]) {
        let keys: Vec<String> = urls.iter().map(|url| key(url)).collect();
        self.feeds.retain(|key, _| keys.contains(key));
        for feed in self.feeds.values_mut() {
            feed.seen.truncate(marks_max(urls.len()));
        }
    }
}

impl FeedState {
    /// Says what is new about a part, none if nothing is.
    pub fn change(&self, mark: Mark) -> Option<Change> {
        match self.seen.iter().find(|seen| seen.id == mark.id) {
            None => Some(Change::New),
            Some(seen) if seen.content != mark.content => Some(Change::Edited),
            Some(seen) if seen.counters != mark.counters => Some(Change::Counted),
            Some(_) => None,
        }
    }

    /// Remembers `marks` before all that was seen earlier.
    pub fn remember(&mut self, mut marks: Vec<Mark>) {
        let older = std::mem::take(&mut self.seen);
        let fresh: std::collections::BTreeSet<[u8; 5]> = marks.iter().map(|mark| mark.id).collect();
        marks.extend(older.into_iter().filter(|mark| !fresh.contains(&mark.id)));
        self.seen = marks;
    }

    /// Notes a failure and pauses the feed, longer with each.
    pub fn failed(&mut self, now: Ms, until: Option<Ms>) {
        let doubled = limits::BACKOFF_MS << self.failures.min(10);
        self.failures = self.failures.saturating_add(1);
        let pause = now + doubled.min(limits::BACKOFF_MS_MAX);
        self.not_before = until.map_or(pause, |until| until.clamp(now, now + limits::RETRY_MS_MAX));
    }
}

/// How many marks of each feed fit, so that a cursor of any number of feeds keeps its bound.
fn marks_max(feeds: usize) -> usize {
    limits::SEEN_BYTES_MAX / feeds.max(1) / (MARK_BYTES * 4 / 3)
}

fn key(url: &str) -> String {
    hex(&digest(&[url.as_bytes()])[..8])
}

mod marks {
    use serde::de::Error;
    use serde::{Deserializer, Serializer};

    use super::*;

    pub fn serialize<S: Serializer>(marks: &[Mark], to: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> =
            marks.iter().flat_map(|mark| [&mark.id[..], &mark.content, &[mark.counters]].concat()).collect();
        to.serialize_str(&STANDARD_NO_PAD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Mark>, D::Error> {
        let bytes = STANDARD_NO_PAD.decode(String::deserialize(from)?).map_err(D::Error::custom)?;
        let marks = bytes.as_chunks::<MARK_BYTES>();
        match marks.1 {
            [] => Ok(marks.0.iter().map(read).collect()),
            _ => Err(D::Error::custom("marks of seen entries are cut")),
        }
    }

    fn read([a, b, c, d, e, f, g, h, counters]: &[u8; MARK_BYTES]) -> Mark {
        Mark { id: [*a, *b, *c, *d, *e], content: [*f, *g, *h], counters: *counters }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(id: u32, content: u8, counters: u8) -> Mark {
        let id = id.to_le_bytes();
        Mark { id: [id[0], id[1], id[2], id[3], 0], content: [content; 3], counters }
    }

    #[test]
    fn the_cursor_keeps_its_bound_however_much_was_seen() {
        for feeds in [1, 7, limits::FEEDS_MAX] {
            let urls: Vec<String> = (0..feeds).map(|at| format!("https://x.test/{at}")).collect();
            let mut state = State::default();
            for url in &urls {
                let feed = state.of(url);
                feed.etag = Some("e".repeat(limits::VALIDATOR_BYTES_MAX));
                feed.last_modified = Some("Fri, 24 Jul 2026 09:00:00 GMT".to_owned());
                feed.not_before = i64::MAX;
                feed.ttl_ms = Some(i64::MAX);
                feed.failures = u32::MAX;
                feed.remember((0..50_000).map(|id| mark(id, 0, 0)).collect());
            }
            state.keep(&urls);
            let bytes = hark_sdk::cursor::write(VERSION, &state).unwrap();
            assert!(bytes.len() <= hark_sdk::cursor::BYTES_MAX, "{feeds} feeds: {}", bytes.len());
            let mut back: State = hark_sdk::cursor::read(VERSION, Some(&bytes)).unwrap().unwrap();
            assert_eq!(back.of(&urls[0]), state.of(&urls[0]));
            assert!(back.of(&urls[0]).seen.len() >= 50, "{feeds} feeds");
        }
    }

    #[test]
    fn changes_are_told_apart_and_the_newest_is_remembered() {
        let mut feed = FeedState::default();
        feed.remember(vec![mark(1, 1, 1), mark(2, 1, 1)]);
        feed.remember(vec![mark(3, 1, 1), mark(2, 2, 1)]);
        assert_eq!(feed.seen, [mark(3, 1, 1), mark(2, 2, 1), mark(1, 1, 1)]);
        for (probe, want) in [
            (mark(4, 1, 1), Some(Change::New)),
            (mark(2, 1, 1), Some(Change::Edited)),
            (mark(2, 2, 2), Some(Change::Counted)),
            (mark(2, 2, 1), None),
        ] {
            assert_eq!(feed.change(probe), want, "{probe:?}");
        }
    }

    #[test]
    fn pauses_grow_and_end() {
        let mut feed = FeedState::default();
        let mut pauses = Vec::new();
        for _ in 0..8 {
            feed.failed(0, None);
            pauses.push(feed.not_before / 60_000);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
        feed.failed(0, Some(i64::MAX));
        assert_eq!(feed.not_before, limits::RETRY_MS_MAX);
    }
}
