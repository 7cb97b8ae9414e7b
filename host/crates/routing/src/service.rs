//! Service levels: when a first answer and an end are due, in open time of a calendar, and what happens as it runs out.
//!
//! Holds: all of it follows from a work period and a moment. While we wait for the other side, and while work is done,
//! no time is used. A moment that has passed stays where it is, whatever happens later, except by reopening.

use std::sync::Arc;

use hark_model::{Ms, Zone};

use crate::calendar::Calendar;
use crate::{Addressee, Name};

/// What is promised for a zone.
#[derive(Debug, Clone)]
pub struct Level {
    /// Its name.
    pub name: Name,
    /// Zones that it is for, where a rule names none.
    pub zones: Vec<Zone>,
    /// Whose open time counts.
    pub calendar: Arc<Calendar>,
    /// Open time until the first answer, in milliseconds.
    pub first_response_ms: Option<Ms>,
    /// Open time until the end, in milliseconds.
    pub resolve_ms: Option<Ms>,
    /// Share of the time after which somebody is warned.
    pub warn_percent: u32,
    /// What comes in so long after the end, by the clock, begins a new work period, in milliseconds.
    pub reopen_after_ms: Ms,
    /// Whether time stands still while we wait for the other side.
    pub pauses: bool,
    /// What happens as time runs out.
    pub steps: Vec<Step>,
}

/// Of which promise the time is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Promise {
    /// The first answer.
    FirstResponse,
    /// The end.
    Resolve,
}

/// One step of escalation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Of which promise.
    pub of: Promise,
    /// Share of its time after which it happens; more than 100 is behind the deadline.
    pub percent: u32,
    /// What happens.
    pub action: Action,
}

/// What a step of escalation does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// These are told.
    Notify(Vec<Addressee>),
    /// The conversation goes to them.
    Reassign(Addressee),
}

/// A work period of a conversation: from the first inbound item to the end of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// When its first inbound item came in.
    pub opened_at: Ms,
    /// When we first answered, whoever it was.
    pub first_response_at: Option<Ms>,
    /// Since when we wait for the other side.
    pub waiting_since: Option<Ms>,
    /// When work was done.
    pub done_at: Option<Ms>,
    /// Times that were not ours: waiting, and done until it was opened again. In order, without overlaps.
    pub pauses: Vec<(Ms, Ms)>,
}

/// What an inbound item does to the work periods of its conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inbound {
    /// A new period begins.
    Opens(Period),
    /// The period goes on; it may have been done a short while ago.
    GoesOn(Period),
}

impl Period {
    /// Returns the period that an inbound item at `at` opens.
    pub fn opened(at: Ms) -> Self {
        Self {
            opened_at: at,
            first_response_at: None,
            waiting_since: None,
            done_at: None,
            pauses: Vec::new(),
        }
    }

    /// Returns what an inbound item at `at` does, after the last period, if there was one.
    pub fn inbound(last: Option<&Self>, at: Ms, reopen_after_ms: Ms) -> Inbound {
        let Some(last) = last else { return Inbound::Opens(Self::opened(at)) };
        if last.done_at.is_some_and(|done| at.saturating_sub(done) >= reopen_after_ms) {
            return Inbound::Opens(Self::opened(at));
        }
        let mut period = last.clone();
        let not_ours = [period.waiting_since.take(), period.done_at.take()].into_iter().flatten().min();
        period.pauses.extend(not_ours.filter(|since| *since < at).map(|since| (since, at)));
        Inbound::GoesOn(period)
    }

    /// Notes an answer of ours.
    pub fn answered(&mut self, at: Ms) {
        if self.first_response_at.is_none() && at >= self.opened_at {
            self.first_response_at = Some(at);
        }
    }

    /// Notes that we wait for the other side.
    pub fn waits(&mut self, at: Ms) {
        if self.done_at.is_none() {
            self.waiting_since.get_or_insert(at);
        }
    }

    /// Notes that we go on without an answer of the other side.
    pub fn resumes(&mut self, at: Ms) {
        let since = self.waiting_since.take().filter(|since| *since < at);
        self.pauses.extend(since.map(|since| (since, at)));
    }

    /// Notes that work is done.
    pub fn done(&mut self, at: Ms) {
        self.resumes(at);
        self.done_at.get_or_insert(at);
    }
}

/// How a promise stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Health {
    /// There is time.
    OnTime,
    /// The time is running out.
    Warned,
    /// The time is over, and it has not been kept yet.
    Breached,
    /// It was kept in time.
    Kept,
    /// It was kept too late.
    Late,
    /// Time stands still.
    Paused,
}

