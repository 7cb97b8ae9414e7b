//! JSON as forums really send it.
//!
//! Holds: broken UTF-8 costs a character, not the page; an id may come as a number or as text, whatever its size.

use hark_sdk::http::Response;
use hark_sdk::types::Fault;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};

/// Parses a body; what is no JSON is a protocol fault that quotes its beginning.
pub fn json<T: DeserializeOwned>(response: &Response) -> Result<T, Fault> {
    match from_slice(response.body()) {
        Some(value) => Ok(value),
        // The fault is worded by the SDK; it fails for the same reason.
        None => response.json(),
    }
}

/// Parses JSON, with a character in the place of each byte that is none; none if that does not help.
pub fn from_slice<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    let of_lossy = || hark_sdk::json::parse(String::from_utf8_lossy(body).as_bytes()).ok();
    hark_sdk::json::parse(body).ok().or_else(of_lossy)
}

/// A number that may be written as text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Signed(i64),
    Unsigned(u64),
    Text(String),
    Other(serde::de::IgnoredAny),
}

/// Reads an id.
pub fn id<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    maybe_id(from)?.ok_or_else(|| D::Error::custom("no id"))
}

/// Reads an id that may be missing, null, below zero or no number at all.
pub fn maybe_id<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    Ok(match Option::<Written>::deserialize(from)? {
        Some(Written::Signed(number)) => u64::try_from(number).ok(),
        Some(Written::Unsigned(number)) => Some(number),
        Some(Written::Text(text)) => text.trim().parse().ok(),
        Some(Written::Other(_)) | None => None,
    })
}

/// Reads a number that may be missing, null or no number at all.
pub fn maybe_number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    Ok(match Option::<Written>::deserialize(from)? {
        Some(Written::Signed(number)) => Some(number),
        Some(Written::Text(text)) => text.trim().parse().ok(),
        Some(Written::Unsigned(_) | Written::Other(_)) | None => None,
    })
}

/// Reads a yes or no that NodeBB writes as 0 and 1.
pub fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Flag {
        Said(bool),
        Number(i64),
        Other(serde::de::IgnoredAny),
    }
    Ok(match Option::<Flag>::deserialize(from)? {
        Some(Flag::Said(said)) => said,
        Some(Flag::Number(number)) => number != 0,
        Some(Flag::Other(_)) | None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_character_costs_a_character() {
        for (body, want) in [
            (&br#""a\ud83d b""#[..], "a\u{fffd} b"),
            (br#""\ude00\ud83d\ude00""#, "\u{fffd}\u{1f600}"),
            (br#""\ud83d\ud83d\ude00""#, "\u{fffd}\u{1f600}"),
            (br#""\\ud83d""#, "\\ud83d"),
            (b"\"caf\xe9\"", "caf\u{fffd}"),
            (br#""\u0000x""#, "\0x"),
        ] {
            assert_eq!(from_slice::<String>(body).as_deref(), Some(want), "{body:?}");
        }
        for body in [&b"<html>"[..], b"", br#"{"posts":["#] {
            assert_eq!(from_slice::<serde_json::Value>(body), None, "{body:?}");
        }
    }

    #[test]
    fn ids_come_in_all_forms() {
        #[derive(Deserialize)]
        struct Ids {
            #[serde(default, deserialize_with = "maybe_id")]
            id: Option<u64>,
            #[serde(default, deserialize_with = "flag")]
            gone: bool,
        }
        for (body, want, gone) in [
            (r#"{"id":7,"gone":1}"#, Some(7), true),
            (r#"{"id":"7","gone":true}"#, Some(7), true),
            (r#"{"id":18446744073709551615}"#, Some(u64::MAX), false),
            (r#"{"id":9007199254740993,"gone":0}"#, Some(9_007_199_254_740_993), false),
            (r#"{"id":null,"gone":null}"#, None, false),
            (r#"{"id":-1}"#, None, false),
            (r#"{"id":"x"}"#, None, false),
            (r#"{"id":{}}"#, None, false),
            (r#"{}"#, None, false),
        ] {
            let ids: Ids = serde_json::from_str(body).unwrap();
            assert_eq!((ids.id, ids.gone), (want, gone), "{body}");
        }
        assert!(id(&mut serde_json::Deserializer::from_str("null")).is_err());
    }
}
