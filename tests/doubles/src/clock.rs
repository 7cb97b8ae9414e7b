//! The clock of a double: it stands still until it is told to go on.
//!
//! Holds: what a double says of time comes from here and nowhere else, so that a script gives the same
//! bytes on every day.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::Ms;

/// Where a clock stands that nobody has set: 2026-07-24T21:23:23Z, the time of the documents' samples.
pub const NOW_MS_DEFAULT: Ms = 1_784_928_203_000;

/// The time of one double.
#[derive(Debug)]
pub struct Clock(AtomicI64);

impl Clock {
    /// Starts a clock that stands at `now_ms`.
    pub fn new(now_ms: Ms) -> Self {
        Self(AtomicI64::new(now_ms))
    }

    /// Returns the time, in milliseconds since 1970.
    pub fn now(&self) -> Ms {
        self.0.load(Ordering::SeqCst)
    }

    /// Puts the clock to `now_ms`, forward or back.
    pub fn set(&self, now_ms: Ms) {
        self.0.store(now_ms, Ordering::SeqCst);
    }

    /// Moves the clock by `ms` and returns the new time.
    pub fn advance(&self, ms: Ms) -> Ms {
        self.0.fetch_add(ms, Ordering::SeqCst) + ms
    }
}
