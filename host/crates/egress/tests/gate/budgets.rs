//! What an answer and a call may cost.

use std::time::Duration;

use hark_egress::{HttpFault, HttpRequest, limits};

use crate::kit::{call, call_with, denial, gate, get, options};
use crate::server::{Reply, Server, ok, redirect, reply};

/// A deflate stream of a zero byte and then `repeats` times 258 more of it, in 13 bits each.
fn bomb(repeats: usize) -> Vec<u8> {
    let mut bits: Vec<bool> = vec![true, true, false];
    let mut huffman = |code: u32, length: u32| bits.extend((0..length).rev().map(|at| code >> at & 1 == 1));
    huffman(0x30, 8);
    for _ in 0..repeats {
        huffman(0b1100_0101, 8);
        huffman(0, 5);
    }
    let byte = |eight: &[bool]| eight.iter().enumerate().fold(0, |sum, (at, bit)| sum | u8::from(*bit) << at);
    let gzip_head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    gzip_head.into_iter().chain(bits.chunks(8).map(byte)).collect()
}

fn chunked(chunk: &[u8], times: usize, pause: Duration) -> Reply {
    let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let mut framed = format!("{:x}\r\n", chunk.len()).into_bytes();
    framed.extend_from_slice(chunk);
    framed.extend_from_slice(b"\r\n");
    Reply::Chunks { head, chunk: framed, times, pause }
}

#[tokio::test]
async fn a_body_is_capped_however_it_comes() {
    let server = Server::start(|seen| match seen.target.as_str() {
        "/announced" => reply("200 OK", "", vec![0; (1 << 20) + 1]),
        "/endless" => chunked(&[0; 4096], usize::MAX, Duration::ZERO),
        "/bomb" => reply("200 OK", "content-encoding: gzip\r\n", bomb(8_200)),
        _ => reply("200 OK", "", vec![0; 1 << 20]),
    })
    .await;
    let mut options = options(&[&server.origin()]);
    options.limits.body_mib = 1;
    let gate = gate(options);
    for path in ["/announced", "/endless", "/bomb"] {
        let result = call(&gate).send(get(server.url(path))).await;
        assert_eq!(result, Err(HttpFault::TooLarge(1 << 20)), "path: {path}");
    }
    assert_eq!(call(&gate).send(get(server.url("/fits"))).await.unwrap().body.len(), 1 << 20);
}

#[tokio::test]
async fn only_codings_that_were_asked_for_are_read() {
    let server =
        Server::start(|seen| reply("200 OK", &format!("content-encoding: {}\r\n", &seen.target[1..]), "x"))
            .await;
    let gate = gate(options(&[&server.origin()]));
    for coding in ["zstd", "gzip,gzip", "aes128gcm"] {
        let why = denial(call(&gate).send(get(server.url(&format!("/{coding}")))).await);
        assert!(why.contains(coding), "{coding}: {why}");
    }
    assert_eq!(call(&gate).send(get(server.url("/identity"))).await.unwrap().body, b"x");
    let asked = server.last();
    assert!(asked.header("accept-encoding").is_some_and(|codings| !codings.contains("zstd")));
}

#[tokio::test]
async fn headers_of_an_answer_are_capped() {
    let server = Server::start(|seen| match seen.target.as_str() {
        "/long" => reply("200 OK", &format!("x-long: {}\r\n", "a".repeat(33 << 10)), "x"),
        "/many" => reply("200 OK", &"x-many: 1\r\n".repeat(limits::HEADERS_MAX * 2), "x"),
        _ => reply("200 OK", &format!("x-long: {}\r\n", "a".repeat(31 << 10)), "x"),
    })
    .await;
    let gate = gate(options(&[&server.origin()]));
    assert_eq!(call(&gate).send(get(server.url("/long"))).await, Err(HttpFault::TooLarge(32 << 10)));
    assert!(call(&gate).send(get(server.url("/many"))).await.is_err());
    assert_eq!(call(&gate).send(get(server.url("/fits"))).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_dripping_body_meets_the_time_of_host_guest_or_call() {
    // Every drip would end, and be an answer, later than its limit and earlier than the others.
    let server = Server::start(|seen| {
        let times = if seen.target == "/long" { 1_600 } else { 60 };
        chunked(b"drip", times, Duration::from_millis(5))
    })
    .await;
    let mut options = options(&[&server.origin()]);
    options.limits.request_secs = 4;
    let gate = gate(options);
    let cases = [
        ("/long", u32::MAX, 60_000, false),
        ("/long", 0, 60_000, false),
        ("/short", 100, 60_000, false),
        ("/short", 0, 100, false),
        ("/short", 0, 60_000, true),
    ];
    let asking = cases.map(|(path, timeout_ms, call_ms, ends)| {
        let mut call = call_with(&gate, 9, Duration::from_millis(call_ms));
        let request = HttpRequest { timeout_ms, ..get(server.url(path)) };
        async move { (path, timeout_ms, call_ms, ends, call.send(request).await) }
    });
    for (path, timeout_ms, call_ms, ends, result) in futures_util::future::join_all(asking).await {
        match ends {
            true => assert_eq!(result.unwrap().body.len(), 240),
            false => assert_eq!(result, Err(HttpFault::Timeout), "{path}: {timeout_ms} ms of {call_ms}"),
        }
    }
}

#[tokio::test]
async fn requests_are_counted_with_their_redirects() {
    let server = Server::start(|seen| match seen.target.as_str() {
        "/away" => redirect(302, "/here"),
        _ => ok("x"),
    })
    .await;
    let gate = gate(options(&[&server.origin()]));
    let mut call = call_with(&gate, 3, Duration::from_secs(60));
    call.send(get(server.url("/away"))).await.unwrap();
    assert_eq!(call.send(get(server.url("/away"))).await, Err(HttpFault::Budget));
    assert_eq!(call.send(get(server.url("/here"))).await, Err(HttpFault::Budget));
    assert_eq!(server.seen().len(), 3);
    let report = call.finish();
    assert_eq!((report.requests, report.payloads.len()), (3, 1));
}

#[tokio::test]
async fn a_call_keeps_a_bounded_number_of_bytes() {
    let gate = gate(options(&[]));
    let mut call = call(&gate);
    let half = limits::KEPT_BYTES_MAX / 2 + 1;
    assert_eq!(call.keep("one", "text/plain", vec![b'a'; half], 7), 1);
    assert_eq!(call.keep("two", "text/plain", vec![b'a'; half], 8), 2);
    let payloads = call.finish().payloads;
    assert_eq!(
        (payloads[0].label.as_str(), payloads[0].body.len(), payloads[0].received_at),
        ("one", half, 7)
    );
    assert_eq!(
        (payloads[1].label.as_str(), payloads[1].body.len()),
        ("cut: two", limits::KEPT_BYTES_MAX - half)
    );
    let mut call = crate::kit::call(&gate);
    (0..limits::KEPT_PAYLOADS_MAX).for_each(|_| _ = call.keep("x", "text/plain", Vec::new(), 0));
    assert_eq!(call.keep("x", "text/plain", Vec::new(), 0), 0);
}
