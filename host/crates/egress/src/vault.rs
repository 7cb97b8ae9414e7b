//! Keeps tokens that a server gave us: sealed with the operator's key before anybody gets them to store.
//!
//! Holds: what leaves cannot be read or moved to another credential without the key (ChaCha20-Poly1305, a new nonce
//! each time, the credential's name as associated data). Not here: the storage itself.

use std::error::Error;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use hark_model::SecretRef;
use hmac::{Hmac, Mac};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{Secret, SecretError};

/// Bytes of a key.
const KEY_BYTES: usize = 32;
/// First byte of everything sealed: the way in which it is.
const VERSION: u8 = 1;

/// What storage gives back, later.
pub type Kept<T> = Pin<Box<dyn Future<Output = Result<T, ShelfError>> + Send>>;

/// Why storage did not do it.
#[derive(Debug, thiserror::Error)]
#[error("the storage of tokens failed")]
pub struct ShelfError(#[source] pub Box<dyn Error + Send + Sync>);

/// Where sealed bytes are stored; whoever stores them sees nothing else.
#[derive(Clone)]
pub struct Shelf {
    /// Returns what is stored under a name.
    pub load: Arc<dyn Fn(String) -> Kept<Option<Vec<u8>>> + Send + Sync>,
    /// Stores bytes under a name in place of what was there; they are on the disk when this is done, and what was
    /// there stays until then.
    pub save: Arc<dyn Fn(String, Vec<u8>) -> Kept<()> + Send + Sync>,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum VaultKeyError {
    /// Its place gives nothing.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// Others may read the file.
    #[error("{} can be read by others: chmod 600 it, and make a new key if somebody may have", path.display())]
    Open {
        /// Its path.
        path: PathBuf,
    },
    /// It is not one.
    #[error("the key is not 64 hexadecimal digits: make one with `openssl rand -hex 32`")]
    Form,
}

/// What tokens are sealed with, or names are given by; wiped when dropped, never printed.
#[derive(Clone)]
pub struct VaultKey(Zeroizing<[u8; KEY_BYTES]>);

impl std::fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl VaultKey {
    /// Fetches the key from where `from` says. A file must be readable by its owner alone; the system's keyring is
    /// reached by its own program, behind `cmd:`.
    pub async fn resolve(from: &SecretRef) -> Result<Self, VaultKeyError> {
        if let SecretRef::File(path) = from {
            check_mode(path)?;
        }
        Self::parse(Secret::resolve(from).await?.expose())
    }

    /// Returns a key of its own for another purpose, from which neither this one nor that for a third can be told.
    pub fn derived(&self, purpose: &str) -> Zeroizing<[u8; KEY_BYTES]> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&*self.0).expect("HMAC takes keys of any length");
        // No name of a token begins like this: theirs begin with a length of eight bytes.
        mac.update(b"hark purpose:");
        mac.update(purpose.as_bytes());
        Zeroizing::new(mac.finalize().into_bytes().into())
    }

    fn parse(text: &str) -> Result<Self, VaultKeyError> {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        let digits = text.trim().as_bytes();
        if digits.len() != 2 * KEY_BYTES || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(VaultKeyError::Form);
        }
        for (byte, pair) in key.iter_mut().zip(digits.chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| VaultKeyError::Form)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| VaultKeyError::Form)?;
        }
        Ok(Self(key))
    }
}

fn check_mode(path: &Path) -> Result<(), VaultKeyError> {
    // What is not there is told by who reads it.
    let open = std::fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o077 != 0);
    if open { Err(VaultKeyError::Open { path: path.to_owned() }) } else { Ok(()) }
}

/// Why a token was not kept or found.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VaultError {
    #[error(transparent)]
    Shelf(#[from] ShelfError),
    #[error("a token that was kept cannot be opened: it was sealed with another key, or changed")]
    Sealed,
    #[error("the system gives no random numbers")]
    Random,
}

/// A key, and where what is sealed with it is stored.
pub struct Vault {
    key: VaultKey,
    shelf: Shelf,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// Makes one of `key` and `shelf`.
    pub fn new(key: VaultKey, shelf: Shelf) -> Self {
        Self { key, shelf }
    }

    /// Returns the name under which what belongs to `words` is stored: nothing of them shows in it.
    pub(crate) fn name(&self, words: &[&str]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&*self.key.0).expect("HMAC takes keys of any length");
        for word in words {
            mac.update(&(word.len() as u64).to_be_bytes());
            mac.update(word.as_bytes());
        }
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Returns the token that is kept under `name`.
    pub(crate) async fn load(&self, name: &str) -> Result<Option<Zeroizing<String>>, VaultError> {
        let sealed = (self.shelf.load)(name.to_owned()).await?;
        sealed.map(|sealed| self.opened(name, &sealed)).transpose()
    }

