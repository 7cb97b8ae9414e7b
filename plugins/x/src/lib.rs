//! X: the connector.
//!
//! Streams `search` (recent search) and `mentions` (posts that mention our account), webhooks of both
//! activity APIs, replies. One item is one post with all its edits: its id is that of the first version.
//!
//! Holds: ids are texts, never numbers; a cursor knows what is still to be read under it, so a backlog is never begun
//! again; an entry that is broken never hides the others. Not its business: tokens and secrets, the host has them.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

mod act;
mod api;
mod check;
mod events;
mod ids;
mod limits;
mod manifest;
mod model;
mod normalise;
mod position;
mod prices;
mod problem;
mod read;
mod receive;
mod recheck;
mod run;
mod settings;
mod version_one;

use hark_sdk::prelude::*;

pub use settings::Settings;

/// The connector.
pub struct X;

hark_sdk::export!(X);

impl Connector for X {
    type Settings = Settings;

    fn manifest() -> Manifest {
        manifest::manifest()
    }

    fn check(settings: &Settings) -> Result<CheckReport, Fault> {
        check::check(settings.checked()?)
    }

    fn discover(settings: &Settings) -> Result<Vec<Target>, Fault> {
        check::discover(settings.checked()?)
    }

    fn read(settings: &Settings, request: ReadRequest) -> Result<Batch, Fault> {
        let settings = settings.checked()?;
        let stream = manifest::Stream::named(&request.stream_name)?;
        match request.mode {
            ReadMode::Incremental | ReadMode::Backfill => read::read(settings, stream, &request),
            ReadMode::Recheck => recheck::recheck(settings, &request),
        }
    }

    fn receive(settings: &Settings, delivery: Delivery) -> Result<DeliveryResult, Fault> {
        receive::receive(settings, &delivery)
    }

    fn act(settings: &Settings, action: Action) -> Result<Outcome, Fault> {
        act::act(settings.checked()?, &action)
    }

    fn migrate_cursor(from_version: u32, cursor: Vec<u8>) -> Result<Vec<u8>, Fault> {
        match from_version {
            1 => position::Position::read_first(&cursor)?.write(),
            position::VERSION => Ok(cursor),
            _ => Err(Fault::StaleCursor(format!(
                "cursor of version {from_version}, ours is {}",
                position::VERSION
            ))),
        }
    }

    fn normalise(settings: &Settings, raw: Raw) -> Result<Vec<Event>, Fault> {
        normalise::normalise(settings, &raw)
    }
}
