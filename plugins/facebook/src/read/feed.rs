//! The feed, forward: posts that are new or have changed, then the comments of those that got any.
//!
//! Holds: every post of the watched days is looked at in each poll, for a comment moves no post in the feed;
//! of several posts the one that has waited longest comes first; the cursor passes a comment only when it is
//! in the batch.

use hark_sdk::prelude::*;
use serde::{Deserialize, Serialize};

use super::pages::{self, Page, Place};
use super::run::{Run, secs};
use super::state::State;
use super::thread::{Comments, Entry, ThreadPlace};
use crate::origin::Origin;
use crate::post::Post;
use crate::{Settings, limits, manifest};

/// Where a run that was cut goes on.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Continuation {
    page: Place,
    /// Comments that were being read.
    #[serde(default)]
    thread: Option<(Due, ThreadPlace)>,
}

/// A post whose comments are to be read.
#[derive(Debug, Serialize, Deserialize)]
struct Due {
    id: String,
    created: i64,
    updated: Option<i64>,
    comments: Option<u64>,
}

struct Walk<'r> {
    run: Run<'r>,
    state: State,
    /// Posts from here on are watched, in seconds.
    from: i64,
    /// Something was read that the cursor should keep.
    has_moved: bool,
}

/// Reads what is new since the cursor.
pub fn read(settings: &Settings, request: &ReadRequest) -> Result<Batch, Fault> {
    let state = State::read(request.cursor.as_deref())?;
    let place = cursor::read::<Continuation>(manifest::CURSOR_VERSION, request.continuation.as_deref())?;
    let from = secs(Clock::now()) - i64::from(settings.watch_days) * 86_400;
    let mut walk = Walk { run: Run::new(settings, request), state, from, has_moved: false };
    let ended = walk.go(place.unwrap_or_default());
    walk.finish(ended)
}

