//! Style, script and icon: built in, small, our own.
//!
//! Holds: an asset that a browser has is not sent again.

use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A file that is built in.
pub(crate) struct Asset {
    /// Where it is served.
    pub path: &'static str,
    media_type: &'static str,
    text: &'static str,
}

/// The style.
pub(crate) const STYLE: Asset = Asset {
    path: "/assets/hark.css",
    media_type: "text/css; charset=utf-8",
    text: include_str!("assets/hark.css"),
};
/// The script: keys, ages, live rows. Everything can be read without it.
pub(crate) const SCRIPT: Asset = Asset {
    path: "/assets/hark.js",
    media_type: "text/javascript; charset=utf-8",
    text: include_str!("assets/hark.js"),
};
/// The icon.
pub(crate) const ICON: Asset =
    Asset { path: "/assets/hark.svg", media_type: "image/svg+xml", text: include_str!("assets/hark.svg") };

impl Asset {
    /// Answers a request for it.
    pub fn answer(&'static self, request: &Request) -> Response {
        let etag = format!("\"{:016x}\"", fnv(self.text.as_bytes()));
        let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        let fresh = known.is_some_and(|tags| {
            tags.split(',').map(|tag| tag.trim().trim_start_matches("W/")).any(|tag| tag == etag)
        });
        let marks = [(header::ETAG, etag), (header::CACHE_CONTROL, "no-cache".to_owned())];
        if fresh {
            return (StatusCode::NOT_MODIFIED, marks).into_response();
        }
        (marks, [(header::CONTENT_TYPE, self.media_type)], self.text).into_response()
    }
}

/// FNV-1a: a tag has to differ when the bytes do, and nobody is to be kept from forging it.
fn fnv(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
