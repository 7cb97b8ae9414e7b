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
/// Calls that fail in a row, of all streams of a source, before its platform is left alone by all of them.
pub const BREAKER_FAILURES: u32 = 5;
/// How long it is left alone at first; doubles with each time, to `BACK_OFF_MAX`.
pub const BREAKER_PAUSE_MIN: Duration = Duration::from_secs(30);
/// How long others wait for the one call that tries whether it is back.
pub const BREAKER_TRY: Duration = Duration::from_secs(60);
/// Calls of one kind that crash in a row before a source is put into quarantine.
pub const CRASHES_MAX: u32 = 6;
/// How often a source in quarantine looks whether it has been released.
pub const QUARANTINE_LOOK: Duration = Duration::from_secs(10);
/// How often it is noted what calls spend that spend no more than others did.
pub const SPENDING_EVERY: Duration = Duration::from_secs(10);
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
/// How long a new build of a connector is on trial: a crash within it brings back the one before.
pub const TRIAL: Duration = Duration::from_secs(3_600);
/// Time a read may still take when an order to stop was given.
pub const STOP_GRACE: Duration = Duration::from_secs(5);
/// Batches of one target before the next target has its turn, where a stream has several.
pub const BATCHES_PER_TURN_MAX: u32 = 10;
/// Least time between two reads of a stream that a delivery asks for.
pub const POLL_NOW_MIN: Duration = Duration::from_secs(2);
/// How long a backfill or recheck waits for live reading to pause.
pub const PATIENCE_MAX: Duration = Duration::from_secs(30);
/// Least pause between two calls of a backfill or recheck.
pub const PATIENT_PAUSE_MIN: Duration = Duration::from_millis(5);
/// Longest pause between two calls of a backfill or recheck that went well.
pub const PATIENT_PAUSE_MAX: Duration = Duration::from_secs(5);
/// How often it is looked whether there is a backfill to read.
pub const BACKFILL_LOOK: Duration = Duration::from_secs(5);
/// Longest pause after trouble that a backfill waits out without letting go of its place.
pub const BACKFILL_WAIT_MAX: Duration = Duration::from_secs(60);
/// How much longer than one call a backfill is held by its reader.
pub const BACKFILL_LEASE_SLACK: Duration = Duration::from_secs(120);
/// Items of one recheck call.
pub const RECHECK_IDS_MAX: u32 = 100;
/// Batches of one recheck call.
pub const RECHECK_BATCHES_MAX: u32 = 100;
/// Least pause between two recheck calls of a stream.
pub const RECHECK_PAUSE: Duration = Duration::from_secs(5);
/// Longest time between two looks at the schedule of rechecks.
pub const RECHECK_LOOK: Duration = Duration::from_secs(60);
/// Deliveries of one source at the same time.
pub const DELIVERIES_AT_ONCE: usize = 8;
/// Deliveries of one source that wait for that; more are turned away.
pub const DELIVERIES_QUEUED: usize = 32;
/// How long the answer to a delivery waits for the connector: less than any platform waits for us.
pub const DELIVERY_ANSWER_WAIT: Duration = Duration::from_secs(2);
/// How often deliveries that could not be handled are looked at again.
pub const DELIVERY_LOOK: Duration = Duration::from_secs(15);
/// First pause before a delivery that could not be handled is tried again; doubles with each.
pub const DELIVERY_RETRY_MIN: Duration = Duration::from_secs(15);
/// How often a delivery is tried.
pub const DELIVERY_ATTEMPTS_MAX: u32 = 8;
/// Largest answer to a delivery.
pub const DELIVERY_ANSWER_BYTES_MAX: usize = 64 << 10;
/// Longest pause between two pieces of the archive that another analyser reads.
pub const REANALYSIS_PAUSE_MAX: Duration = Duration::from_secs(1);
/// Texts in one language that make a habit for certain.
pub const HABIT_TEXTS: u32 = 4;
/// Texts of the last day that are remembered, each of its own kind: about half a KiB for each.
pub const RECENT_TEXTS_MAX: usize = 1 << 16;
/// Items of one expert that are read into the index, the newest.
pub const EXPERT_ITEMS_OF_AUTHOR: usize = 100_000;
/// Items of all experts together.
pub const EXPERT_ITEMS_READ: usize = 2_000_000;
/// How far behind the clock counts are taken: as long as most sources take to be asked again.
pub const SPIKE_LAG: Duration = Duration::from_secs(15 * 60);
/// How often it is looked whether something is unusual.
pub const SPIKE_LOOK: Duration = Duration::from_secs(60);
/// How much of the past is learned from at the start.
pub const SPIKE_PAST: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// How much of it is counted at once.
pub const SPIKE_PIECE: Duration = Duration::from_secs(6 * 60 * 60);
/// Bytes of one value that a difference shows.
pub const DIFFERENCE_BYTES_MAX: usize = 400;
/// How often it is looked whether a notice or a step of escalation has become due.
pub const DESK_LOOK: Duration = Duration::from_secs(1);
/// How often what says nothing any more is forgotten.
pub const ROUTING_PRUNE_MS: i64 = 60 * 60 * 1_000;
/// How long it is remembered who had an author.
pub const ROUTING_AUTHOR_MS: i64 = 180 * 24 * 60 * 60 * 1_000;
/// What comes in so long after the end begins a new work period, where no service level says it.
pub const REOPEN_AFTER_MS: i64 = 72 * 60 * 60 * 1_000;
/// Conversations that one notice lists; more are counted.
pub const NOTICE_LINES_MAX: usize = 20;
/// Items of one dry run; the newest are tried.
pub const DRY_RUN_ITEMS_MAX: usize = 100_000;
