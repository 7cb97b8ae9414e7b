//! `[person.NAME]`, `[rotation.NAME]` and `[team.NAME]`.

use std::sync::Arc;

use hark_config::{ErrorKind, Section, Value};
use hark_model::{Ms, Zone};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::calendars::{minute, read_zone, weekday, weekday_of};
use super::parts::{Named, labels, must_zones, place_of, places_of};
use crate::calendar::{Calendar, DAY_MINUTES, Minute};
use crate::limits;
use crate::people::{Method, Person, Team};
use crate::rotation::{Cover, Rotation};

pub(super) fn read_people<'a>(
    top: &mut Section<'a, '_>,
    calendars: &Named<'_, Arc<Calendar>>,
) -> Named<'a, Person> {
    let mut people = Named::new("person");
    let sections = top.table("person").map(Section::into_sections).unwrap_or_default();
    for (name, mut section) in sections {
        let person = Person {
            name: name.inner.into(),
            shown: section.label("name").map(Into::into),
            account: section.label("account").map(Into::into),
            zones: must_zones(&mut section, "it says of which zones she may see items: [\"social\"]"),
            skills: labels(&mut section, "skills").unwrap_or_default(),
            functions: labels(&mut section, "functions").unwrap_or_default(),
            capacity: count(&mut section, "capacity", 1),
            calendar: place_of(&mut section, "calendar", calendars),
        };
        people.add(&name, section.sink, person);
        section.finish("");
    }
    people
}

fn count(section: &mut Section<'_, '_>, key: &'static str, least: u64) -> Option<u32> {
    section.number(key, least..=limits::CAPACITY_MAX).and_then(|count| u32::try_from(count).ok())
}

pub(super) fn read_teams<'a>(
    top: &mut Section<'a, '_>,
    people: &Named<'_, Person>,
    rotations: &Named<'_, Rotation>,
) -> Named<'a, Team> {
    let mut teams = Named::new("team");
    let sections = top.table("team").map(Section::into_sections).unwrap_or_default();
    for (name, mut section) in sections {
        let before = section.sink.count();
        let members = places_of(&mut section, "members", people).unwrap_or_default();
        let zones: Vec<Zone> = section.words("zones");
        let rotation = place_of(&mut section, "rotation", rotations);
        let of_members = || {
            let sees = |zone: &Zone| members.iter().any(|place| people.list[*place].zones.contains(zone));
            Zone::ALL.iter().copied().filter(sees).collect()
        };
        let assign = section.word::<Method>("assign");
        // A team without members waits for people in its queue.
        let usual = if members.is_empty() { Method::Queue } else { Method::LeastLoaded };
        let team = Team {
            name: name.inner.into(),
            zones: if zones.is_empty() { of_members() } else { zones },
            rotation,
            assign: assign.unwrap_or(usual),
            queue_max: count(&mut section, "queue_max", 0),
            members,
        };
        if team.assign == Method::OnCall && team.rotation.is_none() {
            section.missing("rotation", "`assign = \"on-call\"` needs it: whose shift it is");
        }
        if team.zones.is_empty() && section.sink.count() == before {
            section.missing("zones", "without members, it says of which zones the queue may hold items");
        }
        teams.add(&name, section.sink, team);
        section.finish("");
    }
    teams
}

pub(super) fn read_rotations<'a>(
    top: &mut Section<'a, '_>,
    people: &Named<'_, Person>,
) -> Named<'a, Rotation> {
    let mut rotations = Named::new("rotation");
    let sections = top.table("rotation").map(Section::into_sections).unwrap_or_default();
    for (name, mut section) in sections {
        let zone = read_zone(&mut section);
        let (day, hand_over) = read_hand_over(&mut section);
        let rotation = Rotation {
            name: name.inner.into(),
            days: if day.is_some() { 7 } else { 1 },
            hand_over,
            first: read_first(&mut section, day),
            people: places_of(&mut section, "people", people).unwrap_or_default(),
            covers: read_covers(&mut section, &zone, people),
            zone,
        };
        if rotation.people.is_empty() {
            section.missing("people", "at least one, in the order of their shifts");
        }
        rotations.add(&name, section.sink, rotation);
        section.finish("");
    }
    rotations
}

/// Reads when shifts change hands: `09:00` every day, or `mon 09:00` every week.
fn read_hand_over(section: &mut Section<'_, '_>) -> (Option<usize>, Minute) {
    let Some(text) = section.string("hand_over") else {
        section.missing("hand_over", "write \"09:00\" for every day, \"mon 09:00\" for every week");
        return (None, 0);
    };
    let parsed = match text.inner.split_once(' ') {
        Some((day, time)) => weekday(day).map(Some).zip(minute(time)),
        None => minute(text.inner).map(|minute| (None, minute)),
    };
    parsed.filter(|(_, minute)| *minute < DAY_MINUTES).unwrap_or_else(|| {
        let why = format!(
            "{:?} is no hand-over; write \"09:00\" for every day, \"mon 09:00\" for every week",
            text.inner
        );
        section.sink.value(ErrorKind::Value, &text, &why);
        (None, 0)
    })
}

fn read_first(section: &mut Section<'_, '_>, day: Option<usize>) -> Date {
    let Some(text) = section.string("first") else {
        section
            .missing("first", "the day on which the first shift of the first person begins: \"2026-01-05\"");
        return Date::default();
    };
    let Ok(date) = text.inner.parse::<Date>() else {
        let why = format!("{:?} is no day; write one such as \"2026-01-05\"", text.inner);
        section.sink.value(ErrorKind::Value, &text, &why);
        return Date::default();
    };
    if day.is_some_and(|day| day != weekday_of(date)) {
        let why = format!("{:?} is another weekday than that of `hand_over`", text.inner);
        section.sink.value(ErrorKind::Value, &text, &why);
    }
    date
}

fn read_covers(section: &mut Section<'_, '_>, zone: &TimeZone, people: &Named<'_, Person>) -> Vec<Cover> {
    let mut covers = Vec::new();
    for mut cover in section.tables("cover") {
        let person = place_of(&mut cover, "person", people);
        let from = read_local(&mut cover, "from", zone);
        let until = read_local(&mut cover, "until", zone);
        for (key, is_there) in
            [("person", person.is_some()), ("from", from.is_some()), ("until", until.is_some())]
        {
            if !is_there && cover.string(key).is_none() {
                cover.missing(key, "a cover has a person, from and until");
            }
        }
        if let (Some((from, _)), Some((until, at))) = (&from, &until)
            && until <= from
        {
            cover.sink.key(ErrorKind::Value, at, "is not behind `from`");
        }
        if let (Some(person), Some((from, _)), Some((until, _))) = (person, from, until) {
            covers.push(Cover { person, from, until });
        }
        cover.finish("");
    }
    covers
}

/// Reads a local time, such as `2026-12-24T09:00`.
fn read_local<'a>(
    section: &mut Section<'a, '_>,
    key: &'static str,
    zone: &TimeZone,
) -> Option<(Ms, Value<&'a str>)> {
    let text = section.string(key)?;
    let local: Option<DateTime> = text.inner.parse().ok();
    let at = local.and_then(|local| zone.to_ambiguous_timestamp(local).compatible().ok());
    if at.is_none() {
        let why = format!(
            "{:?} is no local time; write one such as \"2026-12-24T09:00\", in the time zone of the rotation",
            text.inner
        );
        section.sink.value(ErrorKind::Value, &text, &why);
    }
    at.map(|at| (at.as_millisecond(), text))
}
