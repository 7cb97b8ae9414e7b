//! An HTTP client over the contract's `http`: the host makes the connection, checks where it goes and puts
//! credentials in place.
//!
//! Holds: a transport failure and a status that is none become the right fault by `?`; a connector that
//! knows better looks at the status first.
//! Not its business: redirects, TLS, compression, pools; the host does them.

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use crate::bindings::hark::connector::http::HttpFault;
use crate::bindings::hark::connector::http::{Request as RawRequest, Response as RawResponse};
use crate::types::{AuthWhy, Fault, Ms, Provenance};
use crate::{json, time};

/// How long a request may take unless it says otherwise; the host caps it.
const TIMEOUT_MS: u32 = 20_000;
/// How much of a body a fault quotes.
const QUOTE_CHARS_MAX: usize = 120;

/// A request to be sent.
#[derive(Debug, Clone)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request(RawRequest);

/// Starts a GET.
pub fn get(url: impl Into<String>) -> Request {
    Request::new("GET", url)
}

/// Starts a POST.
pub fn post(url: impl Into<String>) -> Request {
    Request::new("POST", url)
}

impl Request {
    /// Starts a request of any method.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self(RawRequest {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: None,
            credential: None,
            timeout_ms: TIMEOUT_MS,
        })
    }

    /// Adds a header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.headers.push((name.into(), value.into()));
        self
    }

    /// Adds a query parameter, encoded here.
    pub fn query(mut self, name: &str, value: impl AsRef<str>) -> Self {
        let fragment = self.0.url.find('#').map(|at| self.0.url.split_off(at));
        self.0.url.push(if self.0.url.contains('?') { '&' } else { '?' });
        encode_into(name, &mut self.0.url);
        self.0.url.push('=');
        encode_into(value.as_ref(), &mut self.0.url);
        self.0.url.extend(fragment);
        self
    }

    /// Names the credential that the host puts in place; it must stand in the manifest.
    pub fn credential(mut self, name: impl Into<String>) -> Self {
        self.0.credential = Some(name.into());
        self
    }

    /// Sets how long it may take.
    pub fn timeout_ms(mut self, timeout_ms: u32) -> Self {
        self.0.timeout_ms = timeout_ms;
        self
    }

    /// Sets the body and its media type.
    pub fn body(mut self, media_type: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.0.body = Some(bytes.into());
        self.header("content-type", media_type)
    }

    /// Sets a JSON body; fails on a value that JSON cannot hold.
    pub fn json(self, value: &impl Serialize) -> Result<Self, Fault> {
        let bytes = serde_json::to_vec(value)
            .map_err(|error| Fault::protocol(format!("the request is no JSON: {error}")))?;
        Ok(self.body("application/json", bytes))
    }

    /// Returns the address with all query parameters so far.
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// Sends it and returns the response whatever its status; see [`Response::ok`].
    pub fn send(self) -> Result<Response, HttpFault> {
        #[cfg(target_arch = "wasm32")]
        let answer = crate::bindings::hark::connector::http::send(&self.0);
        #[cfg(not(target_arch = "wasm32"))]
        let answer = crate::testing::send(&self.0);
        answer.map(|raw| Response { url: self.0.url, raw })
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Response {
    url: String,
    raw: RawResponse,
}

impl Response {
    /// Returns the status code.
    pub fn status(&self) -> u16 {
        self.raw.status
    }

    /// Returns the first header of that name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.raw.headers.iter();
        headers.find(|(have, _)| have.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Returns the bytes of the body.
    pub fn body(&self) -> &[u8] {
        &self.raw.body
    }

    /// Takes the bytes of the body.
    pub fn into_body(self) -> Vec<u8> {
        self.raw.body
    }

    /// Returns the id of the payload that the host kept.
    pub fn payload(&self) -> u64 {
        self.raw.payload
    }

    /// Returns when it came, by the host's clock.
    pub fn received_at(&self) -> Ms {
        self.raw.received_at
    }

    /// Points into this response, for an event's origin.
    pub fn origin(&self, pointer: impl Into<String>) -> Provenance {
        Provenance::new(self.raw.payload, pointer)
    }

    /// Returns the media type without parameters, lower-case; "" where there is none.
    pub fn media_type(&self) -> String {
        let whole = self.header("content-type").unwrap_or_default();
        whole.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// Returns the body as text: by its byte order mark, else by the charset it claims, else UTF-8;
    /// bytes that fit nowhere become U+FFFD.
    pub fn text(&self) -> String {
        let claimed = self.header("content-type").and_then(charset_of);
        let encoding = claimed.and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()));
        encoding.unwrap_or(encoding_rs::UTF_8).decode(&self.raw.body).0.into_owned()
    }

    /// Parses the body as JSON; nonsense is a protocol fault that quotes how the body begins.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        json::parse(&self.raw.body).map_err(|error| Fault::protocol(format!("{error}; {}", self.quote())))
    }

    /// Returns the response itself if its status is 2xx or 304, else [`Response::fault`].
    pub fn ok(self) -> Result<Self, Fault> {
        match self.fault() {
            Some(fault) => Err(fault),
            None => Ok(self),
        }
    }

    /// Returns the usual fault of this status, none for 2xx and 304. A platform that means something
    /// else by its statuses is asked before this.
    pub fn fault(&self) -> Option<Fault> {
        let detail = || format!("status {} of {}; {}", self.raw.status, self.url_shown(), self.quote());
        Some(match self.raw.status {
            200..=299 | 304 => return None,
            401 => Fault::auth(AuthWhy::Expired, detail()),
            403 => Fault::auth(AuthWhy::Forbidden, detail()),
            404 | 410 => Fault::NotFound(detail()),
            429 => Fault::rate_limited(self.retry_at(), "http", detail()),
            408 | 425 | 500..=599 => match self.retry_at() {
                Some(at) => Fault::transient_after(at.abs_diff(self.raw.received_at), detail()),
                None => Fault::transient(detail()),
            },
            _ => Fault::protocol(detail()),
        })
    }

    /// Returns when `Retry-After` allows the next request: seconds or a date, never before now.
    pub fn retry_at(&self) -> Option<Ms> {
        let value = self.header("retry-after")?.trim();
        let at = match value.parse::<u32>() {
            Ok(secs) => self.raw.received_at.saturating_add(i64::from(secs) * 1000),
            Err(_) => time::parse_http_date(value)?,
        };
        Some(at.max(self.raw.received_at))
    }

    /// Says what the body is and how it begins, for a fault's detail.
    pub fn quote(&self) -> String {
        let media_type = match self.media_type() {
            empty if empty.is_empty() => "a body of unknown type".to_owned(),
            media_type => media_type,
        };
        let text = String::from_utf8_lossy(&self.raw.body[..self.raw.body.len().min(4 * QUOTE_CHARS_MAX)]);
        let words: Vec<&str> = text.split_whitespace().collect();
        let start: String = words.join(" ").chars().take(QUOTE_CHARS_MAX).collect();
        match start.is_empty() {
            true => format!("got {media_type} with nothing in it"),
            false => format!("got {media_type} beginning {start:?}"),
        }
    }

    /// Query values are often long and sometimes private; the path says enough.
    fn url_shown(&self) -> &str {
        self.url.split(['?', '#']).next().unwrap_or_default()
    }
}

