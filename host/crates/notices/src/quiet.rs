//! Quiet hours: when only what is urgent is sent.

use hark_model::Ms;
use jiff::civil::Time;
use jiff::{Timestamp, tz::TimeZone};

/// Why hours cannot be quiet.
#[derive(Debug, thiserror::Error)]
pub enum QuietError {
    /// It is no time of the day.
    #[error("{0:?} is not a time of the day: write it as 22:00")]
    Time(String),
    /// There is no such zone here.
    #[error("{0:?} is not a time zone that this machine knows: write it as Europe/Berlin")]
    Zone(String),
    /// They begin when they end.
    #[error("quiet hours begin and end at {0}: leave them out, or give them an end")]
    Empty(String),
}

/// Hours of each day, in a time zone; they may pass midnight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuietHours {
    from: Time,
    until: Time,
    zone: TimeZone,
}

impl QuietHours {
    /// Reads times as in "22:00" and a zone as in "Europe/Berlin"; the zone's rules are loaded now.
    pub fn parse(from: &str, until: &str, zone: &str) -> Result<Self, QuietError> {
        let time = |text: &str| Time::strptime("%H:%M", text).map_err(|_| QuietError::Time(text.to_owned()));
        let (from, until) = (time(from)?, time(until)?);
        if from == until {
            return Err(QuietError::Empty(from.strftime("%H:%M").to_string()));
        }
        let zone = TimeZone::get(zone).map_err(|_| QuietError::Zone(zone.to_owned()))?;
        Ok(Self { from, until, zone })
    }

    /// Tells whether it is quiet at `now`; a time beyond the calendar is not.
    pub fn holds(&self, now: Ms) -> bool {
        let Ok(now) = Timestamp::from_millisecond(now) else { return false };
        let time = now.to_zoned(self.zone.clone()).time();
        if self.from < self.until {
            (self.from..self.until).contains(&time)
        } else {
            time >= self.from || time < self.until
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Ms {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn hours_are_those_of_the_zone_in_summer_and_winter_and_over_midnight() {
        let night = QuietHours::parse("22:00", "07:00", "Europe/Berlin").unwrap();
        let cases = [
            ("2026-07-01T19:59:00Z", false),
            ("2026-07-01T20:00:00Z", true),
            ("2026-07-02T04:59:59Z", true),
            ("2026-07-02T05:00:00Z", false),
            ("2026-01-01T20:30:00Z", false),
            ("2026-01-01T21:00:00Z", true),
            ("2026-01-02T05:59:00Z", true),
            ("2026-01-02T06:00:00Z", false),
        ];
        for (time, want) in cases {
            assert_eq!(night.holds(at(time)), want, "{time}");
        }
        let noon = QuietHours::parse("12:00", "13:00", "Asia/Kolkata").unwrap();
        assert!(noon.holds(at("2026-01-01T06:30:00Z")) && !noon.holds(at("2026-01-01T07:30:00Z")));
        assert!(!noon.holds(Ms::MAX));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let said = |from, until, zone| QuietHours::parse(from, until, zone).unwrap_err().to_string();
        assert_eq!(said("25:00", "07:00", "UTC"), "\"25:00\" is not a time of the day: write it as 22:00");
        assert!(
            said("22:00", "07:00", "Europe/Nowhere").starts_with("\"Europe/Nowhere\" is not a time zone")
        );
        assert!(said("07:00", "07:00", "UTC").starts_with("quiet hours begin and end at 07:00"));
    }
}
