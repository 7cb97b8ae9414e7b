//! The bundled connectors before their own cassettes, which were recorded from servers and doubles: none breaks
//! a law, and the laws that are about what they do are tried, not passed over.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use std::path::{Path, PathBuf};

use hark_cassette::Cassette;
use hark_certify::{Bench, LAWS, certify};
use hark_runtime::{Runtime, RuntimeOptions};

/// Laws that are not tried for one reason, and the reason.
type Group = (&'static str, &'static [&'static str]);

/// Laws that cannot be tried on a connector by what it does not do, each group with the reason that is told. A row is
/// a connector with all of its cassettes; where these are of different platforms, a connector with one of them, so
/// that a law is not taken for tried on one because it was on another.
const NOT_TRIED: &[(&str, &[Group])] = &[
    (
        "email",
        &[
            ("the connector makes no HTTP request", &["user-agent"]),
            NO_PAUSES,
            NO_LISTING,
            NO_EDITS,
            (
                "the cassette holds no read over HTTP",
                &[
                    "status-401",
                    "status-403",
                    "status-429",
                    "status-500",
                    "html-page",
                    "truncated",
                    "empty-answer",
                    "huge",
                    "hostile-text",
                    "slow",
                    "reset",
                ],
            ),
            NO_DELIVERIES,
        ],
    ),
    ("facebook", &[NO_PAUSES, NO_WIRE]),
    ("forum/discourse", &[NO_WIRE]),
    ("forum/nodebb", &[NO_LISTING, NO_EDITS, NO_WIRE, NO_DELIVERIES]),
    ("forum/phpbb", &[NO_WIRE, NO_DELIVERIES]),
    ("rss", &[NO_PAUSES, NO_WIRE, NO_DELIVERIES]),
    ("x", &[("the schema requires no setting", &["settings"]), NO_WIRE]),
];

const NO_PAUSES: Group = ("no recorded call asks for a pause", &["pauses"]);
const NO_DELIVERIES: Group = ("the cassette holds no accepted delivery", &["signature", "delivery"]);
const NO_LISTING: Group = (
    "the cassette does not say how the platform lists (`listings`)",
    &["nothing-lost", "listing-grows", "listing-shrinks"],
);
const NO_EDITS: Group =
    ("no stream of the cassette says that it sees edits and has a listing that shows them", &["edits"]);
const NO_WIRE: Group = ("the cassette holds no read over a wire", &["wire-cut", "wire-drip", "wire-garbage"]);

/// Returns the connector of a row and its cassettes.
fn row(name: &str) -> (&str, Vec<PathBuf>) {
    let (id, cassette) = name.split_once('/').map_or((name, None), |(id, cassette)| (id, Some(cassette)));
    let files = cassettes(id).into_iter();
    (id, files.filter(|file| cassette.is_none_or(|name| file.file_stem().unwrap() == name)).collect())
}

fn cassettes(id: &str) -> Vec<PathBuf> {
    let folder = Path::new("../../plugins").join(id).join("cassettes");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn every_bundled_connector_and_every_cassette_of_it_has_a_row() {
    let mut rows: Vec<PathBuf> = NOT_TRIED.iter().flat_map(|(name, _)| row(name).1).collect();
    rows.sort();
    let mut bundled: Vec<PathBuf> = hark_bundled::IDS.iter().flat_map(|id| cassettes(id)).collect();
    bundled.sort();
    assert_eq!(rows, bundled);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bundled_connectors_break_no_law() {
    let cache_dir = Some(Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled"));
    let runtime = Runtime::new(RuntimeOptions { cache_dir, ..RuntimeOptions::default() }).unwrap();
    for (name, not_tried) in NOT_TRIED {
        let (id, files) = row(name);
        let connector = runtime.load(hark_bundled::component(id).unwrap()).await.unwrap();
        let bench = |file: PathBuf| {
            let cassette = Cassette::parse(&std::fs::read_to_string(&file).unwrap()).unwrap();
            Bench::new(connector.clone(), cassette, &file.file_name().unwrap().to_string_lossy()).unwrap()
        };
        let benches: Vec<Bench> = files.into_iter().map(bench).collect();
        for law in LAWS {
            let ruling = certify(&benches, law).await;
            let why = not_tried.iter().find(|(_, laws)| laws.contains(&law.name)).map(|(why, _)| *why);
            let wanted = if why.is_some() { "not-tried" } else { "held" };
            assert_eq!((ruling.verdict, ruling.why.as_deref()), (wanted, why), "{name}: {ruling:#?}");
        }
    }
}
