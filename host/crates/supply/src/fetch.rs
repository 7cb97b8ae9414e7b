//! Fetching: from an address or a registry, to bytes in memory, within bounds.
//!
//! Holds: nothing is written; what was asked for by digest has it; what a server says of a failure is cut
//! and cleaned before it is shown. Not here: whether the bytes are trusted.

use hark_config::{HttpsRef, OciRef, RegistryConfig, RemoteRef};
use hark_egress::{
    GateError, HostClient, HostClientOptions, HostCredential, HostRequest, HostResponse, HttpFault, Names,
    Secret, SecretError,
};
use url::Url;

use crate::oci::{Push, Pushed, Registry};
use crate::{Digest, ManifestError, limits};

/// Is told how many bytes there are so far, and how many there will be.
pub(crate) type Seen<'a> = &'a mut dyn FnMut(u64, Option<u64>);

/// Why nothing was fetched, or nothing was pushed.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The way to the host cannot be set up.
    #[error("cannot set up the way to {host}")]
    Client {
        /// The host.
        host: String,
        /// Why.
        #[source]
        cause: GateError,
    },
    /// The password of the host has no value.
    #[error("the password of [registry.{host:?}] has no value")]
    Password {
        /// The host.
        host: String,
        /// Why.
        #[source]
        cause: SecretError,
    },
    /// The request got no answer.
    #[error("{url}")]
    Http {
        /// Where.
        url: String,
        /// Why.
        #[source]
        fault: HttpFault,
    },
    /// The answer is another than was hoped for.
    #[error("{url} answers {status}{said}")]
    Status {
        /// Where.
        url: String,
        /// HTTP status.
        status: u16,
        /// What it says, in short; may be empty.
        said: String,
    },
    /// The registry asks for a sign-in that is not understood.
    #[error("{url} asks for a sign-in of a kind that is not known here")]
    Challenge {
        /// Where.
        url: String,
    },
    /// The registry would have the password sent to another host.
    #[error("{registry} would have its password sent to {host}")]
    SignInElsewhere {
        /// The registry.
        registry: String,
        /// The other host.
        host: String,
    },
    /// The registry takes no upload.
    #[error("{url} does not say where to upload to")]
    NoUpload {
        /// Where.
        url: String,
    },
    /// Other bytes came than were asked for.
    #[error("{url} gave other bytes than were asked for: {found} in place of {wanted}")]
    OtherBytes {
        /// Where.
        url: String,
        /// What was asked for.
        wanted: Digest,
        /// What came.
        found: Digest,
    },
    /// The manifest is none of a component.
    #[error("{reference}")]
    Manifest {
        /// What was resolved.
        reference: String,
        /// Why.
        #[source]
        cause: ManifestError,
    },
}

/// A component as it was found.
#[derive(Debug)]
pub(crate) struct Found {
    pub component: Vec<u8>,
    /// The manifest that named it, in a registry.
    pub manifest: Option<Vec<u8>>,
    /// The signature beside it; its form is not checked.
    pub signature: Option<String>,
}

/// Fetches from any host, each as the configuration says.
#[derive(Debug, Clone, Default)]
pub struct Fetcher {
    registries: Vec<RegistryConfig>,
    names: Names,
}

impl Fetcher {
    /// Makes a fetcher; nothing is sent.
    pub fn new(registries: &[RegistryConfig], names: Names) -> Self {
        Self { registries: registries.to_vec(), names }
    }

    /// Returns how `host` is reached.
    fn settings(&self, host: &str) -> RegistryConfig {
        let known = self.registries.iter().find(|known| known.host == host);
        known
            .cloned()
            .unwrap_or_else(|| RegistryConfig { host: host.to_owned(), ..RegistryConfig::default() })
    }

    fn client(&self, settings: &RegistryConfig, plain: bool) -> Result<HostClient, FetchError> {
        let options = HostClientOptions {
            plain_http: plain.then(|| settings.host.clone()),
            private_addresses: settings.private_addresses.clone(),
            ca_file: settings.ca_file.clone(),
            user_agent: concat!("hark/", env!("CARGO_PKG_VERSION")).to_owned(),
            names: self.names.clone(),
        };
        HostClient::new(options).map_err(|cause| FetchError::Client { host: settings.host.clone(), cause })
    }

    /// Fetches what a reference means now, with its signature.
    pub(crate) async fn resolve(&self, from: &RemoteRef, seen: Seen<'_>) -> Result<Found, FetchError> {
        match from {
            RemoteRef::Https(of) => {
                let file = File::new(self, from, of).await?;
                let component = file.component(seen).await?;
                Ok(Found { component, manifest: None, signature: file.signature().await? })
            }
            RemoteRef::Oci(of) => {
                let digest = of.digest.map(Digest::from);
                self.in_registry(from, of, |_| digest, seen).await
            }
        }
    }

