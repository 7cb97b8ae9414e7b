//! HTTP for the host itself: an operator fetches a connector, no guest asks for anything.
//!
//! Holds: the same rules about addresses, TLS and redirects as for guests, hop by hop; plain HTTP goes to
//! one host on loopback that was named; a credential stays with the origin it was meant for; a body has a
//! bound. Not here: which host an operator chose, and what an answer means.

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hark_model::Grant;
use ipnet::IpNet;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Method, Request, Response};
use url::{Host, Url};
use zeroize::Zeroizing;

use crate::names::{Resolver, host_address};
use crate::refusal::Refusal;
use crate::{GateError, HttpFault, Names, Secret, address, exchange, gate, limits, redirect, tls, url_rule};

/// What a client is made of.
#[derive(Debug, Clone, Default)]
pub struct HostClientOptions {
    /// Host and port that are spoken to without TLS; loopback only.
    pub plain_http: Option<String>,
    /// Addresses that are not public and may be connected to all the same.
    pub private_addresses: Vec<IpNet>,
    /// Certificate authorities beside the system's.
    pub ca_file: Option<PathBuf>,
    /// Sent with every request.
    pub user_agent: String,
    /// Who answers names.
    pub names: Names,
}

/// Who asks.
#[derive(Debug, Clone)]
pub enum HostCredential {
    /// By name and password.
    Basic {
        /// The name.
        user: String,
        /// The password.
        password: Secret,
    },
    /// By a token.
    Bearer(Secret),
}

/// What the host asks for.
#[derive(Debug, Clone)]
pub struct HostRequest {
    /// "GET", "POST".
    pub method: Method,
    /// Where.
    pub url: Url,
    /// Headers, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub body: Bytes,
    /// Who asks; sent to the origin of `url` only.
    pub credential: Option<HostCredential>,
}

impl HostRequest {
    /// Asks for what is at `url`.
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    /// Posts `body`, which is of the media type `kind`.
    pub fn post(url: Url, kind: &str, body: impl Into<Bytes>) -> Self {
        let headers = vec![("content-type", kind.to_owned())];
        Self { headers, body: body.into(), ..Self::new(Method::POST, url) }
    }

    /// Asks with `method`, without headers and body.
    pub fn new(method: Method, url: Url) -> Self {
        Self { method, url, headers: Vec::new(), body: Bytes::new(), credential: None }
    }
}

/// An answer whose body is not read yet.
#[derive(Debug)]
pub struct HostResponse {
    /// Status.
    pub status: u16,
    /// Where it came from, after redirects.
    pub url: Url,
    response: Response,
}

impl HostResponse {
    /// Returns a header if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// Reads the body, at most `bytes_max`; `seen` is told how much there is, and how much there will be.
    pub async fn body(
        self,
        bytes_max: u64,
        seen: impl FnMut(u64, Option<u64>),
    ) -> Result<Vec<u8>, HttpFault> {
        let whole = tokio::time::timeout(limits::HOST_BODY_WAIT_MAX, self.pieces(bytes_max, seen)).await;
        whole.unwrap_or(Err(HttpFault::Timeout))
    }

    async fn pieces(
        mut self,
        bytes_max: u64,
        mut seen: impl FnMut(u64, Option<u64>),
    ) -> Result<Vec<u8>, HttpFault> {
        let announced = self.response.content_length();
        if announced.is_some_and(|bytes| bytes > bytes_max) {
            return Err(HttpFault::TooLarge(bytes_max));
        }
        let mut body = Vec::new();
        loop {
            let chunk = tokio::time::timeout(limits::HOST_WAIT_MAX, self.response.chunk()).await;
            let chunk = chunk.map_err(|_| HttpFault::Timeout)?.map_err(fault)?;
            let Some(chunk) = chunk else { return Ok(body) };
            if (body.len() + chunk.len()) as u64 > bytes_max {
                return Err(HttpFault::TooLarge(bytes_max));
            }
            body.extend_from_slice(&chunk);
            seen(body.len() as u64, announced);
        }
    }
}

/// Why something that was sent once has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fault}")]
pub struct Unanswered {
    /// What went wrong.
    pub fault: HttpFault,
    /// The other side may have taken it: there was a connection.
    pub may_have_arrived: bool,
}

/// Speaks HTTP for the host itself.
pub struct HostClient {
    client: reqwest::Client,
    grant: Arc<Grant>,
    plain_http: Option<String>,
}

impl std::fmt::Debug for HostClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HostClient").field("plain_http", &self.plain_http).finish_non_exhaustive()
    }
}

impl HostClient {
    /// Makes a client; fails on what would fail at its first request anyway.
    pub fn new(options: HostClientOptions) -> Result<Self, GateError> {
        let HostClientOptions { plain_http, mut private_addresses, ca_file, user_agent, names } = options;
        if plain_http.is_some() {
            // That host is on loopback, or it is refused below.
            private_addresses.extend(limits::LOOPBACK);
        }
        let grant = Arc::new(Grant { private_addresses, ..Grant::default() });
        let tls = tls::client_config(ca_file.as_deref())?;
        let resolver = Resolver::new(names, Arc::clone(&grant));
        let builder = gate::client_builder(&tls, resolver, &user_agent, limits::HOST_HEADER_BYTES_MAX);
        // What is hashed and measured is what was sent: nothing is unpacked on the way.
        let client = builder.no_gzip().no_brotli().no_deflate().build().map_err(GateError::Client)?;
        Ok(Self { client, grant, plain_http })
    }

