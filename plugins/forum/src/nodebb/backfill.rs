//! Backwards through a NodeBB, with a cursor of its own: the list of all posts names the topics, each of which is
//! read whole from its first page on.
//!
//! Holds: the incremental cursor is neither read nor moved; a topic is read once, whatever is said in it meanwhile.
//! A request that fails for a while ends the call where it stands, not where it began: of the many that a call sends
//! nearly always one would.
//! The list is counted by pages, so that what is purged between two requests hides a row from the second: it is
//! gone through twice, the second time for topics that no row of the first led to.

use std::collections::{BTreeMap, BTreeSet};

use hark_sdk::prelude::*;

use super::shapes::Recent;
use super::topic::{self, Entry, Page};
use super::{category, events};
use crate::client::Client;
use crate::manifest::CURSOR_VERSION;
use crate::out::{Draft, Out};
use crate::settings::place_of;
use crate::{lenient, limits, manifest};

/// Where a backfill stands.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Way {
    /// Pages of the list that were gone through.
    list: u32,
    /// Pages in a row that showed nothing.
    empty: u32,
    /// The list is gone through for the second time.
    again: bool,
    over: bool,
    /// Topics of the last page of the list, with their categories, that are still to be read.
    queue: Vec<(u64, Option<u64>)>,
    /// Topics that were read.
    seen: BTreeSet<u64>,
    /// Some that were read are no longer in `seen`.
    forgot: bool,
    open: Option<Open>,
    rights: Rights,
}

/// A topic that is being read.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Open {
    tid: u64,
    cid: Option<u64>,
    /// Pages that were read to their end.
    done: u32,
    /// Last post that was delivered or passed over.
    after: u64,
    /// How many posts it had.
    posts: u64,
    /// There is no page behind the next.
    #[serde(default)]
    last: bool,
}

/// Which categories are not for every member, as it was a while ago.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Rights {
    at: Ms,
    closed: BTreeMap<u64, bool>,
}

/// Reads on until the budget or the forum is at its end.
pub fn read(client: Client<'_>, request: &ReadRequest) -> Result<Batch, Fault> {
    let way: Option<Way> = cursor::read(CURSOR_VERSION, request.cursor.as_deref())?;
    let mut walk = Walk { client, request, way: way.unwrap_or_default(), place: None };
    match request.target.as_deref().and_then(|target| target.strip_prefix("topic:")) {
        Some(topic) => walk.begin_with(topic)?,
        None => walk.place = place_of(request.target.as_deref())?,
    }
    walk.go()
}

struct Walk<'a> {
    client: Client<'a>,
    request: &'a ReadRequest,
    way: Way,
    /// Category that is wanted.
    place: Option<u64>,
}

