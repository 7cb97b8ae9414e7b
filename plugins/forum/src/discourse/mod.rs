//! Discourse, by its REST API and webhooks.
//!
//! Holds: the newest posts of the whole forum come from `/posts.json`, which shows regular posts only; whispers
//! and small actions come where a topic is looked at and by webhook.

mod act;
mod backfill;
mod categories;
mod check;
mod discover;
mod events;
mod flags;
mod hook;
mod page;
mod parents;
mod position;
mod read;
mod recheck;
mod refusal;
mod shapes;

use hark_sdk::prelude::*;

use crate::client::Client;
use crate::settings::Settings;
use crate::{limits, manifest};

pub use act::act;
pub use check::check;
pub use discover::discover;
pub use hook::{normalise, receive};
pub use refusal::fault_of;

/// Reads one of the streams.
pub fn read(settings: &Settings, request: &ReadRequest) -> Result<Batch, Fault> {
    let client = Client::new(settings, &request.budget);
    match (request.stream_name.as_str(), request.mode) {
        (manifest::POSTS, ReadMode::Incremental) => read::read(client, request, page::Source::Posts),
        (manifest::POSTS, ReadMode::Backfill) => backfill::read(client, request),
        (manifest::POSTS, ReadMode::Recheck) => recheck::read(client, request),
        (manifest::MESSAGES, ReadMode::Incremental) if settings.private_messages => {
            read::read(client, request, page::Source::Messages)
        }
        (manifest::FLAGS, ReadMode::Incremental) if settings.flags => flags::read(client, request),
        (manifest::MESSAGES | manifest::FLAGS, ReadMode::Incremental) => {
            Ok(Batch { not_before: Some(Clock::now() + limits::OFF_MS), ..Batch::default() })
        }
        (stream, mode) => Err(Fault::unsupported(format!("reading stream {stream:?} by {mode:?}"))),
    }
}
