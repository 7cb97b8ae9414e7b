//! Line-protocol connections: plain bytes for the connector, TLS and secrets for the host.
//!
//! Holds: a secret is written once, over TLS, as part of a login, towards its audience; what is read
//! holds no secret; nothing that came before TLS is read after it. Not here: any protocol but logins.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hark_cassette::{Blob, PlayedWire, Secret as SpokenSecret, Tape, Unopened, WireStep, WireTrouble};
use hark_model::{Endpoint, WireSecurity};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use zeroize::Zeroizing;

use crate::exchange::tls_error;
use crate::gate::endpoint_text;
use crate::limits;
use crate::meter::Meter;
use crate::names::NameError;
use crate::refusal::Refusal;
use crate::upstream::{Network, Upstream};
use crate::wire_login::Opening;
use crate::{Secret, SourceGate};

/// How a secret is written into a wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretEncoding {
    /// As it is.
    Verbatim,
    /// As an IMAP quoted string, quotes included.
    ImapQuoted,
    /// SASL PLAIN, in base64.
    SaslPlain,
    /// SASL XOAUTH2, in base64.
    SaslXoauth2,
}

/// Why a wire did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireFault {
    /// A rule refused it; the text names the rule.
    #[error("wire denied: {0}")]
    Denied(String),
    /// The time was over.
    #[error("wire timed out")]
    Timeout,
    /// Nobody answers there, or the name has no address; the text says which.
    #[error("no connection: {0}")]
    Connect(String),
    /// The connection is at its end.
    #[error("wire is closed")]
    Closed,
    /// No trust in the other side.
    #[error("tls failed: {0}")]
    Tls(String),
    /// The connection or the call has nothing left to spend.
    #[error("nothing left to spend on this wire")]
    Budget,
}

impl SecretEncoding {
    /// Returns its name in the contract.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Verbatim => "verbatim",
            Self::ImapQuoted => "imap-quoted",
            Self::SaslPlain => "sasl-plain",
            Self::SaslXoauth2 => "sasl-xoauth2",
        }
    }
}

impl From<Refusal> for WireFault {
    fn from(refusal: Refusal) -> Self {
        Self::Denied(refusal.told())
    }
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    Played(Box<PlayedWire>),
    Closed,
}

/// One line-protocol connection; dropped, it is closed.
pub struct WireConnection {
    gate: Arc<SourceGate>,
    meter: Arc<Meter>,
    endpoint: Endpoint,
    shown: String,
    stream: Stream,
    /// TLS was started, or would have been.
    is_secure: bool,
    /// Its number on the tape.
    on_tape: usize,
    /// Read and scrubbed, not yet asked for.
    ready: Vec<u8>,
    /// Read, and perhaps the beginning of a secret.
    held: Vec<u8>,
    opening: Opening,
    secret_written: bool,
    read_bytes: u64,
    written_bytes: usize,
}

impl WireConnection {
    /// Connects if both keys and every address let it.
    pub(crate) async fn open(
        gate: Arc<SourceGate>,
        meter: Arc<Meter>,
        endpoint: Endpoint,
    ) -> Result<Self, WireFault> {
        let shown = endpoint_text(&endpoint);
        gate.admit_endpoint(&endpoint, &shown)?;
        if !meter.take_request() {
            return Err(WireFault::Budget);
        }
        let stream = match &gate.upstream {
            Upstream::Network(network) => {
                let until = meter.until(Instant::now() + limits::CONNECT_WAIT_MAX);
                let opened = timeout_at(until, connected(&gate, network, &endpoint)).await;
                let opened = opened.unwrap_or(Err(WireFault::Timeout));
                Stream::Plain(opened.inspect_err(|fault| note_unopened(&meter.tape, &shown, fault))?)
            }
            Upstream::Played(player) => {
                Stream::Played(Box::new(player.wire(&shown).map_err(unopened_fault)?))
            }
        };
        let on_tape = meter.tape.wire(&shown);
        let mut wire = Self {
            gate,
            meter,
            endpoint,
            shown,
            stream,
            is_secure: false,
            on_tape,
            ready: Vec::new(),
            held: Vec::new(),
            opening: Opening::default(),
            secret_written: false,
            read_bytes: 0,
            written_bytes: 0,
        };
        if wire.endpoint.security == WireSecurity::Tls {
            wire.secure().await?;
        }
        Ok(wire)
    }

