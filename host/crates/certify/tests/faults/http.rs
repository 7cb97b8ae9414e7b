//! Faults of a connector over HTTP, each found by the law that is about it; and the connector without them,
//! which breaks none. The cassette is recorded from a server of our own.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use hark_cassette::{Answer, Ask, Blob, Call, Cassette, Delivery, Listing, Tape};
use hark_certify::{Bench, LAWS, RecordOptions, Ruling, record};
use hark_config::{ConnectorRef, SourceConfig};
use hark_egress::SourceGate;
use hark_kit::guest_bytes;
use hark_model::{Grant, HostPattern, SecretRef, SourceLimits, SourceName};
use hark_pipeline::{SourceSetup, now};
use hark_runtime::Connector;
use serde_json::{Value, json};

use crate::{judged, load};

/// A fault of the connector, and the law that must find it.
pub const FAULTS: &[(&str, &str)] = &[
    ("any-signature", "signature"),
    ("asks-anew", "replay"),
    ("asks-while-receiving", "delivery"),
    ("below-floor", "visibility-floor"),
    ("browser", "user-agent"),
    ("chatty-check", "check"),
    ("counts-posts", "listing-grows"),
    ("counts-posts", "listing-shrinks"),
    ("cursor-back", "nothing-twice"),
    ("cursor-early", "resume"),
    ("cut-is-the-end", "truncated"),
    ("empty-ids", "events-valid"),
    ("empty-is-the-end", "empty-answer"),
    ("error-is-the-end", "status-500"),
    ("forbidden-is-empty", "status-403"),
    ("forgiving-cursor", "foreign-cursor"),
    ("greedy-events", "budget-events"),
    ("greedy-requests", "budget-requests"),
    ("guesses-settings", "settings"),
    ("ignores-retry-after", "status-429"),
    ("impure-normalise", "normalise-pure"),
    ("invents-origins", "provenance"),
    ("loses-a-page", "nothing-lost"),
    ("loses-edits", "edits"),
    ("never-the-same", "repeat"),
    ("panics-on-html", "html-page"),
    ("panics-on-large", "huge"),
    ("panics-on-limits", "limits"),
    ("reset-is-the-end", "reset"),
    ("seconds", "times"),
    ("silence-is-the-end", "slow"),
    ("sleeps-a-year", "pauses"),
    ("slices-text", "hostile-text"),
    ("tries-401-again", "status-401"),
    ("wanders", "granted-hosts"),
];

/// Long enough to be found in what is recorded.
const TOKEN: &str = "a-token-for-tests-only";
const HOOK: &str = "sample-hook-secret";
const PUSHED: &str = r#"{"posts":[{"id":"9","seq":9,"text":"Pushed.","at":1784884365000}]}"#;
/// HMAC-SHA-256 of `PUSHED` under `HOOK`.
const SIGNATURE: &str = "6e30fa9cffbfa09fa9f744cc83a9b1297ea65cf50986a213e52b8757f78bd04a";

fn post(seq: u64) -> Value {
    let text = format!("Post number {seq}, größer als die {} davor.", seq - 1);
    json!({ "id": seq.to_string(), "seq": seq, "text": text, "at": 1_784_884_365_000 + seq * 1_000 })
}

/// Seven posts, newest first, page by page; only for who has the token.
async fn posts(
    headers: HeaderMap,
    Query(query): Query<BTreeMap<String, String>>,
) -> (StatusCode, Json<Value>) {
    let bearer = format!("Bearer {TOKEN}");
    if headers.get("authorization").is_none_or(|value| value.as_bytes() != bearer.as_bytes()) {
        return (StatusCode::UNAUTHORIZED, Json(json!({})));
    }
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<u64>().ok());
    let below = number("page").unwrap_or(u64::MAX);
    let found: Vec<u64> =
        (1..=7).rev().filter(|seq| *seq > number("since").unwrap_or(0) && *seq < below).collect();
    let count = usize::try_from(number("count").unwrap_or(3)).unwrap();
    let page: Vec<Value> = found.iter().take(count).map(|seq| post(*seq)).collect();
    let next = (found.len() > count).then(|| found[count - 1].to_string());
    // A server that says too much: what it was sent stands in its answer.
    let echo = format!("you said {bearer}");
    (StatusCode::OK, Json(json!({ "posts": page, "next": next, "echo": echo })))
}

