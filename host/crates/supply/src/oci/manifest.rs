//! The manifest of a component, as the CNCF's guide to Wasm artifacts has it, and the signature in it.
//!
//! Holds: what is written is the same for the same component and signature; what is read has one layer,
//! bounded, named by SHA-256. Not here: the network.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{Digest, InvalidDigest, Signature, limits};

/// Media type of an image manifest.
pub(crate) const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
/// Media type of a component's config: what makes the artifact one of WebAssembly.
const CONFIG_TYPE: &str = "application/vnd.wasm.config.v0+json";
/// Media type of a component.
const LAYER_TYPE: &str = "application/wasm";
/// Where the signature stands among the annotations of the layer.
const SIGNATURE: &str = "hark.signature.minisign";

/// Returns the media type of a component's config.
pub fn config_type() -> &'static str {
    CONFIG_TYPE
}

/// Returns the media type of a component.
pub fn layer_type() -> &'static str {
    LAYER_TYPE
}

/// Returns the annotation of the layer that holds its signature.
pub fn signature_annotation() -> &'static str {
    SIGNATURE
}

/// What a manifest says of its component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// SHA-256 of the component.
    pub component: Digest,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its signature as it stands there; not even its form is checked.
    pub signature: Option<String>,
}

/// Why a manifest is none of a component.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It is not JSON of that form.
    #[error("the manifest cannot be read")]
    Form(#[source] serde_json::Error),
    /// It lists manifests.
    #[error("the reference names a list of manifests ({media_type}), not a component")]
    Index {
        /// Its media type, cut.
        media_type: String,
    },
    /// It is an image of something else.
    #[error("the reference names no WebAssembly component: its config is {media_type:?}, not {CONFIG_TYPE}")]
    Config {
        /// Media type of its config, cut.
        media_type: String,
    },
    /// It has another number of components than one.
    #[error("the manifest has {count} layers of {LAYER_TYPE}, not one")]
    Layers {
        /// How many.
        count: usize,
    },
    /// The component is named by a digest that does not count.
    #[error("the manifest names its component by {0}")]
    Digest(#[from] InvalidDigest),
    /// The component is too large.
    #[error("the component has {bytes} bytes, more than {}", limits::COMPONENT_BYTES_MAX)]
    TooLarge {
        /// Its size.
        bytes: u64,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ManifestText {
    media_type: Option<String>,
    config: Option<Descriptor>,
    #[serde(default)]
    layers: Vec<Descriptor>,
    manifests: Option<serde_json::Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: String,
    digest: String,
    size: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
}

impl Manifest {
    /// Reads a manifest.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        let cut = |text: String| text.chars().take(100).collect();
        let text: ManifestText = serde_json::from_slice(bytes).map_err(ManifestError::Form)?;
        if text.manifests.is_some() {
            return Err(ManifestError::Index { media_type: cut(text.media_type.unwrap_or_default()) });
        }
        let config = text.config.map(|config| config.media_type).unwrap_or_default();
        if config != CONFIG_TYPE {
            return Err(ManifestError::Config { media_type: cut(config) });
        }
        let mut layers = text.layers.into_iter().filter(|layer| layer.media_type == LAYER_TYPE);
        let (Some(mut layer), others) = (layers.next(), layers.count()) else {
            return Err(ManifestError::Layers { count: 0 });
        };
        if others > 0 {
            return Err(ManifestError::Layers { count: others + 1 });
        }
        if layer.size > limits::COMPONENT_BYTES_MAX {
            return Err(ManifestError::TooLarge { bytes: layer.size });
        }
        let signature = layer.annotations.remove(SIGNATURE);
        Ok(Self { component: Digest::parse(&layer.digest)?, bytes: layer.size, signature })
    }
}

/// What is said of a component beside its bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Described<'a> {
    pub component: Digest,
    pub bytes: u64,
    pub connector: &'a str,
    pub version: &'a str,
    pub imports: &'a [String],
    pub exports: &'a [String],
    pub signature: Option<&'a Signature>,
}

/// Returns the config of a component. Its time is fixed: the same component is the same artifact.
pub(crate) fn config(of: &Described<'_>) -> Vec<u8> {
    let config = json!({
        "created": "1970-01-01T00:00:00Z", "architecture": "wasm", "os": "wasip2",
        "layerDigests": [of.component.to_string()],
        "component": { "exports": of.exports, "imports": of.imports, "target": null },
    });
    config.to_string().into_bytes()
}

/// Returns the manifest of a component with that config.
pub(crate) fn manifest(of: &Described<'_>, config: &[u8]) -> Vec<u8> {
    let signature = of.signature.map(|signature| (SIGNATURE.to_owned(), signature.as_str().to_owned()));
    let layer = Descriptor {
        media_type: LAYER_TYPE.to_owned(),
        digest: of.component.to_string(),
        size: of.bytes,
        annotations: signature.into_iter().collect(),
    };
    let config = Descriptor {
        media_type: CONFIG_TYPE.to_owned(),
        digest: Digest::of(config).to_string(),
        size: config.len() as u64,
        annotations: BTreeMap::new(),
    };
    let manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST_TYPE, "config": config, "layers": [layer],
        "annotations": {
            "org.opencontainers.image.title": of.connector, "org.opencontainers.image.version": of.version,
        },
    });
    manifest.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> String {
        let (imports, exports) = (["hark:connector/http@0.1.0".to_owned()], []);
        let of = Described {
            component: Digest::of(b"component"),
            bytes: 9,
            connector: "acme-forum",
            version: "1.2.0",
            imports: &imports,
            exports: &exports,
            signature: None,
        };
        String::from_utf8(manifest(&of, &config(&of))).unwrap()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let read = Manifest::parse(written().as_bytes()).unwrap();
        assert_eq!(read, Manifest { component: Digest::of(b"component"), bytes: 9, signature: None });
    }

    #[test]
    fn what_is_no_component_is_refused_by_name() {
        let layer = "\"layers\":[";
        for (text, want) in [
            (written().replace("vnd.wasm.config.v0", "vnd.oci.image.config.v1"), "no WebAssembly component"),
            (written().replace("application/wasm", "text/plain"), "has 0 layers"),
            (
                written().replace(
                    layer,
                    &format!("{layer}{{\"mediaType\":\"application/wasm\",\"digest\":\"\",\"size\":1}},"),
                ),
                "has 2 layers",
            ),
            (written().replace("\"size\":9", "\"size\":9999999999"), "more than 67108864"),
            (
                written()
                    .replace(&Digest::of(b"component").to_string(), &format!("sha512:{}", "0".repeat(128))),
                "no other is taken",
            ),
            (
                written().replace(&Digest::of(b"component").to_string(), "sha256:../../etc"),
                "no other is taken",
            ),
            (
                r#"{"schemaVersion":2,"manifests":[],"mediaType":"application/vnd.oci.image.index.v1+json"}"#
                    .to_owned(),
                "a list of manifests",
            ),
            (r#"{"schemaVersion":1}"#.to_owned(), "no WebAssembly component"),
            ("<html>".to_owned(), "cannot be read"),
        ] {
            let error = Manifest::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(want), "{text}\n{error}");
        }
    }
}
