//! Bounds of the connector.

/// Most entries that a page of the Graph API gives.
pub const PAGE_ENTRIES_MAX: u32 = 100;
/// Fewest entries asked for when the platform finds a page too heavy.
pub const PAGE_ENTRIES_MIN: u32 = 5;
/// Most events that one entry gives: its author, its conversation, itself, and that it is hidden.
pub const EVENTS_PER_ENTRY_MAX: usize = 4;
/// Most posts whose comments are watched; the cursor holds something of each.
pub const POSTS_MAX: usize = 300;
/// Bytes of all marks of seen comments in the cursor.
pub const SEEN_BYTES_MAX: usize = 20 << 10;
/// Most marks of one thread, or of the mentions.
pub const SEEN_MAX: usize = 800;
/// How far behind its newest comment a thread is read again: comments show up late.
pub const OVERLAP_SECS: i64 = 600;
/// Longest native id of the Graph API; the contract allows 512.
pub const ID_BYTES_MAX: usize = 128;
/// Most attachments of an item, by the contract.
pub const ATTACHMENTS_MAX: usize = 256;
/// Most relations of an item, by the contract.
pub const RELATIONS_MAX: usize = 512;
/// Longest address, by the contract.
pub const URL_BYTES_MAX: usize = 8 << 10;
/// Longest page token that is sent back.
pub const TOKEN_BYTES_MAX: usize = 4 << 10;
/// Bytes of the texts in one batch.
pub const BATCH_BYTES_MAX: usize = 8 << 20;
/// Most look-ups in one batch request, by the platform.
pub const LOOKUPS_MAX: usize = 50;
/// How often an id that got no answer is asked for again.
pub const LOOKUP_TRIES_MAX: u32 = 2;
/// How often a walk begins anew because its page token went stale.
pub const RESTARTS_MAX: u32 = 3;
/// Most pages that `discover` lists, in pages of a hundred.
pub const DISCOVER_REQUESTS_MAX: u32 = 5;
/// Usage in percent from which the connector slows down.
pub const USAGE_SLOW_PERCENT: u32 = 80;
/// Pause at that usage.
pub const SLOW_MS: i64 = 5 * 60_000;
/// Pause when all is used and the platform names no end: the whole window.
pub const FULL_MS: i64 = 60 * 60_000;
/// Pause from 95 percent on, and after a limit that names no end: the windows are an hour long and roll.
pub const LIMITED_MS: i64 = 15 * 60_000;
/// Longest pause that the platform's own estimate may ask for.
pub const REGAIN_MS_MAX: i64 = 24 * 3_600_000;
/// Longest time that one request may take.
pub const REQUEST_MS_MAX: u32 = 20_000;
/// Time that must be left for another request.
pub const SPARE_MS: i64 = 2_000;
/// How much of a platform's message a fault quotes.
pub const MESSAGE_CHARS_MAX: usize = 300;
/// Comments that are looked at before a reply, to see whether it is there already.
pub const OWN_REPLIES_LOOKED_AT: u32 = 50;
/// Longest comment that the platform takes.
pub const COMMENT_CHARS_MAX: u32 = 8_000;
