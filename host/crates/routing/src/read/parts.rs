//! Parts that many tables have: names of other tables, lengths of time, filters, addressees.

use std::collections::HashMap;

use hark_config::{ErrorKind, Section, Sink, Value, did_you_mean};
use hark_model::{Ms, UnknownWord, Zone};
use hark_query::{Ambient, Field, Filter, Unsupported};
use jiff::{SpanRelativeTo, Timestamp};

use super::Surroundings;
use crate::Name;
use crate::calendar::DAY_MS;
use crate::decision::Addressee;
use crate::limits;
use crate::people::{Person, Team};

/// Longest name.
const NAME_BYTES_MAX: usize = 64;

/// The tables of one kind, by name and in the order of the file.
pub(super) struct Named<'a, T> {
    /// What they are, for people: "team".
    pub what: &'static str,
    pub list: Vec<T>,
    pub places: HashMap<&'a str, usize>,
}

impl<'a, T> Named<'a, T> {
    pub fn new(what: &'static str) -> Self {
        Self { what, list: Vec::new(), places: HashMap::new() }
    }

    /// Adds the next one.
    pub fn add(&mut self, name: &Value<&'a str>, sink: &Sink<'_>, one: T) {
        check_name(name, sink);
        if self.list.len() == limits::ENTRIES_MAX {
            sink.key(ErrorKind::TooMuch, name, &format!("is one more than {}", limits::ENTRIES_MAX));
        }
        if self.places.insert(name.inner, self.list.len()).is_some() {
            let why = format!("there is a {} {:?} above already", self.what, name.inner);
            sink.value(ErrorKind::Duplicate, name, &why);
        }
        self.list.push(one);
    }

    /// Returns the place of the one that is named, or complains.
    pub fn find(&self, name: &Value<&str>, sink: &Sink<'_>) -> Option<usize> {
        self.find_named(name, name.inner, sink)
    }

    /// Returns the place of `name`, which is a part of `value`, or complains.
    pub fn find_named(&self, value: &Value<&str>, name: &str, sink: &Sink<'_>) -> Option<usize> {
        let place = self.places.get(name).copied();
        if place.is_none() {
            let hint = did_you_mean(name, self.places.keys().copied(), '"');
            let why = format!("there is no {} {name:?} in this file{hint}", self.what);
            sink.value(ErrorKind::Value, value, &why);
        }
        place
    }
}

fn check_name(name: &Value<&str>, sink: &Sink<'_>) {
    let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if !(1..=NAME_BYTES_MAX).contains(&name.inner.len()) || !name.inner.bytes().all(legal) {
        let why = format!(
            "{:?} is no name; write 1 to {NAME_BYTES_MAX} letters, digits, `-`, `_`, `.`",
            name.inner
        );
        sink.value(ErrorKind::Name, name, &why);
    }
}

/// Reads the `name` of a table in a list of tables.
pub(super) fn name<'a>(section: &mut Section<'a, '_>) -> Value<&'a str> {
    section.string("name").unwrap_or_else(|| {
        section.missing("name", "it is shown as the reason");
        Value { inner: "", span: section.span.clone(), key: "name".to_owned(), table: section.name.clone() }
    })
}

/// Reads a name of one of `known`.
pub(super) fn place_of<T>(
    section: &mut Section<'_, '_>,
    key: &'static str,
    known: &Named<'_, T>,
) -> Option<usize> {
    let sink = section.sink;
    section.string(key).and_then(|name| known.find(&name, sink))
}

/// Reads names of several of `known`; absent if the key is.
pub(super) fn places_of<T>(
    section: &mut Section<'_, '_>,
    key: &'static str,
    known: &Named<'_, T>,
) -> Option<Vec<usize>> {
    let sink = section.sink;
    let list = section.strings(key)?;
    Some(list.iter().filter_map(|name| known.find(name, sink)).collect())
}

/// Reads names for people; absent if the key is.
pub(super) fn labels(section: &mut Section<'_, '_>, key: &'static str) -> Option<Vec<Name>> {
    let list = section.strings(key)?;
    Some(list.into_iter().map(|text| text.inner.into()).collect())
}

/// Reads a text for people that must be there.
pub(super) fn must_label(section: &mut Section<'_, '_>, key: &'static str, what_to_do: &str) -> Name {
    let text = section.label(key);
    if text.is_none() {
        section.missing(key, what_to_do);
    }
    text.unwrap_or_default().into()
}

/// Reads zones that must be there.
pub(super) fn must_zones(section: &mut Section<'_, '_>, what_to_do: &str) -> Vec<Zone> {
    let before = section.sink.count();
    let zones = section.words("zones");
    if zones.is_empty() && section.sink.count() == before {
        section.missing("zones", what_to_do);
    }
    zones
}

