//! `[service.NAME]`: what is promised for a zone, and what happens as time runs out.

use std::sync::Arc;

use hark_config::{ErrorKind, Section};
use hark_model::{UnknownWord, Zone};

use super::parts::{Named, addressee, addressees, length, must_zones, place_of};
use crate::calendar::Calendar;
use crate::decision::Addressee;
use crate::people::{Person, Team};
use crate::service::{Action, Level, Promise, Step};

/// Work that was done so long ago begins anew, if the file says nothing: three days.
const REOPEN_AFTER_MS: i64 = 72 * 60 * 60 * 1000;
const WARN_PERCENT: u64 = 80;
/// Latest step: ten times the promise.
const STEP_PERCENT_MAX: u64 = 1_000;

pub(super) fn read_all<'a>(
    top: &mut Section<'a, '_>,
    calendars: &Named<'_, Arc<Calendar>>,
    teams: &Named<'_, Team>,
    people: &Named<'_, Person>,
) -> Named<'a, Level> {
    let mut levels = Named::new("service");
    let sections = top.table("service").map(Section::into_sections).unwrap_or_default();
    for (name, mut section) in sections {
        let sink = section.sink;
        let calendar = place_of(&mut section, "calendar", calendars);
        let zones = must_zones(&mut section, "it says for which zones this counts: [\"extranet\"]");
        let first_response_ms = length(&mut section, "first_response");
        let resolve_ms = length(&mut section, "resolve");
        let before = sink.count();
        let promised = [first_response_ms, resolve_ms];
        let warn_percent = section.number("warn_percent", 1..=100).unwrap_or(WARN_PERCENT);
        let reopen_after_ms = length(&mut section, "reopen_after").unwrap_or(REOPEN_AFTER_MS);
        let pauses = section.boolean("pause_while_waiting").unwrap_or(true);
        let steps = section.tables("step").into_iter();
        let steps = steps.filter_map(|step| read_step(step, &zones, promised, teams, people)).collect();
        if section.string("calendar").is_none() {
            section.missing("calendar", "it says whose open time counts");
        }
        if promised == [None, None] && sink.count() == before && section.string("first_response").is_none() {
            section.missing("first_response", "or `resolve`: a service promises at least one");
        }
        let calendar = calendar.and_then(|place| calendars.list.get(place)).map(Arc::clone);
        let level = Level {
            name: name.inner.into(),
            zones,
            // Without one, the file is refused for it already.
            calendar: calendar.unwrap_or_else(|| Arc::new(Calendar::closed())),
            first_response_ms,
            resolve_ms,
            warn_percent: u32::try_from(warn_percent).unwrap_or(100),
            reopen_after_ms,
            pauses,
            steps,
        };
        levels.add(&name, sink, level);
        section.finish("");
    }
    levels
}

fn read_step(
    mut section: Section<'_, '_>,
    zones: &[Zone],
    promised: [Option<i64>; 2],
    teams: &Named<'_, Team>,
    people: &Named<'_, Person>,
) -> Option<Step> {
    let sink = section.sink;
    let of = section.word::<Promise>("of");
    let percent = section.number("after_percent", 1..=STEP_PERCENT_MAX);
    let notify = addressees(&mut section, "notify", teams, people);
    let reassign = section.string("reassign");
    let before = sink.count();
    let to = reassign.as_ref().and_then(|text| addressee(text, teams, people, sink));
    let told = notify.iter().flatten().chain(&to);
    for (who, zone) in told.flat_map(|who| zones.iter().map(move |zone| (who, zone))) {
        if !may_see(who, *zone, teams, people) {
            let why = format!("{who} may not see the zone {zone}, for which this service counts");
            let at = hark_config::Value {
                inner: (),
                span: section.span.clone(),
                key: "step".to_owned(),
                table: section.name.clone(),
            };
            sink.value(ErrorKind::Value, &at, &why);
        }
    }
    let action = match (notify, to) {
        (Some(notify), None) if reassign.is_none() => Some(Action::Notify(notify)),
        (None, Some(to)) => Some(Action::Reassign(to)),
        _ => None,
    };
    for (key, is_there) in [("of", of.is_some()), ("after_percent", percent.is_some())] {
        if !is_there && sink.count() == before {
            section
                .missing(key, "a step says of which promise, after how many percent of its time, and what");
        }
    }
    if action.is_none() && sink.count() == before {
        section.missing("notify", "or `reassign`, and not both: what happens then");
    }
    if of.is_some_and(|of| promised[of as usize].is_none()) && sink.count() == before {
        section.missing("of", "a step is of a promise that this service makes");
    }
    section.finish("");
    Some(Step { of: of?, percent: u32::try_from(percent?).ok()?, action: action? })
}

fn may_see(who: &Addressee, zone: Zone, teams: &Named<'_, Team>, people: &Named<'_, Person>) -> bool {
    match who {
        Addressee::Team(name) => teams.list.iter().any(|own| own.name == *name && own.zones.contains(&zone)),
        Addressee::Person(name) => {
            people.list.iter().any(|own| own.name == *name && own.zones.contains(&zone))
        }
    }
}

impl std::str::FromStr for Promise {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "first-response" => Ok(Self::FirstResponse),
            "resolve" => Ok(Self::Resolve),
            _ => Err(UnknownWord { word: word.to_owned(), known: &["first-response", "resolve"] }),
        }
    }
}
