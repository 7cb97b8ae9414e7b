//! Waits for what never comes: a server that does not answer, or a clock that is hours away.

use hark_guests::{Settings, batch, manifest};
use hark_sdk::prelude::*;

struct SleepsInHostCall;

impl Connector for SleepsInHostCall {
    type Settings = Settings;

    fn manifest() -> Manifest {
        manifest("sleeps-in-host-call", &["http", "wire", "clock"])
    }

    fn read(_: &Settings, request: ReadRequest) -> Result<Batch, Fault> {
        let place = String::from_utf8_lossy(&request.cursor.unwrap_or_default()).into_owned();
        match request.stream_name.as_str() {
            "http" => {
                http::get(place).timeout_ms(3_600_000).send()?;
            }
            "wire" => {
                wire::connect(&place)?;
            }
            _ => std::thread::sleep(std::time::Duration::from_secs(3_600)),
        }
        Ok(batch(Vec::new()))
    }
}

hark_sdk::export!(SleepsInHostCall);
