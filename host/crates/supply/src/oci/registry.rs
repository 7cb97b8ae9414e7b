//! One repository of a registry: manifests and blobs out and in, and the sign-in that it asks for.
//!
//! Holds: bytes are handed out only with the digest they were asked for by; a password goes to the registry
//! itself, and to a token server only where that is the same host or named in the configuration. Not here:
//! addresses and redirects, which the client of `egress` decides.

use bytes::Bytes;
use hark_config::{OciRef, RegistryConfig};
use hark_egress::{HostClient, HostCredential, HostRequest, HostResponse, Secret};
use http::Method;
use serde::Deserialize;
use url::Url;

use crate::fetch::{FetchError, Seen, short_url};
use crate::oci::challenge::Challenge;
use crate::oci::manifest::{self, Described, MANIFEST_TYPE};
use crate::{Digest, Signature, limits};

/// A repository, with the token that it gave.
pub(crate) struct Registry<'a> {
    client: &'a HostClient,
    settings: &'a RegistryConfig,
    password: Option<Secret>,
    base: Url,
    signed_in: Option<HostCredential>,
}

/// What is pushed.
#[derive(Debug, Clone, Copy)]
pub struct Push<'a> {
    /// The component.
    pub component: &'a [u8],
    /// Name of the connector.
    pub connector: &'a str,
    /// Its version.
    pub version: &'a str,
    /// Names of the component's imports.
    pub imports: &'a [String],
    /// Names of its exports.
    pub exports: &'a [String],
    /// Its signature.
    pub signature: Option<&'a Signature>,
}

/// What was pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// SHA-256 of the manifest.
    pub manifest: Digest,
    /// SHA-256 of the component.
    pub component: Digest,
}

#[derive(Deserialize)]
struct TokenText {
    token: Option<String>,
    access_token: Option<String>,
}

impl<'a> Registry<'a> {
    /// Names a repository; nothing is sent.
    pub(crate) fn new(
        client: &'a HostClient,
        settings: &'a RegistryConfig,
        password: Option<Secret>,
        of: &OciRef,
    ) -> Self {
        let scheme = if settings.plain_http { "http" } else { "https" };
        let base = Url::parse(&format!("{scheme}://{}/v2/{}/", of.registry, of.repository));
        let base = base.expect("a reference has a host and a name that stand in an address as they are");
        Self { client, settings, password, base, signed_in: None }
    }

    /// Fetches the manifest of a tag or digest; one asked for by digest has it.
    pub(crate) async fn manifest(
        &mut self,
        name: &str,
        digest: Option<Digest>,
    ) -> Result<Vec<u8>, FetchError> {
        let name = digest.map_or_else(|| name.to_owned(), |digest| digest.to_string());
        let mut request = HostRequest::get(self.at(&format!("manifests/{name}")));
        request.headers.push(("accept", MANIFEST_TYPE.to_owned()));
        let answer = self.ask(request).await?;
        let bytes = self.expect(answer, &[200], limits::MANIFEST_BYTES_MAX, &mut |_, _| {}).await?;
        match digest {
            Some(wanted) => checked(bytes, wanted, &self.base),
            None => Ok(bytes),
        }
    }

    /// Fetches the blob of that digest, at most `bytes_max`.
    pub(crate) async fn blob(
        &mut self,
        digest: Digest,
        bytes_max: u64,
        seen: Seen<'_>,
    ) -> Result<Vec<u8>, FetchError> {
        let answer = self.ask(HostRequest::get(self.at(&format!("blobs/{digest}")))).await?;
        let bytes = self.expect(answer, &[200], bytes_max, seen).await?;
        checked(bytes, digest, &self.base)
    }

    /// Pushes a component under `tag`. Blobs that are there are not sent again.
    pub(crate) async fn push(&mut self, tag: &str, push: Push<'_>) -> Result<Pushed, FetchError> {
        let Push { component, connector, version, imports, exports, signature } = push;
        let digest = Digest::of(component);
        let bytes = component.len() as u64;
        let described =
            Described { component: digest, bytes, connector, version, imports, exports, signature };
        let config = manifest::config(&described);
        let text = manifest::manifest(&described, &config);
        self.put_blob(component).await?;
        self.put_blob(&config).await?;
        let manifest = Digest::of(&text);
        let mut request = HostRequest::new(Method::PUT, self.at(&format!("manifests/{tag}")));
        request.headers.push(("content-type", MANIFEST_TYPE.to_owned()));
        request.body = text.into();
        let answer = self.ask(request).await?;
        self.expect(answer, &[201], limits::SAID_BYTES_MAX, &mut |_, _| {}).await?;
        Ok(Pushed { manifest, component: digest })
    }

