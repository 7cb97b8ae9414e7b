//! Incremental reading: the newest page first, then what lies between it and what was read before.
//!
//! Holds: one call reads one page; the cursor of each call names what is still to be read, so that a crash or a
//! rate limit in the middle of a long way back loses nothing and repeats one page at most.

use hark_sdk::prelude::*;

use super::categories::Categories;
use super::events::{self, Around};
use super::page::{self, Entry, Page, Source};
use super::parents::Places;
use super::position::{Change, Hole, Mark, Position};
use crate::client::Client;
use crate::limits;
use crate::manifest::CURSOR_VERSION;
use crate::out::{Draft, Out};
use crate::settings::{Settings, place_of};

/// What a run does next.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Step {
    Newest,
    Holes,
}

/// Reads one page.
pub fn read(client: Client<'_>, request: &ReadRequest, source: Source) -> Result<Batch, Fault> {
    let position: Position = cursor::read(CURSOR_VERSION, request.cursor.as_deref())?.unwrap_or_default();
    let step = cursor::read(CURSOR_VERSION, request.continuation.as_deref())?.unwrap_or(Step::Newest);
    let place = place_of(request.target.as_deref())?;
    let is_first = position.top == 0 || request.since.is_some();
    let since = is_first.then(|| client.settings.since(request));
    let mut run = Run {
        place,
        source,
        since,
        position,
        out: Out::new(request.budget.max_events),
        client,
        chosen: Vec::new(),
    };
    // With one request a call either learns about the categories or reads a page.
    if request.budget.max_requests == 1 && source == Source::Posts && !run.position.categories.is_fresh() {
        run.position.categories.refresh(&mut run.client)?;
        return run.finish(step);
    }
    match step {
        Step::Newest => run.newest()?,
        Step::Holes => run.older()?,
    }
    run.put_out()?;
    run.finish(Step::Holes)
}

/// Tells whether a post is of a category that is listened to.
pub fn is_wanted(entry: &Entry, place: Option<u64>, settings: &Settings) -> bool {
    let Ok(post) = &entry.post else { return true };
    let here = place.is_none() || post.category_id == place;
    here && (settings.listens_to(post.category_id) || events::is_private(post, None))
}

/// What became of the new entries of a page.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Taken {
    /// All fitted.
    All,
    /// What is below this id did not fit.
    Cut(u64),
    /// What follows is older than is wanted.
    Reached,
}

/// An entry that goes out.
struct Chosen {
    entry: Entry,
    /// It was gone and is back.
    restored: bool,
    /// It stands on no page, but was asked for by its id.
    by_id: bool,
}

struct Run<'s> {
    client: Client<'s>,
    source: Source,
    place: Option<u64>,
    since: Option<Ms>,
    position: Position,
    out: Out,
    chosen: Vec<Chosen>,
}

