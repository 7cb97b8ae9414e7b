//! Routes: who should see an item, and why.

use crate::{Evidence, Priority};

/// One rule that had a say.
#[derive(Debug, Clone, PartialEq)]
pub struct RouteReason {
    /// Name of the rule.
    pub rule: String,
    /// Words of the item that made it match; empty for a match on fields alone.
    pub evidence: Vec<Evidence>,
}

/// Who should see an item, and why.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Route {
    /// Team, from the first rule that names a team or a person.
    pub team: Option<String>,
    /// Person, from the first rule that names a team or a person.
    pub person: Option<String>,
    /// Priority, the highest any rule gives.
    pub priority: Option<Priority>,
    /// Tags of all rules, sorted, each once.
    pub tags: Vec<String>,
    /// Every rule that matched, in the order of the file.
    pub reasons: Vec<RouteReason>,
}
