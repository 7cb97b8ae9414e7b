//! Incremental reading of NodeBB: the list of recent posts says which are new, their topics what they say.
//!
//! Holds: the cursor moves only when all pages down to it were read. Pages are counted by number, so that a post
//! deleted between two requests hides another from the second: after a read of several pages the next one goes
//! back as far once more, and tells only what the first did not see. A topic that is listed and refused is told
//! as the list shows it, for some only: passed over it would be lost, waited for it would hide what comes after it.

use std::collections::BTreeSet;

use hark_sdk::http::Response;
use hark_sdk::prelude::*;

use super::shapes::Recent;
use super::topic::{self, Opened};
use super::{category, events};
use crate::client::Client;
use crate::manifest::CURSOR_VERSION;
use crate::out::{Draft, Out};
use crate::{lenient, limits};

/// Where reading stands.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Position {
    /// Greatest id of a post.
    top: u64,
    /// Down to which id the next read goes once more.
    #[serde(default)]
    again: Option<u64>,
    /// What that read need not tell: the posts that the one before saw.
    #[serde(default)]
    seen: BTreeSet<u64>,
    /// When it was read last.
    #[serde(default)]
    at: Ms,
}

/// Where a run stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Run {
    page: u32,
    /// Posts from this id on were delivered in this run.
    below: Option<u64>,
    top: u64,
    /// Posts of this run that need not be told again.
    #[serde(default)]
    seen: BTreeSet<u64>,
}

/// Reads one page of recent posts and their topics.
pub fn read(mut client: Client<'_>, request: &ReadRequest) -> Result<Batch, Fault> {
    let position: Position = cursor::read(CURSOR_VERSION, request.cursor.as_deref())?.unwrap_or_default();
    let run: Option<Run> = cursor::read(CURSOR_VERSION, request.continuation.as_deref())?;
    let mut run = run.unwrap_or(Run { page: 1, below: None, top: position.top, seen: BTreeSet::new() });
    let place = crate::settings::place_of(request.target.as_deref())?;
    let floor = position.again.unwrap_or(position.top);
    let since = (position.top == 0 || request.since.is_some()).then(|| client.settings.since(request));
    let term = term(position.at, since);
    let response = client.get(&format!("/api/recent/posts/{term}?page={}", run.page))?;
    let page: Vec<Recent> = lenient::json(&response)?;
    let is_last = page.iter().any(|post| post.pid.is_some_and(|pid| pid <= floor))
        || page.is_empty()
        || page.iter().any(|post| post.timestamp.zip(since).is_some_and(|(at, since)| at < since));
    let mut new: Vec<&Recent> = page.iter().filter(|post| is_new(post, floor, run.below, since)).collect();
    new.retain(|post| post.pid.is_none_or(|pid| !position.seen.contains(&pid)));
    new.sort_by_key(|post| std::cmp::Reverse(post.pid));
    run.top = run.top.max(new.first().and_then(|post| post.pid).unwrap_or(0));
    let wanted = |post: &&Recent| {
        let cid = post.topic.as_ref().and_then(|topic| topic.cid);
        client.settings.listens_to(cid) && (place.is_none() || cid == place)
    };
    let pids: Vec<u64> = new.iter().filter_map(|post| post.pid).collect();
    let new: Vec<&Recent> = new.into_iter().filter(wanted).collect();
    let mut out = Out::new(request.budget.max_events);
    let cut = deliver(&mut client, &new, &response, &mut out)?;
    run.seen.extend(pids.into_iter().filter(|pid| cut.is_none_or(|cut| *pid >= cut)));
    run.below = cut.or_else(|| new.last().and_then(|post| post.pid)).or(run.below);
    let mut batch = Batch::new(out.events());
    if cut.is_none() && !is_last && run.page >= limits::NODEBB_PAGES_MAX {
        batch.events.push(gap(&page, run.page).into());
    }
    if cut.is_none() && (is_last || run.page >= limits::NODEBB_PAGES_MAX) {
        let again = (run.page > 1 && position.again.is_none()).then_some(position.top);
        let seen = if again.is_some() { run.seen } else { BTreeSet::new() };
        let position = Position { top: run.top, again, seen, at: Clock::now() };
        return Ok(batch.cursor(cursor::write(CURSOR_VERSION, &position)?));
    }
    run.page += u32::from(cut.is_none());
    Ok(Batch { continuation: Some(cursor::write(CURSOR_VERSION, &run)?), ..batch })
}

