//! The feed, backward: from `until` down to `since`, each post with all its comments.
//!
//! Holds: its cursor is a time of its own and never that of the forward reading; it passes a page only when
//! all of that page is delivered, and names what of it is; within a thread there is none. A call that is stopped
//! half-way, by a fault or by a limit, leaves a place to go on from.

use hark_sdk::prelude::*;
use serde::{Deserialize, Serialize};

use super::pages::{self, Place};
use super::run::{Run, secs};
use super::thread::{Comments, Entry, ThreadPlace};
use crate::graph::Onward;
use crate::origin::Origin;
use crate::{Settings, manifest};

/// How far back the reading has come.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Depth {
    /// Posts up to here are still to be read, in seconds.
    until: i64,
    /// But for these, each with its time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    done: Vec<(i64, String)>,
    /// A post that is delivered without its comments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    told: Option<String>,
}

/// Where a run that was cut goes on.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Continuation {
    page: Place,
    /// What the run began with: page tokens belong to it.
    until: i64,
    /// Posts of that page that are done.
    #[serde(default)]
    done: usize,
    /// Comments of the next one that were being read, and when it was published.
    #[serde(default)]
    thread: Option<(ThreadPlace, i64)>,
    #[serde(default)]
    depth: Depth,
}

struct Walk<'r> {
    run: Run<'r>,
    since: i64,
    until: i64,
    /// As far as the cursor may go.
    depth: Depth,
    /// Some comments of a post are delivered and not all: no cursor can say which.
    is_partial: bool,
}

/// Reads further into the past.
pub fn read(settings: &Settings, request: &ReadRequest) -> Result<Batch, Fault> {
    let depth = cursor::read::<Depth>(manifest::CURSOR_VERSION, request.cursor.as_deref())?;
    let asked = request.until.map_or_else(|| secs(Clock::now()), secs);
    let depth = depth.unwrap_or_else(|| Depth { until: asked, ..Depth::default() });
    let since = request.since.map_or(0, secs);
    if depth.until <= since {
        return Ok(Batch::default());
    }
    let place = cursor::read::<Continuation>(manifest::CURSOR_VERSION, request.continuation.as_deref())?;
    let place =
        place.unwrap_or_else(|| Continuation { until: depth.until, depth, ..Continuation::default() });
    let mut walk = Walk {
        run: Run::new(settings, request),
        since,
        until: place.until,
        depth: place.depth.clone(),
        is_partial: place.thread.as_ref().is_some_and(|(thread, _)| thread.newest > 0),
    };
    let ended = walk.go(place);
    if matches!(ended, Ok(None)) {
        walk.depth = Depth { until: since, ..Depth::default() };
    }
    let cursor = cursor::write(manifest::CURSOR_VERSION, &walk.depth)?;
    let is_partial = walk.is_partial;
    // From the top of what is left: the page that broke off may not be the same again.
    let anew = Continuation { until: walk.depth.until, depth: walk.depth, ..Continuation::default() };
    let batch = walk.run.part(ended, anew)?;
    Ok(if is_partial { batch } else { batch.cursor(cursor) })
}

