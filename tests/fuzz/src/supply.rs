//! Where connectors come from: a registry's manifest, the signature beside it, the lock file.

use std::path::Path;

use hark_supply::{Lock, LockError, Manifest, Signature, SignatureError, limits};

use crate::Verdict;

/// A key that signed nothing that a fuzzer could guess.
const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";

/// Reads a manifest of a registry, or a signature. Nothing verifies that this key did not sign.
pub fn supply(data: &[u8]) -> Verdict {
    let manifest = Manifest::parse(data);
    match &manifest {
        Ok(manifest) => {
            assert!(manifest.bytes <= limits::COMPONENT_BYTES_MAX);
            if let Some(signature) = &manifest.signature {
                read(signature);
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let signature = std::str::from_utf8(data).is_ok_and(read);
    if manifest.is_ok() || signature { Verdict::Taken } else { Verdict::Refused }
}

fn read(text: &str) -> bool {
    let signature = match Signature::parse(text) {
        Ok(signature) => signature,
        Err(error) => {
            assert!(matches!(error, SignatureError::Form { .. }), "{error}");
            return false;
        }
    };
    assert_eq!(signature.as_str(), text, "it is kept as it was written");
    assert_eq!(signature.key_number().len(), 16);
    let verified = signature.verify(KEY, b"a component that nobody signed");
    assert!(verified.is_err(), "a signature was made up");
    true
}

/// Reads a lock file. What is read is written and read back as itself; what is not names the file and says why.
pub fn lock(data: &[u8]) -> Verdict {
    let Ok(text) = std::str::from_utf8(data) else { return Verdict::Refused };
    let path = Path::new("hark.lock");
    let lock = match Lock::parse(text, path) {
        Ok(lock) => lock,
        Err(error) => {
            assert!(matches!(&error, LockError::Form { why, .. } if !why.is_empty()), "{error}");
            assert!(error.to_string().contains("hark.lock"), "{error}");
            return Verdict::Refused;
        }
    };
    assert!(lock.pins().len() <= hark_supply::limits::PINS_MAX);
    assert!(lock.pins().is_sorted_by(|one, next| one.reference < next.reference), "by reference, each once");
    assert_eq!(Lock::parse(&lock.text(), path).ok().as_ref(), Some(&lock), "a lock reads back");
    Verdict::Taken
}
