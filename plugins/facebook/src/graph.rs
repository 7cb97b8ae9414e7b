//! Calls of the Graph API: how they are asked, and what came of them.
//!
//! Holds: the token is named, never seen, and never part of an address; addresses that the platform gives are
//! not followed, only their page tokens are taken.

use std::borrow::Cow;

use hark_sdk::http::{self, HttpFault, Request, Response};
use hark_sdk::types::{Fault, Ms};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::fault::{Class, GraphError};
use crate::usage::Usage;
use crate::{Settings, limits, manifest};

/// Why a call brought nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// What the host is told.
    pub fault: Fault,
    /// What the platform said, where it said anything.
    pub error: Option<Box<GraphError>>,
    /// The request may have arrived all the same.
    pub uncertain: bool,
}

impl Failure {
    /// Returns the class of the platform's error.
    pub fn class(&self) -> Option<Class> {
        self.error.as_deref().map(GraphError::class)
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        failure.fault
    }
}

/// An answer without an error.
#[derive(Debug)]
pub struct Reply {
    pub response: Response,
    pub usage: Usage,
}

impl Reply {
    /// Parses the body.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        hark_sdk::json::parse(self.response.body()).map_err(|error| {
            Fault::protocol(format!("no JSON as expected: {error}; {}", self.response.quote()))
        })
    }
}

/// Starts a GET of `path`, below the version.
pub fn get(settings: &Settings, path: &str) -> Request {
    start(http::get(settings.address(path)))
}

/// Starts a POST of form fields to `path`, below the version.
pub fn post(settings: &Settings, path: &str, fields: &[(&str, &str)]) -> Request {
    // The encoding of a query is that of a form but for the space, which both take as %20.
    let encoded = fields.iter().fold(http::get("?"), |form, (name, value)| form.query(name, value));
    let body = encoded.url().trim_start_matches(['?', '&']).as_bytes().to_vec();
    start(http::post(settings.address(path))).body("application/x-www-form-urlencoded", body)
}

fn start(request: Request) -> Request {
    request.credential(manifest::TOKEN).timeout_ms(limits::REQUEST_MS_MAX)
}

/// Sends `request` and tells an answer from an error.
pub fn call(request: Request) -> Result<Reply, Failure> {
    let sent = |fault: HttpFault| Failure {
        // A connection that breaks may do so behind what was sent.
        uncertain: matches!(fault, HttpFault::Timeout | HttpFault::Connect(_) | HttpFault::TooLarge(_)),
        fault: fault.into(),
        error: None,
    };
    let response = request.send().map_err(sent)?;
    let usage = Usage::of(&response);
    let until = usage.limited_until(response.received_at());
    let uncertain = response.status() >= 500;
    match (error_in(response.body()), response.fault()) {
        // A code that nobody knows says less than a status that does say something.
        (Some(error), Some(fault)) if error.class() == Class::Unknown && !is_vague(&fault) => {
            Err(Failure { fault, error: Some(Box::new(error)), uncertain })
        }
        (Some(error), _) => Err(failed(error, until)),
        (None, Some(fault)) => Err(Failure { fault, error: None, uncertain }),
        (None, None) => Ok(Reply { response, usage }),
    }
}

/// Meta answers 400 to nearly everything.
fn is_vague(fault: &Fault) -> bool {
    matches!(fault, Fault::Protocol(_))
}

/// Judges an error as that of one call, which it is in a batch, too.
pub fn failed(error: GraphError, until: Ms) -> Failure {
    // The platform says of these that it does not know itself.
    let uncertain = error.class() == Class::Transient;
    Failure { fault: error.fault(until), error: Some(Box::new(error)), uncertain }
}

/// Returns the error that `body` holds, whatever its status.
pub fn error_in(body: &[u8]) -> Option<GraphError> {
    #[derive(Deserialize)]
    struct Refusal {
        error: GraphError,
    }
    let start = body.trim_ascii_start();
    if !start.starts_with(b"{") {
        return None;
    }
    hark_sdk::json::parse::<Refusal>(body).ok().map(|refusal| refusal.error)
}

/// A page of entries, none looked at yet.
#[derive(Debug, Deserialize)]
pub struct Listing {
    /// The entries as they came, so that a bad one does not hide the others.
    pub data: Vec<Box<RawValue>>,
    #[serde(default)]
    paging: Option<Paging>,
}

