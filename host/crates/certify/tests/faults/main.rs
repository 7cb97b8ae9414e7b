//! Seeded faults: for each law a connector, a manifest or a cassette that breaks it, found by the law's name.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod always;
mod http;
mod wire;

use std::collections::BTreeSet;
use std::path::Path;

use hark_cassette::Cassette;
use hark_certify::{Bench, LAWS, Ruling, certify};
use hark_runtime::{Connector, Runtime, RuntimeOptions};

async fn load(component: &[u8]) -> Connector {
    let cache_dir = Some(Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled-faulty"));
    let runtime = Runtime::new(RuntimeOptions { cache_dir, ..RuntimeOptions::default() }).unwrap();
    runtime.load(component).await.unwrap()
}

async fn judged(connector: &Connector, cassette: Cassette, law: &str) -> Ruling {
    let bench = Bench::new(connector.clone(), cassette, "sample").unwrap();
    let law = LAWS.iter().find(|known| known.name == law).unwrap_or_else(|| panic!("no law {law}"));
    certify(&[bench], law).await
}

#[test]
fn every_law_is_shown_to_fail() {
    let faults = [http::FAULTS, wire::FAULTS].concat();
    let broken: BTreeSet<&str> = faults
        .iter()
        .map(|(_, law)| *law)
        .chain(always::BROKEN.iter().copied())
        .chain(["manifest"])
        .collect();
    let laws: BTreeSet<&str> = LAWS.iter().map(|law| law.name).collect();
    assert_eq!(broken, laws);
}

#[test]
fn the_laws_that_people_read_are_the_laws() {
    let page = std::fs::read_to_string("../../../sdk/CERTIFICATION.md").unwrap();
    assert!(
        page.contains(&hark_certify::rules_text()),
        "sdk/CERTIFICATION.md should hold:\n{}",
        hark_certify::rules_text()
    );
}
