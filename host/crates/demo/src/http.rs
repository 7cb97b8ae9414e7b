//! The feeds and their pages over HTTP on loopback.
//!
//! Holds: a feed that has not changed is answered with 304 and no body. Not here: how a feed is made.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use hark_lifecycle::Shutdown;
use tokio::net::TcpListener;

use crate::feeds;
use crate::stage::{Board, Entry, Stage, escape};

/// Serves until ordered to stop.
pub(crate) async fn serve(listener: TcpListener, stage: Arc<Stage>, shutdown: Shutdown) {
    let order = async move { shutdown.ordered().await };
    // The library starts a task for each connection; all of them end with this call.
    if let Err(error) = axum::serve(listener, router(stage)).with_graceful_shutdown(order).await {
        tracing::warn!(%error, "the demo's feeds are no longer served");
    }
}

fn router(stage: Arc<Stage>) -> Router {
    Router::new()
        .route("/blog.rss", get(blog))
        .route("/comments.atom", get(comments))
        .route("/blog/{key}", get(blog_page))
        .with_state(stage)
}

async fn blog(State(stage): State<Arc<Stage>>, headers: HeaderMap) -> Response {
    let boards = stage.boards();
    // The number of comments stands in the feed, so a new comment changes it.
    let changed_at_ms = boards.blog.changed_at_ms.max(boards.comments.changed_at_ms);
    let feed = feeds::blog(&boards, stage.origin());
    drop(boards);
    conditional(&headers, "application/rss+xml; charset=utf-8", changed_at_ms, feed)
}

async fn comments(State(stage): State<Arc<Stage>>, headers: HeaderMap) -> Response {
    let boards = stage.boards();
    let changed_at_ms = boards.comments.changed_at_ms;
    let feed = feeds::comments(&boards.comments, stage.origin());
    drop(boards);
    conditional(&headers, "application/atom+xml; charset=utf-8", changed_at_ms, feed)
}

/// Answers 304 when the client already has `body`, by its tag or else by its date.
fn conditional(headers: &HeaderMap, media_type: &str, changed_at_ms: i64, body: String) -> Response {
    let etag = format!("\"{:016x}\"", fnv(body.as_bytes()));
    let changed = feeds::http_date(changed_at_ms);
    let sent = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let fresh = match (sent(header::IF_NONE_MATCH), sent(header::IF_MODIFIED_SINCE)) {
        (Some(tags), _) => tags
            .split(',')
            .map(|tag| tag.trim().trim_start_matches("W/"))
            .any(|tag| tag == etag || tag == "*"),
        (None, Some(date)) => date == changed,
        (None, None) => false,
    };
    let marks = [(header::ETAG, etag), (header::LAST_MODIFIED, changed)];
    if fresh {
        return (StatusCode::NOT_MODIFIED, marks).into_response();
    }
    let kind =
        [(header::CONTENT_TYPE, media_type.to_owned()), (header::CACHE_CONTROL, "no-cache".to_owned())];
    (marks, kind, body).into_response()
}

/// FNV-1a: a tag has to differ when the bytes do, and nobody is to be kept from forging it.
fn fnv(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

async fn blog_page(State(stage): State<Arc<Stage>>, Path(key): Path<String>) -> Response {
    let boards = stage.boards();
    page(boards.blog.find(&key), &boards.comments)
}

/// Shows one thread, so that a link out of the feed leads somewhere.
fn page(entry: Option<&Entry>, answers: &Board) -> Response {
    let Some(entry) = entry else {
        return (StatusCode::NOT_FOUND, Html("<!doctype html><title>Gone</title><p>Nothing here.</p>"))
            .into_response();
    };
    let article = |entry: &Entry| {
        format!(
            "<article id=\"{}\"><h2>{}</h2><p><b>{}</b></p>{}</article>\n",
            escape(&entry.key),
            escape(&entry.title),
            escape(&entry.author),
            entry.html
        )
    };
    let below = answers
        .entries
        .iter()
        .filter(|answer| answer.parent.as_ref().is_some_and(|parent| parent.root_id == entry.id));
    let below: String = below.map(article).collect();
    let title = escape(&entry.title);
    Html(format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
         <body>{}<div id=\"comments\">{below}</div></body></html>\n",
        article(entry)
    ))
    .into_response()
}
