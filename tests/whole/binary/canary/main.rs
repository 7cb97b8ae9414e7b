//! Marked secrets in every place that takes one, a platform that says them back, a connector that hunts for them, and
//! the built binary between the two: the marks are found nowhere but with the platform.
//!
//! Looked through: the whole memory of guests and what they found, logs at trace level, output, pages, answers to
//! deliveries, the database and every other file, a cassette, a capsule, errors. In each of them stands a word that is
//! no secret, so that a search in the wrong place fails. Not here: secrets that a platform spells in a way of its own.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod marks;
mod platform;
mod stage;

use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use marks::{KEPT, MADE, PLANT, SENT, hears, holds, leak, mark};
use platform::{Piece, Platform};
use stage::Stage;

/// Far longer than anything here takes on a busy machine; only a broken test waits for it.
const PATIENCE: Duration = Duration::from_secs(180);
const SIGABRT: i32 = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_marked_secret_is_found_nowhere() {
    let (platform, port) = Platform::start().await;
    let mut stage = Stage::new(port);
    tokio::task::block_in_place(|| commands(&mut stage));
    listens(&mut stage).await;
    stage.keep_rows();
    stage.keep_files("ended");

    the_platform_heard(&platform);
    guests_gave_all(&platform, &mut stage);
    the_search_looked(&stage);
    let leaks = stage.leaks();
    assert!(leaks.is_empty(), "{} places of {}:\n{}", leaks.len(), stage.places(), leaks.join("\n"));
}

