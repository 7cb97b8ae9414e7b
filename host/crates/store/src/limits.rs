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
/// Most words of one search; the rest is left out.
pub const SEARCH_WORDS_MAX: usize = 32;
/// Longest search text; the rest is left out.
pub const SEARCH_BYTES_MAX: usize = 1_024;
/// Longest text of a fault that is kept.
pub const FAULT_BYTES_MAX: usize = 4 << 10;
