//! Hours and deadlines, worked out by hand: over changes of clocks, holidays, nights and zones.

use super::*;

fn ms(text: &str) -> Ms {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

fn calendar(zone: &str, weekdays: &[usize], hours: &[(Minute, Minute)], holidays: Vec<Holiday>) -> Calendar {
    let mut week: [Vec<Hours>; 7] = std::array::from_fn(|_| Vec::new());
    for day in weekdays {
        week[*day] = hours.iter().map(|(from, until)| Hours { from: *from, until: *until }).collect();
    }
    Calendar { name: "c".into(), zone: time_zone(zone).unwrap(), week, holidays }
}

const WORKDAYS: &[usize] = &[0, 1, 2, 3, 4];
const EVERY_DAY: &[usize] = &[0, 1, 2, 3, 4, 5, 6];
const OFFICE: &[(Minute, Minute)] = &[(9 * 60, 12 * 60), (13 * 60, 17 * 60)];
const HOUR: Ms = 60 * 60 * 1000;

#[test]
fn a_deadline_counts_open_time_only() {
    let holidays = vec![Holiday::Yearly(12, 25), Holiday::Once("2026-12-28".parse().unwrap())];
    let berlin = calendar("Europe/Berlin", WORKDAYS, OFFICE, holidays);
    // Berlin is UTC+1 in winter. 2026-12-24 is a Thursday, the 25th and the 28th (a Monday) are off.
    for (from, hours, due) in [
        // 10:00 + 1 h.
        ("2026-12-24T09:00Z", 1, "2026-12-24T10:00Z"),
        // 11:30: half an hour before the break, half an hour behind it.
        ("2026-12-24T10:30Z", 1, "2026-12-24T12:30Z"),
        // 16:00: one hour on Thursday, three on Tuesday the 29th, which ends with the break.
        ("2026-12-24T15:00Z", 4, "2026-12-29T11:00Z"),
        // Before it opens, and on a holiday.
        ("2026-12-24T03:00Z", 2, "2026-12-24T10:00Z"),
        ("2026-12-25T10:00Z", 7, "2026-12-29T16:00Z"),
        // The 12th hour of open time from Thursday 09:00: 7 on Thursday, 5 on Tuesday.
        ("2026-12-24T08:00Z", 12, "2026-12-29T14:00Z"),
    ] {
        assert_eq!(berlin.after(ms(from), hours * HOUR), Some(ms(due)), "{from} + {hours} h");
        assert_eq!(berlin.open_between(ms(from), ms(due)), hours * HOUR, "{from} to {due}");
    }
    assert_eq!(berlin.open_between(ms("2026-12-25T00:00Z"), ms("2026-12-28T22:00Z")), 0);
    assert_eq!(berlin.open_between(ms("2026-12-24T12:00Z"), ms("2026-12-24T09:00Z")), 0);
}

#[test]
fn changes_of_clocks_shorten_and_lengthen_a_night() {
    let night = calendar("Europe/Berlin", EVERY_DAY, &[(0, 6 * 60)], Vec::new());
    // Clocks go from 02:00 to 03:00 on 2026-03-29, from 03:00 to 02:00 on 2026-10-25.
    for (day, from, until, hours) in [
        ("usual", "2026-03-27T23:00Z", "2026-03-28T05:00Z", 6),
        ("spring", "2026-03-28T23:00Z", "2026-03-29T04:00Z", 5),
        ("autumn", "2026-10-24T22:00Z", "2026-10-25T05:00Z", 7),
    ] {
        assert_eq!(night.open_between(ms(from), ms(until)), hours * HOUR, "{day}");
        assert_eq!(night.opening(ms(from)), Opening { is_open: true, from: ms(from), until: ms(until) });
        assert!(!night.is_open(ms(until)), "{day}");
    }
    // 4 h from midnight: 05:00 summer time, 03:00 winter time.
    assert_eq!(night.after(ms("2026-03-28T23:00Z"), 4 * HOUR), Some(ms("2026-03-29T03:00Z")));
    assert_eq!(night.after(ms("2026-10-24T22:00Z"), 4 * HOUR), Some(ms("2026-10-25T02:00Z")));
}

#[test]
fn office_hours_stay_in_place_over_a_change_of_clocks() {
    // New York: UTC-5 until 2026-03-08, then UTC-4. Friday 16:00 EST + 2 h is Monday 10:00 EDT.
    let york = calendar("America/New_York", WORKDAYS, &[(9 * 60, 17 * 60)], Vec::new());
    assert_eq!(york.after(ms("2026-03-06T21:00Z"), 2 * HOUR), Some(ms("2026-03-09T14:00Z")));
    // Kathmandu: UTC+5:45 all year. Monday 09:00 is 03:15 UTC.
    let nepal = calendar("Asia/Kathmandu", WORKDAYS, &[(9 * 60, 17 * 60)], Vec::new());
    assert_eq!(nepal.opening(ms("2026-11-23T00:00Z")).until, ms("2026-11-23T03:15Z"));
    // A whole day of 24 h on each side of the change: 23 h.
    let always = calendar("Europe/Berlin", EVERY_DAY, &[(0, DAY_MINUTES)], Vec::new());
    assert_eq!(always.open_between(ms("2026-03-28T23:00Z"), ms("2026-03-29T22:00Z")), 23 * HOUR);
    assert_eq!(always.after(ms("2026-03-28T23:00Z"), 24 * HOUR), Some(ms("2026-03-29T23:00Z")));
}

#[test]
fn a_night_belongs_to_the_day_it_begins_on() {
    // Fridays 22:00 to 06:00; Friday 2026-05-01 is off, so nobody is there on Saturday morning.
    let night =
        calendar("Europe/Berlin", &[4], &[(22 * 60, DAY_MINUTES + 6 * 60)], vec![Holiday::Yearly(5, 1)]);
    assert!(!night.is_open(ms("2026-05-01T23:00Z")));
    assert!(!night.is_open(ms("2026-05-02T03:00Z")));
    assert!(night.is_open(ms("2026-05-09T03:00Z")), "Saturday 05:00");
    assert!(!night.is_open(ms("2026-05-08T03:00Z")), "Friday 05:00");
    assert_eq!(night.open_between(ms("2026-05-01T00:00Z"), ms("2026-05-15T00:00Z")), 8 * HOUR);
}

#[test]
fn a_deadline_that_never_comes_is_none() {
    let all: Vec<Holiday> =
        (1..=12).flat_map(|month| (1..=31).map(move |day| Holiday::Yearly(month, day))).collect();
    let closed = calendar("UTC", EVERY_DAY, OFFICE, all);
    assert_eq!(closed.after(ms("2026-01-01T00:00Z"), HOUR), None);
    assert!(!closed.opening(ms("2026-01-01T10:00Z")).is_open);
    let open = calendar("UTC", EVERY_DAY, OFFICE, Vec::new());
    assert_eq!(
        open.after(ms("2026-01-01T12:30Z"), 0),
        Some(ms("2026-01-01T13:00Z")),
        "nothing is due while it is closed"
    );
}
