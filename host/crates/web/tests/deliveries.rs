//! The door for deliveries, over raw HTTP: what passes, what is turned away, and with which words.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hark_lifecycle::Tasks;
use hark_model::Delivery;
use hark_web::{DeliveryOptions, DeliveryReply};
use support::{Answer, PATIENCE, Site};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

type Seen = Arc<Mutex<Vec<(String, Delivery)>>>;

/// A server whose source `hook` echoes, and whose source `slow` answers when it is let.
struct Door {
    address: std::net::SocketAddr,
    seen: Seen,
    gate: Arc<Semaphore>,
    _site: Site,
    _tasks: Tasks,
}

async fn door(per_min: u32) -> Door {
    door_with(per_min, hark_web::limits::DELIVERY_BODY_WAIT).await
}

async fn door_with(per_min: u32, body_wait: Duration) -> Door {
    let site = Site::start().await;
    let (seen, gate) = (Seen::default(), Arc::new(Semaphore::new(0)));
    let (noted, opened) = (Arc::clone(&seen), Arc::clone(&gate));
    let options = DeliveryOptions {
        per_min: Arc::new(move |source| match source {
            "hook" => Some(per_min),
            "slow" => Some(60_000),
            _ => None,
        }),
        body_wait,
        receive: Arc::new(move |source, delivery| {
            let (noted, opened) = (Arc::clone(&noted), Arc::clone(&opened));
            Box::pin(async move {
                let body = delivery.body.clone();
                noted.lock().unwrap().push((source.clone(), delivery));
                if source == "slow" {
                    opened.acquire().await.unwrap().forget();
                }
                let headers = vec![("content-type".to_owned(), "text/html".to_owned())];
                DeliveryReply::Connector { status: 202, headers, body }
            })
        }),
    };
    let pages = hark_web::router(
        site.store.clone(),
        hark_web::WebOptions { names: vec![], teams: Default::default(), shutdown: site.shutdown.clone() },
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = pages.merge(hark_web::deliveries(options));
    let (mut tasks, shutdown) = Tasks::new();
    tasks.spawn("web", hark_web::serve(listener, router, shutdown));
    Door { address, seen, gate, _site: site, _tasks: tasks }
}

impl Door {
    async fn send(&self, request: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request).await.unwrap();
        stream
    }

    async fn ask(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Answer {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: hooks.example.com\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n",
            body.len()
        );
        answer(self.send(&[head.as_bytes(), body].concat()).await).await
    }
}