    /// Fetches the component that was pinned: of a registry, by the digest of its manifest.
    pub(crate) async fn pinned(
        &self,
        from: &RemoteRef,
        manifest: Option<Digest>,
        seen: Seen<'_>,
    ) -> Result<Found, FetchError> {
        match from {
            RemoteRef::Https(of) => {
                let component = File::new(self, from, of).await?.component(seen).await?;
                Ok(Found { component, manifest: None, signature: None })
            }
            RemoteRef::Oci(of) => self.in_registry(from, of, |named| manifest.or(named), seen).await,
        }
    }

    async fn in_registry(
        &self,
        from: &RemoteRef,
        of: &OciRef,
        digest: impl FnOnce(Option<Digest>) -> Option<Digest>,
        seen: Seen<'_>,
    ) -> Result<Found, FetchError> {
        let settings = self.settings(&of.registry);
        let client = self.client(&settings, settings.plain_http)?;
        let mut registry = Registry::new(&client, &settings, password(&settings).await?, of);
        let digest = digest(of.digest.map(Digest::from));
        let bytes = registry.manifest(of.tag.as_deref().unwrap_or_default(), digest).await?;
        let manifest = crate::Manifest::parse(&bytes)
            .map_err(|cause| FetchError::Manifest { reference: from.to_string(), cause })?;
        let component = registry.blob(manifest.component, manifest.bytes, seen).await?;
        Ok(Found { component, manifest: Some(bytes), signature: manifest.signature })
    }

    /// Pushes a component; the reference has a tag.
    pub async fn push(&self, of: &OciRef, tag: &str, push: Push<'_>) -> Result<Pushed, FetchError> {
        let settings = self.settings(&of.registry);
        let client = self.client(&settings, settings.plain_http)?;
        Registry::new(&client, &settings, password(&settings).await?, of).push(tag, push).await
    }
}

/// A component at an address, and the signature beside it.
struct File<'a> {
    client: HostClient,
    url: &'a Url,
    credential: Option<HostCredential>,
}

impl<'a> File<'a> {
    async fn new(fetcher: &Fetcher, from: &RemoteRef, of: &'a HttpsRef) -> Result<Self, FetchError> {
        let settings = fetcher.settings(&from.host());
        let client = fetcher.client(&settings, of.url.scheme() == "http")?;
        let named = settings.user.clone().zip(password(&settings).await?);
        let credential = named.map(|(user, password)| HostCredential::Basic { user, password });
        Ok(Self { client, url: &of.url, credential })
    }

    async fn component(&self, seen: Seen<'_>) -> Result<Vec<u8>, FetchError> {
        let answer = self.get(self.url.clone()).await?;
        body(answer, &[200], limits::COMPONENT_BYTES_MAX, seen).await
    }

    /// Fetches the signature, where minisign puts it: the address with `.minisig` behind its path.
    async fn signature(&self) -> Result<Option<String>, FetchError> {
        let mut url = self.url.clone();
        url.set_path(&format!("{}.minisig", self.url.path()));
        let answer = self.get(url).await?;
        // Some stores answer 403 for what is not there.
        if matches!(answer.status, 403 | 404 | 410) {
            return Ok(None);
        }
        let bytes = body(answer, &[200], limits::SIGNATURE_BYTES_MAX, &mut |_, _| {}).await?;
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }

    async fn get(&self, url: Url) -> Result<HostResponse, FetchError> {
        let shown = short_url(&url);
        let mut request = HostRequest::get(url);
        request.credential = self.credential.clone();
        self.client.send(request).await.map_err(|fault| FetchError::Http { url: shown, fault })
    }
}

async fn password(settings: &RegistryConfig) -> Result<Option<Secret>, FetchError> {
    let Some(from) = &settings.password else { return Ok(None) };
    let resolved = Secret::resolve(from).await;
    resolved.map(Some).map_err(|cause| FetchError::Password { host: settings.host.clone(), cause })
}

/// Reads the body of an answer with one of these statuses; tells what went wrong with any other.
pub(crate) async fn body(
    answer: HostResponse,
    statuses: &[u16],
    bytes_max: u64,
    seen: Seen<'_>,
) -> Result<Vec<u8>, FetchError> {
    let (url, status) = (short_url(&answer.url), answer.status);
    if !statuses.contains(&status) {
        let said = answer.body(limits::SAID_BYTES_MAX, |_, _| {}).await.unwrap_or_default();
        return Err(FetchError::Status { url, status, said: said_in_short(&said) });
    }
    answer.body(bytes_max, seen).await.map_err(|fault| FetchError::Http { url, fault })
}

/// Returns `url` without its query, which may hold a signature of somebody's.
pub(crate) fn short_url(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

/// Returns what a registry says of a failure, as it may be shown; nothing of a page.
fn said_in_short(body: &[u8]) -> String {
    let text: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let error = text.as_ref().and_then(|text| text.get("errors")?.get(0));
    let of = |key: &str| error.and_then(|error| error.get(key)?.as_str()).unwrap_or_default();
    let said = format!("{} {}", of("code"), of("message"));
    let said: String = said.trim().chars().filter(|c| !c.is_control()).take(limits::SAID_CHARS_MAX).collect();
    if said.is_empty() { said } else { format!(": {said}") }
}
