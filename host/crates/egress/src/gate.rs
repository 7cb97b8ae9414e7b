//! The gate of one source: what it may reach, what it may show, and the connections it keeps.
//!
//! Holds: both keys, the manifest's and the grant's, turn before anything connects. Not here: the
//! order of a request, the protocol of a wire.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use hark_cassette::{Player, Tape};
use hark_model::{
    Endpoint, EndpointPattern, Grant, HostPattern, Ms, Placement, SourceLimits, SourceName, WireSecurity,
};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::address;
use crate::headers;
use crate::limits;
use crate::names::{Resolver, host_address};
use crate::proof::{self, Proof};
use crate::refusal::Refusal;
use crate::scrub::Scrubber;
use crate::secret::Kind;
use crate::tls::{self, TrustError};
use crate::upstream::{Network, Upstream};
use crate::url_rule;
use crate::{BoundCredential, CallBudget, GateCall, Names, Secret, Shared};

/// What a gate is made of.
#[derive(Debug, Clone)]
pub struct GateOptions {
    /// Whose gate it is.
    pub source: SourceName,
    /// The manifest's HTTP allow-list, settings filled in.
    pub hosts: Vec<HostPattern>,
    /// The manifest's wire allow-list, settings filled in.
    pub endpoints: Vec<EndpointPattern>,
    /// What the operator grants.
    pub grant: Grant,
    /// Every credential that the manifest declares.
    pub credentials: Vec<BoundCredential>,
    /// What one call may spend.
    pub limits: SourceLimits,
    /// Sent unless the connector names its own.
    pub user_agent: String,
    /// Who answers names.
    pub names: Names,
    /// What it has in common with the other gates of the process.
    pub shared: Shared,
}

/// Why a source has no gate. Each is for the operator to mend.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// A credential that is not optional has no value.
    #[error(
        "credential {credential} has no value: bind it under [source.{source_name}.credentials], for example {credential} = \"env:NAME\""
    )]
    Unbound {
        /// The source.
        source_name: String,
        /// The credential.
        credential: String,
    },
    /// The manifest declares a credential twice.
    #[error("the manifest declares credential {credential} twice")]
    Twice {
        /// The credential.
        credential: String,
    },
    /// The manifest puts a credential where none can go.
    #[error("the manifest puts credential {credential} into header {header:?}, which is no header for it")]
    Header {
        /// The credential.
        credential: String,
        /// The header.
        header: String,
    },
    /// The manifest has a credential proved by a key that it does not declare.
    #[error("the manifest has credential {credential} proved by {key}, which is none of its webhook keys")]
    Proof {
        /// The credential.
        credential: String,
        /// What should prove it.
        key: String,
    },
    /// The value could not be kept out of a recording.
    #[error(
        "the value of credential {credential} is shorter than {} bytes: it could not be kept out of a recording; use a longer one that is made for recording",
        limits::SCRUB_BYTES_MIN
    )]
    Short {
        /// The credential.
        credential: String,
    },
    /// The value cannot be sent in a header.
    #[error(
        "the value of credential {credential} holds a line break or another character that no header takes"
    )]
    Value {
        /// The credential.
        credential: String,
    },
    /// What is bound to the credential does not go where the manifest puts it.
    #[error("credential {credential} {why}")]
    Misfit {
        /// The credential.
        credential: String,
        /// Why it does not.
        why: &'static str,
    },
    /// The token endpoint cannot be asked.
    #[error("the token_url of credential {credential} cannot be used: {why}")]
    TokenUrl {
        /// The credential.
        credential: String,
        /// Why not, with the rule.
        why: String,
    },
    /// A refresh token may be replaced at any time, and nobody could keep the new one.
    #[error(
        "credential {credential} has a refresh_token, and there is no token_key to keep the next one with: make a key with `(umask 077; openssl rand -hex 32 > hark.key)` and write token_key = \"file:hark.key\" at the top of the settings"
    )]
    NoVault {
        /// The credential.
        credential: String,
    },
    /// The authorities of the grant cannot be used.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The HTTP client does not start.
    #[error("the http client does not start")]
    Client(#[source] reqwest::Error),
}

