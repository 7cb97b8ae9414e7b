//! Faults that no setting can choose: of exports that get none.

use std::collections::BTreeMap;

use hark_cassette::{Cassette, VERSION};
use hark_kit::guest_bytes;
use serde_json::Map;

use crate::{judged, load};

/// Laws that the connector breaks whatever it is asked.
pub const BROKEN: &[&str] = &["describe-pure", "migrate-cursor"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_setting_chooses_is_found() {
    let connector = load(&guest_bytes("faulty_always")).await;
    let cassette = Cassette {
        cassette: VERSION,
        connector: "faulty-always".to_owned(),
        connector_version: "1.0.0".to_owned(),
        note: String::new(),
        settings: Map::new(),
        credentials: BTreeMap::new(),
        listings: Vec::new(),
        calls: Vec::new(),
    };
    for law in BROKEN {
        let ruling = judged(&connector, cassette.clone(), law).await;
        assert!(ruling.is_broken(), "{ruling:#?}");
    }
}
