//! Bounds of the schema. Bytes are UTF-8 bytes.

/// Longest name of a source or connector.
pub const NAME_BYTES_MAX: usize = 64;
/// Longest id that a platform may give.
pub const NATIVE_ID_BYTES_MAX: usize = 512;
/// Longest plain text of an item; more is cut and said.
pub const TEXT_BYTES_MAX: usize = 1 << 20;
/// Longest markup of an item; more is cut and said.
pub const HTML_BYTES_MAX: usize = 4 << 20;
/// Longest title, name, handle, place or reason.
pub const LINE_BYTES_MAX: usize = 4 << 10;
/// Longest address.
pub const URL_BYTES_MAX: usize = 8 << 10;
/// Most attachments of an item; more are cut and said.
pub const ATTACHMENTS_MAX: usize = 256;
/// Most relations of an item; more are cut and said.
pub const RELATIONS_MAX: usize = 512;
/// Most tags of an item; more are cut and said.
pub const TAGS_MAX: usize = 256;
/// Most e-mail addresses of an actor.
pub const EMAILS_MAX: usize = 32;
/// Most distinct reactions that are counted.
pub const REACTIONS_MAX: usize = 64;
/// Longest cursor or continuation.
pub const CURSOR_BYTES_MAX: usize = 64 << 10;
/// How far ahead of our clock a platform's time may stand in the feed.
pub const CLOCK_SKEW_MS_MAX: i64 = 5 * 60 * 1000;
/// Deepest thread that is shown as a tree.
pub const THREAD_DEPTH_MAX: usize = 64;
