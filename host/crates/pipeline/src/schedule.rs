//! Decides when a stream is read next, and in which state it waits: pure, no clock, no I/O.
//!
//! Holds: auth and config trouble parks a stream; everything else comes back, at most 24 hours later.

use std::time::Duration;

use hark_model::{Fault, FaultClass, Ms};
use hark_store::CheckpointState;

use crate::limits;

/// What a stream knows of its past.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Past {
    /// Faults in a row that count as trouble.
    pub faults: u32,
    /// The cursor was dropped once and no read has succeeded since.
    pub cursor_dropped: bool,
    /// A broken call was retried at once, and no read has succeeded since.
    pub retried: bool,
}

/// How a read ended.
#[derive(Debug, Clone, Copy)]
pub enum Ended<'a> {
    /// Everything there was is stored.
    Done {
        /// The connector asks not to be called before.
        not_before: Option<Ms>,
    },
    /// There is more, but the connector asks not to be called for a while.
    Paused {
        /// When the run goes on.
        until: Ms,
    },
    /// The connector or its call failed.
    Failed {
        /// What decides.
        class: FaultClass,
        /// The connector's own words, where it has any.
        fault: Option<&'a Fault>,
    },
}

/// When a stream is read next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// At this time.
    At(Ms),
    /// When an operator has changed something.
    Parked,
}

/// What happens to a stream now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// When it is read next.
    pub next: Next,
    /// The state it waits in.
    pub state: CheckpointState,
    /// Forget the cursor, start by time, and record a gap.
    pub drop_cursor: bool,
    /// What it knows from now on.
    pub past: Past,
}

/// How fast things come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// After a good read.
    pub interval: Duration,
    /// After the first trouble; doubles with each.
    pub back_off_min: Duration,
}

impl Pace {
    /// Comes back every `interval`, and after trouble as all do.
    pub const fn every(interval: Duration) -> Self {
        Self { interval, back_off_min: limits::BACK_OFF_MIN }
    }
}

/// Decides what follows from how a read ended. `chance` is in 0..1 and moves the time, so that
/// sources do not beat in step.
pub fn decide(past: Past, ended: Ended<'_>, pace: Pace, now: Ms, chance: f64) -> Decision {
    let (class, fault) = match ended {
        Ended::Done { not_before } => return done(pace.interval, not_before, now, chance),
        Ended::Paused { until } => return paused(until, now),
        Ended::Failed { class, fault } => (class, fault),
    };
    let worse = Past { faults: past.faults.saturating_add(1), ..past };
    let wait = |state, pause: Duration, past| Decision {
        next: Next::At(now + millis(pause.min(limits::NOT_BEFORE_MAX))),
        state,
        drop_cursor: false,
        past,
    };
    let park = |state| Decision { next: Next::Parked, state, drop_cursor: false, past: worse };
    let back_off = back_off(pace.back_off_min, past.faults, chance);
    match class {
        FaultClass::Transient => wait(CheckpointState::Waiting, asked_pause(fault).max(back_off), worse),
        FaultClass::RateLimited => {
            wait(CheckpointState::Waiting, until(fault, now).unwrap_or(back_off), past)
        }
        FaultClass::Quota => {
            wait(CheckpointState::Quota, until(fault, now).unwrap_or(limits::QUOTA_PAUSE), worse)
        }
        FaultClass::Auth => park(CheckpointState::NeedsAuth),
        FaultClass::Config => park(CheckpointState::NeedsConfig),
        FaultClass::NotFound => wait(CheckpointState::Failed, limits::BACK_OFF_MAX, worse),
        FaultClass::Refused | FaultClass::Unsupported => park(CheckpointState::Failed),
        FaultClass::StaleCursor if !past.cursor_dropped => Decision {
            next: Next::At(now),
            state: CheckpointState::Running,
            drop_cursor: true,
            past: Past { cursor_dropped: true, ..worse },
        },
        FaultClass::Broken if !past.retried => {
            wait(CheckpointState::Running, Duration::ZERO, Past { retried: true, ..worse })
        }
        FaultClass::StaleCursor | FaultClass::Broken => wait(CheckpointState::Failed, back_off, worse),
    }
}

fn done(interval: Duration, not_before: Option<Ms>, now: Ms, chance: f64) -> Decision {
    let interval = interval.max(limits::POLL_MIN);
    let moved = interval.mul_f64(1.0 + limits::JITTER * (2.0 * chance - 1.0));
    let latest = now + millis(limits::NOT_BEFORE_MAX);
    let at = (now + millis(moved)).max(not_before.unwrap_or(now).min(latest));
    Decision { next: Next::At(at), state: CheckpointState::Ok, drop_cursor: false, past: Past::default() }
}

/// The rest is there already: it waits for the platform's allowance, not for the next interval.
fn paused(until: Ms, now: Ms) -> Decision {
    let at = until.clamp(now, now + millis(limits::NOT_BEFORE_MAX));
    let (next, state) = (Next::At(at), CheckpointState::Waiting);
    Decision { next, state, drop_cursor: false, past: Past::default() }
}

/// Doubles from `least` to fifteen minutes; the upper half of each step is chance.
fn back_off(least: Duration, faults: u32, chance: f64) -> Duration {
    let step = least.saturating_mul(1 << faults.min(16)).min(limits::BACK_OFF_MAX);
    step.mul_f64(0.5 + 0.5 * chance)
}

