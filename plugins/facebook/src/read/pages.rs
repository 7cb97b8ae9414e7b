//! Pages of posts: one after the other, smaller when the platform finds them too heavy, from the top again when
//! a page token went stale.

use hark_sdk::debug;
use hark_sdk::http::Request;
use hark_sdk::types::Fault;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::run::Run;
use crate::fault::Class;
use crate::graph::{self, Failure, Listing, Onward};
use crate::json::Scalar;
use crate::limits;
use crate::origin::{Origin, native_id};
use crate::post::{self, Post, mark_of};

/// Where a walk through pages stands; good for one run.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Place {
    /// The page; none for the first.
    #[serde(default)]
    pub onward: Option<Onward>,
    /// Entries on the pages before it.
    #[serde(default)]
    pub passed: usize,
    /// How often the walk began anew.
    #[serde(default)]
    pub restarts: u32,
    /// Most entries that the platform bears in one page; 0 while it has not complained.
    #[serde(default)]
    pub entries: u32,
    /// Entries that this page was asked for, so that it is the same page when it is asked for again; 0 before.
    #[serde(default)]
    size: u32,
}

/// A page that was read.
pub struct Page<'r> {
    pub listing: Listing,
    pub onward: Option<Onward>,
    pub origin: Origin<'r>,
}

/// What an entry of a page is.
pub enum Entry {
    /// A post.
    Post(Box<Post>),
    /// Something else: which, a mark to know it by, and why it is none.
    Broken { hint: String, mark: u32, why: String },
}

impl Place {
    /// Returns the page that stands here; none when the budget is used up.
    pub fn page<'r>(
        &mut self,
        run: &mut Run<'r>,
        path: &str,
        narrow: impl Fn(Request, Option<&Onward>) -> Request,
    ) -> Result<Option<Page<'r>>, Fault> {
        while run.may_ask() {
            let wanted = if self.size > 0 { self.size } else { run.room() };
            let entries = if self.entries > 0 { wanted.min(self.entries) } else { wanted };
            let request = graph::get(run.settings, path).query("fields", post::FIELDS);
            let request = narrow(request.query("limit", entries.to_string()), self.onward.as_ref());
            let request = self.onward.iter().fold(request, |request, onward| onward.ask(request));
            match run.call(request) {
                Ok(reply) => {
                    let listing: Listing = reply.json()?;
                    let onward = listing.onward()?;
                    if onward.is_some() && onward == self.onward {
                        return Err(Fault::protocol("the next page is the same page"));
                    }
                    self.size = entries;
                    return Ok(Some(Page { listing, onward, origin: run.origin(&reply.response) }));
                }
                Err(failure) => self.recover(failure, entries)?,
            }
        }
        Ok(None)
    }

    /// Goes on to `onward`, past `count` entries.
    pub fn go_on(&mut self, onward: Onward, count: usize) {
        (self.onward, self.size) = (Some(onward), 0);
        self.passed += count;
    }

    fn recover(&mut self, failure: Failure, entries: u32) -> Result<(), Fault> {
        if is_too_much(&failure) && entries > limits::PAGE_ENTRIES_MIN {
            (self.entries, self.size) = ((entries / 2).max(limits::PAGE_ENTRIES_MIN), 0);
            return Ok(());
        }
        if self.onward.is_some() && is_stale(&failure) && self.restarts < limits::RESTARTS_MAX {
            debug!("a page token went stale, the walk begins anew: {:?}", failure.fault);
            *self = Self { restarts: self.restarts + 1, entries: self.entries, ..Self::default() };
            return Ok(());
        }
        Err(failure.into())
    }
}

/// Tells whether the platform asks for smaller pages.
pub fn is_too_much(failure: &Failure) -> bool {
    failure.error.as_deref().is_some_and(graph_too_much)
}

fn graph_too_much(error: &crate::fault::GraphError) -> bool {
    error.is_too_much()
}

/// Tells whether the platform no longer knows a page token that was sent along: it says "invalid cursor", or
/// no more than "invalid parameter".
pub fn is_stale(failure: &Failure) -> bool {
    matches!(failure.class(), Some(Class::StaleToken | Class::Config(_)))
}

/// Reads an entry as a post.
pub fn entry(raw: &RawValue) -> Entry {
    let parsed = hark_sdk::json::parse::<Post>(raw.get().as_bytes()).map_err(|error| error.to_string());
    match parsed.and_then(|post| post.id().map(|_| post)) {
        Ok(post) => Entry::Post(Box::new(post)),
        Err(why) => Entry::Broken { hint: hint_of(raw.get()), mark: mark_of([raw.get()]), why },
    }
}

/// Returns the id of an entry that could not be read, as well as it can be told.
pub fn hint_of(json: &str) -> String {
    #[derive(Deserialize)]
    struct Named {
        id: Scalar,
    }
    let named = hark_sdk::json::parse::<Named>(json.as_bytes()).ok().and_then(|named| native_id(&named.id));
    named.unwrap_or_else(|| NAMELESS.to_owned())
}

/// What an entry without an id is called.
const NAMELESS: &str = "an entry";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_entry_is_named_as_well_as_can_be() {
        for (json, want) in [
            (r#"{"id":"104_7","message":7}"#, "104_7"),
            (r#"{"message":7,"id": "104_7"}"#, "104_7"),
            (r#"{"from":{"id":"9"},"id":7,"x":"y"}"#, "7"),
            (r#"{"from":{"id":"9"}}"#, "an entry"),
            ("[]", "an entry"),
            (r#"{"id""#, "an entry"),
        ] {
            assert_eq!(hint_of(json), want, "{json}");
        }
    }
}
