//! A platform that asks for a pause in the middle of a run.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::folder::Folder;

const PAUSE: Duration = Duration::from_millis(1_500);

/// When the list was asked for.
type Asked = Arc<Mutex<Vec<Instant>>>;

async fn list(State(asked): State<Asked>) -> Json<Value> {
    let number = {
        let mut asked = asked.lock().unwrap();
        asked.push(Instant::now());
        asked.len()
    };
    let post = json!({ "id": number.to_string(), "text": "said", "at": 1_790_000_000_000_i64 });
    let pause_ms = (number == 1).then_some(PAUSE.as_millis());
    Json(json!({ "total": 2, "items": [post], "pause_ms": pause_ms }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_goes_on_when_the_platform_allows_it_and_not_before() {
    let asked = Asked::default();
    let router = Router::new().route("/", get(list)).with_state(Arc::clone(&asked));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let folder = Folder::new(port, "", "");
    let settings = format!(r#"settings = {{ url = "http://127.0.0.1:{port}", page_items = 1 }}"#);
    folder.listen_with("pages", &settings, port);

    let mut hark = folder.start(&["run", "--json"]);
    // The next poll is ten minutes away, so what comes is the rest of the first.
    folder.becomes("SELECT count(*) FROM item", 2).await;
    hark.signal("-INT");
    assert!(hark.process.wait().unwrap().success());
    let asked = asked.lock().unwrap();
    let (requests, pause) = (asked.len(), asked[1] - asked[0]);
    assert_eq!(requests, 2, "a page is asked for once");
    assert!(pause >= PAUSE, "the second page was asked for after {pause:?}");
}
