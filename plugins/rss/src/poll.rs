//! One read: which feeds are due, what each has new, what the cursor remembers.
//!
//! Holds: a feed that fails never stops the others; validators are remembered only when all of a document
//! was delivered; a read gives up early rather than beyond its budget.

use std::collections::BTreeSet;

use hark_sdk::types::{Batch, Budget, Event, Fault, Ms, ReadRequest};
use hark_sdk::{Clock, cursor, http, info, warn};
use serde::{Deserialize, Serialize};

use crate::events::{self, Origin};
use crate::fetch::{self, Answer, Fetched};
use crate::state::{self, FeedState, State};
use crate::{Settings, document, limits};

/// Where a run that was cut goes on.
#[derive(Serialize, Deserialize)]
struct Continuation {
    feed: usize,
}

/// Reads all feeds that are due, or one of them.
pub fn read(settings: &Settings, request: &ReadRequest) -> Result<Batch, Fault> {
    let urls = match &request.target {
        Some(target) if settings.feeds.contains(target) => std::slice::from_ref(target),
        Some(target) => return Err(Fault::NotFound(format!("{target} is none of the feeds"))),
        None => &settings.feeds,
    };
    let state = cursor::read(state::VERSION, request.cursor.as_deref())?.unwrap_or_default();
    let from = match &request.continuation {
        Some(bytes) => cursor::read::<Continuation>(state::VERSION, Some(bytes))?.map_or(0, |at| at.feed),
        None => 0,
    };
    let mut run = Run {
        settings,
        request,
        state,
        batch: Batch::default(),
        bytes: 0,
        requests: 0,
        actors: BTreeSet::new(),
    };
    let (went_on, failure) = run.all(urls, from)?;
    run.state.keep(urls);
    match failure {
        Some(fault) if !went_on && urls.iter().all(|url| run.state.of(url).failures > 0) => Err(fault),
        _ => run.finish(urls),
    }
}

struct Run<'r> {
    settings: &'r Settings,
    request: &'r ReadRequest,
    state: State,
    batch: Batch,
    bytes: usize,
    requests: u32,
    /// Actors that the batch has already.
    actors: BTreeSet<String>,
}

