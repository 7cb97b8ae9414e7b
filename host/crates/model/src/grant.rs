//! Permissions: patterns of where a source may connect, and what the operator grants it.

use std::net::IpAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use url::{Host, Url};

/// A pattern that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pattern:?} is not a pattern: {why}")]
pub struct InvalidPattern {
    /// What was read.
    pub pattern: String,
    /// What is wrong with it.
    pub why: &'static str,
}

fn invalid(pattern: &str, why: &'static str) -> InvalidPattern {
    InvalidPattern { pattern: pattern.to_owned(), why }
}

/// The host part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum HostRule {
    Exact(String),
    /// `*.example.com`: one label or more before it, never the bare name.
    Below(String),
}

impl HostRule {
    fn parse(pattern: &str, host: &str) -> Result<Self, InvalidPattern> {
        let (below, name) = host.strip_prefix("*.").map_or((false, host), |rest| (true, rest));
        if name.contains('*') {
            return Err(invalid(pattern, "a wildcard stands only as `*.` before a host name"));
        }
        let parsed =
            Host::parse(name).map_err(|_| invalid(pattern, "the host is not a host name or address"))?;
        match (below, parsed) {
            (false, parsed) => Ok(Self::Exact(parsed.to_string())),
            (true, Host::Domain(domain)) if domain.contains('.') => Ok(Self::Below(domain)),
            (true, _) => Err(invalid(pattern, "a wildcard needs a host name of two parts or more behind it")),
        }
    }

    fn admits(&self, host: &str) -> bool {
        match self {
            Self::Exact(name) => name == host,
            Self::Below(parent) => {
                host.strip_suffix(parent.as_str()).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
            }
        }
    }

    fn covers(&self, other: &Self) -> bool {
        match other {
            Self::Exact(host) => self.admits(host),
            Self::Below(parent) => self == other || self.admits(parent),
        }
    }
}

/// `https://host[:port][/path-prefix]` (or `http://...`): where HTTP may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPattern {
    text: String,
    scheme: &'static str,
    host: HostRule,
    port: u16,
    path: String,
}

impl HostPattern {
    /// Parses `text`; hosts are compared in their ASCII, lower-case form.
    pub fn parse(text: &str) -> Result<Self, InvalidPattern> {
        let (scheme, rest) =
            text.split_once("://").ok_or_else(|| invalid(text, "it starts with https:// or http://"))?;
        let scheme = match scheme {
            "https" => "https",
            "http" => "http",
            _ => return Err(invalid(text, "it starts with https:// or http://")),
        };
        let (authority, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
        if path.contains(['?', '#']) || authority.contains(['?', '#', '@']) {
            return Err(invalid(text, "it holds only a host, a port and a path"));
        }
        let (host, port) = split_port(text, authority)?;
        let port = port.unwrap_or(if scheme == "https" { 443 } else { 80 });
        let host = HostRule::parse(text, host)?;
        Ok(Self { text: text.to_owned(), scheme, host, port, path: path.to_owned() })
    }

    /// Tells whether `url` lies under this pattern: same scheme, host, port, and the path prefix at
    /// a segment border.
    pub fn admits(&self, url: &Url) -> bool {
        let path = url.path();
        let below = path.strip_prefix(self.path.as_str());
        let path_fits =
            below.is_some_and(|rest| rest.is_empty() || self.path.ends_with('/') || rest.starts_with('/'));
        let host_fits = url.host().is_some_and(|host| self.host.admits(&host.to_string()));
        url.scheme() == self.scheme
            && url.port_or_known_default() == Some(self.port)
            && host_fits
            && path_fits
    }

    /// Tells whether everything that `other` admits is admitted here, too.
    pub fn covers(&self, other: &Self) -> bool {
        let same_place =
            self.scheme == other.scheme && self.port == other.port && self.host.covers(&other.host);
        same_place && prefix_admits(&self.path, &other.path)
    }

    /// Returns the pattern as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Tells whether `path` lies under `prefix`, at a segment border.
fn prefix_admits(prefix: &str, path: &str) -> bool {
    let below = path.strip_prefix(prefix);
    below.is_some_and(|rest| rest.is_empty() || prefix.ends_with('/') || rest.starts_with('/'))
}

/// How a wire connection starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WireSecurity {
    /// TLS from the first byte: `tls://`.
    Tls,
    /// Plain until `start-tls`: `starttls://`.
    StartTls,
}

/// `tls://host:port` or `starttls://host:port`: where `wire` may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointPattern {
    text: String,
    security: WireSecurity,
    host: HostRule,
    port: u16,
}