impl Walk<'_> {
    /// Goes through the pages of the feed; returns where it was cut, or nothing when it came to the end.
    fn go(&mut self, place: Continuation) -> Result<Option<Continuation>, Fault> {
        let Continuation { mut page, thread } = place;
        // Before the page is asked for again, or a small budget would be used up by asking.
        if let Some((due, at)) = thread
            && let Some(cut) = self.read_thread(&due, at)?
        {
            return Ok(Some(Continuation { page, thread: Some((due, cut)) }));
        }
        let path = format!("{}/feed", self.run.settings.page);
        loop {
            let from = self.from.to_string();
            let since = |request: http::Request, _: Option<&_>| request.query("since", &from);
            let Some(read) = page.page(&mut self.run, &path, since)? else {
                return Ok(Some(Continuation { page, thread: None }));
            };
            for due in self.take_posts(&read) {
                let since = self.state.find(&due.id, &self.run.settings.page).map_or(0, |known| known.since);
                let at = ThreadPlace::start(&due.id, since - limits::OVERLAP_SECS);
                if let Some(cut) = self.read_thread(&due, at)? {
                    return Ok(Some(Continuation { page, thread: Some((due, cut)) }));
                }
            }
            let count = read.listing.data.len();
            match read.onward {
                Some(onward) if page.passed + count < limits::POSTS_MAX => page.go_on(onward, count),
                Some(_) => {
                    info!("only the newest {} posts are watched for comments", limits::POSTS_MAX);
                    break;
                }
                None => break,
            }
        }
        self.state.forget_before(self.from);
        Ok(None)
    }

    /// Tells what is new of the posts, and returns those whose comments are due, longest waiting first.
    fn take_posts(&mut self, page: &Page<'_>) -> Vec<Due> {
        let mut due = Vec::new();
        for (at, raw) in page.listing.data.iter().enumerate() {
            let pointer = format!("/data/{at}");
            match pages::entry(raw) {
                pages::Entry::Post(post) => due.extend(self.take_post(&post, &pointer, page.origin)),
                pages::Entry::Broken { hint, mark, why } => {
                    // Remembered by what it is, so that it is told once and not in every poll.
                    let now = secs(page.origin.received_at);
                    let known = self.state.obtain(&format!("?{mark:08x}"), "", now, 0);
                    if known.content != mark {
                        known.content = mark;
                        self.run.events.poison(&hint, why, page.origin.at(&pointer));
                    }
                }
            }
        }
        due.sort_by_key(|due| due.updated);
        due
    }

    fn take_post(&mut self, post: &Post, pointer: &str, origin: Origin<'_>) -> Option<Due> {
        let page = self.run.settings.page.as_str();
        let id = post.id().ok()?;
        let created = post.created_at().map_or(self.from, secs).max(self.from);
        let (content, counters) = (post.content_mark(), post.counters_mark());
        let known = self.state.find(&id, page);
        let (is_new, is_edited) = (known.is_none(), known.is_some_and(|known| known.content != content));
        let told = match known {
            Some(known) if known.content == content && known.counters == counters => Ok(()),
            Some(known) if known.content == content => {
                post.engagement(pointer, origin).map(|event| self.run.events.push(event))
            }
            _ => post.tell(&mut self.run.events, pointer, origin, is_edited),
        };
        if let Err(why) = told {
            self.run.events.poison(&id, why, origin.at(pointer));
        }
        let since = if is_new { self.run.request.since.map_or(0, secs) } else { 0 };
        let thread = self.state.obtain(&id, page, created, since);
        (thread.content, thread.counters) = (content, counters);
        self.has_moved = true;
        let (updated, comments) = (post.updated_at().map(secs), post.comment_count());
        if comments == Some(0) {
            thread.read_all(0, updated, comments);
        }
        let is_due = thread.updated != updated || thread.comments != comments;
        is_due.then_some(Due { id, created, updated, comments })
    }

    /// Reads the comments of a post; returns where it was cut.
    fn read_thread(&mut self, due: &Due, mut at: ThreadPlace) -> Result<Option<ThreadPlace>, Fault> {
        let page = self.run.settings.page.clone();
        loop {
            let read = at.page(&mut self.run);
            if at.ordered && matches!(read, Ok(Comments::Cut) | Err(_)) {
                self.state.obtain(&due.id, &page, due.created, 0).read_up_to(at.newest);
            }
            match read? {
                Comments::Gone => {
                    debug!("{} went away while it was read", due.id);
                    return Ok(None);
                }
                Comments::Cut => return Ok(Some(at)),
                Comments::Page { listing, origin, is_last } => {
                    for (number, raw) in listing.data.iter().enumerate() {
                        let entry = at.entry(raw, origin);
                        self.take_comment(due, entry, &format!("/data/{number}"), origin);
                    }
                    if is_last {
                        let thread = self.state.obtain(&due.id, &page, due.created, 0);
                        thread.read_all(at.newest, due.updated, due.comments);
                        return Ok(None);
                    }
                }
            }
        }
    }

    fn take_comment(&mut self, due: &Due, entry: Entry, pointer: &str, origin: Origin<'_>) {
        let thread = self.state.obtain(&due.id, origin.page, due.created, 0);
        let events = &mut self.run.events;
        self.has_moved = true;
        match entry {
            Entry::Comment { comment, mark, secs } if !thread.seen.has(mark) => {
                thread.seen.add(secs, mark);
                if let Err(why) = comment.tell(events, pointer, &due.id, None, origin) {
                    events.poison("a comment", why, origin.at(pointer));
                }
            }
            Entry::Broken { hint, mark, why } if !thread.seen.has(mark) => {
                thread.seen.add(secs(origin.received_at), mark);
                events.poison(&hint, why, origin.at(pointer));
            }
            _ => {}
        }
    }

    fn finish(self, ended: Result<Option<Continuation>, Fault>) -> Result<Batch, Fault> {
        let cursor = self.state.write()?;
        let moved = self.has_moved || ended.is_ok();
        let batch = self.run.batch(ended)?;
        Ok(if moved { batch.cursor(cursor) } else { batch })
    }
}
