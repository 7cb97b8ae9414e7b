//! What a guest may ask of the host: the imports of the contract, each through the gate.

use std::future::Future;
use std::time::SystemTime;

use hark_egress::{
    GateCall, HmacDenied, HmacDigest, HttpFault, HttpRequest, SecretEncoding, WireConnection, WireFault,
};
use hark_model::{AuthWhy, Fault};
use wasmtime::component::{HasSelf, Linker, Resource};
use wasmtime::format_err;

use crate::LogLevel;
use crate::bindings::{host, http, types, wire};
use crate::guest_state::GuestState;

/// Stops a guest that asked for what has no answer.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Denied(pub String);

/// Which imports a component gets beside WASI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum World {
    /// `http` and `host`.
    Listening,
    /// And `wire`.
    ListeningWire,
}

/// Makes the linker of a world: nothing in it that the world does not have.
pub(crate) fn linker(engine: &wasmtime::Engine, world: World) -> wasmtime::Result<Linker<GuestState>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    types::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut GuestState| state)?;
    http::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut GuestState| state)?;
    host::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut GuestState| state)?;
    if world == World::ListeningWire {
        wire::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut GuestState| state)?;
    }
    Ok(linker)
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

impl types::Host for GuestState {}

impl http::Host for GuestState {
    async fn send(
        &mut self,
        request: http::Request,
    ) -> wasmtime::Result<Result<http::Response, http::HttpFault>> {
        self.note_impure("http");
        let gate = match self.network() {
            Ok(gate) => gate,
            Err(why) => return Ok(Err(http::HttpFault::Denied(why))),
        };
        let http::Request { method, url, headers, body, credential, timeout_ms } = request;
        let request = HttpRequest { method, url, headers, body, credential, timeout_ms };
        Ok(match gate.send(request).await {
            Ok(response) => Ok(http::Response {
                payload: response.payload,
                status: response.status,
                headers: response.headers,
                body: response.body,
                received_at: response.received_at,
            }),
            Err(fault) => Err(http_fault(fault)),
        })
    }
}

fn http_fault(fault: HttpFault) -> http::HttpFault {
    match fault {
        HttpFault::Denied(why) => http::HttpFault::Denied(why),
        HttpFault::Timeout => http::HttpFault::Timeout,
        HttpFault::Connect(why) => http::HttpFault::Connect(why),
        HttpFault::Tls(why) => http::HttpFault::Tls(why),
        HttpFault::TooLarge(bytes) => http::HttpFault::TooLarge(bytes),
        HttpFault::Budget => http::HttpFault::Budget,
    }
}

fn wire_fault(fault: WireFault) -> wire::WireFault {
    match fault {
        WireFault::Denied(why) => wire::WireFault::Denied(why),
        WireFault::Timeout => wire::WireFault::Timeout,
        WireFault::Connect(why) => wire::WireFault::Connect(why),
        WireFault::Closed => wire::WireFault::Closed,
        WireFault::Tls(why) => wire::WireFault::Tls(why),
        WireFault::Budget => wire::WireFault::Budget,
    }
}

impl wire::Host for GuestState {
    async fn connect(
        &mut self,
        endpoint: String,
    ) -> wasmtime::Result<Result<Resource<WireConnection>, wire::WireFault>> {
        self.note_impure("wire");
        let gate = match self.network() {
            Ok(gate) => gate,
            Err(why) => return Ok(Err(wire::WireFault::Denied(why))),
        };
        match gate.connect(&endpoint).await {
            Ok(connection) => Ok(Ok(self.table().push(connection)?)),
            Err(fault) => Ok(Err(wire_fault(fault))),
        }
    }
}

impl wire::HostConnection for GuestState {
    async fn write(
        &mut self,
        connection: Resource<WireConnection>,
        bytes: Vec<u8>,
    ) -> wasmtime::Result<Result<(), wire::WireFault>> {
        let connection = self.table().get_mut(&connection)?;
        Ok(connection.write(&bytes).await.map_err(wire_fault))
    }