/// Everything outbound of one source goes through it.
pub struct SourceGate {
    pub(crate) limits: SourceLimits,
    pub(crate) upstream: Upstream,
    /// Where what passes is noted, if somebody records it.
    pub(crate) tape: Option<Tape>,
    /// Some value is too short to be found in what passes, so nothing of that may be shown to anybody.
    pub(crate) has_short_secret: bool,
    pub(crate) scrubber: Scrubber,
    pub(crate) shared: Shared,
    /// Headers that some credential of the source is placed in.
    pub(crate) placed_headers: Vec<HeaderName>,
    source: SourceName,
    hosts: Vec<HostPattern>,
    endpoints: Vec<EndpointPattern>,
    grant: Arc<Grant>,
    credentials: Vec<BoundCredential>,
    proofs: Vec<Proof>,
}

impl SourceGate {
    /// Makes a gate to the network; fails on what would fail at its first request anyway.
    pub fn new(options: GateOptions) -> Result<Self, GateError> {
        let network = network(&options)?;
        Self::before(options, Upstream::Network(network))
    }

    /// Makes a gate to the network whose traffic is noted on `tape`, without secrets. A value that is too
    /// short to be found in that traffic is refused.
    pub fn recording(options: GateOptions, tape: Tape) -> Result<Self, GateError> {
        if let Some(credential) = options.credentials.iter().find(|credential| is_short(credential)) {
            return Err(GateError::Short { credential: credential.info.name.clone() });
        }
        Ok(Self { tape: Some(tape), ..Self::new(options)? })
    }

    /// Makes a gate that leads to a cassette instead of the network. Every rule of a gate holds but those
    /// about addresses of names: nothing is resolved.
    pub fn played(options: GateOptions, player: Arc<Player>) -> Result<Self, GateError> {
        Self::before(options, Upstream::Played(player))
    }

    fn before(options: GateOptions, upstream: Upstream) -> Result<Self, GateError> {
        let GateOptions { source, hosts, endpoints, grant, credentials, limits, shared, .. } = options;
        check_credentials(&source, &credentials)?;
        if matches!(upstream, Upstream::Network(_)) {
            // Before a cassette, any value stands for what would sign or be renewed.
            check_kinds(&credentials)?;
            check_clients(&grant, &shared, &credentials)?;
        }
        let proofs = proof::all(&credentials)?;
        // A proof is as good as its key to who has the token.
        let values = credentials.iter().flat_map(secret_values).chain(proofs.iter().map(Proof::expose));
        Ok(Self {
            limits,
            upstream,
            tape: None,
            has_short_secret: credentials.iter().any(is_short),
            scrubber: Scrubber::new(values),
            shared,
            placed_headers: credentials.iter().filter_map(BoundCredential::header).collect(),
            source,
            hosts,
            endpoints,
            grant: Arc::new(grant),
            proofs,
            credentials,
        })
    }

    /// Starts one call of the connector.
    pub fn begin(self: &Arc<Self>, budget: CallBudget) -> GateCall {
        GateCall::new(Arc::clone(self), budget)
    }

    /// Returns `text` with every secret value, in any of its usual spellings, replaced by `***`.
    pub fn scrub(&self, text: &str) -> String {
        self.scrubber.text(text)
    }

    /// Returns `bytes` without the values of credentials: what somebody else sent to us, to be kept.
    pub fn scrub_bytes(&self, bytes: &[u8]) -> Vec<u8> {
        self.scrubber.bytes(bytes).into_owned()
    }

    /// Returns the time as a guest is told it, in milliseconds since 1970. While a call is recorded it stands
    /// still from one answer to the next, as it will when the recording is played.
    pub(crate) fn now(&self) -> Ms {
        self.tape.as_ref().and_then(Tape::now).unwrap_or_else(|| self.clock())
    }

    /// Returns the time at which something happens outside, in milliseconds since 1970.
    pub(crate) fn clock(&self) -> Ms {
        match &self.upstream {
            Upstream::Network(_) => system_now(),
            Upstream::Played(player) => player.now(),
        }
    }

    /// Tells a player what was refused, so that who plays it can judge.
    pub(crate) fn note_denied(&self, why: &str) {
        if let Upstream::Played(player) = &self.upstream {
            player.denied(why);
        }
    }

    /// Returns whose gate it is.
    pub fn source(&self) -> &SourceName {
        &self.source
    }

    /// Returns `text` as it may be shown to a guest: scrubbed and short.
    pub(crate) fn shown(&self, text: &str) -> String {
        let mut text = self.scrub(text);
        text.truncate(text.floor_char_boundary(limits::FAULT_TEXT_BYTES_MAX));
        text
    }

