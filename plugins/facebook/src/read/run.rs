//! What one call may still spend, and what it has found so far.

use hark_sdk::http::{Request, Response};
use hark_sdk::types::{Batch, Fault, Limit, Ms, ReadRequest};
use hark_sdk::{Clock, cursor, warn};
use serde::Serialize;

use crate::graph::{self, Failure, Reply};
use crate::origin::{Events, Origin};
use crate::usage::Usage;
use crate::{Settings, limits, manifest};

/// One call of `read`.
pub struct Run<'r> {
    pub settings: &'r Settings,
    pub request: &'r ReadRequest,
    pub events: Events,
    requests: u32,
    usage: Usage,
}

impl<'r> Run<'r> {
    /// Starts with the whole budget.
    pub fn new(settings: &'r Settings, request: &'r ReadRequest) -> Self {
        Self { settings, request, events: Events::default(), requests: 0, usage: Usage::default() }
    }

    /// Sends `request`, counted.
    pub fn call(&mut self, request: Request) -> Result<Reply, Failure> {
        self.requests += 1;
        let left = self.request.budget.deadline - Clock::now();
        let timeout_ms = left.clamp(1, i64::from(limits::REQUEST_MS_MAX));
        let reply = graph::call(request.timeout_ms(u32::try_from(timeout_ms).unwrap_or(1)))?;
        self.usage = reply.usage;
        Ok(reply)
    }

    /// Tells whether another request is within the budget and the platform's allowance.
    pub fn may_ask(&self) -> bool {
        let budget = &self.request.budget;
        self.requests < budget.max_requests
            && self.has_room()
            && self.events.bytes() < limits::BATCH_BYTES_MAX
            && Clock::now() + limits::SPARE_MS < budget.deadline
            && self.slow_until().is_none()
    }

    /// Tells whether another entry fits into the budget; the first always does.
    pub fn has_room(&self) -> bool {
        let max_events = usize::try_from(self.request.budget.max_events).unwrap_or(usize::MAX);
        self.events.is_empty() || self.events.len() + limits::EVENTS_PER_ENTRY_MAX <= max_events
    }

    /// Returns how many entries fit into the budget, from 1 to a page full.
    pub fn room(&self) -> u32 {
        let max_events = usize::try_from(self.request.budget.max_events).unwrap_or(usize::MAX);
        let entries = max_events.saturating_sub(self.events.len()) / limits::EVENTS_PER_ENTRY_MAX;
        u32::try_from(entries).unwrap_or(u32::MAX).clamp(1, limits::PAGE_ENTRIES_MAX)
    }

    /// Returns when to come back if the allowance is nearly used up.
    pub fn slow_until(&self) -> Option<Ms> {
        self.usage.slow_until(Clock::now())
    }

    /// Returns where `response` was read.
    pub fn origin(&self, response: &Response) -> Origin<'r> {
        Origin { payload: response.payload(), received_at: response.received_at(), page: &self.settings.page }
    }

    /// Makes the batch: where the run goes on if it was cut, and what is lost by nobody if it failed on its way.
    pub fn batch<C: Serialize>(self, ended: Result<Option<C>, Fault>) -> Result<Batch, Fault> {
        let slow_until = self.slow_until();
        let mut batch = Batch {
            not_before: slow_until,
            limit_left: Some(self.usage.left()),
            limit_resets: slow_until,
            ..Batch::default()
        };
        match ended {
            Ok(Some(at)) if slow_until.is_none() => {
                batch.continuation = Some(cursor::write(manifest::CURSOR_VERSION, &at)?);
            }
            Ok(_) => {}
            Err(fault) if self.events.is_empty() => return Err(fault),
            Err(fault) => {
                warn!("the read ends early, what was found is kept: {fault:?}");
                if let Fault::RateLimited(Limit { until, .. }) = fault {
                    batch.not_before = batch.not_before.max(until);
                }
            }
        }
        batch.events = self.events.into_list();
        Ok(batch)
    }

    /// Makes the batch of a walk into the past: where it goes on if it was cut, and `anew` if it failed on its way.
    /// No later read looks for what such a walk has left out, so it is through only when it says so.
    pub fn part<C: Serialize>(self, ended: Result<Option<C>, Fault>, anew: C) -> Result<Batch, Fault> {
        let mut slow_until = self.slow_until();
        let place = match ended {
            Ok(place) => place,
            Err(fault) if self.events.is_empty() || !passes(&fault) => return Err(fault),
            Err(fault) => {
                warn!("the read stops half-way, what was found is kept: {fault:?}");
                if let Fault::RateLimited(Limit { until, .. }) = fault {
                    slow_until = slow_until.max(until);
                }
                Some(anew)
            }
        };
        let place = place.map(|place| cursor::write(manifest::CURSOR_VERSION, &place)).transpose()?;
        Ok(Batch {
            continuation: place,
            not_before: slow_until,
            limit_left: Some(self.usage.left()),
            limit_resets: slow_until,
            ..Batch::new(self.events.into_list())
        })
    }
}

/// Tells whether the host may simply go on from here. What cannot be read is most often an answer that was cut, or a
/// page from in between; if it stays so, the next call tells it, as its first request fails. All else is told at once:
/// what was found before is found again.
const fn passes(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::Transient(_) | Fault::Protocol(_) | Fault::RateLimited(Limit { until: Some(_), .. })
    )
}

/// Returns what is left of `ms` in whole seconds, as the Graph API counts.
pub fn secs(ms: Ms) -> i64 {
    ms.div_euclid(1_000)
}