impl Walk<'_> {
    /// Reads one topic and no list.
    fn begin_with(&mut self, topic: &str) -> Result<(), Fault> {
        let tid = topic
            .parse()
            .map_err(|_| Fault::NotFound(format!("{topic:?} is no topic, as in \"topic:119\"")))?;
        let is_fresh = self.way.open.is_none() && self.way.seen.is_empty();
        (self.way.again, self.way.list) = (true, limits::NODEBB_LIST_PAGES_MAX);
        if is_fresh {
            self.way.open = Some(Open { tid, ..Open::default() });
        }
        Ok(())
    }

    fn go(mut self) -> Result<Batch, Fault> {
        let mut out = Out::new(self.request.budget.max_events);
        if Clock::now().saturating_sub(self.way.rights.at) > limits::RIGHTS_MS {
            self.way.rights = Rights { at: Clock::now(), ..Rights::default() };
        }
        let (mut has_room, mut not_before) = (true, None);
        let mut steps = 0;
        while has_room && !self.way.over && self.client.may_ask() && out.room() > 0 {
            has_room = match self.step(&mut out) {
                Ok(has_room) => has_room,
                Err(fault) if steps > 0 && passes(&fault) => {
                    warn!("the read stops half-way, what was found is kept: {fault:?}");
                    not_before = until(&fault);
                    break;
                }
                Err(fault) => return Err(fault),
            };
            steps += 1;
        }
        let cursor = cursor::write(CURSOR_VERSION, &self.way)?;
        let continuation = (!self.way.over).then(|| cursor::write(CURSOR_VERSION, &())).transpose()?;
        Ok(Batch { cursor: Some(cursor), continuation, not_before, ..Batch::new(out.events()) })
    }

    /// Does what comes next, with one request at most; if that fails, nothing has moved. Tells whether more may fit.
    fn step(&mut self, out: &mut Out) -> Result<bool, Fault> {
        let Some(mut open) = self.way.open.clone() else {
            let next = self.way.queue.pop();
            match next {
                Some((tid, cid)) => self.way.open = Some(Open { tid, cid, ..Open::default() }),
                None => self.list()?,
            }
            return Ok(true);
        };
        let is_known = |cid: &u64| self.way.rights.closed.contains_key(cid);
        if let Some(cid) = open.cid.filter(|cid| !is_known(cid)) {
            let closed = category::closed(&mut self.client, &BTreeSet::from([cid]))?.contains(&cid);
            self.way.rights.closed.insert(cid, closed);
            self.way.open = Some(open);
            return Ok(true);
        }
        let page = match topic::page(&mut self.client, open.tid, open.done + 1)? {
            Ok(page) => page,
            // The last page went with what was purged: the rest of it stands on the one before.
            Err(_) if open.done > 0 && !open.last => {
                self.way.open = Some(Open { done: open.done - 1, last: true, ..open });
                return Ok(true);
            }
            // It went after it was listed, or is not for us; waited for, it would hide all that comes after it.
            Err(gone) => {
                if gone.reason == RemovalReason::NoLongerVisible {
                    out.put(Draft::single(refused(open.tid)));
                }
                self.seen(open.tid);
                return Ok(true);
            }
        };
        let is_elsewhere = page.topic.cid != open.cid;
        open.cid = page.topic.cid;
        let has_fewer = page.topic.post_count.is_some_and(|posts| posts < open.posts);
        open.posts = page.topic.post_count.unwrap_or(0);
        if has_fewer && open.done > 0 && !open.last {
            // What was purged has moved the first of this page to the one before.
            open.done -= 1;
            self.way.open = Some(open);
            return Ok(true);
        }
        if is_elsewhere && open.cid.is_some_and(|cid| !self.way.rights.closed.contains_key(&cid)) {
            self.way.open = Some(open);
            return Ok(true);
        }
        let fitted = self.deliver(&page, &mut open, out);
        if !fitted {
            self.way.open = Some(open);
        } else if !open.last && u64::from(open.done + 1) < page.pages {
            open.done += 1;
            self.way.open = Some(open);
        } else {
            self.seen(open.tid);
        }
        Ok(fitted)
    }

    /// Delivers the posts of a page, oldest first, and tells whether all fitted.
    fn deliver(&self, page: &Page, open: &mut Open, out: &mut Out) -> bool {
        let is_closed = open.cid.and_then(|cid| self.way.rights.closed.get(&cid)).copied().unwrap_or(false);
        for entry in &page.entries {
            let is_done = entry.pid.is_some_and(|pid| pid <= open.after);
            if !is_done && self.is_in_time(entry) {
                let draft = events::draft(entry.clone(), &page.topic, self.client.settings, is_closed);
                if !out.take(draft) {
                    return false;
                }
            }
            open.after = entry.pid.map_or(open.after, |pid| pid.max(open.after));
        }
        true
    }

    fn is_in_time(&self, entry: &Entry) -> bool {
        let at = entry.post.as_ref().ok().and_then(|post| post.timestamp);
        at.zip(self.request.since).is_none_or(|(at, since)| at >= since)
            && at.zip(self.request.until).is_none_or(|(at, until)| at < until)
    }

    /// Goes on in the list of all posts, newest first.
    fn list(&mut self) -> Result<(), Fault> {
        if self.way.list >= limits::NODEBB_LIST_PAGES_MAX {
            self.end_of_list();
            return Ok(());
        }
        let response = self.client.get(&format!("/api/recent/posts?page={}", self.way.list + 1))?;
        let page: Vec<Recent> = lenient::json(&response)?;
        self.way.list += 1;
        // Pages are counted before what may not be read is taken out of them.
        self.way.empty = if page.is_empty() { self.way.empty + 1 } else { 0 };
        let is_older =
            |post: &Recent| post.timestamp.zip(self.request.since).is_some_and(|(at, since)| at < since);
        let is_last = page.iter().any(is_older);
        let settings = self.client.settings;
        for post in page.iter().filter(|post| !is_older(post)) {
            let cid = post.topic.as_ref().and_then(|topic| topic.cid);
            let is_later = post.timestamp.zip(self.request.until).is_some_and(|(at, until)| at >= until);
            let is_wanted = settings.listens_to(cid) && (self.place.is_none() || cid == self.place);
            let Some(tid) = post.tid.filter(|_| is_wanted && !is_later) else { continue };
            if !self.way.seen.contains(&tid) && !self.way.queue.iter().any(|(queued, _)| *queued == tid) {
                self.way.queue.push((tid, cid));
            }
        }
        // The last is taken first.
        self.way.queue.reverse();
        if is_last || self.way.empty >= limits::NODEBB_EMPTY_PAGES_MAX {
            self.way.list = limits::NODEBB_LIST_PAGES_MAX;
        }
        Ok(())
    }

    fn end_of_list(&mut self) {
        // What is forgotten would be read again, all of it.
        if self.way.again || self.way.forgot {
            self.way.over = true;
        } else {
            (self.way.again, self.way.list, self.way.empty) = (true, 0, 0);
        }
    }

    /// Is through with the topic that was open.
    fn seen(&mut self, tid: u64) {
        self.way.open = None;
        self.way.seen.insert(tid);
        if self.way.seen.len() > limits::NODEBB_TOPICS_MAX {
            // The newest topics have their rows on top of the list, which was gone through.
            self.way.seen.pop_last();
            self.way.forgot = true;
        }
    }
}

fn refused(tid: u64) -> Gap {
    let why =
        format!("topic {tid} is listed, but refused: give the token's user the right to read its category");
    Gap { stream_name: manifest::POSTS.to_owned(), since: None, until: None, why }
}

/// Tells whether the host may simply go on from here. What cannot be read is most often an answer that was cut, or a
/// page from in between; if it stays so, the next call tells it, as its first request fails. All else is told at once:
/// what was found before is found again.
const fn passes(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::Transient(_) | Fault::Protocol(_) | Fault::RateLimited(Limit { until: Some(_), .. })
    )
}

/// Returns until when the forum asks to wait.
const fn until(fault: &Fault) -> Option<Ms> {
    match fault {
        Fault::RateLimited(limit) => limit.until,
        _ => None,
    }
}
