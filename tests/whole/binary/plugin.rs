//! What an integrator does first: a new connector, built, inspected, and tried against a server.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use std::path::Path;
use std::process::{Command, Output};

use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

fn hark(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hark"))
        .args(args)
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/new-connector"))
        .output()
        .unwrap()
}

#[track_caller]
fn succeeds(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_connector_builds_and_reads_at_once() {
    let posts =
        || async { Json(json!([{ "id": "p1", "text": "The lamp is red.", "at": 1_784_884_365_000_u64 }])) };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/posts.json", get(posts))).await });

    let folder = tempfile::tempdir().unwrap();
    succeeds(&hark(folder.path(), &["plugin", "new", "my-forum"]));
    let again = hark(folder.path(), &["plugin", "new", "my-forum"]);
    assert_eq!(again.status.code(), Some(2), "what is there is not written over");

    let connector = folder.path().join("my-forum");
    let built: Value =
        serde_json::from_str(&succeeds(&hark(folder.path(), &["--json", "plugin", "build", "my-forum"])))
            .unwrap();
    assert_eq!((&built["id"], built["sha256"].as_str().map(str::len)), (&json!("my-forum"), Some(64)));
    assert!(connector.join("my-forum.wasm").is_file());

    let config = std::fs::read_to_string(connector.join("hark.toml")).unwrap();
    let inspected = succeeds(&hark(&connector, &["plugin", "inspect", "my-forum.wasm"]));
    assert!(inspected.contains("granted") && inspected.contains("hark:connector/http"), "{inspected}");
    assert!(inspected.contains("\n  contract     0.1.0 (this host serves 0.1.0)\n"), "{inspected}");
    assert_eq!((&built["contract"], &built["contracts_served"]), (&json!("0.1.0"), &json!(["0.1.0"])));
    let version = succeeds(&hark(folder.path(), &["--version"]));
    assert!(version.ends_with("\nserves connectors built for hark:connector 0.1.0\n"), "{version}");
    let config = config.replace("http://127.0.0.1:7071", &server);
    std::fs::write(connector.join("hark.toml"), config).unwrap();
    let tried = succeeds(&hark(&connector, &["--json", "plugin", "try", "my-forum"]));
    let events: Vec<Value> = tried.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&events[0]["event"], &events[0]["text"]), (&json!("item"), &json!("The lamp is red.")));
    assert!(!connector.join("hark.db").exists(), "nothing was stored");

    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["test", "--quiet"]).current_dir(&connector);
    let tested = cargo
        .env("CARGO_TARGET_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/new-connector"))
        .output()
        .unwrap();
    assert!(succeeds(&tested).contains("2 passed"), "it passes its own tests");
    certified(&connector);
}

/// Recorded, certified, and refused once the recording says something else.
fn certified(connector: &Path) {
    let file = connector.join("cassettes/posts.json");
    succeeds(&hark(connector, &["plugin", "record", "my-forum", "-o", "cassettes/posts.json"]));
    let table = succeeds(&hark(connector, &["plugin", "test", "my-forum.wasm", "--report", "report.json"]));
    assert!(table.contains("replay             held") && !table.contains('\u{1b}'), "{table}");
    let report: Value =
        serde_json::from_slice(&std::fs::read(connector.join("report.json")).unwrap()).unwrap();
    let laws = report["laws"].as_array().unwrap();
    assert!(report["passed"] == true && laws.len() > 40, "{report}");
    assert!(laws.iter().all(|law| law["verdict"] != "not-tried" || law["why"].is_string()), "{report}");

    let cassette = std::fs::read_to_string(&file).unwrap();
    let other = cassette.replace("\"text\": \"The lamp is red.\"", "\"text\": \"The lamp is green.\"");
    assert_ne!(cassette, other);
    for (text, args, code, wanted) in [
        (&other, &["--only", "replay"][..], 6, "breaks replay"),
        (&cassette, &["--only", "repaly"], 2, "there is no law `repaly`"),
        (&cassette.replacen("\"cassette\": 1", "\"cassette\": 9", 1), &[], 2, "version 9"),
        (&cassette.replace("\"connector\": \"my-forum\"", "\"connector\": \"rss\""), &[], 2, "connector rss"),
    ] {
        std::fs::write(&file, text).unwrap();
        let output = hark(connector, &[&["plugin", "test", "my-forum.wasm"], args].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}{}", String::from_utf8_lossy(&output.stdout));
        assert!(said.contains(wanted), "{said}");
    }
}
