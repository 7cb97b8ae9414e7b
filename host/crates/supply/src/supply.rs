//! The way of a connector from its reference to bytes that may be run: offline from lock and folder, or
//! fetched and pinned when somebody asks for that.
//!
//! Holds: `component` and `file` touch no network and write nothing; `pull` writes the lock last, after the
//! bytes are kept and trusted; a pin changes only on `Pull::Update`.

use std::path::{Path, PathBuf};

use hark_config::{Config, ConnectorRef, RemoteRef, TrustConfig};
use hark_egress::Names;

use crate::components::read_at_most;
use crate::fetch::{Found, Seen};
use crate::{
    ComponentStore, Digest, Fetcher, Lock, Manifest, Origin, Pin, Signature, Statement, SupplyError, Verdict,
    judge, limits,
};

/// Bytes that may be run, and why.
#[derive(Debug)]
pub struct Component {
    /// The component.
    pub bytes: Vec<u8>,
    /// Its SHA-256.
    pub digest: Digest,
    /// The lock pins it.
    pub pinned: bool,
    /// Why it is trusted.
    pub verdict: Verdict,
}

/// What may happen to a pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pull {
    /// What is pinned stays; what is not is resolved.
    Missing,
    /// Every reference is resolved anew; never to an older version.
    Update,
    /// Every reference is resolved anew.
    UpdateToAny,
}

/// What came of a pull.
#[derive(Debug)]
pub struct Pulled {
    /// What may be run now.
    pub component: Component,
    /// Its pin before; none if it was not pinned.
    pub before: Option<Digest>,
    /// Bytes came over the network.
    pub fetched: bool,
}

/// Lock, folder and trust of one configuration.
#[derive(Debug)]
pub struct Supply {
    trust: TrustConfig,
    components: ComponentStore,
    fetcher: Fetcher,
    path: PathBuf,
    lock: Lock,
}

impl Supply {
    /// Reads the lock of a configuration.
    pub fn open(config: &Config) -> Result<Self, SupplyError> {
        Self::open_with(config, Names::System)
    }

    /// The same with another who answers names.
    pub fn open_with(config: &Config, names: Names) -> Result<Self, SupplyError> {
        let path = config.lock();
        Ok(Self {
            trust: config.trust.clone(),
            components: ComponentStore::new(&config.components),
            fetcher: Fetcher::new(&config.registries, names),
            lock: Lock::read(&path)?,
            path,
        })
    }

    /// Returns what is pinned.
    pub fn lock(&self) -> &Lock {
        &self.lock
    }

    /// Returns who fetches and pushes.
    pub fn fetcher(&self) -> &Fetcher {
        &self.fetcher
    }

    /// Returns the reference under which the lock knows a connector; none for one that ships with the host.
    pub fn name(&self, from: &ConnectorRef) -> Option<String> {
        match from {
            ConnectorRef::Bundled(_) => None,
            ConnectorRef::File(path) => Some(self.name_of_file(path)),
            ConnectorRef::Remote(reference) => Some(reference.to_string()),
        }
    }

    /// Returns the path of a file from the lock's folder, however it was written.
    fn name_of_file(&self, path: &Path) -> String {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let (folder, path) = (whole(folder.unwrap_or(Path::new("."))), whole(path));
        path.strip_prefix(&folder).unwrap_or(&path).display().to_string()
    }

    /// Returns a fetched component as it is pinned, kept and trusted. No network.
    pub fn component(&self, from: &RemoteRef) -> Result<Component, SupplyError> {
        let reference = from.as_str();
        let pin = self.lock.pin(reference).ok_or_else(|| SupplyError::NotPinned {
            reference: reference.to_owned(),
            lock: self.path.clone(),
        })?;
        fits(from, pin)?;
        let not_kept = || SupplyError::NotKept { reference: reference.to_owned() };
        if let Some(digest) = &pin.manifest {
            let bytes = self.components.manifest(digest)?.ok_or_else(not_kept)?;
            check_manifest(reference, &bytes, pin.component)?;
        }
        let bytes = self.components.component(&pin.component)?.ok_or_else(not_kept)?;
        self.trusted(reference, origin(from), bytes, pin.signature.as_deref(), true)
    }

