//! Times of a filter: a moment, a day, or how long ago. All of them are UTC.
//!
//! Holds: what "now" is, is always given from outside.

use hark_model::Ms;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::limits;

const MINUTE_MS: Ms = 60_000;
const DAY_MS: Ms = 24 * 60 * MINUTE_MS;

/// A unit of an age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AgeUnit {
    /// 60 seconds: `m`.
    Minutes,
    /// 60 minutes: `h`.
    Hours,
    /// 24 hours: `d`.
    Days,
    /// 7 days: `w`.
    Weeks,
}

impl AgeUnit {
    const ALL: [Self; 4] = [Self::Minutes, Self::Hours, Self::Days, Self::Weeks];

    /// Returns the letter behind the number.
    pub const fn letter(self) -> char {
        match self {
            Self::Minutes => 'm',
            Self::Hours => 'h',
            Self::Days => 'd',
            Self::Weeks => 'w',
        }
    }

    /// Returns the word for `count` of them.
    pub const fn word(self, count: u32) -> &'static str {
        match (self, count) {
            (Self::Minutes, 1) => "minute",
            (Self::Minutes, _) => "minutes",
            (Self::Hours, 1) => "hour",
            (Self::Hours, _) => "hours",
            (Self::Days, 1) => "day",
            (Self::Days, _) => "days",
            (Self::Weeks, 1) => "week",
            (Self::Weeks, _) => "weeks",
        }
    }

    const fn minutes(self) -> u32 {
        match self {
            Self::Minutes => 1,
            Self::Hours => 60,
            Self::Days => 24 * 60,
            Self::Weeks => 7 * 24 * 60,
        }
    }
}

/// A time of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum When {
    /// So long before now.
    Ago(u32, AgeUnit),
    /// The beginning of the day that it is now.
    Today,
    /// The beginning of the day before.
    Yesterday,
    /// The beginning of a day.
    Day(Date),
    /// A moment.
    At(Timestamp),
}

impl When {
    /// Reads `24h`, `today`, `2026-11-20`, `2026-11-20T08:00`, `2026-11-20T08:00:30+01:00`; `None` if it is none of
    /// these, or beyond what can be asked for.
    pub fn parse(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        match lower.as_str() {
            "today" => return Some(Self::Today),
            "yesterday" => return Some(Self::Yesterday),
            _ => {}
        }
        if let Some(unit) = AgeUnit::ALL.into_iter().find(|unit| lower.ends_with(unit.letter())) {
            return age(&lower[..lower.len() - 1], unit);
        }
        // A year has four digits here: jiff would also read six with a sign.
        if !text.as_bytes().get(..5).is_some_and(|head| head[..4].iter().all(u8::is_ascii_digit)) {
            return None;
        }
        if text.len() == "2026-11-20".len() {
            return text.parse().ok().map(Self::Day);
        }
        let moment = text.parse::<Timestamp>().or_else(|_| utc(text)).ok()?;
        // The store counts milliseconds.
        Timestamp::from_millisecond(moment.as_millisecond()).ok().map(Self::At)
    }

    /// Returns the moment that is meant when it is `now`.
    pub fn resolve(self, now: Ms) -> Ms {
        match self {
            Self::Ago(count, unit) => {
                now.saturating_sub(Ms::from(count) * Ms::from(unit.minutes()) * MINUTE_MS)
            }
            Self::Today => now.saturating_sub(now.rem_euclid(DAY_MS)),
            Self::Yesterday => now.saturating_sub(now.rem_euclid(DAY_MS) + DAY_MS),
            Self::Day(date) => midnight(date),
            Self::At(moment) => moment.as_millisecond(),
        }
    }
}

fn age(digits: &str, unit: AgeUnit) -> Option<When> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let count: u32 = is_number.then(|| digits.parse().ok()).flatten()?;
    let minutes = u64::from(count) * u64::from(unit.minutes());
    (minutes <= limits::AGE_MINUTES_MAX).then_some(When::Ago(count, unit))
}

fn utc(text: &str) -> Result<Timestamp, jiff::Error> {
    Ok(text.parse::<DateTime>()?.to_zoned(TimeZone::UTC)?.timestamp())
}

fn midnight(date: Date) -> Ms {
    let days = date.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24;
    days * DAY_MS
}

impl std::fmt::Display for When {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ago(count, unit) => write!(f, "{count}{}", unit.letter()),
            Self::Today => f.write_str("today"),
            Self::Yesterday => f.write_str("yesterday"),
            Self::Day(date) => write!(f, "{date}"),
            Self::At(moment) => write!(f, "{moment}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-22T15:30:00Z.
    const NOW: Ms = 1_795_361_400_000;

    #[test]
    fn times_are_utc_and_read_back_as_themselves() {
        for (text, behind_midnight_min) in [
            ("today", 0),
            ("2026-11-22", 0),
            ("yesterday", -24 * 60),
            ("24h", 15 * 60 + 30 - 24 * 60),
            ("90m", 14 * 60),
            ("1w", 15 * 60 + 30 - 7 * 24 * 60),
            ("2026-11-22T08:00", 8 * 60),
            ("2026-11-22T08:00Z", 8 * 60),
            ("2026-11-22T08:00:00+01:00", 7 * 60),
        ] {
            let when = When::parse(text).unwrap();
            let midnight = NOW - (15 * 60 + 30) * MINUTE_MS;
            assert_eq!(when.resolve(NOW), midnight + behind_midnight_min * MINUTE_MS, "{text}");
            assert_eq!(When::parse(&when.to_string()), Some(when), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in
            ["", "h", "-1h", "1.5h", "24", "2026", "2026-13-01", "99999999w", "soon", "+002026-01-01", "é"]
        {
            assert_eq!(When::parse(text), None, "{text}");
        }
    }
}
