//! What a connector is given of an answer: head, framing, decompression, trailers, limits, no secret.

use std::cell::{Cell, OnceCell, RefCell};
use std::sync::Arc;

use arbitrary::{Arbitrary, Unstructured};
use hark_egress::{GateReport, HttpFault, HttpRequest, HttpResponse, SourceGate, limits};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Verdict;
use crate::answer::{Answer, raw};
use crate::place::{LIMITS, Place, call, tells};

/// Begins an input that describes an answer; others are the answer itself.
const DESCRIBED: u8 = 1;
/// Answers through one gate; then comes a new one, and the connections of the old one are gone.
const ANSWERS_PER_GATE: u64 = 256;

/// Headers that no connector is given.
const HIDDEN: &[&str] = &[
    "set-cookie",
    "www-authenticate",
    "connection",
    "keep-alive",
    "content-length",
    "transfer-encoding",
    "trailer",
    "upgrade",
];

/// Answers a request with these bytes. A connector is given no more than it may, and never the secret; an answer that is
/// right comes through whole.
pub fn http_response(data: &[u8]) -> Verdict {
    thread_local! {
        static PLACE: OnceCell<Place> = const { OnceCell::new() };
        static GATE: RefCell<Option<Arc<SourceGate>>> = const { RefCell::new(None) };
        static COUNT: Cell<u64> = const { Cell::new(0) };
    }
    let answer = match data.split_first() {
        Some((&DESCRIBED, described)) => Answer::arbitrary(&mut Unstructured::new(described)).ok(),
        _ => None,
    };
    let said = answer.as_ref().map_or_else(|| raw(data), Answer::said);
    let count = COUNT.replace(COUNT.get() + 1);
    PLACE.with(|place| {
        let place = place.get_or_init(Place::new);
        if count.is_multiple_of(ANSWERS_PER_GATE) {
            GATE.set(Some(place.gate(None)));
        }
        let gate = GATE.with_borrow(Clone::clone).expect("the first answer makes one");
        let (result, report) = place.runtime.block_on(exchange(place, &gate, count, said.into()));
        holds(&result, &report);
        if let Some(answer) = answer.filter(Answer::is_honest) {
            arrives(&gate, &answer, &result);
        }
        if result.is_ok() { Verdict::Taken } else { Verdict::Refused }
    })
}

/// Asks a name that was never asked before, so that no connection is left of the last time.
async fn exchange(
    place: &Place,
    gate: &Arc<SourceGate>,
    count: u64,
    said: Arc<[u8]>,
) -> (Result<HttpResponse, HttpFault>, GateReport) {
    let url = format!("http://n{count}.fuzz.test:{}/a?b=c", place.port);
    let request = HttpRequest { method: "GET".to_owned(), url, ..HttpRequest::default() };
    let mut call = call(gate);
    let result = tokio::select! {
        biased;
        result = call.send(request) => result,
        () = platform(place, said) => unreachable!("it serves until it is not needed"),
    };
    (result, call.finish())
}

async fn platform(place: &Place, said: Arc<[u8]>) {
    loop {
        if let Ok((tcp, _)) = place.listener.accept().await {
            tokio::spawn(say(tcp, Arc::clone(&said)));
        }
    }
}

/// Says it to who has asked, and hangs up.
async fn say(mut tcp: TcpStream, said: Arc<[u8]>) {
    let mut heard = Vec::new();
    while !heard.ends_with(b"\r\n\r\n") {
        match tcp.read_buf(&mut heard).await {
            Ok(1..) => {}
            _ => return,
        }
    }
    if tcp.write_all(&said).await.is_ok() && tcp.shutdown().await.is_ok() {
        while matches!(tcp.read(&mut [0; 1 << 10]).await, Ok(1..)) {}
    }
}

fn holds(result: &Result<HttpResponse, HttpFault>, report: &GateReport) {
    let body_max = usize::try_from(LIMITS.body_mib << 20).expect("it fits memory");
    assert!(report.requests <= LIMITS.redirects + 1, "{} requests", report.requests);
    assert!(!tells(format!("{:?}", report.transcript).as_bytes()), "the transcript tells the secret");
    for kept in &report.payloads {
        assert!(!tells(&kept.body) && !tells(kept.media_type.as_bytes()), "what is kept tells the secret");
    }
    let response = match result {
        Ok(response) => response,
        Err(fault) => {
            let text = fault.to_string();
            assert!(!tells(text.as_bytes()), "{text:?} tells the secret");
            assert!(text.len() <= limits::FAULT_TEXT_BYTES_MAX + 100, "a fault of {} bytes", text.len());
            assert!(report.payloads.is_empty(), "what was refused is kept");
            return;
        }
    };
    assert!(response.body.len() <= body_max, "a body of {} bytes", response.body.len());
    assert!(report.bytes_in >= response.body.len() as u64 / 6, "what was received is counted");
    assert!(response.headers.len() <= limits::HEADERS_MAX);
    assert!((100..=999).contains(&response.status) && response.status != 101, "{}", response.status);
    assert!(!tells(&response.body), "the body tells the secret");
    for (name, value) in &response.headers {
        assert!(!tells(value.as_bytes()) && !tells(name.as_bytes()), "{name} tells the secret");
        assert!(!HIDDEN.contains(&name.as_str()), "{name} is shown");
        assert!(!value.contains(['\r', '\n', '\0']), "{name} holds {value:?}");
    }
    assert_eq!(report.payloads.len(), 1, "what was given is kept");
    assert_eq!(report.payloads[0].body, response.body);
}

/// What is honest is not refused unless it is too large, and its body is whole.
fn arrives(gate: &SourceGate, answer: &Answer, result: &Result<HttpResponse, HttpFault>) {
    let body = answer.body();
    let fits = body.len() as u64 <= LIMITS.body_mib << 20;
    match result {
        Ok(response) => {
            assert!(fits, "{} bytes are let through", body.len());
            assert_eq!(response.body, gate.scrub_bytes(&body), "another body than was said");
        }
        Err(HttpFault::TooLarge(_)) => assert!(!fits, "{} bytes are too many", body.len()),
        Err(fault) => panic!("an honest answer is refused: {fault}"),
    }
}