    /// Writes `bytes`.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), WireFault> {
        if !self.secret_written {
            self.opening.note(bytes);
        }
        self.put(bytes).await?;
        self.note(|gate| WireStep::Sent(Blob(gate.scrubber.bytes(bytes).into_owned())));
        Ok(())
    }

    /// Writes `prefix`, the encoded secret of credential `name` for `user`, then `suffix`: once in the
    /// life of the connection, over TLS, and only as its login.
    pub async fn write_secret(
        &mut self,
        prefix: &[u8],
        name: &str,
        user: &str,
        encoding: SecretEncoding,
        suffix: &[u8],
    ) -> Result<(), WireFault> {
        let gate = Arc::clone(&self.gate);
        let (credential, secret) = gate.credential(name)?;
        credential.admit_endpoint(&self.endpoint, &self.shown)?;
        if !self.is_secure {
            return Err(Refusal::SecretBeforeTls.into());
        }
        if self.secret_written {
            return Err(Refusal::SecretTwice.into());
        }
        self.opening.admit(prefix, suffix)?;
        let current = gate.current(credential, secret).await?;
        let unfit = |why| Refusal::SecretForm { name: name.to_owned(), why };
        let encoded = encoded(&current.secret, user, encoding).map_err(unfit)?;
        let spoken = SpokenSecret {
            prefix: Blob::from(prefix),
            credential: name.to_owned(),
            user: user.to_owned(),
            encoding: encoding.as_str().to_owned(),
            suffix: Blob::from(suffix),
        };
        if let Stream::Played(played) = &mut self.stream {
            self.secret_written = true;
            played.write_secret(&spoken);
            return Ok(());
        }
        let mut line = Zeroizing::new(Vec::with_capacity(prefix.len() + encoded.len() + suffix.len()));
        line.extend_from_slice(prefix);
        line.extend_from_slice(encoded.as_bytes());
        line.extend_from_slice(suffix);
        self.secret_written = true;
        self.put(&line).await?;
        self.note(|_| WireStep::Secret(spoken));
        Ok(())
    }

    /// Upgrades to TLS in place, and checks the other side's name. What was received before, asked
    /// for or not, is discarded: somebody in between could have put it there.
    pub async fn start_tls(&mut self) -> Result<(), WireFault> {
        if self.is_secure {
            return Err(Refusal::TlsTwice.into());
        }
        self.secure().await?;
        self.note(|_| WireStep::StartTls);
        Ok(())
    }

    async fn secure(&mut self) -> Result<(), WireFault> {
        if let Stream::Played(played) = &mut self.stream {
            self.is_secure = true;
            self.ready.clear();
            self.held.clear();
            if self.endpoint.security == WireSecurity::StartTls {
                played.start_tls();
            }
            return Ok(());
        }
        let gate = Arc::clone(&self.gate);
        let Upstream::Network(network) = &gate.upstream else { return Err(WireFault::Closed) };
        let Stream::Plain(tcp) = std::mem::replace(&mut self.stream, Stream::Closed) else {
            return Err(WireFault::Closed);
        };
        self.discard(&tcp);
        let until = self.meter.until(Instant::now() + limits::CONNECT_WAIT_MAX);
        let host = self.endpoint.host.trim_start_matches('[').trim_end_matches(']');
        let server =
            ServerName::try_from(host.to_owned()).map_err(|error| WireFault::Tls(error.to_string()))?;
        let connector = TlsConnector::from(Arc::clone(&network.tls));
        let tls = timeout_at(until, connector.connect(server, tcp)).await.map_err(|_| WireFault::Timeout)?;
        self.stream = Stream::Tls(Box::new(tls.map_err(|error| self.failed(&error))?));
        self.is_secure = true;
        Ok(())
    }

    /// Throws away what came before TLS: what was read ahead, and what waits in the socket. A server
    /// that keeps to the protocol says nothing between its answer and the handshake.
    fn discard(&mut self, tcp: &TcpStream) {
        let mut discarded = self.ready.len() + self.held.len();
        self.ready.clear();
        self.held.clear();
        let mut waiting = [0; 4096];
        while let Ok(count @ 1..) = tcp.try_read(&mut waiting) {
            discarded += count;
            if discarded > limits::WIRE_PLAIN_BYTES_MAX {
                break;
            }
        }
        if discarded > 0 {
            tracing::warn!(source = %self.gate.source(), endpoint = %self.shown, discarded, "bytes before tls were discarded");
        }
    }

    /// Returns at most `max` bytes; an empty list is not the end, `Closed` is.
    pub async fn read(&mut self, max: u32, timeout_ms: u32) -> Result<Vec<u8>, WireFault> {
        let max = usize::try_from(max).unwrap_or(usize::MAX).min(limits::WIRE_READ_BYTES_MAX);
        if let Stream::Played(played) = &mut self.stream {
            let read = played.read(max).map_err(trouble_fault)?;
            return self.count(read.len()).map(|()| read);
        }
        if self.ready.is_empty() && max > 0 {
            let filled = self.fill(timeout_ms).await;
            filled.inspect_err(|fault| self.note_fault(fault))?;
        }
        let rest = self.ready.split_off(max.min(self.ready.len()));
        let read = std::mem::replace(&mut self.ready, rest);
        self.note(|_| WireStep::Received(Blob::from(read.as_slice())));
        Ok(read)
    }

    fn note(&self, step: impl FnOnce(&SourceGate) -> WireStep) {
        self.meter.tape.step(self.on_tape, step(&self.gate));
    }

    fn note_fault(&self, fault: &WireFault) {
        match fault {
            WireFault::Timeout => self.note(|_| WireStep::Trouble(WireTrouble::Timeout)),
            WireFault::Closed | WireFault::Tls(_) | WireFault::Connect(_) => {
                self.note(|_| WireStep::Trouble(WireTrouble::Closed));
            }
            WireFault::Denied(_) | WireFault::Budget => {}
        }
    }

    /// Reads until something is ready. What could be the beginning of a secret is waited on as long
    /// as the guest waits, and then is none.
    async fn fill(&mut self, timeout_ms: u32) -> Result<(), WireFault> {
        let host_limit = Duration::from_secs(self.gate.limits.request_secs);
        let limit = match timeout_ms {
            0 => host_limit,
            wanted => host_limit.min(Duration::from_millis(u64::from(wanted))),
        };
        let until = self.meter.until(Instant::now() + limit);
        while self.ready.is_empty() {
            let got = timeout_at(until, self.receive()).await.unwrap_or(Err(WireFault::Timeout));
            match got {
                Ok(()) => self.ready = self.gate.scrubber.release(&mut self.held),
                Err(WireFault::Timeout | WireFault::Closed) if !self.held.is_empty() => {
                    self.ready = self.gate.scrubber.bytes(&std::mem::take(&mut self.held)).into_owned();
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }

    /// Reads once into `held`. May be dropped at any point: a read that did not end took nothing.
    async fn receive(&mut self) -> Result<(), WireFault> {
        let mut buffer = [0; 16 << 10];
        let got = match &mut self.stream {
            Stream::Plain(tcp) => tcp.read(&mut buffer).await,
            Stream::Tls(tls) => tls.read(&mut buffer).await,
            Stream::Played(_) | Stream::Closed => return Err(WireFault::Closed),
        };
        let count = got.map_err(|error| self.failed(&error))?;
        if count == 0 {
            return Err(WireFault::Closed);
        }
        self.count(count)?;
        if matches!(self.stream, Stream::Plain(_)) && self.read_bytes > limits::WIRE_PLAIN_BYTES_MAX as u64 {
            return Err(Refusal::PlainTooLong.into());
        }
        self.held.extend_from_slice(&buffer[..count]);
        Ok(())
    }

    fn count(&mut self, read: usize) -> Result<(), WireFault> {
        self.read_bytes += read as u64;
        self.meter.received(read);
        if self.read_bytes > self.gate.limits.wire_mib << 20 {
            return Err(WireFault::Budget);
        }
        Ok(())
    }

    async fn put(&mut self, bytes: &[u8]) -> Result<(), WireFault> {
        self.written_bytes += bytes.len();
        if self.written_bytes > limits::WIRE_WRITTEN_BYTES_MAX {
            return Err(WireFault::Budget);
        }
        if matches!(self.stream, Stream::Plain(_)) && self.written_bytes > limits::WIRE_PLAIN_BYTES_MAX {
            return Err(Refusal::PlainTooLong.into());
        }
        let until = self.meter.until(Instant::now() + Duration::from_secs(self.gate.limits.request_secs));
        let put = async {
            match &mut self.stream {
                Stream::Plain(tcp) => tcp.write_all(bytes).await,
                Stream::Tls(tls) => {
                    tls.write_all(bytes).await?;
                    tls.flush().await
                }
                Stream::Played(played) => {
                    played.write(bytes);
                    Ok(())
                }
                Stream::Closed => Err(std::io::ErrorKind::NotConnected.into()),
            }
        };
        let Ok(done) = timeout_at(until, put).await else {
            // Nobody knows how much of it went out.
            self.stream = Stream::Closed;
            return Err(WireFault::Timeout);
        };
        done.map_err(|error| self.failed(&error))?;
        self.meter.sent(bytes.len());
        Ok(())
    }

    /// Tells trust from connection, and logs what the contract has no words for.
    fn failed(&self, error: &std::io::Error) -> WireFault {
        if let Some(error) = tls_error(error) {
            return WireFault::Tls(self.gate.shown(&error.to_string()));
        }
        tracing::info!(source = %self.gate.source(), endpoint = %self.shown, %error, "wire broke");
        WireFault::Closed
    }
}

/// Connects to the first of the checked addresses that answers.
async fn connected(
    gate: &SourceGate,
    network: &Network,
    endpoint: &Endpoint,
) -> Result<TcpStream, WireFault> {
    let addresses: Vec<IpAddr> = match network.resolver.resolve(&endpoint.host).await {
        Ok(addresses) => addresses,
        Err(NameError::Refused(refused)) => return Err(Refusal::from(refused).into()),
        Err(error) => {
            tracing::warn!(source = %gate.source(), %error, "no address");
            return Err(WireFault::Connect(gate.shown(&error.to_string())));
        }
    };
    // Each address gets its share of the time, so that a dead one does not use up that of the others.
    let share = limits::CONNECT_WAIT_MAX / u32::try_from(addresses.len()).unwrap_or(1).max(1);
    let mut refused = None;
    for address in addresses {
        match timeout(share, TcpStream::connect(SocketAddr::new(address, endpoint.port))).await {
            Ok(Ok(tcp)) => {
                // Commands are short and wait for their answers.
                let _ = tcp.set_nodelay(true);
                return Ok(tcp);
            }
            Ok(Err(error)) => {
                tracing::warn!(source = %gate.source(), %address, %error, "no connection");
                refused = Some(error);
            }
            Err(_) => tracing::warn!(source = %gate.source(), %address, "no connection in time"),
        }
    }
    Err(refused.map_or(WireFault::Timeout, |error| {
        // Which address it was is the host's to know.
        WireFault::Connect(gate.shown(&format!("{}: {error}", endpoint_text(endpoint))))
    }))
}

/// Notes a connection that did not come about; what the gate itself refused never went out.
fn note_unopened(tape: &Tape, shown: &str, fault: &WireFault) {
    let trouble = match fault {
        WireFault::Connect(_) => WireTrouble::Connect,
        WireFault::Timeout => WireTrouble::Timeout,
        _ => return,
    };
    tape.step(tape.wire(shown), WireStep::Trouble(trouble));
}

fn unopened_fault(unopened: Unopened) -> WireFault {
    match unopened {
        Unopened::Miss(miss) => WireFault::Connect(miss.to_string()),
        Unopened::Trouble(trouble) => trouble_fault(trouble),
    }
}

fn trouble_fault(trouble: WireTrouble) -> WireFault {
    match trouble {
        WireTrouble::Timeout => WireFault::Timeout,
        WireTrouble::Connect => WireFault::Connect("the connection was refused".to_owned()),
        WireTrouble::Closed => WireFault::Closed,
    }
}

/// Returns the secret as `encoding` writes it, or why it cannot be written so.
fn encoded(secret: &Secret, user: &str, encoding: SecretEncoding) -> Result<Zeroizing<String>, &'static str> {
    let value = secret.expose();
    if value.contains(['\r', '\n', '\0']) || user.contains(['\r', '\n', '\0', '\x01']) {
        return Err("holds a line break or a control character that would end the login");
    }
    if user.len() > limits::WIRE_LOGIN_BYTES_MAX {
        return Err("is too long");
    }
    let text = match encoding {
        SecretEncoding::Verbatim => Zeroizing::new(value.to_owned()),
        SecretEncoding::ImapQuoted => quoted(value),
        SecretEncoding::SaslPlain => base64(format!("\0{user}\0{value}")),
        SecretEncoding::SaslXoauth2 if value.contains('\x01') => return Err("holds a control character"),
        SecretEncoding::SaslXoauth2 => base64(format!("user={user}\x01auth=Bearer {value}\x01\x01")),
    };
    Ok(text)
}

fn quoted(value: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(value.len() * 2 + 2));
    text.push('"');
    for letter in value.chars() {
        if matches!(letter, '"' | '\\') {
            text.push('\\');
        }
        text.push(letter);
    }
    text.push('"');
    text
}

