//! Why a connector is not taken: what it is, and what to do about it.

use std::io;
use std::path::PathBuf;

use crate::{ComponentsError, Digest, FetchError, LockError, SignatureError, TrustError};

/// Why a connector is not taken. Each is for the operator to judge; none is mended silently.
#[derive(Debug, thiserror::Error)]
pub enum SupplyError {
    /// The reference was never resolved.
    #[error("{reference} is not pinned in {}", lock.display())]
    NotPinned {
        /// The reference.
        reference: String,
        /// The lock file.
        lock: PathBuf,
    },
    /// The pinned bytes are not on this machine.
    #[error("{reference} is pinned, but its bytes are not in the folder of components")]
    NotKept {
        /// The reference.
        reference: String,
    },
    /// Other bytes are there than were pinned.
    #[error("{reference} changed: {found} in place of the pinned {pinned}")]
    Changed {
        /// The reference.
        reference: String,
        /// What was pinned.
        pinned: Digest,
        /// What is there.
        found: Digest,
    },
    /// The configuration names another digest than the lock.
    #[error("{reference} names a digest, and the lock pins another: {pinned}")]
    OtherPin {
        /// The reference.
        reference: String,
        /// What the lock pins.
        pinned: Digest,
    },
    /// The lock's manifest names another component than the lock.
    #[error(
        "the lock contradicts itself about {reference}: its manifest names the component {named}, its pin {pinned}"
    )]
    Contradiction {
        /// The reference.
        reference: String,
        /// What the manifest names.
        named: Digest,
        /// What the pin names.
        pinned: Digest,
    },
    /// A file cannot be read.
    #[error("connector {} cannot be read", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// What is there is no WebAssembly.
    #[error("{reference} is not WebAssembly: it starts with {start:?}")]
    NotWasm {
        /// The reference.
        reference: String,
        /// Its first bytes.
        start: String,
    },
    /// The trust of the configuration does not admit it.
    #[error("{reference} is not trusted")]
    Trust {
        /// The reference.
        reference: String,
        /// Why.
        #[source]
        cause: TrustError,
    },
    /// The signature has no form.
    #[error("the signature of {reference} cannot be read")]
    Signature {
        /// The reference.
        reference: String,
        /// Why.
        #[source]
        cause: SignatureError,
    },
    /// What is offered is older than what is pinned.
    #[error("{reference} went back from version {pinned} to {offered}")]
    Older {
        /// The reference.
        reference: String,
        /// The version that is pinned.
        pinned: String,
        /// The version that is offered.
        offered: String,
    },
    /// Nothing was fetched.
    #[error("cannot fetch")]
    Fetch(#[from] FetchError),
    /// The lock is of no use.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The folder of components is of no use.
    #[error(transparent)]
    Components(#[from] ComponentsError),
}

impl SupplyError {
    /// Returns what to do about it.
    pub fn remedy(&self) -> String {
        match self {
            Self::NotPinned { .. } => {
                "hark plugin pull fetches it, checks its signature and pins it".to_owned()
            }
            Self::NotKept { .. } => "hark plugin pull fetches the pinned bytes again".to_owned(),
            Self::Changed { reference, .. } | Self::OtherPin { reference, .. } => format!(
                "if the change is meant: hark plugin pull --update '{reference}'; if not, somebody else made it: ask the publisher"
            ),
            Self::Contradiction { reference, .. } => {
                format!(
                    "hark.lock was changed by hand; hark plugin pull --update '{reference}' writes it anew"
                )
            }
            Self::File { .. } => {
                "name a bundled connector, or a .wasm file relative to the configuration".to_owned()
            }
            Self::NotWasm { .. } => "look at what is there: a page that asks to sign in, perhaps".to_owned(),
            Self::Trust { cause, reference } => trust_remedy(cause, reference),
            Self::Signature { .. } => "ask the publisher to sign it anew: hark plugin sign".to_owned(),
            Self::Older { reference, .. } => {
                format!("if that is meant: hark plugin pull --update --allow-older '{reference}'")
            }
            Self::Fetch(error) => fetch_remedy(error),
            Self::Lock(_) => {
                "take hark.lock from version control, or delete it and run hark plugin pull".to_owned()
            }
            Self::Components(ComponentsError::Damaged { .. }) => {
                "delete that file; hark plugin pull fetches the pinned bytes again".to_owned()
            }
            Self::Components(_) => "see to the rights of that folder and to its disk".to_owned(),
        }
    }
}

fn trust_remedy(cause: &TrustError, reference: &str) -> String {
    match cause {
        TrustError::Unsigned => format!(
            "ask the publisher for a signature; or, having looked at it yourself, name its digest in the \
             configuration ({})",
            match reference.starts_with("oci:") {
                true => "oci://HOST/NAME:TAG@sha256:HEX",
                false => "https://HOST/PATH#sha256=HEX",
            }
        ),
        TrustError::Stranger { .. } => "if you know whose key that is: write it into the configuration, \
                                        [trust.NAME] with key = \"RW...\" and connectors = [\"...\"]"
            .to_owned(),
        TrustError::NotTheirs { publisher, connector } => {
            format!("if {publisher} may sign it: add \"{connector}\" to connectors of [trust.{publisher}]")
        }
        TrustError::Signature { .. } => {
            "do not use it; fetch it again, and ask the publisher if that does not help".to_owned()
        }
    }
}

fn fetch_remedy(error: &FetchError) -> String {
    match error {
        FetchError::Status { status: 401 | 403, .. } => {
            "sign in: user and password under [registry.\"HOST\"] of the configuration".to_owned()
        }
        FetchError::Status { status: 404, .. } => "see whether name and tag are spelled right".to_owned(),
        FetchError::SignInElsewhere { registry, host } => {
            format!("if it is theirs: sign_in = \"{host}\" under [registry.\"{registry}\"]")
        }
        FetchError::OtherBytes { .. } => {
            "nothing was kept; somebody on the way, or the server itself, gave other bytes: try again, then ask its owner".to_owned()
        }
        _ => "see whether the host can be reached from here; [registry.\"HOST\"] says how".to_owned(),
    }
}
