//! Says nonsense of itself.

use hark_guests::{Settings, batch, manifest};
use hark_sdk::prelude::*;

struct Lies;

impl Connector for Lies {
    type Settings = Settings;

    fn manifest() -> Manifest {
        manifest("lies", &["inbox", "inbox"])
    }

    fn read(_: &Settings, _: ReadRequest) -> Result<Batch, Fault> {
        Ok(batch(Vec::new()))
    }
}

hark_sdk::export!(Lies);
