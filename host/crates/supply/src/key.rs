//! Keys that sign: read from minisign's files, made in its form, so that its tools work with them.
//!
//! Holds: a secret key is not printed, and its file is readable for its owner alone. Not here: asking people.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minisign::{KeyPair, PublicKey, SecretKey, SecretKeyBox};

use crate::components::read_at_most;
use crate::{Signature, SignatureError, Statement, limits};

/// Where a key says how its password is stretched.
const KDF: std::ops::Range<usize> = 2..4;

/// A key that signs.
pub struct SigningKey {
    secret: SecretKey,
    public: PublicKey,
}

/// Why there is no such key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read.
    #[error("the secret key {} cannot be read", path.display())]
    Unreadable {
        /// Its path.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The file cannot be written.
    #[error("the key {} cannot be written", path.display())]
    Unwritable {
        /// Its path.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The file is no secret key of minisign.
    #[error("{} is not a secret key of minisign", path.display())]
    Form {
        /// Its path.
        path: PathBuf,
    },
    /// It is locked with a password.
    #[error("the secret key {} is locked with a password", path.display())]
    Locked {
        /// Its path.
        path: PathBuf,
    },
    /// The password is another.
    #[error("the password does not open the secret key {}", path.display())]
    Password {
        /// Its path.
        path: PathBuf,
    },
    /// No key can be made, or nothing be signed.
    #[error("the key cannot be used: {why}")]
    Unfit {
        /// Why.
        why: String,
    },
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The library's own shows the secret.
        write!(f, "SigningKey({})", self.public_line())
    }
}

impl SigningKey {
    /// Makes a new key.
    pub fn generate() -> Result<Self, KeyError> {
        let KeyPair { pk, sk } = KeyPair::generate_unencrypted_keypair().map_err(unfit)?;
        Ok(Self { secret: sk, public: pk })
    }

    /// Reads a secret key; without a password only one that is not locked.
    pub fn read(path: &Path, password: Option<&str>) -> Result<Self, KeyError> {
        let bytes = read_at_most(path, limits::KEY_FILE_BYTES_MAX)
            .map_err(|cause| KeyError::Unreadable { path: path.to_owned(), cause })?;
        let form = || KeyError::Form { path: path.to_owned() };
        let text = String::from_utf8(bytes).map_err(|_| form())?;
        let line = text.lines().nth(1).unwrap_or_default().trim();
        let bytes = STANDARD.decode(line).map_err(|_| form())?;
        let secret = match (bytes.get(KDF), password) {
            // Not by the library's own way for these: it asks for a checksum that minisign leaves out.
            (Some(b"\0\0"), _) => SecretKey::from_bytes(&bytes).map_err(|_| form())?,
            (Some(b"Sc"), None) => return Err(KeyError::Locked { path: path.to_owned() }),
            (Some(b"Sc"), Some(password)) => SecretKeyBox::from_string(&text)
                .and_then(|boxed| boxed.into_secret_key(Some(password.to_owned())))
                .map_err(|_| KeyError::Password { path: path.to_owned() })?,
            _ => return Err(form()),
        };
        let public = PublicKey::from_secret_key(&secret).map_err(unfit)?;
        Ok(Self { secret, public })
    }

    /// Writes the secret key into a new file, not locked: whoever reads the file can sign.
    pub fn write_new(&self, path: &Path) -> Result<(), KeyError> {
        let boxed = self.secret.to_box(Some("minisign secret key")).map_err(unfit)?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(path).and_then(|mut file| {
            file.write_all(&boxed.to_bytes())?;
            file.sync_all()
        });
        written.map_err(|cause| KeyError::Unwritable { path: path.to_owned(), cause })
    }

    /// Returns the public key as `[trust.NAME]` takes it.
    pub fn public_line(&self) -> String {
        self.public.to_base64()
    }

    /// Signs `component` and what is said of it, at `secs` since 1970.
    pub fn sign(&self, component: &[u8], statement: &Statement, secs: u64) -> Result<Signature, KeyError> {
        let comment = statement.comment(secs);
        if Statement::parse(&comment).as_ref() != Some(statement) {
            return Err(KeyError::Unfit { why: format!("{:?} is not a version to sign", statement.version) });
        }
        let untrusted = format!("signature of connector {}", statement.connector);
        let signed =
            minisign::sign(Some(&self.public), &self.secret, component, Some(&comment), Some(&untrusted));
        let text = signed.map_err(unfit)?.into_string();
        Signature::parse(&text).map_err(|error: SignatureError| KeyError::Unfit { why: error.to_string() })
    }
}

fn unfit(error: minisign::PError) -> KeyError {
    KeyError::Unfit { why: error.to_string() }
}