    async fn put_blob(&mut self, bytes: &[u8]) -> Result<(), FetchError> {
        let digest = Digest::of(bytes);
        let there = self.ask(HostRequest::new(Method::HEAD, self.at(&format!("blobs/{digest}")))).await?;
        if there.status == 200 {
            return Ok(());
        }
        let begun = self.ask(HostRequest::new(Method::POST, self.at("blobs/uploads/"))).await?;
        let location = begun.header("location").and_then(|location| begun.url.join(location).ok());
        self.expect(begun, &[202], limits::SAID_BYTES_MAX, &mut |_, _| {}).await?;
        let mut url = location.ok_or_else(|| FetchError::NoUpload { url: short_url(&self.base) })?;
        url.query_pairs_mut().append_pair("digest", &digest.to_string());
        let mut request = HostRequest::new(Method::PUT, url);
        request.headers.push(("content-type", "application/octet-stream".to_owned()));
        request.body = Bytes::copy_from_slice(bytes);
        let answer = self.ask(request).await?;
        self.expect(answer, &[201], limits::SAID_BYTES_MAX, &mut |_, _| {}).await.map(drop)
    }

    fn at(&self, path: &str) -> Url {
        self.base
            .join(path)
            .expect("a digest, a checked tag and our own words stand in an address as they are")
    }

    /// Sends a request, and once more after signing in where that is asked for.
    async fn ask(&mut self, mut request: HostRequest) -> Result<HostResponse, FetchError> {
        // An upload may go elsewhere; whoever is there is told nothing.
        let ours = request.url.origin() == self.base.origin();
        request.credential = self.signed_in.clone().filter(|_| ours);
        let answer = self.send(request.clone()).await?;
        if answer.status != 401 || !ours {
            return Ok(answer);
        }
        let url = short_url(&answer.url);
        let challenge = answer.header("www-authenticate").and_then(Challenge::parse);
        let challenge = challenge.ok_or_else(|| FetchError::Challenge { url: url.clone() })?;
        self.signed_in = self.sign_in(challenge, &url).await?;
        request.credential = self.signed_in.clone();
        self.send(request).await
    }

    async fn send(&self, request: HostRequest) -> Result<HostResponse, FetchError> {
        let url = short_url(&request.url);
        self.client.send(request).await.map_err(|fault| FetchError::Http { url, fault })
    }

    /// Returns what a challenge asks for; none where the registry wants to know who we are and nobody is named.
    async fn sign_in(&self, challenge: Challenge, url: &str) -> Result<Option<HostCredential>, FetchError> {
        let named = self.settings.user.clone().zip(self.password.clone());
        let basic = named.map(|(user, password)| HostCredential::Basic { user, password });
        let Challenge::Bearer { realm, service, scope } = challenge else { return Ok(basic) };
        let mut token_url = Url::parse(&realm).map_err(|_| FetchError::Challenge { url: url.to_owned() })?;
        let host = token_url.host_str().unwrap_or_default();
        let known = Some(host) == self.base.host_str() || self.settings.sign_in.as_deref() == Some(host);
        if basic.is_some() && !known {
            return Err(FetchError::SignInElsewhere {
                registry: self.settings.host.clone(),
                host: host.to_owned(),
            });
        }
        for (name, value) in [("service", service), ("scope", scope)] {
            if let Some(value) = value {
                token_url.query_pairs_mut().append_pair(name, &value);
            }
        }
        let mut request = HostRequest::get(token_url);
        request.credential = basic;
        let answer = self.send(request).await?;
        let bytes = self.expect(answer, &[200], limits::TOKEN_BYTES_MAX, &mut |_, _| {}).await?;
        let text: Option<TokenText> = serde_json::from_slice(&bytes).ok();
        let token = text.and_then(|text| text.token.or(text.access_token));
        let token = token.ok_or_else(|| FetchError::Challenge { url: url.to_owned() })?;
        Ok(Some(HostCredential::Bearer(Secret::from(token))))
    }

    /// Reads the body of an answer with one of these statuses; tells what went wrong with any other.
    async fn expect(
        &self,
        answer: HostResponse,
        statuses: &[u16],
        bytes_max: u64,
        seen: Seen<'_>,
    ) -> Result<Vec<u8>, FetchError> {
        crate::fetch::body(answer, statuses, bytes_max, seen).await
    }
}

fn checked(bytes: Vec<u8>, wanted: Digest, base: &Url) -> Result<Vec<u8>, FetchError> {
    let found = Digest::of(&bytes);
    if found != wanted {
        return Err(FetchError::OtherBytes { url: short_url(base), wanted, found });
    }
    Ok(bytes)
}
