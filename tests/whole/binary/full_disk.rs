//! A disk that fills up while a source delivers, and has room again later: it is said, nothing is lost or doubled.
//!
//! The disk is a small one in memory, in a namespace of its own. Where the system gives none the test is ignored and
//! says so; with `CI=true` it fails.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use std::path::Path;
use std::process::{Command, ExitCode, Output};

use axum::extract::Query;
use axum::routing::get;
use axum::{Json, Router};
use hark_kit::needs;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

/// Items that do not find room on the small disk, and do on the larger.
const ITEMS: u64 = 400;
const PAGE_ITEMS: u64 = 20;
const WORDS_EACH: usize = 2_500;

/// What is done on the disk: listen until it is full, look, make room, listen again, look.
const STORY: &str = r#"
mount -t tmpfs -o size=3m none disk
code=0; "$HARK" run --once >said 2>&1 || code=$?
df disk
echo "full: exit $code"
code=0; "$HARK" feed >feed 2>&1 || code=$?
echo "feed: exit $code"
mount -o remount,size=128m disk
"$HARK" feed --json --limit 500 >before
code=0; "$HARK" run --once >said-later 2>&1 || code=$?
echo "room: exit $code"
"$HARK" feed --json --limit 500 >after
"#;

fn main() -> ExitCode {
    let trials: [(&'static str, fn()); 1] = [("a_full_disk_loses_nothing", a_full_disk_loses_nothing)];
    needs::run(namespaces().err(), trials)
}

fn story(folder: &Path, script: &str) -> std::io::Result<Output> {
    Command::new("unshare")
        .args(["--mount", "--map-root-user", "sh", "-euc", script])
        .env("HARK", env!("CARGO_BIN_EXE_hark"))
        .current_dir(folder)
        .output()
}

/// Returns nothing, or why there is no small disk to be had.
fn namespaces() -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let tried = story(folder.path(), "mkdir disk && mount -t tmpfs -o size=1m none disk");
    match tried {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!(
            "no small disk can be mounted in a namespace: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        )),
        Err(error) => Err(format!("unshare is not installed (Debian: apt-get install util-linux): {error}")),
    }
}

#[derive(serde::Deserialize)]
struct Range {
    from: u64,
    count: u64,
}

/// Words that no compression makes small.
fn words(number: u64) -> String {
    let mut chance = StdRng::seed_from_u64(number);
    (0..WORDS_EACH).map(|_| format!("{:x} ", chance.random::<u32>())).collect()
}

async fn page(Query(range): Query<Range>) -> Json<Value> {
    let numbers = range.from..(range.from + range.count).min(ITEMS);
    let items: Vec<Value> = numbers
        .map(|n| json!({ "id": format!("n{n}"), "text": words(n), "at": 1_700_000_000_000_u64 + n }))
        .collect();
    Json(json!({ "total": ITEMS, "items": items }))
}

fn config(port: u16) -> String {
    format!(
        r#"
data = "disk/hark.db"
cache = {cache:?}

[source.list]
connector = {connector:?}
zone = "social"
settings = {{ url = "http://127.0.0.1:{port}/page", page_items = {PAGE_ITEMS} }}
grant = {{ hosts = ["http://127.0.0.1:{port}"], private_addresses = ["127.0.0.1/32"] }}
"#,
        cache = concat!(env!("CARGO_TARGET_TMPDIR"), "/compiled"),
        connector = hark_kit::guest("pages"),
    )
}

/// Returns the words that `hark feed --json` printed, sorted.
fn ids(folder: &Path, name: &str) -> Vec<String> {
    let lines = std::fs::read_to_string(folder.join(name)).unwrap();
    let text_of = |line: &str| serde_json::from_str::<Value>(line).unwrap()["text"].to_string();
    let mut ids: Vec<_> = lines.lines().map(text_of).collect();
    ids.sort();
    ids
}

fn a_full_disk_loses_nothing() {
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = threads.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let port = listener.local_addr().unwrap().port();
    threads.spawn(async move { axum::serve(listener, Router::new().route("/page", get(page))).await });

    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("disk")).unwrap();
    std::fs::write(folder.path().join("hark.toml"), config(port)).unwrap();
    let output = story(folder.path(), STORY).unwrap();
    let told =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let said = std::fs::read_to_string(folder.path().join("said")).unwrap();
    assert!(output.status.success(), "{told}\n{said}");

    assert!(told.contains("full: exit 5"), "{told}\n{said}");
    assert!(told.contains("feed: exit 0"), "what is there can be read: {told}");
    assert!(said.contains("full") && !said.contains("panicked"), "{said}");
    let (before, after) = (ids(folder.path(), "before"), ids(folder.path(), "after"));
    assert!(!before.is_empty() && before.len() < after.len(), "{} then {}", before.len(), after.len());
    let later = std::fs::read_to_string(folder.path().join("said-later")).unwrap();
    assert!(told.contains("room: exit 0"), "{told}\n{later}");
    let mut once = after.clone();
    once.dedup();
    assert_eq!((after.len() as u64, once.len() as u64), (ITEMS, ITEMS));
    assert!(before.iter().all(|id| once.binary_search(id).is_ok()), "what was there stays there");
}
