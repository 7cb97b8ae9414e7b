//! What is handed to the store of calls that spent and crashed, and what it shows of them.

use hark_model::Ms;

use crate::SourceId;

/// What one call spent of one thing that is limited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spent {
    /// "memory", "time".
    pub resource: &'static str,
    /// Bytes, milliseconds or a count.
    pub amount: u64,
    /// What it might spend.
    pub most: u64,
}

/// What the calls of a source spent of one thing that is limited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spending {
    /// "memory", "time".
    pub resource: String,
    /// By the last call that was noted.
    pub last: u64,
    /// When.
    pub last_at: Ms,
    /// By the call that spent most.
    pub peak: u64,
    /// When.
    pub peak_at: Ms,
    /// What the last call might spend.
    pub most: u64,
}

impl Spending {
    /// Returns `amount` as a share of the limit in whole percent, rounded up; none without a limit.
    pub fn percent(&self, amount: u64) -> Option<u64> {
        (self.most > 0).then(|| amount.saturating_mul(100).div_ceil(self.most))
    }
}

/// A call that crashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crash {
    /// Of which source.
    pub source: SourceId,
    /// Which calls it counts with, as in "read posts".
    pub line: String,
    /// How it ended, for people, without secrets.
    pub error: String,
    /// Its capsule as text, if one could be made.
    pub capsule: Option<String>,
    /// So many in a row put the source into quarantine; none if crashes of this kind never do.
    pub quarantine_at: Option<u32>,
    /// The build.
    pub component_sha256: [u8; 32],
    /// Now.
    pub at: Ms,
}

/// What a crash led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrashNoted {
    /// Crashes of its line in a row.
    pub in_a_row: u32,
    /// Number of the capsule.
    pub capsule: Option<i64>,
    /// The source is in quarantine now.
    pub is_quarantined: bool,
}

/// A source that is not called until a person says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceQuarantine {
    /// Since when.
    pub at: Ms,
    /// Why, for people.
    pub reason: String,
    /// The build that crashed.
    pub component_sha256: [u8; 32],
}

/// A capsule, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapsuleRow {
    /// Its number.
    pub id: i64,
    /// When it crashed.
    pub at: Ms,
    /// Which call, as in "read posts".
    pub line: String,
    /// How it ended.
    pub error: String,
}
