//! Where connectors come from: an address or a registry, pinned by digest, signed by somebody who is trusted.
//!
//! Holds: nothing is run that is not what `hark.lock` pins, byte for byte, and that the configuration's
//! trust admits; both are told from the lock and the folder of components alone, without a network; a pin
//! never changes by itself. Not here: what a component does, and what it may reach.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

mod components;
mod digest;
mod error;
mod fetch;
mod judge;
mod key;
pub mod limits;
mod lock;
mod oci;
mod signature;
mod supply;

pub use components::{ComponentStore, ComponentsError};
pub use digest::{Digest, InvalidDigest};
pub use error::SupplyError;
pub use fetch::{FetchError, Fetcher};
pub use judge::{Origin, TrustError, Verdict, judge};
pub use key::{KeyError, SigningKey};
pub use lock::{Lock, LockError, Pin};
pub use oci::{Manifest, ManifestError, Push, Pushed, config_type, layer_type, signature_annotation};
pub use signature::{Signature, SignatureError, Statement};
pub use supply::{Component, Pull, Pulled, Supply};
