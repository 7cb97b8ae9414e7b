//! Answers that are made to hurt: framing that two readers read differently, bombs, floods, drips, codings that hide
//! what is in them.

use std::io::Write;
use std::time::Duration;

use hark_egress::HttpRequest;

use crate::kit::{call, gate, get, options};
use crate::server::{Reply, Server, reply};
use crate::verdict::{Verdict, judge};

type Attack = fn() -> Reply;

const SOON: Duration = Duration::from_millis(20);
const HEAD: &str = "HTTP/1.1 200 OK\r\n";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

#[rustfmt::skip]
pub const CASES: &[(&str, Attack, &str)] = &[
    ("two lengths", || raw("content-length: 5\r\ncontent-length: 6", "canary"), "broken|length"),
    ("the same length twice", || raw("content-length: 6\r\ncontent-length: 6", "canary"), "answer-framing"),
    ("two lengths in one", || raw("content-length: 6, 6", "canary"), "answer-framing"),
    ("two different lengths in one", || raw("content-length: 6, 5", "canary"), "broken|length"),
    ("length with a sign", || raw("content-length: +6", "canary"), "broken|length"),
    ("length below nothing", || raw("content-length: -6", "canary"), "broken|length"),
    ("length in another base", || raw("content-length: 0x6", "canary"), "broken|length"),
    ("length beyond all numbers", || raw("content-length: 99999999999999999999", "canary"), "broken|length"),
    ("length of an exabyte", || raw("content-length: 1000000000000000000", "canary"), "too-large"),
    ("length and chunks", || raw("content-length: 6\r\ntransfer-encoding: chunked", "6\r\ncanary\r\n0\r\n\r\n"), "answer-framing"),
    ("chunks and length", || raw("transfer-encoding: chunked\r\ncontent-length: 99", "6\r\ncanary\r\n0\r\n\r\n"), "answer-framing"),
    ("gzip as a transfer coding", || raw("transfer-encoding: gzip, chunked", "6\r\ncanary\r\n0\r\n\r\n"), "answer-framing"),
    ("chunks in chunks", || raw("transfer-encoding: chunked\r\ntransfer-encoding: chunked", "6\r\ncanary\r\n0\r\n\r\n"), "answer-framing"),
    ("transfer coding that is none", || raw("transfer-encoding: xchunked", "canary"), "answer-framing"),
    ("transfer coding identity", || raw("transfer-encoding: identity", "canary"), "answer-framing"),
    ("chunks before HTTP/1.1", || last("HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n6\r\ncanary\r\n0\r\n\r\n"), "broken|transfer-encoding"),
    ("chunk of negative size", || last(&format!("{CHUNKED}-6\r\ncanary\r\n0\r\n\r\n")), "broken|chunk"),
    ("chunk of more than there are numbers", || last(&format!("{CHUNKED}fffffffffffffffff\r\ncanary\r\n0\r\n\r\n")), "broken|chunk"),
    ("chunk with words about it without end", || last(&format!("{CHUNKED}6;{}\r\ncanary\r\n0\r\n\r\n", "x".repeat(1 << 20))), "broken|chunk"),
    ("chunk without its end", || last(&format!("{CHUNKED}6\r\ncanaryXX0\r\n\r\n")), "broken|chunk"),
    ("chunks cut off", || last(&format!("{CHUNKED}6\r\ncan")), "broken|"),
    ("chunks without the last", || last(&format!("{CHUNKED}6\r\ncanary\r\n")), "broken|"),
    ("trailers without end", || last(&format!("{CHUNKED}6\r\ncanary\r\n0\r\n{}", "x-a: b\r\n".repeat(1 << 15))), "broken|"),
    ("body shorter than told", || last(&format!("{HEAD}content-length: 99\r\n\r\ncanary")), "broken|"),
    ("no answer at all", || last(""), "broken|"),
    ("no HTTP", || last("220 mail.example.com ESMTP\r\n"), "broken|"),
    ("an answer before HTTP had heads", || last("<html>canary</html>"), "broken|"),
    ("a version to come", || last("HTTP/9.9 200 OK\r\n\r\ncanary"), "broken|"),
    ("status that is no number", || last("HTTP/1.1 2OO OK\r\n\r\ncanary"), "broken|"),
    ("HTTP/2 unasked", || last("\0\0\0\x04\0\0\0\0\0"), "broken|"),
    ("blank before a colon", || raw("content-length : 6", "canary"), "broken|"),
    ("folded header of an answer", || raw("x-a: b\r\n c\r\ncontent-length: 6", "canary"), "broken|"),
    ("header without a colon", || raw("content-length 6", "canary"), "broken|"),
    ("null in a header", || raw("x-a: b\0c\r\ncontent-length: 6", "canary"), "broken|"),
    ("a header of 33 KiB", || raw(&format!("x-a: {}\r\ncontent-length: 6", "a".repeat(33 << 10)), "canary"), "too-large"),
    ("a header of a megabyte", || raw(&format!("x-a: {}\r\ncontent-length: 6", "a".repeat(1 << 20)), "canary"), "broken|"),
    ("300 headers", || raw(&format!("{}content-length: 6", "x-a: b\r\n".repeat(300)), "canary"), "broken|"),
    ("90 headers of a KiB", || raw(&format!("{}content-length: 6", format!("x-a: {}\r\n", "a".repeat(1 << 10)).repeat(90)), "canary"), "too-large"),
    ("header without end", || flood(HEAD, "x-a: b\r\n", Duration::ZERO), "broken|"),
    ("header that drips", || flood(HEAD, "x-a: b\r\n", SOON), "timeout"),
    ("status that drips", || flood("HTTP", "/", SOON), "timeout"),
    ("nothing for ever", || flood("", "", SOON), "timeout"),
    ("103 without end", || flood("", "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n", Duration::ZERO), "timeout"),
    ("100 without end", || flood("", "HTTP/1.1 100 Continue\r\n\r\n", Duration::ZERO), "timeout"),
    ("102 that drips", || flood("", "HTTP/1.1 102 Processing\r\n\r\n", SOON), "timeout"),
    ("199 without end", || flood("", "HTTP/1.1 199 So\r\n\r\n", Duration::ZERO), "timeout"),
    ("103 with a header too long", || raw_early(&"a".repeat(1 << 20)), "broken|"),
    ("101 unasked", || last("HTTP/1.1 101 Go\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\ncanary"), "protocol-switch"),
    ("101 to another protocol", || last("HTTP/1.1 101 Go\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\ncanary"), "protocol-switch"),
    ("body without end", || flood(&format!("{HEAD}\r\n"), "canary", Duration::ZERO), "too-large"),
    ("chunks without end", || flood(CHUNKED, "6\r\ncanary\r\n", Duration::ZERO), "too-large"),
    ("body that drips", || flood(CHUNKED, "1\r\nc\r\n", SOON), "timeout"),
    ("body that stops", || flood(&format!("{HEAD}content-length: 99\r\n\r\ncanary"), "", SOON), "timeout"),
    ("gzip bomb", || coded("gzip", &gzip(&vec![b'c'; 2 << 20])), "too-large"),
    ("deflate bomb", || coded("deflate", &deflate(&vec![b'c'; 2 << 20])), "too-large"),
    ("gzip bomb in chunks", || chunked_coded(&gzip(&vec![b'c'; 2 << 20])), "too-large"),
    ("gzip that is none", || coded("gzip", b"canary"), "broken|"),
    ("gzip cut off", || coded("gzip", &gzip(&vec![b'c'; 1 << 16])[..40]), "broken|"),
    ("deflate that is none", || coded("deflate", b"canary"), "broken|"),
    ("brotli that is none", || coded("br", b"canary"), "broken|"),
    ("zstd unasked", || coded("zstd", b"canary"), "content-coding"),
    ("compress", || coded("compress", b"canary"), "content-coding"),
    ("gzip by its old name", || coded("x-gzip", &gzip(b"canary")), "content-coding"),
    ("gzip in capitals", || coded("GZIP", &gzip(b"canary")), "content-coding"),
    ("gzip in gzip", || coded("gzip, gzip", &gzip(&gzip(b"canary"))), "content-coding"),
    ("gzip behind identity", || raw_bytes("content-encoding: identity\r\ncontent-encoding: gzip", &gzip(b"canary")), "content-coding"),
    ("identity and gzip in one", || coded("identity, gzip", &gzip(b"canary")), "content-coding"),
    ("coding without a name", || coded("", b"canary"), "content-coding"),
    ("encrypted", || coded("aes128gcm", b"canary"), "content-coding"),
];

