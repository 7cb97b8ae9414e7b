//! Deadlines worked out by hand.

use super::*;
use crate::calendar::{Holiday, Hours, time_zone};

const MINUTE: Ms = 60_000;

fn ms(text: &str) -> Ms {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

/// Berlin, Monday to Friday 09:00 to 17:00, the first of May off: 4 h to the first answer, 16 h to the end.
fn level() -> Level {
    let mut week: [Vec<Hours>; 7] = std::array::from_fn(|_| vec![Hours { from: 9 * 60, until: 17 * 60 }]);
    (week[5], week[6]) = (Vec::new(), Vec::new());
    let calendar = Calendar {
        name: "office".into(),
        zone: time_zone("Europe/Berlin").unwrap(),
        week,
        holidays: vec![Holiday::Yearly(5, 1)],
    };
    let notify = |name: &str| Action::Notify(vec![Addressee::Person(name.into())]);
    Level {
        name: "standard".into(),
        zones: vec![Zone::Extranet],
        calendar: Arc::new(calendar),
        first_response_ms: Some(240 * MINUTE),
        resolve_ms: Some(960 * MINUTE),
        warn_percent: 75,
        reopen_after_ms: 72 * 60 * MINUTE,
        pauses: true,
        steps: vec![
            Step { of: Promise::FirstResponse, percent: 50, action: notify("lead") },
            Step {
                of: Promise::FirstResponse,
                percent: 100,
                action: Action::Reassign(Addressee::Team("second".into())),
            },
            Step { of: Promise::Resolve, percent: 125, action: notify("head") },
        ],
    }
}

fn first(period: &Period, now: &str) -> Deadline {
    level().deadline(Promise::FirstResponse, period, ms(now)).unwrap()
}

#[test]
fn the_first_answer_is_due_in_open_time() {
    // Thursday 2026-04-30 15:00 in Berlin (UTC+2); Friday the first of May is off. 2 h on Thursday, 2 h on Monday.
    let period = Period::opened(ms("2026-04-30T13:00Z"));
    let (due, warn) = (Some(ms("2026-05-04T09:00Z")), Some(ms("2026-05-04T08:00Z")));
    for (now, used, health) in [
        ("2026-04-30T13:00Z", 0, Health::OnTime),
        ("2026-05-02T12:00Z", 120, Health::OnTime),
        ("2026-05-04T07:59Z", 179, Health::OnTime),
        ("2026-05-04T08:00Z", 180, Health::Warned),
        ("2026-05-04T09:00Z", 240, Health::Warned),
        ("2026-05-04T09:01Z", 241, Health::Breached),
    ] {
        let want = Deadline { used_ms: used * MINUTE, due_at: due, warn_at: warn, health };
        assert_eq!(first(&period, now), want, "{now}");
    }
}

#[test]
fn a_change_of_clocks_over_the_weekend_changes_nothing_of_the_office() {
    // Friday 2026-03-27 16:00 is UTC+1; Monday 2026-03-30 12:00 is UTC+2: 1 h and 3 h.
    let period = Period::opened(ms("2026-03-27T15:00Z"));
    assert_eq!(first(&period, "2026-03-28T00:00Z").due_at, Some(ms("2026-03-30T10:00Z")));
    // And in autumn: Friday 2026-10-23 16:00 is UTC+2, Monday 12:00 is UTC+1.
    let period = Period::opened(ms("2026-10-23T14:00Z"));
    assert_eq!(first(&period, "2026-10-24T00:00Z").due_at, Some(ms("2026-10-26T11:00Z")));
}

#[test]
fn an_answer_keeps_the_promise_or_is_late() {
    let mut period = Period::opened(ms("2026-04-30T13:00Z"));
    period.answered(ms("2026-05-04T08:30Z"));
    period.answered(ms("2026-05-05T08:30Z"));
    let deadline = first(&period, "2026-06-01T08:00Z");
    assert_eq!((deadline.health, deadline.used_ms), (Health::Kept, 210 * MINUTE));
    assert_eq!(first(&period, "2026-05-04T08:29Z").health, Health::Warned, "as it was seen then");
    let mut period = Period::opened(ms("2026-04-30T13:00Z"));
    period.answered(ms("2026-05-04T09:30Z"));
    let deadline = first(&period, "2026-06-01T08:00Z");
    assert_eq!((deadline.health, deadline.used_ms), (Health::Late, 270 * MINUTE));
}

#[test]
fn time_stands_still_while_the_other_side_is_to_answer() {
    let resolve = |period: &Period, now: &str| level().deadline(Promise::Resolve, period, ms(now)).unwrap();
    // Tuesday 2026-05-05 09:00 to 11:00 is used (2 h), then we wait until Thursday 10:00; 14 h are left: 7 on Thursday,
    // 7 on Friday: 16:00.
    let mut period = Period::opened(ms("2026-05-05T07:00Z"));
    period.answered(ms("2026-05-05T09:00Z"));
    period.waits(ms("2026-05-05T09:00Z"));
    let still = resolve(&period, "2026-05-06T09:00Z");
    assert_eq!((still.used_ms, still.due_at, still.health), (120 * MINUTE, None, Health::Paused));
    let Inbound::GoesOn(mut period) =
        Period::inbound(Some(&period), ms("2026-05-07T08:00Z"), 72 * 60 * MINUTE)
    else {
        panic!("it goes on")
    };
    let runs = resolve(&period, "2026-05-07T09:00Z");
    assert_eq!((runs.used_ms, runs.due_at), (180 * MINUTE, Some(ms("2026-05-08T14:00Z"))));
    // A pause behind the deadline does not heal it.
    period.waits(ms("2026-05-08T14:30Z"));
    let late = resolve(&period, "2026-05-11T12:00Z");
    assert_eq!((late.due_at, late.health), (Some(ms("2026-05-08T14:00Z")), Health::Breached));
    // Where waiting is no pause: 16 h from Tuesday 09:00 are two whole days.
    let strict = Level { pauses: false, ..level() };
    let due = strict.deadline(Promise::Resolve, &period, ms("2026-05-06T09:00Z")).unwrap().due_at;
    assert_eq!(due, Some(ms("2026-05-06T15:00Z")));
}

#[test]
fn what_comes_soon_after_the_end_opens_it_again_and_later_begins_anew() {
    let mut period = Period::opened(ms("2026-05-05T07:00Z"));
    period.answered(ms("2026-05-05T08:00Z"));
    period.done(ms("2026-05-05T09:00Z"));
    let hours = |hours: Ms| ms("2026-05-05T09:00Z") + hours * 60 * MINUTE;
    let again = Period::inbound(Some(&period), hours(71), 72 * 60 * MINUTE);
    let Inbound::GoesOn(open) = again else { panic!("it goes on: {again:?}") };
    assert_eq!((open.done_at, open.pauses.as_slice()), (None, &[(hours(0), hours(71))][..]));
    assert_eq!(open.first_response_at, Some(ms("2026-05-05T08:00Z")));
    let anew = Period::inbound(Some(&period), hours(72), 72 * 60 * MINUTE);
    assert_eq!(anew, Inbound::Opens(Period::opened(hours(72))));
    assert_eq!(Period::inbound(None, 5, 0), Inbound::Opens(Period::opened(5)));
}

#[test]
fn steps_are_due_once_and_not_when_the_promise_was_kept_before() {
    // Tuesday 09:00: half of 4 h is 11:00, all of it 13:00; 125 % of 16 h are 20 h: Thursday 13:00.
    let level = level();
    let mut period = Period::opened(ms("2026-05-05T07:00Z"));
    let due = |period: &Period, since: &str, now: &str| -> Vec<(Ms, u32)> {
        let due = level.steps_due(period, ms(since), ms(now));
        due.iter().map(|due| (due.at, due.step.percent)).collect()
    };
    let (half, whole, end) = (ms("2026-05-05T09:00Z"), ms("2026-05-05T11:00Z"), ms("2026-05-07T11:00Z"));
    assert!(due(&period, "2026-05-05T07:00Z", "2026-05-05T08:59Z").is_empty());
    assert_eq!(due(&period, "2026-05-05T08:59Z", "2026-05-05T09:00Z"), [(half, 50)]);
    assert_eq!(due(&period, "2026-05-05T09:00Z", "2026-05-08T09:00Z"), [(whole, 100), (end, 125)]);
    period.answered(ms("2026-05-05T10:00Z"));
    assert_eq!(due(&period, "2026-05-05T07:00Z", "2026-05-08T09:00Z"), [(half, 50), (end, 125)]);
    period.done(ms("2026-05-06T07:00Z"));
    assert!(due(&period, "2026-05-05T09:00Z", "2026-05-08T09:00Z").is_empty());
}
