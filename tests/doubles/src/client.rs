//! The double's own HTTP client: one request, one connection, no TLS.
//!
//! It is hyper's: reqwest would bring TLS along, which loopback needs not.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use url::Url;

/// Most bytes of a body that are read.
pub const BODY_BYTES_MAX: usize = 16 << 20;

/// A request.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its method.
    pub method: String,
    /// `http://` and what follows.
    pub url: String,
    /// Its headers; `host` and `content-length` come by themselves.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
    /// How long all of it may take.
    pub timeout: Duration,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Its status.
    pub status: u16,
    /// Its headers, in order.
    pub headers: Vec<(String, String)>,
    /// Its body, as it came.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The request makes no sense.
    #[error("{0:?} cannot be asked for over plain HTTP")]
    Address(String),
    /// Nobody is there.
    #[error("no connection")]
    Connect(#[source] std::io::Error),
    /// The connection broke, or what came is no HTTP.
    #[error("the connection broke")]
    Broken(#[source] hyper::Error),
    /// It took too long.
    #[error("no answer in time")]
    Timeout,
    /// The body is too long.
    #[error("the body has more than {BODY_BYTES_MAX} bytes")]
    TooLarge,
}

/// Sends a request and reads all of the answer.
pub async fn send(asked: Asked) -> Result<Answered, ClientError> {
    tokio::time::timeout(asked.timeout, exchange(&asked)).await.map_err(|_| ClientError::Timeout)?
}

async fn exchange(asked: &Asked) -> Result<Answered, ClientError> {
    let address = || ClientError::Address(asked.url.clone());
    let url = Url::parse(&asked.url).ok().filter(|url| url.scheme() == "http").ok_or_else(address)?;
    let (host, port) = (url.host_str().ok_or_else(address)?, url.port_or_known_default().unwrap_or(80));
    let mut request = Request::builder().method(asked.method.as_str()).uri(&url[url::Position::BeforePath..]);
    for (name, value) in &asked.headers {
        request = request.header(name, value);
    }
    let request = request
        .header("host", &url[url::Position::BeforeHost..url::Position::AfterPort])
        .body(Full::new(Bytes::from(asked.body.clone())))
        .map_err(|_| address())?;
    let stream = TcpStream::connect((host, port)).await.map_err(ClientError::Connect)?;
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(ClientError::Broken)?;
    let answered = async {
        let response = sender.send_request(request).await.map_err(ClientError::Broken)?;
        read(response).await
    };
    tokio::pin!(connection);
    tokio::pin!(answered);
    tokio::select! {
        biased;
        answered = &mut answered => answered,
        ended = &mut connection => match ended {
            // The server has closed; what it sent before is still to be had.
            Ok(()) => answered.await,
            Err(error) => Err(ClientError::Broken(error)),
        },
    }
}

async fn read(response: hyper::Response<hyper::body::Incoming>) -> Result<Answered, ClientError> {
    let (head, mut incoming) = response.into_parts();
    let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let mut body = Vec::new();
    while let Some(frame) = incoming.frame().await {
        if let Ok(data) = frame.map_err(ClientError::Broken)?.into_data() {
            body.extend_from_slice(&data);
        }
        if body.len() > BODY_BYTES_MAX {
            return Err(ClientError::TooLarge);
        }
    }
    Ok(Answered { status: head.status.as_u16(), headers, body })
}
