//! Answers with what makes no sense: inside the contract's types, at their edges, and outside them.

use hark_guests::{Settings, batch, item, manifest};
use hark_sdk::prelude::*;

struct InvalidEvents;

impl Connector for InvalidEvents {
    type Settings = Settings;

    fn manifest() -> Manifest {
        manifest("invalid-events", &["odd", "not-utf8", "long-cursor", "long-continuation"])
    }

    fn read(_: &Settings, request: ReadRequest) -> Result<Batch, Fault> {
        Ok(match request.stream_name.as_str() {
            "odd" => batch(odd()),
            "not-utf8" => batch(vec![Event::Item(Item { text: not_utf8(), ..item("1") })]),
            "long-cursor" => Batch { cursor: Some(vec![0; 1 << 20]), ..batch(Vec::new()) },
            _ => Batch { continuation: Some(vec![0; 1 << 20]), ..batch(Vec::new()) },
        })
    }

    fn receive(_: &Settings, _: Delivery) -> Result<DeliveryResult, Fault> {
        Ok(DeliveryResult {
            status: 7,
            headers: Vec::new(),
            body: Vec::new(),
            dedupe_key: None,
            events: Vec::new(),
            poll_now: Vec::new(),
            stream_name: None,
        })
    }
}

fn odd() -> Vec<Event> {
    let nowhere = Provenance { payload: u64::MAX, pointer: "/../\0".to_owned() };
    vec![
        Event::Item(Item { id: String::new(), ..item("") }),
        Event::Item(Item { id: "x".repeat(10_000), origin: nowhere.clone(), ..item("x") }),
        Event::Item(Item { published_at: i64::MIN, edited_at: Some(i64::MAX), ..item("times") }),
        Event::Item(Item { url: Some("javascript:alert(1)".to_owned()), ..item("url") }),
        Event::Gap(Gap {
            stream_name: "no-such".to_owned(),
            since: Some(1),
            until: Some(0),
            why: String::new(),
        }),
        Event::Poison(Poison { hint: String::new(), why: String::new(), origin: nowhere }),
    ]
}

#[allow(unsafe_code, reason = "the point of this guest: a string that the contract's `string` cannot be")]
fn not_utf8() -> String {
    // SAFETY: nothing here looks into the string; it goes straight out of the guest.
    unsafe { String::from_utf8_unchecked(vec![0xff, 0xfe, 0xfd]) }
}

hark_sdk::export!(InvalidEvents);
