//! Reading a stream: page by page from the newest post back to where the last run began.
//!
//! Holds: the cursor moves when the last page is delivered and not before, so that a run that breaks is read
//! again from the old one; a read keeps its budget and goes on where it stopped. A backfill has a cursor of its
//! own, an id that it goes on below.

use hark_sdk::http::{Request, Response};
use hark_sdk::prelude::*;

use crate::events::{self, Origin};
use crate::manifest::Stream;
use crate::position::{Continuation, Position};
use crate::{Settings, api, ids, limits, prices, problem};

/// Reads a stream, onward or back.
pub fn read(settings: &Settings, stream: Stream, request: &ReadRequest) -> Result<Batch, Fault> {
    let position = Position::read(request.cursor.as_deref())?.unwrap_or_default();
    let mut run = match Continuation::read(request.continuation.as_deref())? {
        Some(run) => run,
        None => Continuation { from: position, started: Clock::now(), ..Continuation::default() },
    };
    if let Some(until) = run.limited_until.filter(|until| *until > Clock::now()) {
        let detail = "all requests of this quarter of an hour are used; the run begins anew after it";
        return Err(Fault::rate_limited(Some(until), stream.name(), detail));
    }
    run.limited_until = None;
    let mut reader = Reader { settings, stream, request, run, batch: Batch::default(), requests: 0 };
    reader.begin()?;
    reader.pages()?;
    Ok(reader.batch)
}

struct Reader<'r> {
    settings: &'r Settings,
    stream: Stream,
    request: &'r ReadRequest,
    run: Continuation,
    batch: Batch,
    requests: u32,
}

