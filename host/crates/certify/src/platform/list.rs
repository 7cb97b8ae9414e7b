//! One listing that is alive.
//!
//! Holds: every item that was ever listed has a key of its own, and a key is never given twice.

use std::sync::{Mutex, MutexGuard, PoisonError};

use hark_cassette::{Blob, Exchange, Format, HttpAnswer, HttpAsked, Listing, Order};
use url::Url;

use super::asked::{Asked, fits};
use super::entry::Entry;
use super::frame::{Frame, Page};
use super::{Change, keys, xml};
use crate::tamper;

/// Every listing that goes by pages has at least so many.
const PAGES_MIN: usize = 3;
/// Most items of a page for which others are made to fill it.
const FILLED_MAX: usize = 100;

/// One listing.
pub struct List {
    /// With the places of the parts that a feed was taken apart into.
    listing: Listing,
    frame: Frame,
    state: Mutex<State>,
}

struct State {
    /// Oldest first.
    entries: Vec<Entry>,
    /// Keys that were ever given, oldest first: what is deleted still has its place.
    keys: Vec<String>,
    /// Ids of what was deleted.
    deleted: Vec<String>,
    /// Ids of the first page that was given.
    first_page: Vec<String>,
    change: Option<Change>,
    requests: usize,
    added: usize,
}

impl List {
    /// Makes a listing of what was recorded of it; none where nothing fits.
    pub fn new(listing: &Listing, exchanges: &[Exchange]) -> Option<Self> {
        let (frame, items) = Frame::of(listing, exchanges)?;
        let places = if listing.format == Format::Xml { xml::places(listing) } else { listing.clone() };
        let mut entries: Vec<Entry> = Vec::new();
        for entry in items.into_iter().filter_map(|body| Entry::read(&places, body)) {
            if !entries.iter().any(|known| known.id == entry.id) {
                entries.push(entry);
            }
        }
        if listing.order == Order::NewestFirst {
            entries.reverse();
        }
        sort(&mut entries, &places);
        let keys = entries.iter().map(|entry| entry.key.clone()).collect();
        let mut state = State {
            entries,
            keys,
            deleted: Vec::new(),
            first_page: Vec::new(),
            change: None,
            requests: 0,
            added: 0,
        };
        state.entries.last()?;
        fill(&mut state, &places);
        Some(Self { listing: places, frame, state: Mutex::new(state) })
    }

    /// Lets `change` happen after the first page that is asked for from now on.
    pub fn change_after_first_page(&self, change: Change) {
        let mut state = self.lock();
        (state.change, state.requests) = (Some(change), 0);
    }

    /// Adds an item now.
    #[cfg(test)]
    pub fn add(&self) {
        add(&mut self.lock(), &self.listing);
    }

    /// Edits an item and returns its id and its new text; none where an edit is not listed. It is the oldest
    /// one where it gets a new place, else the oldest of the first page: where every reader looks.
    pub fn edit(&self) -> Option<(String, String)> {
        if !self.listing.lists_edits {
            return None;
        }
        let mut state = self.lock();
        let shown = |entry: &Entry| state.first_page.contains(&entry.id);
        let moves = self.listing.key.is_some();
        let at = if moves { Some(0) } else { state.entries.iter().position(shown) }.unwrap_or(0);
        let mut entry = state.entries.get(at)?.clone();
        let text = entry.edit(&self.listing, keys::above(&state.keys))?;
        let id = entry.id.clone();
        if moves {
            state.entries.remove(at);
            state.keys.push(entry.key.clone());
            state.entries.push(entry);
        } else {
            state.entries[at] = entry;
        }
        Some((id, text))
    }

    /// Returns the ids of all items that it has now.
    pub fn ids(&self) -> Vec<String> {
        self.lock().entries.iter().map(|entry| entry.id.clone()).collect()
    }

    /// Returns the ids of what was deleted.
    pub fn deleted(&self) -> Vec<String> {
        self.lock().deleted.clone()
    }

    /// Tells whether it is asked for by the id of one of `gone`.
    pub fn hangs_on(&self, gone: &[String]) -> bool {
        let Listing { path, with, .. } = &self.listing;
        let mut names = path.split('/').chain(with.values().map(String::as_str));
        names.any(|name| gone.iter().any(|id| id == name))
    }

    /// Answers what is asked of it, none what is not.
    pub fn answer(&self, asked: &HttpAsked) -> Option<HttpAnswer> {
        if let Some(answer) = self.one(asked) {
            return Some(answer);
        }
        let asked = Asked::read(&self.listing, asked)?;
        let mut state = self.lock();
        let size = self.page_size(&asked, state.entries.len());
        let (entries, more) = self.page(&state, &asked, size);
        let answer = self.frame.answer(&self.listing, &asked, &Page { entries: &entries, more, size });
        state.requests += 1;
        if state.first_page.is_empty() {
            state.first_page = entries.iter().map(|entry| entry.id.clone()).collect();
        }
        change(&mut state, &self.listing, &entries);
        Some(answer)
    }

