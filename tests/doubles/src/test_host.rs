//! The host's place under a connector that is tested as an ordinary library, over real HTTP to doubles.
//!
//! Holds: as with the real host, a connector names credentials and never sees them, has no other place to go
//! than those it was given, and every answer is kept under an id. Not its business: the rules of the real gate.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Read;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hark_sdk::http::HttpFault;
use hark_sdk::types::{Manifest, Placement, Raw};
use hark_sdk::{Digest, testing};
use hmac::{Hmac, Mac};
use tokio::runtime::Runtime;

use crate::client::{self, Answered, Asked, BODY_BYTES_MAX, ClientError};
use crate::{Clock, Double, Ms};

type HttpRequest = hark_sdk::bindings::hark::connector::http::Request;
type HttpResponse = hark_sdk::bindings::hark::connector::http::Response;

/// A host for one connector in one thread: `TestHost::new(X::manifest()).credential(…).reach(&double).install()`.
pub struct TestHost {
    manifest: Manifest,
    secrets: BTreeMap<String, String>,
    settings: BTreeMap<String, String>,
    places: Vec<String>,
    clock: Option<Arc<Clock>>,
    tasks: Runtime,
    kept: Rc<RefCell<Vec<Raw>>>,
}

/// What the host kept of the answers, for tests that read them again.
#[derive(Clone)]
pub struct Kept(Rc<RefCell<Vec<Raw>>>);

impl Kept {
    /// Takes all payloads that were kept since the last time, as they are handed to `normalise`.
    pub fn take(&self) -> Vec<Raw> {
        std::mem::take(&mut *self.0.borrow_mut())
    }

    /// Returns how many answers there are.
    pub fn count(&self) -> usize {
        self.0.borrow().len()
    }
}

impl TestHost {
    /// Starts a host for the connector of `manifest`: no credentials, nowhere to go.
    pub fn new(manifest: Manifest) -> Self {
        let tasks = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Self {
            manifest,
            secrets: BTreeMap::new(),
            settings: BTreeMap::new(),
            places: Vec::new(),
            clock: None,
            tasks: tasks.expect("a test has a runtime"),
            kept: Rc::default(),
        }
    }

