//! Looks for what a sandbox should not have, and tells what it found.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime};

use hark_guests::{Settings, batch, manifest};
use hark_sdk::prelude::*;

struct Pries;

/// Whether this memory has been read in before.
static WAS_HERE: AtomicBool = AtomicBool::new(false);

impl Connector for Pries {
    type Settings = Settings;

    fn manifest() -> Manifest {
        manifest("pries", &["all", "key"]).credential(CredentialInfo::new("hook", Placement::WebhookKey))
    }

    fn read(_: &Settings, request: ReadRequest) -> Result<Batch, Fault> {
        if request.stream_name == "key" {
            info!("{:?}", hark_sdk::hmac("hook", hark_sdk::Digest::Sha256, b"message"));
        }
        let fine = |nanos: u32| !nanos.is_multiple_of(1_000_000);
        let mut ticks = Vec::new();
        let start = Instant::now();
        for _ in 0..10_000 {
            ticks.push(start.elapsed().subsec_nanos());
        }
        let unix = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let findings = [
            ("file", std::fs::read("/etc/passwd").is_ok()),
            ("folder", std::fs::read_dir("/").is_ok() || std::fs::read_dir(".").is_ok()),
            ("new file", std::fs::write("found", "x").is_ok()),
            ("variable", std::env::vars().next().is_some()),
            ("argument", std::env::args().next().is_some()),
            ("stdin", std::io::stdin().lines().next().is_some()),
            ("socket", std::net::TcpStream::connect("127.0.0.1:80").is_ok()),
            ("listener", std::net::TcpListener::bind("127.0.0.1:0").is_ok()),
            ("name", std::net::ToSocketAddrs::to_socket_addrs("localhost:80").is_ok()),
            ("monotonic clock", ticks.into_iter().any(fine)),
            ("wall clock", fine(unix.subsec_nanos())),
            ("earlier call", WAS_HERE.swap(true, Ordering::SeqCst)),
            ("http", http::get("http://127.0.0.1:80/").send().is_ok()),
        ];
        for (what, found) in findings {
            if found {
                warn!("found: {what}");
            }
        }
        info!("looked at {}", findings.len());
        Ok(batch(Vec::new()))
    }
}

hark_sdk::export!(Pries);
