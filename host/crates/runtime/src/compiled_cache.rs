//! Compiled components on disk: named by component and engine, sealed with a key of this host.
//!
//! Holds: a file is used only if its seal fits its name and its bytes; written whole or not at all. A
//! cache that cannot be used costs time, never a call. Not here: compiling, and running what was read.

use std::fs::{self, File, OpenOptions};
use std::hash::{Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rand::RngCore;
use sha2::{Digest, Sha256};
use wasmtime::Engine;

use crate::limits;

const KEY_FILE: &str = "key";
const KEY_BYTES: usize = 32;
const SEAL_BYTES: usize = 32;
const EXTENSION: &str = "compiled";

/// Compiled code whose seal was checked.
pub(crate) struct Authentic(Vec<u8>);

impl Authentic {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Compiled components on disk.
#[derive(Debug)]
pub(crate) struct CompiledCache {
    folder: PathBuf,
    key: [u8; KEY_BYTES],
    engine: String,
}

/// Why the folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The folder.
    #[error("cannot use the folder {} for compiled connectors", .path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The key.
    #[error("cannot use the key {} of compiled connectors", .path.display())]
    Key {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl CompiledCache {
    /// Opens the cache in `folder`, made with its key where it does not exist.
    pub(crate) fn open(folder: &Path, engine: &Engine) -> Result<Self, CacheError> {
        fs::create_dir_all(folder)
            .map_err(|source| CacheError::Folder { path: folder.to_owned(), source })?;
        let path = folder.join(KEY_FILE);
        let key = read_or_make_key(&path).map_err(|source| CacheError::Key { path, source })?;
        Ok(Self { folder: folder.to_owned(), key, engine: fingerprint(engine) })
    }

    fn name(&self, component: &[u8; 32]) -> String {
        format!("{}-{}.{EXTENSION}", hex::encode(component), self.engine)
    }

    /// A keyed BLAKE3: several times the speed of HMAC-SHA256, and every start checks every byte.
    fn seal(&self, name: &str, code: &[u8]) -> blake3::Hash {
        let mut seal = blake3::Hasher::new_keyed(&self.key);
        // The name belongs to it: code of one component or engine is no code of another.
        seal.update(name.as_bytes());
        seal.update(&[0]);
        seal.update(code);
        seal.finalize()
    }

    /// Returns the code compiled from `component` by this engine, if it is there and untouched.
    pub(crate) fn find(&self, component: &[u8; 32]) -> Option<Authentic> {
        let name = self.name(component);
        let path = self.folder.join(&name);
        let mut bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                tracing::warn!("cannot read the compiled connector {}: {error}", path.display());
                return None;
            }
        };
        let authentic = bytes
            .split_last_chunk::<SEAL_BYTES>()
            .is_some_and(|(code, seal)| self.seal(&name, code) == blake3::Hash::from_bytes(*seal));
        if !authentic {
            tracing::warn!(
                "the compiled connector {} was touched by somebody else; it is not loaded, and compiled anew",
                path.display()
            );
            return None;
        }
        bytes.truncate(bytes.len() - SEAL_BYTES);
        Some(Authentic(bytes))
    }

    /// Keeps `code`, compiled from `component` by this engine. What fails here costs time only.
    pub(crate) fn keep(&self, component: &[u8; 32], code: &[u8]) {
        let name = self.name(component);
        let seal = self.seal(&name, code);
        if let Err(error) = self.write_whole(&name, &[code, seal.as_bytes()]) {
            tracing::warn!("cannot keep a compiled connector in {}: {error}", self.folder.display());
        }
        self.make_room();
    }

    fn write_whole(&self, name: &str, parts: &[&[u8]]) -> io::Result<()> {
        // Under a name of its own first: two hosts may compile the same component at once.
        let draft = self.folder.join(format!("{name}.{}", random_name()));
        let written = write_private(&draft, parts).and_then(|()| fs::rename(&draft, self.folder.join(name)));
        if written.is_err() {
            let _ = fs::remove_file(&draft);
        }
        written
    }

    /// Removes the oldest files above the bound: those of old connectors and old engines.
    fn make_room(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        let mut files: Vec<(SystemTime, PathBuf)> = entries
            .filter_map(Result::ok)
            .filter(|entry| entry.file_name().as_encoded_bytes().len() > 64)
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .collect();
        files.sort();
        let surplus = files.len().saturating_sub(limits::CACHED_COMPONENTS_MAX);
        for (_, path) in &files[..surplus] {
            let _ = fs::remove_file(path);
        }
    }
}

/// Returns what distinguishes engines whose code does not fit each other.
fn fingerprint(engine: &Engine) -> String {
    struct Sha(Sha256);
    impl Hasher for Sha {
        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }
        fn finish(&self) -> u64 {
            0 // Not asked: the whole digest is taken below.
        }
    }
    let mut sha = Sha(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut sha);
    hex::encode(&sha.0.finalize()[..8])
}