    /// Lets `url` pass if the manifest asks for it and the grant allows it.
    pub(crate) fn admit_url(&self, url: &Url) -> Result<(), Refusal> {
        let shown = || url_rule::without_query(url);
        if !self.hosts.iter().any(|pattern| pattern.admits(url)) {
            return Err(Refusal::HostNotAsked { url: shown() });
        }
        if !self.grant.hosts.iter().any(|pattern| pattern.admits(url)) {
            return Err(Refusal::HostNotGranted { url: shown(), source_name: self.source.to_string() });
        }
        // No resolver is asked for a host that is an address.
        let host = url.host_str().unwrap_or_default();
        if let Some(address) = host_address(host) {
            address::admit(&self.grant, host, address)?;
        }
        Ok(())
    }

    /// Lets `endpoint` pass if the manifest asks for it and the grant allows it.
    pub(crate) fn admit_endpoint(&self, endpoint: &Endpoint, shown: &str) -> Result<(), Refusal> {
        let shown = shown.to_owned();
        if !self.endpoints.iter().any(|pattern| pattern.admits(endpoint)) {
            return Err(Refusal::EndpointNotAsked { endpoint: shown });
        }
        if !self.grant.endpoints.iter().any(|pattern| pattern.admits(endpoint)) {
            return Err(Refusal::EndpointNotGranted {
                endpoint: shown,
                source_name: self.source.to_string(),
            });
        }
        Ok(())
    }

    /// Returns the declared and bound credential of that name.
    pub(crate) fn credential(&self, name: &str) -> Result<(&BoundCredential, &Secret), Refusal> {
        let credential = self.credentials.iter().find(|credential| credential.info.name == name);
        let credential = credential.ok_or_else(|| Refusal::CredentialUnknown { name: name.to_owned() })?;
        let secret = credential.secret.as_ref().ok_or_else(|| Refusal::CredentialUnbound {
            name: name.to_owned(),
            source_name: self.source.to_string(),
        })?;
        Ok((credential, secret))
    }

    /// Returns the proof that goes beside the credential of that name, if one does.
    pub(crate) fn proof(&self, credential: &str) -> Option<&Proof> {
        self.proofs.iter().find(|proof| proof.credential == credential)
    }

    /// Returns the webhook key of that name.
    pub(crate) fn webhook_key(&self, name: &str) -> Result<&Secret, Refusal> {
        let (credential, secret) = self.credential(name)?;
        if credential.info.placement != Placement::WebhookKey {
            return Err(Refusal::CredentialPlacement {
                name: name.to_owned(),
                placement: "not a webhook key",
            });
        }
        Ok(secret)
    }

    /// Returns what may be shown of a response's headers.
    pub(crate) fn shown_headers(&self, headers: &HeaderMap) -> Vec<(String, String)> {
        headers::for_guest(headers, &self.placed_headers, &self.scrubber)
    }

    /// Tells whether some credential of the source is placed in that query parameter.
    pub(crate) fn places_query(&self, name: &str) -> bool {
        self.credentials.iter().any(|credential| credential.query() == Some(name))
    }
}

fn is_short(credential: &BoundCredential) -> bool {
    let texts = credential.secret.iter().flat_map(Secret::texts);
    texts.into_iter().any(|text| text.len() < limits::SCRUB_BYTES_MIN)
}

/// Returns the values that must never be shown: the secret, and a header's value without its scheme.
fn secret_values(credential: &BoundCredential) -> impl Iterator<Item = &str> {
    let in_header = matches!(credential.info.placement, Placement::Header(_));
    let value = credential.secret.as_ref().map(Secret::expose).filter(|_| in_header);
    let bare = value.and_then(|value| value.split_once(' ')).map(|(_, bare)| bare);
    credential.secret.iter().flat_map(Secret::texts).chain(bare)
}

/// Checks that what is bound to each credential is of the kind that its placement takes.
fn check_kinds(credentials: &[BoundCredential]) -> Result<(), GateError> {
    let misfit = |credential: &BoundCredential| {
        let why = credential.secret.as_ref().and_then(|secret| credential.misfit(secret))?;
        Some(GateError::Misfit { credential: credential.info.name.clone(), why })
    };
    credentials.iter().find_map(misfit).map_or(Ok(()), Err)
}

