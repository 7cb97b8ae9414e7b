//! JSON as it comes: ids and times in several forms, text that is not quite Unicode.
//!
//! Holds: a lone surrogate or a byte that is no UTF-8 becomes U+FFFD, it never hides a page.

use std::borrow::Cow;

use hark_sdk::time;
use hark_sdk::types::Ms;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Integers from here on are milliseconds; as seconds they would be the year 5138.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

/// Parses `bytes`; what is not quite Unicode is mended.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, serde_json::Error> {
    let error = match serde_json::from_slice(bytes) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    match mended(bytes) {
        Cow::Owned(mended) => serde_json::from_slice(&mended),
        Cow::Borrowed(_) => Err(error),
    }
}

/// Returns `bytes` with U+FFFD for what Unicode does not have.
fn mended(bytes: &[u8]) -> Cow<'_, [u8]> {
    let text = match String::from_utf8_lossy(bytes) {
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        Cow::Borrowed(_) => Cow::Borrowed(bytes),
    };
    let mut at = 0;
    let mut lone = Vec::new();
    while at < text.len() {
        match (text[at], unit_at(&text, at)) {
            (b'\\', Some(0xd800..=0xdbff)) if matches!(unit_at(&text, at + 6), Some(0xdc00..=0xdfff)) => {
                at += 12;
            }
            (b'\\', Some(0xd800..=0xdfff)) => {
                lone.push(at);
                at += 6;
            }
            // Whatever is escaped, it is no escape itself.
            (b'\\', _) => at += 2,
            _ => at += 1,
        }
    }
    if lone.is_empty() {
        return text;
    }
    let mut text = text.into_owned();
    lone.iter().for_each(|at| text[*at..*at + 6].copy_from_slice(b"\\ufffd"));
    Cow::Owned(text)
}

/// Returns the code unit of the escape `\uXXXX` that begins at `at`.
fn unit_at(text: &[u8], at: usize) -> Option<u16> {
    let digits = text.get(at..at + 6)?.strip_prefix(b"\\u")?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

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
    fn text_that_is_not_quite_unicode_is_mended() {
        for (json, want) in [
            (&br#""fine \ud83d\ude42""#[..], "fine 🙂"),
            (br#""lone \ud83d end""#, "lone \u{fffd} end"),
            (br#""low \ude42 end""#, "low \u{fffd} end"),
            (br#""two highs \ud83d\ud83d\ude42""#, "two highs \u{fffd}🙂"),
            (br#""no escape \\ud83d""#, "no escape \\ud83d"),
            (br#""at the end \uD83D""#, "at the end \u{fffd}"),
            (b"\"byte \xff\"", "byte \u{fffd}"),
            (br#""nul \u0000""#, "nul \0"),
        ] {
            assert_eq!(parse::<String>(json).unwrap(), want, "{}", String::from_utf8_lossy(json));
        }
        for bad in [&b""[..], b"{", br#""\u12"#, b"<html>", br#""\ud83d"#] {
            assert!(parse::<String>(bad).is_err(), "{}", String::from_utf8_lossy(bad));
        }
    }

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
