//! Bounds of the settings file, and the range of every number in it.

use std::ops::RangeInclusive;

use hark_model::SourceLimits;

/// Largest settings file that is read.
pub const FILE_BYTES_MAX: u64 = 16 << 20;
/// Most complaints that are told at once; a file with more is not of this kind.
pub const ERRORS_MAX: usize = 100;
/// Widest excerpt of a line that is shown.
pub const EXCERPT_CHARS_MAX: usize = 120;
/// Most sources of one file.
pub const SOURCES_MAX: usize = 10_000;
/// Most hosts that connectors are fetched from.
pub const REGISTRIES_MAX: usize = 1_000;
/// Bytes of a public key: what it is, its number, the key.
pub const PUBLIC_KEY_BYTES: usize = 42;
/// Most entries of one list.
pub const LIST_ENTRIES_MAX: usize = 10_000;
/// Longest address, identity or scope of a credential.
pub const CREDENTIAL_WORD_BYTES_MAX: usize = 4_096;
/// Longest team, person, owner, tag.
pub const LABEL_BYTES_MAX: usize = 256;

/// Most targets of notices.
pub const NOTICE_TARGETS_MAX: usize = 200;
/// Most addresses of one mail target.
pub const NOTICE_RECIPIENTS_MAX: usize = 50;
/// Longest name of a mailbox for answers: behind it, a ticket must fit before the `@`, where 64 characters may stand.
pub const ASK_INBOX_CHARS_MAX: usize = 12;

/// Attempts of one target of notices in a minute.
pub const NOTICES_PER_MIN: RangeInclusive<u64> = 1..=100_000;
/// Seconds that what is not urgent waits for a digest: a minute to a week.
pub const DIGEST_SECS: RangeInclusive<u64> = 60..=7 * 24 * 3600;
/// How often what may have arrived is sent again by itself.
pub const NOTICE_REPEATS: RangeInclusive<u64> = 0..=5;
/// Days that a question to an expert opens.
pub const ASK_DAYS: RangeInclusive<u64> = 1..=30;
/// Seconds between polls: a second to a week.
pub const POLL_SECS: RangeInclusive<u64> = 1..=7 * 24 * 3600;
/// Days that are read by time when a source is new: a day to a century.
pub const BACKFILL_DAYS: RangeInclusive<u64> = 1..=36_500;
/// Days that items are kept: a day to a century.
pub const RETENTION_DAYS: RangeInclusive<u64> = 1..=36_500;

/// One number of `SourceLimits`: its key, what it may be, and where it goes.
pub(crate) struct LimitKey {
    /// Key in the file.
    pub key: &'static str,
    /// What it may be. 0 would stop everything and is refused, but for redirects, where it means none.
    pub range: RangeInclusive<u64>,
    /// Puts the number in place.
    pub set: fn(&mut SourceLimits, u64),
}

/// Every number of `SourceLimits`, in the order of its fields. The upper ends keep one source from
/// taking the whole machine by a slip of the hand.
pub(crate) const LIMIT_KEYS: &[LimitKey] = &[
    LimitKey { key: "memory_mib", range: 1..=4_096, set: |l, n| l.memory_mib = n },
    LimitKey { key: "call_secs", range: 1..=3_600, set: |l, n| l.call_secs = n },
    LimitKey { key: "cpu_ms", range: 1..=600_000, set: |l, n| l.cpu_ms = n },
    LimitKey { key: "host_call_kib", range: 1..=65_536, set: |l, n| l.host_call_kib = n },
    LimitKey { key: "log_lines", range: 1..=100_000, set: |l, n| l.log_lines = n },
    LimitKey { key: "log_line_bytes", range: 64..=65_536, set: |l, n| l.log_line_bytes = n },
    LimitKey { key: "batch_events", range: 1..=100_000, set: |l, n| l.batch_events = small(n) },
    LimitKey { key: "batch_mib", range: 1..=1_024, set: |l, n| l.batch_mib = n },
    LimitKey { key: "requests", range: 1..=10_000, set: |l, n| l.requests = small(n) },
    LimitKey { key: "requests_per_min", range: 1..=1_000_000, set: |l, n| l.requests_per_min = small(n) },
    LimitKey { key: "request_secs", range: 1..=3_600, set: |l, n| l.request_secs = n },
    LimitKey { key: "body_mib", range: 1..=1_024, set: |l, n| l.body_mib = n },
    LimitKey { key: "header_kib", range: 1..=1_024, set: |l, n| l.header_kib = n },
    LimitKey { key: "wire_mib", range: 1..=4_096, set: |l, n| l.wire_mib = n },
    LimitKey { key: "redirects", range: 0..=20, set: |l, n| l.redirects = small(n) },
    LimitKey { key: "deliveries_per_min", range: 1..=1_000_000, set: |l, n| l.deliveries_per_min = small(n) },
];

fn small(number: u64) -> u32 {
    u32::try_from(number).expect("the range of every small limit ends below 2^32")
}
/// People who agreed to be named as experts.
pub const EXPERTS_MAX: usize = 10_000;
