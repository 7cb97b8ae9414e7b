//! Crashes: it aborts with and without a word, ends itself, or touches memory that is not there.

use hark_guests::{Settings, batch, manifest};
use hark_sdk::prelude::*;

struct Traps;

impl Connector for Traps {
    type Settings = Settings;

    fn manifest() -> Manifest {
        manifest("traps", &["aborts", "complains", "exits", "reaches-out"])
    }

    fn read(_: &Settings, request: ReadRequest) -> Result<Batch, Fault> {
        match request.stream_name.as_str() {
            "aborts" => std::process::abort(),
            "complains" => {
                eprintln!("the world is not as it should be");
                std::process::abort();
            }
            "exits" => std::process::exit(1),
            _ => reach_out(),
        }
        Ok(batch(Vec::new()))
    }
}

#[allow(unsafe_code, reason = "the point of this guest: an address outside its memory")]
fn reach_out() {
    // SAFETY: there is none; the sandbox is what makes it harmless.
    let byte = unsafe { std::ptr::read_volatile(std::hint::black_box(0xfff0_0000_usize as *const u8)) };
    info!("{byte}");
}

hark_sdk::export!(Traps);
