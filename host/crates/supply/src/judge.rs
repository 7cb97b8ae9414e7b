//! Trust: whether the configuration admits a component with the signature that was found. Decides only.
//!
//! Holds: the signature of a publisher that is wrong is refused even where none is asked for; a name that a
//! publisher may not sign is refused. Not here: files, the network.

use hark_config::{Publisher, Require, TrustConfig};

use crate::{Signature, SignatureError, Statement};

/// How a component came here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It is a file of the operator.
    File,
    /// It was fetched.
    Fetched,
    /// It was fetched, and the configuration names its digest.
    FetchedByDigest,
}

/// Why a component is admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A publisher signed it.
    Signed {
        /// Name of the publisher in the configuration.
        publisher: String,
        /// What it said.
        statement: Statement,
    },
    /// No signature is asked for, and none of a known publisher was found.
    Unsigned,
}

/// Why a component is not admitted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// It has no signature.
    #[error("it is not signed")]
    Unsigned,
    /// Nobody of the configuration has that key.
    #[error("it is signed with the key {key_number}, which no [trust.PUBLISHER] has")]
    Stranger {
        /// Number of the key.
        key_number: String,
    },
    /// The publisher may not sign a connector of that name.
    #[error("it is signed by {publisher} as connector {connector}, which its `connectors` do not name")]
    NotTheirs {
        /// The publisher.
        publisher: String,
        /// What it says it signed.
        connector: String,
    },
    /// The signature does not hold.
    #[error("the signature by {publisher} does not hold")]
    Signature {
        /// The publisher.
        publisher: String,
        /// Why.
        #[source]
        cause: SignatureError,
    },
}

/// Decides whether `trust` admits `component`.
pub fn judge(
    trust: &TrustConfig,
    origin: Origin,
    component: &[u8],
    signature: Option<&Signature>,
) -> Result<Verdict, TrustError> {
    let asked = match trust.require {
        Require::All => true,
        Require::Remote => origin == Origin::Fetched,
        Require::None => false,
    };
    let found = signature.map(|signature| read(trust, component, signature));
    match found {
        None if asked => Err(TrustError::Unsigned),
        None => Ok(Verdict::Unsigned),
        // Somebody who is known signed something else: that is no accident, whatever is asked for.
        Some(Err(error @ TrustError::Signature { .. })) => Err(error),
        Some(Err(error)) if asked => Err(error),
        Some(Err(_)) => Ok(Verdict::Unsigned),
        Some(Ok(verdict)) => Ok(verdict),
    }
}

fn read(trust: &TrustConfig, component: &[u8], signature: &Signature) -> Result<Verdict, TrustError> {
    let theirs = |publisher: &Publisher| {
        let key = publisher.keys.iter().find(|key| signature.is_by(key))?.clone();
        Some((publisher.clone(), key))
    };
    let mut refused = TrustError::Stranger { key_number: signature.key_number() };
    // Two names may share a key, each for its own connectors.
    for (publisher, key) in trust.publishers.iter().filter_map(theirs) {
        let name = publisher.name;
        let statement = signature
            .verify(&key, component)
            .map_err(|cause| TrustError::Signature { publisher: name.clone(), cause })?;
        if publisher.connectors.iter().any(|pattern| pattern.admits(statement.connector.as_str())) {
            return Ok(Verdict::Signed { publisher: name, statement });
        }
        refused = TrustError::NotTheirs { publisher: name, connector: statement.connector.to_string() };
    }
    Err(refused)
}
