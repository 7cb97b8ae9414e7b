//! Forum connector: Discourse, NodeBB and phpBB, one of them by a setting.
//!
//! Holds: reading changes nothing on a forum; nobody's words come out less private than the forum says or,
//! where it says nothing, than the operator says; one bad post never hides the others.
//! Not its business: what a post means. Each software has a module of its own; they share what is beside them.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

mod client;
mod discourse;
mod lenient;
mod limits;
mod manifest;
mod nodebb;
mod out;
mod phpbb;
mod reply;
mod settings;

use hark_sdk::prelude::*;

pub use settings::{Audience, Settings, Software};

/// The connector.
pub struct Forum;

hark_sdk::export!(Forum);

impl Connector for Forum {
    type Settings = Settings;

    fn manifest() -> Manifest {
        manifest::manifest()
    }

    fn check(settings: &Settings) -> Result<CheckReport, Fault> {
        let settings = settings.checked()?;
        match settings.software {
            Software::Discourse => discourse::check(settings),
            Software::Nodebb => nodebb::check(settings),
            Software::Phpbb => phpbb::check(settings),
        }
    }

    fn discover(settings: &Settings) -> Result<Vec<Target>, Fault> {
        let settings = settings.checked()?;
        match settings.software {
            Software::Discourse => discourse::discover(settings),
            Software::Nodebb => nodebb::discover(settings),
            Software::Phpbb => phpbb::discover(settings),
        }
    }

    fn read(settings: &Settings, request: ReadRequest) -> Result<Batch, Fault> {
        let settings = settings.checked()?;
        if request.budget.max_events == 0 || request.budget.max_requests == 0 {
            return Ok(Batch { continuation: request.continuation, ..Batch::default() });
        }
        match settings.software {
            Software::Discourse => discourse::read(settings, &request),
            Software::Nodebb => nodebb::read(settings, &request),
            Software::Phpbb => phpbb::read(settings, &request),
        }
    }

    fn receive(settings: &Settings, delivery: Delivery) -> Result<DeliveryResult, Fault> {
        match settings.software {
            Software::Discourse => discourse::receive(settings.checked()?, &delivery),
            Software::Nodebb | Software::Phpbb => Err(Fault::unsupported("webhooks of this forum software")),
        }
    }

    fn act(settings: &Settings, action: Action) -> Result<Outcome, Fault> {
        let settings = settings.checked()?;
        match settings.software {
            Software::Discourse => discourse::act(settings, &action),
            Software::Nodebb => nodebb::act(settings, &action),
            Software::Phpbb => Err(Fault::unsupported("answering on a phpBB forum, which has no API for it")),
        }
    }

    fn normalise(settings: &Settings, raw: Raw) -> Result<Vec<Event>, Fault> {
        let settings = settings.checked()?;
        match settings.software {
            Software::Discourse => discourse::normalise(settings, &raw),
            Software::Nodebb => nodebb::normalise(settings, &raw),
            Software::Phpbb => phpbb::normalise(settings, &raw),
        }
    }
}
