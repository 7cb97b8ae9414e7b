//! Discourse's own words for what goes wrong.

use axum::response::Response;
use serde_json::json;

use crate::{Ms, reply};

/// The user may not see or do it.
pub fn invalid_access() -> Response {
    error(403, "invalid_access", "You are not permitted to view the requested resource.")
}

/// The key or the user's name is none.
pub fn invalid_key() -> Response {
    error(
        403,
        "invalid_access",
        "You are not permitted to view the requested resource. The API username or key is invalid.",
    )
}

/// Guests see nothing here.
pub fn not_logged_in() -> Response {
    error(403, "not_logged_in", "You need to be logged in to do that.")
}

/// There is no such thing, or nobody is told.
pub fn not_found() -> Response {
    error(404, "not_found", "The requested URL or resource could not be found.")
}

/// A parameter is missing or wrong.
pub fn invalid_parameters(words: &str) -> Response {
    error(400, "invalid_parameters", words)
}

/// The server has failed: that is a page, not JSON.
pub fn server_error() -> Response {
    let page = "<!DOCTYPE html><html><head><title>Oops</title></head><body><h1>Oops</h1></body></html>";
    reply::with_type(500, "text/html; charset=utf-8", page)
}

/// A new post is refused.
pub fn unprocessable(words: &str) -> Response {
    reply::json(422, &json!({ "action": "create_post", "errors": [words] }))
}

/// Too many requests; `left_ms` until the next one.
pub fn rate_limit(code: &str, left_ms: Ms) -> Response {
    let secs = (left_ms.max(0) + 999) / 1_000;
    let body = json!({
        "errors": ["You\u{2019}ve performed this action too many times, please try again later."],
        "error_type": "rate_limit",
        "extras": { "wait_seconds": secs, "time_left": format!("{secs} seconds") },
    });
    let headers = [("retry-after", secs.to_string()), ("discourse-rate-limit-error-code", code.to_owned())];
    reply::and_headers(reply::json(429, &body), &headers)
}

fn error(status: u16, kind: &str, words: &str) -> Response {
    reply::json(status, &json!({ "errors": [words], "error_type": kind }))
}
