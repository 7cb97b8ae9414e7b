//! Answers: JSON with everything that Rust's strings cannot hold, texts and pages.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use axum::response::Response;
use serde_json::Value;

use crate::torture;

/// Returns `value` as JSON, keys in order; the marks of [`torture`] become what they stand for.
pub fn json_bytes(value: &Value) -> Vec<u8> {
    torture::unmask(value.to_string()).into_bytes()
}

/// Returns a JSON answer.
pub fn json(status: u16, value: &Value) -> Response {
    with_type(status, "application/json; charset=utf-8", json_bytes(value))
}

/// Returns an answer of any media type.
pub fn with_type(status: u16, content_type: &str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() =
        axum::http::StatusCode::from_u16(status).expect("doubles answer with real statuses");
    if let Ok(value) = HeaderValue::from_str(content_type) {
        response.headers_mut().insert(CONTENT_TYPE, value);
    }
    response
}

/// Adds headers to an answer.
pub fn and_headers(mut response: Response, headers: &[(&str, String)]) -> Response {
    for (name, value) in headers {
        let pair = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value));
        if let (Ok(name), Ok(value)) = pair {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
