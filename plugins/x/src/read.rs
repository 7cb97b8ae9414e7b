//! Reading a stream: page by page, newest first, with a cursor for every page.
//!
//! Holds: a read keeps its budget and goes on where it stopped; a backlog of more than one window of X's is read
//! over several, and none of it twice. Which page is next is not decided here.

use hark_sdk::http::{Request, Response};
use hark_sdk::prelude::*;

use crate::events::{self, Origin};
use crate::manifest::Stream;
use crate::model::Answer;
use crate::position::Position;
use crate::run::{Lost, Range, Run};
use crate::{Settings, api, limits, prices, problem};

/// Reads a stream, onward or back.
pub fn read(settings: &Settings, stream: Stream, request: &ReadRequest) -> Result<Batch, Fault> {
    let now = Clock::now();
    let position = Position::read(request.cursor.as_deref())?.unwrap_or_default();
    let mut run = match Run::read(request.continuation.as_deref())? {
        Some(run) => run,
        None if request.mode == ReadMode::Backfill => Run::back(position, request.since),
        None => {
            let first = now - Ms::from(settings.lookback_hours) * 3_600_000;
            Run::onward(position, request.since.unwrap_or(first))
        }
    };
    if let Some(until) = run.limited_until.filter(|until| *until > now) {
        let detail = "all requests of this quarter of an hour are used; the run goes on after it";
        return Err(Fault::rate_limited(Some(until), stream.name(), detail));
    }
    run.limited_until = None;
    let edge = now - limits::SEARCH_REACH_MS;
    let lost = if stream == Stream::Search { run.lift(edge) } else { Vec::new() };
    let mut reader = Reader { settings, stream, request, run, edge, batch: Batch::default(), requests: 0 };
    lost.into_iter().for_each(|lost| reader.tell_lost(lost));
    reader.begin()?;
    reader.pages()?;
    Ok(reader.batch)
}

struct Reader<'r> {
    settings: &'r Settings,
    stream: Stream,
    request: &'r ReadRequest,
    run: Run,
    /// Search finds nothing from before.
    edge: Ms,
    batch: Batch,
    requests: u32,
}