fn asked_pause(fault: Option<&Fault>) -> Duration {
    match fault {
        Some(Fault::Transient { after_ms: Some(ms), .. }) => Duration::from_millis(*ms),
        _ => Duration::ZERO,
    }
}

fn until(fault: Option<&Fault>, now: Ms) -> Option<Duration> {
    match fault {
        Some(Fault::RateLimited { until, .. } | Fault::QuotaExhausted { until, .. }) => {
            until.map(|at| Duration::from_millis(u64::try_from(at.saturating_sub(now)).unwrap_or(0)))
        }
        _ => None,
    }
}

fn millis(duration: Duration) -> Ms {
    Ms::try_from(duration.as_millis()).unwrap_or(Ms::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);
    const NOW: Ms = 1_000_000_000;

    fn failed(past: Past, fault: &Fault) -> Decision {
        decide(
            past,
            Ended::Failed { class: fault.class(), fault: Some(fault) },
            Pace::every(MINUTE),
            NOW,
            1.0,
        )
    }

    #[test]
    fn a_run_that_pauses_goes_on_when_it_may_whatever_the_interval() {
        let day = millis(limits::NOT_BEFORE_MAX);
        for (until, want) in [(NOW - 5, NOW), (NOW + 500, NOW + 500), (Ms::MAX, NOW + day)] {
            let past = Past { faults: 7, ..Past::default() };
            let decision = decide(past, Ended::Paused { until }, Pace::every(MINUTE), NOW, 0.0);
            assert_eq!((decision.next, decision.state), (Next::At(want), CheckpointState::Waiting));
            assert_eq!(decision.past, Past::default());
        }
    }

    #[test]
    fn a_good_read_comes_back_after_its_interval_or_when_asked() {
        let day = millis(limits::NOT_BEFORE_MAX);
        for (not_before, chance, want) in [
            (None, 0.5, NOW + 60_000),
            (None, 0.0, NOW + 54_000),
            (Some(NOW - 5), 0.5, NOW + 60_000),
            (Some(NOW + 90_000), 0.5, NOW + 90_000),
            (Some(Ms::MAX), 0.5, NOW + day),
        ] {
            let past = Past { faults: 7, ..Past::default() };
            let decision = decide(past, Ended::Done { not_before }, Pace::every(MINUTE), NOW, chance);
            assert_eq!(decision.next, Next::At(want), "not before {not_before:?}, chance {chance}");
            assert_eq!(decision.past, Past::default());
        }
    }

    #[test]
    fn trouble_backs_off_to_a_quarter_hour_and_no_further() {
        let fault = Fault::Transient { after_ms: None, detail: "x".into() };
        let pauses: Vec<Ms> = (0..12)
            .map(|faults| match failed(Past { faults, ..Past::default() }, &fault).next {
                Next::At(at) => at - NOW,
                Next::Parked => panic!("parked"),
            })
            .collect();
        assert_eq!(&pauses[..4], [1_000, 2_000, 4_000, 8_000]);
        assert_eq!(pauses[11], 900_000);
    }

    #[test]
    fn a_shorter_first_pause_doubles_as_well() {
        let pace = Pace { back_off_min: Duration::from_millis(2), ..Pace::every(MINUTE) };
        let ended = Ended::Failed { class: FaultClass::Transient, fault: None };
        for (faults, want) in [(0, 2), (1, 4), (9, 1_024), (20, 131_072)] {
            let past = Past { faults, ..Past::default() };
            assert_eq!(decide(past, ended, pace, NOW, 1.0).next, Next::At(NOW + want), "{faults}");
        }
    }

    #[test]
    fn platforms_may_ask_for_a_pause_but_not_for_ever() {
        let asks = |until| Fault::RateLimited { until: Some(until), bucket: "b".into(), detail: "d".into() };
        assert_eq!(failed(Past::default(), &asks(NOW + 7_000)).next, Next::At(NOW + 7_000));
        assert_eq!(failed(Past::default(), &asks(0)).next, Next::At(NOW));
        assert_eq!(failed(Past::default(), &asks(Ms::MAX)).next, Next::At(NOW + 86_400_000));
        assert_eq!(failed(Past::default(), &asks(NOW)).past.faults, 0, "a limit is nobody's fault");
    }

    #[test]
    fn only_an_operator_mends_auth_and_config() {
        let auth = Fault::Auth { why: hark_model::AuthWhy::Forbidden, scope: None, detail: "no".into() };
        let config = Fault::Config { field: "host".into(), detail: "no".into() };
        assert_eq!(failed(Past::default(), &auth).next, Next::Parked);
        assert_eq!(failed(Past::default(), &auth).state, CheckpointState::NeedsAuth);
        assert_eq!(failed(Past::default(), &config).state, CheckpointState::NeedsConfig);
    }

    #[test]
    fn a_stale_cursor_is_dropped_once() {
        let fault = Fault::StaleCursor("old".into());
        let first = failed(Past::default(), &fault);
        assert!(first.drop_cursor && first.next == Next::At(NOW));
        let second = failed(first.past, &fault);
        assert!(!second.drop_cursor && second.state == CheckpointState::Failed);
    }

    #[test]
    fn a_broken_call_is_retried_once_at_once() {
        let fault = Fault::Protocol("html".into());
        let first = failed(Past::default(), &fault);
        assert_eq!(first.next, Next::At(NOW));
        assert!(matches!(failed(first.past, &fault).next, Next::At(at) if at > NOW));
    }
}
