//! Why a file is no connector of this host, and what to do about it.

use semver::Version;

use crate::contracts::in_words;
use crate::{CallError, InvalidManifest, Skew};

/// Why a component was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// Not WebAssembly at all.
    #[error("this is not a WebAssembly file (it starts with {starts_with:?})")]
    NotWasm {
        /// The first bytes, readable.
        starts_with: String,
    },
    /// WebAssembly, but without the component model.
    #[error(
        "this is a core WebAssembly module, not a component: build it for the target wasm32-wasip2, or make a component of it with `wasm-tools component new`"
    )]
    CoreModule,
    /// Too large to compile.
    #[error("the component has {bytes} bytes, more than the {max} that are allowed")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The bound.
        max: usize,
    },
    /// It ends in the middle.
    #[error("the component ends in the middle: the file is cut off at byte {at}")]
    Truncated {
        /// Where it ends.
        at: usize,
    },
    /// It is no valid component.
    #[error("the component is damaged at byte {at}: {why}")]
    Damaged {
        /// Where.
        at: usize,
        /// What is wrong there.
        why: String,
    },
    /// Built for a version of the contract that is not served here.
    #[error(transparent)]
    Skew(#[from] Skew),
    /// It needs something that no connector gets.
    #[error("the component imports {name}, which this host does not offer to connectors")]
    UnknownImport {
        /// The import.
        name: String,
    },
    /// It is a component, but no connector.
    #[error(
        "the component does not export hark:connector/connector, so it is no connector; this host serves {}",
        in_words(.served)
    )]
    NoConnector {
        /// The versions of the contract that this host serves.
        served: Vec<Version>,
    },
    /// A function of the contract is missing or has another shape.
    #[error("the component does not fit the contract: {why}")]
    Misfit {
        /// What does not fit.
        why: String,
    },
    /// It needs more of a kind than a slot has.
    #[error("the component does not fit into a slot: {why}")]
    Slot {
        /// What it needs.
        why: String,
    },
    /// The compiler gave up.
    #[error("the component could not be compiled: {why}")]
    Compile {
        /// What the compiler says.
        why: String,
    },
    /// It makes the compiler run away.
    #[error("the component makes the compiler run away: {why}")]
    Runaway {
        /// What it takes too much of.
        why: String,
    },
    /// It was not compiled before, and is not compiled now.
    #[error("the component is not compiled yet")]
    NotCompiled,
    /// It could not say what it is.
    #[error("the connector could not describe itself")]
    Describe(#[source] CallError),
    /// What it says of itself makes no sense.
    #[error("the connector's manifest is wrong")]
    Manifest(#[from] InvalidManifest),
}
