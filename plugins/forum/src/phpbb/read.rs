//! Incremental reading of phpBB's feeds.
//!
//! Holds: a post comes again when its time of change moves, and only then.

use std::collections::BTreeMap;

use hark_sdk::prelude::*;

use super::events::{draft, pointer};
use super::feed::{self, Entry};
use crate::client::Client;
use crate::limits;
use crate::manifest::{CURSOR_VERSION, POSTS};
use crate::out::{Draft, Out};
use crate::settings::{Settings, place_of};

/// What is known: posts with the time of their last change, in seconds, and which feeds were read.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Position {
    seen: BTreeMap<u64, i64>,
    /// Paths of the feeds that were read, with the greatest post of each.
    feeds: BTreeMap<String, u64>,
}

/// Reads the feeds from the one that the continuation names.
pub fn read(mut client: Client<'_>, request: &ReadRequest) -> Result<Batch, Fault> {
    let mut position: Position = cursor::read(CURSOR_VERSION, request.cursor.as_deref())?.unwrap_or_default();
    let first: usize = cursor::read(CURSOR_VERSION, request.continuation.as_deref())?.unwrap_or(0);
    let place = place_of(request.target.as_deref())?;
    let settings = match place {
        Some(id) => Settings { categories: vec![id], ..client.settings.clone() },
        None => client.settings.clone(),
    };
    let since = (position.feeds.is_empty() || request.since.is_some()).then(|| settings.since(request));
    let mut out = Out::new(request.budget.max_events);
    let mut next = None;
    for (at, path) in feed::paths(&settings).iter().enumerate().skip(first) {
        if !client.may_ask() || !one(&mut client, path, since, &mut position, &mut out)? {
            next = Some(at);
            break;
        }
    }
    while position.seen.len() > limits::SEEN_MAX {
        position.seen.pop_first();
    }
    position.feeds.retain(|path, _| feed::paths(&settings).contains(path));
    let continuation = next.map(|at| cursor::write(CURSOR_VERSION, &at)).transpose()?;
    let cursor = Some(cursor::write(CURSOR_VERSION, &position)?);
    Ok(Batch { cursor, continuation, ..Batch::new(out.events()) })
}

/// Reads one feed and returns whether all that is new fitted.
fn one(
    client: &mut Client<'_>,
    path: &str,
    since: Option<Ms>,
    position: &mut Position,
    out: &mut Out,
) -> Result<bool, Fault> {
    let response = client.get(&feed::address(client.settings, path))?;
    let feed = feed::parse(&response.text())
        .map_err(|why| Fault::protocol(format!("{path} is no feed: {why}; {}", response.quote())))?;
    let ids: Vec<u64> = feed.entries.iter().flatten().map(|entry| entry.post).collect();
    let known_top = position.feeds.get(path).copied();
    if let Some(gap) = gap(&feed.entries, known_top, &ids) {
        out.put(Draft::single(gap));
    }
    // Oldest first, so that what does not fit is the newest and the next call goes on there.
    for (at, entry) in feed.entries.into_iter().enumerate().rev() {
        let mark = entry.as_ref().map(|entry| (entry.post, mark(entry))).ok();
        let time = entry.as_ref().ok().and_then(|entry| entry.updated.or(entry.published));
        let is_old = time.zip(since).is_some_and(|(at, since)| at < since);
        let is_known = mark.is_some_and(|(id, mark)| position.seen.get(&id) == Some(&mark));
        // A broken entry is told while the feed is new to us or has something new.
        let is_news = match mark {
            Some(_) => !is_known && !is_old,
            None => known_top.is_none_or(|top| ids.iter().any(|id| *id > top)),
        };
        if is_news {
            let origin = response.origin(pointer(at));
            if !out.take(draft(entry, origin, client.settings, response.received_at())) {
                return Ok(false);
            }
        }
        position.seen.extend(mark);
    }
    let top = ids.into_iter().max().unwrap_or(0);
    position.feeds.insert(path.to_owned(), top.max(known_top.unwrap_or(0)));
    Ok(true)
}

fn mark(entry: &Entry) -> i64 {
    entry.updated.or(entry.published).unwrap_or(0) / 1_000
}

/// A feed in which nothing is known any more has lost what came between.
fn gap(entries: &[Result<Entry, String>], known_top: Option<u64>, ids: &[u64]) -> Option<Gap> {
    let top = known_top?;
    let lowest = ids.iter().min().copied()?;
    if lowest <= top.saturating_add(1) {
        return None;
    }
    let until =
        entries.iter().flatten().filter(|entry| entry.post == lowest).find_map(|entry| entry.published);
    let why = format!(
        "the feed shows {} posts and the oldest of them is newer than the newest known: raise the number of posts \
         in the feed, or read more often",
        entries.len()
    );
    Some(Gap { stream_name: POSTS.to_owned(), since: None, until, why })
}