/// A wire endpoint as a connector names it: no wildcard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// How the connection starts.
    pub security: WireSecurity,
    /// ASCII host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

impl Endpoint {
    /// Parses `text` as a pattern without a wildcard.
    pub fn parse(text: &str) -> Result<Self, InvalidPattern> {
        let pattern = EndpointPattern::parse(text)?;
        match pattern.host {
            HostRule::Exact(host) => Ok(Self { security: pattern.security, host, port: pattern.port }),
            HostRule::Below(_) => Err(invalid(text, "an endpoint to connect to has no wildcard")),
        }
    }
}

impl EndpointPattern {
    /// Parses `text`; the port must be named.
    pub fn parse(text: &str) -> Result<Self, InvalidPattern> {
        let (security, authority) = match text.split_once("://") {
            Some(("tls", rest)) => (WireSecurity::Tls, rest),
            Some(("starttls", rest)) => (WireSecurity::StartTls, rest),
            _ => return Err(invalid(text, "it starts with tls:// or starttls://")),
        };
        if authority.contains(['/', '?', '#', '@']) {
            return Err(invalid(text, "it holds only a host and a port"));
        }
        let (host, port) = split_port(text, authority)?;
        let port = port.ok_or_else(|| invalid(text, "it needs a port"))?;
        let host = HostRule::parse(text, host)?;
        Ok(Self { text: text.to_owned(), security, host, port })
    }

    /// Tells whether `endpoint` is under this pattern.
    pub fn admits(&self, endpoint: &Endpoint) -> bool {
        self.security == endpoint.security && self.port == endpoint.port && self.host.admits(&endpoint.host)
    }

    /// Tells whether everything that `other` admits is admitted here, too.
    pub fn covers(&self, other: &Self) -> bool {
        self.security == other.security && self.port == other.port && self.host.covers(&other.host)
    }

    /// Returns the pattern as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

fn split_port<'a>(pattern: &str, authority: &'a str) -> Result<(&'a str, Option<u16>), InvalidPattern> {
    let colon = match authority.rfind(']') {
        Some(bracket) => authority[bracket..].find(':').map(|at| at + bracket),
        None => authority.rfind(':'),
    };
    let Some(colon) = colon else { return Ok((authority, None)) };
    match authority[colon + 1..].parse() {
        Ok(port) if port > 0 => Ok((&authority[..colon], Some(port))),
        _ => Err(invalid(pattern, "the port is not a number from 1 to 65535")),
    }
}

/// What the operator grants a source. Nothing is granted by default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grant {
    /// Where HTTP may go.
    pub hosts: Vec<HostPattern>,
    /// Where wire connections may go.
    pub endpoints: Vec<EndpointPattern>,
    /// Addresses that are not public and may be connected to all the same.
    pub private_addresses: Vec<IpNet>,
    /// PEM file with certificate authorities to trust beside the system's.
    pub ca_file: Option<PathBuf>,
}

impl Grant {
    /// Tells whether a non-public `address` is granted.
    pub fn admits_private(&self, address: IpAddr) -> bool {
        self.private_addresses.iter().any(|range| range.contains(&address))
    }
}

/// Where the value of a credential comes from; never the value itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretRef {
    /// `env:NAME`.
    Env(String),
    /// `file:PATH`; a last line feed is not part of the value.
    File(PathBuf),
    /// `cmd:PROGRAM ARG...`; what it prints, without the last line feed.
    Cmd(String),
    /// No value but four words that sign each request.
    Oauth1(Box<Oauth1Ref>),
    /// A value that is fetched, and fetched again before its end.
    Oauth2(Box<Oauth2Ref>),
}

/// Where the words of an OAuth 1.0a signature come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oauth1Ref {
    /// Who asks.
    pub consumer_key: SecretRef,
    /// The secret of who asks.
    pub consumer_secret: SecretRef,
    /// For whom.
    pub token: SecretRef,
    /// The secret of that.
    pub token_secret: SecretRef,
}

