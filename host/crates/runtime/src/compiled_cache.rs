//! Compiled components on disk: named by component and engine, sealed with a key of this host.
//!
//! Holds: a file is used only if its seal fits its name and its bytes; written whole or not at all. A
//! cache that cannot be used costs time, never a call. Not here: compiling, and running what was read.

use std::fs::{self, File, Metadata, OpenOptions};
use std::hash::{Hash, Hasher};
use std::io::{self, Read, Write};
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

/// An open file of compiled code whose seal was checked.
///
/// Nobody else can change it afterwards: who may write to it may also read the key, and needs no such trick.
pub(crate) struct Authentic(File);

impl Authentic {
    pub(crate) fn file(&self) -> &File {
        &self.0
    }
}

/// Compiled components on disk.
#[derive(Debug)]
pub(crate) struct CompiledCache {
    folder: PathBuf,
    key: [u8; KEY_BYTES],
    key_owner: Metadata,
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
        let key = read_or_make_key(&path).and_then(|key| Ok((key, fs::metadata(&path)?)));
        let (key, key_owner) = key.map_err(|source| CacheError::Key { path, source })?;
        Ok(Self { folder: folder.to_owned(), key, key_owner, engine: fingerprint(engine) })
    }

    fn name(&self, component: &[u8; 32]) -> String {
        format!("{}-{}.{EXTENSION}", hex::encode(component), self.engine)
    }

    /// Begins the seal of the file `name`; its code follows.
    ///
    /// A keyed BLAKE3: several times the speed of HMAC-SHA256, and every start checks every byte.
    fn seal(&self, name: &str) -> blake3::Hasher {
        let mut seal = blake3::Hasher::new_keyed(&self.key);
        // The name belongs to it: code of one component or engine is no code of another.
        seal.update(name.as_bytes());
        seal.update(&[0]);
        seal
    }

    /// Returns the code compiled from `component` by this engine, if it is there and untouched.
    pub(crate) fn find(&self, component: &[u8; 32]) -> Option<Authentic> {
        let name = self.name(component);
        let path = self.folder.join(&name);
        let found = File::open(&path).and_then(|file| Ok((self.untouched(&name, &file)?, file)));
        match found {
            Ok((true, file)) => Some(Authentic(file)),
            Ok((false, _)) => {
                tracing::warn!(
                    "the compiled connector {} was touched by somebody else; it is not loaded, and compiled anew",
                    path.display()
                );
                None
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                tracing::warn!("cannot read the compiled connector {}: {error}", path.display());
                None
            }
        }
    }

    /// Tells whether the file is only ours to write, and its seal fits its name and its bytes.
    fn untouched(&self, name: &str, file: &File) -> io::Result<bool> {
        let about = file.metadata()?;
        let Some(code) = about.len().checked_sub(SEAL_BYTES as u64) else { return Ok(false) };
        let mut sealed = self.seal(name);
        sealed.update_reader(file.take(code))?;
        let mut seal = [0; SEAL_BYTES];
        (&*file).read_exact(&mut seal)?;
        Ok(owner::only_ours(&about, &self.key_owner) && sealed.finalize() == blake3::Hash::from_bytes(seal))
    }

    /// Keeps `code`, compiled from `component` by this engine. What fails here costs time only.
    pub(crate) fn keep(&self, component: &[u8; 32], code: &[u8]) {
        let name = self.name(component);
        let seal = self.seal(&name).update(code).finalize();
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
pub(crate) fn fingerprint(engine: &Engine) -> String {
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

/// Who may write to a file.
mod owner {
    use std::fs::Metadata;

    /// Tells whether only the owner of the key may write to the file.
    #[cfg(unix)]
    pub(super) fn only_ours(file: &Metadata, key: &Metadata) -> bool {
        use std::os::unix::fs::MetadataExt;
        file.uid() == key.uid() && file.mode() & 0o022 == 0
    }

    /// Elsewhere the rights of the folder decide.
    #[cfg(not(unix))]
    pub(super) fn only_ours(_: &Metadata, _: &Metadata) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Authentic {
        fn code(mut self) -> Vec<u8> {
            let mut bytes = Vec::new();
            io::Seek::rewind(&mut self.0).unwrap();
            self.0.read_to_end(&mut bytes).unwrap();
            bytes.truncate(bytes.len() - SEAL_BYTES);
            bytes
        }
    }

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
        assert_eq!(cache(folder.path()).find(&COMPONENT).unwrap().code(), b"code");
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
    fn what_others_may_write_to_is_not_found() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path());
        cache.keep(&COMPONENT, b"code");
        for (mode, found) in [(0o600, true), (0o620, false), (0o602, false), (0o644, true)] {
            fs::set_permissions(only_file(&cache), fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(cache.find(&COMPONENT).is_some(), found, "{mode:o}");
        }
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
