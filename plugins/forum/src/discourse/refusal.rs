//! What a refusal of Discourse means.
//!
//! Holds: a wrong key and a closed door are told apart, though both are 403; a pause is as long as the body
//! or the header says, whichever is longer.

use hark_sdk::http::Response;
use hark_sdk::prelude::*;

use super::shapes::Refusal;
use crate::lenient;

/// Returns what the status means, none for success.
pub fn fault_of(response: &Response) -> Option<Fault> {
    let status = response.status();
    if matches!(status, 200..=299 | 304) {
        return None;
    }
    let refusal: Refusal = lenient::from_slice(response.body()).unwrap_or_default();
    let words = refusal.errors.as_deref().unwrap_or_default().join("; ");
    let detail = match words.is_empty() {
        true => format!("status {status}; {}", response.quote()),
        false => format!("status {status}: {words}"),
    };
    Some(match (status, refusal.error_type.as_deref()) {
        // The words are the only sign; they are in the forum's language, but keep the setting's name.
        (401 | 403, _) if words.to_lowercase().contains("api username or key") => {
            Fault::auth(AuthWhy::Revoked, format!("the forum refuses the key or `api_user`: {detail}"))
        }
        (_, Some("not_logged_in")) => {
            Fault::auth(AuthWhy::Missing, format!("the forum wants a key: {detail}"))
        }
        (403, _) => Fault::auth(AuthWhy::Forbidden, detail),
        (404 | 410, _) => Fault::NotFound(detail),
        (429, _) => Fault::rate_limited(wait_until(response, &refusal), bucket(response), detail),
        (_, Some("read_only")) => Fault::transient(detail),
        (400 | 409 | 413 | 422, _) => Fault::Refused(detail),
        _ => return response.fault(),
    })
}

fn wait_until(response: &Response, refusal: &Refusal) -> Option<Ms> {
    let of_body = refusal.extras.as_ref().and_then(|extras| extras.wait_seconds);
    let of_body = of_body.filter(|secs| (0..=86_400).contains(secs));
    let of_body = of_body.map(|secs| response.received_at().saturating_add(secs * 1_000));
    of_body.max(response.retry_at())
}

/// Which of the forum's limits it is: by address, by key, of an action.
fn bucket(response: &Response) -> String {
    response.header("discourse-rate-limit-error-code").unwrap_or("discourse").to_owned()
}
