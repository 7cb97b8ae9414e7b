//! Connectors that crash: counted, kept in capsules that crash again, put into quarantine, and let go by a person.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::folder::{Folder, KEY, told};

/// Crashes in a row that put a source into quarantine; one run without a page makes two, for it tries again at once.
const CRASHES: i64 = 6;

fn traps() -> Folder {
    let folder = Folder::new(9, "", "");
    folder.listen_with("traps", "streams = [\"aborts\"]", 9);
    folder
}

/// Reads once, which goes wrong; returns what was said.
fn fails(folder: &Folder) -> String {
    let output = folder.hark(&["run", "--once"]);
    assert_eq!(output.status.code(), Some(4), "{}", told(&output));
    told(&output)
}

#[test]
fn a_connector_that_crashes_again_and_again_is_not_called_until_it_is_released() {
    let folder = traps();
    let crashes = || folder.number("SELECT in_a_row FROM crashes WHERE line = 'read aborts'");
    for run in 1..=CRASHES / 2 {
        assert_eq!(folder.json(&["sources"])[0]["quarantine"], Value::Null, "before run {run}");
        assert!(fails(&folder).contains("it aborted without a word"));
        assert_eq!(crashes(), 2 * run);
    }
    let source = folder.json(&["sources"]).remove(0);
    let reason = source["quarantine"]["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("6 crashes in a row of `read aborts`: connector crashed: it aborted"),
        "{reason}"
    );
    assert_eq!(source["capsules"].as_array().unwrap().len() as i64, CRASHES);
    let said = told(&folder.hark(&["sources"]));
    assert!(said.contains("in quarantine") && said.contains("hark sources release plat"), "{said}");

    assert!(fails(&folder).contains("in quarantine until `hark sources release plat`: 6 crashes"));
    assert_eq!(crashes(), CRASHES, "it was not called");
    assert_eq!(folder.json(&["sources", "release", "plat"]), [json!({ "source": "plat", "released": true })]);
    assert_eq!(folder.json(&["sources", "release", "plat"])[0]["released"], false);
    assert!(fails(&folder).contains("it aborted"));
    assert_eq!(crashes(), 2, "it is called again");
    fails(&folder);
    assert_eq!(folder.number("SELECT count(*) FROM capsule"), 8, "the oldest go");
    let nobody = folder.hark(&["sources", "release", "nobody"]);
    assert_eq!(nobody.status.code(), Some(2), "{}", told(&nobody));
}

#[test]
fn another_build_of_the_connector_is_not_in_quarantine() {
    let folder = traps();
    for _ in 0..CRASHES / 2 {
        fails(&folder);
    }
    assert_eq!(folder.number("SELECT count(*) FROM source_quarantine"), 1);
    // Nothing else of it is another: its digest is.
    folder.listen_with("good", "streams = [\"items\"]", 9);
    folder.json(&["grant", "plat", "--yes"]);
    assert!(folder.hark(&["run", "--once"]).status.success());
    assert_eq!(folder.number("SELECT count(*) FROM source_quarantine"), 0);
}

#[test]
fn a_capsule_tells_of_the_crash_and_crashes_again() {
    let folder = traps();
    fails(&folder);
    let file = folder.path("crash.json");
    let file = file.to_str().unwrap();
    assert!(folder.hark(&["sources", "capsule", "plat", "-o", file]).status.success());
    let again = folder.hark(&["plugin", "try", "plat", "--capsule", file, "--json"]);
    assert_eq!(again.status.code(), Some(6), "{}", told(&again));
    let said: Value = serde_json::from_str(told(&again).lines().next().unwrap()).unwrap();
    assert_eq!((&said["crashes"], &said["same_build"]), (&json!(true), &json!(true)));
    assert!(said["then"].as_str().unwrap().contains("it aborted"), "{said}");
    assert!(said["backtrace"].as_str().unwrap().contains("abort"), "{said}");
    assert_eq!(said["limits"]["memory_mib"], 64);
    assert!(said["spent"]["memory_bytes"].as_u64().unwrap() > 0, "{said}");
    let guest = hark_kit::guest("good");
    let other = folder.hark(&["plugin", "try", guest.to_str().unwrap(), "--capsule", file]);
    assert!(told(&other).contains("recorded with connector traps"), "{}", told(&other));
    let none = folder.hark(&["sources", "capsule", "plat", "4711"]);
    assert_eq!(none.status.code(), Some(2), "{}", told(&none));
}

