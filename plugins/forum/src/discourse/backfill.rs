//! Backwards through the forum, or forwards through one topic, with a cursor of its own.
//!
//! Holds: the incremental cursor is neither read nor moved; a topic is followed by the ids of its posts, so that
//! what is inserted or deleted between two requests shifts nothing.

use hark_sdk::prelude::*;

use super::categories::Categories;
use super::events::{self, Around};
use super::page::{self, Entry, Source};
use super::parents::Places;
use super::read::{is_wanted, surround};
use crate::client::Client;
use crate::limits;
use crate::manifest::CURSOR_VERSION;
use crate::out::Out;
use crate::settings::place_of;

/// Where a backfill stands.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Way {
    /// Everything from this id on was delivered; none at the beginning. In a topic: everything up to it.
    #[serde(default)]
    at: Option<u64>,
    #[serde(default)]
    empty: u32,
    #[serde(default)]
    windows: bool,
    #[serde(default)]
    categories: Categories,
}

/// Reads one page of the way.
pub fn read(mut client: Client<'_>, request: &ReadRequest) -> Result<Batch, Fault> {
    let mut way: Way = cursor::read(CURSOR_VERSION, request.cursor.as_deref())?.unwrap_or_default();
    // With one request a call either learns about the categories or reads a page.
    if request.budget.max_requests == 1 && !way.categories.is_fresh() {
        way.categories.refresh(&mut client)?;
        return batch(Vec::new(), &way, true);
    }
    let topic = request.target.as_deref().and_then(|target| target.strip_prefix("topic:"));
    match topic.map(str::parse::<u64>) {
        Some(Ok(topic)) => of_topic(client, request, way, topic),
        Some(Err(_)) => {
            Err(Fault::NotFound(format!("{:?} is no topic, as in \"topic:119\"", request.target)))
        }
        None => of_forum(client, request, way),
    }
}

fn of_forum(mut client: Client<'_>, request: &ReadRequest, mut way: Way) -> Result<Batch, Fault> {
    let place = place_of(request.target.as_deref())?;
    let before = way.at;
    let page = page::fetch(&mut client, Source::Posts, before)?;
    let is_below = |id: Option<u64>| before.is_none_or(|before| id.is_none_or(|id| id < before));
    way.windows |= page.entries.iter().any(|entry| !is_below(entry.id));
    let entries: Vec<Entry> = page.entries.into_iter().filter(|entry| is_below(entry.id)).collect();
    let Some(lowest) = entries.iter().filter_map(|entry| entry.id).min() else {
        return nothing_below(way);
    };
    let mut out = Out::new(request.budget.max_events);
    let (mut chosen, mut done, mut at) = (Vec::new(), false, lowest);
    for entry in entries {
        let created = created(&entry);
        if created.zip(request.since).is_some_and(|(created, since)| created < since) {
            done = true;
            break;
        }
        if chosen.len() >= out.room() {
            at = entry.id.map_or(lowest, |id| id.saturating_add(1));
            break;
        }
        let is_later = created.zip(request.until).is_some_and(|(created, until)| created >= until);
        if !is_later && is_wanted(&entry, place, client.settings) {
            chosen.push(entry);
        }
    }
    (way.at, way.empty) = (Some(at), 0);
    put(&mut client, &mut way, chosen, &mut out)?;
    batch(out.events(), &way, !done && at > 1)
}

fn nothing_below(mut way: Way) -> Result<Batch, Fault> {
    way.empty += 1;
    way.at = way.at.map(|at| at.saturating_sub(limits::PAGE_POSTS));
    let more = way.at.is_some_and(|at| at > 1) && (way.windows || way.empty < limits::EMPTY_PAGES_MAX);
    batch(Vec::new(), &way, more)
}

fn of_topic(mut client: Client<'_>, request: &ReadRequest, mut way: Way, id: u64) -> Result<Batch, Fault> {
    let opened = match page::topic(&mut client, id, None)? {
        Ok(opened) => opened,
        Err(gone) => return Err(Fault::NotFound(format!("topic {id} is not to be seen: {:?}", gone.reason))),
    };
    let stream = opened.topic.post_stream.as_ref().map(|stream| stream.stream.clone()).unwrap_or_default();
    let room = Out::new(request.budget.max_events).room().min(limits::CHUNK_POSTS);
    let after = way.at.unwrap_or(0);
    let ids: Vec<u64> = stream.into_iter().filter(|id| *id > after).take(room).collect();
    let mut places = Places::default();
    places.note(&opened.page.entries);
    let (mut here, _): (Vec<_>, Vec<_>) =
        opened.page.entries.into_iter().partition(|entry| entry.id.is_some_and(|id| ids.contains(&id)));
    places.note_topic(opened.topic);
    let missing: Vec<u64> =
        ids.iter().copied().filter(|id| !here.iter().any(|entry| entry.id == Some(*id))).collect();
    if !missing.is_empty() && client.may_ask_and_keep(1) {
        here.extend(page::of_topic(&mut client, id, &missing)?.entries);
    } else if let Some(first) = missing.iter().min() {
        here.retain(|entry| entry.id < Some(*first));
    }
    let last = here.iter().filter_map(|entry| entry.id).max().or(ids.last().copied());
    let in_time = |entry: &Entry| {
        let created = created(entry);
        created.zip(request.since).is_none_or(|(at, since)| at >= since)
            && created.zip(request.until).is_none_or(|(at, until)| at < until)
    };
    here.retain(in_time);
    let mut out = Out::new(request.budget.max_events);
    way.at = last.or(way.at);
    put_with(&mut client, &mut way, here, &mut out, places)?;
    batch(out.events(), &way, last.is_some())
}

fn put(client: &mut Client<'_>, way: &mut Way, entries: Vec<Entry>, out: &mut Out) -> Result<(), Fault> {
    let mut places = Places::default();
    places.note(&entries);
    put_with(client, way, entries, out, places)
}

fn put_with(
    client: &mut Client<'_>,
    way: &mut Way,
    entries: Vec<Entry>,
    out: &mut Out,
    mut places: Places,
) -> Result<(), Fault> {
    if entries.is_empty() {
        return Ok(());
    }
    places.note(&entries);
    let posts = || entries.iter().filter_map(|entry| entry.post.as_deref().ok());
    surround(client, &mut way.categories, &mut places, posts)?;
    places.look_up(client, posts())?;
    let around =
        Around { settings: client.settings, categories: &way.categories, places: &places, private: false };
    for entry in entries {
        out.put(events::draft(entry, around, false));
    }
    Ok(())
}

fn created(entry: &Entry) -> Option<Ms> {
    time::parse_rfc3339(entry.post.as_ref().ok()?.created_at.as_deref()?)
}

fn batch(events: Vec<Event>, way: &Way, more: bool) -> Result<Batch, Fault> {
    let cursor = cursor::write(CURSOR_VERSION, way)?;
    let continuation = more.then(|| cursor::write(CURSOR_VERSION, &())).transpose()?;
    Ok(Batch { cursor: Some(cursor), continuation, ..Batch::new(events) })
}
