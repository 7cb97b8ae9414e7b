//! A connector with faults that no setting can choose: it asks for the time where it describes itself, and takes
//! every cursor, whoever wrote it.

use hark_guests::Settings;
use hark_sdk::prelude::*;

struct FaultyAlways;

impl Connector for FaultyAlways {
    type Settings = Settings;

    fn manifest() -> Manifest {
        hark_guests::manifest("faulty-always", &["items"]).title(format!("made at {}", Clock::now()))
    }

    fn read(_: &Settings, _: ReadRequest) -> Result<Batch, Fault> {
        Ok(hark_guests::batch(vec![hark_guests::item("1").into()]))
    }

    fn migrate_cursor(_: u32, cursor: Vec<u8>) -> Result<Vec<u8>, Fault> {
        Ok(cursor)
    }
}

hark_sdk::export!(FaultyAlways);
