//! What the desk remembers, and what it decides of items and of time that passes: synchronous, without a store.
//!
//! Holds: what is remembered changes only together with a step for the store; what was seen before, what machines wrote and
//! what we said ourselves opens no work. A conversation that is over opens again, or begins anew when that is long ago.

use std::collections::{HashMap, HashSet};

use hark_model::{Direction, Event, ItemUid, Ms, Priority};
use hark_routing::{
    Arrival, Context, Decision, Inbound, Item, Level, Name, NoExperts, Origin, Owner, Period, Promise,
    Reason, RouteScratch, Sent, Silences, State, Tree,
};
use hark_store::{Entry, Familiar, FamiliarAsk, RoutingRows, RoutingStep, SourceRecord, WorkStatus};

use crate::enrich::About;
use crate::memory_rows as rows;
use crate::{limits, record};

/// What is remembered of all sources.
#[derive(Debug)]
pub(crate) struct Memory {
    pub version: i64,
    pub state: State,
    /// By conversation; one for each entry of `state.work`.
    pub clocks: HashMap<Box<str>, Clock>,
    pub silences: Silences,
    scratch: RouteScratch,
    /// When what says nothing any more was forgotten.
    pruned_at: Ms,
    /// Digest of the rules that `wakes_at` of the clocks is by.
    rules: [u8; 32],
}

/// Work on a conversation, with its time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Clock {
    pub scope: String,
    pub conversation: String,
    pub status: WorkStatus,
    pub priority: Priority,
    pub service: Option<Name>,
    pub period: Period,
    /// When the first item of the period was published.
    pub asked_at: Ms,
    /// Steps that became due until then were taken.
    pub stepped_at: Ms,
    /// When something becomes due next; not known before it was asked.
    pub wakes_at: Option<Ms>,
}

/// What was touched, to be stored.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    pub work: HashSet<Box<str>>,
    pub turns: HashSet<Name>,
    pub authors: HashSet<(Name, Box<str>)>,
    pub groups: HashSet<Box<str>>,
    pub raised: Vec<(Box<str>, Ms)>,
}

impl Touched {
    fn is_empty(&self) -> bool {
        self.work.is_empty() && self.raised.is_empty()
    }

    fn note(&mut self, decision: &Decision) {
        self.work.insert(decision.conversation.clone());
        for reason in &decision.reasons {
            if let (Reason::Turn(_), Owner::Person { team: Some(team), .. }) = (reason, &decision.owner) {
                self.turns.insert(team.clone());
            }
        }
        if let (Some(author), Owner::Person { team: Some(team), .. }) = (&decision.author, &decision.owner) {
            self.authors.insert((team.clone(), author.clone()));
        }
        self.groups.extend(decision.notices.iter().map(|notice| notice.group.clone()));
        self.raised.extend(decision.raised.iter().cloned());
    }
}

/// Names a conversation or an author among those of all scopes.
pub(crate) fn key_of(scope: &str, native_id: &str) -> String {
    format!("{scope} {native_id}")
}

/// Returns what must be known of `entries` before they are decided; nothing if there is nothing to decide.
pub(crate) fn ask(entries: &[Entry], scope: &str) -> Option<FamiliarAsk> {
    let mut ask = FamiliarAsk { scope: scope.to_owned(), ..FamiliarAsk::default() };
    for entry in entries {
        let Event::Item(item) = &entry.event else { continue };
        ask.items.push((ItemUid::derive(scope, &item.id), item.id.clone()));
        ask.authors.extend(item.author.clone());
        ask.conversations.push(item.conversation.clone());
    }
    (!ask.items.is_empty()).then_some(ask)
}

/// What one batch is decided within.
pub(crate) struct Sitting<'a> {
    pub tree: &'a Tree,
    pub about: &'a About,
    pub source: &'a SourceRecord,
    pub familiar: &'a Familiar,
    pub now: Ms,
}

impl Memory {
    /// Takes what the store knows.
    pub fn new(rows: RoutingRows, now: Ms) -> Self {
        let (state, clocks) = rows::state_of(&rows);
        Self {
            version: rows.version,
            state,
            clocks,
            silences: rows::silences_of(&rows.silences),
            scratch: RouteScratch::default(),
            pruned_at: now,
            rules: [0; 32],
        }
    }

