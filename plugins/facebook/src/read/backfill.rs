//! The feed, backward: from `until` down to `since`, each post with all its comments.
//!
//! Holds: its cursor is a time of its own and never that of the forward reading; it passes a page only when
//! all of that page is delivered.

use hark_sdk::prelude::*;
use serde::{Deserialize, Serialize};

use super::pages::{self, Place};
use super::run::{Run, secs};
use super::thread::{Comments, Entry, ThreadPlace};
use crate::graph::Onward;
use crate::{Settings, manifest};

/// How far back the reading has come.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Depth {
    /// Posts up to here are still to be read, in seconds.
    until: i64,
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
    /// Comments of the next one that were being read.
    #[serde(default)]
    thread: Option<ThreadPlace>,
}

struct Walk<'r> {
    run: Run<'r>,
    since: i64,
    until: i64,
    /// As far as the cursor may go.
    safe: i64,
}

/// Reads further into the past.
pub fn read(settings: &Settings, request: &ReadRequest) -> Result<Batch, Fault> {
    let depth = cursor::read::<Depth>(manifest::CURSOR_VERSION, request.cursor.as_deref())?;
    let asked = request.until.map_or_else(|| secs(Clock::now()), secs);
    let until = depth.map_or(asked, |depth| depth.until);
    let since = request.since.map_or(0, secs);
    if until <= since {
        return Ok(Batch::default());
    }
    let place = cursor::read::<Continuation>(manifest::CURSOR_VERSION, request.continuation.as_deref())?;
    let place = place.unwrap_or_else(|| Continuation { until, ..Continuation::default() });
    let mut walk = Walk { run: Run::new(settings, request), since, until: place.until, safe: until };
    let ended = walk.go(place);
    let depth = Depth { until: if matches!(ended, Ok(None)) { since } else { walk.safe } };
    let batch = walk.run.batch(ended)?;
    Ok(batch.cursor(cursor::write(manifest::CURSOR_VERSION, &depth)?))
}

impl Walk<'_> {
    fn go(&mut self, place: Continuation) -> Result<Option<Continuation>, Fault> {
        let Continuation { mut page, until, mut done, thread } = place;
        // Before the page is asked for again, or a small budget would be used up by asking.
        if let Some(at) = thread {
            if let Some(cut) = self.read_thread(at)? {
                return Ok(Some(Continuation { page, until, done, thread: Some(cut) }));
            }
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
                return Ok(Some(Continuation { page, until, done, thread: None }));
            };
            let entries: Vec<_> = read.listing.data.iter().map(|raw| pages::entry(raw)).collect();
            let created = |entry: &pages::Entry| match entry {
                pages::Entry::Post(post) => post.created_at().map(secs),
                pages::Entry::Broken { .. } => None,
            };
            // The page's own posts are not all delivered yet; whatever comes after is no newer than they are.
            if let Some(newest) = entries.iter().filter_map(created).max() {
                self.safe = self.safe.min(newest.saturating_add(1));
            }
            for (number, entry) in entries.iter().enumerate().skip(done) {
                if !self.run.has_room() {
                    return Ok(Some(Continuation { page, until, done: number, thread: None }));
                }
                let pointer = format!("/data/{number}");
                let id = match entry {
                    pages::Entry::Broken { hint, why, .. } => {
                        self.run.events.poison(hint, why.as_str(), read.origin.at(&pointer));
                        continue;
                    }
                    pages::Entry::Post(post) => {
                        let id = post.id().unwrap_or_default();
                        if let Err(why) = post.tell(&mut self.run.events, &pointer, read.origin, false) {
                            self.run.events.poison(&id, why, read.origin.at(&pointer));
                        }
                        if post.comment_count() == Some(0) {
                            continue;
                        }
                        id
                    }
                };
                if let Some(cut) = self.read_thread(ThreadPlace::start(&id, self.since))? {
                    return Ok(Some(Continuation { page, until, done: number, thread: Some(cut) }));
                }
            }
            done = 0;
            match read.onward {
                Some(onward) => page.go_on(onward, read.listing.data.len()),
                None => return Ok(None),
            }
        }
    }

    fn read_thread(&mut self, mut at: ThreadPlace) -> Result<Option<ThreadPlace>, Fault> {
        loop {
            match at.page(&mut self.run)? {
                Comments::Gone => return Ok(None),
                Comments::Cut => return Ok(Some(at)),
                Comments::Page { listing, origin, is_last } => {
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
