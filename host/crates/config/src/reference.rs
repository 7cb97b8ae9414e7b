//! References to connectors that lie elsewhere: an address of a file, or a name in an OCI registry.
//!
//! Holds: a reference that was parsed has one meaning; a tag is always written out, and a digest in it is
//! SHA-256. Not here: fetching, and what a reference was resolved to.

use url::{Host, Url};

/// A reference that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a reference to a connector: {why}")]
pub struct InvalidReference {
    /// What was read.
    pub text: String,
    /// What is wrong with it, and what to write.
    pub why: &'static str,
}

/// Where a connector is fetched from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemoteRef {
    /// `https://HOST/PATH[#sha256=HEX]`; `http://` on loopback only.
    Https(HttpsRef),
    /// `oci://HOST[:PORT]/NAME:TAG[@sha256:HEX]`.
    Oci(OciRef),
}

/// The address of a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpsRef {
    text: String,
    /// The address, without the digest.
    pub url: Url,
    /// SHA-256 that the component must have.
    pub digest: Option<[u8; 32]>,
}

/// A component in an OCI registry; it has a tag, a digest or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OciRef {
    text: String,
    /// Host, with the port where one is written.
    pub registry: String,
    /// Name within the registry: `acme/forum`.
    pub repository: String,
    /// Tag.
    pub tag: Option<String>,
    /// SHA-256 that the manifest must have.
    pub digest: Option<[u8; 32]>,
}

impl RemoteRef {
    /// Tells whether `text` is meant as a reference to somewhere else.
    pub fn is_meant(text: &str) -> bool {
        text.contains("://")
    }

    /// Parses `text`.
    pub fn parse(text: &str) -> Result<Self, InvalidReference> {
        let invalid = |why| InvalidReference { text: text.to_owned(), why };
        if text.len() > hark_model::limits::URL_BYTES_MAX {
            return Err(invalid("it is too long"));
        }
        match text.split_once("://") {
            Some(("oci", rest)) => oci(text, rest).map(Self::Oci).map_err(invalid),
            Some(("https" | "http", _)) => https(text).map(Self::Https).map_err(invalid),
            _ => Err(invalid("it starts with https:// or oci://")),
        }
    }

    /// Returns the reference as written.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Https(reference) => &reference.text,
            Self::Oci(reference) => &reference.text,
        }
    }

    /// Tells whether it names the digest of what it means.
    pub fn names_digest(&self) -> bool {
        match self {
            Self::Https(reference) => reference.digest.is_some(),
            Self::Oci(reference) => reference.digest.is_some(),
        }
    }

    /// Returns the host with the port where one is written: the name of its `[registry."..."]`.
    pub fn host(&self) -> String {
        match self {
            Self::Https(HttpsRef { url, .. }) => {
                let host = url.host_str().unwrap_or_default();
                url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
            }
            Self::Oci(reference) => reference.registry.clone(),
        }
    }
}

impl std::fmt::Display for RemoteRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Tells whether `host` is this machine, as it is written: nobody is asked.
pub(crate) fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

fn https(text: &str) -> Result<HttpsRef, &'static str> {
    if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err("it holds a character that must be percent-encoded");
    }
    let mut url = Url::parse(text).map_err(|_| "it is not an address")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "it holds a user or a password; write them into [registry.\"HOST\"], which keeps secrets out of it",
        );
    }
    let host = url.host().ok_or("it names no host")?;
    if url.scheme() != "https" && !is_loopback(&host) {
        return Err("it must be https://; plain http:// is for loopback only");
    }
    let digest = match url.fragment() {
        None => None,
        Some(fragment) => {
            let hex = fragment.strip_prefix("sha256=").ok_or("behind # stands sha256= and 64 hex digits")?;
            Some(digest(hex)?)
        }
    };
    url.set_fragment(None);
    Ok(HttpsRef { text: text.to_owned(), url, digest })
}

fn oci(text: &str, rest: &str) -> Result<OciRef, &'static str> {
    let (name, digest) = match rest.split_once('@') {
        None => (rest, None),
        Some((name, of)) => {
            let hex = of
                .strip_prefix("sha256:")
                .ok_or("behind @ stands sha256: and 64 hex digits; no other digest is taken")?;
            (name, Some(digest(hex)?))
        }
    };
    let (registry, path) = name.split_once('/').ok_or("it is oci://HOST/NAME:TAG")?;
    let (repository, tag) = match path.split_once(':') {
        Some((repository, tag)) => (repository, Some(tag)),
        None => (path, None),
    };
    if !is_registry(registry) {
        return Err("the host is not a lower-case host name or IPv4 address, with a port or without");
    }
    if repository.len() > 255 || !repository.split('/').all(is_component) {
        return Err("a name consists of a-z and 0-9, with single . _ or - between them, and / between parts");
    }
    if tag.is_some_and(|tag| !is_tag(tag)) {
        return Err("a tag is 1 to 128 letters, digits, ., _ or -, and begins with none of . and -");
    }
    if tag.is_none() && digest.is_none() {
        return Err("the tag is missing; write it out, such as :1.2.0 (there is no default)");
    }
    Ok(OciRef {
        text: text.to_owned(),
        registry: registry.to_owned(),
        repository: repository.to_owned(),
        tag: tag.map(str::to_owned),
        digest,
    })
}

