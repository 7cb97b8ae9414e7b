//! Two connectors say the same, one in version 0.1 of the contract and one in 0.2: what comes of them is the same.

use hark_kit::guest_bytes;
use hark_model::{
    Action, Batch, CheckReport, Delivery, DeliveryResult, Direction, Event, ItemKind, Manifest, Outcome, Raw,
    ReadRequest, SourceLimits,
};
use hark_runtime::{CallContext, CallError, Connector, Runtime};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::house::{SMALL, all, gate, listened, request};
use crate::serves_both;

const PAGE: &str = "a hello\nb !look here\nc ?who is there\n-d\nmore\n";

/// A platform that answers everything with the page, and its port.
async fn platform() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(socket.read_u8().await.unwrap());
            }
            let length = PAGE.len();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
            socket.write_all((head + PAGE).as_bytes()).await.unwrap();
        }
    });
    port
}

/// Everything that a connector says when it is asked everything.
#[derive(Debug, PartialEq)]
struct Said {
    manifest: Manifest,
    check: Result<CheckReport, CallError>,
    wall: Result<Batch, CallError>,
    quiet: Result<Batch, CallError>,
    closed: Result<Batch, CallError>,
    nowhere: Result<Batch, CallError>,
    unreachable: bool,
    received: Result<DeliveryResult, CallError>,
    acted: Result<Outcome, CallError>,
    uncertain: Result<Outcome, CallError>,
    normalised: Result<Vec<Event>, CallError>,
    migrated: Result<Vec<u8>, CallError>,
    not_migrated: Result<Vec<u8>, CallError>,
    log: Vec<String>,
}

fn wall(port: u16) -> ReadRequest {
    ReadRequest {
        cursor: Some(format!("http://127.0.0.1:{port}/wall").into_bytes()),
        budget: hark_model::Budget { max_events: 10, ..request("wall").budget },
        ..request("wall")
    }
}

fn delivery() -> Delivery {
    Delivery {
        payload: 7,
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: String::new(),
        headers: vec![("x-key".to_owned(), "seven".to_owned())],
        body: b"e !come\n-f".to_vec(),
        received_at: 0,
    }
}

fn action(key: &str) -> Action {
    Action {
        name: "reply".to_owned(),
        on: Some("a".to_owned()),
        arguments: "hello yourself".to_owned(),
        idempotency_key: key.to_owned(),
    }
}

fn raw() -> Raw {
    Raw {
        label: "page".to_owned(),
        media_type: "text/plain".to_owned(),
        body: PAGE.into(),
        payload: 9,
        received_at: 0,
    }
}

