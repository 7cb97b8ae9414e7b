//! Answers with more than anybody asked for: many events, or one that is very large.

use hark_guests::{Settings, batch, item, manifest};
use hark_sdk::prelude::*;

struct HugeList;

impl Connector for HugeList {
    type Settings = Settings;

    fn manifest() -> Manifest {
        manifest("huge-list", &["many", "very-many", "large"])
    }

    fn read(_: &Settings, request: ReadRequest) -> Result<Batch, Fault> {
        let items = |count: u32| (0..count).map(|n| Event::Item(item(&n.to_string()))).collect();
        Ok(match request.stream_name.as_str() {
            "many" => batch(items(101)),
            "very-many" => batch(items(20_000)),
            _ => batch(vec![Event::Item(Item { text: "x".repeat(8 << 20), ..item("1") })]),
        })
    }
}

hark_sdk::export!(HugeList);