/// Tells whether `text` is a host with or without a port, in the one spelling that a URL gives it.
pub(crate) fn is_registry(text: &str) -> bool {
    let parsed = Url::parse(&format!("https://{text}/"));
    let plain = text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b':'));
    plain && parsed.is_ok_and(|url| url.as_str() == format!("https://{text}/"))
}

fn is_component(part: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = part.as_bytes();
    let doubled =
        bytes.windows(2).any(|pair| !plain(pair[0]) && !plain(pair[1]) && pair != b"__" && pair != b"--");
    bytes.first().is_some_and(|b| plain(*b))
        && bytes.last().is_some_and(|b| plain(*b))
        && bytes.iter().all(|b| plain(*b) || matches!(b, b'.' | b'_' | b'-'))
        && !doubled
}

fn is_tag(tag: &str) -> bool {
    (1..=128).contains(&tag.len())
        && !tag.starts_with(['.', '-'])
        && tag.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

fn digest(hex: &str) -> Result<[u8; 32], &'static str> {
    let lower = |b: &u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    let mut bytes = [0; 32];
    if hex.len() != 64 || !hex.as_bytes().iter().all(lower) {
        return Err("a digest is 64 hex digits in lower case");
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hex digits were checked");
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    #[test]
    fn a_reference_has_one_meaning() {
        let RemoteRef::Oci(full) =
            RemoteRef::parse(&format!("oci://ghcr.io/acme/forum-x:1.2.0@sha256:{HEX}")).unwrap()
        else {
            panic!("OCI")
        };
        assert_eq!((full.registry.as_str(), full.repository.as_str()), ("ghcr.io", "acme/forum-x"));
        assert_eq!((full.tag.as_deref(), full.digest.unwrap()[31]), (Some("1.2.0"), 31));
        let here = RemoteRef::parse("oci://127.0.0.1:5000/forum:a").unwrap();
        assert_eq!((here.host().as_str(), here.names_digest()), ("127.0.0.1:5000", false));
        let RemoteRef::Https(file) =
            RemoteRef::parse(&format!("https://x.example:8443/a.wasm#sha256={HEX}")).unwrap()
        else {
            panic!("HTTPS")
        };
        assert_eq!((file.url.as_str(), file.digest.unwrap()[1]), ("https://x.example:8443/a.wasm", 1));
        assert_eq!(RemoteRef::Https(file).host(), "x.example:8443");
        for good in ["http://127.0.0.1:80/a.wasm", "http://localhost/a.wasm", "oci://a.example/b__c/d--e:f"] {
            assert!(RemoteRef::parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn what_could_mean_two_things_is_refused() {
        for (text, want) in [
            ("http://x.example/a.wasm", "loopback only"),
            ("http://127.0.0.1.example/a.wasm", "loopback only"),
            ("https://u:p@x.example/a.wasm", "user or a password"),
            ("https://x.example/a.wasm#latest", "sha256="),
            ("https://x.example/a.wasm#sha256=abc", "64 hex digits"),
            ("https://x.example/a b.wasm", "percent-encoded"),
            ("ftp://x.example/a.wasm", "https:// or oci://"),
            ("oci://ghcr.io/acme/forum", "the tag is missing"),
            ("oci://ghcr.io/acme/forum@sha512:00", "no other digest"),
            ("oci://ghcr.io/acme/forum@sha256:AB", "64 hex digits"),
            ("oci://ghcr.io", "oci://HOST/NAME:TAG"),
            ("oci://GHCR.io/a:1", "the host"),
            ("oci://u@ghcr.io/a:1", "behind @"),
            ("oci://0x7f.1/a:1", "the host"),
            ("oci://ghcr.io/A:1", "a name consists"),
            ("oci://ghcr.io/a//b:1", "a name consists"),
            ("oci://ghcr.io/../b:1", "a name consists"),
            ("oci://ghcr.io/a:", "a tag is"),
            ("oci://ghcr.io/a:-x", "a tag is"),
        ] {
            let error = RemoteRef::parse(text).unwrap_err().to_string();
            assert!(error.contains(want), "{text}: {error}");
        }
    }
}