fn read_or_make_key(path: &Path) -> io::Result<[u8; KEY_BYTES]> {
    match fs::read(path) {
        Ok(bytes) => bytes.try_into().map_err(|_| {
            io::Error::new(io::ErrorKind::InvalidData, "it is damaged; delete it and start again")
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => make_key(path),
        Err(error) => Err(error),
    }
}

/// Returns a name for a draft that no other host and no other thread takes.
fn random_name() -> String {
    let mut random = [0; 8];
    rand::rng().fill_bytes(&mut random);
    hex::encode(random)
}

fn make_key(path: &Path) -> io::Result<[u8; KEY_BYTES]> {
    let mut key = [0; KEY_BYTES];
    rand::rng().fill_bytes(&mut key);
    let draft = path.with_extension(random_name());
    write_private(&draft, &[&key])?;
    // A link appears whole and never replaces a key that another host made meanwhile.
    let linked = fs::hard_link(&draft, path);
    let _ = fs::remove_file(&draft);
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read_or_make_key(path),
        linked => linked.map(|()| key),
    }
}

/// Writes a new file that only its owner may read.
fn write_private(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file: File = options.open(path)?;
    for part in parts {
        file.write_all(part)?;
    }
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMPONENT: [u8; 32] = [7; 32];

    fn cache(folder: &Path) -> CompiledCache {
        CompiledCache::open(folder, &Engine::default()).unwrap()
    }

    fn only_file(cache: &CompiledCache) -> PathBuf {
        cache.folder.join(cache.name(&COMPONENT))
    }

    #[test]
    fn what_was_kept_is_found_again_also_by_the_next_host() {
        let folder = tempfile::tempdir().unwrap();
        cache(folder.path()).keep(&COMPONENT, b"code");
        assert_eq!(cache(folder.path()).find(&COMPONENT).unwrap().bytes(), b"code");
        assert!(cache(folder.path()).find(&[8; 32]).is_none());
    }

    #[test]
    fn nothing_that_was_touched_is_found() {
        type Touch = fn(&mut Vec<u8>);
        let touches: [(&str, Touch); 4] = [
            ("code changed", |bytes| bytes[0] ^= 1),
            ("seal changed", |bytes| *bytes.last_mut().unwrap() ^= 1),
            ("cut", |bytes| bytes.truncate(10)),
            ("emptied", Vec::clear),
        ];
        for (what, touch) in touches {
            let folder = tempfile::tempdir().unwrap();
            let cache = cache(folder.path());
            cache.keep(&COMPONENT, b"code that runs");
            let mut bytes = fs::read(only_file(&cache)).unwrap();
            touch(&mut bytes);
            fs::write(only_file(&cache), bytes).unwrap();
            assert!(cache.find(&COMPONENT).is_none(), "{what}");
        }
    }

    #[test]
    fn code_of_another_component_or_engine_or_host_is_not_found() {
        let folder = tempfile::tempdir().unwrap();
        let mut cache = cache(folder.path());
        cache.keep(&COMPONENT, b"code");
        let file = only_file(&cache);
        fs::copy(&file, cache.folder.join(cache.name(&[8; 32]))).unwrap();
        assert!(cache.find(&[8; 32]).is_none(), "under the name of another component");
        cache.engine = "0123456789abcdef".to_owned();
        assert!(cache.find(&COMPONENT).is_none(), "of another engine");
        fs::copy(&file, only_file(&cache)).unwrap();
        assert!(cache.find(&COMPONENT).is_none(), "of another engine, renamed");
        cache.keep(&COMPONENT, b"code");
        cache.key = [1; KEY_BYTES];
        assert!(cache.find(&COMPONENT).is_none(), "of another host");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_key_and_code() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path());
        cache.keep(&COMPONENT, b"code");
        for file in [cache.folder.join(KEY_FILE), only_file(&cache)] {
            assert_eq!(
                fs::metadata(&file).unwrap().permissions().mode() & 0o777,
                0o600,
                "{}",
                file.display()
            );
        }
    }

    #[test]
    fn a_damaged_key_is_told() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(KEY_FILE), b"short").unwrap();
        let error = CompiledCache::open(folder.path(), &Engine::default()).unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(cause, "it is damaged; delete it and start again");
    }

    #[test]
    fn the_cache_does_not_grow_without_end() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path());
        for number in 0..limits::CACHED_COMPONENTS_MAX + 3 {
            let mut component = COMPONENT;
            component[..8].copy_from_slice(&number.to_le_bytes());
            let name = cache.name(&component);
            fs::write(cache.folder.join(name), b"old").unwrap();
        }
        cache.keep(&COMPONENT, b"code");
        // The key stays beside the compiled connectors.
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), limits::CACHED_COMPONENTS_MAX + 1);
        assert!(folder.path().join(KEY_FILE).exists());
    }
}
