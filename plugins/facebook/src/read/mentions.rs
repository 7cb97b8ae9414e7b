//! Posts elsewhere that tag the page.
//!
//! Holds: the edge gives the newest first and takes no times, so the cursor moves only when a walk has come
//! down to what was read before.

use hark_sdk::prelude::*;
use serde::{Deserialize, Serialize};

use super::pages::{self, Page, Place};
use super::run::{Run, secs};
use super::state::Seen;
use crate::graph::Onward;
use crate::origin::Events;
use crate::post::{Post, names_page};
use crate::{Settings, limits, manifest};

/// How far the mentions were read.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct State {
    /// In seconds.
    since: i64,
    seen: Seen,
}

/// Where a run that was cut goes on, and what it has seen so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Continuation {
    page: Place,
    newest: i64,
    seen: Seen,
}

/// Reads what is new since the cursor.
pub fn read(settings: &Settings, request: &ReadRequest) -> Result<Batch, Fault> {
    let version = manifest::CURSOR_VERSION;
    let state = cursor::read::<State>(version, request.cursor.as_deref())?;
    let window = secs(Clock::now()) - i64::from(settings.watch_days) * 86_400;
    let state =
        state.unwrap_or_else(|| State { since: request.since.map_or(window, secs), ..State::default() });
    let place = cursor::read::<Continuation>(version, request.continuation.as_deref())?.unwrap_or_default();
    let mut run = Run::new(settings, request);
    let ended = go(&mut run, &state, place);
    let done = match &ended {
        Ok(Step::Done(newest, seen)) => {
            let mut state = State { since: state.since.max(*newest), seen: seen.clone() };
            state.seen.forget_before(state.since - limits::OVERLAP_SECS);
            state.seen.keep_newest(limits::SEEN_MAX);
            Some(cursor::write(version, &state)?)
        }
        _ => None,
    };
    let batch = run.batch(ended.map(|step| match step {
        Step::Cut(place) => Some(*place),
        Step::Done(..) => None,
    }))?;
    Ok(Batch { cursor: done, ..batch })
}

enum Step {
    Cut(Box<Continuation>),
    Done(i64, Seen),
}

fn go(run: &mut Run<'_>, state: &State, place: Continuation) -> Result<Step, Fault> {
    let mut at = place;
    let path = format!("{}/tagged", run.settings.page);
    let floor = state.since - limits::OVERLAP_SECS;
    loop {
        let as_is = |request: http::Request, _: Option<&Onward>| request;
        let Some(page) = at.page.page(run, &path, as_is)? else { return Ok(Step::Cut(Box::new(at))) };
        let reached = take(&mut run.events, state, &mut at, &page, floor);
        match page.onward {
            Some(onward) if !reached => at.page.go_on(onward, page.listing.data.len()),
            _ => return Ok(Step::Done(at.newest, merged(&state.seen, at.seen))),
        }
    }
}

/// Tells what is new of a page; returns whether it has come down to what was read before.
fn take(events: &mut Events, state: &State, at: &mut Continuation, page: &Page<'_>, floor: i64) -> bool {
    let now = secs(page.origin.received_at);
    let mut reached = false;
    for (number, raw) in page.listing.data.iter().enumerate() {
        let pointer = format!("/data/{number}");
        let (mark, created, entry) = match pages::entry(raw) {
            pages::Entry::Post(post) => {
                (mark_of_post(&post), post.created_at().map_or(now, secs).min(now), Ok(post))
            }
            pages::Entry::Broken { hint, mark, why } => (mark, now, Err((hint, why))),
        };
        // The last one decides: the newest come first.
        reached = created < floor;
        if created < floor || state.seen.has(mark) || at.seen.has(mark) {
            continue;
        }
        at.seen.add(created, mark);
        at.newest = at.newest.max(if entry.is_ok() { created } else { 0 });
        let told = match entry {
            Ok(post) => tell(events, &post, &pointer, page).map_err(|why| ("a mention".to_owned(), why)),
            Err(broken) => Err(broken),
        };
        if let Err((hint, why)) = told {
            events.poison(&hint, why, page.origin.at(&pointer));
        }
    }
    at.seen.keep_newest(limits::SEEN_MAX);
    reached
}

fn tell(events: &mut Events, post: &Post, pointer: &str, page: &Page<'_>) -> Result<(), String> {
    let mut told = Events::default();
    post.tell(&mut told, pointer, page.origin, false)?;
    for mut event in told.into_list() {
        names_page(&mut event, page.origin.page);
        events.push(event);
    }
    Ok(())
}

fn mark_of_post(post: &Post) -> u32 {
    let id = post.id().unwrap_or_default();
    crate::post::mark_of([id.as_str(), &post.content_mark().to_string()])
}

fn merged(before: &Seen, now: Seen) -> Seen {
    let mut all = before.clone();
    all.extend(now);
    all
}
