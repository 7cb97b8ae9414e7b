//! Certificates: components in Python and JavaScript before their cassettes, under every law.
//!
//! Holds: no law is broken, and those that are not tried are named here, with the reason.

use std::fs;
use std::path::Path;

use hark_cassette::Cassette;
use hark_certify::{Bench, LAWS, Ruling, certify};
use hark_runtime::{Runtime, RuntimeOptions};

/// Laws about deliveries, of a platform that sends none.
pub const WITHOUT_WEBHOOKS: &[&str] = &["signature", "delivery"];
/// Laws about wires, of a connector that speaks HTTP only.
pub const WITHOUT_WIRE: &[&str] = &["wire-cut", "wire-drip", "wire-garbage"];

/// Tries every law on `name.wasm` with the cassettes of `folder`; those of `not_tried` cannot be.
pub fn run(folder: &Path, name: &str, not_tried: &[&[&str]]) {
    let work = async {
        let options =
            RuntimeOptions { cache_dir: Some(folder.join(".hark-cache")), ..RuntimeOptions::default() };
        let component = fs::read(folder.join(format!("{name}.wasm"))).unwrap();
        let connector = Runtime::new(options).unwrap().load(&component).await.unwrap();
        let mut benches = Vec::new();
        for entry in fs::read_dir(folder.join("cassettes")).unwrap().map(Result::unwrap) {
            let cassette = Cassette::parse(&fs::read_to_string(entry.path()).unwrap()).unwrap();
            benches
                .push(Bench::new(connector.clone(), cassette, &entry.file_name().to_string_lossy()).unwrap());
        }
        assert!(!benches.is_empty(), "{name} has cassettes");
        let mut rulings: Vec<Ruling> = Vec::new();
        for law in LAWS {
            rulings.push(certify(&benches, law).await);
        }
        rulings
    };
    let tasks = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for ruling in tasks.block_on(work) {
        let wanted = match not_tried.iter().any(|laws| laws.contains(&ruling.law)) {
            true => "not-tried",
            false => "held",
        };
        assert_eq!(ruling.verdict, wanted, "{name}: {ruling:#?}");
    }
}