/// More is new than one run follows: it is left to a backfill.
fn gap(page: &[Recent], pages: u32) -> Gap {
    let until = page.iter().filter_map(|post| post.timestamp).min();
    let why = format!("more than {pages} pages of posts were new: order a backfill, or read more often");
    Gap { stream_name: crate::manifest::POSTS.to_owned(), since: None, until, why }
}

/// The shortest list that reaches back to the last read.
fn term(last_at: Ms, since: Option<Ms>) -> &'static str {
    let age = Clock::now().saturating_sub(since.unwrap_or(last_at));
    // An hour is kept for clocks that differ.
    match age + 3_600_000 {
        ..=limits::DAY_MS => "day",
        age if age <= 7 * limits::DAY_MS => "week",
        _ => "month",
    }
}

fn is_new(post: &Recent, floor: u64, below: Option<u64>, since: Option<Ms>) -> bool {
    let is_above = post.pid.is_some_and(|pid| pid > floor && below.is_none_or(|below| pid < below));
    is_above && post.timestamp.zip(since).is_none_or(|(at, since)| at >= since)
}

/// Puts out the posts, newest first, and returns from which id on if not all fitted.
fn deliver(
    client: &mut Client<'_>,
    new: &[&Recent],
    list: &Response,
    out: &mut Out,
) -> Result<Option<u64>, Fault> {
    let cids: BTreeSet<u64> = new.iter().filter_map(|post| post.topic.as_ref()?.cid).collect();
    let closed = category::closed(client, &cids)?;
    let mut topics: Vec<(u64, Option<Shown>)> = Vec::new();
    let mut lowest = None;
    for post in new {
        let (Some(pid), Some(tid)) = (post.pid, post.tid) else { continue };
        if out.room() == 0 {
            return Ok(lowest);
        }
        if !topics.iter().any(|(known, _)| *known == tid) {
            if !client.may_ask() {
                return lowest.map(Some).ok_or_else(|| {
                    Fault::transient("the budget allows no request for a topic, at least 2 are needed")
                });
            }
            let pids: Vec<u64> =
                new.iter().filter(|other| other.tid == Some(tid)).filter_map(|other| other.pid).collect();
            topics.push((tid, shown(client, tid, &pids, list)?));
        }
        let shown = topics.iter().find(|(known, _)| *known == tid).and_then(|(_, shown)| shown.as_ref());
        // Between two requests a post or its topic may go: then there is nothing to say of it.
        let entry = shown.and_then(|shown| shown.opened.entries.iter().find(|entry| entry.pid == Some(pid)));
        if let Some((entry, Shown { opened, is_refused })) = entry.zip(shown) {
            let is_closed = *is_refused || opened.topic.cid.is_some_and(|cid| closed.contains(&cid));
            let draft: Draft = events::draft(entry.clone(), &opened.topic, client.settings, is_closed);
            if !out.take(draft) {
                return Ok(lowest);
            }
        }
        lowest = Some(pid);
    }
    Ok(None)
}

/// What is known of a topic.
struct Shown {
    opened: Opened,
    /// By the list alone.
    is_refused: bool,
}

fn shown(client: &mut Client<'_>, tid: u64, pids: &[u64], list: &Response) -> Result<Option<Shown>, Fault> {
    Ok(match topic::open(client, tid, pids)? {
        Ok(opened) => Some(Shown { opened, is_refused: false }),
        Err(gone) if gone.reason == RemovalReason::NoLongerVisible => {
            topic::of_list(list, tid)?.map(|opened| Shown { opened, is_refused: true })
        }
        Err(_) => None,
    })
}
