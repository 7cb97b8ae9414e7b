//! Credentials: what is bound to a source, and who may receive it.

use hark_model::{CredentialInfo, EndpointPattern, HostPattern};

use crate::Secret;

/// A credential of the manifest with the value that the operator bound to it.
#[derive(Debug, Clone)]
pub struct BoundCredential {
    /// What the manifest says, settings filled in.
    pub info: CredentialInfo,
    /// Its audience for HTTP, settings filled in.
    pub audience_hosts: Vec<HostPattern>,
    /// Its audience for wire connections, settings filled in.
    pub audience_endpoints: Vec<EndpointPattern>,
    /// The value; none when an optional credential is not bound.
    pub secret: Option<Secret>,
}

/// A digest of `hmac`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HmacDigest {
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

/// Why a message was not signed; names the credential and the rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("hmac denied: {0}")]
pub struct HmacDenied(pub String);
