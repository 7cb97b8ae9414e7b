//! One call of a connector: its budget, its requests, the payloads it kept.
//!
//! Holds: nothing that is kept holds a secret, and a call keeps no more than its bounds.

use std::sync::Arc;

use hark_cassette::{Exchange, Tape};
use hark_model::{Endpoint, KeptPayload, Ms, Via};
use tokio::time::Instant;

use crate::exchange::{self, Answer};
use crate::meter::Meter;
use crate::refusal::Refusal;
use crate::{
    HmacDenied, HmacDigest, HttpFault, HttpRequest, HttpResponse, SourceGate, WireConnection, WireFault,
    credential, limits,
};

/// What one call may spend.
#[derive(Debug, Clone, Copy)]
pub struct CallBudget {
    /// Requests and connections, redirects counted.
    pub requests: u32,
    /// When it must be over.
    pub deadline: Instant,
}

/// What one call did.
#[derive(Debug, Default)]
pub struct GateReport {
    /// What it kept, ids from 1.
    pub payloads: Vec<KeptPayload>,
    /// Requests and connections that were spent.
    pub requests: u32,
    /// Bytes received: bodies after decompression, and what wires read.
    pub bytes_in: u64,
    /// Bytes sent: bodies, and what wires wrote.
    pub bytes_out: u64,
    /// What was sent and heard, without secrets; empty where the source is recorded by somebody else.
    pub transcript: Transcript,
}

/// What a call sent and heard, as far as there was room for it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Transcript {
    /// In order.
    pub exchanges: Vec<Exchange>,
    /// The end is missing.
    pub is_cut: bool,
}

/// The gate during one call.
pub struct GateCall {
    gate: Arc<SourceGate>,
    meter: Arc<Meter>,
    payloads: Vec<KeptPayload>,
    kept_bytes: usize,
}

impl GateCall {
    pub(crate) fn new(gate: Arc<SourceGate>, budget: CallBudget) -> Self {
        let room = if gate.has_short_secret { 0 } else { limits::TRANSCRIPT_BYTES_MAX };
        let own = || Tape::within(room, gate.now());
        let tape = gate.tape.clone().unwrap_or_else(own);
        Self { meter: Arc::new(Meter::new(budget, tape)), gate, payloads: Vec::new(), kept_bytes: 0 }
    }

    /// Sends `request` if every rule lets it pass, and keeps what came back.
    pub async fn send(&mut self, request: HttpRequest) -> Result<HttpResponse, HttpFault> {
        match exchange::run(&self.gate, &self.meter, request).await {
            Ok(answer) => self.hand_over(answer),
            Err(fault) => {
                tracing::info!(source = %self.gate.source(), %fault, "no response");
                if let HttpFault::Denied(why) = &fault {
                    self.gate.note_denied(why);
                }
                Err(fault)
            }
        }
    }

    fn hand_over(&mut self, answer: Answer) -> Result<HttpResponse, HttpFault> {
        let full = self.payloads.len() >= limits::KEPT_PAYLOADS_MAX;
        if full || self.kept_bytes + answer.body.len() > limits::KEPT_BYTES_MAX {
            return Err(HttpFault::Budget);
        }
        let payload = self.push(KeptPayload {
            id: 0,
            label: name(answer.label),
            media_type: name(answer.media_type),
            body: answer.body.clone(),
            url: Some(answer.url),
            status: Some(answer.status),
            received_at: answer.received_at,
            via: Via::Poll,
        });
        let Answer { status, headers, body, received_at, .. } = answer;
        Ok(HttpResponse { payload, status, headers, body, received_at })
    }

    /// Connects to `endpoint` if every rule lets it pass.
    pub async fn connect(&mut self, endpoint: &str) -> Result<WireConnection, WireFault> {
        let opened = match Endpoint::parse(endpoint) {
            Ok(endpoint) => {
                WireConnection::open(Arc::clone(&self.gate), Arc::clone(&self.meter), endpoint).await
            }
            Err(invalid) => Err(WireFault::Denied(Refusal::EndpointForm { why: invalid.to_string() }.told())),
        };
        opened.inspect_err(|fault| {
            tracing::info!(source = %self.gate.source(), %fault, "no wire");
            if let WireFault::Denied(why) = fault {
                self.gate.note_denied(why);
            }
        })
    }

    /// Keeps a payload that the connector cut out of a wire, and returns its id: 0 when the call has
    /// kept too many. What goes beyond the bytes of a call is cut, and the label says so.
    pub fn keep(&mut self, label: &str, media_type: &str, bytes: Vec<u8>, at: Ms) -> u64 {
        if self.payloads.len() >= limits::KEPT_PAYLOADS_MAX {
            return 0;
        }
        let mut body = self.gate.scrubber.bytes(&bytes).into_owned();
        let room = limits::KEPT_BYTES_MAX - self.kept_bytes;
        let cut = if body.len() > room { "cut: " } else { "" };
        body.truncate(room);
        self.push(KeptPayload {
            id: 0,
            label: name(format!("{cut}{}", self.gate.scrub(label))),
            media_type: name(self.gate.scrub(media_type)),
            body,
            url: None,
            status: None,
            received_at: at,
            via: Via::Poll,
        })
    }

    fn push(&mut self, mut payload: KeptPayload) -> u64 {
        payload.id = self.payloads.len() as u64 + 1;
        self.kept_bytes += payload.body.len();
        let id = payload.id;
        self.payloads.push(payload);
        id
    }

    /// Signs `message` with the webhook key `credential`.
    pub fn hmac(&self, credential: &str, digest: HmacDigest, message: &[u8]) -> Result<Vec<u8>, HmacDenied> {
        let key = self.gate.webhook_key(credential)?;
        Ok(credential::sign(key, digest, message))
    }

    /// Tells in constant time whether `claimed` is the signature of `message`.
    pub fn hmac_equal(
        &self,
        credential: &str,
        digest: HmacDigest,
        message: &[u8],
        claimed: &[u8],
    ) -> Result<bool, HmacDenied> {
        let key = self.gate.webhook_key(credential)?;
        Ok(credential::signed(key, digest, message, claimed))
    }

    /// Returns the time as the guest is told it, in milliseconds since 1970.
    pub fn now(&self) -> Ms {
        self.gate.now()
    }

    /// Ends the call.
    pub fn finish(self) -> GateReport {
        let (bytes_in, bytes_out) = self.meter.bytes();
        let tape = &self.meter.tape;
        let transcript = match self.gate.tape {
            Some(_) => Transcript::default(),
            None => Transcript { is_cut: tape.is_cut(), exchanges: tape.take() },
        };
        let requests = self.meter.requests();
        GateReport { payloads: self.payloads, requests, bytes_in, bytes_out, transcript }
    }
}

/// Cuts `text` to what a label may be.
fn name(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(limits::KEPT_NAME_BYTES_MAX));
    text
}
