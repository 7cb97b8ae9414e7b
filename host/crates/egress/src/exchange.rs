//! One HTTP exchange: checks, then the request, then its redirects, then the answer without secrets.
//!
//! Holds: every hop passes the same checks as the first; a credential is placed last, and never again
//! once the origin has changed. Not here: the rules themselves, retries.

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use hark_model::{Ms, Placement};
use reqwest::header::{
    CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE, HeaderMap, LOCATION,
};
use reqwest::{Method, Request, Response, StatusCode};
use tokio::time::Instant;
use url::Url;

use crate::meter::Meter;
use crate::names::NameError;
use crate::redirect;
use crate::refusal::Refusal;
use crate::secret::Kind;
use crate::upstream::{self, Upstream};
use crate::{BoundCredential, HttpFault, HttpRequest, Secret, SourceGate, headers, limits, pacing, url_rule};

/// What came back, as a guest may see it.
pub(crate) struct Answer {
    pub(crate) label: String,
    pub(crate) url: String,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) media_type: String,
    pub(crate) body: Vec<u8>,
    pub(crate) received_at: Ms,
}

/// One request on its way; without the credential, which goes into the copy that is sent.
pub(crate) struct Hop<'a> {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    pub(crate) credential: Option<(&'a BoundCredential, &'a Secret)>,
}

/// Who answered a hop.
enum Reply {
    Upstream(Response),
    /// The gate itself, in the upstream's place.
    Own(Answer),
}

/// Runs `request` to its answer, within the time of the request and of the call.
pub(crate) async fn run(gate: &SourceGate, meter: &Meter, request: HttpRequest) -> Result<Answer, HttpFault> {
    let host_limit = Duration::from_secs(gate.limits.request_secs);
    let limit = match request.timeout_ms {
        0 => host_limit,
        wanted => host_limit.min(Duration::from_millis(u64::from(wanted))),
    };
    let until = meter.until(Instant::now() + limit);
    let hop = Hop::first(gate, request).map_err(|refusal| denied(gate, &refusal))?;
    tokio::time::timeout_at(until, travel(gate, meter, hop, until)).await.unwrap_or(Err(HttpFault::Timeout))
}

async fn travel(
    gate: &SourceGate,
    meter: &Meter,
    mut hop: Hop<'_>,
    until: Instant,
) -> Result<Answer, HttpFault> {
    let mut redirects = 0;
    loop {
        let asked = hop.ask(gate, meter, until).await;
        let tape = &meter.tape;
        let mut response = match asked.inspect_err(|fault| upstream::note_fault(gate, tape, &hop, fault))? {
            Reply::Upstream(response) => response,
            Reply::Own(answer) => return Ok(answer),
        };
        let location =
            response.headers().get(LOCATION).filter(|_| redirect::is_redirect(response.status().as_u16()));
        let Some(location) = location else {
            let answered = answer(gate, meter, &hop, response).await;
            return answered
                .inspect(|answer| pacing::note(gate, &hop, answer))
                .inspect_err(|fault| upstream::note_fault(gate, tape, &hop, fault));
        };
        // A server may write the credential that it was sent into its redirects.
        let location = gate.scrub(&String::from_utf8_lossy(location.as_bytes()));
        if redirects == gate.limits.redirects {
            return Err(denied(gate, &Refusal::RedirectCount { max: gate.limits.redirects }));
        }
        redirects += 1;
        let status = response.status().as_u16();
        drain(&mut response, meter).await;
        let headers = gate.shown_headers(response.headers());
        upstream::note(gate, tape, &hop, status, &headers, &[], gate.clock());
        hop = hop.follow(gate, status, &location).map_err(|refusal| {
            denied(gate, &Refusal::Redirect { to: without_query(&location), why: Box::new(refusal) })
        })?;
    }
}

impl<'a> Hop<'a> {
    fn first(gate: &'a SourceGate, request: HttpRequest) -> Result<Self, Refusal> {
        let method = method(&request.method)?;
        let url = url_rule::parse(&request.url)?;
        let url = without_masked(gate, url)?;
        let headers = headers::from_guest(&request.headers, &gate.placed_headers)?;
        if request.body.as_ref().is_some_and(|body| body.len() > limits::REQUEST_BODY_BYTES_MAX) {
            return Err(Refusal::BodyTooLarge);
        }
        gate.admit_url(&url)?;
        let credential = request.credential.as_deref().map(|name| gate.credential(name)).transpose()?;
        if let Some((credential, _)) = credential {
            credential.admit_http()?;
            credential.admit_url(&url)?;
        }
        Ok(Self { method, url, headers, body: request.body.map(Bytes::from), credential })
    }

