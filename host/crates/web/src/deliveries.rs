//! `/in/NAME`: where platforms deliver. Reachable from outside, so bounded in every direction.
//!
//! Holds: a request is counted before its body is read, and a body is read within a bound of bytes and time;
//! an answer of a connector is data, never a page: no markup, no script, no cookie. The guard of the pages does
//! not stand here, for a platform knows us by another name and posts from elsewhere; who may deliver is the
//! connector's to verify. Not here: what a delivery means.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use hark_model::Delivery;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::bucket::Bucket;
use crate::{limits, pages};

/// What a delivery is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryReply {
    /// As the connector says.
    Connector {
        /// HTTP status.
        status: u16,
        /// Headers; those that could harm are left out.
        headers: Vec<(String, String)>,
        /// Body.
        body: Vec<u8>,
    },
    /// It is kept and will be handled.
    Kept,
    /// It cannot be taken in now.
    Busy,
    /// No source of this name takes deliveries.
    Unknown,
}

/// Tells how many deliveries the source of this name takes in a minute; none if it takes none at all.
pub type PerMin = Arc<dyn Fn(&str) -> Option<u32> + Send + Sync>;

/// Handles a delivery for the source of this name; its payload id is 0.
pub type Receive =
    Arc<dyn Fn(String, Delivery) -> Pin<Box<dyn Future<Output = DeliveryReply> + Send>> + Send + Sync>;

/// Who takes deliveries.
#[derive(Clone)]
pub struct DeliveryOptions {
    /// Which sources take deliveries, and how many; asked for each delivery.
    pub per_min: PerMin,
    /// How long the body of one may take.
    pub body_wait: Duration,
    /// What handles them.
    pub receive: Receive,
}

impl std::fmt::Debug for DeliveryOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeliveryOptions").field("body_wait", &self.body_wait).finish_non_exhaustive()
    }
}

#[derive(Clone)]
struct Door {
    per_min: PerMin,
    /// Of the sources that something was delivered to.
    buckets: Arc<Mutex<BTreeMap<String, (u32, Bucket)>>>,
    /// Requests whose body is read or handled.
    places: Arc<Semaphore>,
    /// These and those that wait for a place, their bodies unread.
    line: Arc<Semaphore>,
    body_wait: Duration,
    receive: Receive,
}

/// Why a request is not even looked into.
enum Refusal {
    Method,
    Unknown,
    TooOften(Duration),
    TooMany,
    TooLarge,
    TooSlow,
    Broken,
}

/// Makes the routes of deliveries; to be merged with the pages, or served on an address of their own.
pub fn deliveries(options: DeliveryOptions) -> Router {
    let door = Door {
        per_min: options.per_min,
        buckets: Arc::default(),
        places: Arc::new(Semaphore::new(limits::DELIVERIES_AT_ONCE)),
        line: Arc::new(Semaphore::new(limits::DELIVERIES_IN_LINE)),
        body_wait: options.body_wait,
        receive: options.receive,
    };
    Router::new().route("/in/{source}", any(deliver)).with_state(door)
}

async fn deliver(State(door): State<Door>, Path(source): Path<String>, request: Request) -> Response {
    let reply = match door.take_in(&source, request).await {
        Ok(reply) => reply,
        Err(refusal) => {
            tracing::debug!(source, status = refusal.status().as_u16(), "a delivery was turned away");
            return refusal.into_response();
        }
    };
    match reply {
        DeliveryReply::Connector { status, headers, body } => connector_reply(status, &headers, body),
        DeliveryReply::Kept => plain(StatusCode::OK, "kept\n"),
        DeliveryReply::Busy => Refusal::TooMany.into_response(),
        DeliveryReply::Unknown => Refusal::Unknown.into_response(),
    }
}

impl Door {
    async fn take_in(&self, source: &str, request: Request) -> Result<DeliveryReply, Refusal> {
        if !matches!(*request.method(), Method::GET | Method::POST) {
            return Err(Refusal::Method);
        }
        let per_min = (self.per_min)(source).ok_or(Refusal::Unknown)?;
        self.count(source, per_min).map_err(Refusal::TooOften)?;
        let _in_line = self.line.try_acquire().map_err(|_| Refusal::TooMany)?;
        // Before the body is read: so many bodies are in memory and no more. A burst waits a moment.
        let place = tokio::time::timeout(limits::DELIVERY_PLACE_WAIT, self.places.acquire());
        let _place = place.await.ok().and_then(Result::ok).ok_or(Refusal::TooMany)?;
        let (head, body) = request.into_parts();
        let said =
            head.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        if said.is_some_and(|bytes: usize| bytes > limits::DELIVERY_BYTES_MAX) {
            return Err(Refusal::TooLarge);
        }
        let body = read(body, self.body_wait).await?;
        let delivery = Delivery {
            payload: 0,
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            headers: pairs(&head.headers),
            body,
            received_at: pages::now_ms(),
        };
        Ok((self.receive)(source.to_owned(), delivery).await)
    }
}

