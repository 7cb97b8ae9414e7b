//! Signatures of components: Ed25519 in minisign's form, with a signed statement of what was signed.
//!
//! Holds: a statement is had only of a signature that was verified; the form is checked before the library
//! sees it. Not here: whose key counts.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hark_model::ConnectorId;
use minisign::{PublicKey, SignatureBox};

use crate::limits;

/// Algorithm, number of the key, signature of the hash.
const SIGNATURE_BYTES: usize = 74;
/// Signature of the signature and the trusted comment.
const GLOBAL_BYTES: usize = 64;
/// Ed25519 over BLAKE2b-512, what minisign writes since 2021. The older form would need the whole file at once.
const PREHASHED: &[u8] = b"ED";

/// A signature as minisign writes it; not verified yet.
#[derive(Clone)]
pub struct Signature {
    text: String,
    parsed: SignatureBox,
    key_number: [u8; 8],
}

/// What a signature says that was signed; verified with the component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Name of the connector.
    pub connector: ConnectorId,
    /// Its version.
    pub version: String,
}

/// Why a signature does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// It is not in minisign's form.
    #[error("the signature is not in minisign's form: {why}")]
    Form {
        /// What is wrong with it.
        why: &'static str,
    },
    /// It was not made with this key over these bytes and this comment.
    #[error(
        "the signature does not fit the component: one of them was changed, or it was made with another key"
    )]
    Wrong,
    /// It does not say which connector was signed.
    #[error(
        "the signature does not say what was signed: its trusted comment must hold connector:NAME and version:VERSION, as `hark plugin sign` writes it"
    )]
    Statement,
}

impl std::fmt::Debug for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signature(by {})", self.key_number())
    }
}

impl Signature {
    /// Parses the content of a `.minisig` file.
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        let form = |why| SignatureError::Form { why };
        let lines: Vec<&str> = text.lines().collect();
        let [untrusted, signature, trusted, global] = lines[..] else {
            return Err(form("it has four lines"));
        };
        if lines.iter().any(|line| line.len() > limits::COMMENT_BYTES_MAX) {
            return Err(form("a line is too long"));
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(form("it holds a control character"));
        }
        if !untrusted.starts_with("untrusted comment: ") || !trusted.starts_with("trusted comment: ") {
            return Err(form("its comments begin with `untrusted comment: ` and `trusted comment: `"));
        }
        let decoded = |line: &str| STANDARD.decode(line.trim()).map_err(|_| form("it is not Base64"));
        let (signature, global) = (decoded(signature)?, decoded(global)?);
        // The library takes these lengths for granted.
        if signature.len() != SIGNATURE_BYTES || global.len() != GLOBAL_BYTES {
            return Err(form("it is cut"));
        }
        if !signature.starts_with(PREHASHED) {
            return Err(form("it is of the old kind; sign with minisign 0.10 or later, without -l"));
        }
        let key_number = signature[2..10].try_into().expect("the length was checked");
        let parsed = SignatureBox::from_string(text).map_err(|_| form("it cannot be read"))?;
        Ok(Self { text: text.to_owned(), parsed, key_number })
    }

    /// Returns the signature as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the number of the key that it says it was made with, as minisign shows it.
    pub fn key_number(&self) -> String {
        number(self.key_number)
    }

    /// Tells whether it says it was made with `key`.
    pub fn is_by(&self, key: &str) -> bool {
        PublicKey::from_base64(key).is_ok_and(|key| key.keynum() == self.key_number)
    }

    /// Verifies that `key` signed `component`, and returns what was said of it.
    pub fn verify(&self, key: &str, component: &[u8]) -> Result<Statement, SignatureError> {
        let key = PublicKey::from_base64(key).map_err(|_| SignatureError::Wrong)?;
        minisign::verify(&key, &self.parsed, Cursor::new(component), true, false, false)
            .map_err(|_| SignatureError::Wrong)?;
        let comment = self.parsed.trusted_comment().map_err(|_| SignatureError::Statement)?;
        Statement::parse(&comment).ok_or(SignatureError::Statement)
    }
}

/// Returns the number of a key as minisign shows it.
pub(crate) fn number(bytes: [u8; 8]) -> String {
    format!("{:016X}", u64::from_le_bytes(bytes))
}

impl Statement {
    /// Reads `connector:NAME` and `version:VERSION` among the words of a trusted comment.
    pub(crate) fn parse(comment: &str) -> Option<Self> {
        let mut words = comment.split_ascii_whitespace();
        let only = |key: &str| {
            let mut values = words.clone().filter_map(|word| word.strip_prefix(key));
            // Said twice, it could be read in two ways.
            values.next().filter(|value| !value.is_empty() && values.next().is_none())
        };
        let (connector, version) = (only("connector:")?, only("version:")?);
        words.next()?;
        Some(Self { connector: ConnectorId::parse(connector).ok()?, version: version.to_owned() })
    }

    /// Returns the trusted comment that says this, made at `secs` since 1970.
    pub(crate) fn comment(&self, secs: u64) -> String {
        format!("timestamp:{secs}\tconnector:{}\tversion:{}", self.connector, self.version)
    }

    /// Tells whether this is an older version than `other`; none if their versions have no order.
    pub fn is_older_than(&self, other: &Self) -> Option<bool> {
        let version = |text: &str| semver::Version::parse(text).ok();
        Some(version(&self.version)? < version(&other.version)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_said_once() {
        let said = Statement::parse("timestamp:1\tconnector:acme-forum\tversion:1.2.0").unwrap();
        assert_eq!((said.connector.as_str(), said.version.as_str()), ("acme-forum", "1.2.0"));
        assert_eq!(Statement::parse(&said.comment(7)), Some(said.clone()));
        for bad in [
            "timestamp:1\tfile:a.wasm\thashed",
            "connector:acme-forum",
            "connector:acme version:1 connector:evil",
            "connector:Acme version:1",
            "connector: version:1",
            "",
        ] {
            assert_eq!(Statement::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn versions_have_an_order_where_they_are_versions() {
        let of = |version: &str| Statement {
            connector: ConnectorId::parse("a").unwrap(),
            version: version.to_owned(),
        };
        for (a, b, want) in [
            ("1.2.0", "1.10.0", Some(true)),
            ("1.10.0", "1.2.0", Some(false)),
            ("1.0.0-rc.1", "1.0.0", Some(true)),
            ("1.0.0", "1.0.0", Some(false)),
            ("one", "1.0.0", None),
        ] {
            assert_eq!(of(a).is_older_than(&of(b)), want, "{a} {b}");
        }
    }
}