impl Run<'_> {
    /// Returns whether the read is to be continued, and the first failure.
    fn all(&mut self, urls: &[String], from: usize) -> Result<(bool, Option<Fault>), Fault> {
        let mut failure = None;
        for (at, url) in urls.iter().enumerate().skip(from) {
            if self.state.of(url).not_before > Clock::now() {
                continue;
            }
            if !self.may_fetch() {
                return self.go_on_at(at).map(|()| (true, failure));
            }
            match self.one(url) {
                Ok(true) => {}
                Ok(false) => return self.go_on_at(at).map(|()| (true, failure)),
                Err(fault) => {
                    warn!("{} is left out for now: {}", fetch::shown(url), fetch::detail(&fault));
                    failure = failure.or(Some(fault));
                }
            }
        }
        Ok((false, failure))
    }

    /// Reads one feed and returns whether all that it has new fitted.
    fn one(&mut self, url: &str) -> Result<bool, Fault> {
        self.requests += 1;
        let now = Clock::now();
        let timeout_ms = (self.request.budget.deadline - now).clamp(1, i64::from(limits::REQUEST_MS_MAX));
        let timeout_ms = u32::try_from(timeout_ms).unwrap_or(limits::REQUEST_MS_MAX);
        let known = self.state.of(url).clone();
        match fetch::fetch(url, &known, timeout_ms) {
            Answer::Unchanged { not_before } => {
                let feed = self.state.of(url);
                (feed.failures, feed.not_before) = (0, fetch::later(not_before, now, feed.ttl_ms));
                Ok(true)
            }
            Answer::Fetched(fetched) => self.take(url, *fetched),
            Answer::Failed { fault, until } => {
                self.state.of(url).failed(now, until);
                Err(fault)
            }
        }
    }

    fn take(&mut self, url: &str, fetched: Fetched) -> Result<bool, Fault> {
        let Fetched { response, etag, last_modified, not_before } = fetched;
        let content_type = response.header("content-type").unwrap_or_default().to_owned();
        let origin = Origin {
            payload: response.payload(),
            received_at: response.received_at(),
            place: url,
            visibility: self.settings.visibility.into(),
        };
        let feed = match document::parse(response.body(), &content_type) {
            Ok(feed) => feed,
            Err(not) => {
                self.state.of(url).failed(origin.received_at, None);
                return Err(Fault::protocol(format!("{} is no feed: got {}", fetch::shown(url), not.0)));
            }
        };
        // The bytes are no longer needed, the events take as much again.
        drop(response);
        let all = self.deliver(url, &feed, origin);
        let state = self.state.of(url);
        state.failures = 0;
        if all && feed.cut {
            // The next answer to these validators would be that nothing has changed.
            (state.etag, state.last_modified) = (None, None);
            warn!("{}: the document ends in the middle, it is read again", fetch::shown(url));
        } else if all {
            (state.etag, state.last_modified) = (etag, last_modified);
            state.ttl_ms = feed.ttl_ms;
            state.not_before = fetch::later(not_before, origin.received_at, feed.ttl_ms);
            info!("{}: {} with {} entries", fetch::shown(url), feed.format, feed.parts.len());
        }
        Ok(all)
    }

    /// Puts what is new into the batch, oldest first, and returns whether all of it fitted.
    fn deliver(&mut self, url: &str, feed: &crate::feed::Feed, origin: Origin<'_>) -> bool {
        let known = self.state.of(url).clone();
        let mut marks = Vec::new();
        let mut all = true;
        for draft in events::drafts(feed, origin) {
            let too_old = draft.published.zip(self.request.since).is_some_and(|(at, since)| at < since);
            if let Some(change) = known.change(draft.mark).filter(|_| !too_old) {
                let events = draft.events(change, origin, &mut self.actors);
                if !self.fits(&events, draft.size) {
                    // The batch ends here, so that its actors are no longer complete does no harm.
                    all = false;
                    break;
                }
                self.bytes += draft.size;
                self.batch.events.extend(events);
            }
            marks.push(draft.mark);
        }
        // Newest first, so that the oldest is forgotten when not all can be remembered.
        marks.reverse();
        self.state.of(url).remember(marks);
        all
    }

    /// The first entry always fits, as otherwise nothing ever would.
    fn fits(&self, events: &[Event], size: usize) -> bool {
        let count = self.batch.events.len() + events.len();
        let max = usize::try_from(self.request.budget.max_events).unwrap_or(usize::MAX);
        self.batch.events.is_empty() || (count <= max && self.bytes + size <= limits::BATCH_BYTES_MAX)
    }

    fn may_fetch(&self) -> bool {
        let Budget { max_requests, max_events, deadline, .. } = self.request.budget;
        let full = self.batch.events.len() >= usize::try_from(max_events).unwrap_or(usize::MAX);
        self.requests < max_requests && !full && Clock::now() + limits::SPARE_MS < deadline
    }

    fn go_on_at(&mut self, feed: usize) -> Result<(), Fault> {
        self.batch.continuation = Some(cursor::write(state::VERSION, &Continuation { feed })?);
        Ok(())
    }

    fn finish(mut self, urls: &[String]) -> Result<Batch, Fault> {
        let pauses = urls.iter().map(|url| self.state.of(url).not_before);
        let next: Option<Ms> = pauses.min().filter(|at| *at > Clock::now());
        self.batch.not_before = next.filter(|_| self.batch.continuation.is_none());
        self.batch.cursor = Some(cursor::write(state::VERSION, &self.state)?);
        Ok(self.batch)
    }
}

/// Fetches the first feeds and says what each is.
pub fn check(settings: &Settings) -> Result<Vec<String>, Fault> {
    let mut warnings = Vec::new();
    let mut failure = None;
    let tried = settings.feeds.len().min(limits::CHECK_FEEDS_MAX);
    for (at, url) in settings.feeds.iter().take(tried).enumerate() {
        if let Err(fault) = try_one(url) {
            warnings.push(format!("feeds[{at}] {}: {}", fetch::shown(url), fetch::detail(&fault)));
            failure = failure.or(Some(fault));
        }
    }
    if let Some(fault) = failure.filter(|_| warnings.len() == tried) {
        return Err(fault);
    }
    if settings.feeds.len() > tried {
        warnings.push(format!("only the first {tried} of {} feeds were tried", settings.feeds.len()));
    }
    Ok(warnings)
}

fn try_one(url: &str) -> Result<(), Fault> {
    let response = match fetch::fetch(url, &FeedState::default(), limits::REQUEST_MS_MAX) {
        Answer::Fetched(fetched) => fetched.response,
        Answer::Unchanged { .. } => return Ok(()),
        Answer::Failed { fault, .. } => return Err(fault),
    };
    let content_type = http::Response::header(&response, "content-type").unwrap_or_default();
    let parsed = document::parse(response.body(), content_type);
    parsed
        .map(|_| ())
        .map_err(|not| Fault::protocol(format!("{} is no feed: got {}", fetch::shown(url), not.0)))
}