impl Run<'_> {
    fn newest(&mut self) -> Result<(), Fault> {
        let page = page::fetch(&mut self.client, self.source, None)?;
        let ids: Vec<u64> = page.ids().collect();
        let (Some(top), Some(lowest)) = (ids.iter().max(), ids.iter().min()) else { return Ok(()) };
        let floor = self.position.top;
        let (new, known): (Vec<_>, Vec<_>) =
            page.entries.into_iter().partition(|entry| entry.id.is_none_or(|id| id > floor));
        self.position.top = floor.max(*top);
        let since = self.since;
        let hole = |before| Hole { floor, before, since, ..Hole::default() };
        match self.choose(new, since) {
            Taken::All if *lowest > floor => self.position.add_hole(hole(*lowest)),
            Taken::Cut(before) => self.position.add_hole(hole(before)),
            Taken::All | Taken::Reached => {}
        }
        // A page that is not full reaches further down than its last post, though not beyond a window.
        let is_full = ids.len() as u64 >= limits::PAGE_POSTS;
        let from = if is_full { *lowest } else { top.saturating_sub(limits::PAGE_POSTS - 1).min(*lowest) };
        self.unlisted(&ids, floor.saturating_add(1).max(*lowest), *top);
        self.changed(known);
        let topics = self.vanished(&ids, from)?;
        self.whispers(topics)
    }

    fn older(&mut self) -> Result<(), Fault> {
        let Some(mut hole) = self.position.holes.pop() else { return Ok(()) };
        let Page { entries } = page::fetch(&mut self.client, self.source, Some(hole.before))?;
        hole.windows |= entries.iter().any(|entry| entry.id.is_some_and(|id| id >= hole.before));
        let mut below = false;
        let entries: Vec<_> = entries
            .into_iter()
            .filter(|entry| entry.id.is_none_or(|id| id < hole.before))
            .inspect(|entry| below |= entry.id.is_some_and(|id| id <= hole.floor))
            .filter(|entry| entry.id.is_none_or(|id| id > hole.floor))
            .collect();
        let ids: Vec<u64> = entries.iter().filter_map(|entry| entry.id).collect();
        let lowest = ids.iter().min().copied();
        self.unlisted(&ids, lowest.unwrap_or(hole.before), hole.before);
        hole.empty = if lowest.is_some() { 0 } else { hole.empty + 1 };
        match (self.choose(entries, hole.since), lowest) {
            (Taken::Reached, _) => {}
            (Taken::Cut(before), _) => self.position.add_hole(Hole { before, ..hole }),
            (Taken::All, _) if below => {}
            (Taken::All, Some(before)) => self.position.add_hole(Hole { before, ..hole }),
            (Taken::All, None) if hole.windows || hole.empty < limits::EMPTY_PAGES_MAX => {
                let before = hole.before.saturating_sub(limits::PAGE_POSTS);
                self.position.add_hole(Hole { before, ..hole });
            }
            (Taken::All, None) => {}
        }
        self.whispers(0)
    }

    /// Takes new entries, newest first.
    fn choose(&mut self, entries: Vec<Entry>, since: Option<Ms>) -> Taken {
        let mut taken = Taken::All;
        for entry in entries {
            if taken == Taken::All && is_too_old(&entry, since) {
                taken = Taken::Reached;
            }
            if let Some(id) = entry.id.filter(|_| taken == Taken::All && self.is_full(&entry)) {
                return Taken::Cut(id.saturating_add(1));
            }
            if !is_wanted(&entry, self.place, self.client.settings) {
                continue;
            }
            self.position.saw(&entry);
            if taken == Taken::All {
                self.chosen.push(Chosen { entry, restored: false, by_id: false });
            }
        }
        taken
    }

    /// The first always fits, as otherwise nothing ever would.
    fn is_full(&self, entry: &Entry) -> bool {
        let bytes: usize = self.chosen.iter().map(|chosen| size(&chosen.entry)).sum();
        let has_some = !self.chosen.is_empty() || !self.out.is_empty();
        has_some && (self.chosen.len() >= self.out.room() || bytes + size(entry) > limits::BATCH_BYTES_MAX)
    }

    /// Finds edits and figures on a page that is read anyway. What does not fit is found the next time.
    fn changed(&mut self, known: Vec<Entry>) {
        for entry in known {
            let (Some(id), Ok(post)) = (entry.id, &entry.post) else { continue };
            if self.position.is_to_come(id) || !is_wanted(&entry, self.place, self.client.settings) {
                continue;
            }
            let restored = self.position.gone.contains(&id);
            let change = match self.position.recent.get(&id) {
                Some(mark) if !restored => mark.change(Mark::of(post)),
                // Not seen before: a post that was hidden, or in a topic that was.
                _ => Change::Content,
            };
            if change == Change::Nothing || self.is_full(&entry) {
                continue;
            }
            self.position.saw(&entry);
            match change {
                Change::Figures => {
                    self.out.put(Draft::single(events::engagement(post, &entry)));
                }
                Change::Content | Change::Nothing => {
                    self.chosen.push(Chosen { entry, restored, by_id: false })
                }
            }
        }
    }

    /// Asks what became of posts that were on the newest page and should still be there.
    /// Returns how many topics that takes later.
    fn vanished(&mut self, ids: &[u64], from: u64) -> Result<u32, Fault> {
        let missing = self.position.recent.range(from..).map(|(id, _)| *id);
        let missing: Vec<u64> = missing.filter(|id| !ids.contains(id)).take(limits::VANISHED_MAX).collect();
        let mut topics = 0;
        for id in missing {
            // Kept for the categories, and for the topic of each such post, which does not name its category.
            if !self.client.may_ask_and_keep(2 + topics) || self.out.room() <= self.chosen.len() {
                break;
            }
            match page::one(&mut self.client, id)? {
                // It may be there still: its topic was hidden, or it became a whisper.
                Ok(entry) => {
                    topics += 1;
                    self.chosen.push(Chosen { entry, restored: false, by_id: false });
                }
                Err(gone) => self.out.put(Draft::single(gone.removal(format!("post:{id}")))),
            }
            self.position.lost(id);
        }
        Ok(topics)
    }

    /// Notes the ids between `from` and `to` that the page did not show. They may be whispers, which stand on no
    /// page; or private messages, notes of the forum, or deleted.
    fn unlisted(&mut self, ids: &[u64], from: u64, to: u64) {
        if self.client.settings.whispers && self.source == Source::Posts {
            let last = to.min(from.saturating_add(limits::UNLISTED_SPAN_MAX));
            let hidden = (from..last).filter(|id| !ids.contains(id));
            self.position.add_unlisted(hidden);
        }
    }

    /// Asks for a few of the posts that no page shows, newest first, and keeps those that are whispers.
    fn whispers(&mut self, mut topics: u32) -> Result<(), Fault> {
        for _ in 0..limits::UNLISTED_MAX {
            let is_full = self.out.room() <= self.chosen.len();
            if is_full || !self.client.may_ask_and_keep(2 + topics) {
                break;
            }
            let Some(id) = self.position.unlisted.pop_last() else { break };
            let Ok(entry) = page::one(&mut self.client, id)? else { continue };
            let is_whisper = entry.post.as_ref().is_ok_and(|post| events::is_whisper(post));
            if is_whisper && !is_too_old(&entry, self.since) {
                topics += 1;
                self.chosen.push(Chosen { entry, restored: false, by_id: true });
            }
        }
        Ok(())
    }

    fn put_out(&mut self) -> Result<(), Fault> {
        let mut chosen = std::mem::take(&mut self.chosen);
        let mut places = Places::default();
        places.note(chosen.iter().map(|chosen| &chosen.entry));
        let mut beside = Vec::new();
        if self.source == Source::Posts && !chosen.is_empty() {
            let categories = &mut self.position.categories;
            let posts = || chosen.iter().filter_map(|chosen| chosen.entry.post.as_deref().ok());
            surround(&mut self.client, categories, &mut places, posts)?;
            beside = places.look_up(&mut self.client, posts())?;
        }
        let (settings, place) = (self.client.settings, self.place);
        chosen.retain(|chosen| !chosen.by_id || is_heard(chosen, &places, place, settings));
        let around = Around {
            settings,
            categories: &self.position.categories,
            places: &places,
            private: self.source == Source::Messages,
        };
        let known: Vec<u64> = chosen.iter().filter_map(|chosen| chosen.entry.id).collect();
        let newest = known.iter().min().copied().unwrap_or(u64::MAX);
        for Chosen { entry, restored, .. } in chosen {
            self.out.put(events::draft(entry, around, restored));
        }
        // Whispers and small actions stand on no page, but come with the topics that were asked for.
        for entry in beside {
            let is_new = entry.id.is_some_and(|id| id > newest && !known.contains(&id));
            if is_new && entry.post.as_ref().is_ok_and(|post| !events::is_regular(post)) {
                self.out.take(events::draft(entry, around, false));
            }
        }
        Ok(())
    }

    fn finish(self, step: Step) -> Result<Batch, Fault> {
        let more = step == Step::Newest || !self.position.holes.is_empty();
        let continuation = more.then(|| cursor::write(CURSOR_VERSION, &step)).transpose()?;
        let cursor = Some(cursor::write(CURSOR_VERSION, &self.position)?);
        Ok(Batch { continuation, cursor, ..Batch::new(self.out.events()) })
    }
}

