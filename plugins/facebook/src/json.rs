//! Ids and times in the several forms that the platform sends them in.

use hark_sdk::time;
use hark_sdk::types::Ms;
use serde::Deserialize;

/// Integers from here on are milliseconds; as seconds they would be the year 5138.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

/// An id or a time: text, or an integer that JSON can hold exactly.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// A number; Meta's are below 2^63.
    Integer(i64),
    /// Text.
    Text(String),
}

impl Scalar {
    /// Returns it as an id.
    pub fn id(&self) -> String {
        match self {
            Self::Integer(number) => number.to_string(),
            Self::Text(text) => text.trim().to_owned(),
        }
    }

    /// Returns it as a time: ISO 8601 with any offset, or seconds since 1970.
    pub fn ms(&self) -> Option<Ms> {
        let of_number = |number: i64| match number {
            MILLISECONDS_FROM.. => number,
            _ => number.saturating_mul(1_000),
        };
        match self {
            Self::Integer(number) => Some(of_number(*number)),
            Self::Text(text) => time::parse_rfc3339(text).or_else(|| text.trim().parse().ok().map(of_number)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_ids_come_in_several_forms() {
        for (json, ms) in [
            ("\"2026-07-24T21:23:23+0000\"", Some(1_784_928_203_000)),
            ("\"2026-07-24T21:23:23Z\"", Some(1_784_928_203_000)),
            ("1784928203", Some(1_784_928_203_000)),
            ("\"1784928203\"", Some(1_784_928_203_000)),
            ("1784928203000", Some(1_784_928_203_000)),
            ("-1", Some(-1_000)),
            ("\"yesterday\"", None),
        ] {
            assert_eq!(serde_json::from_str::<Scalar>(json).unwrap().ms(), ms, "{json}");
        }
        for (json, id) in [("\" 1_2 \"", "1_2"), ("9007199254740993", "9007199254740993")] {
            assert_eq!(serde_json::from_str::<Scalar>(json).unwrap().id(), id, "{json}");
        }
        assert!(serde_json::from_str::<Scalar>("1.5").is_err());
    }
}
