//! Who goes first within a source: live reading, then what can wait (backfill, recheck).
//!
//! Holds: a live read never waits for anything; of what can wait, one call is under way at a time, and it
//! starts while no live read is under way, or when it has waited long enough.

use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard, watch};

use crate::limits;

/// The order of one source.
#[derive(Debug)]
pub(crate) struct Precedence {
    live: watch::Sender<usize>,
    patient: Mutex<()>,
}

impl Precedence {
    pub fn new() -> Self {
        Self { live: watch::Sender::new(0), patient: Mutex::new(()) }
    }

    /// Notes that a live read is under way until the answer is dropped.
    pub fn live(&self) -> Live<'_> {
        self.live.send_modify(|reads| *reads += 1);
        Live(self)
    }

    /// Waits for a turn of what can wait; the turn lasts until the answer is dropped. Safe to drop.
    pub async fn patient(&self) -> MutexGuard<'_, ()> {
        let turn = self.patient.lock().await;
        let mut live = self.live.subscribe();
        let quiet = live.wait_for(|reads| *reads == 0);
        // Endless live reading must not put the rest off for ever. The sender lives as long as we do.
        let _ = tokio::time::timeout(limits::PATIENCE_MAX, quiet).await;
        turn
    }
}

/// A live read is under way.
pub(crate) struct Live<'a>(&'a Precedence);

impl Drop for Live<'_> {
    fn drop(&mut self) {
        self.0.live.send_modify(|reads| *reads -= 1);
    }
}

/// Returns how long what can wait stays away after a call that took `took`: it has half of the time at most.
pub(crate) fn pause_after(took: Duration) -> Duration {
    took.clamp(limits::PATIENT_PAUSE_MIN, limits::PATIENT_PAUSE_MAX)
}

/// What a platform says is left of its allowance, and how much of it what can wait may take.
#[derive(Debug, Default)]
pub(crate) struct Allowance {
    most: u64,
}

impl Allowance {
    /// Takes in what is left; tells whether the rest belongs to live reading.
    pub fn is_spent(&mut self, left: Option<u64>) -> bool {
        let Some(left) = left else { return false };
        self.most = self.most.max(left);
        left < self.most.div_ceil(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_can_wait_waits_for_live_reads_but_not_for_ever() {
        let order = Precedence::new();
        let live = order.live();
        let begun = tokio::time::Instant::now();
        {
            let turn = order.patient();
            tokio::pin!(turn);
            let early = tokio::time::timeout(limits::PATIENCE_MAX / 2, &mut turn).await;
            assert!(early.is_err(), "a live read is under way");
            drop(live);
            drop(turn.await);
            assert_eq!(begun.elapsed(), limits::PATIENCE_MAX / 2, "it starts as soon as there is none");
        }
        let _live = order.live();
        drop(order.patient().await);
        assert_eq!(begun.elapsed(), limits::PATIENCE_MAX * 3 / 2);
    }

    #[tokio::test(start_paused = true)]
    async fn one_patient_call_at_a_time() {
        let order = Precedence::new();
        let first = order.patient().await;
        assert!(tokio::time::timeout(Duration::from_secs(1), order.patient()).await.is_err());
        drop(first);
        drop(order.patient().await);
    }

    #[test]
    fn half_of_an_allowance_is_for_live_reading() {
        let mut allowance = Allowance::default();
        let spent: Vec<bool> = [Some(100), Some(60), None, Some(50), Some(49), Some(100)]
            .map(|left| allowance.is_spent(left))
            .into();
        assert_eq!(spent, [false, false, false, false, true, false]);
    }
}
