//! Names to addresses: resolved once, every address checked, only the checked ones handed on.

use std::net::IpAddr;
use std::sync::Arc;

/// Who answers names.
#[derive(Clone, Default)]
pub enum Names {
    /// The system's resolver.
    #[default]
    System,
    /// A function of ours, for tests.
    Fixed(Arc<dyn Fn(&str) -> Vec<IpAddr> + Send + Sync>),
}

impl std::fmt::Debug for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::Fixed(_) => "Fixed",
        })
    }
}
