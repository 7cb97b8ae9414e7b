//! Peers that are slow on purpose, on loopback: none of them holds a place for long, and others are served.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use hark_lifecycle::Tasks;
use hark_web::ConnectionLimits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Far longer than anything here takes; only a broken test waits for it.
const PATIENCE: Duration = Duration::from_secs(60);
/// So long that no test sees its end.
const FOREVER: Duration = Duration::from_secs(24 * 3_600);
const LIMITS: ConnectionLimits =
    ConnectionLimits { connections_max: 1, head_wait: FOREVER, write_wait: FOREVER };
/// More than the buffers of two sockets take.
const LARGE: usize = 64 << 20;

struct Served {
    address: SocketAddr,
    /// `/called` was asked for.
    called: Arc<AtomicBool>,
    _tasks: Tasks,
}

async fn serve(limits: ConnectionLimits) -> Served {
    let called = Arc::new(AtomicBool::new(false));
    let (calls, told) = (Arc::clone(&called), Arc::clone(&called));
    let router = Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/large", get(|| async { vec![b'x'; LARGE] }))
        .route("/called", get(move || async move { calls.store(true, Ordering::SeqCst) }))
        .route("/was-called", get(move || async move { told.load(Ordering::SeqCst).to_string() }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (mut tasks, shutdown) = Tasks::new();
    tasks.spawn("web", hark_web::serve_within(listener, router, shutdown, limits));
    Served { address, called, _tasks: tasks }
}

impl Served {
    async fn send(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    /// Asks on a connection of its own.
    async fn ask(&self, path: &str) -> String {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        rest(self.send(&request).await).await
    }
}

/// Reads until the server ends the connection.
async fn rest(mut stream: TcpStream) -> String {
    let mut rest = Vec::new();
    // A connection that is ended while something of ours is unread may be reset.
    let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("it ends");
    String::from_utf8_lossy(&rest).into_owned()
}

/// Reads one answer of a connection that is kept.
async fn body_of(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if length.map(|length| length.parse::<usize>().unwrap()) == Some(body.len()) {
                return body.to_owned();
            }
        }
        let byte = tokio::time::timeout(PATIENCE, stream.read_u8()).await.unwrap().unwrap();
        read.push(byte);
    }
}

#[tokio::test]
async fn a_head_that_does_not_come_to_its_end_ends_the_connection() {
    let served = serve(ConnectionLimits { head_wait: Duration::from_millis(50), ..LIMITS }).await;
    // Nothing at all, half a head, and one header after the other: each holds the only place.
    for start in ["", "GET / HTTP/1.1\r\nHo", "GET / HTTP/1.1\r\nHost: x\r\nX-A: b\r\n"] {
        let slow = served.send(start).await;
        assert!(served.ask("/").await.ends_with("hello"), "{start:?}");
        assert!(!rest(slow).await.contains("hello"));
    }
    let mut dripping = served.send("GET / HTTP/1.1\r\nHost: x\r\n").await;
    // One header after the other buys no time: writing fails once the connection is ended.
    let ended = async { while dripping.write_all(b"X-Again: and again\r\n").await.is_ok() {} };
    tokio::time::timeout(PATIENCE, ended).await.expect("it ends");
}

#[tokio::test]
async fn a_connection_that_rests_is_ended() {
    let served = serve(ConnectionLimits { head_wait: Duration::from_millis(50), ..LIMITS }).await;
    let mut kept = served.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(body_of(&mut kept).await, "hello");
    assert!(served.ask("/").await.ends_with("hello"), "its place is given to the next");
    assert_eq!(rest(kept).await, "");
}

#[tokio::test]
async fn a_peer_that_takes_nothing_is_given_up() {
    let served = serve(ConnectionLimits { write_wait: Duration::from_millis(50), ..LIMITS }).await;
    let deaf = served.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(served.ask("/").await.ends_with("hello"));
    assert!(rest(deaf).await.len() < LARGE);
}

#[tokio::test]
async fn so_many_connections_and_no_more() {
    let served = serve(LIMITS).await;
    let mut first = served.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(body_of(&mut first).await, "hello");
    let second = served.send("GET /called HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    for _ in 0..200 {
        first.write_all(b"GET /was-called HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        assert_eq!(body_of(&mut first).await, "false", "the second connection waits for the place");
    }
    drop(first);
    assert!(rest(second).await.starts_with("HTTP/1.1 200"));
    assert!(served.called.load(Ordering::SeqCst));
}

#[tokio::test]
async fn an_order_to_stop_ends_what_rests_and_finishes_what_is_under_way() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (mut tasks, shutdown) = Tasks::new();
    let order = shutdown.clone();
    let router = Router::new().route("/", get(|| async { "hello" })).route(
        "/stop",
        get(move || async move {
            order.order();
            "finished"
        }),
    );
    let limits = ConnectionLimits { connections_max: 2, ..LIMITS };
    tasks.spawn("web", hark_web::serve_within(listener, router, shutdown, limits));
    let mut resting = TcpStream::connect(address).await.unwrap();
    resting.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert_eq!(body_of(&mut resting).await, "hello");
    let mut asks = TcpStream::connect(address).await.unwrap();
    asks.write_all(b"GET /stop HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert!(rest(asks).await.ends_with("finished"));
    assert_eq!(rest(resting).await, "");
    assert!(tasks.stop(PATIENCE).await.aborted.is_empty());
}
