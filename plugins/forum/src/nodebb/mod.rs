//! NodeBB, by its read and write API.
//!
//! Holds: which posts are new comes from the list of recent posts, what they say from their topics, so that a
//! post always has the same words. NodeBB says who may read a category to administrators only; to others the
//! settings say it.

mod act;
mod backfill;
mod category;
mod events;
mod flags;
mod read;
mod recheck;
mod shapes;
mod topic;

use hark_sdk::http::Response;
use hark_sdk::prelude::*;

use crate::client::Client;
use crate::settings::Settings;
use crate::{lenient, limits, manifest};
use shapes::{Config, Refusal};

pub use act::act;
pub use category::discover;
pub use events::normalise;

/// Reads one of the streams.
pub fn read(settings: &Settings, request: &ReadRequest) -> Result<Batch, Fault> {
    let client = Client::new(settings, &request.budget);
    match (request.stream_name.as_str(), request.mode) {
        (manifest::POSTS, ReadMode::Incremental) => read::read(client, request),
        (manifest::POSTS, ReadMode::Backfill) => backfill::read(client, request),
        (manifest::POSTS, ReadMode::Recheck) => recheck::read(client, request),
        (manifest::FLAGS, ReadMode::Incremental) if settings.flags => flags::read(client, request),
        (manifest::MESSAGES | manifest::FLAGS, ReadMode::Incremental) => {
            Ok(Batch { not_before: Some(Clock::now() + limits::OFF_MS), ..Batch::default() })
        }
        (stream, mode) => Err(Fault::unsupported(format!("reading stream {stream:?} of NodeBB by {mode:?}"))),
    }
}

/// Tries the settings with two requests.
pub fn check(settings: &Settings) -> Result<CheckReport, Fault> {
    let mut client = Client::of(settings, 2);
    let config: Config = lenient::json(&client.get("/api/config")?).map_err(|fault| match fault {
        Fault::Protocol(detail) => Fault::config("url", format!("there is no NodeBB: {detail}")),
        other => other,
    })?;
    let mut report = CheckReport::default();
    if !settings.anonymous && config.logged_in == Some(false) {
        return Err(Fault::auth(AuthWhy::Revoked, "NodeBB takes the token for that of a guest"));
    }
    let posts: Vec<serde_json::Value> = lenient::json(&client.get("/api/recent/posts/month")?)?;
    report.scopes.push(format!("read posts, {} of the last month on the first page", posts.len()));
    Ok(report)
}

/// Returns what the status means, none for success.
pub fn fault_of(response: &Response) -> Option<Fault> {
    let status = response.status();
    let refusal: Refusal = lenient::from_slice(response.body()).unwrap_or_default();
    let words = refusal.words();
    let detail = || match &words {
        Some(words) => format!("status {status}: {words}"),
        None => format!("status {status}; {}", response.quote()),
    };
    Some(match status {
        200..=299 | 304 => return None,
        401 => Fault::auth(AuthWhy::Revoked, detail()),
        403 => Fault::auth(AuthWhy::Forbidden, detail()),
        404 | 410 => Fault::NotFound(detail()),
        400 | 409 | 413 | 422 => Fault::Refused(detail()),
        _ => return response.fault(),
    })
}
