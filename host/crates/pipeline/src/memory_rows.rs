//! What the desk remembers, to rows of the store and back.

use std::collections::HashMap;

use hark_model::Ms;
use hark_query::{Filter, NoLists};
use hark_routing::{
    Addressee, Group, Level, Owner, Period, Promise, Silence, Silences, State, Sticky, Waits, Work,
};
use hark_store::{AuthorRow, GroupRow, RoutingRows, RoutingStep, SilenceRow, WorkRow};

use crate::memory::{Clock, Touched, key_of};

/// Returns what the rows say.
pub(crate) fn state_of(rows: &RoutingRows) -> (State, HashMap<Box<str>, Clock>) {
    let mut state = State::default();
    let mut clocks = HashMap::new();
    for row in &rows.work {
        let key = key_of(&row.scope, &row.conversation);
        let (owner, clock) = clock_of(row);
        state.give(&key, owner);
        if let Some(work) = state.work.get_mut(key.as_str()) {
            work.hand_overs = row.hand_overs;
            work.groups = row.groups.iter().map(|group| group.as_str().into()).collect();
        }
        clocks.insert(key.into(), clock);
    }
    let turns = rows.turns.iter().map(|(team, person)| (team.as_str().into(), person.as_str().into()));
    state.turns = turns.collect();
    for row in &rows.authors {
        let sticky = Sticky { person: row.person.as_str().into(), at: row.at };
        let team = state.sticky.entry(row.team.as_str().into()).or_default();
        team.insert(row.author.as_str().into(), sticky);
    }
    state.groups = rows.groups.iter().map(|row| (row.key.as_str().into(), group_of(row))).collect();
    state.raised = rows.raised.iter().map(|(key, until)| (key.as_str().into(), *until)).collect();
    (state, clocks)
}

/// Returns whose a piece of work is, and its time.
pub(crate) fn clock_of(row: &WorkRow) -> (Owner, Clock) {
    let team = row.team.as_deref().map(Into::into);
    let owner = match (row.person.as_deref(), team) {
        (Some(person), team) => Owner::Person { person: person.into(), team },
        (None, Some(team)) => Owner::Team(team),
        (None, None) => Owner::Root,
    };
    let period = Period {
        opened_at: row.opened_at,
        first_response_at: row.first_response_at,
        waiting_since: row.waiting_since,
        // What was closed without saying when, is over since it began.
        done_at: row.done_at.or((!row.status.is_open()).then_some(row.opened_at)),
        pauses: row.pauses.clone(),
    };
    let clock = Clock {
        scope: row.scope.clone(),
        conversation: row.conversation.clone(),
        status: row.status,
        priority: row.priority,
        service: row.service.as_deref().map(Into::into),
        period,
        asked_at: row.asked_at,
        stepped_at: row.stepped_at,
        wakes_at: None,
    };
    (owner, clock)
}

/// Returns the row of a piece of work, with what is due by `level`.
pub(crate) fn work_row(clock: &Clock, work: &Work, level: Option<&Level>, now: Ms) -> WorkRow {
    let (team, person) = match &work.owner {
        Owner::Person { person, team } => (team.as_deref(), Some(&**person)),
        Owner::Team(team) => (Some(&**team), None),
        Owner::Root => (None, None),
    };
    let due = |promise| level.and_then(|level| level.deadline(promise, &clock.period, now)?.due_at);
    let period = &clock.period;
    WorkRow {
        scope: clock.scope.clone(),
        conversation: clock.conversation.clone(),
        status: clock.status,
        team: team.map(str::to_owned),
        person: person.map(str::to_owned),
        priority: clock.priority,
        hand_overs: work.hand_overs,
        groups: work.groups.iter().map(ToString::to_string).collect(),
        service: clock.service.as_deref().map(str::to_owned),
        opened_at: period.opened_at,
        asked_at: clock.asked_at,
        first_response_at: period.first_response_at,
        waiting_since: period.waiting_since,
        done_at: period.done_at,
        pauses: period.pauses.clone(),
        first_response_due: due(Promise::FirstResponse),
        resolve_due: due(Promise::Resolve),
        stepped_at: clock.stepped_at,
    }
}

/// Returns a step with everything that was touched, but for work.
pub(crate) fn step_of(state: &State, touched: &Touched) -> RoutingStep {
    let turn = |team: &hark_routing::Name| Some((team.to_string(), state.turns.get(team)?.to_string()));
    let author = |(team, author): &(hark_routing::Name, Box<str>)| {
        let sticky = state.sticky.get(team)?.get(author)?;
        let (person, at) = (sticky.person.to_string(), sticky.at);
        Some(AuthorRow { team: team.to_string(), author: author.to_string(), person, at })
    };
    let group = |key: &str| state.groups.get(key).map(|group| group_row(key, group));
    RoutingStep {
        turns: touched.turns.iter().filter_map(turn).collect(),
        authors: touched.authors.iter().filter_map(author).collect(),
        groups: touched.groups.iter().filter_map(|key| group(key)).collect(),
        raised: touched.raised.iter().map(|(key, until)| (key.to_string(), *until)).collect(),
        ..RoutingStep::default()
    }
}

fn group_row(key: &str, group: &Group) -> GroupRow {
    GroupRow {
        key: key.to_owned(),
        rule: group.rule.to_string(),
        told: group.to.iter().map(ToString::to_string).collect(),
        wait_ms: group.waits.wait_ms,
        interval_ms: group.waits.interval_ms,
        repeat_ms: group.waits.repeat_ms,
        opened_at: group.opened_at,
        told_at: group.told_at,
        news: group.news,
        due_at: group.due_at,
        open: group.open.iter().map(ToString::to_string).collect(),
    }
}

fn group_of(row: &GroupRow) -> Group {
    Group {
        rule: row.rule.as_str().into(),
        to: row.told.iter().filter_map(|text| addressee(text)).collect(),
        waits: Waits { wait_ms: row.wait_ms, interval_ms: row.interval_ms, repeat_ms: row.repeat_ms },
        opened_at: row.opened_at,
        told_at: row.told_at,
        news: row.news,
        due_at: row.due_at,
        open: row.open.iter().map(|key| key.as_str().into()).collect(),
    }
}

fn addressee(text: &str) -> Option<Addressee> {
    match text.split_once(':')? {
        ("team", name) => Some(Addressee::Team(name.into())),
        ("person", name) => Some(Addressee::Person(name.into())),
        _ => None,
    }
}

/// Returns the silences that stand; one whose filter cannot be read any more is said and left out.
pub(crate) fn silences_of(rows: &[SilenceRow]) -> Silences {
    let read = |row: &SilenceRow| match Filter::parse(&row.filter, &NoLists) {
        Ok(when) => Some(Silence {
            name: row.name.as_str().into(),
            when,
            rules: row.rules.iter().map(|rule| rule.as_str().into()).collect(),
            from: row.from,
            until: row.until,
            author: row.author.as_str().into(),
            reason: row.reason.as_str().into(),
        }),
        Err(error) => {
            tracing::warn!(silence = row.name, %error, "a silence cannot be read, and keeps nobody quiet");
            None
        }
    };
    Silences::new(rows.iter().filter_map(read).collect()).unwrap_or_else(|refused| {
        tracing::warn!(silence = refused.rule, "a silence cannot stand; none keeps anybody quiet");
        Silences::default()
    })
}