    /// Sends the request when its turn comes; once more with another access token if that was not believed.
    async fn ask(&self, gate: &SourceGate, meter: &Meter, until: Instant) -> Result<Reply, HttpFault> {
        let mut is_second = false;
        loop {
            if let Some(held) = pacing::leave(gate, self, until).await {
                return Ok(Reply::Own(held));
            }
            let current = match self.credential {
                Some((credential, secret)) => match gate.current(credential, secret).await {
                    Ok(current) => Some(current),
                    Err(no) => return no.into_refusal(gate).map(|refusal| self.unauthorized(gate, &refusal)),
                },
                None => None,
            };
            let mut response =
                self.send(gate, meter, current.as_ref().map(|current| &current.secret)).await?;
            if response.status() == StatusCode::UNAUTHORIZED
                && !is_second
                && let Some(current) = &current
                && current.disbelieve().await
            {
                is_second = true;
                drain(&mut response, meter).await;
                continue;
            }
            return Ok(Reply::Upstream(response));
        }
    }

    /// What a platform says to somebody without a token: connectors know what that means.
    fn unauthorized(&self, gate: &SourceGate, refusal: &Refusal) -> Reply {
        Reply::Own(self.own_answer(gate, 401, "text/plain", gate.shown(&refusal.told()).into_bytes()))
    }

    /// Returns an answer that the gate gives itself, without having asked.
    pub(crate) fn own_answer(
        &self,
        gate: &SourceGate,
        status: u16,
        media_type: &str,
        body: Vec<u8>,
    ) -> Answer {
        Answer {
            label: gate.scrub(&format!("{} {} (not asked)", self.method, url_rule::without_query(&self.url))),
            url: gate.scrub(self.url.as_str()),
            status,
            headers: Vec::new(),
            media_type: media_type.to_owned(),
            body,
            received_at: gate.now(),
        }
    }

    /// Sends one request, counted, and checks the head of its response.
    async fn send(
        &self,
        gate: &SourceGate,
        meter: &Meter,
        value: Option<&Secret>,
    ) -> Result<Response, HttpFault> {
        let request = self.request(gate, value).map_err(|refusal| denied(gate, &refusal))?;
        if !meter.take_request() {
            return Err(HttpFault::Budget);
        }
        meter.sent(self.body.as_ref().map_or(0, Bytes::len));
        let response = match &gate.upstream {
            Upstream::Network(network) => {
                network.client.execute(request).await.map_err(|error| failed(gate, error))?
            }
            Upstream::Played(player) => upstream::played(player, self, gate.limits.body_mib << 20)?,
        };
        tracing::debug!(source = %gate.source(), method = %self.method, url = %gate.scrub(&url_rule::without_query(&self.url)), status = response.status().as_u16(), "http");
        let header_bytes_max = gate.limits.header_kib << 10;
        let headers = response.headers();
        if headers.len() > limits::HEADERS_MAX || headers::size(headers) > header_bytes_max {
            return Err(HttpFault::TooLarge(header_bytes_max));
        }
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            return Err(denied(gate, &Refusal::Switch));
        }
        headers::check_framing(headers).map_err(|refusal| denied(gate, &refusal))?;
        Ok(response)
    }

    /// Returns what is sent: with the credential in its place, whose value is `value` right now.
    fn request(&self, gate: &SourceGate, value: Option<&Secret>) -> Result<Request, Refusal> {
        let (mut url, mut headers) = (self.url.clone(), self.headers.clone());
        if let Some(((credential, _), value)) = self.credential.zip(value) {
            match (&credential.info.placement, value.kind()) {
                (Placement::Oauth1, Kind::Oauth1(_)) => {
                    let body = self.body.as_deref();
                    credential.sign_request(value, &self.method, &url, &mut headers, body)?;
                }
                // Only before a cassette, which compares no signatures.
                (Placement::Oauth1, _) => {}
                _ => credential.place(value, &mut url, &mut headers)?,
            }
            if let Some(proof) = gate.proof(&credential.info.name) {
                proof.place(&mut url);
            }
        }
        let mut request = Request::new(self.method.clone(), url);
        *request.headers_mut() = headers;
        *request.body_mut() = self.body.clone().map(reqwest::Body::from);
        Ok(request)
    }

    /// Returns the next hop, if every rule lets it pass.
    fn follow(self, gate: &SourceGate, status: u16, location: &str) -> Result<Self, Refusal> {
        let next = redirect::follow(&self.method, &self.url, status, location)?;
        let url = without_masked(gate, next.url)?;
        gate.admit_url(&url)?;
        let stays = |credential: &BoundCredential| next.same_origin && credential.admit_url(&url).is_ok();
        let credential = self.credential.filter(|(credential, _)| stays(credential));
        let (mut headers, mut body) = (self.headers, self.body);
        if !next.keeps_body {
            body = None;
            for name in [CONTENT_TYPE, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION] {
                headers.remove(name);
            }
        }
        Ok(Self { method: next.method, url, headers, body, credential })
    }
}

/// `CONNECT` makes a tunnel and `TRACE` shows what was sent, credentials included; the others of the
/// list are all that platforms use.
fn method(name: &str) -> Result<Method, Refusal> {
    match name {
        "GET" => Ok(Method::GET),
        "HEAD" => Ok(Method::HEAD),
        "POST" => Ok(Method::POST),
        "PUT" => Ok(Method::PUT),
        "PATCH" => Ok(Method::PATCH),
        "DELETE" => Ok(Method::DELETE),
        "OPTIONS" => Ok(Method::OPTIONS),
        other => {
            Err(Refusal::Method { method: other.chars().take(32).flat_map(char::escape_default).collect() })
        }
    }
}