/// One promise at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// Open time that was used, in milliseconds, until it was kept or until now.
    pub used_ms: Ms,
    /// When it is due; `None` while time stands still.
    pub due_at: Option<Ms>,
    /// When somebody is warned; `None` while time stands still.
    pub warn_at: Option<Ms>,
    /// How it stands.
    pub health: Health,
}

/// A step of escalation that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueStep<'a> {
    /// When it became due.
    pub at: Ms,
    /// Which step.
    pub step: &'a Step,
}

impl Level {
    /// Returns how a promise stands at `now`; `None` if nothing was promised.
    pub fn deadline(&self, promise: Promise, period: &Period, now: Ms) -> Option<Deadline> {
        let target = self.target(promise)?;
        let kept_at = kept_at(promise, period).filter(|at| *at <= now);
        let due_at = self.moment(period, target, now);
        let warn_at = self.moment(period, share(target, self.warn_percent), now);
        let is_still = self.pauses && kept_at.is_none() && is_waiting(period, now);
        let health = match (kept_at, due_at) {
            (Some(kept), Some(due)) if kept > due => Health::Late,
            (Some(_), _) => Health::Kept,
            (None, Some(due)) if now > due => Health::Breached,
            (None, _) if is_still => Health::Paused,
            (None, _) if warn_at.is_some_and(|warn| now >= warn) => Health::Warned,
            (None, _) => Health::OnTime,
        };
        Some(Deadline { used_ms: self.used(period, kept_at.unwrap_or(now)), due_at, warn_at, health })
    }

    /// Returns the steps that became due after `since` and until `now`, in their order in time: who asks again with the
    /// last `now` as `since` gets each once.
    pub fn steps_due(&self, period: &Period, since: Ms, now: Ms) -> Vec<DueStep<'_>> {
        let mut due: Vec<DueStep<'_>> = self
            .steps
            .iter()
            .filter_map(|step| {
                let at = self.moment(period, share(self.target(step.of)?, step.percent), now)?;
                let is_open = kept_at(step.of, period).is_none_or(|kept| kept > at);
                (is_open && since < at && at <= now).then_some(DueStep { at, step })
            })
            .collect();
        due.sort_by_key(|due| due.at);
        due
    }

    /// Returns when the next step becomes due that did not until `since`; as it is known at `now`, if nothing happens.
    pub fn next_step(&self, period: &Period, since: Ms, now: Ms) -> Option<Ms> {
        let moments = self.steps.iter().filter_map(|step| {
            let at = self.moment(period, share(self.target(step.of)?, step.percent), now)?;
            (since < at && kept_at(step.of, period).is_none_or(|kept| kept > at)).then_some(at)
        });
        moments.min()
    }

    fn target(&self, promise: Promise) -> Option<Ms> {
        match promise {
            Promise::FirstResponse => self.first_response_ms,
            Promise::Resolve => self.resolve_ms,
        }
    }

    /// Returns when so much time has been used; `None` while time stands still before it.
    fn moment(&self, period: &Period, mut used: Ms, now: Ms) -> Option<Ms> {
        for (from, until) in self.running(period, now) {
            let Some(until) = until else { return self.calendar.after(from, used) };
            let open = self.calendar.open_between(from, until);
            if used <= open && open > 0 {
                return self.calendar.after(from, used);
            }
            used -= open;
        }
        None
    }

    fn used(&self, period: &Period, until: Ms) -> Ms {
        let running = self.running(period, until);
        running.map(|(from, to)| self.calendar.open_between(from, to.unwrap_or(until).min(until))).sum()
    }

    /// Yields when time ran, as it is known at `now`: the last stretch has no end, unless time stands still.
    fn running<'a>(&self, period: &'a Period, now: Ms) -> impl Iterator<Item = (Ms, Option<Ms>)> + use<'a> {
        let pauses = if self.pauses { period.pauses.as_slice() } else { &[] };
        let still = if self.pauses { period.waiting_since } else { None };
        let still = still.into_iter().chain(period.done_at).filter(|at| *at <= now).min();
        let ends = pauses.iter().map(|(from, _)| Some(*from)).chain([still]);
        let begins = std::iter::once(period.opened_at).chain(pauses.iter().map(|(_, until)| *until));
        begins.zip(ends)
    }
}

fn is_waiting(period: &Period, now: Ms) -> bool {
    period.waiting_since.is_some_and(|since| since <= now)
}

/// Returns when a promise was kept. What is done needs no answer any more.
fn kept_at(promise: Promise, period: &Period) -> Option<Ms> {
    match promise {
        Promise::FirstResponse => period.first_response_at.or(period.done_at),
        Promise::Resolve => period.done_at,
    }
}

fn share(target: Ms, percent: u32) -> Ms {
    target.saturating_mul(Ms::from(percent)) / 100
}

#[cfg(test)]
mod tests;