impl Reader<'_> {
    /// Finds out what the run needs before its first page.
    fn begin(&mut self) -> Result<(), Fault> {
        let target = self.request.target.as_deref();
        let user = &mut self.run.position.user;
        match self.stream {
            Stream::Search if self.settings.query.is_none() => {
                Err(Fault::config("query", "the stream `search` needs something to look for"))
            }
            Stream::Search if target.is_some_and(|target| Some(target) != self.settings.query.as_deref()) => {
                Err(Fault::NotFound("the target is not the search that is set".to_owned()))
            }
            Stream::Search => {
                user.clone_from(&self.settings.user_id);
                Ok(())
            }
            Stream::Mentions => {
                let known = target.or(self.settings.user_id.as_deref()).map(str::to_owned);
                if let Some(known) = known.or_else(|| user.take()) {
                    *user = Some(known);
                    return Ok(());
                }
                self.requests += 1;
                *user = Some(own_account(self.settings)?.id);
                self.batch.cost_microusd += prices::USER;
                Ok(())
            }
        }
    }

    fn pages(&mut self) -> Result<(), Fault> {
        while let Some(range) = self.run.next(Clock::now()) {
            let Some(count) = self.page_size() else { return self.go_on_later() };
            self.requests += 1;
            match api::read(self.ask(&range, count), self.stream.name()) {
                Ok(read) => self.take(range, &read)?,
                Err(Fault::StaleCursor(why)) if self.run.refused(range.part, self.edge) => {
                    warn!("{} is asked for otherwise: {why}", self.stream.name());
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
            }
        }
        self.batch.cursor = Some(self.run.position.write()?);
        self.batch.not_before = self.run.limited_until;
        Ok(())
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
            // A post that another refers to comes with it, and costs as much.
            most => most.saturating_sub(self.batch.cost_microusd) / (self.price() + prices::POST),
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

    fn ask(&self, range: &Range, count: u64) -> Request {
        let settings = self.settings;
        let request = match self.stream {
            Stream::Search => {
                let query = settings.query.as_deref().unwrap_or_default().trim();
                api::posts(settings, "/2/tweets/search/recent").query("query", query)
            }
            Stream::Mentions => {
                let user = self.run.position.user.as_deref().unwrap_or_default();
                api::posts(settings, &format!("/2/users/{user}/mentions"))
            }
        };
        let Range { floor, until_id, token, .. } = range;
        let until = self.request.until.filter(|_| self.request.mode == ReadMode::Backfill);
        let until = until.map(|at| at.min(Clock::now() - limits::END_MS_MIN));
        let token_name = if self.stream == Stream::Search { "next_token" } else { "pagination_token" };
        let range = [
            match (&floor.since_id, floor.since_ms) {
                (Some(since_id), _) => Some(("since_id", since_id.clone())),
                (None, since_ms) => since_ms.map(|at| ("start_time", time::rfc3339(at))),
            },
            match (until_id, until) {
                (Some(until_id), _) => Some(("until_id", until_id.clone())),
                (None, until) => until.map(|at| ("end_time", time::rfc3339(at))),
            },
            token.as_ref().map(|token| (token_name, token.clone())),
        ];
        let request = request.query("max_results", count.to_string());
        range.into_iter().flatten().fold(request, |request, (name, value)| request.query(name, value))
    }

    /// Takes a page in.
    fn take(&mut self, range: Range, read: &api::Read) -> Result<(), Fault> {
        let api::Read { response, answer } = read;
        self.tell_limit(response);
        let posts = answer.data.entries().len() as u64;
        self.batch.cost_microusd += posts * self.price() + answer.includes.tweets.len() as u64 * prices::POST;
        if posts == 0 && answer.meta.result_count.is_none() && !answer.errors.is_empty() {
            let why = answer.errors[0].detail.clone().unwrap_or_default();
            return Err(Fault::NotFound(format!("X has nothing for {}: {why}", self.stream.name())));
        }
        let (found, cut) = self.fitting(answer, Origin::from(response));
        self.batch.events.extend(found);
        let page = match cut {
            None => answer.page(),
            // The page is asked for again by the next call.
            Some(0) => return Ok(()),
            Some(count) => answer.page_of_newest(count),
        };
        if let Some(lost) = self.run.take(self.stream, range, page, Clock::now()) {
            self.tell_lost(lost);
        }
        Ok(())
    }

    /// Returns the events of a page, and if not all fit into the budget of how many of its newest posts they are:
    /// X has a least size of pages, the budget has none. The first post always fits, or nothing ever would.
    fn fitting(&self, answer: &Answer, origin: Origin) -> (Vec<Event>, Option<usize>) {
        let own = self.run.position.user.as_deref();
        let most = usize::try_from(self.request.budget.max_events).unwrap_or(usize::MAX);
        let room = most.saturating_sub(self.batch.events.len());
        let has_items = self.batch.events.iter().any(|event| matches!(event, Event::Item(_)));
        let (least, all) = (usize::from(!has_items), answer.data.entries().len());
        let found = events::of_page(answer, own, origin);
        if found.len() <= room || all <= least {
            return (found, None);
        }
        let mut count = room.clamp(least, all - 1);
        let mut found = events::of_newest(answer, own, origin, count);
        while found.len() > room && count > least {
            count -= 1;
            found = events::of_newest(answer, own, origin, count);
        }
        (found, Some(count))
    }

    fn tell_lost(&mut self, lost: Lost) {
        let Lost { since, until, why } = lost;
        self.batch.events.push(Gap { stream_name: self.stream.name().to_owned(), since, until, why }.into());
    }

    fn tell_limit(&mut self, response: &Response) {
        self.batch.limit_left = problem::limit_left(response);
        self.batch.limit_resets = problem::resets_at(response);
        self.run.limited_until = self.batch.limit_resets.filter(|_| self.batch.limit_left == Some(0));
    }

    /// The budget is used up, or X will not go on for now.
    fn go_on_later(&mut self) -> Result<(), Fault> {
        self.batch.cursor = Some(self.run.position.write()?);
        self.batch.continuation = Some(self.run.write()?);
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
