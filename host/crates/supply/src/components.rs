//! The folder of fetched components and their manifests, each named by its SHA-256.
//!
//! Holds: what is handed out has the digest it was asked for by; a file is written whole or not at all.
//! Not here: which digest is wanted.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::{Digest, limits};

/// Fetched components on disk.
#[derive(Debug, Clone)]
pub struct ComponentStore {
    folder: PathBuf,
}

/// Why a component cannot be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum ComponentsError {
    /// The folder cannot be used.
    #[error("cannot use {} for fetched connectors", path.display())]
    Folder {
        /// File or folder.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// A file is not what its name says.
    #[error("{} was changed: it has the digest {found}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What it has now.
        found: Digest,
    },
}

/// What a kept file is.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Component,
    Manifest,
}

impl Kind {
    fn ending(self) -> &'static str {
        match self {
            Self::Component => "wasm",
            Self::Manifest => "json",
        }
    }

    fn bytes_max(self) -> u64 {
        match self {
            Self::Component => limits::COMPONENT_BYTES_MAX,
            Self::Manifest => limits::MANIFEST_BYTES_MAX,
        }
    }
}

impl ComponentStore {
    /// Names the folder; it is made when something is kept.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Returns where a component is or would be.
    pub fn path(&self, digest: &Digest) -> PathBuf {
        self.file(digest, Kind::Component)
    }

    /// Returns the component of that digest; none if it was never kept.
    pub fn component(&self, digest: &Digest) -> Result<Option<Vec<u8>>, ComponentsError> {
        self.find(digest, Kind::Component)
    }

    /// Returns the manifest of that digest; none if it was never kept.
    pub fn manifest(&self, digest: &Digest) -> Result<Option<Vec<u8>>, ComponentsError> {
        self.find(digest, Kind::Manifest)
    }

    /// Keeps a component under its digest.
    pub(crate) fn keep_component(&self, bytes: &[u8]) -> Result<(), ComponentsError> {
        self.keep(bytes, Kind::Component)
    }

    /// Keeps a manifest under its digest.
    pub(crate) fn keep_manifest(&self, bytes: &[u8]) -> Result<(), ComponentsError> {
        self.keep(bytes, Kind::Manifest)
    }

    fn file(&self, digest: &Digest, kind: Kind) -> PathBuf {
        self.folder.join(format!("{}.{}", digest.hex(), kind.ending()))
    }

    fn find(&self, digest: &Digest, kind: Kind) -> Result<Option<Vec<u8>>, ComponentsError> {
        let path = self.file(digest, kind);
        let bytes = match read_at_most(&path, kind.bytes_max() + 1) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(ComponentsError::Folder { path, cause }),
        };
        let found = Digest::of(&bytes);
        if found != *digest {
            return Err(ComponentsError::Damaged { path, found });
        }
        Ok(Some(bytes))
    }

    fn keep(&self, bytes: &[u8], kind: Kind) -> Result<(), ComponentsError> {
        let path = self.file(&Digest::of(bytes), kind);
        let kept = fs::create_dir_all(&self.folder)
            .and_then(|()| tempfile::NamedTempFile::new_in(&self.folder))
            .and_then(|mut draft| {
                draft.write_all(bytes)?;
                draft.as_file().sync_all()?;
                draft.persist(&path).map_err(|error| error.error)
            });
        kept.map(drop).map_err(|cause| ComponentsError::Folder { path, cause })
    }
}

/// Reads the first `bytes_max` bytes of a file.
pub(crate) fn read_at_most(path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(bytes_max).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_found_and_what_was_changed_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let store = ComponentStore::new(&folder.path().join("made"));
        let digest = Digest::of(b"bytes");
        assert_eq!(store.component(&digest).unwrap(), None);
        store.keep_component(b"bytes").unwrap();
        assert_eq!(store.component(&digest).unwrap().as_deref(), Some(&b"bytes"[..]));
        assert_eq!(store.manifest(&digest).unwrap(), None, "a component is no manifest");
        fs::write(store.path(&digest), b"others").unwrap();
        let error = store.component(&digest).unwrap_err();
        assert!(matches!(error, ComponentsError::Damaged { found, .. } if found == Digest::of(b"others")));
        store.keep_component(b"bytes").unwrap();
        assert!(store.component(&digest).unwrap().is_some(), "kept again, it is whole again");
        let files = fs::read_dir(folder.path().join("made")).unwrap().count();
        assert_eq!(files, 1, "no draft is left behind");
    }
}
