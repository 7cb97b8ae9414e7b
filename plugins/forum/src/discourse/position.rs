//! The cursor of a stream of posts: the greatest id that was seen, and what below it is still to be read.
//!
//! Holds: every post below `top` was delivered or lies in a hole; the cursor keeps its bound whatever happens:
//! holes that grow too many are read again as one.

use std::collections::{BTreeMap, BTreeSet};

use hark_sdk::prelude::*;

use super::categories::Categories;
use super::events::counters;
use super::page::Entry;
use super::shapes::Post;
use crate::limits;

/// Where reading stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// Greatest id of a post.
    pub top: u64,
    /// What is still to be read, oldest first.
    #[serde(default)]
    pub holes: Vec<Hole>,
    /// The state of the newest posts, to see edits and removals.
    #[serde(default)]
    pub recent: BTreeMap<u64, Mark>,
    /// Posts that vanished, to see that one is back.
    #[serde(default)]
    pub gone: Vec<u64>,
    /// Ids that no page showed and that are still to be asked for.
    #[serde(default)]
    pub unlisted: BTreeSet<u64>,
    #[serde(default)]
    pub categories: Categories,
}

/// Posts with an id between `floor` and `before`, both left out, that are still to be read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Hole {
    pub floor: u64,
    pub before: u64,
    /// What is older is not wanted.
    #[serde(default)]
    pub since: Option<Ms>,
    /// Empty pages in a row.
    #[serde(default)]
    pub empty: u32,
    /// The forum counts by windows of ids, so that an empty page is not the end.
    #[serde(default)]
    pub windows: bool,
}

/// What a post says and how often it was liked, in few bytes: enough to see a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark(u32, u32);

impl Mark {
    /// Returns the mark of a post.
    pub fn of(post: &Post) -> Self {
        let figures = counters(post);
        let content = format!(
            "{:?} {:?} {:?} {} {} {} {:?}",
            post.version,
            post.updated_at,
            post.deleted_at,
            post.user_deleted,
            post.hidden,
            post.topic_id,
            (&post.username, &post.name)
        );
        // Readers are left out: they alone are no news, and there are some every minute.
        Self(hash(&content), hash(&format!("{:?} {:?}", figures.likes, figures.replies)))
    }

    /// Says what is new about a post that was seen as `self`.
    pub fn change(self, now: Self) -> Change {
        match (self.0 == now.0, self.1 == now.1) {
            (false, _) => Change::Content,
            (true, false) => Change::Figures,
            (true, true) => Change::Nothing,
        }
    }
}

/// What is new about a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Nothing,
    Figures,
    Content,
}

/// FNV-1a: the same everywhere and for ever, unlike the hasher of the standard library.
fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

impl Position {
    /// Tells whether a post lies in a hole, and so comes later.
    pub fn is_to_come(&self, id: u64) -> bool {
        self.holes.iter().any(|hole| hole.floor < id && id < hole.before)
    }

    /// Notes what is still to be read.
    pub fn add_hole(&mut self, hole: Hole) {
        if hole.before <= hole.floor.saturating_add(1) {
            return;
        }
        self.holes.push(hole);
        if self.holes.len() > limits::HOLES_MAX {
            // Read once too often rather than never.
            let newer = self.holes.remove(1);
            let older = &mut self.holes[0];
            older.before = older.before.max(newer.before);
            older.floor = older.floor.min(newer.floor);
            older.since = older.since.min(newer.since);
            older.empty = 0;
        }
    }

    /// Notes ids that no page showed; where they are too many the oldest are forgotten.
    pub fn add_unlisted(&mut self, ids: impl Iterator<Item = u64>) {
        self.unlisted.extend(ids);
        while self.unlisted.len() > limits::UNLISTED_KEPT_MAX {
            self.unlisted.pop_first();
        }
    }

    /// Notes the state of a post, and that it is there.
    pub fn saw(&mut self, entry: &Entry) {
        let Ok(post) = &entry.post else { return };
        self.gone.retain(|id| *id != post.id);
        self.recent.insert(post.id, Mark::of(post));
        while self.recent.len() > limits::RECENT_MAX {
            self.recent.pop_first();
        }
    }

    /// Notes that a post is not there any more.
    pub fn lost(&mut self, id: u64) {
        self.recent.remove(&id);
        self.gone.push(id);
        if self.gone.len() > limits::RECENT_MAX {
            self.gone.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_stay_few_and_cover_all() {
        let mut position = Position::default();
        for at in 0..100 {
            position.add_hole(Hole { floor: at * 10, before: at * 10 + 8, ..Hole::default() });
        }
        assert_eq!(position.holes.len(), limits::HOLES_MAX);
        for id in (0..100).map(|at| at * 10 + 5) {
            assert!(position.is_to_come(id), "{id}");
        }
        assert!(!position.is_to_come(999));
        position.add_hole(Hole { floor: 5_000, before: 5_001, ..Hole::default() });
        assert!(position.holes.iter().all(|hole| hole.floor < 5_000), "a hole without room is none");
    }

    #[test]
    fn the_cursor_keeps_its_bound() {
        let mut position = Position { top: u64::MAX, ..Position::default() };
        for id in (u64::MAX - 1_000)..u64::MAX {
            position.lost(id);
            position.recent.insert(id, Mark(u32::MAX, u32::MAX));
        }
        while position.recent.len() > limits::RECENT_MAX {
            position.recent.pop_first();
        }
        position.add_unlisted(u64::MAX - 1_000..u64::MAX);
        for at in 0..50 {
            position.add_hole(Hole { floor: at * 10, before: u64::MAX - at, ..Hole::default() });
        }
        assert!(hark_sdk::cursor::write(1, &position).unwrap().len() < 16 << 10);
    }
}
