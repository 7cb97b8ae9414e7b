//! On call: who has the shift at a moment.
//!
//! Holds: the answer follows from the moment alone; shifts change hands at a local time, whatever the clocks do.

use hark_model::Ms;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::Name;
use crate::calendar::{Minute, local};

/// A rotation of shifts; at least one person.
#[derive(Debug, Clone)]
pub struct Rotation {
    pub(crate) name: Name,
    pub(crate) zone: TimeZone,
    /// Length of a shift in local days: 1 or 7.
    pub(crate) days: i32,
    /// When the shift changes hands, on the days that it does.
    pub(crate) hand_over: Minute,
    /// The local day on which the first person's first shift begins.
    pub(crate) first: Date,
    /// Places of the persons, in turn.
    pub(crate) people: Vec<usize>,
    /// The first that holds counts.
    pub(crate) covers: Vec<Cover>,
}

/// Somebody takes over for a while.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cover {
    pub person: usize,
    pub from: Ms,
    pub until: Ms,
}

/// Who has the shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OnCall {
    pub person: usize,
    /// Somebody covers for whose turn it is.
    pub is_cover: bool,
}

impl Rotation {
    /// Returns its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn on_call(&self, at: Ms) -> OnCall {
        let cover = self.covers.iter().find(|cover| cover.from <= at && at < cover.until);
        if let Some(cover) = cover {
            return OnCall { person: cover.person, is_cover: true };
        }
        let now = local(&self.zone, at);
        let minute = Minute::from(now.hour().unsigned_abs()) * 60 + Minute::from(now.minute().unsigned_abs());
        // Before the hand-over of a day its shift is still that of the day before.
        let yesterdays = i32::from(minute < self.hand_over);
        let passed = now.date().duration_since(self.first).as_hours() / 24;
        let shift = (i32::try_from(passed).unwrap_or(0) - yesterdays).div_euclid(self.days.max(1));
        let count = i32::try_from(self.people.len()).unwrap_or(1).max(1);
        let turn = usize::try_from(shift.rem_euclid(count)).unwrap_or(0);
        OnCall { person: self.people.get(turn).copied().unwrap_or(0), is_cover: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::time_zone;

    fn ms(text: &str) -> Ms {
        text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
    }

    fn rotation(days: i32, covers: Vec<Cover>) -> Rotation {
        Rotation {
            name: "r".into(),
            zone: time_zone("Europe/Berlin").unwrap(),
            days,
            hand_over: 9 * 60,
            first: "2026-03-16".parse().unwrap(),
            people: vec![10, 11, 12],
            covers,
        }
    }

    #[test]
    fn a_week_changes_hands_on_its_morning_over_a_change_of_clocks() {
        // Mondays 09:00 in Berlin: 08:00 UTC, and 07:00 UTC from 2026-03-29 on.
        let weekly = rotation(7, Vec::new());
        for (at, person) in [
            ("2026-03-16T07:59Z", 12),
            ("2026-03-16T08:00Z", 10),
            ("2026-03-23T07:59Z", 10),
            ("2026-03-23T08:00Z", 11),
            ("2026-03-30T06:59Z", 11),
            ("2026-03-30T07:00Z", 12),
            ("2026-04-06T07:00Z", 10),
            ("2026-03-01T12:00Z", 10),
        ] {
            assert_eq!(weekly.on_call(ms(at)), OnCall { person, is_cover: false }, "{at}");
        }
    }

    #[test]
    fn a_day_changes_hands_every_morning_and_is_covered() {
        let cover = Cover { person: 7, from: ms("2026-03-17T12:00Z"), until: ms("2026-03-17T14:00Z") };
        let daily = rotation(1, vec![cover]);
        for (at, person, is_cover) in [
            ("2026-03-16T08:00Z", 10, false),
            ("2026-03-17T07:59Z", 10, false),
            ("2026-03-17T08:00Z", 11, false),
            ("2026-03-17T12:00Z", 7, true),
            ("2026-03-17T14:00Z", 11, false),
            ("2026-03-19T08:00Z", 10, false),
        ] {
            assert_eq!(daily.on_call(ms(at)), OnCall { person, is_cover }, "{at}");
        }
    }
}