    /// Routes the items of `entries`; returns what is to be remembered of it, if anything is.
    pub fn decide(&mut self, entries: &mut [Entry], sitting: &Sitting<'_>) -> Option<RoutingStep> {
        let sent = sent(sitting);
        let mut touched = Touched::default();
        let mut seen = HashSet::new();
        for entry in entries {
            let is_new = match &entry.event {
                Event::Item(item) => {
                    let uid = ItemUid::derive(&sitting.source.scope, &item.id);
                    !sitting.familiar.known.contains(&uid) && seen.insert(uid)
                }
                _ => continue,
            };
            let route = self.one(entry, is_new, &sent, sitting, &mut touched);
            entry.route = route;
        }
        (!touched.is_empty()).then(|| self.step(&touched, sitting.tree, sitting.now))
    }

    fn one(
        &mut self,
        entry: &Entry,
        is_new: bool,
        sent: &Sent,
        sitting: &Sitting<'_>,
        touched: &mut Touched,
    ) -> Option<hark_model::Route> {
        let Event::Item(item) = &entry.event else { return None };
        let Sitting { tree, about, source, now, .. } = *sitting;
        let key = key_of(&source.scope, &item.conversation);
        let author = item.author.as_deref().map(|author| key_of(&source.scope, author));
        let record = record::of_entry(item, entry, about, source, now);
        let routed = Item { record, conversation: &key, author: author.as_deref() };
        let is_self = item.author.as_deref().is_some_and(|author| {
            sitting.familiar.ours.contains(author) || about.actor(author).is_some_and(|own| own.is_self)
        });
        let arrival = Arrival { scope: &source.scope, native_id: &item.id, is_self, idempotency_key: None };
        let origin = sent.origin(&arrival);
        let is_theirs = item.direction == Direction::Inbound && !item.automated && origin.opens_work();
        let opens_work = is_new && is_theirs;
        let period = opens_work.then(|| self.reopened(&key, item, sitting));
        let context = Context { now, experts: &NoExperts, silences: Some(&self.silences) };
        let decision = tree.route(&routed, &context, &self.state, &mut self.scratch);
        let route = tree.shown(&decision, &routed, opens_work);
        if opens_work {
            self.inbound(&key, &decision, period.flatten(), item.published_at, sitting, touched);
        } else if is_new && (item.direction == Direction::Outbound || origin != Origin::Theirs) {
            self.answered(&key, item.published_at, now, touched);
        }
        Some(route)
    }

    /// Returns the work that an item goes on with or comes after, and gives work that was over back to who had it, if
    /// that is not long ago.
    fn reopened(&mut self, key: &str, item: &hark_model::Item, sitting: &Sitting<'_>) -> Option<Clock> {
        if let Some(clock) = self.clocks.get(key) {
            return Some(clock.clone());
        }
        let closed = sitting.familiar.closed.iter().find(|row| row.conversation == item.conversation)?;
        let (owner, clock) = rows::clock_of(closed);
        let reopen_after_ms = reopen_after(clock.service.as_deref(), sitting.tree);
        if let Inbound::GoesOn(_) = Period::inbound(Some(&clock.period), sitting.now, reopen_after_ms) {
            self.state.give(key, owner);
            if let Some(work) = self.state.work.get_mut(key) {
                work.hand_overs = closed.hand_overs;
            }
        }
        Some(clock)
    }

    fn inbound(
        &mut self,
        key: &str,
        decision: &Decision,
        before: Option<Clock>,
        published_at: Ms,
        sitting: &Sitting<'_>,
        touched: &mut Touched,
    ) {
        let Sitting { tree, source, now, .. } = *sitting;
        if decision.is_silent() && before.is_none() {
            return;
        }
        let service = decision.service.clone();
        let last = before.as_ref().map(|clock| &clock.period);
        let priority = decision.priority.unwrap_or(Priority::Normal);
        let mut clock = match (Period::inbound(last, now, reopen_after(service.as_deref(), tree)), before) {
            (Inbound::GoesOn(period), Some(before)) => {
                let goes_on = matches!(before.status, WorkStatus::New | WorkStatus::Open);
                Clock {
                    period,
                    status: if goes_on { before.status } else { WorkStatus::Open },
                    priority: before.priority.max(priority),
                    service: before.service.clone().or(service),
                    ..before
                }
            }
            (Inbound::Opens(period) | Inbound::GoesOn(period), _) => Clock {
                scope: source.scope.clone(),
                conversation: key[source.scope.len() + 1..].to_owned(),
                status: WorkStatus::New,
                priority,
                service,
                period,
                asked_at: published_at,
                stepped_at: now,
                wakes_at: None,
            },
        };
        clock.wakes_at = None;
        self.clocks.insert(key.into(), clock);
        self.state.apply(decision);
        touched.note(decision);
    }