/// Tells whether a post that no page showed is of a topic that is listened to.
fn is_heard(chosen: &Chosen, places: &Places, place: Option<u64>, settings: &Settings) -> bool {
    let Ok(post) = &chosen.entry.post else { return false };
    let Some(topic) = places.topic(post.topic_id) else { return false };
    if events::is_private(post, Some(topic)) {
        return place.is_none() && settings.private_messages;
    }
    settings.listens_to(topic.category_id) && (place.is_none() || topic.category_id == place)
}

fn size(entry: &Entry) -> usize {
    entry.post.as_ref().map_or(0, |post| post.cooked.as_ref().map_or(0, |cooked| 2 * cooked.len()))
}

fn is_too_old(entry: &Entry, since: Option<Ms>) -> bool {
    let created = |entry: &Entry| time::parse_rfc3339(entry.post.as_ref().ok()?.created_at.as_deref()?);
    since.is_some_and(|since| created(entry).is_some_and(|at| at < since))
}

/// Finds out which of the categories that occur are for some members only.
pub fn surround<'p, P: Iterator<Item = &'p super::shapes::Post>>(
    client: &mut Client<'_>,
    categories: &mut Categories,
    places: &mut Places,
    posts: impl Fn() -> P,
) -> Result<(), Fault> {
    categories.refresh(client)?;
    places.look_up_topics(client, posts())?;
    let wanted: Vec<u64> = posts().filter_map(|post| post.category_id).chain(places.categories()).collect();
    categories.complete(client, wanted.into_iter())
}