async fn serve() -> String {
    let app = Router::new().route("/posts", get(posts)).route("/me", get(|| async { "me" }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}

fn config(url: &str, folder: &Path) -> SourceConfig {
    let secret = |name: &str, value: &str| {
        let file = folder.join(name);
        std::fs::write(&file, value).unwrap();
        (name.to_owned(), SecretRef::File(file))
    };
    let settings = json!({ "url": url, "list": "posts", "fault": "" });
    SourceConfig {
        name: SourceName::parse("sample").unwrap(),
        line: 1,
        connector: ConnectorRef::File("faulty.wasm".into()),
        zone: None,
        scope: None,
        poll: None,
        enabled: true,
        owner: None,
        streams: None,
        targets: None,
        backfill_days: None,
        recheck: None,
        retention_days: None,
        settings: settings.as_object().unwrap().clone(),
        credentials: [secret("token", TOKEN), secret("hook", HOOK)].into(),
        grant: Grant {
            hosts: vec![HostPattern::parse(url).unwrap()],
            private_addresses: vec!["127.0.0.1/32".parse().unwrap()],
            ..Grant::default()
        },
        limits: SourceLimits::STRICT,
    }
}

async fn recorded(connector: &Connector) -> Cassette {
    // Several tests record at once, each in a folder of its own.
    static TURN: AtomicU32 = AtomicU32::new(0);
    let turn = TURN.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("hark-certify-{}-{turn}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let tape = Tape::default();
    let open = |options| SourceGate::recording(options, tape.clone());
    let config = config(&serve().await, &folder);
    let setup = SourceSetup::assemble_with(&config, connector.clone(), now(), open).await.unwrap();
    let options = RecordOptions { max_events: 4, max_batches: 8, ..RecordOptions::default() };
    let mut cassette = record(&setup, &tape, &setup.streams, options).await;
    std::fs::remove_dir_all(folder).unwrap();
    cassette.listings.push(listing());
    cassette.credentials.insert("hook".to_owned(), HOOK.to_owned());
    cassette.calls.push(pushed(connector, &cassette).await);
    cassette
}

fn listing() -> Listing {
    serde_json::from_value(json!({
        "stream": "posts", "path": "/posts", "format": "json", "items": "/posts", "id": "/id",
        "text": "/text", "key": "/seq", "count": "count", "count_max": 3, "since": "since",
        "page": "page", "offset": "offset", "tells": { "/next": "next" }, "lists_edits": true,
    }))
    .unwrap()
}

/// A delivery that the connector accepts, as a recording of one would be.
async fn pushed(connector: &Connector, cassette: &Cassette) -> Call {
    let delivery = Delivery {
        request: "POST /in/sample".to_owned(),
        query: String::new(),
        headers: vec![
            "content-type: application/json".to_owned(),
            format!("x-signature: sha256={SIGNATURE}"),
        ],
        body: Blob::from(PUSHED),
    };
    let at = cassette.calls.last().unwrap().at;
    let bench = Bench::new(connector.clone(), cassette.clone(), "sample").unwrap();
    let events = bench.delivered(at, &delivery).await;
    assert_eq!(events.len(), 1, "the delivery is accepted");
    let answer = Answer { status: Some(200), events, ..Answer::default() };
    Call { ask: Ask::Receive(delivery), at, exchanges: Vec::new(), answer }
}

async fn ruling(connector: &Connector, cassette: &Cassette, fault: &str, law: &str) -> Ruling {
    let mut cassette = cassette.clone();
    cassette.settings.insert("fault".to_owned(), fault.into());
    judged(connector, cassette, law).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_is_found_by_its_law_and_none_where_there_is_none() {
    let connector = load(&guest_bytes("faulty")).await;
    let cassette = recorded(&connector).await;
    let text = cassette.text();
    assert!(text.contains("you said Bearer ***"), "{text}");
    assert!(!text.contains(TOKEN), "the token is on the cassette");
    assert_eq!(Cassette::parse(&text).unwrap(), cassette);

    for law in LAWS {
        let ruling = ruling(&connector, &cassette, "", law.name).await;
        let wanted = if law.name.starts_with("wire-") { "not-tried" } else { "held" };
        assert_eq!(ruling.verdict, wanted, "without a fault: {ruling:#?}");
    }
    let mut missed = Vec::new();
    for (fault, law) in FAULTS {
        let ruling = ruling(&connector, &cassette, fault, law).await;
        if !ruling.is_broken() {
            missed.push(format!("{fault} by {law}: {ruling:?}"));
        }
    }
    assert_eq!(missed, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_changed_behind_its_back_is_found() {
    let whole = guest_bytes("faulty");
    let connector = load(&whole).await;
    let cassette = recorded(&connector).await;

    let other_type =
        replaced(&whole, br#""title":"a reply","type":"object""#, br#""title":"a reply","type":"abject""#);
    let tampered = load(&other_type).await;
    let found = judged(&tampered, cassette.clone(), "manifest").await;
    assert!(found.is_broken() && found.breaches[0].place.ends_with("action reply"), "{found:#?}");

    let mut settings = cassette.clone();
    settings.settings.insert("fault".to_owned(), "x".repeat(41).into());
    let found = judged(&connector, settings, "manifest").await;
    assert!(found.is_broken() && found.breaches[0].expected.contains("settings"), "{found:#?}");

    let text = cassette.text().replacen("Post number 3", "Post number 33", 1);
    let found = judged(&connector, Cassette::parse(&text).unwrap(), "replay").await;
    assert!(found.is_broken() && found.breaches[0].came.contains("event"), "{found:#?}");
}

/// Writes `new` over `old`, which is of the same length and stands in `component` once.
fn replaced(component: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let places: Vec<_> = (0..component.len()).filter(|at| component[*at..].starts_with(old)).collect();
    assert_eq!((places.len(), old.len()), (1, new.len()), "it stands in the component once");
    let mut changed = component.to_vec();
    changed[places[0]..places[0] + new.len()].copy_from_slice(new);
    changed
}