fn charset_of(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    })
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
fn encode_into(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    const NOW: Ms = 784_111_777_000;

    fn answer(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Response {
        testing::set_now(NOW);
        let raw = testing::response(status, headers, body);
        testing::answer_http(move |_| Ok(raw.clone()));
        get("https://x.test/a?secret=1").send().unwrap()
    }

    #[test]
    fn statuses_become_faults() {
        let limited = |until| Fault::rate_limited(until, "http", "");
        for (status, headers, want) in [
            (401, &[][..], Fault::auth(AuthWhy::Expired, "")),
            (403, &[], Fault::auth(AuthWhy::Forbidden, "")),
            (404, &[], Fault::NotFound(String::new())),
            (410, &[], Fault::NotFound(String::new())),
            (418, &[], Fault::protocol("")),
            (429, &[], limited(None)),
            (429, &[("Retry-After", "30")], limited(Some(NOW + 30_000))),
            (429, &[("retry-after", "Sun, 06 Nov 1994 08:50:37 GMT")], limited(Some(NOW + 60_000))),
            (429, &[("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")], limited(Some(NOW))),
            (429, &[("retry-after", "soon")], limited(None)),
            (500, &[], Fault::transient("")),
            (503, &[("retry-after", "7")], Fault::transient_after(7_000, "")),
        ] {
            let fault = answer(status, headers, b"<p>Sorry</p>").ok().unwrap_err();
            let (bare, detail) = without_detail(fault);
            assert_eq!(bare, want, "status {status} {headers:?}");
            assert!(detail.contains(&status.to_string()) && detail.contains("Sorry"), "{detail}");
            assert!(!detail.contains("secret"), "{detail}");
        }
        for status in [200, 204, 304] {
            assert!(answer(status, &[], b"").ok().is_ok(), "status {status}");
        }
    }

    fn without_detail(mut fault: Fault) -> (Fault, String) {
        let detail = match &mut fault {
            Fault::Transient(retry) => std::mem::take(&mut retry.detail),
            Fault::RateLimited(limit) | Fault::QuotaExhausted(limit) => std::mem::take(&mut limit.detail),
            Fault::Auth(problem) => std::mem::take(&mut problem.detail),
            Fault::Config(problem) => std::mem::take(&mut problem.detail),
            Fault::NotFound(detail)
            | Fault::Refused(detail)
            | Fault::StaleCursor(detail)
            | Fault::Unsupported(detail)
            | Fault::Protocol(detail) => std::mem::take(detail),
        };
        (fault, detail)
    }

    #[test]
    fn text_is_decoded_by_mark_then_claim() {
        for (content_type, body, want) in [
            ("text/plain; charset=ISO-8859-1", &b"caf\xe9"[..], "café"),
            ("text/plain; charset=\"windows-1252\"", b"\x93hi\x94", "\u{201c}hi\u{201d}"),
            ("text/plain; charset=latin1", b"\xef\xbb\xbfcaf\xc3\xa9", "café"),
            ("text/plain", b"caf\xc3\xa9 \xff", "café \u{fffd}"),
            ("text/plain; charset=klingon", b"caf\xc3\xa9", "café"),
        ] {
            assert_eq!(answer(200, &[("Content-Type", content_type)], body).text(), want, "{content_type}");
        }
    }

    #[test]
    fn json_nonsense_is_a_protocol_fault_with_place_and_quote() {
        #[derive(Debug, serde::Deserialize)]
        struct Page {
            #[allow(dead_code)]
            posts: Vec<u32>,
        }
        for (body, parts) in [
            (&b"<html><h1>502 Bad Gateway"[..], &["beginning \"<html><h1>502 Bad Gateway\""][..]),
            (br#"{"posts":[1,"two"]}"#, &["at posts[1]", "invalid type: string \"two\""]),
            (b"", &["EOF", "nothing in it"]),
        ] {
            let Fault::Protocol(detail) = answer(200, &[], body).json::<Page>().unwrap_err() else {
                panic!("no protocol fault for {body:?}");
            };
            assert!(parts.iter().all(|part| detail.contains(part)), "{detail}");
        }
    }

    #[test]
    fn a_query_is_encoded_and_stands_before_the_fragment() {
        let request = get("https://x.test/a#top").query("q", "a b&c=ü").query("n", "1");
        assert_eq!(request.url(), "https://x.test/a?q=a%20b%26c%3D%C3%BC&n=1#top");
    }

    #[test]
    fn without_a_host_every_request_is_denied() {
        let fault = get("https://x.test/").send().unwrap_err();
        assert!(matches!(fault, HttpFault::Denied(_)), "{fault:?}");
    }
}
