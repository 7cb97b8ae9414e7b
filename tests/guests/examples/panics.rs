//! Panics, with a message.

use hark_guests::{Settings, manifest};
use hark_sdk::prelude::*;

struct Panics;

impl Connector for Panics {
    type Settings = Settings;

    fn manifest() -> Manifest {
        manifest("panics", &["all"])
    }

    fn read(_: &Settings, request: ReadRequest) -> Result<Batch, Fault> {
        panic!("no idea what to do with {}", request.stream_name);
    }
}

hark_sdk::export!(Panics);