/// Refuses query parameters that a credential is placed in, but drops those that hold a mask: a
/// server's link to its next page may repeat the parameter, and was scrubbed on its way to the guest.
fn without_masked(gate: &SourceGate, mut url: Url) -> Result<Url, Refusal> {
    let placed = |name: &str| gate.places_query(name);
    let reserved = url.query_pairs().find(|(name, value)| placed(name) && value != "***");
    if let Some((name, _)) = reserved {
        return Err(Refusal::QueryReserved { name: name.into_owned() });
    }
    if url.query_pairs().any(|(name, _)| placed(&name)) {
        let kept: Vec<_> = url.query_pairs().into_owned().filter(|(name, _)| !placed(name)).collect();
        url.set_query(None);
        if !kept.is_empty() {
            url.query_pairs_mut().extend_pairs(kept);
        }
    }
    Ok(url)
}

/// Reads away the body of a redirect, so that its connection can be used again.
async fn drain(response: &mut Response, meter: &Meter) {
    let mut left = limits::REDIRECT_BODY_BYTES_MAX;
    while let Ok(Some(chunk)) = response.chunk().await {
        meter.received(chunk.len());
        match left.checked_sub(chunk.len()) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

async fn answer(
    gate: &SourceGate,
    meter: &Meter,
    hop: &Hop<'_>,
    mut response: Response,
) -> Result<Answer, HttpFault> {
    let status = response.status();
    let empty =
        hop.method == Method::HEAD || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let body = if empty { Vec::new() } else { body(gate, meter, &mut response).await? };
    let media_type = response
        .headers()
        .get(CONTENT_TYPE)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let headers = gate.shown_headers(response.headers());
    let body = gate.scrubber.bytes(&body).into_owned();
    let received_at = gate.clock();
    upstream::note(gate, &meter.tape, hop, status.as_u16(), &headers, &body, received_at);
    Ok(Answer {
        label: gate.scrub(&format!("{} {}", hop.method, url_rule::without_query(&hop.url))),
        url: gate.scrub(hop.url.as_str()),
        status: status.as_u16(),
        headers,
        media_type: gate.scrub(&media_type.unwrap_or_else(|| "application/octet-stream".to_owned())),
        body,
        received_at,
    })
}

/// Reads the body, decompressed, up to the limit.
async fn body(gate: &SourceGate, meter: &Meter, response: &mut Response) -> Result<Vec<u8>, HttpFault> {
    // What is still encoded here could carry a secret past the scrubber.
    let coding = response.headers().get_all(CONTENT_ENCODING).iter().find(|coding| *coding != "identity");
    if let Some(coding) = coding {
        let coding = String::from_utf8_lossy(coding.as_bytes()).into_owned();
        return Err(denied(gate, &Refusal::ContentCoding { coding }));
    }
    let bytes_max = gate.limits.body_mib << 20;
    if response.content_length().is_some_and(|announced| announced > bytes_max) {
        return Err(HttpFault::TooLarge(bytes_max));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failed(gate, error))? {
        meter.received(chunk.len());
        if (body.len() + chunk.len()) as u64 > bytes_max {
            return Err(HttpFault::TooLarge(bytes_max));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn denied(gate: &SourceGate, refusal: &Refusal) -> HttpFault {
    HttpFault::Denied(gate.shown(&refusal.told()))
}

/// Tells what kind of failure `error` is, in words without addresses' queries and secrets.
fn failed(gate: &SourceGate, error: reqwest::Error) -> HttpFault {
    fault(error, |text| gate.shown(text))
}

/// Tells what kind of failure `error` is; `shown` makes its words fit to be shown.
pub(crate) fn fault(error: reqwest::Error, shown: impl Fn(&str) -> String) -> HttpFault {
    if error.is_timeout() {
        return HttpFault::Timeout;
    }
    let error = error.without_url();
    let mut texts = Vec::new();
    let mut next: Option<&(dyn Error + 'static)> = Some(&error);
    while let Some(cause) = next {
        match cause.downcast_ref::<NameError>() {
            Some(NameError::Refused(refused)) => {
                return HttpFault::Denied(shown(&Refusal::from(refused.clone()).told()));
            }
            Some(other) => return HttpFault::Connect(shown(&other.to_string())),
            None => {}
        }
        if let Some(error) = tls_error(cause) {
            return HttpFault::Tls(shown(&error.to_string()));
        }
        texts.push(cause.to_string());
        next = cause.source();
    }
    texts.dedup();
    HttpFault::Connect(shown(&texts.join(": ")))
}

/// Returns the TLS error that `cause` is or carries: I/O errors do not show theirs as a source.
pub(crate) fn tls_error<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let carried = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    match carried {
        Some(inner) => tls_error(inner),
        None => cause.downcast_ref(),
    }
}

fn without_query(location: &str) -> String {
    location.split(['?', '#']).next().unwrap_or_default().to_owned()
}
