//! The comments of one post: all levels in one list, oldest first.

use hark_sdk::debug;
use hark_sdk::types::Fault;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::pages::{hint_of, is_stale, is_too_much};
use super::run::{Run, secs};
use crate::comment::{self, Comment};
use crate::fault::Class;
use crate::graph::{self, Listing, Onward};
use crate::limits;
use crate::origin::{Origin, is_path_safe};
use crate::post::mark_of;

/// Where the reading of comments stands; good for one run.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ThreadPlace {
    /// The post.
    pub post: String,
    /// Comments from here on were asked for, in seconds.
    since: i64,
    #[serde(default)]
    onward: Option<Onward>,
    #[serde(default)]
    restarts: u32,
    #[serde(default)]
    entries: u32,
    /// The newest so far, in seconds.
    pub newest: i64,
    last: i64,
    /// None came after a newer one, so that the newest is a mark that can be trusted.
    pub ordered: bool,
}

/// A page of comments, or why there is none.
pub enum Comments<'r> {
    /// A page, and whether it is the last.
    Page { listing: Listing, origin: Origin<'r>, is_last: bool },
    /// The budget is used up.
    Cut,
    /// The post is gone.
    Gone,
}

/// A comment of a page.
pub enum Entry {
    /// A comment, its mark, and its time in seconds.
    Comment { comment: Box<Comment>, mark: u32, secs: i64 },
    /// None: which, its mark, and why.
    Broken { hint: String, mark: u32, why: String },
}

impl ThreadPlace {
    /// Starts with the comments of `post` from `since` seconds on.
    pub fn start(post: &str, since: i64) -> Self {
        Self { post: post.to_owned(), since: since.max(0), last: i64::MIN, ordered: true, ..Self::default() }
    }

    /// Reads the next page.
    pub fn page<'r>(&mut self, run: &mut Run<'r>) -> Result<Comments<'r>, Fault> {
        if !is_path_safe(&self.post) {
            debug!("comments of {:?} cannot be asked for", self.post);
            return Ok(Comments::Gone);
        }
        while run.may_ask() {
            let entries = if self.entries == 0 { run.room() } else { run.room().min(self.entries) };
            let request = graph::get(run.settings, &format!("{}/comments", self.post))
                .query("fields", comment::FIELDS)
                .query("filter", "stream")
                .query("order", "chronological")
                .query("limit", entries.to_string());
            let request =
                if self.since > 0 { request.query("since", self.since.to_string()) } else { request };
            let request = self.onward.iter().fold(request, |request, onward| onward.ask(request));
            let failure = match run.call(request) {
                Ok(reply) => {
                    let listing: Listing = reply.json()?;
                    let origin = run.origin(&reply.response);
                    return self.went_on(listing, origin);
                }
                Err(failure) => failure,
            };
            match failure.class() {
                Some(Class::Gone) => return Ok(Comments::Gone),
                _ if is_too_much(&failure) && entries > limits::PAGE_ENTRIES_MIN => {
                    self.entries = (entries / 2).max(limits::PAGE_ENTRIES_MIN);
                }
                _ if self.onward.is_some() && is_stale(&failure) && self.restarts < limits::RESTARTS_MAX => {
                    let (restarts, entries) = (self.restarts + 1, self.entries);
                    *self = Self { restarts, entries, ..Self::start(&self.post, self.since) };
                }
                _ => return Err(failure.into()),
            }
        }
        Ok(Comments::Cut)
    }

    fn went_on<'r>(&mut self, listing: Listing, origin: Origin<'r>) -> Result<Comments<'r>, Fault> {
        let onward = listing.onward()?;
        if onward.is_some() && onward == self.onward {
            return Err(Fault::protocol("the next page of comments is the same page"));
        }
        let is_last = onward.is_none();
        self.onward = onward.or(self.onward.take());
        Ok(Comments::Page { listing, origin, is_last })
    }

    /// Reads an entry, and its time as one that was passed.
    pub fn entry(&mut self, raw: &RawValue, origin: Origin<'_>) -> Entry {
        let parsed =
            hark_sdk::json::parse::<Comment>(raw.get().as_bytes()).map_err(|error| error.to_string());
        match parsed.and_then(|comment| comment.id().map(|_| comment)) {
            Err(why) => Entry::Broken { hint: hint_of(raw.get()), mark: mark_of([raw.get()]), why },
            Ok(comment) => {
                // A comment from the future must not hide those that are still to come.
                let at = comment.created_at().map_or(self.newest, secs).min(secs(origin.received_at));
                self.ordered &= at >= self.last;
                (self.last, self.newest) = (at, self.newest.max(at));
                Entry::Comment { mark: comment.mark(), comment: Box::new(comment), secs: at }
            }
        }
    }
}
