//! Requests that carry more than they may: headers of the host, headers within headers, methods, sizes.

use hark_egress::{HttpRequest, limits};
use hark_model::Placement;

use crate::kit::{call, credential, gate, get, options};
use crate::server::{Server, ok};
use crate::verdict::{Verdict, judge};

/// One header of a guest each; the source has a credential in `x-api-key`.
#[rustfmt::skip]
pub const HEADERS: &[(&str, &str, &str, &str)] = &[
    ("header authorization", "Authorization", "Bearer mine", "header-reserved"),
    ("header cookie", "cookie", "session=mine", "header-reserved"),
    ("header cookie2", "Cookie2", "x", "header-reserved"),
    ("header host", "Host", "evil.example", "header-reserved"),
    ("header host with blanks in it", "ho st", "evil.example", "header-form"),
    ("header content-length", "content-length", "0", "header-reserved"),
    ("header content_length", "content_length", "0", "header-reserved"),
    ("header transfer-encoding", "Transfer-Encoding", "chunked", "header-reserved"),
    ("header transfer_encoding", "transfer_encoding", "chunked", "header-reserved"),
    ("header te", "TE", "trailers", "header-reserved"),
    ("header trailer", "Trailer", "authorization", "header-reserved"),
    ("header connection", "connection", "x-api-key, close", "header-reserved"),
    ("header keep-alive", "keep-alive", "timeout=0", "header-reserved"),
    ("header upgrade", "upgrade", "h2c", "header-reserved"),
    ("header http2-settings", "http2-settings", "AAMAAABk", "header-reserved"),
    ("header expect", "expect", "100-continue", "header-reserved"),
    ("header range", "range", "bytes=0-1", "header-reserved"),
    ("header if-range", "if-range", "x", "header-reserved"),
    ("header accept-encoding", "Accept-Encoding", "zstd", "header-reserved"),
    ("header proxy-authorization", "Proxy-Authorization", "Basic eA==", "header-reserved"),
    ("header proxy-connection", "proxy-connection", "keep-alive", "header-reserved"),
    ("header proxy_authorization", "proxy_authorization", "x", "header-reserved"),
    ("header of the credential", "X-API-Key", "mine", "header-reserved"),
    ("header of the credential with a line below", "x_api_key", "mine", "header-reserved"),
    ("header after a line break", "accept", "a\r\nauthorization: mine", "header-form"),
    ("header after a line feed", "accept", "a\nauthorization: mine", "header-form"),
    ("header after a carriage return", "accept", "a\rauthorization: mine", "header-form"),
    ("folded header", "accept", "a\r\n authorization: mine", "header-form"),
    ("request after a header", "accept", "a\r\n\r\nGET /admin HTTP/1.1\r\nhost: x", "header-form"),
    ("null in a value", "accept", "a\0b", "header-form"),
    ("delete in a value", "accept", "a\u{7f}b", "header-form"),
    ("line break in a name", "accept\r\nauthorization", "mine", "header-form"),
    ("colon in a name", "authorization: mine\r\nx", "y", "header-form"),
    ("blank behind a name", "authorization ", "mine", "header-form"),
    ("name of HTTP/2's own", ":authority", "evil.example", "header-form"),
    ("header name in another script", "\u{430}uthorization", "mine", "header-form"),
    ("no name", "", "mine", "header-form"),
];

#[rustfmt::skip]
pub const METHODS: &[(&str, &str, &str)] = &[
    ("method connect", "CONNECT", "method"),
    ("method trace", "TRACE", "method"),
    ("method track", "TRACK", "method"),
    ("method in small letters", "get", "method"),
    ("method with a request in it", "GET /admin HTTP/1.1\r\nx: y\r\n\r\nGET", "method"),
    ("method with a blank", "GET ", "method"),
    ("method of HTTP/2's preface", "PRI", "method"),
    ("no method", "", "method"),
];

type Enlarge = fn(HttpRequest) -> HttpRequest;

#[rustfmt::skip]
pub const SIZES: &[(&str, Enlarge, &str)] = &[
    ("too many headers", |request| HttpRequest { headers: vec![header("x-a", "1"); limits::HEADERS_MAX + 1], ..request }, "headers-too-large"),
    ("a header too long", |request| HttpRequest { headers: vec![header("x-a", &"1".repeat(limits::REQUEST_HEADER_BYTES_MAX))], ..request }, "headers-too-large"),
    ("a name too long", |request| HttpRequest { headers: vec![header(&"a".repeat(limits::REQUEST_HEADER_BYTES_MAX), "1")], ..request }, "headers-too-large"),
    ("a body too long", |request| HttpRequest { body: Some(vec![0; limits::REQUEST_BODY_BYTES_MAX + 1]), ..request }, "body-too-large"),
];

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[tokio::test]
async fn no_request_says_more_than_it_may() {
    let server = Server::start(|_| ok("x")).await;
    let mut options = options(&[&server.origin()]);
    options.credentials = vec![credential(Placement::Header("X-Api-Key".to_owned()), &[&server.origin()])];
    let gate = gate(options);
    let base = || get(server.origin());
    let mut attacks = Vec::new();
    for (case, name, value, rule) in HEADERS {
        attacks.push((*case, HttpRequest { headers: vec![header(name, value)], ..base() }, *rule));
    }
    for (case, method, rule) in METHODS {
        attacks.push((*case, HttpRequest { method: (*method).to_owned(), ..base() }, *rule));
    }
    for (case, enlarge, rule) in SIZES {
        attacks.push((*case, enlarge(base()), *rule));
    }
    let count = attacks.len();
    let mut verdicts = Vec::new();
    for (case, request, rule) in attacks {
        let result = call(&gate).send(request).await;
        verdicts
            .push(Verdict::http(case, rule, &result).leak(server.connections() > 0, "a connection was made"));
    }
    judge(&verdicts, count);
    // The control: a header of the guest's own arrives, as long and as many as they may be.
    let mut headers = vec![header("x-mine", "1"); limits::HEADERS_MAX - 1];
    headers.push(header("x-last", "2"));
    call(&gate).send(HttpRequest { headers, ..base() }).await.unwrap();
    assert_eq!((server.last().header("x-mine"), server.last().header("x-last")), (Some("1"), Some("2")));
}