    /// Answers for a single item that was ever listed.
    fn one(&self, asked: &HttpAsked) -> Option<HttpAnswer> {
        let url = Url::parse(&asked.url).ok()?;
        let id = *fits(self.listing.one.as_ref()?, url.path())?.first()?;
        let state = self.lock();
        let entry = state.entries.iter().find(|entry| entry.id == id || entry.key == id);
        match entry.filter(|_| asked.method == "GET") {
            Some(entry) => {
                let headers = vec!["content-type: application/json".to_owned()];
                let body = Blob(entry.body.to_string().into_bytes());
                Some(HttpAnswer::Response { status: 200, headers, body })
            }
            None => state.deleted.iter().any(|gone| gone == id).then(|| tamper::status(404, &[])),
        }
    }

    fn page(&self, state: &State, asked: &Asked, size: usize) -> (Vec<Entry>, bool) {
        let listing = &self.listing;
        let place = |name: &Option<String>| asked.get(name.as_ref()).map(|key| keys::place(&state.keys, key));
        let (since, upward) = (place(&listing.since), place(&listing.upward));
        let (before, token) = (place(&listing.before), place(&listing.page));
        let (above, below) = match listing.order {
            Order::NewestFirst => (since.max(upward), [before, token].into_iter().flatten().min()),
            Order::OldestFirst => (since.max(upward).max(token), before),
        };
        let time = |name: &Option<String>| asked.get(name.as_ref()).and_then(keys::moment);
        let (from, until) = (time(&listing.since_time), time(&listing.until_time));
        let inside = |entry: &&Entry| {
            let at = keys::place(&state.keys, &entry.key);
            let written = entry.time(listing);
            above.is_none_or(|above| at > above)
                && below.is_none_or(|below| at < below)
                && from.zip(written).is_none_or(|(from, written)| written >= from)
                && until.zip(written).is_none_or(|(until, written)| written <= until)
        };
        let mut found: Vec<Entry> = state.entries.iter().filter(inside).cloned().collect();
        if listing.order == Order::NewestFirst {
            found.reverse();
        }
        let pages = asked.number(listing.number.as_ref()).unwrap_or(1).saturating_sub(1);
        let offset = asked.number(listing.offset.as_ref()).unwrap_or(0) + pages.saturating_mul(size);
        let mut found: Vec<Entry> = found.into_iter().skip(offset).collect();
        let more = found.len() > size;
        if upward.is_some() && listing.order == Order::NewestFirst {
            found.drain(..found.len().saturating_sub(size));
        }
        found.truncate(size);
        (found, more)
    }

    /// A platform that says whether there is more may give less than it was asked for.
    fn page_size(&self, asked: &Asked, all: usize) -> usize {
        let listing = &self.listing;
        if listing.count_max == 0 {
            return usize::MAX;
        }
        let wanted = asked.number(listing.count.as_ref()).unwrap_or(listing.count_max);
        let most = wanted.clamp(1, listing.count_max);
        if listing.tells_more() { most.min(all.div_ceil(PAGES_MIN).max(1)) } else { most }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every step leaves it whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds items until there are several pages, where a page that is not full is taken for the last.
fn fill(state: &mut State, listing: &Listing) {
    let paged = listing.count_max > 0 && !listing.tells_more();
    let wanted = if paged { listing.count_max.min(FILLED_MAX) * PAGES_MIN + 1 } else { 1 };
    while state.entries.len() < wanted {
        add(state, listing);
    }
}

/// Adds a copy of the newest item.
fn add(state: &mut State, listing: &Listing) {
    let Some(model) = state.entries.last() else { return };
    let copy = model.copy(listing, keys::above(&state.keys), state.added + 1);
    state.added += 1;
    state.keys.push(copy.key.clone());
    state.entries.push(copy);
}

fn change(state: &mut State, listing: &Listing, page: &[Entry]) {
    if state.requests != 1 {
        return;
    }
    match state.change.take() {
        Some(Change::Add) => {
            add(state, listing);
            add(state, listing);
        }
        Some(Change::Delete) => {
            let listed = |entry: &Entry| page.iter().any(|on| on.id == entry.id);
            let newest = state.entries.iter().rposition(listed);
            let next = state.entries.iter().position(|entry| !listed(entry));
            // The later one first, so that the other stays where it is.
            for at in [newest.max(next), newest.min(next)].into_iter().flatten() {
                let gone = state.entries.remove(at);
                state.deleted.push(gone.id);
            }
        }
        None => {}
    }
}

fn sort(entries: &mut [Entry], listing: &Listing) {
    if entries.iter().all(|entry| keys::number(&entry.key).is_some()) {
        entries.sort_by_key(|entry| keys::number(&entry.key));
    } else if entries.iter().all(|entry| entry.time(listing).is_some()) {
        entries.sort_by_key(|entry| entry.time(listing));
    }
}
