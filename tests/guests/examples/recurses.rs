//! Calls itself without end: until the engine's stack is full, or until its own stack in memory is.

use hark_guests::{Settings, batch, manifest};
use hark_sdk::prelude::*;

struct Recurses;

#[inline(never)]
fn deeper(depth: u64) -> u64 {
    if depth == u64::MAX { 0 } else { deeper(depth + 1) / (depth | 1) + 1 }
}

#[inline(never)]
fn wider(depth: u64) -> u64 {
    let room = std::hint::black_box([depth; 64]);
    if depth == u64::MAX { 0 } else { wider(depth + 1) / (room[63] | 1) + 1 }
}

impl Connector for Recurses {
    type Settings = Settings;

    fn manifest() -> Manifest {
        manifest("recurses", &["deep", "wide"])
    }

    fn read(_: &Settings, request: ReadRequest) -> Result<Batch, Fault> {
        let depth = request.budget.max_events.into();
        info!("{}", if request.stream_name == "deep" { deeper(depth) } else { wider(depth) });
        Ok(batch(Vec::new()))
    }
}

hark_sdk::export!(Recurses);