    async fn write_secret(
        &mut self,
        connection: Resource<WireConnection>,
        prefix: Vec<u8>,
        name: String,
        user: String,
        encoding: wire::SecretEncoding,
        suffix: Vec<u8>,
    ) -> wasmtime::Result<Result<(), wire::WireFault>> {
        let encoding = match encoding {
            wire::SecretEncoding::Verbatim => SecretEncoding::Verbatim,
            wire::SecretEncoding::ImapQuoted => SecretEncoding::ImapQuoted,
            wire::SecretEncoding::SaslPlain => SecretEncoding::SaslPlain,
            wire::SecretEncoding::SaslXoauth2 => SecretEncoding::SaslXoauth2,
        };
        let connection = self.table().get_mut(&connection)?;
        Ok(connection.write_secret(&prefix, &name, &user, encoding, &suffix).await.map_err(wire_fault))
    }

    async fn start_tls(
        &mut self,
        connection: Resource<WireConnection>,
    ) -> wasmtime::Result<Result<(), wire::WireFault>> {
        let connection = self.table().get_mut(&connection)?;
        Ok(connection.start_tls().await.map_err(wire_fault))
    }

    async fn read(
        &mut self,
        connection: Resource<WireConnection>,
        max: u32,
        timeout_ms: u32,
    ) -> wasmtime::Result<Result<Vec<u8>, wire::WireFault>> {
        let connection = self.table().get_mut(&connection)?;
        Ok(connection.read(max, timeout_ms).await.map_err(wire_fault))
    }

    async fn keep(
        &mut self,
        _connection: Resource<WireConnection>,
        label: String,
        media_type: String,
        bytes: Vec<u8>,
    ) -> wasmtime::Result<u64> {
        let gate = self.gate.as_mut().ok_or_else(|| format_err!("a connection without a gate"))?;
        let at = gate.now();
        Ok(gate.keep(&label, &media_type, bytes, at))
    }

    async fn drop(&mut self, connection: Resource<WireConnection>) -> wasmtime::Result<()> {
        self.table().delete(connection)?;
        Ok(())
    }
}

impl host::Host for GuestState {
    fn now(&mut self) -> impl Future<Output = wasmtime::Result<i64>> + Send {
        self.note_impure("now");
        // A gate that plays a recording has the time of the recording.
        std::future::ready(Ok(self.gate.as_ref().map_or_else(now_ms, GateCall::now)))
    }

    async fn log(&mut self, at: host::Level, message: String) -> wasmtime::Result<()> {
        let level = match at {
            host::Level::Debug => LogLevel::Debug,
            host::Level::Info => LogLevel::Info,
            host::Level::Warn => LogLevel::Warn,
            host::Level::Error => LogLevel::Error,
        };
        self.log.line(level, &message);
        Ok(())
    }

    async fn progress(&mut self, done: u64, total: Option<u64>) -> wasmtime::Result<()> {
        self.progress = Some((done, total));
        Ok(())
    }

    async fn hmac(
        &mut self,
        credential: String,
        digest: host::Digest,
        message: Vec<u8>,
    ) -> wasmtime::Result<Vec<u8>> {
        self.note_impure("hmac");
        // The contract has no fault here: an empty signature would be sent out, a stop is seen.
        let gate = self.gate.as_ref().ok_or_else(|| no_key(&credential))?;
        gate.hmac(&credential, hmac_digest(digest), &message).map_err(no_signature)
    }

    async fn hmac_equal(
        &mut self,
        credential: String,
        digest: host::Digest,
        message: Vec<u8>,
        claimed: Vec<u8>,
    ) -> wasmtime::Result<bool> {
        self.note_impure("hmac-equal");
        let gate = self.gate.as_ref().ok_or_else(|| no_key(&credential))?;
        gate.hmac_equal(&credential, hmac_digest(digest), &message, &claimed).map_err(no_signature)
    }
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

fn no_key(credential: &str) -> Denied {
    Denied(format!("credential {credential:?} cannot be used here: this call has no gate"))
}

const fn hmac_digest(digest: host::Digest) -> HmacDigest {
    match digest {
        host::Digest::Sha1 => HmacDigest::Sha1,
        host::Digest::Sha256 => HmacDigest::Sha256,
        host::Digest::Sha512 => HmacDigest::Sha512,
    }
}
