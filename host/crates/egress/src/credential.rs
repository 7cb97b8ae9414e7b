//! Credentials: what is bound to a source, who may receive it, and how it is put in place.
//!
//! Holds: a value leaves only towards its audience, in the place that the manifest declares, over TLS
//! or to this machine. Not here: taking it out of answers.

use std::net::IpAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hark_model::{CredentialInfo, Endpoint, EndpointPattern, HostPattern, Placement};
use hmac::{Hmac, Mac};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use ring::rand::{SecureRandom, SystemRandom};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq;
use url::Url;
use zeroize::Zeroizing;

use crate::Secret;
use crate::names::host_address;
use crate::oauth1::{self, Once};
use crate::refusal::Refusal;
use crate::secret::Kind;
use crate::url_rule;

/// A credential of the manifest with the value that the operator bound to it.
#[derive(Debug, Clone)]
pub struct BoundCredential {
    /// What the manifest says, settings filled in.
    pub info: CredentialInfo,
    /// Its audience for HTTP, settings filled in.
    pub audience_hosts: Vec<HostPattern>,
    /// Its audience for wire connections, settings filled in.
    pub audience_endpoints: Vec<EndpointPattern>,
    /// The value; none when an optional credential is not bound.
    pub secret: Option<Secret>,
}

impl BoundCredential {
    /// Returns the header that the value goes into; none when it goes elsewhere or the name is wrong.
    pub(crate) fn header(&self) -> Option<HeaderName> {
        match &self.info.placement {
            Placement::Bearer | Placement::BearerProved { .. } | Placement::Basic(_) | Placement::Oauth1 => {
                Some(AUTHORIZATION)
            }
            Placement::Header(name) => HeaderName::from_bytes(name.as_bytes()).ok(),
            Placement::Query(_) | Placement::WebhookKey | Placement::WireLogin => None,
        }
    }

    /// Returns the query parameter that the value or its proof goes into.
    pub(crate) fn query(&self) -> Option<&str> {
        match &self.info.placement {
            Placement::Query(name) | Placement::BearerProved { parameter: name, .. } => Some(name),
            _ => None,
        }
    }

    /// Checks that `url` may receive the value.
    pub(crate) fn admit_url(&self, url: &Url) -> Result<(), Refusal> {
        let place = || url_rule::without_query(url);
        let name = || self.info.name.clone();
        if !self.audience_hosts.iter().any(|pattern| pattern.admits(url)) {
            return Err(Refusal::CredentialAudience { name: name(), place: place() });
        }
        let here = url.host_str().and_then(host_address).is_some_and(|address: IpAddr| address.is_loopback());
        if url.scheme() != "https" && !here {
            return Err(Refusal::CredentialPlain { name: name(), place: place() });
        }
        Ok(())
    }

    /// Checks that `endpoint` may receive the value as a login.
    pub(crate) fn admit_endpoint(&self, endpoint: &Endpoint, shown: &str) -> Result<(), Refusal> {
        let name = || self.info.name.clone();
        if self.info.placement != Placement::WireLogin {
            return Err(Refusal::CredentialPlacement { name: name(), placement: "not a wire login" });
        }
        if !self.audience_endpoints.iter().any(|pattern| pattern.admits(endpoint)) {
            return Err(Refusal::CredentialAudience { name: name(), place: shown.to_owned() });
        }
        Ok(())
    }

    /// Checks that the value has a place in HTTP.
    pub(crate) fn admit_http(&self) -> Result<(), Refusal> {
        let placement = match self.info.placement {
            Placement::WebhookKey => "a webhook key, which only signs",
            Placement::WireLogin => "a wire login, which HTTP does not take",
            _ => return Ok(()),
        };
        Err(Refusal::CredentialPlacement { name: self.info.name.clone(), placement })
    }