fn last(text: &str) -> Reply {
    Reply::Last(text.as_bytes().to_vec())
}

fn raw(headers: &str, body: &str) -> Reply {
    raw_bytes(headers, body.as_bytes())
}

fn raw_bytes(headers: &str, body: &[u8]) -> Reply {
    Reply::Last([format!("{HEAD}{headers}\r\n\r\n").as_bytes(), body].concat())
}

fn raw_early(value: &str) -> Reply {
    last(&format!("HTTP/1.1 103 Early\r\nlink: {value}\r\n\r\n{HEAD}content-length: 6\r\n\r\ncanary"))
}

fn flood(head: &str, chunk: &str, pause: Duration) -> Reply {
    Reply::Chunks {
        head: head.as_bytes().to_vec(),
        chunk: chunk.as_bytes().to_vec(),
        times: usize::MAX,
        pause,
    }
}

fn coded(coding: &str, body: &[u8]) -> Reply {
    reply("200 OK", &format!("content-encoding: {coding}\r\n"), body)
}

fn chunked_coded(body: &[u8]) -> Reply {
    let head =
        format!("{HEAD}content-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n", body.len());
    Reply::Last([head.as_bytes(), body, b"\r\n0\r\n\r\n"].concat())
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(plain).unwrap();
    packed.finish().unwrap()
}

fn deflate(plain: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(plain).unwrap();
    packed.finish().unwrap()
}

#[tokio::test]
async fn no_answer_hurts() {
    let server = Server::start(|seen| match seen.target.trim_start_matches('/').parse::<usize>() {
        Ok(at) => CASES[at].1(),
        Err(_) => coded("gzip", &gzip(b"canary")),
    })
    .await;
    let mut options = options(&[&server.origin()]);
    options.limits.body_mib = 1;
    let gate = gate(options);
    let attacks = CASES.iter().enumerate().map(|(at, (name, _, rule))| {
        let (gate, url) = (std::sync::Arc::clone(&gate), server.url(&format!("/{at}")));
        async move {
            let mut call = call(&gate);
            // What floods or drips would go on for ever; all the rest has the time that it needs.
            let timeout_ms = if *rule == "timeout" { 300 } else { 30_000 };
            let result = call.send(HttpRequest { timeout_ms, ..get(url) }).await;
            let kept = call.finish().payloads.len();
            Verdict::http(name, rule, &result).leak(kept > 0, "it was kept")
        }
    });
    let verdicts = futures_util::future::join_all(attacks).await;
    judge(&verdicts, CASES.len());
    // The control: an answer that is well made comes through the same gate.
    assert_eq!(call(&gate).send(get(server.url("/fine"))).await.unwrap().body, b"canary");
}