/// Reads words of a closed list; absent if the key is.
pub(super) fn words<T: std::str::FromStr<Err = UnknownWord>>(
    section: &mut Section<'_, '_>,
    key: &'static str,
) -> Option<Vec<T>> {
    let sink = section.sink;
    let list = section.strings(key)?;
    let word = |text: &Value<&str>| {
        let parsed: Result<T, UnknownWord> = text.inner.parse();
        let complain = |error: UnknownWord| {
            let hint = did_you_mean(text.inner, error.known.iter().copied(), '"');
            sink.value(ErrorKind::Value, text, &format!("{error}{hint}"));
        };
        parsed.map_err(complain).ok()
    };
    Some(list.iter().filter_map(word).collect())
}

/// Reads a length of time such as `30s`, `5m`, `1h30m` or `3d`, in milliseconds.
pub(super) fn length(section: &mut Section<'_, '_>, key: &'static str) -> Option<Ms> {
    let sink = section.sink;
    section.string(key).and_then(|text| read_length(&text, sink))
}

pub(super) fn read_length(text: &Value<&str>, sink: &Sink<'_>) -> Option<Ms> {
    let span: Option<jiff::Span> = text.inner.parse().ok();
    let days = SpanRelativeTo::days_are_24_hours();
    let duration = span.and_then(|span| span.to_duration(days).ok());
    let ms = duration.and_then(|duration| Ms::try_from(duration.as_millis()).ok());
    let within = ms.filter(|ms| (0..=limits::WAIT_DAYS_MAX * DAY_MS).contains(ms));
    if within.is_none() {
        let why = format!(
            "{:?} is no length of time; write one such as \"30s\", \"5m\", \"1h30m\" or \"3d\", up to {} days",
            text.inner,
            limits::WAIT_DAYS_MAX
        );
        sink.value(ErrorKind::Value, text, &why);
    }
    within
}

/// Reads a moment with its distance from UTC.
pub(super) fn moment(section: &mut Section<'_, '_>, key: &'static str) -> Option<Ms> {
    let sink = section.sink;
    let text = section.string(key)?;
    let parsed: Option<Timestamp> = text.inner.parse().ok();
    if parsed.is_none() {
        let why = format!("{:?} is no moment; write one such as \"2026-12-24T09:00Z\"", text.inner);
        sink.value(ErrorKind::Value, &text, &why);
    }
    parsed.map(Timestamp::as_millisecond)
}

/// Reads a filter that can be asked when an item comes in.
pub(super) fn filter(
    section: &mut Section<'_, '_>,
    key: &'static str,
    around: &Surroundings<'_>,
) -> Option<Filter> {
    let sink = section.sink;
    let text = section.string(key)?;
    let filter = match Filter::parse(text.inner, around.lists) {
        Ok(filter) => filter,
        Err(error) => {
            sink.part(ErrorKind::Value, &text, &error.span, &error.to_string());
            return None;
        }
    };
    if let Err(error) = filter.check(Ambient { now: 0, me: None }) {
        let (Unsupported::NotStored { span, .. } | Unsupported::Nobody { span, .. }) = &error;
        sink.part(ErrorKind::Value, &text, span, &error.to_string());
        return None;
    }
    let later = [Field::Status, Field::Assignee, Field::Team, Field::Priority];
    if let Some(field) = filter.fields().into_iter().find(|field| later.contains(field)) {
        let why = format!(
            "`{}:` is not known when an item comes in: rules and people decide it; ask for what the item itself has",
            field.name()
        );
        sink.value(ErrorKind::Value, &text, &why);
        return None;
    }
    Some(filter)
}

/// Reads who is told: `team:NAME` or `person:NAME`; absent if the key is.
pub(super) fn addressees(
    section: &mut Section<'_, '_>,
    key: &'static str,
    teams: &Named<'_, Team>,
    people: &Named<'_, Person>,
) -> Option<Vec<Addressee>> {
    let sink = section.sink;
    let list = section.strings(key)?;
    Some(list.iter().filter_map(|text| addressee(text, teams, people, sink)).collect())
}

pub(super) fn addressee(
    text: &Value<&str>,
    teams: &Named<'_, Team>,
    people: &Named<'_, Person>,
    sink: &Sink<'_>,
) -> Option<Addressee> {
    match text.inner.split_once(':') {
        Some(("team", name)) => {
            let place = teams.find_named(text, name, sink)?;
            Some(Addressee::Team(teams.list.get(place)?.name.clone()))
        }
        Some(("person", name)) => {
            let place = people.find_named(text, name, sink)?;
            Some(Addressee::Person(people.list.get(place)?.name.clone()))
        }
        _ => {
            let why = format!("{:?} is nobody; write \"team:NAME\" or \"person:NAME\"", text.inner);
            sink.value(ErrorKind::Value, text, &why);
            None
        }
    }
}
