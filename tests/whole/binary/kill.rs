//! Pulls the plug: the process is killed with SIGKILL at random moments while a source delivers, and
//! afterwards every item is there once.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::{Query, State};
use axum::routing::get;
use axum::{Json, Router};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

const ITEMS: u64 = 20_000;
const PAGE_ITEMS: u64 = 200;
const KILLS: usize = 50;
/// Seed of the moments; any seed must do.
const SEED: u64 = 0x004a_524b;
/// A process that has not asked for a page by then hangs.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Default)]
struct Served {
    pages: AtomicU64,
    asked: tokio::sync::Notify,
}

#[derive(serde::Deserialize)]
struct Range {
    from: u64,
    count: u64,
}

async fn page(State(served): State<Arc<Served>>, Query(range): Query<Range>) -> Json<Value> {
    served.pages.fetch_add(1, Ordering::SeqCst);
    served.asked.notify_waiters();
    let numbers = range.from..(range.from + range.count).min(ITEMS);
    let items: Vec<Value> = numbers
        .map(|n| json!({ "id": format!("n{n}"), "text": format!("item number {n} is not good"), "at": 1_700_000_000_000_u64 + n }))
        .collect();
    Json(json!({ "total": ITEMS, "items": items }))
}

fn write_config(folder: &Path, port: u16) {
    let connector = hark_kit::guest("pages");
    let text = format!(
        r#"
[source.list]
connector = {connector:?}
poll_secs = 1
zone = "social"
settings = {{ url = "http://127.0.0.1:{port}/page", page_items = {PAGE_ITEMS} }}
grant = {{ hosts = ["http://127.0.0.1:{port}"], private_addresses = ["127.0.0.1/32"] }}

[routing]
rules = "rules.toml"
"#
    );
    std::fs::write(folder.join("hark.toml"), text).unwrap();
    let rules = "[person.ann]\nzones = [\"social\"]\n[person.bob]\nzones = [\"social\"]\n\
                 [team.desk]\nmembers = [\"ann\", \"bob\"]\nassign = \"round-robin\"\n\
                 [[rule]]\nname = \"all\"\nwhen = \"item\"\nteam = \"desk\"\nnotify = [\"team:desk\"]\ngroup_wait = \"1h\"\n";
    std::fs::write(folder.join("rules.toml"), rules).unwrap();
}

fn hark(folder: &Path, args: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_hark"))
        .args(["--config", "hark.toml", "run"])
        .args(args)
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits until `pages` more pages have been asked for.
async fn wait_for_pages(served: &Served, pages: u64) {
    let wanted = served.pages.load(Ordering::SeqCst) + pages;
    loop {
        let asked = served.asked.notified();
        if served.pages.load(Ordering::SeqCst) >= wanted {
            return;
        }
        asked.await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_fifty_kills_every_item_is_there_once() {
    let served = Arc::new(Served::default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let router = Router::new().route("/page", get(page)).with_state(Arc::clone(&served));
    tokio::spawn(async move { axum::serve(listener, router).await });

    let folder = tempfile::tempdir().unwrap();
    write_config(folder.path(), port);
    let mut chance = StdRng::seed_from_u64(SEED);
    let mut stored = Vec::new();
    for kill in 0..KILLS {
        let mut process = hark(folder.path(), &["--no-web"]);
        // One page at least, so that each kill falls into the delivery; then a random moment of it.
        let asked = tokio::time::timeout(PATIENCE, wait_for_pages(&served, chance.random_range(1..=2))).await;
        if asked.is_err() {
            process.kill().unwrap();
            let said = process.wait_with_output().unwrap();
            panic!("kill {kill}: no page was asked for: {}", String::from_utf8_lossy(&said.stderr));
        }
        tokio::time::sleep(Duration::from_micros(chance.random_range(0..20_000))).await;
        process.kill().unwrap();
        process.wait().unwrap();
        stored.push(count(folder.path(), "SELECT count(*) FROM item"));
    }
    assert!(stored.is_sorted(), "what was there stays there: {stored:?}");
    assert!(stored[KILLS - 1] < ITEMS, "the kills fell into the delivery: {stored:?}");

    let last = hark(folder.path(), &["--once"]).wait_with_output().unwrap();
    assert!(last.status.success(), "{}", String::from_utf8_lossy(&last.stderr));
    let conversations = count(folder.path(), "SELECT count(*) FROM conversation");
    for (query, want) in [
        ("SELECT count(*) FROM item", ITEMS),
        ("SELECT count(DISTINCT native_id) FROM item", ITEMS),
        ("SELECT count(*) FROM item_revision", ITEMS),
        ("SELECT count(*) FROM annotation WHERE kind = 'sentiment'", ITEMS),
        ("SELECT count(*) FROM item_fts WHERE item_fts MATCH 'number'", ITEMS),
        // What routing remembers of each item is stored with it, or not at all.
        ("SELECT count(*) FROM route", ITEMS),
        ("SELECT sum(news) FROM route_group", ITEMS),
        ("SELECT count(*) FROM work", conversations),
        ("SELECT count(*) FROM work WHERE person = 'ann'", conversations.div_ceil(2)),
        ("SELECT count(*) FROM pragma_foreign_key_check", 0),
        ("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'", 0),
    ] {
        assert_eq!(count(folder.path(), query), want, "{query}");
    }
}

fn count(folder: &Path, query: &str) -> u64 {
    let database = rusqlite::Connection::open(folder.join("hark.db")).unwrap();
    let count: i64 = database.query_row(query, [], |row| row.get(0)).unwrap();
    u64::try_from(count).unwrap()
}
