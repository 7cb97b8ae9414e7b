//! Answers that go wrong on their way.

use std::io::Write;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use axum::response::Response;
use bytes::Bytes;
use futures_util::{StreamExt, stream};

use crate::fault::{Fault, FaultKind};
use crate::line::Cutter;
use crate::reply;

const PAGE_502: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad \
                        Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
const PAGE_429: &str = "<html><head><title>429 Too Many Requests</title></head><body><center><h1>429 Too Many \
                        Requests</h1></center></body></html>";
const PAGE_200: &str = "<!DOCTYPE html><html><head><title>Welcome to our network</title></head><body>Please sign in.</body></html>";

/// Returns the answer in the place of the true one, where the fault needs no true one.
pub(crate) fn instead(fault: &Fault) -> Option<Response> {
    Some(match fault.kind {
        FaultKind::Html502 => reply::with_type(502, "text/html", PAGE_502),
        FaultKind::Html200 => reply::with_type(200, "text/html; charset=utf-8", PAGE_200),
        FaultKind::Empty200 => reply::with_type(200, "application/json; charset=utf-8", ""),
        FaultKind::Busy429 => {
            let busy = reply::with_type(429, "text/html", PAGE_429);
            reply::and_headers(busy, &[("retry-after", fault.retry_secs.to_string())])
        }
        _ => return None,
    })
}

/// Mars a true answer.
pub(crate) async fn mar(response: Response, fault: &Fault, cutter: &Cutter) -> Response {
    let (mut head, body) = response.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let half = whole.slice(..whole.len() / 2);
    let body = match fault.kind {
        FaultKind::Truncated => Body::from(half),
        FaultKind::Cut => {
            head.headers.insert(CONTENT_LENGTH, HeaderValue::from(whole.len()));
            Body::from_stream(stream::iter([Ok(half), Err(std::io::Error::other("cut on order"))]))
        }
        FaultKind::Hang => {
            head.headers.insert(CONTENT_LENGTH, HeaderValue::from(whole.len()));
            let first = stream::iter([Ok::<_, std::io::Error>(half)]);
            Body::from_stream(first.chain(stream::pending()))
        }
        FaultKind::Gzip => {
            head.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            Body::from(gzip(&whole))
        }
        FaultKind::GzipUnsaid => Body::from(gzip(&whole)),
        FaultKind::Drip => drip(whole, fault.chunk, Duration::from_millis(fault.pause_ms)),
        FaultKind::Reset | FaultKind::LostAnswer => {
            cutter.reset();
            Body::from(whole)
        }
        _ => Body::from(whole),
    };
    Response::from_parts(head, body)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let written = encoder.write_all(bytes);
    written.and_then(|()| encoder.finish()).expect("a list of bytes takes whatever is written")
}

/// Pieces of `chunk` bytes, each after a pause; the length is not said.
fn drip(whole: Bytes, chunk: usize, pause: Duration) -> Body {
    let chunk = chunk.max(1);
    let pieces = (0..whole.len()).step_by(chunk).map(move |at| whole.slice(at..whole.len().min(at + chunk)));
    Body::from_stream(stream::iter(pieces).then(move |piece| async move {
        tokio::time::sleep(pause).await;
        Ok::<_, std::io::Error>(piece)
    }))
}
