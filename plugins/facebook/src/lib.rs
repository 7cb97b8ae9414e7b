//! Facebook Pages: the connector.
//!
//! Reads a page's feed with all comments and replies, posts elsewhere that tag the page, and takes webhooks;
//! replies, hides and shows again. Identity is the Graph API's own. The platform's paging cursors go stale when
//! an entry is deleted, so they live within a run; what lasts is times and marks of what was seen.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

mod act;
mod batch;
mod check;
mod comment;
mod fault;
mod graph;
mod json;
mod limits;
mod manifest;
mod media;
mod normalise;
mod origin;
mod post;
mod read;
mod receive;
mod settings;
mod signature;
mod usage;
mod webhook;

use hark_sdk::prelude::*;

pub use settings::Settings;

/// The connector.
pub struct Facebook;

hark_sdk::export!(Facebook);

impl Connector for Facebook {
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
        read::read(settings.checked()?, &request)
    }

    fn receive(settings: &Settings, delivery: Delivery) -> Result<DeliveryResult, Fault> {
        Ok(receive::receive(settings.checked()?, &delivery, &signature::by_host))
    }

    fn act(settings: &Settings, action: Action) -> Result<Outcome, Fault> {
        act::act(settings.checked()?, &action)
    }

    fn normalise(settings: &Settings, raw: Raw) -> Result<Vec<Event>, Fault> {
        normalise::normalise(settings.checked()?, &raw)
    }
}
