//! The circuit breaker of one source: a platform that fails call after call is left alone as a whole.
//!
//! Holds: pure, no clock. Every stream backs off by itself; many streams of one source would still ask a platform
//! that is down once for each of them. Not here: quarantine, which is about the connector and not the platform.

use std::time::Duration;

use hark_model::Ms;

use crate::clock::millis;
use crate::limits;

/// Opens after failures in a row, and lets one call through to try whether the platform is back.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    /// In a row, of any stream.
    failures: u32,
    /// How often it opened since a call last did well.
    openings: u32,
    open_until: Option<Ms>,
    /// When a call was let through to try.
    tried_at: Option<Ms>,
}

impl Breaker {
    /// Lets a call through, or says when to ask again.
    pub fn admit(&mut self, now: Ms) -> Result<(), Ms> {
        let Some(until) = self.open_until else { return Ok(()) };
        if now < until {
            return Err(until);
        }
        // Who was let through may have been dropped before it called.
        let trying = self.tried_at.map(|at| at + millis(limits::BREAKER_TRY)).filter(|end| now < *end);
        match trying {
            Some(end) => Err(end),
            None => {
                self.tried_at = Some(now);
                Ok(())
            }
        }
    }

    /// Notes that the platform answered.
    pub fn did_well(&mut self) {
        *self = Self::default();
    }

    /// Notes that a call failed; tells until when it is open now, if it is. `chance` is in 0..1.
    pub fn failed(&mut self, now: Ms, chance: f64) -> Option<Ms> {
        self.failures = self.failures.saturating_add(1);
        self.tried_at = None;
        if self.failures < limits::BREAKER_FAILURES {
            return None;
        }
        let step = limits::BREAKER_PAUSE_MIN.saturating_mul(1 << self.openings.min(16));
        let pause = step.min(limits::BACK_OFF_MAX).mul_f64(0.5 + 0.5 * chance);
        self.openings = self.openings.saturating_add(1);
        self.open_until = Some(now + millis(pause.max(Duration::from_millis(1))));
        self.open_until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_failures_in_a_row_and_tries_one_call() {
        let mut breaker = Breaker::default();
        for n in 1..limits::BREAKER_FAILURES {
            assert_eq!(breaker.failed(0, 1.0), None, "{n}");
            assert_eq!(breaker.admit(0), Ok(()));
        }
        let until = breaker.failed(0, 1.0).unwrap();
        assert_eq!(until, millis(limits::BREAKER_PAUSE_MIN));
        assert_eq!(breaker.admit(until - 1), Err(until));
        assert_eq!(breaker.admit(until), Ok(()), "one tries");
        let again = until + millis(limits::BREAKER_TRY);
        assert_eq!(breaker.admit(until), Err(again), "and nobody else meanwhile");
        assert_eq!(breaker.admit(again), Ok(()), "unless it was dropped");
        let longer = breaker.failed(again, 1.0).unwrap() - again;
        assert_eq!(longer, 2 * millis(limits::BREAKER_PAUSE_MIN));
        for _ in 0..20 {
            let pause = breaker.failed(0, 1.0).unwrap();
            assert!(pause <= millis(limits::BACK_OFF_MAX));
        }
        breaker.did_well();
        assert_eq!((breaker.admit(0), breaker.failed(0, 1.0)), (Ok(()), None));
    }

    #[test]
    fn chance_takes_half_of_a_pause_at_most() {
        let mut breaker = Breaker { failures: limits::BREAKER_FAILURES, ..Breaker::default() };
        assert_eq!(breaker.failed(0, 0.0), Some(millis(limits::BREAKER_PAUSE_MIN) / 2));
    }
}
