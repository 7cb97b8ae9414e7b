//! Takes memory without end: in small pieces, or all at once and lives on without it.

use hark_guests::{Settings, batch, manifest};
use hark_sdk::prelude::*;

struct HoardsMemory;

impl Connector for HoardsMemory {
    type Settings = Settings;

    fn manifest() -> Manifest {
        manifest("hoards-memory", &["pieces", "asks-first"])
    }

    fn read(_: &Settings, request: ReadRequest) -> Result<Batch, Fault> {
        if request.stream_name == "asks-first" {
            let mut hoard = Vec::<u8>::new();
            return match std::hint::black_box(&mut hoard).try_reserve(1 << 30) {
                Ok(()) => Ok(batch(Vec::new())),
                Err(_) => Err(Fault::transient("no memory for that")),
            };
        }
        let mut hoard = Vec::new();
        loop {
            hoard.push(std::hint::black_box(vec![1_u8; 1 << 20]));
        }
    }
}

hark_sdk::export!(HoardsMemory);