/// Where access tokens of OAuth 2.0 come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oauth2Ref {
    /// The token endpoint, as written.
    pub token_url: String,
    /// Who asks; no secret.
    pub client_id: String,
    /// The secret of who asks; absent for a public client.
    pub client_secret: Option<SecretRef>,
    /// What renews; absent means that the client asks for itself (`client_credentials`).
    pub refresh_token: Option<SecretRef>,
    /// What is asked for; absent means what the server gives.
    pub scope: Option<String>,
    /// Client and secret stand in the form, instead of in `Authorization: Basic`.
    pub client_in_form: bool,
}

impl SecretRef {
    /// Returns where its values come from, each an environment variable, a file or a command.
    pub fn parts(&self) -> Vec<&Self> {
        match self {
            Self::Env(_) | Self::File(_) | Self::Cmd(_) => vec![self],
            Self::Oauth1(keys) => {
                vec![&keys.consumer_key, &keys.consumer_secret, &keys.token, &keys.token_secret]
            }
            Self::Oauth2(client) => client.client_secret.iter().chain(&client.refresh_token).collect(),
        }
    }
}

impl std::fmt::Display for SecretRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Cmd(command) => write!(f, "cmd:{command}"),
            Self::Oauth1(keys) => write!(f, "oauth1 of {}", keys.token),
            Self::Oauth2(client) => write!(f, "oauth2 at {}", client.token_url),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_patterns_admit_their_own_and_nothing_near() {
        let cases = [
            ("https://api.x.com", "https://api.x.com/2/tweets", true),
            ("https://api.x.com", "http://api.x.com/2/tweets", false),
            ("https://api.x.com", "https://api.x.com:8443/", false),
            ("https://api.x.com", "https://api.x.com.evil.example/", false),
            ("https://api.x.com/2", "https://api.x.com/2/users", true),
            ("https://api.x.com/2", "https://api.x.com/22", false),
            ("https://api.x.com/2/", "https://api.x.com/2/../1", false),
            ("https://*.example.com", "https://a.b.example.com/", true),
            ("https://*.example.com", "https://example.com/", false),
            ("https://*.example.com", "https://evilexample.com/", false),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/feed", true),
            ("http://[::1]:8080", "http://[::1]:8080/feed", true),
            ("https://bücher.example", "https://xn--bcher-kva.example/", true),
        ];
        for (pattern, url, want) in cases {
            let admitted = HostPattern::parse(pattern).unwrap().admits(&Url::parse(url).unwrap());
            assert_eq!(admitted, want, "{pattern} against {url}");
        }
    }

    #[test]
    fn broken_patterns_are_refused() {
        for bad in [
            "api.x.com",
            "ftp://x",
            "https://",
            "https://*",
            "https://*.com",
            "https://a.*.com",
            "https://u@h",
            "https://h:0",
            "https://h/?q",
        ] {
            assert!(HostPattern::parse(bad).is_err(), "pattern: {bad}");
        }
        for bad in ["tls://mail.example.com", "imap://x:1", "tls://x:99999", "tls://x:993/inbox"] {
            assert!(EndpointPattern::parse(bad).is_err(), "pattern: {bad}");
        }
    }

    #[test]
    fn a_grant_covers_what_lies_under_it() {
        let cases = [
            ("https://*.example.com", "https://a.example.com", true),
            ("https://*.example.com", "https://*.b.example.com", true),
            ("https://a.example.com", "https://*.example.com", false),
            ("https://a.example.com/2", "https://a.example.com/2/users", true),
            ("https://a.example.com/2", "https://a.example.com", false),
        ];
        for (grant, wanted, covered) in cases {
            let (grant, wanted) = (HostPattern::parse(grant).unwrap(), HostPattern::parse(wanted).unwrap());
            assert_eq!(grant.covers(&wanted), covered, "{grant:?} over {wanted:?}");
        }
    }

    #[test]
    fn endpoints_keep_their_security() {
        let endpoint = Endpoint::parse("tls://Mail.Example.com:993").unwrap();
        assert_eq!(endpoint.host, "mail.example.com");
        assert!(EndpointPattern::parse("tls://*.example.com:993").unwrap().admits(&endpoint));
        assert!(!EndpointPattern::parse("starttls://mail.example.com:993").unwrap().admits(&endpoint));
    }
}
