//! Bounds of the connector.

/// Most feeds of one source; the cursor holds something of each.
pub const FEEDS_MAX: usize = 64;
/// Most entries of one document that are looked at.
pub const ENTRIES_MAX: usize = 10_000;
/// Deepest element of an entry that is looked at; deeper ones give their text to this depth.
pub const DEPTH_MAX: usize = 32;
/// Most elements of one entry.
pub const ELEMENTS_MAX: usize = 20_000;
/// Bytes of text and markup that one batch carries.
pub const BATCH_BYTES_MAX: usize = 8 << 20;
/// Longest native id, by the contract.
pub const NATIVE_ID_BYTES_MAX: usize = 512;
/// Most tags and most attachments of an item, by the contract.
pub const LIST_MAX: usize = 256;
/// Bytes of the cursor that remember what was seen, all feeds together.
pub const SEEN_BYTES_MAX: usize = 40 << 10;
/// Longest validator (`ETag`, `Last-Modified`) that is kept.
pub const VALIDATOR_BYTES_MAX: usize = 200;
/// Longest pause that a feed's own hints (`ttl`, `max-age`) may ask for.
pub const HINT_MS_MAX: i64 = 6 * 3_600_000;
/// Longest pause that a server may ask for by `Retry-After`.
pub const RETRY_MS_MAX: i64 = 24 * 3_600_000;
/// Pause before a feed that is gone is tried again.
pub const GONE_MS: i64 = 24 * 3_600_000;
/// First pause after a failure of one feed among several; it doubles with each further one.
pub const BACKOFF_MS: i64 = 60_000;
/// Longest such pause.
pub const BACKOFF_MS_MAX: i64 = 3_600_000;
/// Time that must be left for another feed to be fetched.
pub const SPARE_MS: i64 = 2_000;
/// Longest time that one request may take.
pub const REQUEST_MS_MAX: u32 = 15_000;
/// Most feeds that `check` fetches.
pub const CHECK_FEEDS_MAX: usize = 3;
