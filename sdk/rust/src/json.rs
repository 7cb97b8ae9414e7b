//! JSON as platforms send it: with escapes of half a character and bytes that are no UTF-8, which a parser that is
//! strict refuses.
//!
//! Holds: one bad escape or byte costs one character, not the whole page; what follows the value is an error.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

/// Why bytes are no JSON, or another than was expected: `at posts[1]: invalid type: …`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no JSON as expected{0}")]
pub struct JsonError(String);

/// Parses `bytes`; an escaped half of a surrogate pair and a byte that is no UTF-8 become U+FFFD.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, JsonError> {
    let text = String::from_utf8_lossy(bytes);
    let mended = mend(text.as_bytes());
    let mut json = serde_json::Deserializer::from_slice(&mended);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let place = match error.path().to_string() {
            path if path == "." => String::new(),
            path => format!(" at {path}"),
        };
        JsonError(format!("{place}: {}", error.into_inner()))
    })?;
    json.end().map_err(|error| JsonError(format!(": {error}")))?;
    Ok(value)
}

/// Puts `\ufffd` in the place of each escaped surrogate that has no other half.
fn mend(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut mended = Cow::Borrowed(bytes);
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|byte| *byte == b'\\') {
        at += found;
        let half = surrogate(bytes, at);
        let whole = half == Some(Half::High) && surrogate(bytes, at + ESCAPE) == Some(Half::Low);
        if half.is_some() && !whole {
            mended.to_mut()[at..at + ESCAPE].copy_from_slice(b"\\ufffd");
        }
        // An escape is two bytes at least, so an escaped backslash is never taken for a start.
        at += match half {
            Some(_) if whole => 2 * ESCAPE,
            Some(_) => ESCAPE,
            None => 2,
        };
        if at >= bytes.len() {
            break;
        }
    }
    mended
}

/// Bytes of `\ud83d`.
const ESCAPE: usize = 6;

#[derive(PartialEq, Eq)]
enum Half {
    High,
    Low,
}

fn surrogate(bytes: &[u8], at: usize) -> Option<Half> {
    let digits = bytes.get(at..at + ESCAPE)?.strip_prefix(b"\\u")?;
    let value = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    match value {
        0xd800..=0xdbff => Some(Half::High),
        0xdc00..=0xdfff => Some(Half::Low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_character_costs_one_character() {
        for (json, want) in [
            (r#""plain""#, "plain"),
            (r#""\ud83d\ude00""#, "😀"),
            (r#""a\ud83d""#, "a\u{fffd}"),
            (r#""\ude00b""#, "\u{fffd}b"),
            (r#""\ud83d\ud83d\ude00\n""#, "\u{fffd}😀\n"),
            (r#""\ud83d high and \ude00 low""#, "\u{fffd} high and \u{fffd} low"),
            (r#""\\ud83d \\\ud83d""#, "\\ud83d \\\u{fffd}"),
        ] {
            assert_eq!(parse::<String>(json.as_bytes()).unwrap(), want, "{json}");
        }
        assert!(matches!(mend(br#"{"a":"\u00e4\\"}"#), Cow::Borrowed(_)));
    }

    #[test]
    fn a_byte_that_is_no_utf_8_costs_one_character() {
        assert_eq!(parse::<String>(b"\"byte \xff\"").unwrap(), "byte \u{fffd}");
        assert_eq!(parse::<String>(br#""nul \u0000""#).unwrap(), "nul \0");
    }

    #[test]
    fn what_is_cut_off_or_goes_on_is_an_error() {
        for json in [r#""a" "b""#, "[]<html>", "<html>"] {
            assert!(parse::<serde_json::Value>(json.as_bytes()).is_err(), "{json}");
        }
        for json in [r#""\"#, r#""\u"#, r#""\ud8"#, r#""\ud83d\"#, "", "\\"] {
            assert!(parse::<String>(json.as_bytes()).is_err(), "{json}");
        }
        let error = parse::<Vec<u8>>(b"[1,\"two\"]").unwrap_err();
        assert!(error.to_string().starts_with("no JSON as expected at [1]: invalid type"), "{error}");
    }
}
