//! Names and ids: newtypes with one way in.

use sha2::{Digest, Sha256};

use crate::limits;

/// UTC, milliseconds since 1970-01-01.
pub type Ms = i64;

/// A name outside its alphabet or length.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a name: use 1 to {max} of a-z, 0-9 and -", max = limits::NAME_BYTES_MAX)]
pub struct InvalidName(pub Box<str>);

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Box<str>);

        impl $name {
            /// Parses `text`: 1 to 64 of `a-z`, `0-9`, `-`; the only way to obtain one.
            pub fn parse(text: &str) -> Result<Self, InvalidName> {
                let legal = |b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-');
                match text.len() {
                    1..=limits::NAME_BYTES_MAX if text.bytes().all(legal) => Ok(Self(text.into())),
                    _ => Err(InvalidName(text.into())),
                }
            }

            /// Returns the name as written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

name! {
    /// Names a source the way the operator wrote it in the TOML.
    SourceName
}
name! {
    /// Names a connector the way its manifest does.
    ConnectorId
}

/// Names an item everywhere: the first 16 bytes of SHA-256(scope, 0x00, native id), so that two
/// installations agree on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemUid([u8; 16]);

impl ItemUid {
    /// Derives the uid of the item that its platform calls `native_id` within `scope`.
    pub fn derive(scope: &str, native_id: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(scope.as_bytes());
        hash.update([0]);
        hash.update(native_id.as_bytes());
        let digest = hash.finalize();
        let mut uid = [0; 16];
        uid.copy_from_slice(&digest[..16]);
        Self(uid)
    }

    /// Takes 16 bytes back out of a database.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl std::fmt::Display for ItemUid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_plain() {
        assert_eq!(SourceName::parse("support-mail").unwrap().as_str(), "support-mail");
        for bad in ["", "Support", "a b", "ü", &"x".repeat(65)] {
            assert!(SourceName::parse(bad).is_err(), "name: {bad:?}");
        }
    }

    #[test]
    fn uids_depend_on_scope_and_id_and_nothing_else() {
        let uid = ItemUid::derive("x", "1");
        assert_eq!(uid, ItemUid::derive("x", "1"));
        assert_ne!(uid, ItemUid::derive("x1", ""));
        assert_eq!(uid.to_string().len(), 32);
    }
}