#[derive(Debug, Deserialize)]
struct Paging {
    #[serde(default)]
    cursors: Option<Cursors>,
    #[serde(default)]
    next: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Cursors {
    #[serde(default)]
    after: Option<String>,
}

/// Where the next page begins: query parameters that are good for this run only.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Onward(Vec<(String, String)>);

impl Listing {
    /// Returns where the next page begins; none after the last one, which is the one without `next`.
    pub fn onward(&self) -> Result<Option<Onward>, Fault> {
        let Some(paging) = &self.paging else { return Ok(None) };
        let Some(next) = &paging.next else { return Ok(None) };
        let after = paging.cursors.as_ref().and_then(|cursors| cursors.after.clone());
        let onward = match after.filter(|after| !after.is_empty()) {
            Some(after) => Onward(vec![("after".to_owned(), after)]),
            None => Onward::of_address(next),
        };
        let bytes: usize = onward.0.iter().map(|(_, value)| value.len()).sum();
        if onward.0.is_empty() || bytes > limits::TOKEN_BYTES_MAX {
            return Err(Fault::protocol(format!("there is a next page, but its token has {bytes} bytes")));
        }
        Ok(Some(onward))
    }
}

impl Onward {
    /// Takes what pages by time or offset from an address; never its token, and never where it leads.
    fn of_address(address: &str) -> Self {
        let query = address.split_once('?').map_or("", |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let kept = ["after", "until", "__paging_token", "__after_id", "offset"];
        let wanted = pairs.filter(|(name, _)| kept.contains(name));
        Self(wanted.map(|(name, value)| (name.to_owned(), decoded(value).into_owned())).collect())
    }

    /// Asks `request` for that page.
    pub fn ask(&self, request: Request) -> Request {
        self.0.iter().fold(request, |request, (name, value)| request.query(name, value))
    }

    /// Tells whether it pages by time itself, so that no other time may be asked for.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(have, _)| have == name)
    }
}

/// Decodes a value of a query or form.
pub fn decoded(value: &str) -> Cow<'_, str> {
    if !value.contains(['%', '+']) {
        return Cow::Borrowed(value);
    }
    let bytes = value.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let pair = bytes.get(at + 1..at + 3).filter(|pair| pair.iter().all(u8::is_ascii_hexdigit));
        let byte = pair.and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        match (bytes[at], byte) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (b'+', _) => {
                out.push(b' ');
                at += 1;
            }
            (other, _) => {
                out.push(other);
                at += 1;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(json: &str) -> Listing {
        hark_sdk::json::parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn the_last_page_is_the_one_without_next() {
        let after = |token: &str| Some(Onward(vec![("after".to_owned(), token.to_owned())]));
        for (json, want) in [
            (r#"{"data":[]}"#, None),
            (r#"{"data":[],"paging":null}"#, None),
            (r#"{"data":[1],"paging":{"cursors":{"before":"a","after":"b"}}}"#, None),
            (
                r#"{"data":[],"paging":{"cursors":{"before":"a","after":"b"},"next":"https://graph.facebook.com/x?access_token=t&after=b"}}"#,
                after("b"),
            ),
            (
                r#"{"data":[],"paging":{"next":"https://evil.example/?access_token=t&after=b%3D%3D"}}"#,
                after("b=="),
            ),
            (
                r#"{"data":[1],"paging":{"next":"https://graph.facebook.com/x?access_token=t&limit=25&until=17&__paging_token=enc%2B1"}}"#,
                Some(Onward(vec![
                    ("until".to_owned(), "17".to_owned()),
                    ("__paging_token".to_owned(), "enc+1".to_owned()),
                ])),
            ),
        ] {
            assert_eq!(listing(json).onward().unwrap(), want, "{json}");
        }
        for bad in ["https://graph.facebook.com/x?access_token=t", ""] {
            let page = listing(&format!(r#"{{"data":[],"paging":{{"next":"{bad}"}}}}"#));
            assert!(matches!(page.onward(), Err(Fault::Protocol(_))), "{bad}");
        }
    }

    #[test]
    fn an_error_is_found_whatever_is_around_it() {
        let error = error_in(br#" {"error":{"message":"x","type":"OAuthException","code":190,"error_subcode":463,"fbtrace_id":"A","error_user_title":null}}"#);
        assert_eq!(error.map(|error| (error.code, error.subcode)), Some((190, Some(463))));
        for body in [&b""[..], b"[]", b"<html>", b"{}", br#"{"error":"words"}"#, br#"{"error":{"code":"x"}}"#]
        {
            assert_eq!(error_in(body), None, "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn queries_are_decoded() {
        for (text, want) in
            [("a%20b+c", "a b c"), ("100%", "100%"), ("%zz%C3%BC", "%zzü"), ("plain", "plain")]
        {
            assert_eq!(decoded(text), want);
        }
    }
}