    /// Keeps `token` under `name`; it is stored for good when this is done.
    pub(crate) async fn save(&self, name: &str, token: &str) -> Result<(), VaultError> {
        let sealed = self.sealed(name, token)?;
        Ok((self.shelf.save)(name.to_owned(), sealed).await?)
    }

    fn cipher(&self) -> LessSafeKey {
        let key = UnboundKey::new(&CHACHA20_POLY1305, &*self.key.0).expect("the key has the cipher's length");
        LessSafeKey::new(key)
    }

    fn sealed(&self, name: &str, token: &str) -> Result<Vec<u8>, VaultError> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(|_| VaultError::Random)?;
        let mut text = token.as_bytes().to_vec();
        let about = Aad::from(name.as_bytes());
        let cipher = self.cipher();
        cipher
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), about, &mut text)
            .map_err(|_| VaultError::Sealed)?;
        Ok([&[VERSION], &nonce[..], &text].concat())
    }

    fn opened(&self, name: &str, sealed: &[u8]) -> Result<Zeroizing<String>, VaultError> {
        let (version, rest) = sealed.split_first().ok_or(VaultError::Sealed)?;
        let (nonce, text) = rest.split_first_chunk::<NONCE_LEN>().ok_or(VaultError::Sealed)?;
        if *version != VERSION {
            return Err(VaultError::Sealed);
        }
        let mut text = Zeroizing::new(text.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let about = Aad::from(name.as_bytes());
        let plain = self.cipher().open_in_place(nonce, about, &mut text).map_err(|_| VaultError::Sealed)?;
        let plain = std::str::from_utf8(plain).map_err(|_| VaultError::Sealed)?;
        Ok(Zeroizing::new(plain.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(digit: char) -> Vault {
        let nowhere = Shelf {
            load: Arc::new(|_| Box::pin(async { Ok(None) })),
            save: Arc::new(|_, _| Box::pin(async { Ok(()) })),
        };
        Vault::new(VaultKey::parse(&digit.to_string().repeat(64)).unwrap(), nowhere)
    }

    #[test]
    fn what_is_sealed_opens_with_its_key_under_its_name_only() {
        let vault_of = vault('a');
        let sealed = vault_of.sealed("name", "canary").unwrap();
        assert_eq!(*vault_of.opened("name", &sealed).unwrap(), "canary");
        assert!(!sealed.windows(6).any(|window| window == b"canary"));
        assert_ne!(sealed, vault_of.sealed("name", "canary").unwrap(), "a new nonce each time");
        assert!(vault('b').opened("name", &sealed).is_err());
        assert!(vault_of.opened("other", &sealed).is_err());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(vault_of.opened("name", &changed).is_err(), "byte {at}");
            assert!(vault_of.opened("name", &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn a_name_shows_nothing_and_tells_words_apart() {
        let vault_of = vault('a');
        assert_eq!(vault_of.name(&["a", "canary"]), vault_of.name(&["a", "canary"]));
        assert_ne!(vault_of.name(&["a", "canary"]), vault_of.name(&["ac", "anary"]));
        assert_ne!(vault_of.name(&["a", "canary"]), vault('b').name(&["a", "canary"]));
        assert!(!vault_of.name(&["canary"]).contains("canary"));
    }

    #[tokio::test]
    async fn a_key_is_64_digits_in_a_file_of_ones_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let from = SecretRef::File(path.clone());
        assert!(matches!(VaultKey::resolve(&from).await, Err(VaultKeyError::Secret(_))));
        std::fs::write(&path, format!("{}\n", "0f".repeat(32))).unwrap();
        for (mode, fine) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false), (0o644, false)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            match VaultKey::resolve(&from).await {
                Ok(key) => assert!(fine && key.0[0] == 0x0f && format!("{key:?}") == "***", "{mode:o}"),
                Err(error) => assert!(!fine && error.to_string().contains("chmod 600"), "{mode:o}: {error}"),
            }
        }
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        for bad in ["0f", "passphrase", &"0g".repeat(32), &"é".repeat(32)] {
            std::fs::write(&path, bad).unwrap();
            let refused = VaultKey::resolve(&from).await.unwrap_err();
            assert!(matches!(refused, VaultKeyError::Form) && !refused.to_string().contains(bad), "{bad}");
        }
    }
}