impl Walk<'_> {
    fn go(&mut self, place: Continuation) -> Result<Option<Continuation>, Fault> {
        let Continuation { mut page, until, mut done, thread, .. } = place;
        // Before the page is asked for again, or a small budget would be used up by asking.
        if let Some((at, created)) = thread {
            let id = at.post.clone();
            if let Some(cut) = self.read_thread(at)? {
                return Ok(self.cut(page, until, done, Some((cut, created))));
            }
            self.pass(created, id);
            done += 1;
        }
        let path = format!("{}/feed", self.run.settings.page);
        loop {
            let (since, before) = (self.since.to_string(), self.until.to_string());
            let narrow = |request: http::Request, onward: Option<&Onward>| {
                let request = request.query("since", &since);
                // A page token may be a time itself.
                if onward.is_some_and(|onward| onward.has("until")) {
                    request
                } else {
                    request.query("until", &before)
                }
            };
            let Some(read) = page.page(&mut self.run, &path, narrow)? else {
                return Ok(self.cut(page, until, done, None));
            };
            let entries: Vec<_> = read.listing.data.iter().map(|raw| pages::entry(raw)).collect();
            // The page's own posts are not all delivered yet; whatever comes after is no newer than they are.
            if let Some(newest) = entries.iter().filter_map(published).max() {
                self.depth.reach(newest.saturating_add(1));
            }
            for (number, entry) in entries.iter().enumerate().skip(done) {
                if !self.run.has_room() {
                    return Ok(self.cut(page, until, number, None));
                }
                if let Some(cut) = self.take(entry, &format!("/data/{number}"), read.origin)? {
                    return Ok(self.cut(page, until, number, Some(cut)));
                }
            }
            done = 0;
            match read.onward {
                Some(onward) => page.go_on(onward, read.listing.data.len()),
                None => return Ok(None),
            }
        }
    }

    /// Tells an entry with its comments; returns where these were cut, and when their post was published.
    fn take(
        &mut self,
        entry: &pages::Entry,
        pointer: &str,
        origin: Origin<'_>,
    ) -> Result<Option<(ThreadPlace, i64)>, Fault> {
        let post = match entry {
            pages::Entry::Broken { hint, why, .. } => {
                self.run.events.poison(hint, why.as_str(), origin.at(pointer));
                return Ok(None);
            }
            pages::Entry::Post(post) => post,
        };
        let id = post.id().unwrap_or_default();
        if self.depth.has(&id) {
            return Ok(None);
        }
        let is_told = self.depth.told.as_ref() == Some(&id);
        if !is_told && let Err(why) = post.tell(&mut self.run.events, pointer, origin, false) {
            self.run.events.poison(&id, why, origin.at(pointer));
        }
        let created = published(entry).unwrap_or(self.depth.until);
        if post.comment_count() != Some(0) {
            self.depth.told = Some(id.clone());
            if let Some(cut) = self.read_thread(ThreadPlace::start(&id, self.since))? {
                return Ok(Some((cut, created)));
            }
        }
        self.pass(created, id);
        Ok(None)
    }

    /// Notes that a post is delivered with all its comments.
    fn pass(&mut self, created: i64, id: String) {
        (self.is_partial, self.depth.told) = (false, None);
        self.depth.done.push((created, id));
    }

    fn cut(
        &self,
        page: Place,
        until: i64,
        done: usize,
        thread: Option<(ThreadPlace, i64)>,
    ) -> Option<Continuation> {
        Some(Continuation { page, until, done, thread, depth: self.depth.clone() })
    }

    fn read_thread(&mut self, mut at: ThreadPlace) -> Result<Option<ThreadPlace>, Fault> {
        loop {
            match at.page(&mut self.run)? {
                Comments::Gone => return Ok(None),
                Comments::Cut => return Ok(Some(at)),
                Comments::Page { listing, origin, is_last } => {
                    self.is_partial |= !listing.data.is_empty();
                    for (number, raw) in listing.data.iter().enumerate() {
                        let (pointer, entry) = (format!("/data/{number}"), at.entry(raw, origin));
                        let events = &mut self.run.events;
                        let told = match entry {
                            Entry::Comment { comment, .. } => {
                                comment.tell(events, &pointer, &at.post, None, origin)
                            }
                            Entry::Broken { why, .. } => Err(why),
                        };
                        if let Err(why) = told {
                            events.poison(&pages::hint_of(raw.get()), why, origin.at(&pointer));
                        }
                    }
                    if is_last {
                        return Ok(None);
                    }
                }
            }
        }
    }
}

/// Returns when a post was published, in seconds.
fn published(entry: &pages::Entry) -> Option<i64> {
    match entry {
        pages::Entry::Post(post) => post.created_at().map(secs),
        pages::Entry::Broken { .. } => None,
    }
}

impl Depth {
    /// Moves down to `until`, past what was delivered above it.
    fn reach(&mut self, until: i64) {
        self.until = self.until.min(until);
        self.done.retain(|(created, _)| *created <= self.until);
    }

    fn has(&self, id: &str) -> bool {
        self.done.iter().any(|(_, known)| known == id)
    }
}
