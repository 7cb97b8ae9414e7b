//! Bounds of the demo's servers: it may run for weeks beside other work.

use std::time::Duration;

/// Mails kept in the mailbox; the oldest go when more arrive.
pub const MAILS_MAX: usize = 2_000;
/// Entries kept in each feed; the oldest go when more arrive.
pub const FEED_ENTRIES_MAX: usize = 300;
/// Shortest pause between two arrivals.
pub const INTERVAL_MIN: Duration = Duration::from_millis(50);
/// IMAP sessions at a time; more are turned away with `BYE`.
pub const SESSIONS_MAX: usize = 32;
/// Bytes of one IMAP command, literals included.
pub const COMMAND_BYTES_MAX: usize = 64 << 10;
/// Commands that cannot be understood before a session is ended.
pub const BAD_COMMANDS_MAX: u32 = 20;
/// Longest silence of a client before its session is ended, as RFC 3501 asks for at least.
pub const SESSION_IDLE_MAX: Duration = Duration::from_secs(30 * 60);
/// Longest time a client may take for the TLS handshake, or to take in what was written to it.
pub const CLIENT_SLOW_MAX: Duration = Duration::from_secs(30);
/// Longest time that open sessions get to end after the order to stop.
pub const STOP_GRACE: Duration = Duration::from_secs(2);
/// Deepest chain of `References` that a mail carries.
pub const REFERENCES_MAX: usize = 64;
/// Slots that are filled in one generated text.
pub const SLOTS_MAX: usize = 64;
/// Things kept on each played platform, which forgets nothing; it falls silent when it is full.
pub const PLAYED_ITEMS_MAX: usize = 10_000;
/// How far back something is looked for to be answered.
pub const RECENT_MAX: usize = 25;
/// Scenes in a row that cannot be told before the demo falls silent.
pub const PASSED_OVER_MAX: usize = 100;