    /// Notes that we said something in a conversation.
    fn answered(&mut self, key: &str, published_at: Ms, now: Ms, touched: &mut Touched) {
        let Some(clock) = self.clocks.get_mut(key) else { return };
        // What we said before we were asked, and read later, is no answer.
        if clock.period.first_response_at.is_some() || published_at < clock.asked_at {
            return;
        }
        clock.period.answered(now);
        clock.wakes_at = None;
        touched.work.insert(key.into());
    }

    /// Returns what was touched as the store is to remember it.
    fn step(&self, touched: &Touched, tree: &Tree, now: Ms) -> RoutingStep {
        let mut step = rows::step_of(&self.state, touched);
        (step.from, step.at) = (self.version, now);
        for key in &touched.work {
            let (Some(clock), Some(work)) = (self.clocks.get(key), self.state.work.get(key)) else {
                continue;
            };
            let level = clock.service.as_deref().and_then(|name| tree.level(name));
            step.work.push(rows::work_row(clock, work, level, now));
        }
        step
    }

    /// Does what has become due: returns what is to be remembered and told, if anything is.
    pub fn tick(&mut self, tree: &Tree, now: Ms) -> Option<RoutingStep> {
        if self.rules != tree.digest() {
            self.rules = tree.digest();
            self.clocks.values_mut().for_each(|clock| clock.wakes_at = None);
        }
        let mut touched = Touched::default();
        let mut escalation = crate::escalation::Escalation::default();
        let due: Vec<Box<str>> = self
            .clocks
            .iter_mut()
            .filter_map(|(key, clock)| {
                let level = level_of(clock, tree)?;
                let wakes_at = clock.wakes_at.unwrap_or_else(|| wakes(level, clock, now));
                clock.wakes_at = Some(wakes_at);
                (wakes_at <= now).then(|| key.clone())
            })
            .collect();
        for key in due {
            let Some(clock) = self.clocks.get_mut(&key) else { continue };
            let Some(level) = level_of(clock, tree) else { continue };
            escalation.take(&key, clock, level, tree, &mut self.state, now);
            clock.stepped_at = now;
            clock.wakes_at = Some(wakes(level, clock, now));
            touched.work.insert(key);
        }
        let told = self.state.due(now);
        touched.groups.extend(told.iter().map(|notice| notice.group.clone()));
        let is_stale = now.saturating_sub(self.pruned_at) >= limits::ROUTING_PRUNE_MS;
        if touched.is_empty() && touched.groups.is_empty() && !is_stale {
            return None;
        }
        let mut step = self.step(&touched, tree, now);
        step.notices = told.iter().flat_map(|notice| crate::escalation::group_notices(notice, now)).collect();
        step.notices.extend(escalation.notices);
        step.steps = escalation.steps;
        if is_stale {
            self.prune(&mut step, now);
        }
        Some(step)
    }

    fn prune(&mut self, step: &mut RoutingStep, now: Ms) {
        let before: HashSet<Box<str>> = self.state.groups.keys().cloned().collect();
        let since = now.saturating_sub(limits::ROUTING_AUTHOR_MS);
        self.state.prune(now, since);
        step.authors_since = Some(since);
        let gone = before.into_iter().filter(|key| !self.state.groups.contains_key(key));
        step.groups_gone = gone.map(String::from).collect();
        step.groups.retain(|group| self.state.groups.contains_key(group.key.as_str()));
        self.pruned_at = now;
    }
}

fn sent(sitting: &Sitting<'_>) -> Sent {
    let mut sent = Sent::default();
    for (native_id, key) in &sitting.familiar.sent {
        sent.note_id(key, &sitting.source.scope, native_id);
    }
    sent
}

fn level_of<'t>(clock: &Clock, tree: &'t Tree) -> Option<&'t Level> {
    clock.service.as_deref().and_then(|name| tree.level(name))
}

fn reopen_after(service: Option<&str>, tree: &Tree) -> Ms {
    let level = service.and_then(|name| tree.level(name));
    level.map_or(limits::REOPEN_AFTER_MS, |level| level.reopen_after_ms)
}

/// Returns when a step or a deadline is next; the end of time if none is.
fn wakes(level: &Level, clock: &Clock, now: Ms) -> Ms {
    let deadline = |promise| {
        let deadline = level.deadline(promise, &clock.period, now)?;
        // A deadline holds for its last millisecond.
        deadline.due_at.map(|at| at.saturating_add(1)).filter(|at| *at > clock.stepped_at)
    };
    let deadlines = [Promise::FirstResponse, Promise::Resolve].into_iter().filter_map(deadline);
    let steps = level.next_step(&clock.period, clock.stepped_at, now);
    deadlines.chain(steps).min().unwrap_or(Ms::MAX)
}

#[cfg(test)]
mod tests;
