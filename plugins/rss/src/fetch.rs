//! Fetching one feed: conditional, and what its answer means.

use hark_sdk::http::{self, Response};
use hark_sdk::types::{AuthProblem, ConfigProblem, Fault, Limit, Ms, Retry};

use crate::limits;
use crate::state::FeedState;

const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, \
                      application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1";

/// What came of a request.
pub enum Answer {
    /// Nothing new since the last time.
    Unchanged { not_before: Ms },
    /// A document, not looked at yet.
    Fetched(Box<Fetched>),
    /// None of these; not to be tried before `until` where the server says so.
    Failed { fault: Fault, until: Option<Ms> },
}

/// A document and what to remember of it.
pub struct Fetched {
    pub response: Response,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub not_before: Ms,
}

/// Fetches `url` if it has changed since `known`.
pub fn fetch(url: &str, known: &FeedState, timeout_ms: u32) -> Answer {
    let mut request = http::get(url).header("accept", ACCEPT).timeout_ms(timeout_ms);
    if let Some(etag) = &known.etag {
        request = request.header("if-none-match", etag);
    }
    if let Some(last_modified) = &known.last_modified {
        request = request.header("if-modified-since", last_modified);
    }
    match request.send() {
        Ok(response) => answer(url, response),
        Err(fault) => Answer::Failed { fault: named(url, fault.into()), until: None },
    }
}

fn answer(url: &str, response: Response) -> Answer {
    let now = response.received_at();
    let gone =
        || Fault::NotFound(format!("{} is gone for good (410): take it out of the settings", shown(url)));
    match response.status() {
        304 => Answer::Unchanged { not_before: max_age(&response) },
        410 => Answer::Failed { fault: gone(), until: Some(now + limits::GONE_MS) },
        status @ (301 | 302 | 303 | 307 | 308) => {
            Answer::Failed { fault: moved(url, status, &response), until: None }
        }
        _ => match response.fault() {
            Some(fault) => Answer::Failed { fault, until: response.retry_at() },
            None => {
                let kept =
                    |name| response.header(name).filter(|value| value.len() <= limits::VALIDATOR_BYTES_MAX);
                let (etag, last_modified) =
                    (kept("etag").map(str::to_owned), kept("last-modified").map(str::to_owned));
                let not_before = max_age(&response);
                Answer::Fetched(Box::new(Fetched { response, etag, last_modified, not_before }))
            }
        },
    }
}

/// The host follows redirects as far as it may, so this one leads where nobody allowed it to.
fn moved(url: &str, status: u16, response: &Response) -> Fault {
    let lasting = if matches!(status, 301 | 308) { "has moved for good" } else { "redirects" };
    let to = response.header("location").unwrap_or("nowhere");
    Fault::config("feeds", format!("{} {lasting} ({status}) to {}", shown(url), shown(to)))
}

fn named(url: &str, fault: Fault) -> Fault {
    let name = |detail: String| format!("{}: {detail}", shown(url));
    match fault {
        Fault::Transient(Retry { after_ms, detail }) => {
            Fault::Transient(Retry { after_ms, detail: name(detail) })
        }
        Fault::Config(ConfigProblem { field, detail }) => {
            Fault::Config(ConfigProblem { field, detail: name(detail) })
        }
        Fault::Protocol(detail) => Fault::Protocol(name(detail)),
        other => other,
    }
}

/// When the server's `Cache-Control: max-age` is over, as far as it is heeded.
fn max_age(response: &Response) -> Ms {
    let now = response.received_at();
    let control = response.header("cache-control").unwrap_or_default().to_ascii_lowercase();
    let secs = control
        .split(',')
        .find_map(|part| part.trim().strip_prefix("max-age=")?.trim_matches('"').parse::<i64>().ok());
    let retry = response.retry_at().map_or(now, |at| at.min(now + limits::RETRY_MS_MAX));
    later(retry, now, secs.map(|secs| secs.saturating_mul(1000)))
}

/// Returns the later of `at` and `now` plus a hint of the publisher, as far as it is heeded.
pub fn later(at: Ms, now: Ms, hint_ms: Option<i64>) -> Ms {
    at.max(now + hint_ms.unwrap_or(0).clamp(0, limits::HINT_MS_MAX))
}

/// An address without its query, which may hold a key.
pub fn shown(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

/// Returns the words of a fault.
pub fn detail(fault: &Fault) -> &str {
    match fault {
        Fault::Transient(Retry { detail, .. })
        | Fault::RateLimited(Limit { detail, .. })
        | Fault::QuotaExhausted(Limit { detail, .. })
        | Fault::Auth(AuthProblem { detail, .. })
        | Fault::Config(ConfigProblem { detail, .. })
        | Fault::NotFound(detail)
        | Fault::Refused(detail)
        | Fault::StaleCursor(detail)
        | Fault::Unsupported(detail)
        | Fault::Protocol(detail) => detail,
    }
}
