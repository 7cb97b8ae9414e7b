//! OCI registries, as far as a component needs them: one manifest, its config, one layer.

mod challenge;
mod manifest;
mod registry;

pub use manifest::{Manifest, ManifestError, config_type, layer_type, signature_annotation};
pub(crate) use registry::Registry;
pub use registry::{Push, Pushed};
