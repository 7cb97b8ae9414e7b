//! Faults of a connector over a wire. The cassette is written here: a server of three lines.

use std::collections::BTreeMap;

use hark_cassette::{Answer, Ask, Blob, Call, Cassette, Exchange, Read, VERSION, WireSession, WireStep};
use hark_kit::guest_bytes;
use serde_json::json;

use crate::{judged, load};

/// A fault of the connector, and the law that must find it.
pub const FAULTS: &[(&str, &str)] = &[
    ("cut-is-the-end", "wire-cut"),
    ("one-read-is-all", "wire-drip"),
    ("trusts-the-server", "wire-garbage"),
];

const LINES: &str = "LINES 3 7\n2 5\nfirst6 7\nsec\nond7 5\nthird";

fn call(cursor: Option<&str>, said: &str, heard: &str) -> Call {
    let read = Read {
        stream: "lines".to_owned(),
        mode: "incremental".to_owned(),
        target: None,
        cursor: cursor.map(Blob::from),
        continuation: None,
        since: None,
        until: None,
        ids: Vec::new(),
        max_events: 20,
        max_requests: 5,
    };
    let steps = vec![WireStep::Sent(Blob::from(said)), WireStep::Received(Blob::from(heard))];
    let session = WireSession { endpoint: "tls://lines.example:7000".to_owned(), steps };
    let answer = Answer { cursor: Some(Blob::from("{\"v\":1,\"at\":7}")), ..Answer::default() };
    Call { ask: Ask::Read(read), at: 1_784_884_400_000, exchanges: vec![Exchange::Wire(session)], answer }
}

fn cassette(fault: &str) -> Cassette {
    let settings = json!({ "server": "lines.example:7000", "fault": fault });
    Cassette {
        cassette: VERSION,
        connector: "faulty-wire".to_owned(),
        connector_version: "1.0.0".to_owned(),
        note: String::new(),
        settings: settings.as_object().unwrap().clone(),
        credentials: BTreeMap::new(),
        listings: Vec::new(),
        calls: vec![
            call(None, "SINCE 0\n", LINES),
            call(Some("{\"v\":1,\"at\":7}"), "SINCE 7\n", "LINES 0 7\n"),
        ],
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_of_a_wire_is_found_by_its_law() {
    let connector = load(&guest_bytes("faulty_wire")).await;
    for (fault, law) in FAULTS {
        let ruling = judged(&connector, cassette(""), law).await;
        assert_eq!(ruling.verdict, "held", "without a fault: {ruling:#?}");
        let ruling = judged(&connector, cassette(fault), law).await;
        assert!(ruling.is_broken(), "{fault} by {law}: {ruling:#?}");
    }
}
