//! The cursor of the feed: of each watched post when it changed last, and how far its comments were read.
//!
//! Holds: it is made of times and marks, never of page tokens; it fits the contract's bound; what is forgotten
//! is only delivered again, never lost.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hark_sdk::cursor;
use hark_sdk::types::Fault;
use serde::{Deserialize, Serialize};

use crate::{limits, manifest};

/// Bytes of one mark in the cursor: seconds and digest.
const MARK_BYTES: usize = 8;

/// What is known of the feed.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    #[serde(rename = "t")]
    threads: Vec<Thread>,
}

/// What is known of a post and its comments.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Thread {
    /// Id of the post; without the page's own id in front, where it is there.
    #[serde(rename = "i")]
    id: String,
    /// When it was published, in seconds.
    #[serde(rename = "c")]
    pub created: i64,
    /// When the post said that it changed, the last time that all its comments were read.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<i64>,
    /// How many comments it counted then.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub comments: Option<u64>,
    /// Digest of what it said when it was delivered.
    #[serde(rename = "h")]
    pub content: u32,
    /// Digest of its figures then.
    #[serde(rename = "f")]
    pub counters: u32,
    /// Comments up to here were read, in seconds.
    #[serde(rename = "s", default)]
    pub since: i64,
    /// Comments near that time that were delivered.
    #[serde(rename = "m", default, skip_serializing_if = "Seen::is_empty")]
    pub seen: Seen,
}

/// Marks of what was delivered, each with its time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seen(Vec<(u32, u32)>);

impl State {
    /// Reads a cursor.
    pub fn read(bytes: Option<&[u8]>) -> Result<Self, Fault> {
        Ok(cursor::read(manifest::CURSOR_VERSION, bytes)?.unwrap_or_default())
    }

    /// Returns what is known of `post` of `page`.
    pub fn find(&self, post: &str, page: &str) -> Option<&Thread> {
        let id = short(post, page);
        self.threads.iter().find(|thread| thread.id == id)
    }

    /// Returns what is known of `post` of `page`; of a new one only when it was published, in seconds.
    pub fn obtain(&mut self, post: &str, page: &str, created: i64, since: i64) -> &mut Thread {
        let id = short(post, page);
        let at = match self.threads.iter().position(|thread| thread.id == id) {
            Some(at) => at,
            None => {
                let id = id.to_owned();
                self.threads.push(Thread { id, created, since, ..Thread::default() });
                self.threads.len() - 1
            }
        };
        &mut self.threads[at]
    }

    /// Forgets posts from before `from`, in seconds.
    pub fn forget_before(&mut self, from: i64) {
        self.threads.retain(|thread| thread.created >= from);
    }

    /// Writes the cursor; forgets the oldest posts and the oldest marks if not all fit.
    pub fn write(mut self) -> Result<Vec<u8>, Fault> {
        self.threads
            .sort_by(|one, other| other.created.cmp(&one.created).then_with(|| one.id.cmp(&other.id)));
        self.threads.truncate(limits::POSTS_MAX);
        let mut room = limits::SEEN_BYTES_MAX / (MARK_BYTES * 4 / 3 + 1);
        for thread in &mut self.threads {
            thread.seen.keep_newest(room.min(limits::SEEN_MAX));
            room -= thread.seen.0.len();
        }
        loop {
            match cursor::write(manifest::CURSOR_VERSION, &self) {
                Ok(bytes) => return Ok(bytes),
                Err(fault) if self.threads.is_empty() => return Err(fault),
                Err(_) => self.threads.truncate(self.threads.len() * 3 / 4),
            }
        }
    }
}

fn short<'p>(post: &'p str, page: &str) -> &'p str {
    post.strip_prefix(page).and_then(|rest| rest.strip_prefix('_')).unwrap_or(post)
}

impl Thread {
    /// Notes that all comments up to `newest` were read while the post said `updated` and counted `comments`.
    pub fn read_all(&mut self, newest: i64, updated: Option<i64>, comments: Option<u64>) {
        (self.updated, self.comments) = (updated, comments);
        self.read_up_to(newest);
    }

    /// Notes that all comments up to `newest` were read, but not those after.
    pub fn read_up_to(&mut self, newest: i64) {
        self.since = self.since.max(newest);
        self.seen.forget_before(self.since - limits::OVERLAP_SECS);
    }
}

