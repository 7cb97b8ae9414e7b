//! What a newcomer does first: `hark demo`, a page with a feed, new items that appear by themselves,
//! and Ctrl-C.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod started_demo;

use std::collections::HashSet;
use std::io::Read;
use std::process::Command;

use serde_json::Value;

use started_demo::{Demo, PATIENCE};

const SOURCES: [&str; 6] = ["support-mail", "blog", "comments", "x", "facebook", "forum"];

async fn items(client: &reqwest::Client, demo: &Demo, query: &str) -> Vec<Value> {
    let answer: Value =
        client.get(format!("{}/api/feed?{query}", demo.address)).send().await.unwrap().json().await.unwrap();
    answer["items"].as_array().unwrap().clone()
}

/// How many items the page finds.
async fn total(client: &reqwest::Client, demo: &Demo, filter: &str) -> u64 {
    let mut address = reqwest::Url::parse(&format!("{}/api/feed", demo.address)).unwrap();
    address.query_pairs_mut().append_pair("q", filter);
    let answer: Value = client.get(address).send().await.unwrap().json().await.unwrap();
    answer["total"].as_u64().unwrap()
}

/// How many items the command finds.
fn counted(demo: &Demo, filter: &str) -> u64 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hark"));
    let done = command.args(["--config", &demo.config, "feed", "--count", filter]).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    String::from_utf8(done.stdout).unwrap().trim().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_shows_a_feed_that_goes_on_by_itself() {
    // The only failure is that a provider is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::new();
    let mut demo = Demo::start();

    let everything = async {
        for source in SOURCES {
            while items(&client, &demo, &format!("source={source}")).await.is_empty() {}
        }
    };
    tokio::time::timeout(PATIENCE, everything).await.expect("every source is read");
    let mail = items(&client, &demo, "source=support-mail").await;
    assert!(mail.iter().any(|item| item["sentiment"]["label"] == "negative"), "{mail:?}");

    let page = client.get(&demo.address).send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert!(page.text().await.unwrap().contains("support-mail"));

    let mut live = client.get(format!("{}/live", demo.address)).send().await.unwrap();
    let appears = async {
        let mut heard = String::new();
        while !heard.contains("data:") || !heard.contains("article") {
            heard.push_str(&String::from_utf8_lossy(
                &live.chunk().await.unwrap().expect("the stream goes on"),
            ));
        }
    };
    tokio::time::timeout(PATIENCE, appears).await.expect("a new item appears by itself");
    drop(live);

    let changes = async {
        // The script edits a post of the forum and takes one back; later somebody thinks better of it now and then.
        let mut seen = HashSet::new();
        let (mut is_edited, mut is_gone) = (false, false);
        while !is_edited || !is_gone {
            let posts = items(&client, &demo, "source=forum&limit=200").await;
            let ids: HashSet<_> = posts.iter().map(|item| item["id"].as_i64()).collect();
            is_edited |= posts.iter().any(|item| item["edited_at"].is_i64());
            is_gone |= !seen.is_subset(&ids);
            seen.extend(ids);
        }
    };
    tokio::time::timeout(PATIENCE, changes).await.expect("an edit is marked, and what is taken back is gone");

    let feed = Command::new(env!("CARGO_BIN_EXE_hark"))
        .args(["--config", &demo.config, "feed", "--json", "--limit", "5"])
        .output();
    let feed = String::from_utf8(feed.unwrap().stdout).unwrap();
    assert_eq!(feed.lines().filter(|line| serde_json::from_str::<Value>(line).is_ok()).count(), 5, "{feed}");

    for filter in [
        "zone:social (battery or restart*)",
        "author:*@acme-widgets.example or has:report",
        "is:reply -sentiment:negative lang:en",
    ] {
        // The demo goes on meanwhile: both are asked until no item came in between.
        let agree = async { while total(&client, &demo, filter).await != counted(&demo, filter) {} };
        tokio::time::timeout(PATIENCE, agree)
            .await
            .unwrap_or_else(|_| panic!("{filter}: page and command agree"));
        assert!(counted(&demo, filter) > 0, "{filter} finds something");
    }

    let interrupted = Command::new("kill").args(["-INT", &demo.process.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    let ended = demo.process.wait().unwrap();
    assert!(ended.success(), "Ctrl-C is a clean end: {ended}");
    assert!(!std::path::Path::new(&demo.config).exists(), "the temporary folder went with the demo");
    let mut rest = String::new();
    demo.process.stdout.take().map_or(Ok(0), |mut out| out.read_to_string(&mut rest)).unwrap();
}