/// Runs every command that calls a connector or shows what one gave.
fn commands(stage: &mut Stage) {
    stage.configure(r#""items", "faults""#);
    stage.hark(&["check"], 0);
    stage.hark(&["--json", "check"], 0);
    stage.hark(&["sources", "discover", "plat", "--json"], 0);
    stage.hark(&["plugin", "try", "plat", "--stream", "items"], 0);
    stage.hark(&["plugin", "try", "plat", "--stream", "items", "--json"], 0);
    stage.hark(&["plugin", "try", "plat", "--stream", "faults", "--json"], 4);
    stage.hark(&["plugin", "record", "plat", "--stream", "items", "-o", "cassette.json"], 0);
    stage.hark(&["run", "--once", "--json"], 4);
    stage.hark(&["feed", "--json"], 0);
    stage.hark(&["replay", "plat", "--accept", "--json"], 0);
    stage.hark(&["sources"], 0);

    stage.configure(r#""crashes""#);
    stage.hark(&["run", "--once", "--json"], 4);
    stage.hark(&["sources", "--json"], 0);
    stage.hark(&["sources", "capsule", "plat", "-o", "capsule.json"], 0);
    stage.hark(&["plugin", "try", "plat", "--capsule", "capsule.json", "--json"], 6);
    wrong_settings(stage);
    stage.configure(r#""items", "faults""#);
}

/// A secret where the operator put it by mistake is not said back, either.
fn wrong_settings(stage: &mut Stage) {
    let file = stage.path("hark.toml");
    let right = std::fs::read_to_string(&file).unwrap();
    let secret = toml_string(&mark("bearer"));
    for (place, instead, code) in [
        ("\"env:TEST_BEARER\"", secret.clone(), 3),
        ("\"env:TEST_BEARER\"", secret.replacen('"', "\"env:", 1), 3),
        ("\"env:TEST_BEARER\"", secret.replacen('"', "\"cmd:false ", 1), 4),
        ("\"file:secrets/key\"", secret.clone(), 3),
    ] {
        let wrong = right.replacen(place, &instead, 1);
        assert_ne!(wrong, right);
        std::fs::write(&file, wrong).unwrap();
        stage.hark(&["check", "--json"], code);
        stage.hark(&["check"], code);
    }
    std::fs::write(&file, right).unwrap();
}

fn toml_string(text: &str) -> String {
    serde_json::json!(text).to_string()
}

/// Listens, takes a delivery, shows its pages, and is killed in a way that makes others leave a dump.
async fn listens(stage: &mut Stage) {
    let mut hark = stage.start();
    let feed = hark.says("listening");
    let door = hark.says("webhooks");
    assert_eq!(hark.dump_bytes_max(), "0", "no dump is made");
    // Another test of this process may have chosen it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::new();
    let answer = client.post(format!("{door}plat")).body(format!("{PLANT} is told")).send().await.unwrap();
    stage.shows("answer to a delivery", format!("{:?}", answer.headers()).as_bytes());
    stage.shows("answer to a delivery", &answer.bytes().await.unwrap());
    stored(stage).await;
    for path in ["/", "/sources", "/api/feed", "/?q=told"] {
        let page = client.get(format!("{feed}{path}")).send().await.unwrap();
        assert!(page.status().is_success(), "{path}: {}", page.status());
        stage.shows(&format!("page {path}"), format!("{:?}", page.headers()).as_bytes());
        stage.shows(&format!("page {path}"), &page.bytes().await.unwrap());
    }
    stage.keep_files("listening");
    let (status, output, log) = hark.end("-ABRT");
    assert_eq!((status.signal(), status.core_dumped()), (Some(SIGABRT), false), "{status:?}");
    stage.shows("run, output", &output);
    stage.shows("run, log", &log);
}

/// Waits until the delivery is in the database.
async fn stored(stage: &Stage) {
    let begun = tokio::time::Instant::now();
    let mut look = tokio::time::interval(Duration::from_millis(20));
    let query = "SELECT count(*) FROM item WHERE native_id = 'delivered'";
    let db = rusqlite::Connection::open(stage.path("hark.db")).unwrap();
    db.busy_timeout(Duration::from_secs(10)).unwrap();
    while db.query_row(query, [], |row| row.get::<_, i64>(0)).unwrap() == 0 {
        assert!(begun.elapsed() < PATIENCE, "the delivery is not stored");
        look.tick().await;
    }
}

/// The secrets were at work, and the search finds them where they are.
fn the_platform_heard(platform: &Platform) {
    let heard = platform.heard();
    for name in SENT.iter().chain(&MADE) {
        assert!(hears(&heard, name), "{name} was not used");
    }
    for name in KEPT {
        assert!(!hears(&heard, name), "{name} only signs");
    }
    let mut said = leak(&heard).into_iter();
    assert!(said.next().is_some() && holds(&heard, PLANT));
}

/// Of every stream guests were called, and each has given its memory without a gap.
fn guests_gave_all(platform: &Platform, stage: &mut Stage) {
    let loot = platform.loot();
    for stream in ["items", "faults", "crashes"] {
        let mut bytes = 0;
        let mut end = 0;
        for Piece { place, bytes: piece } in loot.iter().filter(|piece| piece.place.starts_with(stream)) {
            let numbers: Vec<usize> =
                place.split(' ').skip(1).map(|number| number.parse().unwrap()).collect();
            if numbers[0] == size_of::<u64>() {
                assert_eq!(bytes, end, "{place}: the end of the guest before is missing");
                (bytes, end) = (numbers[0], numbers[1]);
            }
            assert_eq!(numbers[0], bytes, "{place}: a piece is missing");
            bytes += piece.len();
            stage.shows(&format!("memory of guest {stream}"), piece);
        }
        assert!(bytes == end && end > 1 << 20, "{stream}: {bytes} of {end} bytes");
    }
}

/// Where what the platform said came to: a mask stands where it said a secret.
const TOLD: &[&str] = &[
    "memory of guest items",
    "memory of guest faults",
    "memory of guest crashes",
    "\"check\"], output",
    "\"discover\", \"plat\", \"--json\"], output",
    "\"try\", \"plat\", \"--stream\", \"items\", \"--json\"], output",
    "\"try\", \"plat\", \"--stream\", \"faults\", \"--json\"], output",
    "\"--capsule\", \"capsule.json\", \"--json\"], output",
    "[\"run\", \"--once\", \"--json\"], log",
    "[\"feed\", \"--json\"], output",
    "file cassette.json",
    "file capsule.json",
    "ended, file hark.db",
    "table raw",
    "table capsule",
    "table item_revision",
    "page /api/feed",
    "run, log",
];
/// Where else a guest put what it had.
const GIVEN: &[&str] = &["answer to a delivery", "listening, file hark.db-wal", "page /", "page /sources"];

/// What is no secret stands in every place that was searched.
fn the_search_looked(stage: &Stage) {
    for place in TOLD.iter().chain(GIVEN) {
        assert!(holds(&stage.at(place), PLANT), "{place} was not searched");
    }
    for place in TOLD {
        assert!(holds(&stage.at(place), "was told ***"), "{place} would have held no secret");
    }
    for place in ["\"check\"], log", "[\"run\", \"--once\", \"--json\"], log", "run, log"] {
        let log = stage.at(place);
        for word in ["TRACE", "hyper", "hark_"] {
            assert!(holds(&log, word), "{place} has no {word}");
        }
    }
    assert!(holds(&stage.at("[\"check\", \"--json\"], output"), "is a bare value"));
    assert!(!stage.at("table token").is_empty(), "a renewed token is kept, sealed");
}