async fn ask(connector: &Connector, port: u16) -> Said {
    let (context, lines) = listened(SMALL);
    let context = CallContext { gate: Some(gate("lamps", port, Vec::new(), SMALL)), ..context };
    let read = async |request| connector.read(context.clone(), "{}", request).await.result;
    let elsewhere = ReadRequest { cursor: Some(b"http://127.0.0.2:1/".to_vec()), ..wall(port) };
    let said = Said {
        manifest: connector.describe(context.clone()).await.result.unwrap(),
        check: connector.check(context.clone(), "{}").await.result,
        wall: read(wall(port)).await,
        quiet: read(request("quiet")).await,
        closed: read(request("closed")).await,
        nowhere: read(request("nowhere")).await,
        unreachable: read(elsewhere).await.is_err(),
        received: connector.receive(context.clone(), "{}", delivery()).await.result,
        acted: connector.act(context.clone(), "{}", action("key")).await.result,
        uncertain: connector.act(context.clone(), "{}", action("")).await.result,
        normalised: connector.normalise(context.clone(), "{}", raw()).await.result,
        migrated: connector.migrate_cursor(context.clone(), 2, b"old".to_vec()).await.result,
        not_migrated: connector.migrate_cursor(context.clone(), 1, b"old".to_vec()).await.result,
        log: Vec::new(),
    };
    drop(context);
    Said {
        log: all(lines).into_iter().map(|line| format!("{:?} {}", line.level, line.text)).collect(),
        ..said
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connectors_of_two_versions_say_the_same() {
    let port = platform().await;
    let runtime = Runtime::new(serves_both()).unwrap();
    let old = runtime.load(&guest_bytes("speaks_0_1")).await.unwrap();
    let new = runtime.load(&guest_bytes("speaks_0_2")).await.unwrap();
    assert_eq!((old.contract().to_string(), new.contract().to_string()), ("0.1.0".into(), "0.2.0".into()));

    let (of_old, of_new) = tokio::join!(ask(&old, port), ask(&new, port));
    says_what_it_should(&of_new);
    assert_eq!(of_old, of_new);
    assert_eq!(old.manifest(), new.manifest());
}

/// Equal is not enough: two connectors that say nothing say the same.
fn says_what_it_should(said: &Said) {
    let batch = said.wall.as_ref().unwrap();
    assert_eq!((batch.cursor.as_deref(), batch.continuation.as_deref()), (Some(&b"read"[..]), Some(&[][..])));
    let [Event::Item(plain), Event::Item(pinned), Event::Item(poll), Event::Removal(gone)] =
        &batch.events[..]
    else {
        panic!("{batch:?}")
    };
    assert_eq!((plain.text.as_str(), &plain.tags[..]), ("hello", &["lamp".to_owned()][..]));
    assert_eq!((pinned.text.as_str(), pinned.tags.join(" ")), ("look here", "lamp pinned".to_owned()));
    assert_eq!((poll.text.as_str(), poll.kind), ("?who is there", ItemKind::Post));
    assert_eq!((gone.id.as_str(), gone.origin.pointer.as_str()), ("d", "/3"));
    assert_eq!((plain.published_at, plain.published_is_estimate), (1_700_000_000_000, true));

    assert_eq!(said.quiet, Ok(Batch { not_before: Some(77), ..Batch::default() }));
    let closed = said.closed.as_ref().unwrap_err().to_string();
    assert_eq!(closed, "passing trouble: maintenance: the lamp is cleaned");
    assert_eq!(said.nowhere.as_ref().unwrap_err().to_string(), "not found: nowhere");
    assert!(said.unreachable, "the gate stands before every version");

    let received = said.received.as_ref().unwrap();
    assert_eq!((received.dedupe_key.as_deref(), received.events.len()), (Some("seven"), 2));
    let Ok(Outcome::Done(made)) = &said.acted else { panic!("{:?}", said.acted) };
    assert!(matches!(&made[..], [Event::Item(item)] if item.direction == Direction::Outbound), "{made:?}");
    assert_eq!(said.uncertain, Ok(Outcome::Uncertain("no key".to_owned())));
    assert_eq!(said.normalised.as_ref().unwrap().len(), 4);
    assert_eq!(said.migrated.as_deref(), Ok(&b"2:old"[..]));
    assert_eq!(
        said.not_migrated.as_ref().unwrap_err().to_string(),
        "not supported by the connector: migrate-cursor"
    );
    assert_eq!(said.log[0], "Info reads wall");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_take_turns_in_the_same_slots() {
    let port = platform().await;
    let runtime = Runtime::new(serves_both()).unwrap();
    let speakers = [
        runtime.load(&guest_bytes("speaks_0_1")).await.unwrap(),
        runtime.load(&guest_bytes("speaks_0_2")).await.unwrap(),
    ];
    let context = CallContext { gate: Some(gate("lamps", port, Vec::new(), SMALL)), ..context() };
    // Ten times as many calls as there are slots.
    let reads: Vec<_> = (0..20)
        .map(|n| {
            let (speaker, context) = (speakers[n % 2].clone(), context.clone());
            tokio::spawn(async move { speaker.read(context, "{}", wall(port)).await.result.unwrap() })
        })
        .collect();
    let mut batches = Vec::new();
    for read in reads {
        batches.push(read.await.unwrap());
    }
    assert_eq!((batches.len(), batches[0].events.len()), (20, 4));
    assert!(batches.iter().all(|batch| *batch == batches[0]), "{batches:?}");
}

#[tokio::test]
async fn what_an_answer_may_be_holds_for_every_version() {
    let port = platform().await;
    let runtime = Runtime::new(serves_both()).unwrap();
    for guest in ["speaks_0_1", "speaks_0_2"] {
        let connector = runtime.load(&guest_bytes(guest)).await.unwrap();
        let limits = SourceLimits { batch_events: 3, ..SMALL };
        let context =
            CallContext { gate: Some(gate("lamps", port, Vec::new(), limits)), limits, ..context() };
        let error = connector.read(context, "{}", wall(port)).await.result.unwrap_err();
        assert_eq!(error, CallError::TooManyEvents { events: 4, limit: 3 }, "{guest}");
    }
}

fn context() -> CallContext {
    crate::house::context(SMALL)
}
