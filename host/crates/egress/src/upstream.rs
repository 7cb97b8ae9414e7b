//! Who stands behind the gate: the network, or a cassette; and what is noted of it on a tape.
//!
//! Holds: the rules of a request are the same before either; what is noted is what a guest could see, and
//! holds no secret.

use std::sync::Arc;

use hark_cassette::{Blob, HttpAnswer, HttpAsked, HttpTrouble, Player, Tape};
use hark_model::Ms;
use reqwest::{Body, Response};

use crate::exchange::Hop;
use crate::names::Resolver;
use crate::{HttpFault, SourceGate};

/// Who answers what the gate lets out.
pub(crate) enum Upstream {
    /// The platform itself.
    Network(Network),
    /// What was recorded of it.
    Played(Arc<Player>),
}

/// The way to the platform.
pub(crate) struct Network {
    pub(crate) client: reqwest::Client,
    pub(crate) tls: Arc<rustls::ClientConfig>,
    pub(crate) resolver: Resolver,
}

/// Answers `hop` from a cassette.
pub(crate) fn played(player: &Arc<Player>, hop: &Hop<'_>, body_max: u64) -> Result<Response, HttpFault> {
    let answer = player.http(asked(hop)).map_err(|miss| HttpFault::Connect(miss.to_string()))?;
    let (status, headers, body) = answer.parts().map_err(|trouble| match trouble {
        HttpTrouble::Timeout => HttpFault::Timeout,
        HttpTrouble::Connect => HttpFault::Connect("the connection was reset".to_owned()),
        HttpTrouble::Tls => HttpFault::Tls("the certificate is not trusted".to_owned()),
        HttpTrouble::TooLarge => HttpFault::TooLarge(body_max),
    })?;
    let mut response = http::Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    let unfit = |error: http::Error| HttpFault::Connect(format!("the cassette's answer is none: {error}"));
    Ok(Response::from(response.body(Body::from(body.to_vec())).map_err(unfit)?))
}

fn asked(hop: &Hop<'_>) -> HttpAsked {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    HttpAsked {
        method: hop.method.to_string(),
        url: hop.url.to_string(),
        headers: hop.headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect(),
        body: hop.body.as_ref().map(|body| body.to_vec()),
        credential: hop.credential.map(|(credential, _)| credential.info.name.clone()),
    }
}

/// Notes an answer that came at `at` and was scrubbed already.
pub(crate) fn note(
    gate: &SourceGate,
    tape: &Tape,
    hop: &Hop<'_>,
    status: u16,
    headers: &[(String, String)],
    body: &[u8],
    at: Ms,
) {
    let headers = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    note_answer(gate, tape, hop, at, || HttpAnswer::Response { status, headers, body: Blob::from(body) });
}

/// Notes that no answer came; what the gate itself refused never went out.
pub(crate) fn note_fault(gate: &SourceGate, tape: &Tape, hop: &Hop<'_>, fault: &HttpFault) {
    let trouble = match fault {
        HttpFault::Timeout => HttpTrouble::Timeout,
        HttpFault::Connect(_) => HttpTrouble::Connect,
        HttpFault::Tls(_) => HttpTrouble::Tls,
        HttpFault::TooLarge(_) => HttpTrouble::TooLarge,
        HttpFault::Denied(_) | HttpFault::Budget => return,
    };
    note_answer(gate, tape, hop, gate.clock(), || HttpAnswer::Trouble { trouble });
}

fn note_answer(gate: &SourceGate, tape: &Tape, hop: &Hop<'_>, at: Ms, answer: impl FnOnce() -> HttpAnswer) {
    let mut asked = asked(hop);
    asked.url = gate.scrub(&asked.url);
    asked.headers.iter_mut().for_each(|(_, value)| *value = gate.scrub(value));
    asked.body = asked.body.map(|body| gate.scrubber.bytes(&body).into_owned());
    tape.http(asked.exchange(tape.after_ms(at), answer()));
}