/// Checks what of OAuth 2.0 can be checked before the first request: the endpoint passes the same rules as every
/// address, and a refresh token that may be replaced has somewhere to be kept.
fn check_clients(grant: &Grant, shared: &Shared, credentials: &[BoundCredential]) -> Result<(), GateError> {
    for credential in credentials {
        let Some(Kind::Oauth2(client)) = credential.secret.as_ref().map(Secret::kind) else { continue };
        let name = || credential.info.name.clone();
        let refused = |refusal: Refusal| GateError::TokenUrl { credential: name(), why: refusal.told() };
        let url = url_rule::parse(&client.token_url).map_err(refused)?;
        let host = url.host_str().unwrap_or_default();
        let literal = host_address(host);
        if url.scheme() != "https" && !literal.is_some_and(|address| address.is_loopback()) {
            return Err(refused(Refusal::CredentialPlain {
                name: name(),
                place: url_rule::without_query(&url),
            }));
        }
        if let Some(address) = literal {
            address::admit(grant, host, address).map_err(|error| refused(error.into()))?;
        }
        if client.refresh_token.is_some() && !shared.has_vault() {
            return Err(GateError::NoVault { credential: name() });
        }
    }
    Ok(())
}

fn check_credentials(source: &SourceName, credentials: &[BoundCredential]) -> Result<(), GateError> {
    for (at, credential) in credentials.iter().enumerate() {
        let name = &credential.info.name;
        if credentials[..at].iter().any(|earlier| earlier.info.name == *name) {
            return Err(GateError::Twice { credential: name.clone() });
        }
        if let Placement::Header(header) = &credential.info.placement
            && credential.header().is_none_or(|name| headers::is_framing(&name))
        {
            return Err(GateError::Header { credential: name.clone(), header: header.clone() });
        }
        match &credential.secret {
            None if !credential.info.optional => {
                let (source_name, credential) = (source.to_string(), name.clone());
                return Err(GateError::Unbound { source_name, credential });
            }
            Some(secret) => check_value(credential, secret, source)?,
            None => {}
        }
    }
    Ok(())
}

fn check_value(credential: &BoundCredential, secret: &Secret, source: &SourceName) -> Result<(), GateError> {
    let value = secret.expose();
    let name = &credential.info.name;
    let in_header = matches!(
        credential.info.placement,
        Placement::Bearer | Placement::BearerProved { .. } | Placement::Header(_)
    );
    if in_header && HeaderValue::from_str(value).is_err() {
        return Err(GateError::Value { credential: name.clone() });
    }
    if secret.texts().iter().any(|text| text.len() < limits::SCRUB_BYTES_MIN) {
        tracing::warn!(%source, credential = %name, "value is too short to be told from words: it is not taken out of answers");
    }
    Ok(())
}

fn network(options: &GateOptions) -> Result<Network, GateError> {
    let tls = tls::client_config(options.grant.ca_file.as_deref())?;
    let resolver = Resolver::new(options.names.clone(), Arc::new(options.grant.clone()));
    let header_bytes = u32::try_from(options.limits.header_kib << 10).unwrap_or(u32::MAX);
    let client = client_builder(&tls, resolver.clone(), &options.user_agent, header_bytes).build();
    Ok(Network { client: client.map_err(GateError::Client)?, tls: Arc::new(tls), resolver })
}

fn system_now() -> Ms {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Ms::try_from(since.as_millis()).unwrap_or(Ms::MAX)
}

/// Begins a client that resolves by our rules, follows nothing and goes through nobody.
pub(crate) fn client_builder(
    tls: &rustls::ClientConfig,
    resolver: Resolver,
    user_agent: &str,
    header_bytes: u32,
) -> reqwest::ClientBuilder {
    let mut tls = tls.clone();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(resolver)
        .user_agent(user_agent)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .connect_timeout(limits::CONNECT_WAIT_MAX)
        .pool_idle_timeout(limits::POOL_IDLE_MAX)
        .pool_max_idle_per_host(limits::POOL_IDLE_PER_HOST_MAX)
        .http2_max_header_list_size(header_bytes)
}

/// Returns `endpoint` for a message.
pub(crate) fn endpoint_text(endpoint: &Endpoint) -> String {
    let scheme = match endpoint.security {
        WireSecurity::Tls => "tls",
        WireSecurity::StartTls => "starttls",
    };
    format!("{scheme}://{}:{}", endpoint.host, endpoint.port)
}