impl Door {
    /// Counts a delivery, or says how long to wait. A source whose rate was changed starts with a whole minute.
    fn count(&self, source: &str, per_min: u32) -> Result<(), Duration> {
        let now = Instant::now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = buckets.entry(source.to_owned()).or_insert_with(|| (per_min, Bucket::new(per_min, now)));
        if entry.0 != per_min {
            *entry = (per_min, Bucket::new(per_min, now));
        }
        entry.1.take(now)
    }
}

async fn read(body: Body, wait: Duration) -> Result<Vec<u8>, Refusal> {
    let bytes = axum::body::to_bytes(body, limits::DELIVERY_BYTES_MAX);
    match tokio::time::timeout(wait, bytes).await {
        Err(_) => Err(Refusal::TooSlow),
        Ok(Ok(bytes)) => Ok(bytes.into()),
        Ok(Err(error)) => {
            let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
            while let Some(error) = cause {
                // The limit's error is of a crate that nobody here names: its text is all that tells it.
                if error.to_string().contains("length limit exceeded") {
                    return Err(Refusal::TooLarge);
                }
                cause = error.source();
            }
            Err(Refusal::Broken)
        }
    }
}

fn pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

/// Headers of an answer that only the host may set, or that would make the answer more than data.
const WITHHELD: &[&str] = &[
    "connection",
    "content-encoding",
    "content-length",
    "content-security-policy",
    "keep-alive",
    "link",
    "location",
    "proxy-authenticate",
    "refresh",
    "server",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-content-type-options",
];

fn connector_reply(status: u16, headers: &[(String, String)], body: Vec<u8>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, body).into_response();
    let sent = response.headers_mut();
    sent.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    for (name, value) in headers.iter().take(limits::DELIVERY_HEADERS_MAX) {
        let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else { continue };
        let Ok(value) = HeaderValue::from_str(value) else { continue };
        let is_page = name == header::CONTENT_TYPE && !is_data(&value);
        let withheld = WITHHELD.contains(&name.as_str()) || name.as_str().starts_with("access-control-");
        if !withheld && !is_page {
            sent.insert(name, value);
        }
    }
    as_data(response)
}

/// A challenge that is echoed must not become a page of ours.
fn is_data(media_type: &HeaderValue) -> bool {
    let text = media_type.to_str().unwrap_or_default().to_ascii_lowercase();
    let kind = text.split(';').next().unwrap_or_default().trim();
    matches!(kind, "application/json" | "text/plain")
}

fn as_data(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    as_data((status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Unknown => StatusCode::NOT_FOUND,
            Self::TooOften(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::TooMany => StatusCode::SERVICE_UNAVAILABLE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Broken => StatusCode::BAD_REQUEST,
        }
    }

    fn into_response(self) -> Response {
        let text = match &self {
            Self::Method => "deliveries are made with POST, and verified with GET\n",
            Self::Unknown => "no source of this name takes deliveries\n",
            Self::TooOften(_) => "too many deliveries for this source in a minute\n",
            Self::TooMany => "too many deliveries at once; deliver again later\n",
            Self::TooLarge => "a delivery has at most 4 MiB\n",
            Self::TooSlow => "the body did not come in time\n",
            Self::Broken => "the body could not be read\n",
        };
        let mut response = plain(self.status(), text);
        let headers = response.headers_mut();
        match self {
            Self::Method => {
                headers.insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
            }
            Self::TooOften(wait) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
            }
            Self::TooMany => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(limits::DELIVERY_RETRY_SECS));
            }
            Self::Unknown | Self::TooLarge | Self::TooSlow | Self::Broken => {}
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_data_whatever_the_connector_says() {
        let said = [
            ("content-type", "text/html"),
            ("Set-Cookie", "a=b"),
            ("x-hook-secret", "yes"),
            ("location", "https://elsewhere.example"),
            ("bad name", "x"),
            ("access-control-allow-origin", "*"),
        ];
        let said: Vec<_> =
            said.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let response = connector_reply(200, &said, b"<script>".to_vec());
        let headers = response.headers();
        assert_eq!(headers["content-type"], "text/plain; charset=utf-8");
        assert_eq!(headers["x-hook-secret"], "yes");
        for absent in ["set-cookie", "location", "access-control-allow-origin"] {
            assert!(!headers.contains_key(absent), "{absent}");
        }
        let json = [("content-type".to_owned(), "application/json".to_owned())];
        assert_eq!(connector_reply(200, &json, Vec::new()).headers()["content-type"], "application/json");
    }
}
