//! `hark.lock`: what each reference was resolved to, with the signature that was found there.
//!
//! Holds: read whole or refused; written whole or not at all, and only when something in it changed; an
//! unknown key or version is refused, because what it would mean cannot be honoured. Not here: deciding.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{Digest, limits};

const VERSION: u32 = 1;
const HEAD: &str = "# Which bytes each connector of the configuration is. Written by `hark plugin pull`; belongs into version\n\
                    # control beside the configuration. `hark plugin verify` checks it without a network.\n\n";

/// What one reference was resolved to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The reference as the configuration writes it; of a file, its path from the lock's folder.
    pub reference: String,
    /// SHA-256 of the component.
    pub component: Digest,
    /// Size of the component in bytes.
    pub bytes: u64,
    /// SHA-256 of the registry's manifest that names the component.
    pub manifest: Option<Digest>,
    /// The signature that lay beside the component, as minisign writes it.
    pub signature: Option<String>,
}

/// Every pin, by reference.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lock {
    pins: Vec<Pin>,
}

/// Why the lock file is of no use.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// It cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// Its path.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// It is not what `hark plugin pull` writes.
    #[error("{} is not a lock file of this version of Hark: {why}", path.display())]
    Form {
        /// Its path.
        path: PathBuf,
        /// What is wrong, with its line.
        why: String,
    },
    /// It cannot be written.
    #[error("{} cannot be written", path.display())]
    Unwritable {
        /// Its path.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LockFile {
    version: u32,
    #[serde(default, rename = "connector")]
    pins: Vec<PinText>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PinText {
    reference: String,
    component: String,
    bytes: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    manifest: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
}

impl Lock {
    /// Reads the file at `path`; one that is not there pins nothing.
    pub fn read(path: &Path) -> Result<Self, LockError> {
        let unreadable = |cause| LockError::Unreadable { path: path.to_owned(), cause };
        let file = match fs::File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(unreadable(error)),
        };
        let mut bytes = Vec::new();
        file.take(limits::LOCK_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        let form = |why: String| LockError::Form { path: path.to_owned(), why };
        if bytes.len() as u64 > limits::LOCK_BYTES_MAX {
            return Err(form(format!("it is larger than {} MiB", limits::LOCK_BYTES_MAX >> 20)));
        }
        let text = String::from_utf8(bytes).map_err(|_| form("it is not UTF-8".to_owned()))?;
        Self::parse(&text, path)
    }

    /// Reads `text` as the content of `path`, which is not touched.
    pub fn parse(text: &str, path: &Path) -> Result<Self, LockError> {
        Self::checked(text).map_err(|why| LockError::Form { path: path.to_owned(), why })
    }

    fn checked(text: &str) -> Result<Self, String> {
        let file: LockFile = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        if file.version != VERSION {
            return Err(format!("it is of version {}, and this Hark knows {VERSION}", file.version));
        }
        if file.pins.len() > limits::PINS_MAX {
            return Err(format!("it holds more than {} pins", limits::PINS_MAX));
        }
        let mut lock = Self::default();
        for pin in file.pins {
            let pin = pin.checked()?;
            if lock.pin(&pin.reference).is_some() {
                return Err(format!("{} is pinned twice", pin.reference));
            }
            lock.put(pin);
        }
        Ok(lock)
    }

    /// Returns every pin, by reference.
    pub fn pins(&self) -> &[Pin] {
        &self.pins
    }

    /// Returns the pin of a reference.
    pub fn pin(&self, reference: &str) -> Option<&Pin> {
        self.at(reference).ok().map(|at| &self.pins[at])
    }

    fn at(&self, reference: &str) -> Result<usize, usize> {
        self.pins.binary_search_by(|pin| pin.reference.as_str().cmp(reference))
    }

    /// Puts a pin in the place of the one with the same reference; the file is not touched.
    pub(crate) fn put(&mut self, pin: Pin) {
        match self.at(&pin.reference) {
            Ok(at) => self.pins[at] = pin,
            Err(at) => self.pins.insert(at, pin),
        }
    }

    /// Returns what the file holds, with the comment at its head.
    ///
    /// # Panics
    ///
    /// Never: there is nothing in a lock that TOML cannot write.
    pub fn text(&self) -> String {
        let pins = self.pins.iter().map(PinText::of).collect();
        let text = toml::to_string_pretty(&LockFile { version: VERSION, pins });
        HEAD.to_owned() + &text.expect("a lock holds nothing that TOML does not")
    }

    /// Writes the file at `path`.
    pub(crate) fn write(&self, path: &Path) -> Result<(), LockError> {
        let text = self.text();
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let written =
            tempfile::Builder::new().permissions_like(path).tempfile_in(folder).and_then(|mut draft| {
                draft.write_all(text.as_bytes())?;
                draft.as_file().sync_all()?;
                draft.persist(path).map_err(|error| error.error)
            });
        written.map(drop).map_err(|cause| LockError::Unwritable { path: path.to_owned(), cause })
    }
}

/// A lock is read by others: it gets the rights of a file that is written there, not those of a draft.
trait PermissionsLike {
    fn permissions_like(&mut self, path: &Path) -> &mut Self;
}

impl PermissionsLike for tempfile::Builder<'_, '_> {
    #[cfg(unix)]
    fn permissions_like(&mut self, path: &Path) -> &mut Self {
        use std::os::unix::fs::PermissionsExt;
        let shared = || fs::Permissions::from_mode(0o644);
        self.permissions(fs::metadata(path).map_or_else(|_| shared(), |about| about.permissions()))
    }

    #[cfg(not(unix))]
    fn permissions_like(&mut self, _: &Path) -> &mut Self {
        self
    }
}

impl PinText {
    fn of(pin: &Pin) -> Self {
        Self {
            reference: pin.reference.clone(),
            component: pin.component.to_string(),
            bytes: pin.bytes,
            manifest: pin.manifest.map(|digest| digest.to_string()),
            signature: pin.signature.clone(),
        }
    }

    fn checked(self) -> Result<Pin, String> {
        let of = |error| format!("{}: {error}", self.reference);
        Ok(Pin {
            component: Digest::parse(&self.component).map_err(of)?,
            manifest: self.manifest.as_deref().map(Digest::parse).transpose().map_err(of)?,
            bytes: self.bytes,
            signature: self.signature,
            reference: self.reference,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(reference: &str) -> Pin {
        let component = Digest::of(reference.as_bytes());
        let signature = Some("untrusted comment: x\nAAAA\ntrusted comment: y\nBBBB\n".to_owned());
        Pin {
            reference: reference.to_owned(),
            component,
            bytes: 7,
            manifest: Some(Digest::of(b"m")),
            signature,
        }
    }

    #[test]
    fn what_was_written_is_read_again_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hark.lock");
        assert_eq!(Lock::read(&path).unwrap(), Lock::default(), "no file, no pins");
        let mut lock = Lock::default();
        for reference in ["oci://b/c:1", "https://a/b.wasm", "oci://a/c:1"] {
            lock.put(pin(reference));
        }
        let bare = Pin { manifest: None, signature: None, ..pin("https://a/b.wasm") };
        lock.put(bare.clone());
        lock.write(&path).unwrap();
        let read = Lock::read(&path).unwrap();
        assert_eq!(read, lock);
        assert_eq!(read.pin("https://a/b.wasm"), Some(&bare));
        let order: Vec<_> = read.pins().iter().map(|pin| pin.reference.as_str()).collect();
        assert_eq!(order, ["https://a/b.wasm", "oci://a/c:1", "oci://b/c:1"]);
        assert!(fs::read_to_string(&path).unwrap().starts_with("# Which bytes"));
    }

    #[test]
    fn a_lock_that_is_not_understood_is_refused() {
        let good = format!(
            "version = 1\n[[connector]]\nreference = \"a\"\ncomponent = \"{}\"\nbytes = 1\n",
            Digest::of(b"")
        );
        assert!(Lock::checked(&good).is_ok());
        let twice = format!("{good}{}", good.split_once('\n').unwrap().1);
        for (text, want) in [
            (good.replace("version = 1", "version = 2"), "version 2"),
            (good.replace("bytes", "size"), "size"),
            (good.replace("sha256", "sha512"), "no other is taken"),
            (good.replace("sha256:e3", "sha256:E3"), "lower case"),
            (good.replace("bytes = 1", "bytes = 1\nallow = true"), "allow"),
            (twice, "pinned twice"),
            ("<<<<<<< HEAD\n".to_owned(), "TOML"),
        ] {
            let why = Lock::checked(&text).unwrap_err();
            assert!(why.contains(want), "{text}\n{why}");
        }
    }
}
