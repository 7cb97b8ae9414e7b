//! One call of a connector: its budget, its requests, the payloads it kept.

use std::sync::Arc;

use hark_model::{KeptPayload, Ms};
use tokio::time::Instant;

use crate::{
    HmacDenied, HmacDigest, HttpFault, HttpRequest, HttpResponse, SourceGate, WireConnection, WireFault,
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
}

/// The gate during one call.
pub struct GateCall {
    gate: Arc<SourceGate>,
    budget: CallBudget,
    report: GateReport,
}

impl GateCall {
    pub(crate) fn new(gate: Arc<SourceGate>, budget: CallBudget) -> Self {
        Self { gate, budget, report: GateReport::default() }
    }

    /// Sends `request` if every rule lets it pass, and keeps what came back.
    pub async fn send(&mut self, request: HttpRequest) -> Result<HttpResponse, HttpFault> {
        let _ = (&self.gate, self.budget, request);
        Err(HttpFault::Budget)
    }

    /// Connects to `endpoint` if every rule lets it pass.
    pub async fn connect(&mut self, endpoint: &str) -> Result<WireConnection, WireFault> {
        let _ = endpoint;
        Err(WireFault::Budget)
    }

    /// Keeps a payload that the connector cut out of a wire, and returns its id: 0 when the call has
    /// kept too many. What goes beyond the bytes of a call is cut, and the label says so.
    pub fn keep(&mut self, label: &str, media_type: &str, bytes: Vec<u8>, at: Ms) -> u64 {
        let _ = (label, media_type, bytes, at);
        0
    }

    /// Signs `message` with the webhook key `credential`.
    pub fn hmac(&self, credential: &str, digest: HmacDigest, message: &[u8]) -> Result<Vec<u8>, HmacDenied> {
        let _ = (digest, message);
        Err(HmacDenied(credential.to_owned()))
    }

    /// Tells in constant time whether `claimed` is the signature of `message`.
    pub fn hmac_equal(
        &self,
        credential: &str,
        digest: HmacDigest,
        message: &[u8],
        claimed: &[u8],
    ) -> Result<bool, HmacDenied> {
        let _ = claimed;
        self.hmac(credential, digest, message).map(|_| false)
    }

    /// Ends the call.
    pub fn finish(self) -> GateReport {
        self.report
    }
}