fn base64(plain: String) -> Zeroizing<String> {
    let plain = Zeroizing::new(plain);
    Zeroizing::new(STANDARD.encode(&*plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_encoded_as_the_protocols_want() {
        let write = |value: &str, encoding| {
            encoded(&Secret::from(value.to_owned()), "jo", encoding).map(|text| text.to_string())
        };
        assert_eq!(write("a b", SecretEncoding::Verbatim).unwrap(), "a b");
        assert_eq!(write(r#"a"b\c"#, SecretEncoding::ImapQuoted).unwrap(), r#""a\"b\\c""#);
        assert_eq!(write("pw", SecretEncoding::SaslPlain).unwrap(), "AGpvAHB3");
        assert_eq!(
            write("tok", SecretEncoding::SaslXoauth2).unwrap(),
            STANDARD.encode("user=jo\x01auth=Bearer tok\x01\x01")
        );
        for bad in ["a\r\nb", "a\rb", "a\nb", "a\0b"] {
            for encoding in [
                SecretEncoding::Verbatim,
                SecretEncoding::ImapQuoted,
                SecretEncoding::SaslPlain,
                SecretEncoding::SaslXoauth2,
            ] {
                assert!(write(bad, encoding).is_err(), "{bad:?} as {encoding:?}");
            }
        }
        assert!(encoded(&Secret::from("pw".to_owned()), "jo\0x", SecretEncoding::SaslPlain).is_err());
    }
}
