//! What the connector of a source was granted when it was last listened with.

use hark_model::Ms;

/// What the connector of a source was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceGrant {
    /// Name of the source.
    pub source: String,
    /// Name of the connector.
    pub connector: String,
    /// Its version, for people.
    pub version: String,
    /// The build.
    pub component_sha256: [u8; 32],
    /// What it asked for, line by line.
    pub powers: Vec<String>,
    /// When.
    pub at: Ms,
}
