//! Deliveries over a raw socket: the connector's answers, each delivery once, and none lost by a kill.

use std::collections::HashSet;

use hmac::{Hmac, Mac};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::folder::{Folder, KEY, PATIENCE};
use crate::platform::{self, World};

const KILLS: usize = 12;
/// Seed of the moments; any seed must do.
const SEED: u64 = 0x00de_11fe;

fn sign(body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).unwrap();
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

pub struct Answer {
    pub status: u16,
    head: String,
    body: String,
}

/// Sends one request and reads its answer; `None` if the server went away meanwhile.
async fn ask(port: u16, method: &str, path: &str, headers: &str, body: &[u8]) -> Option<Answer> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: hooks.example.com\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body].concat()).await.ok()?;
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap().ok()?;
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, head: head.to_owned(), body: body.to_owned() })
}

async fn push(port: u16, event: &str, ids: &[&str], poll: bool) -> Option<Answer> {
    let items: Vec<Value> =
        ids.iter().map(|id| platform::item(id, &format!("pushed {id}"), 1_790_000_000_000)).collect();
    push_body(port, &json!({ "event": event, "items": items, "poll": poll })).await
}

pub async fn push_body(port: u16, body: &Value) -> Option<Answer> {
    let body = body.to_string();
    let headers = format!("X-Signature: {}\r\nContent-Type: application/json\r\n", sign(body.as_bytes()));
    ask(port, "POST", "/in/plat", &headers, body.as_bytes()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deliveries_are_verified_stored_once_and_wake_their_stream() {
    let (world, played) = platform::start(World::default()).await;
    let folder = Folder::new(played, "", "");
    let mut hark = folder.start(&["run", "--json"]);
    let port = hark.door();

    let hello = ask(port, "GET", "/in/plat?token=right&challenge=c-1", "", b"").await.unwrap();
    assert_eq!((hello.status, hello.body.as_str()), (200, "c-1"));
    assert!(hello.head.contains("content-type: text/plain"), "an echo is no page: {}", hello.head);
    assert_eq!(ask(port, "GET", "/in/plat?token=wrong&challenge=c", "", b"").await.unwrap().status, 403);
    let challenge = br#"{"challenge":"c-2"}"#;
    let signed = format!("X-Signature: {}\r\n", sign(challenge));
    assert_eq!(ask(port, "POST", "/in/plat", &signed, challenge).await.unwrap().body, "c-2");

    assert_eq!(push(port, "e1", &["a", "b"], false).await.unwrap().status, 200);
    folder.becomes("SELECT count(*) FROM item", 2).await;
    assert_eq!(push(port, "e1", &["a", "b", "c"], false).await.unwrap().status, 200, "delivered again");
    let forged = ask(port, "POST", "/in/plat", "X-Signature: 00\r\n", br#"{"items":[]}"#).await.unwrap();
    assert_eq!(forged.status, 401);
    assert_eq!(ask(port, "POST", "/in/other", "", b"{}").await.unwrap().status, 404);
    assert_eq!(ask(port, "PUT", "/in/plat", "", b"{}").await.unwrap().status, 405);
    assert_eq!(ask(port, "GET", "/", "", b"").await.unwrap().status, 404, "the pages are elsewhere");
    folder.becomes("SELECT count(*) FROM delivery", 0).await;
    assert_eq!(folder.number("SELECT count(*) FROM item"), 2, "the same delivery counts once");
    let kept = "SELECT count(*) FROM raw WHERE via = 'webhook' AND label = 'POST /in/plat'";
    assert_eq!(folder.number(kept), 2, "what was verified is kept, what was forged is not");

    // The stream has been read when it started; the next time would be ten minutes later.
    world.lock().unwrap().new.insert(String::new(), vec![platform::item("p", "polled", 1_790_000_000_000)]);
    assert_eq!(push(port, "e2", &[], true).await.unwrap().status, 200);
    folder.becomes("SELECT count(*) FROM item WHERE native_id = 'p'", 1).await;

    let broken = ask(port, "POST", "/in/plat", "", b"panic").await.unwrap();
    assert_eq!(broken.status, 503);
    assert!(broken.head.contains("retry-after: "), "{}", broken.head);
    folder.becomes("SELECT attempts FROM delivery", 1).await;
    assert_eq!(
        push(port, "e3", &["d"], false).await.unwrap().status,
        200,
        "a crash hurts its own delivery only"
    );
    folder.becomes("SELECT count(*) FROM item WHERE native_id = 'd'", 1).await;
    let sources = folder.json(&["sources"]);
    assert_eq!(sources[0]["deliveries_waiting"], 1, "{sources:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_is_as_private_as_its_stream_or_as_the_most_private() {
    let (_world, played) = platform::start(World::default()).await;
    let folder = Folder::new(played, "", "");
    let mut hark = folder.start(&["run", "--json"]);
    let port = hark.door();
    // The posts' floor is public, the letters' is direct.
    for (id, stream, direct, kept) in [
        ("post", "posts", false, true),
        ("letter", "letters", true, true),
        ("open-letter", "letters", false, false),
        ("unnamed", "", false, false),
        ("unnamed-letter", "", true, true),
    ] {
        let mut item = platform::item(id, "pushed", 1_790_000_000_000);
        item["direct"] = json!(direct);
        let body = json!({ "event": id, "items": [item], "stream": stream });
        assert_eq!(push_body(port, &body).await.unwrap().status, 200, "{id}");
        let stored = format!("SELECT count(*) FROM item WHERE native_id = '{id}'");
        let refused =
            format!("SELECT count(*) FROM quarantine WHERE hint = 'item {id}' AND why LIKE '%floor%'");
        folder.becomes(&stored, i64::from(kept)).await;
        folder.becomes(&refused, i64::from(!kept)).await;
    }
    assert_eq!(folder.number("SELECT count(*) FROM sighting WHERE stream = 'letters'"), 1);
    let nowhere =
        push_body(port, &json!({ "event": "x", "items": [], "stream": "elsewhere" })).await.unwrap();
    assert_eq!(nowhere.status, 503);
    let said = "SELECT count(*) FROM delivery WHERE fault LIKE '%stream \"elsewhere\", which the connector does not have'";
    folder.becomes(said, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_not_bound_is_said_and_no_crash() {
    let (_world, played) = platform::start(World::default()).await;
    let folder = Folder::new(played, "", "");
    folder.unbind_key();
    let mut hark = folder.start(&["run", "--json"]);
    let port = hark.door();
    assert_eq!(push(port, "e1", &["a"], false).await.unwrap().status, 503);
    let said = "FROM delivery WHERE fault LIKE 'not signed in: credential `hook-key` has no value%'
         AND fault LIKE '%under [source.plat.credentials]'";
    folder.becomes(&format!("SELECT count(*) {said}"), 1).await;
    drop(hark);
    // Bound, what came meanwhile is taken in: it was kept.
    folder.configure(played, "", "");
    let _hark = folder.start(&["run", "--json"]);
    folder.becomes("SELECT count(*) FROM item WHERE native_id = 'a'", 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_survives_every_kill() {
    let (_world, played) = platform::start(World::default()).await;
    let folder = Folder::new(played, "", "");
    let mut chance = StdRng::seed_from_u64(SEED);
    let (mut acknowledged, mut sent) = (HashSet::new(), 0);
    for _ in 0..KILLS {
        let mut hark = folder.start(&["run", "--json"]);
        let port = hark.door();
        let wanted = acknowledged.len() + chance.random_range(1..12);
        let mut pushes = tokio::task::JoinSet::new();
        for _ in 0..40 {
            let id = format!("n{sent}");
            sent += 1;
            pushes.spawn(async move {
                let event = format!("event {id}");
                let answer = push(port, &event, &[&id], false).await;
                answer.filter(|answer| answer.status == 200).map(|_| id)
            });
        }
        while acknowledged.len() < wanted {
            let Some(answer) = pushes.join_next().await else { break };
            acknowledged.extend(answer.unwrap());
        }
        hark.process.kill().unwrap();
        // Answers that were on their way count, too.
        while let Some(answer) = pushes.join_next().await {
            acknowledged.extend(answer.unwrap());
        }
    }
    assert!(acknowledged.len() < sent, "the kills fell into the delivery");
    let mut hark = folder.start(&["run", "--json"]);
    hark.door();
    folder.becomes("SELECT count(*) FROM delivery", 0).await;
    for id in &acknowledged {
        assert_eq!(folder.number(&format!("SELECT count(*) FROM item WHERE native_id = '{id}'")), 1, "{id}");
    }
    assert_eq!(folder.number("SELECT count(*) - count(DISTINCT native_id) FROM item"), 0);
    hark.signal("-INT");
    assert!(hark.process.wait().unwrap().success(), "Ctrl-C is a clean end");
}
