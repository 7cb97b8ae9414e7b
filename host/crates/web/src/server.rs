//! The pages: their options and routes.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hark_lifecycle::Shutdown;
use hark_store::{FeedKey, FeedRow, Store, Thread};
use maud::Markup;

use crate::error::WebError;
use crate::live::{self, Live};
use crate::pages::{self, FeedPage, Files};
use crate::query::{BadQuery, Extra, FeedQuery};
use crate::{Teams, assets, guard, json, limits};

/// What the pages need to know beside the store.
#[derive(Debug, Clone)]
pub struct WebOptions {
    /// Names under which people reach the server, beside addresses and `localhost`; requests that name
    /// another host are turned away.
    pub names: Vec<String>,
    /// Teams that the rules know, to filter by.
    pub teams: Teams,
    /// Ends the live streams, which would otherwise hold the server open.
    pub shutdown: Shutdown,
}

#[derive(Debug, Clone)]
struct Pages {
    store: Store,
    teams: Teams,
    live: Live,
    /// A row that the store had; where the search for the newest one begins.
    newest: Arc<AtomicI64>,
}

/// Makes the routes. Every answer carries the policy, and every request passes the guard.
pub fn router(store: Store, options: WebOptions) -> Router {
    let pages = Pages {
        store,
        teams: options.teams,
        live: Live::new(options.shutdown),
        newest: Arc::new(AtomicI64::new(0)),
    };
    let names: guard::Names = options.names.into();
    Router::new()
        .route("/", get(feed))
        .route("/conversation/{id}", get(conversation))
        .route("/sources", get(sources))
        .route("/live", get(live))
        .route("/api/feed", get(api_feed))
        .route("/healthz", get(health))
        .route(assets::STYLE.path, get(|request: Request| async move { assets::STYLE.answer(&request) }))
        .route(assets::SCRIPT.path, get(|request: Request| async move { assets::SCRIPT.answer(&request) }))
        .route(assets::ICON.path, get(|request: Request| async move { assets::ICON.answer(&request) }))
        .fallback(|| async { WebError::NotFound })
        .with_state(pages)
        .layer(axum::middleware::from_fn_with_state(names, guard::guard))
}

async fn feed(State(pages): State<Pages>, RawQuery(query): RawQuery) -> Result<Markup, WebError> {
    let (state, _) = FeedQuery::parse(query.as_deref().unwrap_or_default(), Extra::None)?;
    // Before the rows are read: a row that comes in between is then shown twice rather than never.
    let newest = pages.newest().await?;
    let (rows, total, older) = pages.rows(&state, limits::PAGE_ROWS).await?;
    let sources = pages.store.sources().await?;
    Ok(pages::feed(&FeedPage {
        query: &state,
        rows: &rows,
        total,
        older: older.map(|key| FeedQuery { before: Some(key), ..state.clone() }),
        newest,
        sources: &sources,
        teams: &pages.teams.list(),
        now: pages::now_ms(),
    }))
}

async fn conversation(State(pages): State<Pages>, Path(id): Path<String>) -> Result<Markup, WebError> {
    let id = id.parse().map_err(|_| WebError::NoConversation)?;
    let thread = pages.store.thread(id).await?.ok_or(WebError::NoConversation)?;
    let files = pages.files(&thread).await?;
    Ok(pages::thread(&thread, &files, pages::now_ms()))
}

async fn sources(State(pages): State<Pages>) -> Result<Markup, WebError> {
    Ok(pages::sources(&pages.store.sources().await?, pages::now_ms()))
}

async fn live(
    State(pages): State<Pages>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    pages.live.open(pages.store.clone(), query.as_deref().unwrap_or_default(), &headers)
}

async fn api_feed(State(pages): State<Pages>, RawQuery(query): RawQuery) -> Result<Response, WebError> {
    let (state, limit) = FeedQuery::parse(query.as_deref().unwrap_or_default(), Extra::Limit)?;
    let limit = match limit.map(u32::try_from) {
        None => limits::PAGE_ROWS,
        Some(Ok(limit @ 1..=limits::API_ROWS_MAX)) => limit,
        Some(_) => {
            let why = format!("it is not from 1 to {}", limits::API_ROWS_MAX);
            return Err(BadQuery::Value { key: "limit", value: limit.unwrap_or(0).to_string(), why }.into());
        }
    };
    let (rows, total, older) = pages.rows(&state, limit).await?;
    Ok(axum::Json(json::feed(&rows, total, older)).into_response())
}

async fn health(State(pages): State<Pages>) -> Result<Response, WebError> {
    pages.store.data_version().await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], "ok\n").into_response())
}

impl Pages {
    /// Returns a page of rows, how many there are in all, and the place behind it if there are more.
    async fn rows(
        &self,
        state: &FeedQuery,
        limit: u32,
    ) -> Result<(Vec<FeedRow>, u64, Option<FeedKey>), WebError> {
        let now = pages::now_ms();
        let mut rows = self.store.feed(state.filter(limit + 1, now)).await?;
        let total = self.store.count(state.first_page().filter(limit, now)).await?;
        let more = rows.len() > usize::try_from(limit).unwrap_or(usize::MAX);
        if more {
            rows.pop();
        }
        let older = rows.last().filter(|_| more).map(|row| row.key);
        Ok((rows, total, older))
    }

    async fn newest(&self) -> Result<i64, WebError> {
        let newest = live::newest(&self.store, self.newest.load(Ordering::Relaxed)).await?;
        self.newest.fetch_max(newest, Ordering::Relaxed);
        Ok(newest)
    }

    async fn files(&self, thread: &Thread) -> Result<Files, WebError> {
        let mut files = Files::new();
        let with_files = thread.nodes.iter().filter(|node| node.row.attachments > 0);
        for node in with_files.take(limits::FILE_LISTS_MAX) {
            if let Some(item) = self.store.item(node.row.uid).await? {
                let listed = item.attachments.into_iter().map(|attachment| attachment.file).collect();
                files.insert(node.row.row_id, listed);
            }
        }
        Ok(files)
    }
}