    /// Returns the component in a file, as it is pinned, if it is, and trusted. No network.
    pub fn file(&self, path: &Path) -> Result<Component, SupplyError> {
        let reference = self.name_of_file(path);
        let bytes = read_file(path)?;
        let pin = self.lock.pin(&reference);
        if let Some(pin) = pin {
            same(&reference, pin.component, &bytes)?;
        }
        let signature = match pin {
            Some(Pin { signature: Some(signature), .. }) => Some(signature.clone()),
            _ => beside(path)?,
        };
        self.trusted(&reference, Origin::File, bytes, signature.as_deref(), pin.is_some())
    }

    /// Brings a connector here and pins it; what is pinned and here already stays as it is.
    pub async fn pull(
        &mut self,
        from: &RemoteRef,
        pull: Pull,
        seen: Seen<'_>,
    ) -> Result<Pulled, SupplyError> {
        let pin = self.lock.pin(from.as_str()).cloned();
        match pin {
            Some(pin) if pull == Pull::Missing => self.restore(from, &pin, seen).await,
            before => self.resolve(from, before.as_ref(), pull, seen).await,
        }
    }

    /// Pins a file as it is now; what is pinned already stays, but on an update.
    pub fn pin_file(&mut self, path: &Path, pull: Pull) -> Result<Pulled, SupplyError> {
        let reference = self.name_of_file(path);
        if let (Some(pin), Pull::Missing) = (self.lock.pin(&reference), pull) {
            return Ok(Pulled { before: Some(pin.component), component: self.file(path)?, fetched: false });
        }
        let (bytes, signature) = (read_file(path)?, beside(path)?);
        is_wasm(&reference, &bytes)?;
        let before = self.lock.pin(&reference).map(|pin| pin.component);
        let component = self.trusted(&reference, Origin::File, bytes, signature.as_deref(), true)?;
        self.pin(Pin {
            reference,
            component: component.digest,
            bytes: component.bytes.len() as u64,
            manifest: None,
            signature,
        })?;
        Ok(Pulled { component, before, fetched: false })
    }

    /// Fetches pinned bytes that are not here, or are damaged.
    async fn restore(&self, from: &RemoteRef, pin: &Pin, seen: Seen<'_>) -> Result<Pulled, SupplyError> {
        let before = Some(pin.component);
        match self.component(from) {
            Ok(component) => return Ok(Pulled { component, before, fetched: false }),
            Err(SupplyError::NotKept { .. } | SupplyError::Components(_)) => {}
            Err(error) => return Err(error),
        }
        let found = self.fetcher.pinned(from, pin.manifest, seen).await?;
        same(from.as_str(), pin.component, &found.component)?;
        let signature = pin.signature.as_deref();
        let component = self.trusted(from.as_str(), origin(from), found.component, signature, true)?;
        self.keep(&component, found.manifest.as_deref())?;
        Ok(Pulled { component, before, fetched: true })
    }

    /// Resolves a reference anew and pins what it means now.
    async fn resolve(
        &mut self,
        from: &RemoteRef,
        before: Option<&Pin>,
        pull: Pull,
        seen: Seen<'_>,
    ) -> Result<Pulled, SupplyError> {
        let Found { component, manifest, signature } = self.fetcher.resolve(from, seen).await?;
        let reference = from.as_str();
        is_wasm(reference, &component)?;
        let pin = Pin {
            reference: reference.to_owned(),
            component: Digest::of(&component),
            bytes: component.len() as u64,
            manifest: manifest.as_deref().map(Digest::of),
            signature,
        };
        fits(from, &pin)?;
        let component = self.trusted(reference, origin(from), component, pin.signature.as_deref(), true)?;
        if pull != Pull::UpdateToAny
            && let Some(before) = before
        {
            self.not_older(before, &component)?;
        }
        self.keep(&component, manifest.as_deref())?;
        let before = before.map(|pin| pin.component);
        self.pin(pin)?;
        Ok(Pulled { component, before, fetched: true })
    }

    /// Judges bytes with the signature that was found.
    fn trusted(
        &self,
        reference: &str,
        origin: Origin,
        bytes: Vec<u8>,
        signature: Option<&str>,
        pinned: bool,
    ) -> Result<Component, SupplyError> {
        let reference = || reference.to_owned();
        let signature = signature.map(Signature::parse).transpose();
        let signature =
            signature.map_err(|cause| SupplyError::Signature { reference: reference(), cause })?;
        let verdict = judge(&self.trust, origin, &bytes, signature.as_ref());
        let verdict = verdict.map_err(|cause| SupplyError::Trust { reference: reference(), cause })?;
        Ok(Component { digest: Digest::of(&bytes), bytes, pinned, verdict })
    }

