//! What one call has spent, and what it said and heard. Shared by its requests and its wires.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use hark_cassette::Tape;
use tokio::time::Instant;

use crate::CallBudget;

/// Counts what one call spends, and holds its deadline.
#[derive(Debug)]
pub(crate) struct Meter {
    budget: CallBudget,
    /// What passes is noted here: for whoever records the source, else for the case that the call crashes.
    pub(crate) tape: Tape,
    requests: AtomicU32,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
}

impl Meter {
    pub(crate) fn new(budget: CallBudget, tape: Tape) -> Self {
        Self {
            budget,
            tape,
            requests: AtomicU32::new(0),
            bytes_in: AtomicU64::new(0),
            bytes_out: AtomicU64::new(0),
        }
    }

    /// Spends one request or connection; false when none is left.
    pub(crate) fn take_request(&self) -> bool {
        let next = |spent: u32| (spent < self.budget.requests).then_some(spent + 1);
        self.requests.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).is_ok()
    }

    pub(crate) fn received(&self, bytes: usize) {
        self.bytes_in.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn sent(&self, bytes: usize) {
        self.bytes_out.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Returns the earlier of the call's deadline and `wanted`.
    pub(crate) fn until(&self, wanted: Instant) -> Instant {
        wanted.min(self.budget.deadline)
    }

    pub(crate) fn requests(&self) -> u32 {
        self.requests.load(Ordering::Relaxed)
    }

    pub(crate) fn bytes(&self) -> (u64, u64) {
        (self.bytes_in.load(Ordering::Relaxed), self.bytes_out.load(Ordering::Relaxed))
    }
}
