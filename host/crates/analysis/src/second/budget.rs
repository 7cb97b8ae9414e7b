//! How many messages may be asked about now.
//!
//! Holds: over any time no more than what the rate gives for it and what may come at once; a clock that goes back
//! gives nothing. Not here: which messages.

use std::time::Duration;

use crate::second::settings::SecondLimits;

/// What is left of the limits. The times that it is told are of one clock, from whatever beginning.
#[derive(Debug, Clone)]
pub struct Budget {
    limits: SecondLimits,
    /// In parts of a message, of which a second gives `messages_per_sec_max` times [`PARTS`].
    left: u64,
    last: Option<Duration>,
}

/// Parts of a message: what a millisecond gives at one message a second.
const PARTS: u64 = 1_000;

impl Budget {
    /// Begins with as many as may come at once.
    pub fn new(limits: SecondLimits) -> Self {
        Self { limits, left: Self::most(&limits), last: None }
    }

    fn most(limits: &SecondLimits) -> u64 {
        u64::from(limits.messages_at_once_max) * PARTS
    }

    /// Takes a message at `now`; tells whether it may be asked about.
    pub fn take(&mut self, now: Duration) -> bool {
        self.gain(now);
        let left = self.left.checked_sub(PARTS);
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }

    fn gain(&mut self, now: Duration) {
        let last = *self.last.get_or_insert(now);
        let millis = u64::try_from(now.saturating_sub(last).as_millis()).unwrap_or(u64::MAX);
        if millis > 0 {
            // What is less than a millisecond stays for the next time.
            self.last = Some(last.saturating_add(Duration::from_millis(millis)));
            let gained = millis.saturating_mul(u64::from(self.limits.messages_per_sec_max));
            self.left = self.left.saturating_add(gained).min(Self::most(&self.limits));
        }
    }

    /// Tells whether a batch that began at `begun` may still begin another message at `now`.
    pub(super) fn has_time(&self, begun: Duration, now: Duration) -> bool {
        now.saturating_sub(begun) < Duration::from_millis(self.limits.batch_ms_max.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(messages_per_sec_max: u32, messages_at_once_max: u32) -> Budget {
        Budget::new(SecondLimits { messages_per_sec_max, messages_at_once_max, ..SecondLimits::STRICT })
    }

    fn taken(budget: &mut Budget, now_ms: u64) -> usize {
        (0..1_000).take_while(|_| budget.take(Duration::from_millis(now_ms))).count()
    }

    #[test]
    fn what_may_come_at_once_is_there_first_and_then_the_rate() {
        let mut budget = budget(4, 10);
        for (now_ms, want) in [
            (5_000, 10),
            (5_000, 0),
            (5_249, 0),
            (5_250, 1),
            (6_250, 4),
            (60_000, 10),
            (59_000, 0),
            (60_250, 1),
        ] {
            assert_eq!(taken(&mut budget, now_ms), want, "at {now_ms} ms");
        }
    }

    #[test]
    fn short_steps_lose_nothing() {
        let mut budget = budget(4, 1);
        let asked = (0..=100_000_u64).filter(|step| budget.take(Duration::from_micros(step * 700))).count();
        assert_eq!(asked, 1 + 4 * 70, "one at once, then four for each of seventy seconds");
    }

    #[test]
    fn a_clock_without_end_overflows_nothing() {
        let mut budget = budget(u32::MAX, u32::MAX);
        assert!(budget.take(Duration::ZERO) && budget.take(Duration::MAX) && budget.take(Duration::MAX));
    }
}
