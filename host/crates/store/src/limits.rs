//! Bounds of the store.

use std::time::Duration;

/// Most jobs that wait for the writer; more wait for a place in the queue.
pub const QUEUE_JOBS_MAX: usize = 256;
/// Most jobs that share one transaction.
pub const GROUP_JOBS_MAX: usize = 64;
/// Most entries that share one transaction, so that a group stays short; one job may hold more.
pub const GROUP_ENTRIES_MAX: usize = 4_000;
/// Read-only connections, and so reads at once.
pub const READERS: usize = 4;
/// How long a connection waits for another process to let go of the file.
pub const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Statements that a connection keeps prepared.
pub const STATEMENTS_CACHED: usize = 128;
/// Pages of the write-ahead log after which the writer folds it back into the file (16 MiB).
pub const WAL_PAGES: u32 = 4_096;
/// Bytes of the write-ahead log that stay on disk once it has been folded back.
pub const WAL_BYTES_KEPT: u32 = 64 << 20;
/// Page cache of the writer.
pub const WRITER_CACHE_KIB: u32 = 16 << 10;
/// Page cache of each reader.
pub const READER_CACHE_KIB: u32 = 4 << 10;
/// Payloads shorter than this are kept as they are: a frame would save nothing and costs time.
pub const COMPRESS_BYTES_MIN: usize = 256;
/// Effort of compression; the lowest level is within a tenth of the default's size on mail and feeds.
pub const COMPRESS_LEVEL: i32 = 1;
/// Rows of a feed page unless the caller says otherwise.
pub const FEED_ROWS: u32 = 50;
/// Most rows of a feed page.
pub const FEED_ROWS_MAX: u32 = 1_000;
/// Most items of one thread view; the newest are kept.
pub const THREAD_ITEMS_MAX: u32 = 2_000;
/// Longest text of a fault that is kept.
pub const FAULT_BYTES_MAX: usize = 4 << 10;
/// How long a delivery's key is remembered: longer than any platform goes on delivering again.
pub const DELIVERY_KEY_MS: i64 = 14 * 24 * 3_600_000;
/// Time that whoever took a delivery has to handle it, before another may.
pub const DELIVERY_LEASE_MS: i64 = 2 * 60_000;
/// Deliveries of one source that may wait; more are turned away.
pub const DELIVERIES_WAITING_MAX: u64 = 10_000;
/// Deliveries of one source that are kept although they cannot be handled; the oldest go first.
pub const DELIVERIES_FAILED_MAX: u32 = 100;
/// Items that are taken into the schedule of rechecks in one step.
pub const RECHECK_ENROLLED_MAX: u32 = 5_000;
/// Gaps of a source that are listed; the newest are.
pub const GAPS_SHOWN_MAX: u32 = 10;
/// Bytes of kept payloads that are read at once; a single one may be larger.
pub const RAW_BYTES_AT_ONCE: usize = 8 << 20;
/// Kept payloads that are read at once.
pub const RAWS_AT_ONCE: u32 = 200;
/// Revisions that are listed at once.
pub const REVISIONS_AT_ONCE: u32 = 5_000;
/// Items of the archive that are read again in one piece: one short transaction of the writer.
pub const ARCHIVE_ITEMS_AT_ONCE: u32 = 250;
/// Bytes of text of one such piece; a single item may be larger.
pub const ARCHIVE_BYTES_AT_ONCE: usize = 4 << 20;
/// Items of the last day that are read in one piece when what is remembered of them is made anew.
pub const RECENT_ITEMS_AT_ONCE: u32 = 1_000;
/// Authors that one account stands for: one for each platform.
pub const AUTHORS_OF_ACCOUNT: u32 = 1_000;
/// Labels that are read at once.
pub const LABELS_AT_ONCE: u32 = 500;
/// Capsules of a source that are kept; the newest are.
pub const CAPSULES_KEPT_MAX: u32 = 8;
/// How long a capsule is kept.
pub const CAPSULE_KEPT_MS: i64 = 30 * 24 * 3_600_000;
/// Bytes of a capsule's text.
pub const CAPSULE_BYTES_MAX: usize = 16 << 20;
/// A backfill whose ends are asked for less than this away from those it has goes on, and does not begin anew.
pub const BACKFILL_SAME_MS: u64 = 24 * 3_600_000;
/// Bytes of the subject of a notice; the rest is cut.
pub const NOTICE_SUBJECT_BYTES_MAX: usize = 512;
/// Bytes of the text of a notice; the rest is cut.
pub const NOTICE_BODY_BYTES_MAX: usize = 64 << 10;
/// Notices that one sender gets at once.
pub const NOTICES_AT_ONCE_MAX: u32 = 32;
/// Notices that are listed at once.
pub const NOTICES_LISTED_MAX: u32 = 1_000;
/// Bytes of the reason of a question to an expert; the rest is cut.
pub const CHIME_IN_REASON_BYTES_MAX: usize = 4 << 10;
/// Bytes of an expert's answer; the rest is cut.
pub const CHIME_IN_ANSWER_BYTES_MAX: usize = 64 << 10;
/// Questions of one thread that are listed; the newest are.
pub const CHIME_INS_LISTED_MAX: u32 = 200;
/// Questions that are closed in one step when their time is over.
pub const CHIME_INS_AT_ONCE_MAX: u32 = 500;
/// Addresses that are listed for one name.
pub const PERSON_EMAILS_MAX: u32 = 10;
/// Reports of abuse that are listed at once.
pub const REPORTS_LISTED_MAX: u32 = 1_000;
/// Bytes of why a report was settled as it was; the rest is cut.
pub const REPORT_WHY_BYTES_MAX: usize = 4 << 10;
