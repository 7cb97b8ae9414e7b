//! What came of an attempt, and what becomes of the notice: pure.
//!
//! Holds: pauses grow and are spread at random; a target's own wish for a rest is obeyed; what may have arrived is
//! never taken for unsent.

use std::time::Duration;

use hark_model::Ms;
use hark_store::NoticeEnd;

use crate::limits;

/// What came of an attempt. Faults are for people, without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// The target took it.
    Taken,
    /// It did not arrive; later it may.
    Failed {
        /// Why.
        fault: String,
        /// The target asks for a rest until then.
        rest_until: Option<Ms>,
    },
    /// It may have arrived, and the receiver cannot tell a repeat.
    Unknown {
        /// Why.
        fault: String,
    },
    /// It did not arrive and never will as things stand.
    Refused {
        /// Why.
        fault: String,
    },
    /// Somebody else has it by now.
    NotOurs,
}

/// How often a notice was tried, this time included, and how often before it may have arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried {
    /// Attempts.
    pub attempts: u32,
    /// Attempts that may have arrived.
    pub uncertain_count: u32,
}

impl Attempt {
    /// Makes a failed one without a wish for a rest.
    pub fn failed(fault: impl Into<String>) -> Self {
        Self::Failed { fault: fault.into(), rest_until: None }
    }

    /// Decides what becomes of the notice; `None` if it is not ours any more. `spread` is at random, 0 to 1.
    pub fn end(self, tried: Tried, repeats_max: u32, now: Ms, spread: f64) -> Option<NoticeEnd> {
        Some(match self {
            Self::Taken => NoticeEnd::Sent,
            Self::NotOurs => return None,
            Self::Refused { fault } => NoticeEnd::Dead { fault: cut(fault) },
            Self::Unknown { fault } if tried.uncertain_count < repeats_max => {
                NoticeEnd::Uncertain { due_at: later(now, limits::UNCERTAIN_PAUSE), fault: cut(fault) }
            }
            Self::Unknown { fault } => {
                NoticeEnd::Dead { fault: cut(format!("it may have arrived: {fault}")) }
            }
            Self::Failed { fault, .. } if tried.attempts >= limits::ATTEMPTS_MAX => {
                NoticeEnd::Dead { fault: cut(format!("given up after {} attempts: {fault}", tried.attempts)) }
            }
            Self::Failed { fault, rest_until } => {
                let due_at = later(now, pause(tried.attempts, spread));
                NoticeEnd::Again { due_at: due_at.max(rest_until.unwrap_or(due_at)), fault: cut(fault) }
            }
        })
    }
}

/// Returns the pause after so many attempts: half of it is certain, half is at random.
fn pause(attempts: u32, spread: f64) -> Duration {
    let doubled = limits::PAUSE_MIN.saturating_mul(1 << attempts.saturating_sub(1).min(16));
    doubled.min(limits::PAUSE_MAX).mul_f64(0.5 + spread.clamp(0.0, 1.0) / 2.0)
}

/// Returns the time `pause` after `now`.
pub(crate) fn later(now: Ms, pause: Duration) -> Ms {
    now.saturating_add(i64::try_from(pause.as_millis()).unwrap_or(i64::MAX))
}

/// Returns until when a `Retry-After` asks to wait, in seconds or as a date; no longer than a day.
pub(crate) fn retry_after(value: &str, now: Ms) -> Option<Ms> {
    let value = value.trim();
    let wanted = match value.parse::<u64>() {
        Ok(secs) => later(now, Duration::from_secs(secs)),
        Err(_) => jiff::fmt::rfc2822::parse(value).ok()?.timestamp().as_millisecond(),
    };
    Some(wanted.clamp(now, later(now, limits::RETRY_AFTER_MAX)))
}

fn cut(mut fault: String) -> String {
    fault.truncate(fault.floor_char_boundary(limits::FAULT_BYTES_MAX));
    fault
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(attempts: u32, uncertain_count: u32) -> Tried {
        Tried { attempts, uncertain_count }
    }

    #[test]
    fn pauses_double_up_to_an_hour_and_half_of_them_is_at_random() {
        let due = |attempts, spread| match Attempt::failed("f").end(tried(attempts, 0), 1, 0, spread) {
            Some(NoticeEnd::Again { due_at, .. }) => due_at,
            other => panic!("{other:?}"),
        };
        assert_eq!([due(1, 0.0), due(1, 1.0), due(2, 1.0), due(3, 1.0)], [2_500, 5_000, 10_000, 20_000]);
        assert_eq!([due(59, 0.0), due(59, 1.0)], [1_800_000, 3_600_000]);
    }

    #[test]
    fn a_rest_that_is_asked_for_is_longer_than_our_own_pause_or_does_not_count() {
        let rest = |until| Attempt::Failed { fault: "f".to_owned(), rest_until: Some(until) };
        for (until, want) in [(100, 5_000), (60_000, 60_000)] {
            let end = rest(until).end(tried(1, 0), 1, 0, 1.0);
            assert_eq!(end, Some(NoticeEnd::Again { due_at: want, fault: "f".to_owned() }));
        }
    }

    #[test]
    fn what_may_have_arrived_is_tried_again_so_often_and_then_given_up() {
        let unknown = || Attempt::Unknown { fault: "cut".to_owned() };
        let again = unknown().end(tried(1, 0), 1, 0, 0.0);
        assert_eq!(again, Some(NoticeEnd::Uncertain { due_at: 600_000, fault: "cut".to_owned() }));
        for (count, max) in [(1, 1), (0, 0)] {
            let end = unknown().end(tried(1, count), max, 0, 0.0);
            assert_eq!(end, Some(NoticeEnd::Dead { fault: "it may have arrived: cut".to_owned() }));
        }
    }

    #[test]
    fn the_last_attempt_gives_up_and_what_is_not_ours_is_let_be() {
        let end = Attempt::failed("f").end(tried(limits::ATTEMPTS_MAX, 0), 1, 0, 0.0);
        assert!(matches!(end, Some(NoticeEnd::Dead { fault }) if fault == "given up after 60 attempts: f"));
        assert_eq!(Attempt::NotOurs.end(tried(1, 0), 1, 0, 0.0), None);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_at_most_a_day() {
        let now = 784_111_777_000; // Sun, 06 Nov 1994 08:49:37 GMT
        let cases = [
            ("120", Some(now + 120_000)),
            (" 0 ", Some(now)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(now + 60_000)),
            ("Sun, 06 Nov 1994 08:40:37 GMT", Some(now)),
            ("999999999", Some(now + 86_400_000)),
            ("soon", None),
            ("-5", None),
        ];
        for (value, want) in cases {
            assert_eq!(retry_after(value, now), want, "{value}");
        }
    }
}