    /// Sends a request and returns the head of its answer; redirects are followed for what only reads.
    pub async fn send(&self, mut request: HostRequest) -> Result<HostResponse, HttpFault> {
        for _ in 0..=limits::HOST_REDIRECTS_MAX {
            self.admit(&request.url).map_err(denied)?;
            let sent = self.client.execute(built(&request)?);
            let response = tokio::time::timeout(limits::HOST_WAIT_MAX, sent).await;
            let response = response.map_err(|_| HttpFault::Timeout)?.map_err(fault)?;
            let status = response.status().as_u16();
            let reads = matches!(request.method, Method::GET | Method::HEAD);
            let location =
                response.headers().get(LOCATION).filter(|_| reads && redirect::is_redirect(status));
            let Some(location) = location else {
                return Ok(HostResponse { status, url: request.url, response });
            };
            let location = String::from_utf8_lossy(location.as_bytes()).into_owned();
            request = follow(request, status, &location).map_err(|why| {
                let to = location.split(['?', '#']).next().unwrap_or_default().to_owned();
                denied(Refusal::Redirect { to, why: Box::new(why) })
            })?;
        }
        Err(denied(Refusal::RedirectCount { max: limits::HOST_REDIRECTS_MAX }))
    }

    /// Sends a request once and returns the head of its answer, whatever that says; no redirect is followed. A fault
    /// says whether the other side may have taken it.
    pub async fn send_once(&self, request: &HostRequest) -> Result<HostResponse, Unanswered> {
        let unsent = |fault| Unanswered { fault, may_have_arrived: false };
        self.admit(&request.url).map_err(|why| unsent(denied(why)))?;
        let sent = self.client.execute(built(request).map_err(unsent)?);
        match tokio::time::timeout(limits::HOST_WAIT_MAX, sent).await {
            Ok(Ok(response)) => {
                let status = response.status().as_u16();
                Ok(HostResponse { status, url: request.url.clone(), response })
            }
            Ok(Err(error)) => {
                let may_have_arrived = !(error.is_connect() || error.is_builder());
                Err(Unanswered { fault: fault(error), may_have_arrived })
            }
            Err(_) => Err(Unanswered { fault: HttpFault::Timeout, may_have_arrived: true }),
        }
    }

    /// Lets `url` pass if it is https, or the one host that may be spoken to without.
    fn admit(&self, url: &Url) -> Result<(), Refusal> {
        let url = url_rule::parse(url.as_str())?;
        let host = url.host_str().unwrap_or_default();
        if url.scheme() != "https" {
            let here = match url.host() {
                Some(Host::Domain(name)) => name == "localhost",
                Some(Host::Ipv4(address)) => address.is_loopback(),
                Some(Host::Ipv6(address)) => address.is_loopback(),
                None => false,
            };
            let origin = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
            if !here || self.plain_http.as_ref() != Some(&origin) {
                return Err(Refusal::PlainHttp { host: origin });
            }
        }
        // No resolver is asked for a host that is an address.
        if let Some(address) = host_address(host) {
            address::admit(&self.grant, host, address)?;
        }
        Ok(())
    }
}

/// Returns the next request, without the credential where the origin is another.
fn follow(request: HostRequest, status: u16, location: &str) -> Result<HostRequest, Refusal> {
    let next = redirect::follow(&request.method, &request.url, status, location)?;
    let credential = request.credential.filter(|_| next.same_origin);
    Ok(HostRequest { method: next.method, url: next.url, credential, ..request })
}

fn built(request: &HostRequest) -> Result<Request, HttpFault> {
    let mut built = Request::new(request.method.clone(), request.url.clone());
    let headers = built.headers_mut();
    for (name, value) in &request.headers {
        let value = HeaderValue::from_str(value);
        headers.insert(HeaderName::from_static(name), value.map_err(|_| unfit(name))?);
    }
    if let Some(credential) = &request.credential {
        place(credential, headers)?;
    }
    if !request.body.is_empty() || request.method == Method::POST || request.method == Method::PUT {
        *built.body_mut() = Some(request.body.clone().into());
    }
    Ok(built)
}

fn place(credential: &HostCredential, headers: &mut HeaderMap) -> Result<(), HttpFault> {
    let text = Zeroizing::new(match credential {
        HostCredential::Basic { user, password } => {
            let pair = Zeroizing::new(format!("{user}:{}", password.expose()));
            format!("Basic {}", STANDARD.encode(pair.as_bytes()))
        }
        HostCredential::Bearer(token) => format!("Bearer {}", token.expose()),
    });
    let mut value = HeaderValue::from_str(&text).map_err(|_| unfit("authorization"))?;
    value.set_sensitive(true);
    headers.insert(AUTHORIZATION, value);
    Ok(())
}

fn unfit(name: &str) -> HttpFault {
    denied(Refusal::HeaderForm { name: name.to_owned() })
}

fn denied(refusal: Refusal) -> HttpFault {
    HttpFault::Denied(refusal.told())
}

fn fault(error: reqwest::Error) -> HttpFault {
    exchange::fault(error, str::to_owned)
}
