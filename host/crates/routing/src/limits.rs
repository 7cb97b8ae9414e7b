//! Bounds of routing.

/// Words that are kept as evidence of one rule.
pub(crate) const EVIDENCE_MAX: usize = 16;

/// How far a calendar looks ahead, in days: ten years.
pub const CALENDAR_DAYS_MAX: i32 = 3_660;
/// Most entries of one kind in a file of routes: rules, teams, persons, calendars and so on.
pub const ENTRIES_MAX: usize = 100_000;
/// Deepest nesting of rules under rules.
pub const DEPTH_MAX: usize = 16;
/// Longest wait, silence or inhibition that a file can ask for, in days.
pub const WAIT_DAYS_MAX: i64 = 3_660;
/// Most open items of a person or a queue that a file can ask for.
pub const CAPACITY_MAX: u64 = 1_000_000;
/// Most conversations that a group of notices remembers; the rest are only counted.
pub const GROUP_CONVERSATIONS_MAX: usize = 1_000;
/// Most reasons that one decision tells of the persons it passed over; the rest are only counted.
pub const PASSED_MAX: usize = 32;
/// Most experts of one ranking that are looked at.
pub const EXPERTS_MAX: usize = 100;
/// Most rules that nearly took an item of which an explanation tells why they did not.
pub const MISSES_MAX: usize = 50;