    /// Refuses a version that a publisher signed before the pinned one: a server may offer old faults again.
    fn not_older(&self, before: &Pin, offered: &Component) -> Result<(), SupplyError> {
        let Verdict::Signed { statement: offered, .. } = &offered.verdict else { return Ok(()) };
        let Some(pinned) = self.pinned_statement(before) else { return Ok(()) };
        if offered.is_older_than(&pinned) == Some(true) {
            let (pinned, offered) = (pinned.version, offered.version.clone());
            return Err(SupplyError::Older { reference: before.reference.clone(), pinned, offered });
        }
        Ok(())
    }

    /// Returns what the signature of a pin states, if its bytes are here.
    fn pinned_statement(&self, pin: &Pin) -> Option<Statement> {
        let bytes = self.components.component(&pin.component).ok()??;
        let signature = Signature::parse(pin.signature.as_deref()?).ok()?;
        match judge(&self.trust, Origin::Fetched, &bytes, Some(&signature)).ok()? {
            Verdict::Signed { statement, .. } => Some(statement),
            Verdict::Unsigned => None,
        }
    }

    fn keep(&self, component: &Component, manifest: Option<&[u8]>) -> Result<(), SupplyError> {
        self.components.keep_component(&component.bytes)?;
        manifest.map_or(Ok(()), |manifest| self.components.keep_manifest(manifest))?;
        Ok(())
    }

    fn pin(&mut self, pin: Pin) -> Result<(), SupplyError> {
        if self.lock.pin(&pin.reference) == Some(&pin) {
            return Ok(());
        }
        // Somebody else may have pulled meanwhile: what they pinned stays.
        self.lock = Lock::read(&self.path)?;
        self.lock.put(pin);
        Ok(self.lock.write(&self.path)?)
    }
}

fn origin(from: &RemoteRef) -> Origin {
    if from.names_digest() { Origin::FetchedByDigest } else { Origin::Fetched }
}

/// Refuses a pin that is another than the digest in the reference.
fn fits(from: &RemoteRef, pin: &Pin) -> Result<(), SupplyError> {
    let (named, pinned) = match from {
        RemoteRef::Https(of) => (of.digest, Some(pin.component)),
        RemoteRef::Oci(of) => (of.digest, pin.manifest),
    };
    match named {
        Some(named) if pinned != Some(Digest::from(named)) => Err(SupplyError::OtherPin {
            reference: from.to_string(),
            pinned: pinned.unwrap_or(pin.component),
        }),
        _ => Ok(()),
    }
}

/// Refuses a lock whose manifest is one of another component.
fn check_manifest(reference: &str, bytes: &[u8], pinned: Digest) -> Result<(), SupplyError> {
    let reference = reference.to_owned();
    match Manifest::parse(bytes) {
        Ok(manifest) if manifest.component == pinned => Ok(()),
        Ok(manifest) => Err(SupplyError::Contradiction { reference, named: manifest.component, pinned }),
        Err(cause) => Err(crate::FetchError::Manifest { reference, cause }.into()),
    }
}

fn same(reference: &str, pinned: Digest, bytes: &[u8]) -> Result<(), SupplyError> {
    let found = Digest::of(bytes);
    match found == pinned {
        true => Ok(()),
        false => Err(SupplyError::Changed { reference: reference.to_owned(), pinned, found }),
    }
}

fn is_wasm(reference: &str, bytes: &[u8]) -> Result<(), SupplyError> {
    if bytes.starts_with(b"\0asm") {
        return Ok(());
    }
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(16)]).into_owned();
    Err(SupplyError::NotWasm { reference: reference.to_owned(), start })
}

fn read_file(path: &Path) -> Result<Vec<u8>, SupplyError> {
    let failed = |cause| SupplyError::File { path: path.to_owned(), cause };
    let bytes = read_at_most(path, limits::COMPONENT_BYTES_MAX + 1).map_err(failed)?;
    if bytes.len() as u64 > limits::COMPONENT_BYTES_MAX {
        let why = format!("it is larger than {} MiB", limits::COMPONENT_BYTES_MAX >> 20);
        return Err(failed(std::io::Error::other(why)));
    }
    Ok(bytes)
}

/// Returns the signature that lies beside a file: its name with `.minisig` behind.
fn beside(path: &Path) -> Result<Option<String>, SupplyError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".minisig");
    let path = PathBuf::from(name);
    match read_at_most(&path, limits::SIGNATURE_BYTES_MAX) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(SupplyError::File { path, cause }),
    }
}
