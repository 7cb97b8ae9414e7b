//! What became of posts that the host asks about: words and figures as they are now, or a removal.
//!
//! Holds: each id gets one answer; a passing fault answers nothing. Posts that stand close together come by the
//! page, the others one by one.

use std::collections::BTreeSet;

use hark_sdk::prelude::*;

use super::categories::Categories;
use super::events::{self, Around};
use super::page::{self, Entry, Source};
use super::parents::Places;
use super::read::surround;
use crate::client::Client;
use crate::limits;
use crate::manifest::CURSOR_VERSION;
use crate::out::{Draft, Out};

/// How many of the wanted posts must stand within one page for it to be fetched.
const TOGETHER_MIN: usize = 3;

/// Answers as many ids as the budget allows; the rest stands in the continuation.
pub fn read(mut client: Client<'_>, request: &ReadRequest) -> Result<Batch, Fault> {
    let left: Option<BTreeSet<u64>> = cursor::read(CURSOR_VERSION, request.continuation.as_deref())?;
    let asked = request.ids.iter().filter_map(|id| id.strip_prefix("post:")?.parse().ok());
    let mut left = left.unwrap_or_else(|| asked.collect());
    if left.is_empty() {
        return Ok(Batch::default());
    }
    let mut out = Out::new(request.budget.max_events);
    let mut categories = Categories::default();
    categories.refresh(&mut client)?;
    let mut found: Vec<Entry> = Vec::new();
    while let Some(id) = left.last().copied() {
        // A page and a post now, and later the topic of each post that does not name its category.
        let topics: BTreeSet<u64> = nameless(&found).collect();
        let kept = u32::try_from(topics.len()).unwrap_or(u32::MAX).saturating_add(2);
        if !client.may_ask_and_keep(kept) || found.len() >= out.room() {
            break;
        }
        let close = left.range(id.saturating_sub(limits::PAGE_POSTS - 1)..).count();
        match close >= TOGETHER_MIN {
            true => by_page(&mut client, id, &mut left, &mut found, out.room())?,
            false => alone(&mut client, id, &mut left, &mut found, &mut out)?,
        }
        // What the page did not show is asked for alone.
        if left.contains(&id) && found.len() < out.room() {
            alone(&mut client, id, &mut left, &mut found, &mut out)?;
        }
    }
    if found.is_empty() && out.is_empty() {
        return Err(Fault::transient("the budget allows fewer than 4 requests, too few to ask about a post"));
    }
    let mut places = Places::default();
    places.note(&found);
    let posts = || found.iter().filter_map(|entry| entry.post.as_deref().ok());
    surround(&mut client, &mut categories, &mut places, posts)?;
    places.look_up(&mut client, posts())?;
    let around =
        Around { settings: client.settings, categories: &categories, places: &places, private: false };
    for entry in found {
        out.put(events::draft(entry, around, false));
    }
    let continuation = (!left.is_empty()).then(|| cursor::write(CURSOR_VERSION, &left)).transpose()?;
    Ok(Batch { continuation, ..Batch::new(out.events()) })
}

fn nameless(entries: &[Entry]) -> impl Iterator<Item = u64> {
    let posts = entries.iter().filter_map(|entry| entry.post.as_deref().ok());
    posts.filter(|post| post.category_id.is_none()).map(|post| post.topic_id)
}

fn by_page(
    client: &mut Client<'_>,
    id: u64,
    left: &mut BTreeSet<u64>,
    found: &mut Vec<Entry>,
    room: usize,
) -> Result<(), Fault> {
    let page = page::fetch(client, Source::Posts, Some(id.saturating_add(1)))?;
    for entry in page.entries {
        // What there is no room for is asked for again in the next batch.
        if found.len() < room && entry.id.is_some_and(|id| left.remove(&id)) {
            found.push(entry);
        }
    }
    Ok(())
}

fn alone(
    client: &mut Client<'_>,
    id: u64,
    left: &mut BTreeSet<u64>,
    found: &mut Vec<Entry>,
    out: &mut Out,
) -> Result<(), Fault> {
    match page::one(client, id)? {
        Ok(entry) => found.push(entry),
        Err(gone) => out.put(Draft::single(gone.removal(format!("post:{id}")))),
    }
    left.remove(&id);
    Ok(())
}
