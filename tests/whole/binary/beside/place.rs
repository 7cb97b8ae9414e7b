//! A long live run of a list that pages newest first: trouble on its way costs it one call, not its place.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::folder::Folder;

const POSTS: usize = 30;
/// Posts of a page, as the guest asks for them.
const PAGE: usize = 3;
/// The page that fails, twice: the second one of its call.
const FAILS_AT: usize = 15;
const FAILURES: usize = 2;

/// Where each page that was asked for begins.
type Asked = Arc<Mutex<Vec<usize>>>;

async fn posts(State(asked): State<Asked>, Query(query): Query<HashMap<String, String>>) -> Response {
    let from: usize = query.get("page").map_or(0, |page| page.parse().unwrap());
    let mut asked = asked.lock().unwrap();
    asked.push(from);
    if from == FAILS_AT && asked.iter().filter(|page| **page == FAILS_AT).count() <= FAILURES {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let post = |n: usize| {
        let seq = POSTS - n;
        json!({ "id": seq.to_string(), "seq": seq, "text": "said", "at": 1_790_000_000_000_i64 + seq as i64 })
    };
    let page: Vec<Value> = (from..POSTS.min(from + PAGE)).map(post).collect();
    let next = (from + PAGE < POSTS).then(|| (from + PAGE).to_string());
    Json(json!({ "posts": page, "next": next })).into_response()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_live_run_keeps_its_place_through_passing_trouble() {
    let asked = Asked::default();
    let router = Router::new().route("/posts", get(posts)).with_state(Arc::clone(&asked));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let folder = Folder::new(port, "", "");
    // The guest that pages newest first: a cursor comes at the end of a run only. Two pages a call.
    folder.listen_with(
        "faulty",
        &format!(
            r#"limits = {{ requests = 2 }}
settings = {{ url = "http://127.0.0.1:{port}", list = "posts" }}
credentials = {{ token = "env:TEST_HOOK_KEY", hook = "env:TEST_HOOK_KEY" }}"#
        ),
        port,
    );
    let _hark = folder.start(&["run", "--json"]);
    folder.becomes("SELECT count(*) FROM item", POSTS as i64).await;
    folder.becomes("SELECT count(*) FROM checkpoint WHERE state = 'ok' AND cursor IS NOT NULL", 1).await;
    let again = [12, FAILS_AT].repeat(FAILURES);
    let want: Vec<usize> = [0, 3, 6, 9].into_iter().chain(again).chain([12, 15, 18, 21, 24, 27]).collect();
    assert_eq!(*asked.lock().unwrap(), want);
    assert_eq!(folder.number("SELECT fault_count FROM checkpoint"), 0);
}
