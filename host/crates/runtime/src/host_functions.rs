//! What a guest may ask of the host, in the host's own types: what the imports of every version of the contract come
//! down to, each through the gate.

use std::time::SystemTime;

use hark_egress::{
    GateCall, HmacDenied, HmacDigest, HttpFault, HttpRequest, HttpResponse, WireConnection, WireFault,
};
use hark_model::{AuthWhy, Fault, Ms};
use wasmtime::component::Resource;
use wasmtime::format_err;

use crate::LogLevel;
use crate::guest_state::GuestState;

/// Stops a guest that asked for what has no answer.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Denied(pub String);

impl GuestState {
    /// Sends a request through the gate.
    pub async fn send(&mut self, request: HttpRequest) -> Result<HttpResponse, HttpFault> {
        self.note_impure("http");
        match self.network() {
            Ok(gate) => gate.send(request).await,
            Err(why) => Err(HttpFault::Denied(why)),
        }
    }

    /// Opens a wire connection through the gate. Fails if the guest holds too many already.
    pub async fn connect(
        &mut self,
        endpoint: &str,
    ) -> wasmtime::Result<Result<Resource<WireConnection>, WireFault>> {
        self.note_impure("wire");
        let opened = match self.network() {
            Ok(gate) => gate.connect(endpoint).await,
            Err(why) => Err(WireFault::Denied(why)),
        };
        Ok(match opened {
            Ok(connection) => Ok(self.table().push(connection)?),
            Err(fault) => Err(fault),
        })
    }

    /// Returns a connection that the guest opened.
    pub fn connection(
        &mut self,
        connection: &Resource<WireConnection>,
    ) -> wasmtime::Result<&mut WireConnection> {
        Ok(self.table().get_mut(connection)?)
    }

    /// Closes a connection that the guest opened.
    pub fn close(&mut self, connection: Resource<WireConnection>) -> wasmtime::Result<()> {
        self.table().delete(connection)?;
        Ok(())
    }

    /// Keeps what came over a connection; returns the id of the payload.
    pub fn keep(&mut self, label: &str, media_type: &str, bytes: Vec<u8>) -> wasmtime::Result<u64> {
        let gate = self.gate.as_mut().ok_or_else(|| format_err!("a connection without a gate"))?;
        let at = gate.now();
        Ok(gate.keep(label, media_type, bytes, at))
    }

    /// Returns the time. A gate that plays a recording has the time of the recording.
    pub fn now(&mut self) -> Ms {
        self.note_impure("now");
        self.gate.as_ref().map_or_else(now_ms, GateCall::now)
    }

    /// Writes a line into the log of the call.
    pub fn say(&mut self, level: LogLevel, message: &str) {
        self.log.line(level, message);
    }

    /// Notes how far the guest says it is: done, and of how many.
    pub fn note_progress(&mut self, done: u64, total: Option<u64>) {
        self.progress = Some((done, total));
    }

    /// Signs `message` with a webhook key. There is no fault to answer with: an empty signature would be sent out, a
    /// stop is seen.
    pub fn hmac(
        &mut self,
        credential: &str,
        digest: HmacDigest,
        message: &[u8],
    ) -> wasmtime::Result<Vec<u8>> {
        self.note_impure("hmac");
        self.keys(credential)?.hmac(credential, digest, message).map_err(no_signature)
    }

    /// Tells in constant time whether `claimed` is the signature of `message`; stops the guest as `hmac` does.
    pub fn hmac_equal(
        &mut self,
        credential: &str,
        digest: HmacDigest,
        message: &[u8],
        claimed: &[u8],
    ) -> wasmtime::Result<bool> {
        self.note_impure("hmac-equal");
        self.keys(credential)?.hmac_equal(credential, digest, message, claimed).map_err(no_signature)
    }

    fn keys(&self, credential: &str) -> Result<&GateCall, Denied> {
        let why = || format!("credential {credential:?} cannot be used here: this call has no gate");
        self.gate.as_ref().ok_or_else(|| Denied(why()))
    }
}

fn now_ms() -> Ms {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Stops the call. For a key without a value with the fault that the connector would give if the contract let it
/// see that: it is the operator's to mend, and no crash.
fn no_signature(denied: HmacDenied) -> wasmtime::Error {
    match denied {
        HmacDenied::Unbound { .. } => {
            Fault::Auth { why: AuthWhy::Missing, scope: None, detail: denied.to_string() }.into()
        }
        HmacDenied::Refused(_) => Denied(denied.to_string()).into(),
    }
}
