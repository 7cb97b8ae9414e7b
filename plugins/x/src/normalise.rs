//! Reading kept payloads again.
//!
//! Holds: pure; the address that a payload came from says what it is, and whose mentions it has.

use hark_sdk::json;
use hark_sdk::prelude::*;

use crate::events::{self, Origin};
use crate::model::Answer;
use crate::receive::{self, Heard};
use crate::{Settings, act, recheck};

/// Returns the events of a payload: those that it gave when it was read first.
pub fn normalise(settings: &Settings, raw: &Raw) -> Result<Vec<Event>, Fault> {
    let origin = Origin::from(raw);
    let own = settings.user_id.as_deref();
    let path = raw
        .label
        .strip_prefix("GET ")
        .map(|address| address.strip_prefix(settings.api.as_str()).unwrap_or(address));
    let parts: Vec<&str> = path.unwrap_or_default().trim_start_matches('/').split('/').collect();
    match parts[..] {
        ["2", "tweets", "search", "recent"] => Ok(events::of_page(&answer(raw)?, own, origin)),
        ["2", "users", user, "mentions"] => Ok(events::of_page(&answer(raw)?, Some(user), origin)),
        ["2", "users", user, "tweets"] => Ok(events::of_page(&answer(raw)?, Some(user), origin)),
        ["2", "tweets"] => Ok(recheck::of_look_up(&answer(raw)?, own, origin).events),
        ["2", "tweets", _] => Ok(act::own_events(&answer(raw)?, origin)),
        ["2", "users", ..] => Ok(Vec::new()),
        _ if raw.label.starts_with("POST") && raw.label.ends_with("/2/tweets") => Ok(Vec::new()),
        // What came by itself: a webhook.
        _ => match receive::hear(&raw.body, settings, origin) {
            Ok(Heard { events, .. }) => Ok(events),
            Err(Fault::Auth(_)) => Ok(Vec::new()),
            Err(fault) => Err(fault),
        },
    }
}

fn answer(raw: &Raw) -> Result<Answer, Fault> {
    json::parse(&raw.body).map_err(|error| Fault::protocol(format!("{}: {error}", raw.label)))
}
