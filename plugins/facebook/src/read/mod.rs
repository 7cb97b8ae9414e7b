//! Reading: the page's feed with its comments, mentions elsewhere, what was heard before, and the past.
//!
//! Holds: a page token lives within a run only; a durable cursor is made of times and marks of what was seen.

mod backfill;
mod feed;
mod mentions;
mod pages;
mod recheck;
mod run;
mod state;
mod thread;

use hark_sdk::prelude::*;

use crate::{Settings, manifest};

/// Reads a stream in one of its modes.
pub fn read(settings: &Settings, request: &ReadRequest) -> Result<Batch, Fault> {
    if request.target.as_ref().is_some_and(|target| *target != settings.page) {
        return Err(Fault::NotFound("a source listens to one page, that of its settings".to_owned()));
    }
    if request.budget.max_events == 0 || request.budget.max_requests == 0 {
        return Ok(Batch { continuation: request.continuation.clone(), ..Batch::default() });
    }
    match (request.stream_name.as_str(), request.mode) {
        (manifest::FEED, ReadMode::Incremental) => feed::read(settings, request),
        (manifest::FEED, ReadMode::Backfill) => backfill::read(settings, request),
        (manifest::MENTIONS, ReadMode::Incremental) => mentions::read(settings, request),
        (manifest::FEED | manifest::MENTIONS, ReadMode::Recheck) => recheck::read(settings, request),
        (manifest::MENTIONS, ReadMode::Backfill) => {
            Err(Fault::unsupported("mentions have no past that can be asked for"))
        }
        (stream, _) => Err(Fault::unsupported(format!("a stream {stream:?}"))),
    }
}
