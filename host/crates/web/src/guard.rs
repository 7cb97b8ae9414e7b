//! What every request passes and every answer carries.
//!
//! Holds: no answer leaves without the policy that keeps scripts and frames of others out; no request
//! is answered that another site's name led here (DNS rebinding).

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::WebError;
use crate::limits;

const HEADERS: [(HeaderName, &str); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
];

/// The names under which the server answers, beside addresses and `localhost`.
pub(crate) type Names = Arc<[String]>;

/// Turns away what may not be asked, and puts the policy on what is answered.
pub(crate) async fn guard(State(names): State<Names>, request: Request, next: Next) -> Response {
    let mut response = match admitted(&names, &request) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

fn admitted(names: &[String], request: &Request) -> Result<(), WebError> {
    let host = host(request.uri(), request.headers());
    if !is_ours(names, host) {
        return Err(WebError::Host(host.chars().take(limits::LINE_CHARS_MAX).collect()));
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(WebError::Method);
    }
    let asked = request.uri().path_and_query().map_or(0, |asked| asked.as_str().len());
    if asked > limits::URI_BYTES_MAX { Err(WebError::TooLong) } else { Ok(()) }
}

fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> &'a str {
    let sent = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    uri.authority().map(|authority| authority.as_str()).or(sent).unwrap_or_default()
}

/// Tells whether a `Host` names us. An address cannot be made to point elsewhere, a name can.
fn is_ours(names: &[String], host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    let name = name.trim_end_matches('.');
    address.parse::<IpAddr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_are_ours_are_answered() {
        let names = ["hark.corp.example".to_owned()];
        for host in [
            "localhost",
            "LOCALHOST:7070",
            "127.0.0.1:7070",
            "[::1]:7070",
            "[::1]",
            "192.0.2.7",
            "Hark.corp.example:7070",
            "hark.corp.example.",
        ] {
            assert!(is_ours(&names, host), "{host}");
        }
        for host in
            ["", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example:7070", "a:b", "[::1"]
        {
            assert!(!is_ours(&names, host), "{host}");
        }
    }
}
