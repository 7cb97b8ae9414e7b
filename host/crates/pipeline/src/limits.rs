//! Bounds of the pipeline.

use std::time::Duration;

/// Poll interval where neither the operator nor the connector asks for another.
pub const POLL_DEFAULT: Duration = Duration::from_secs(60);
/// No stream is polled more often than this, whatever anybody asks.
pub const POLL_MIN: Duration = Duration::from_secs(1);
/// Share of the interval by which a poll is moved, so that sources do not beat in step.
pub const JITTER: f64 = 0.1;
/// First pause after trouble; doubles with each.
pub const BACK_OFF_MIN: Duration = Duration::from_secs(1);
/// Longest pause after trouble.
pub const BACK_OFF_MAX: Duration = Duration::from_secs(15 * 60);
/// Pause of a used-up quota that names no end.
pub const QUOTA_PAUSE: Duration = Duration::from_secs(60 * 60);
/// Longest pause that a platform or connector may ask for.
pub const NOT_BEFORE_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// Most batches of one run, before the stream waits for its next turn.
pub const BATCHES_PER_RUN_MAX: u32 = 1_000;
/// How far before the last stored item a stream starts again when its cursor is stale.
pub const LOOKBACK: Duration = Duration::from_secs(60 * 60);
/// Bytes of an event that is kept because it was refused.
pub const REFUSED_EVENT_BYTES_MAX: usize = 16 << 10;
/// Bytes of a fault text that is stored and shown.
pub const FAULT_TEXT_BYTES_MAX: usize = 4 << 10;
/// Time a read may still take when an order to stop was given.
pub const STOP_GRACE: Duration = Duration::from_secs(5);