impl Seen {
    /// Tells whether `mark` was seen.
    pub fn has(&self, mark: u32) -> bool {
        self.0.iter().any(|(_, seen)| *seen == mark)
    }

    /// Remembers `mark` of something from `secs`.
    pub fn add(&mut self, secs: i64, mark: u32) {
        self.0.push((clamped(secs), mark));
    }

    /// Forgets what is from before `secs`.
    pub fn forget_before(&mut self, secs: i64) {
        self.0.retain(|(at, _)| *at >= clamped(secs));
    }

    /// Forgets all but the newest `count`.
    pub fn keep_newest(&mut self, count: usize) {
        if self.0.len() > count {
            self.0.sort_unstable_by(|one, other| other.cmp(one));
            self.0.truncate(count);
        }
    }

    /// Takes in those of another.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn clamped(secs: i64) -> u32 {
    u32::try_from(secs.max(0)).unwrap_or(u32::MAX)
}

impl Serialize for Seen {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let pair = |(at, mark): &(u32, u32)| [at.to_le_bytes(), mark.to_le_bytes()].concat();
        let bytes: Vec<u8> = self.0.iter().flat_map(pair).collect();
        to.serialize_str(&STANDARD_NO_PAD.encode(bytes))
    }
}

impl<'de> Deserialize<'de> for Seen {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let bytes = STANDARD_NO_PAD.decode(String::deserialize(from)?).map_err(D::Error::custom)?;
        let (marks, rest) = bytes.as_chunks::<MARK_BYTES>();
        if !rest.is_empty() {
            return Err(D::Error::custom("marks of seen comments are cut"));
        }
        let read = |[a, b, c, d, e, f, g, h]: &[u8; MARK_BYTES]| {
            (u32::from_le_bytes([*a, *b, *c, *d]), u32::from_le_bytes([*e, *f, *g, *h]))
        };
        Ok(Self(marks.iter().map(read).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "104000000000001";

    #[test]
    fn the_cursor_keeps_its_bound_however_much_was_seen() {
        for (posts, marks) in [(1, 100_000), (limits::POSTS_MAX, 50), (5_000, 5)] {
            let mut state = State::default();
            for post in 0..posts {
                let created = 1_784_000_000 + i64::try_from(post).unwrap();
                let thread = state.obtain(&format!("{PAGE}_1221000000{post:08}"), PAGE, created, 0);
                (thread.content, thread.counters, thread.comments) = (u32::MAX, u32::MAX, Some(u64::MAX));
                thread.updated = Some(created);
                thread.since = created;
                (0..marks).for_each(|mark| thread.seen.add(created, mark));
            }
            let newest = format!("{PAGE}_1221000000{:08}", posts - 1);
            let bytes = state.write().unwrap();
            assert!(bytes.len() <= cursor::BYTES_MAX, "{posts} posts: {}", bytes.len());
            let back = State::read(Some(&bytes)).unwrap();
            assert_eq!(back.threads.len(), posts.min(limits::POSTS_MAX));
            assert!(
                back.find(&newest, PAGE).is_some_and(|thread| thread.seen.has(marks - 1)),
                "{posts} posts"
            );
            assert_eq!(back.write().unwrap(), bytes, "it is written as it was read");
        }
    }

    #[test]
    fn endless_ids_cost_posts_and_never_the_cursor() {
        let mut state = State::default();
        for post in 0..limits::POSTS_MAX {
            let id = format!("{post:x>width$}", width = limits::ID_BYTES_MAX);
            state.obtain(&id, PAGE, 1_784_000_000, 0).comments = Some(u64::MAX);
        }
        let bytes = state.write().unwrap();
        assert!(!State::read(Some(&bytes)).unwrap().threads.is_empty());
    }

    #[test]
    fn marks_are_kept_as_long_as_their_comments_come_again() {
        let mut thread = Thread::default();
        thread.seen.add(1_000, 1);
        thread.seen.add(1_700, 2);
        thread.read_all(1_700, Some(9), Some(2));
        assert!(!thread.seen.has(1) && thread.seen.has(2));
        thread.read_up_to(1_000);
        assert_eq!((thread.since, thread.updated, thread.comments), (1_700, Some(9), Some(2)));
    }
}
