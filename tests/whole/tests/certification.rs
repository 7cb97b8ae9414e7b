//! The bundled connectors before their own cassettes, which were recorded from servers and doubles: none breaks
//! a law, and the laws that are about what they do are tried, not passed over.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use std::path::{Path, PathBuf};

use hark_cassette::Cassette;
use hark_certify::{Bench, LAWS, certify};
use hark_runtime::{Runtime, RuntimeOptions};

/// Laws that are not tried for one reason, and the reason.
type Group = (&'static str, &'static [&'static str]);

/// Laws that cannot be tried on a connector by what it does not do, each group with the reason that is told.
const NOT_TRIED: &[(&str, &[Group])] = &[
    (
        "email",
        &[
            ("the connector makes no HTTP request", &["user-agent"]),
            (NO_PAUSE, &["pauses"]),
            (
                "the cassette does not say how the platform lists (`listings`)",
                &["nothing-lost", "listing-grows", "listing-shrinks"],
            ),
            (
                "no stream of the cassette says that it sees edits and has a listing that shows them",
                &["edits"],
            ),
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
            (NO_DELIVERY, &["signature", "delivery"]),
        ],
    ),
    ("facebook", &[(NO_PAUSE, &["pauses"]), NO_WIRE]),
    ("rss", &[(NO_PAUSE, &["pauses"]), NO_WIRE, (NO_DELIVERY, &["signature", "delivery"])]),
    ("x", &[("the schema requires no setting", &["settings"]), NO_WIRE]),
];

const NO_PAUSE: &str = "no recorded call asks for a pause";
const NO_DELIVERY: &str = "the cassette holds no accepted delivery";
const NO_WIRE: (&str, &[&str]) =
    ("the cassette holds no read over a wire", &["wire-cut", "wire-drip", "wire-garbage"]);

fn cassettes(id: &str) -> Vec<PathBuf> {
    let folder = Path::new("../../plugins").join(id).join("cassettes");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bundled_connectors_break_no_law() {
    let cache_dir = Some(Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled"));
    let runtime = Runtime::new(RuntimeOptions { cache_dir, ..RuntimeOptions::default() }).unwrap();
    for (id, not_tried) in NOT_TRIED {
        let connector = runtime.load(hark_bundled::component(id).unwrap()).await.unwrap();
        let bench = |file: PathBuf| {
            let cassette = Cassette::parse(&std::fs::read_to_string(&file).unwrap()).unwrap();
            Bench::new(connector.clone(), cassette, &file.file_name().unwrap().to_string_lossy()).unwrap()
        };
        let benches: Vec<Bench> = cassettes(id).into_iter().map(bench).collect();
        for law in LAWS {
            let ruling = certify(&benches, law).await;
            let why = not_tried.iter().find(|(_, laws)| laws.contains(&law.name)).map(|(why, _)| *why);
            let wanted = if why.is_some() { "not-tried" } else { "held" };
            assert_eq!((ruling.verdict, ruling.why.as_deref()), (wanted, why), "{id}: {ruling:#?}");
        }
    }
}
