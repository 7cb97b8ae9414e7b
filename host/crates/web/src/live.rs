//! What comes in, as server-sent events: rendered rows that fit the filter of a page.
//!
//! Holds: rows come in the order of their numbers, so a reader who reconnects with the last one it saw
//! misses none; a stream ends when the server is ordered to stop. Not here: how a row looks.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use hark_lifecycle::Shutdown;
use hark_store::{FeedFilter, Store, StoreError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::error::WebError;
use crate::query::{Extra, FeedQuery};
use crate::text::Hits;
use crate::{limits, pages};

/// What every live stream shares.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    places: Arc<Semaphore>,
    shutdown: Shutdown,
}

impl Live {
    pub fn new(shutdown: Shutdown) -> Self {
        Self { places: Arc::new(Semaphore::new(limits::LIVE_STREAMS_MAX)), shutdown }
    }

    /// Answers a request for a live stream.
    pub fn open(&self, store: Store, query: &str, headers: &HeaderMap) -> Result<Response, WebError> {
        let (state, after) = FeedQuery::parse(query, Extra::After)?;
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| WebError::Busy)?;
        let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse::<i64>().ok());
        let flow = Flow {
            commits: store.commits(),
            hits: Hits::of(&state),
            state: state.first_page(),
            known: seen.or(after).unwrap_or(0).max(0),
            queue: VecDeque::new(),
            looked: false,
            shutdown: self.shutdown.clone(),
            store,
            _place: place,
        };
        let events = stream::unfold(flow, Flow::next);
        let alive = KeepAlive::new().interval(limits::LIVE_KEEP_ALIVE);
        Ok(Sse::new(events).keep_alive(alive).into_response())
    }
}

/// One reader's stream.
struct Flow {
    store: Store,
    commits: watch::Receiver<u64>,
    state: FeedQuery,
    hits: Hits,
    /// Newest row that the reader has seen or does not care for.
    known: i64,
    queue: VecDeque<Event>,
    looked: bool,
    shutdown: Shutdown,
    _place: OwnedSemaphorePermit,
}

impl Flow {
    /// Returns the next event; `None` ends the stream.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        loop {
            if let Some(event) = self.queue.pop_front() {
                return Some((Ok(event), self));
            }
            if self.looked {
                self.wait().await?;
            }
            self.looked = true;
            if let Err(error) = self.look().await {
                tracing::warn!(%error, "a live stream ended: the store cannot be read");
                return None;
            }
        }
    }

    /// Waits for the store to change; `None` when there is nothing to wait for any more.
    async fn wait(&mut self) -> Option<()> {
        tokio::select! {
            biased;
            () = self.shutdown.ordered() => return None,
            changed = self.commits.changed() => changed.ok()?,
        }
        // Many commits in a row are looked at together.
        tokio::select! {
            biased;
            () = self.shutdown.ordered() => None,
            () = tokio::time::sleep(limits::LIVE_PAUSE) => Some(()),
        }
    }

    async fn look(&mut self) -> Result<(), StoreError> {
        self.commits.borrow_and_update();
        let now = pages::now_ms();
        let filter = self.state.filter(limits::LIVE_ROWS_MAX, now);
        let filter = FeedFilter { newer_than: Some(self.known), ..filter };
        let mut rows = self.store.feed(filter).await?;
        if rows.len() >= usize::try_from(limits::LIVE_ROWS_MAX).unwrap_or(usize::MAX) {
            // There may be more than these: a page that loads anew shows them all in their order.
            self.known = newest(&self.store, self.known).await?;
            self.queue.push_back(Event::default().event("many").id(self.known.to_string()).data("many"));
            return Ok(());
        }
        rows.sort_by_key(|row| row.row_id);
        for row in &rows {
            self.known = self.known.max(row.row_id);
            let shown = pages::row(row, &self.hits, now).into_string();
            self.queue.push_back(Event::default().event("row").id(row.row_id.to_string()).data(shown));
        }
        Ok(())
    }
}

/// Returns the newest row of the store, looking from `known` on.
pub(crate) async fn newest(store: &Store, known: i64) -> Result<i64, StoreError> {
    let mut newest = known;
    for _ in 0..limits::NEWEST_LOOKS_MAX {
        let filter = FeedFilter {
            newer_than: Some(newest),
            include_removed: true,
            limit: limits::LIVE_ROWS_MAX,
            ..FeedFilter::default()
        };
        // Rows come by their time, so there may be newer ones than the newest of these.
        match store.feed(filter).await?.iter().map(|row| row.row_id).max() {
            Some(row) => newest = row,
            None => break,
        }
    }
    Ok(newest)
}