#[test]
fn what_a_call_takes_of_its_limits_is_shown() {
    let folder = Folder::new(9, "", "");
    folder.listen_with("good", "streams = [\"items\"]\nlimits = { memory_mib = 8 }", 9);
    assert!(folder.hark(&["run", "--once"]).status.success());
    let source = folder.json(&["sources"]).remove(0);
    let calls = source["calls"].as_array().unwrap();
    let names: Vec<&str> = calls.iter().map(|call| call["resource"].as_str().unwrap()).collect();
    assert_eq!(names, ["bytes", "computing", "memory", "requests", "time"]);
    let memory = &calls[2];
    assert_eq!(memory["limit"], 8 << 20);
    let (peak, percent) = (memory["peak"].as_u64().unwrap(), memory["peak_percent"].as_u64().unwrap());
    assert_eq!(percent, (peak * 100).div_ceil(8 << 20));
    assert!((1..=100).contains(&percent), "{memory}");
    let text = told(&folder.hark(&["sources"]));
    assert!(text.contains(&format!("{percent} % of memory")), "{text}");
}

/// Answers with a page that shows what it was sent, or as it should.
async fn posts(State(is_well): State<Arc<AtomicBool>>, headers: HeaderMap) -> Response {
    if is_well.load(Ordering::SeqCst) {
        let post = json!({ "id": "1", "seq": 1, "text": "said", "at": 1_790_000_000_000_i64 });
        return Json(json!({ "posts": [post], "next": null })).into_response();
    }
    let token = headers["authorization"].to_str().unwrap();
    Html(format!("<p>no posts for {token}</p>")).into_response()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_capsule_holds_no_secret_and_a_release_is_heard_while_it_runs() {
    let is_well = Arc::new(AtomicBool::new(false));
    let router = Router::new().route("/posts", get(posts)).with_state(Arc::clone(&is_well));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let folder = Folder::new(port, "", "");
    let table = format!(
        r#"settings = {{ url = "http://127.0.0.1:{port}", list = "posts", fault = "panics-on-html" }}
credentials = {{ token = "env:TEST_HOOK_KEY", hook = "env:TEST_HOOK_KEY" }}"#
    );
    folder.listen_with("faulty", &table, port);
    let folder = Arc::new(folder);
    let runs = Arc::clone(&folder);
    // The runs block, and the platform must go on.
    let once = tokio::task::spawn_blocking(move || {
        (0..CRASHES / 2).for_each(|_| assert!(fails(&runs).contains("connector panicked")));
    });
    once.await.unwrap();
    let file = folder.path("crash.json");
    let file = file.to_str().unwrap();
    assert!(folder.hark(&["sources", "capsule", "plat", "--output", file]).status.success());
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains("no posts for") && !text.contains(KEY), "{text}");
    // The platform is not asked: what it said is in the capsule.
    is_well.store(true, Ordering::SeqCst);
    let again = folder.hark(&["plugin", "try", "plat", "--capsule", file]);
    assert_eq!(again.status.code(), Some(6), "{}", told(&again));
    assert!(told(&again).contains("connector panicked"), "{}", told(&again));

    let mut hark = folder.start(&["run", "--json"]);
    // It knows of the quarantine by now.
    hark.door();
    assert_eq!(folder.json(&["sources", "release", "plat"])[0]["released"], true);
    folder.becomes("SELECT count(*) FROM item", 1).await;
}
