//! How Mastodon says no: `{"error":"…"}`, and what it tells of its limits.

use axum::response::Response;
use serde_json::json;

use crate::platforms::mastodon::reset_time;
use crate::{Standing, reply};

/// Returns an error with its words.
pub fn error(status: u16, words: &str) -> Response {
    reply::json(status, &json!({ "error": words }))
}

/// There is no such token.
pub fn invalid_token() -> Response {
    error(401, "The access token is invalid")
}

/// The token lacks the right.
pub fn outside_scopes() -> Response {
    error(403, "This action is outside the authorized scopes")
}

/// There is no such thing, or it is not for these eyes.
pub fn not_found() -> Response {
    error(404, "Record not found")
}

/// What was asked for makes no sense.
pub fn invalid(why: &str) -> Response {
    error(422, &format!("Validation failed: {why}"))
}

/// The allowance is used up.
pub fn too_many(standing: &Standing) -> Response {
    let headers = standing_headers(standing);
    reply::and_headers(error(429, "Too many requests"), &headers)
}

/// Returns what is told of an allowance with every answer.
pub fn standing_headers(standing: &Standing) -> [(&'static str, String); 3] {
    [
        ("x-ratelimit-limit", standing.limit.to_string()),
        ("x-ratelimit-remaining", standing.remaining.to_string()),
        ("x-ratelimit-reset", reset_time(standing.resets_at)),
    ]
}
