//! Speaks a version 0.2 of the contract that was never published (`tests/wit`); says what `speaks_0_1` says.
//!
//! There is no SDK for it: it stands on the bindings alone.

use bindings::exports::hark::connector::connector::{
    Action, Batch, CheckReport, Delivery, DeliveryResult, Event, Fault, Guest, Manifest, Outcome,
    ReadRequest, Reading, StreamInfo, Visibility,
};
use bindings::hark::connector::types::{Item, ItemKind, Moment, Provenance, Removal, Retry};
use bindings::hark::connector::{host, http};

/// The contract, as generated from `tests/wit`.
mod bindings {
    #![allow(missing_docs, unsafe_code, unused, clippy::all)]
    wit_bindgen::generate!({ path: "../wit/0.2.0", world: "listening-connector" });
}

struct Speaks;

#[cfg(not(target_arch = "wasm32"))]
const _: fn() -> Manifest = <Speaks as Guest>::describe;
#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code, reason = "what the bindings export is called by the host alone")]
const _: () = {
    bindings::export!(Speaks with_types_in bindings);
};

fn item(id: &str, text: &str, origin: Provenance) -> Item {
    Item {
        id: id.to_owned(),
        kind: if text.starts_with('?') { ItemKind::Poll } else { ItemKind::Post },
        ours: false,
        conversation: "wall".to_owned(),
        author: Some("keeper".to_owned()),
        text: text.strip_prefix('!').unwrap_or(text).to_owned(),
        published: Moment { at: 1_700_000_000_000, is_estimate: true },
        visibility: Visibility::Community,
        tags: vec!["lamp".to_owned()],
        pinned: text.starts_with('!'),
        origin,
    }
}

fn events(body: &[u8], payload: u64) -> Vec<Event> {
    let text = String::from_utf8_lossy(body).into_owned();
    let event = |(at, line): (usize, &str)| {
        let origin = Provenance { payload, pointer: format!("/{at}") };
        if let Some(id) = line.strip_prefix('-') {
            return Some(Event::Removal(Removal { id: id.to_owned(), origin }));
        }
        let (id, text) = line.split_once(' ')?;
        Some(Event::Item(item(id, text, origin)))
    };
    text.lines().enumerate().filter_map(event).collect()
}

fn page(url: &[u8]) -> Result<http::Response, Fault> {
    let request = http::Request {
        method: "GET".to_owned(),
        url: String::from_utf8_lossy(url).into_owned(),
        body: None,
        timeout_ms: None,
    };
    http::fetch(&request).map_err(|fault| Fault::Protocol(format!("{fault:?}")))
}

impl Guest for Speaks {
    fn describe() -> Manifest {
        Manifest {
            id: "speaks".to_owned(),
            version: "1.0.0".to_owned(),
            title: "Speaks".to_owned(),
            platform: "lamps".to_owned(),
            config_schema: r#"{"type":"object"}"#.to_owned(),
            hosts: vec!["http://127.0.0.1".to_owned()],
            streams: vec![StreamInfo {
                name: "wall".to_owned(),
                visibility_floor: Visibility::Community,
                webhook: true,
                min_poll_ms: 1_000,
            }],
            actions: vec!["reply".to_owned()],
            cursor_version: 3,
        }
    }

    fn check(_: String) -> Result<CheckReport, Fault> {
        Ok(CheckReport { account: Some("keeper".to_owned()), warnings: vec!["it is dark".to_owned()] })
    }

    fn read(_: String, request: ReadRequest) -> Result<Reading, Fault> {
        let message = format!("reads {}", request.stream_name);
        host::log(&[host::Line { at: host::Level::Info, message }]);
        match request.stream_name.as_str() {
            "wall" => {
                let page = page(&request.cursor.unwrap_or_default())?;
                let mut events = events(&page.body, page.payload);
                events.truncate(request.max_events as usize);
                let more = String::from_utf8_lossy(&page.body).lines().any(|line| line == "more");
                Ok(Reading::Batch(Batch { events, cursor: Some(b"read".to_vec()), more }))
            }
            "quiet" => Ok(Reading::QuietUntil(77)),
            "closed" => Err(Fault::Maintenance(Retry {
                after_ms: Some(5_000),
                detail: "the lamp is cleaned".to_owned(),
            })),
            other => Err(Fault::NotFound(other.to_owned())),
        }
    }

    fn receive(_: String, delivery: Delivery) -> Result<DeliveryResult, Fault> {
        let key = delivery.headers.into_iter().find(|(name, _)| name == "x-key").map(|(_, value)| value);
        Ok(DeliveryResult {
            status: 200,
            dedupe_key: key,
            events: events(&delivery.body, delivery.payload),
            stream_name: Some("wall".to_owned()),
        })
    }

    fn act(_: String, action: Action) -> Result<Outcome, Fault> {
        if action.idempotency_key.is_empty() {
            return Ok(Outcome::Uncertain("no key".to_owned()));
        }
        let origin = Provenance { payload: 0, pointer: String::new() };
        let made = item(&action.idempotency_key, &action.arguments, origin);
        Ok(Outcome::Done(vec![Event::Item(Item { ours: true, ..made })]))
    }

    fn reread(_: String, payload: u64, body: Vec<u8>) -> Result<Vec<Event>, Fault> {
        Ok(events(&body, payload))
    }

    fn migrate_cursor(from_version: u32, cursor: Vec<u8>) -> Result<Vec<u8>, Fault> {
        match from_version {
            2 => Ok([b"2:", &cursor[..]].concat()),
            _ => Err(Fault::Unsupported("migrate-cursor".to_owned())),
        }
    }
}
