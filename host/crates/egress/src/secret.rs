//! Values of credentials: fetched from where the operator keeps them, never shown.

use std::path::PathBuf;

use hark_model::SecretRef;
use zeroize::Zeroizing;

/// A value of a credential; wiped when dropped, never printed.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Why a credential has no value. Names the place, never the value.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The environment has no such variable.
    #[error("environment variable {name} is not set: set it, or bind the credential to another place")]
    EnvMissing {
        /// Its name.
        name: String,
    },
    /// The file cannot be read.
    #[error("cannot read {}: create the file with the value in it, or let this user read it", path.display())]
    File {
        /// Its path.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
}

impl Secret {
    /// Fetches the value from where `from` says.
    pub async fn resolve(from: &SecretRef) -> Result<Self, SecretError> {
        match from {
            SecretRef::Env(name) => std::env::var(name)
                .map(Self::from)
                .map_err(|_| SecretError::EnvMissing { name: name.clone() }),
            SecretRef::File(_) | SecretRef::Cmd(_) => Err(SecretError::EnvMissing { name: String::new() }),
        }
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self(Zeroizing::new(value))
    }
}
