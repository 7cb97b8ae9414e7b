//! Capsules: a call that crashed, with all that is needed to crash it again.
//!
//! Holds: one call on a cassette, so that whatever plays cassettes plays it; nothing in it is a secret, for it is
//! made of what a guest was given and could see. Not here: when one is made and how many are kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Cassette, CassetteError};

/// Version of the format; a file of another is refused.
pub const CAPSULE_VERSION: u32 = 1;

/// A call that crashed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capsule {
    /// Version of the format.
    pub capsule: u32,
    /// Name of the source.
    pub source: String,
    /// SHA-256 of the component, in hex.
    pub component_sha256: String,
    /// How it ended, in people's words.
    pub error: String,
    /// The guest's functions, innermost first, where it was stopped inside one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub backtrace: String,
    /// Some of what it sent and heard did not find room: it may not crash again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_cut: bool,
    /// What the call might spend, by the keys of `[limits]`.
    pub limits: BTreeMap<String, u64>,
    /// What it spent: the same keys with units that are finer.
    pub spent: BTreeMap<String, u64>,
    /// The call.
    pub cassette: Cassette,
}

impl Capsule {
    /// Reads a capsule.
    pub fn parse(text: &str) -> Result<Self, CassetteError> {
        let value: Value = serde_json::from_str(text)?;
        match value.get("capsule").and_then(Value::as_u64) {
            Some(found) if found != u64::from(CAPSULE_VERSION) => {
                Err(CassetteError::CapsuleVersion { found })
            }
            _ => Ok(serde_json::from_value(value)?),
        }
    }

    /// Writes a capsule, with a line feed at its end.
    pub fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("a capsule holds nothing that JSON does not");
        format!("{text}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Answer, Ask, Call, VERSION};

    #[test]
    fn a_capsule_reads_back_and_another_version_is_refused() {
        let call = Call { ask: Ask::Check, at: 7, exchanges: Vec::new(), answer: Answer::default() };
        let capsule = Capsule {
            capsule: CAPSULE_VERSION,
            source: "forum".to_owned(),
            component_sha256: "00".repeat(32),
            error: "connector crashed: it aborted without a word".to_owned(),
            backtrace: "0: abort".to_owned(),
            is_cut: false,
            limits: BTreeMap::from([("memory_mib".to_owned(), 64)]),
            spent: BTreeMap::from([("requests".to_owned(), 3)]),
            cassette: Cassette {
                cassette: VERSION,
                connector: "x".to_owned(),
                connector_version: "1".to_owned(),
                note: String::new(),
                settings: serde_json::Map::new(),
                credentials: BTreeMap::new(),
                listings: Vec::new(),
                calls: vec![call],
            },
        };
        assert_eq!(Capsule::parse(&capsule.text()).unwrap(), capsule);
        let other = capsule.text().replacen("\"capsule\": 1", "\"capsule\": 2", 1);
        let refused = Capsule::parse(&other).unwrap_err();
        assert!(matches!(refused, CassetteError::CapsuleVersion { found: 2 }), "{refused}");
        assert!(matches!(Capsule::parse(&capsule.cassette.text()), Err(CassetteError::Form(_))));
    }
}