async fn answer(mut stream: TcpStream) -> Answer {
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

#[tokio::test]
async fn a_delivery_passes_untouched_and_its_answer_is_no_page() {
    let door = door(6_000).await;
    let body = b"{\"a\" : \"\xc3\xa4\\u00e4\"}\r\n";
    let said = door.ask("POST", "/in/hook?x=%20y&x=2", "X-Signature: sha256=Ab\r\n", body).await;
    assert_eq!((said.status, said.body.as_bytes()), (202, &body[..]));
    assert_eq!(said.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(said.header("content-security-policy"), Some("default-src 'none'; sandbox"));
    let (source, delivery) = door.seen.lock().unwrap()[0].clone();
    assert_eq!((source.as_str(), delivery.method.as_str()), ("hook", "POST"));
    assert_eq!((delivery.path.as_str(), delivery.query.as_str()), ("/in/hook", "x=%20y&x=2"));
    assert_eq!(delivery.body, body);
    assert!(delivery.headers.contains(&("x-signature".into(), "sha256=Ab".into())), "{:?}", delivery.headers);
    assert_eq!(door.ask("GET", "/in/hook?hub.challenge=1", "", b"").await.status, 202);
}

#[tokio::test]
async fn the_door_opens_to_nothing_else() {
    let door = door(6_000).await;
    let cases = [
        ("POST", "/in/other", 404, "no source of this name"),
        ("PUT", "/in/hook", 405, "POST"),
        ("DELETE", "/in/other", 405, "POST"),
        // The guard of the pages stands before everything else, under a name that is not ours.
        ("GET", "/", 421, "hooks.example.com"),
        ("GET", "/in/", 421, "hooks.example.com"),
        ("GET", "/in/hook/deeper", 421, "hooks.example.com"),
        ("POST", "/api/feed", 421, "hooks.example.com"),
    ];
    for (method, path, status, words) in cases {
        let said = door.ask(method, path, "", b"").await;
        assert_eq!(said.status, status, "{method} {path}");
        assert!(said.body.contains(words), "{method} {path}: {}", said.body);
    }
    assert_eq!(door.ask("PUT", "/in/hook", "", b"").await.header("allow"), Some("GET, POST"));
    assert!(door.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_body_has_a_bound_whether_it_says_its_length_or_not() {
    let door = door(6_000).await;
    let bytes = hark_web::limits::DELIVERY_BYTES_MAX;
    let head = format!(
        "POST /in/hook HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        bytes + 1
    );
    assert_eq!(answer(door.send(head.as_bytes()).await).await.status, 413);
    let head = "POST /in/hook HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
    let mut stream = door.send(head.as_bytes()).await;
    let chunk = [format!("{:x}\r\n", 1 << 20).into_bytes(), vec![b'x'; 1 << 20], b"\r\n".to_vec()].concat();
    for _ in 0..5 {
        // It may be refused before all of it is sent.
        if stream.write_all(&chunk).await.is_err() {
            break;
        }
    }
    let mut start = [0; 12];
    tokio::time::timeout(PATIENCE, stream.read_exact(&mut start)).await.unwrap().unwrap();
    assert_eq!(&start, b"HTTP/1.1 413");
    assert!(door.seen.lock().unwrap().is_empty());
    assert_eq!(door.ask("POST", "/in/hook", "", &vec![b'x'; bytes]).await.status, 202, "what fits passes");
}

#[tokio::test]
async fn a_body_that_does_not_come_holds_no_place() {
    let door = door_with(60_000, Duration::from_millis(20)).await;
    let mut slow = Vec::new();
    for _ in 0..hark_web::limits::DELIVERIES_AT_ONCE {
        let head = "POST /in/hook HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf";
        slow.push(door.send(head.as_bytes()).await);
    }
    for stream in slow {
        // The rest of its body could still come, so the connection is of no use for another request.
        let said = answer(stream).await;
        assert!(said.status == 408 && said.body.contains("did not come in time"), "{}", said.head);
    }
    assert!(door.seen.lock().unwrap().is_empty(), "half a delivery is none");
    assert_eq!(door.ask("POST", "/in/hook", "", b"whole").await.status, 202);
}

#[tokio::test]
async fn too_often_and_too_many_are_told_when_to_come_back() {
    let door = door(10).await;
    assert_eq!(door.ask("POST", "/in/hook", "", b"1").await.status, 202);
    let often = door.ask("POST", "/in/hook", "", b"2").await;
    let wait: u64 = often.header("retry-after").unwrap().parse().unwrap();
    assert!(often.status == 429 && (1..=6).contains(&wait), "{}", often.head);

    let mut waiting = Vec::new();
    for _ in 0..hark_web::limits::DELIVERIES_AT_ONCE {
        let request = "POST /in/slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx";
        waiting.push(door.send(request.as_bytes()).await);
    }
    let all_in = async {
        while door.seen.lock().unwrap().len() < 1 + hark_web::limits::DELIVERIES_AT_ONCE {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, all_in).await.unwrap();
    let many = door.ask("POST", "/in/slow", "", b"x").await;
    assert_eq!((many.status, many.header("retry-after")), (503, Some("5")));
    door.gate.add_permits(waiting.len());
    for stream in waiting {
        assert_eq!(answer(stream).await.status, 202);
    }
    door.gate.add_permits(1);
    assert_eq!(door.ask("POST", "/in/slow", "", b"x").await.status, 202, "places are given back");
}
