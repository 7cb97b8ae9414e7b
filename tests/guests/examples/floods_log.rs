//! Logs without measure: many lines, long lines, lines that would fool a terminal, one line too large.

use hark_guests::{Settings, batch, manifest};
use hark_sdk::prelude::*;

struct FloodsLog;

impl Connector for FloodsLog {
    type Settings = Settings;

    fn manifest() -> Manifest {
        manifest("floods-log", &["many", "stdout", "nasty", "huge"])
    }

    fn read(_: &Settings, request: ReadRequest) -> Result<Batch, Fault> {
        match request.stream_name.as_str() {
            "many" => (0..5_000).for_each(|n| info!("line {n}")),
            "stdout" => (0..5_000).for_each(|n| println!("line {n}")),
            "nasty" => warn!("\u{1b}[2Jgone\r\nERROR host: all is lost \u{202e}{}", "x".repeat(1_000)),
            _ => info!("{}", "x".repeat(1 << 20)),
        }
        Ok(batch(Vec::new()))
    }
}

hark_sdk::export!(FloodsLog);
