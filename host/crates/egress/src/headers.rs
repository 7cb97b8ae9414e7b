//! Headers: which ones a guest may send, and which ones it gets to see.
//!
//! Holds: framing, identity and credentials are the host's in both directions.

use reqwest::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING};

use crate::limits;
use crate::refusal::Refusal;
use crate::scrub::Scrubber;

/// Headers of requests that are the host's. `accept-encoding` and `range` are among them because a
/// body that the gate cannot read whole and plain could carry a secret past it.
const HOSTS_OWN: &[&str] = &[
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "cookie2",
    "expect",
    "host",
    "http2-settings",
    "if-range",
    "keep-alive",
    "range",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Headers of responses that no guest sees: sessions, challenges, and framing that no longer holds
/// for the body that is handed over.
const NEVER_SHOWN: &[&str] = &[
    "authentication-info",
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "keep-alive",
    "set-cookie",
    "set-cookie2",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
];

/// Tells whether `name` is framing or identity that not even a credential may replace.
pub(crate) fn is_framing(name: &HeaderName) -> bool {
    let name = name.as_str();
    HOSTS_OWN.contains(&name) && !matches!(name, "authorization" | "cookie") || name.starts_with("proxy-")
}

/// Takes the headers of a guest; `placed` are the names that credentials of this source go into.
pub(crate) fn from_guest(headers: &[(String, String)], placed: &[HeaderName]) -> Result<HeaderMap, Refusal> {
    let bytes: usize = headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    if headers.len() > limits::HEADERS_MAX || bytes > limits::REQUEST_HEADER_BYTES_MAX {
        return Err(Refusal::HeadersTooLarge);
    }
    let mut map = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let malformed = || Refusal::HeaderForm { name: shown(name) };
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| malformed())?;
        if is_reserved(&name, placed) {
            return Err(Refusal::HeaderReserved { name: name.to_string() });
        }
        map.append(name, HeaderValue::from_bytes(value.as_bytes()).map_err(|_| malformed())?);
    }
    Ok(map)
}

/// Some servers read `_` as `-`, so both are one here.
fn is_reserved(name: &HeaderName, placed: &[HeaderName]) -> bool {
    let same = name.as_str().replace('_', "-");
    HOSTS_OWN.contains(&same.as_str())
        || same.starts_with("proxy-")
        || placed.iter().any(|placed| placed.as_str().replace('_', "-") == same)
}

/// Returns `name` in a form that is safe in a message.
fn shown(name: &str) -> String {
    name.chars().take(64).flat_map(char::escape_default).collect()
}

/// Refuses a response whose end two readers could see in different places, or whose transfer coding hides
/// what is in it.
pub(crate) fn check_framing(headers: &HeaderMap) -> Result<(), Refusal> {
    let refused = |why| Err(Refusal::AnswerFraming { why });
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter();
    let length = lengths.next();
    if lengths.next().is_some() || length.is_some_and(|length| length.as_bytes().contains(&b',')) {
        return refused("more than one content-length");
    }
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let Some(coding) = codings.next() else { return Ok(()) };
    if codings.next().is_some() || !coding.as_bytes().eq_ignore_ascii_case(b"chunked") {
        return refused("a transfer-encoding that is not chunked");
    }
    if length.is_some() {
        return refused("both content-length and transfer-encoding");
    }
    Ok(())
}

/// Returns the bytes of all headers, as a response without compression has them.
pub(crate) fn size(headers: &HeaderMap) -> u64 {
    headers.iter().map(|(name, value)| (name.as_str().len() + value.len() + 4) as u64).sum()
}

/// Returns what a guest sees of `headers`: without the host's own, and without secrets.
pub(crate) fn for_guest(
    headers: &HeaderMap,
    placed: &[HeaderName],
    scrubber: &Scrubber,
) -> Vec<(String, String)> {
    let hidden = |name: &HeaderName| {
        NEVER_SHOWN.contains(&name.as_str()) || name.as_str().starts_with("proxy-") || placed.contains(name)
    };
    let shown = headers.iter().filter(|(name, _)| !hidden(name));
    shown
        .map(|(name, value)| {
            let value = scrubber.bytes(value.as_bytes());
            (scrubber.text(name.as_str()), String::from_utf8_lossy(&value).into_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(name: &str, value: &str) -> Result<HeaderMap, Refusal> {
        from_guest(&[(name.to_owned(), value.to_owned())], &[HeaderName::from_static("x-api-key")])
    }

    #[test]
    fn the_hosts_own_headers_are_refused() {
        for name in HOSTS_OWN {
            for name in [(*name).to_owned(), name.to_uppercase(), name.replace('-', "_")] {
                assert!(matches!(sent(&name, "1"), Err(Refusal::HeaderReserved { .. })), "name: {name}");
            }
        }
        for name in ["proxy-authorization", "Proxy-Connection", "x-api-key", "X-API-KEY", "x_api_key"] {
            assert!(matches!(sent(name, "1"), Err(Refusal::HeaderReserved { .. })), "name: {name}");
        }
        for name in ["accept", "if-none-match", "user-agent", "content-type", "x-other"] {
            assert!(sent(name, "1").is_ok(), "name: {name}");
        }
    }

    #[test]
    fn line_breaks_cannot_smuggle_a_header() {
        for value in ["a\r\nhost: evil", "a\nb", "a\rb", "a\0b"] {
            assert!(matches!(sent("accept", value), Err(Refusal::HeaderForm { .. })), "value: {value:?}");
        }
        for name in ["accept\r\nhost", "acc ept", "accept:", "", "acc\u{fc}"] {
            assert!(matches!(sent(name, "a"), Err(Refusal::HeaderForm { .. })), "name: {name:?}");
        }
    }

    #[test]
    fn count_and_bytes_are_capped() {
        let one = ("a".to_owned(), "b".to_owned());
        assert!(from_guest(&vec![one.clone(); limits::HEADERS_MAX], &[]).is_ok());
        assert_eq!(from_guest(&vec![one; limits::HEADERS_MAX + 1], &[]), Err(Refusal::HeadersTooLarge));
        let long = "b".repeat(limits::REQUEST_HEADER_BYTES_MAX);
        assert_eq!(sent("a", &long), Err(Refusal::HeadersTooLarge));
    }
}
