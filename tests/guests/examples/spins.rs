//! Never comes back: it computes for ever.

use hark_guests::{Settings, batch, manifest};
use hark_sdk::prelude::*;

struct Spins;

impl Connector for Spins {
    type Settings = Settings;

    fn manifest() -> Manifest {
        manifest("spins", &["all"])
    }

    fn read(_: &Settings, _: ReadRequest) -> Result<Batch, Fault> {
        let mut number = 1_u64;
        while std::hint::black_box(number) != 0 {
            number = number.wrapping_mul(6_364_136_223_846_793_005) | 1;
        }
        Ok(batch(Vec::new()))
    }
}

hark_sdk::export!(Spins);
