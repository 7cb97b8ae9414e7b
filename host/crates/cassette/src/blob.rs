//! Bytes that read as text wherever they are text.
//!
//! Holds: one line is a string, several lines are a list of strings without their line feeds (so that a
//! changed line is a changed line of the file), what is not UTF-8 is base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bytes of a body, a cursor, a line of a wire.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Blob(pub Vec<u8>);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Shape {
    Line(String),
    Lines(Vec<String>),
    Binary { base64: String },
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let shape = match std::str::from_utf8(&self.0) {
            Ok(text) if text.contains('\n') => Shape::Lines(text.split('\n').map(str::to_owned).collect()),
            Ok(text) => Shape::Line(text.to_owned()),
            Err(_) => Shape::Binary { base64: STANDARD.encode(&self.0) },
        };
        shape.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(match Shape::deserialize(from)? {
            Shape::Line(text) => text.into_bytes(),
            Shape::Lines(lines) => lines.join("\n").into_bytes(),
            Shape::Binary { base64 } => STANDARD.decode(base64).map_err(D::Error::custom)?,
        }))
    }
}

impl From<&[u8]> for Blob {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl From<Vec<u8>> for Blob {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&str> for Blob {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_and_text_stays_text() {
        let cases: [(&[u8], &str); 6] = [
            (b"", r#""""#),
            (b"one", r#""one""#),
            (b"a\nb", r#"["a","b"]"#),
            (b"a\r\nb\n", r#"["a\r","b",""]"#),
            (b"\0\x7f", "\"\\u0000\x7f\""),
            (b"\xff\xfe", r#"{"base64":"//4="}"#),
        ];
        for (bytes, written) in cases {
            let text = serde_json::to_string(&Blob::from(bytes)).unwrap();
            assert_eq!(text, written);
            assert_eq!(serde_json::from_str::<Blob>(&text).unwrap().0, bytes);
        }
        assert!(serde_json::from_str::<Blob>(r#"{"base64":"*"}"#).is_err());
    }
}