    /// Tells why `secret` is not what the placement takes, if it is not.
    pub(crate) fn misfit(&self, secret: &Secret) -> Option<&'static str> {
        match (&self.info.placement, secret.kind()) {
            (Placement::Oauth1, Kind::Oauth1(_)) => None,
            (Placement::Oauth1, _) => Some("signs requests: it needs a table of kind = \"oauth1\""),
            (_, Kind::Oauth1(_)) => Some("signs no requests: a table of kind = \"oauth1\" is not for it"),
            (
                Placement::Basic(_) | Placement::WebhookKey | Placement::BearerProved { .. },
                Kind::Oauth2(_),
            ) => Some("takes no access tokens: a table of kind = \"oauth2\" is not for it"),
            _ => None,
        }
    }

    /// Signs a request with the keys of `secret`, once.
    pub(crate) fn sign_request(
        &self,
        secret: &Secret,
        method: &Method,
        url: &Url,
        headers: &mut HeaderMap,
        body: Option<&[u8]>,
    ) -> Result<(), Refusal> {
        let unfit = |why| Refusal::SecretForm { name: self.info.name.clone(), why };
        let Kind::Oauth1(keys) = secret.kind() else { return Err(unfit("does not sign")) };
        let is_form = headers.get(CONTENT_TYPE).is_some_and(|kind| {
            kind.as_bytes().to_ascii_lowercase().starts_with(b"application/x-www-form-urlencoded")
        });
        let nonce = nonce().ok_or_else(|| unfit("cannot be used: the system gives no random numbers"))?;
        let once = Once { nonce: &nonce, secs: now_secs() };
        let text = oauth1::authorization(keys, once, method, url, body.filter(|_| is_form));
        let mut value = HeaderValue::from_str(&text).map_err(|_| unfit("does not fit into a header"))?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
        Ok(())
    }

    /// Puts `secret` in its place; the last thing that happens to a request.
    pub(crate) fn place(
        &self,
        secret: &Secret,
        url: &mut Url,
        headers: &mut HeaderMap,
    ) -> Result<(), Refusal> {
        let secret = secret.expose();
        let text = match &self.info.placement {
            Placement::Bearer | Placement::BearerProved { .. } => Zeroizing::new(format!("Bearer {secret}")),
            Placement::Basic(user) => {
                let pair = Zeroizing::new(format!("{user}:{secret}"));
                Zeroizing::new(format!("Basic {}", STANDARD.encode(&*pair)))
            }
            Placement::Header(_) => Zeroizing::new(secret.to_owned()),
            Placement::Query(name) => {
                url.query_pairs_mut().append_pair(name, secret);
                return Ok(());
            }
            Placement::Oauth1 | Placement::WebhookKey | Placement::WireLogin => return self.admit_http(),
        };
        let unfit =
            || Refusal::SecretForm { name: self.info.name.clone(), why: "does not fit into a header" };
        let mut value = HeaderValue::from_str(&text).map_err(|_| unfit())?;
        // Keeps it out of Debug output and of HPACK tables.
        value.set_sensitive(true);
        headers.insert(self.header().ok_or_else(unfit)?, value);
        Ok(())
    }
}

fn nonce() -> Option<String> {
    let mut bytes = [0; 16];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn now_secs() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// A digest of `hmac`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HmacDigest {
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

/// Why a message was not signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HmacDenied {
    /// The manifest declares the key, and the operator has not bound it.
    #[error(
        "credential `{name}` has no value: set `{name} = \"env:...\"` (or file:, cmd:) under [source.{source_name}.credentials]"
    )]
    Unbound {
        /// The key.
        name: String,
        /// Whose it is.
        source_name: String,
    },
    /// A rule refused it; the text names the credential and the rule.
    #[error("hmac denied: {0}")]
    Refused(String),
}

impl From<Refusal> for HmacDenied {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::CredentialUnbound { name, source_name } => Self::Unbound { name, source_name },
            other => Self::Refused(other.told()),
        }
    }
}

/// Signs `message` with `key`.
pub(crate) fn sign(key: &Secret, digest: HmacDigest, message: &[u8]) -> Vec<u8> {
    const ANY_LENGTH: &str = "HMAC takes keys of any length";
    let key = key.expose().as_bytes();
    match digest {
        HmacDigest::Sha1 => Hmac::<Sha1>::new_from_slice(key)
            .expect(ANY_LENGTH)
            .chain_update(message)
            .finalize()
            .into_bytes()
            .to_vec(),
        HmacDigest::Sha256 => Hmac::<Sha256>::new_from_slice(key)
            .expect(ANY_LENGTH)
            .chain_update(message)
            .finalize()
            .into_bytes()
            .to_vec(),
        HmacDigest::Sha512 => Hmac::<Sha512>::new_from_slice(key)
            .expect(ANY_LENGTH)
            .chain_update(message)
            .finalize()
            .into_bytes()
            .to_vec(),
    }
}

/// Tells in constant time whether `claimed` signs `message`; a wrong length is told at once.
pub(crate) fn signed(key: &Secret, digest: HmacDigest, message: &[u8], claimed: &[u8]) -> bool {
    sign(key, digest, message).ct_eq(claimed).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn hmac_gives_the_published_vectors() {
        // RFC 2202 and RFC 4231, test case 2.
        let key = Secret::from("Jefe".to_owned());
        let message = b"what do ya want for nothing?";
        let cases = [
            (HmacDigest::Sha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            (HmacDigest::Sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            (
                HmacDigest::Sha512,
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
            ),
        ];
        for (digest, want) in cases {
            let signature = sign(&key, digest, message);
            assert_eq!(hex(&signature), want);
            assert!(signed(&key, digest, message, &signature));
            assert!(!signed(&key, digest, message, &signature[1..]));
            assert!(!signed(&key, digest, b"else", &signature));
        }
    }
}
