//! Bounds of a trial.

/// Batches of one run that are read.
pub const BATCHES_MAX: usize = 64;
/// Breaches of one law that are told; more would say the same again.
pub const BREACHES_MAX: usize = 5;
/// Places of a run where a failure is tried, beside the first.
pub const PLACES_MAX: usize = 5;
/// Places of a wire where it is cut.
pub const CUTS_MAX: usize = 24;
/// Reads into which a recording is cut at most.
pub const DRIPS_MAX: usize = 20_000;
/// Different garbage that is tried on a wire.
pub const GARBAGES: u64 = 24;
/// Cursors of one run that are resumed from.
pub const RESUMES_MAX: usize = 8;
/// Bytes of the large text that stands in an answer.
pub const HUGE_BYTES: usize = 10 << 20;
/// Levels of a deep answer.
pub const DEEP_LEVELS: usize = 100_000;
/// What a refused client is told to wait, in seconds.
pub const RETRY_AFTER_SECS: i64 = 120;
/// How long after a failure the source is read again, in milliseconds: longer than any pause.
pub const LATER_MS: i64 = 3 * 60 * 60 * 1_000;
/// Longest pause that a connector may ask for, in milliseconds.
pub const PAUSE_MS_MAX: i64 = 7 * 24 * 60 * 60 * 1_000;
/// Requests of one `check`.
pub const CHECK_REQUESTS_MAX: u32 = 3;
/// Earliest time that an item of a recording can have: 1990-01-01, in milliseconds since 1970.
pub const TIME_MIN: i64 = 631_152_000_000;
/// How far ahead of its recording the time of an item can be, in milliseconds.
pub const TIME_AHEAD_MS_MAX: i64 = 24 * 60 * 60 * 1_000;
/// Sends of one request whose failure may pass.
pub const SENDS_MAX: usize = 3;
/// Bytes of a quote in a reason.
pub const QUOTE_BYTES_MAX: usize = 300;
/// How far back a backfill is recorded where nobody says, in milliseconds.
pub const BACKFILL_MS: i64 = 30 * 24 * 60 * 60 * 1_000;
/// Items that are asked for again by their ids.
pub const RECHECKED: usize = 10;
