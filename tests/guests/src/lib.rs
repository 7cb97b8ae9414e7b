//! What the guests share: settings without a field, a manifest without a wish, a harmless item.
//!
//! Each guest is one file in `examples/` and does one thing, mostly a bad one, when its stream is read. A
//! guest that no test calls makes the tests of `hark-runtime` fail.

pub mod faulty;

use hark_sdk::types::{Batch, Event, Item, Manifest, Provenance, StreamInfo};

/// No settings.
#[derive(serde::Deserialize, schemars::JsonSchema)]
pub struct Settings {}

/// Returns the manifest of a guest that asks for nothing, with these streams.
pub fn manifest(id: &str, streams: &[&str]) -> Manifest {
    let manifest = Manifest::new(id, "1.0.0").title("A guest of the tests");
    streams.iter().fold(manifest, |manifest, name| manifest.stream(StreamInfo::new(*name)))
}

/// Returns a batch with these events and a cursor.
pub fn batch(events: Vec<Event>) -> Batch {
    Batch::new(events).cursor(b"1".to_vec())
}

/// Returns a harmless item.
pub fn item(id: &str) -> Item {
    Item::new(id, "hello", 1_700_000_000_000, Provenance::new(0, ""))
}
