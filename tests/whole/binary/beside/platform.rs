//! The platform that the guest `platform` listens to: pages, look-ups, targets and replies, played over HTTP.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

const PAGE: usize = 50;

/// What there is on the platform, and what was asked of it.
#[derive(Default)]
pub struct World {
    /// By target, oldest first; "" is the platform itself.
    pub new: BTreeMap<String, Vec<Value>>,
    pub old: Vec<Value>,
    /// What a look-up says of an id; `null` of what is gone.
    pub look: HashMap<String, Value>,
    /// Paths that were asked for, each with its query.
    pub asked: Vec<(String, HashMap<String, String>)>,
    /// One request in so many of `/old` fails; 0 means none.
    pub fails_one_in: usize,
    pub replies: HashMap<String, String>,
    /// What the next replies are answered with, once each, before all is well.
    pub reply_status: Vec<u16>,
}

pub type Shared = Arc<Mutex<World>>;

pub async fn start(world: World) -> (Shared, u16) {
    let world = Arc::new(Mutex::new(world));
    let router = Router::new()
        .route("/new", get(page))
        .route("/old", get(old))
        .route("/look", get(look))
        .route("/targets", get(|| async { Json(json!(["general", "random"])) }))
        .route("/reply", post(reply))
        .with_state(Arc::clone(&world));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (world, port)
}

pub fn item(id: &str, text: &str, at: i64) -> Value {
    json!({ "id": id, "text": text, "at": at })
}

type Asked = Query<HashMap<String, String>>;

fn slice(items: &[Value], from: usize) -> Json<Value> {
    let end = (from + PAGE).min(items.len());
    Json(json!({ "items": items.get(from..end).unwrap_or_default(), "next": end, "more": end < items.len() }))
}

async fn page(State(world): State<Shared>, Query(asked): Asked) -> Json<Value> {
    let mut world = world.lock().unwrap();
    let items = world.new.get(&asked["target"]).cloned().unwrap_or_default();
    let page = slice(&items, asked["from"].parse().unwrap());
    world.asked.push(("/new".into(), asked));
    page
}

async fn old(State(world): State<Shared>, Query(asked): Asked) -> axum::response::Response {
    let mut world = world.lock().unwrap();
    let count = world.asked.iter().filter(|(path, _)| path == "/old").count() + 1;
    let fails = world.fails_one_in > 0 && count % world.fails_one_in == 0;
    let page = slice(&world.old, asked["from"].parse().unwrap());
    world.asked.push(("/old".into(), asked));
    if fails { StatusCode::BAD_GATEWAY.into_response() } else { page.into_response() }
}

async fn look(State(world): State<Shared>, Query(asked): Asked) -> Json<Value> {
    let mut world = world.lock().unwrap();
    let (mut items, mut gone) = (Vec::new(), Vec::new());
    for id in asked["ids"].split(',') {
        match world.look.get(id) {
            Some(Value::Null) => gone.push(id.to_owned()),
            Some(item) => items.push(item.clone()),
            None => {}
        }
    }
    world.asked.push(("/look".into(), asked));
    Json(json!({ "items": items, "gone": gone }))
}

async fn reply(
    State(world): State<Shared>,
    headers: HeaderMap,
    Json(said): Json<Value>,
) -> axum::response::Response {
    let mut world = world.lock().unwrap();
    let text = said["text"].as_str().unwrap().to_owned();
    let key = headers["x-key"].to_str().unwrap().to_owned();
    let trouble = world.reply_status.pop();
    if trouble == Some(403) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let again = world.replies.insert(key, text.clone()).is_some();
    let id = format!("answer-{}", world.replies.len());
    match trouble.and_then(|status| StatusCode::from_u16(status).ok()) {
        // It was said, and nobody hears of it.
        Some(status) => status.into_response(),
        None => {
            let status = if again { StatusCode::ALREADY_REPORTED } else { StatusCode::OK };
            (status, Json(item(&id, &text, 1_790_000_000_000))).into_response()
        }
    }
}