impl Reader<'_> {
    /// Finds out what the run needs before its first page.
    fn begin(&mut self) -> Result<(), Fault> {
        let target = self.request.target.as_deref();
        match self.stream {
            Stream::Search if self.settings.query.is_none() => {
                Err(Fault::config("query", "the stream `search` needs something to look for"))
            }
            Stream::Search if target.is_some_and(|target| Some(target) != self.settings.query.as_deref()) => {
                Err(Fault::NotFound("the target is not the search that is set".to_owned()))
            }
            Stream::Search => {
                self.run.from.user.clone_from(&self.settings.user_id);
                Ok(())
            }
            Stream::Mentions => {
                let known = target.or(self.settings.user_id.as_deref()).map(str::to_owned);
                if let Some(known) = known.or_else(|| self.run.from.user.take()) {
                    self.run.from.user = Some(known);
                    return Ok(());
                }
                self.requests += 1;
                self.run.from.user = Some(own_account(self.settings)?.id);
                self.batch.cost_microusd += prices::USER;
                Ok(())
            }
        }
    }

    fn pages(&mut self) -> Result<(), Fault> {
        loop {
            let Some(count) = self.page_size() else { return self.go_on_later() };
            self.requests += 1;
            let read = match api::read(self.ask(count)?, self.stream.name()) {
                Ok(read) => read,
                Err(Fault::StaleCursor(why))
                    if self.run.from.since_id.is_some() && self.run.token.is_none() =>
                {
                    self.skip_to_reach(&why);
                    continue;
                }
                // What was read is delivered; the run goes on, or meets the same fault, with the next call.
                Err(fault) if !self.batch.events.is_empty() => {
                    warn!("{} stops half-way: {fault:?}", self.stream.name());
                    if let Fault::RateLimited(Limit { until, .. }) = fault {
                        self.run.limited_until = until;
                    }
                    return self.go_on_later();
                }
                Err(fault) => return Err(fault),
            };
            if !self.take(&read)? {
                return self.finish();
            }
        }
    }

    /// Returns how many posts the next page may have, none if the budget is used up.
    fn page_size(&self) -> Option<u64> {
        let Budget { max_events, max_requests, max_cost_microusd, deadline } = self.request.budget;
        let least = match self.stream {
            Stream::Search => limits::SEARCH_PAGE_MIN,
            Stream::Mentions => limits::MENTIONS_PAGE_MIN,
        };
        let per_post = u64::try_from(limits::EVENTS_PER_POST).unwrap_or(u64::MAX);
        let events = u64::from(max_events).saturating_sub(self.batch.events.len() as u64) / per_post;
        // No bound on the cost is written as 0.
        let money = match max_cost_microusd {
            0 => limits::PAGE_MAX,
            most => most.saturating_sub(self.batch.cost_microusd) / self.price(),
        };
        let count = limits::PAGE_MAX.min(events).min(money);
        let is_first = self.batch.events.is_empty() && self.requests == 0;
        let in_time = Clock::now() + limits::SPARE_MS < deadline || is_first;
        let has_requests = self.requests < max_requests.max(1);
        let may_ask = has_requests && in_time && self.run.limited_until.is_none();
        (may_ask && (count >= least || is_first)).then_some(count.max(least))
    }

    fn price(&self) -> u64 {
        if self.stream == Stream::Mentions { prices::OWN_POST } else { prices::POST }
    }

    fn is_backfill(&self) -> bool {
        self.request.mode == ReadMode::Backfill
    }

    fn ask(&mut self, count: u64) -> Result<Request, Fault> {
        let (settings, count) = (self.settings, count.to_string());
        let request = match self.stream {
            Stream::Search => {
                let query = settings.query.as_deref().unwrap_or_default().trim();
                api::posts(settings, "/2/tweets/search/recent").query("query", query)
            }
            Stream::Mentions => {
                let user = self.run.from.user.as_deref().unwrap_or_default();
                api::posts(settings, &format!("/2/users/{user}/mentions"))
            }
        };
        let request = request.query("max_results", count);
        let token = self.run.token.clone();
        let request = match self.is_backfill() {
            true => self.range_back(request),
            false => self.range_onward(request),
        };
        Ok(match token {
            Some(token) if self.stream == Stream::Search => request.query("next_token", token),
            Some(token) => request.query("pagination_token", token),
            None => request,
        })
    }

    fn range_onward(&mut self, request: Request) -> Request {
        let earliest = self.run.started - limits::SEARCH_REACH_MS;
        let since_id = self.run.from.since_id.clone();
        let written_at = since_id.as_deref().and_then(ids::time_of);
        if self.stream == Stream::Search && written_at.is_some_and(|at| at < earliest) {
            self.skip_to_reach("the newest post that is known is older than search reaches");
        }
        match self.run.from.since_id.clone() {
            Some(since_id) => request.query("since_id", since_id),
            None => {
                let asked = self.run.from.since_ms.or(self.request.since);
                let first = self.run.started - Ms::from(self.settings.lookback_hours) * 3_600_000;
                // Only search knows no earlier; mentions go back as far as X keeps them at hand.
                let since = asked.unwrap_or(first);
                let since = if self.stream == Stream::Search { since.max(earliest) } else { since };
                request.query("start_time", time::rfc3339(since))
            }
        }
    }

    /// Begins at the edge of what search reaches, and says what is lost.
    fn skip_to_reach(&mut self, why: &str) {
        let edge = self.run.started - limits::SEARCH_REACH_MS;
        let from = self.run.from.since_id.take().as_deref().and_then(ids::time_of).or(self.run.from.since_ms);
        self.run.from.since_ms = Some(edge);
        self.gap(from, Some(edge), why);
    }

    fn range_back(&mut self, request: Request) -> Request {
        let edge = self.run.started - limits::SEARCH_REACH_MS;
        let since = match (self.request.since, self.stream) {
            (Some(since), Stream::Search) if since < edge => {
                if self.run.from.below.is_none() && self.run.token.is_none() {
                    self.gap(Some(since), Some(edge), "search reaches back seven days");
                }
                Some(edge)
            }
            (None, Stream::Search) => Some(edge),
            (since, _) => since,
        };
        let request = match since {
            Some(since) => request.query("start_time", time::rfc3339(since)),
            None => request,
        };
        match (&self.run.from.below, self.request.until) {
            (Some(below), _) => request.query("until_id", below),
            (None, Some(until)) => request.query("end_time", time::rfc3339(until)),
            (None, None) => request,
        }
    }

    fn gap(&mut self, since: Option<Ms>, until: Option<Ms>, why: &str) {
        let gap = Gap { stream_name: self.stream.name().to_owned(), since, until, why: why.to_owned() };
        self.batch.events.push(gap.into());
    }

    /// Takes a page in, and returns whether there is another.
    fn take(&mut self, read: &api::Read) -> Result<bool, Fault> {
        let api::Read { response, answer } = read;
        self.tell_limit(response);
        let own = self.run.from.user.as_deref();
        let found = events::of_page(answer, own, Origin::from(response));
        let posts = answer.data.entries().len() as u64;
        self.batch.cost_microusd += posts * self.price() + answer.includes.tweets.len() as u64 * prices::POST;
        if posts == 0 && answer.meta.result_count.is_none() && !answer.errors.is_empty() {
            let why = answer.errors[0].detail.clone().unwrap_or_default();
            return Err(Fault::NotFound(format!("X has nothing for {}: {why}", self.stream.name())));
        }
        self.batch.events.extend(found);
        if self.run.newest.is_none() {
            self.run.newest.clone_from(&answer.meta.newest_id);
        }
        if self.is_backfill() && answer.meta.oldest_id.is_some() {
            self.run.oldest.clone_from(&answer.meta.oldest_id);
        }
        self.run.token.clone_from(&answer.meta.next_token);
        Ok(self.run.token.is_some())
    }

    fn tell_limit(&mut self, response: &Response) {
        self.batch.limit_left = problem::limit_left(response);
        self.batch.limit_resets = problem::resets_at(response);
        self.run.limited_until = self.batch.limit_resets.filter(|_| self.batch.limit_left == Some(0));
    }

    /// The budget is used up, or X will not go on for now: no cursor, but where the run goes on.
    fn go_on_later(&mut self) -> Result<(), Fault> {
        if self.is_backfill() {
            self.batch.cursor = Some(self.below_oldest().write()?);
        }
        self.batch.continuation = Some(self.run.write()?);
        Ok(())
    }

    /// Every page of a backfill is a place to go on below: an id holds longer than X's token of a page.
    fn below_oldest(&self) -> Position {
        let from = self.run.from.clone();
        Position { below: self.run.oldest.clone().or(from.below), ..from }
    }

    fn finish(&mut self) -> Result<(), Fault> {
        let from = &self.run.from;
        let position = match self.is_backfill() {
            true => self.below_oldest(),
            false => {
                let newest = self.run.newest.clone().or_else(|| from.since_id.clone());
                // Nothing was ever found: the next run begins where this one did.
                let begun = from.since_ms.or(self.request.since).unwrap_or(self.run.started);
                let since_ms = newest.is_none().then_some(begun);
                Position { since_id: newest, since_ms, below: None, user: from.user.clone() }
            }
        };
        self.batch.cursor = Some(position.write()?);
        self.batch.not_before = self.run.limited_until;
        Ok(())
    }
}

/// Asks X whose token it is.
pub fn own_account(settings: &Settings) -> Result<crate::model::User, Fault> {
    let read = api::read(api::users(settings, "/2/users/me"), "users/me")?;
    let entry = read.answer.data.entries().first().cloned().unwrap_or_default();
    crate::model::User::deserialize(&entry).map_err(|error| {
        Fault::protocol(format!("users/me gave no account: {error}; {}", read.response.quote()))
    })
}