    /// Binds a value to a credential of the manifest.
    pub fn credential(mut self, name: &str, value: &str) -> Self {
        let known = self.manifest.credentials.iter().any(|credential| credential.name == name);
        assert!(known, "the manifest has no credential {name:?}");
        self.secrets.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Fills a setting into the placements that name it, as `{field}`.
    pub fn setting(mut self, field: &str, value: &str) -> Self {
        self.settings.insert(format!("{{{field}}}"), value.to_owned());
        self
    }

    /// Allows requests to `double`; the first one's clock is the connector's.
    pub fn reach(mut self, double: &Double) -> Self {
        self.places.push(double.base_url());
        self.clock.get_or_insert_with(|| double.clock());
        self
    }

    /// Puts itself under every connector call of this thread from now on.
    pub fn install(self) -> Kept {
        if let Some(clock) = self.clock.clone() {
            testing::follow_clock(move || clock.now());
        }
        let keys = self.webhook_keys();
        testing::answer_hmac(move |name, digest, message| match keys.get(name) {
            Some(key) => sign(key, digest, message),
            None => Vec::new(),
        });
        let kept = Kept(Rc::clone(&self.kept));
        testing::answer_http(move |request| self.send(request));
        kept
    }

    fn webhook_keys(&self) -> BTreeMap<String, String> {
        let is_key = |name: &str| {
            let mut credentials = self.manifest.credentials.iter();
            credentials.any(|known| known.name == name && known.placement == Placement::WebhookKey)
        };
        let keys = self.secrets.iter().filter(|(name, _)| is_key(name));
        keys.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    fn send(&self, request: &HttpRequest) -> Result<HttpResponse, HttpFault> {
        let is_place = |place: &String| {
            request.url.strip_prefix(place.as_str()).is_some_and(|rest| rest.starts_with(['/', '?']))
        };
        if !self.places.iter().any(is_place) {
            return Err(HttpFault::Denied(format!("{} is no double of this test", request.url)));
        }
        let mut asked = Asked {
            method: request.method.clone(),
            url: request.url.clone(),
            headers: request.headers.clone(),
            body: request.body.clone().unwrap_or_default(),
            timeout: Duration::from_millis(u64::from(request.timeout_ms)),
        };
        let Manifest { id, version, .. } = &self.manifest;
        asked.headers.push(("user-agent".to_owned(), format!("Hark/{version} ({id}/{version})")));
        asked.headers.push(("accept-encoding".to_owned(), "gzip".to_owned()));
        if let Some(name) = &request.credential {
            self.place(name, &mut asked)?;
        }
        let answered = self.tasks.block_on(client::send(asked)).map_err(fault_of)?;
        self.hand_over(request, plain(answered)?)
    }

    fn place(&self, name: &str, asked: &mut Asked) -> Result<(), HttpFault> {
        let denied = |why: &str| HttpFault::Denied(format!("credential {name:?} {why}"));
        let declared = self.manifest.credentials.iter().find(|credential| credential.name == name);
        let placement = &declared.ok_or_else(|| denied("is not in the manifest"))?.placement;
        let value = self.secrets.get(name).ok_or_else(|| denied("has no value in this test"))?;
        let header = match placement {
            Placement::Bearer => ("authorization".to_owned(), format!("Bearer {value}")),
            Placement::BearerProved(proof) => {
                if let Some(key) = self.secrets.get(&proof.key) {
                    let proved = sign(key, Digest::Sha256, value.as_bytes());
                    let proved: String = proved.iter().map(|byte| format!("{byte:02x}")).collect();
                    put_into_query(asked, &proof.parameter, &proved)
                        .ok_or_else(|| denied("has no address to be proved in"))?;
                }
                ("authorization".to_owned(), format!("Bearer {value}"))
            }
            Placement::Basic(user) => {
                let user = self.settings.get(user).unwrap_or(user);
                ("authorization".to_owned(), format!("Basic {}", STANDARD.encode(format!("{user}:{value}"))))
            }
            Placement::Header(header) => (header.clone(), value.clone()),
            Placement::Query(parameter) => {
                put_into_query(asked, parameter, value).ok_or_else(|| denied("has no address to go into"))?;
                return Ok(());
            }
            Placement::Oauth1 | Placement::WebhookKey | Placement::WireLogin => {
                return Err(denied("has no place in a request"));
            }
        };
        asked.headers.push(header);
        Ok(())
    }

    fn hand_over(&self, request: &HttpRequest, answered: Answered) -> Result<HttpResponse, HttpFault> {
        let received_at: Ms = hark_sdk::Clock::now();
        let Answered { status, headers, body } = answered;
        let content_type = headers.iter().find(|(name, _)| name == "content-type");
        let mut kept = self.kept.borrow_mut();
        let payload = kept.len() as u64 + 1;
        kept.push(Raw {
            label: format!("{} {}", request.method, request.url.split(['?', '#']).next().unwrap_or_default()),
            media_type: content_type.map(|(_, value)| value.clone()).unwrap_or_default(),
            body: body.clone(),
            payload,
            received_at,
        });
        Ok(HttpResponse { payload, status, headers, body, received_at })
    }
}

fn put_into_query(asked: &mut Asked, parameter: &str, value: &str) -> Option<()> {
    let mut url = url::Url::parse(&asked.url).ok()?;
    url.query_pairs_mut().append_pair(parameter, value);
    asked.url = url.into();
    Some(())
}

/// The real host takes compression off, too.
fn plain(mut answered: Answered) -> Result<Answered, HttpFault> {
    let is_gzip = |(name, value): &(String, String)| name == "content-encoding" && value == "gzip";
    if answered.headers.iter().any(is_gzip) {
        let mut body = Vec::new();
        let most = BODY_BYTES_MAX as u64;
        let read = flate2::read::GzDecoder::new(&*answered.body).take(most + 1).read_to_end(&mut body);
        read.map_err(|error| HttpFault::Connect(error.to_string()))?;
        if body.len() > BODY_BYTES_MAX {
            return Err(HttpFault::TooLarge(body.len() as u64));
        }
        answered.body = body;
        answered.headers.retain(|header| !is_gzip(header));
    }
    Ok(answered)
}

fn fault_of(error: ClientError) -> HttpFault {
    match error {
        ClientError::Timeout => HttpFault::Timeout,
        ClientError::TooLarge => HttpFault::TooLarge(BODY_BYTES_MAX as u64 + 1),
        ClientError::Address(url) => HttpFault::Denied(url),
        ClientError::Connect(cause) => HttpFault::Connect(cause.to_string()),
        ClientError::Broken(cause) => HttpFault::Connect(cause.to_string()),
    }
}

fn sign(key: &str, digest: Digest, message: &[u8]) -> Vec<u8> {
    // What platforms sign with today; a test of another digest would be a test of this file.
    assert!(matches!(digest, Digest::Sha256), "doubles sign by SHA-256 only");
    let keyed = Hmac::<sha2::Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
    keyed.chain_update(message).finalize().into_bytes().to_vec()
}
