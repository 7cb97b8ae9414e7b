//! The host's clock, and times of the model made of durations.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hark_model::Ms;

/// The host's clock.
pub fn now() -> Ms {
    millis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// Returns a duration in milliseconds.
pub(crate) fn millis(duration: Duration) -> Ms {
    Ms::try_from(duration.as_millis()).unwrap_or(Ms::MAX)
}

/// Returns how long it is until `at`; nothing if it is past.
pub(crate) fn until(at: Ms) -> Duration {
    Duration::from_millis(u64::try_from(at.saturating_sub(now())).unwrap_or(0))
}
