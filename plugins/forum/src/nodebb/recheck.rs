//! What became of posts of NodeBB that the host asks about.

use std::collections::BTreeSet;

use hark_sdk::prelude::*;

use super::shapes::{Answer, Post};
use super::{category, events, topic};
use crate::client::{Client, Looked};
use crate::lenient;
use crate::manifest::CURSOR_VERSION;
use crate::out::{Draft, Out};

/// Requests that one post may need: itself, its topic's pages, its category.
const REQUESTS_EACH: u32 = 3;

/// Answers as many ids as the budget allows; the rest stands in the continuation.
pub fn read(mut client: Client<'_>, request: &ReadRequest) -> Result<Batch, Fault> {
    let left: Option<BTreeSet<u64>> = cursor::read(CURSOR_VERSION, request.continuation.as_deref())?;
    let asked = request.ids.iter().filter_map(|id| id.strip_prefix("post:")?.parse().ok());
    let mut left = left.unwrap_or_else(|| asked.collect());
    let mut out = Out::new(request.budget.max_events);
    while let Some(pid) = left.last().copied() {
        if out.room() == 0 || !client.may_ask_and_keep(REQUESTS_EACH - 1) {
            break;
        }
        let draft = one(&mut client, pid)?;
        if !out.take(draft) {
            break;
        }
        left.remove(&pid);
    }
    if out.is_empty() && !left.is_empty() {
        return Err(Fault::transient(format!("the budget allows fewer than {REQUESTS_EACH} requests")));
    }
    let continuation = (!left.is_empty()).then(|| cursor::write(CURSOR_VERSION, &left)).transpose()?;
    Ok(Batch { continuation, ..Batch::new(out.events()) })
}

fn one(client: &mut Client<'_>, pid: u64) -> Result<Draft, Fault> {
    let id = format!("post:{pid}");
    let response = match client.look(&format!("/api/v3/posts/{pid}"))? {
        Looked::Found(response) => response,
        Looked::Gone(gone) => return Ok(Draft::single(gone.removal(id))),
    };
    let post: Answer<Post> = lenient::json(&response)?;
    let Some(tid) = post.response.tid else {
        let origin = response.origin("/response");
        return Ok(Draft::single(Poison::new(id, "the post names no topic", origin)));
    };
    let opened = match topic::open(client, tid, &[pid])? {
        Ok(opened) => opened,
        Err(gone) => return Ok(Draft::single(gone.removal(id))),
    };
    let closed = category::closed(client, &opened.topic.cid.into_iter().collect())?;
    let entry = opened.entries.into_iter().find(|entry| entry.pid == Some(pid));
    // On a page that was not reached its figures are all that is known of it.
    let counters =
        Counters { likes: post.response.upvotes, score: post.response.votes, ..Counters::default() };
    let engagement =
        || Engagement { id, counters, at: response.received_at(), origin: response.origin("/response") };
    Ok(match entry {
        Some(entry) => events::draft(entry, &opened.topic, client.settings, !closed.is_empty()),
        None => Draft::single(engagement()),
    })
}
