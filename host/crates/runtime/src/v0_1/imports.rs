//! What a guest of 0.1 may ask of the host, into the host's own types and back.

use hark_egress::{HmacDigest, HttpFault, HttpRequest, SecretEncoding, WireConnection, WireFault};
use wasmtime::component::Resource;

use super::bindings::{host, http, types, wire};
use crate::{GuestState, LogLevel};

impl types::Host for GuestState {}

impl http::Host for GuestState {
    async fn send(
        &mut self,
        request: http::Request,
    ) -> wasmtime::Result<Result<http::Response, http::HttpFault>> {
        let http::Request { method, url, headers, body, credential, timeout_ms } = request;
        let request = HttpRequest { method, url, headers, body, credential, timeout_ms };
        Ok(match GuestState::send(self, request).await {
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
        Ok(GuestState::connect(self, &endpoint).await?.map_err(wire_fault))
    }
}

impl wire::HostConnection for GuestState {
    async fn write(
        &mut self,
        connection: Resource<WireConnection>,
        bytes: Vec<u8>,
    ) -> wasmtime::Result<Result<(), wire::WireFault>> {
        Ok(self.connection(&connection)?.write(&bytes).await.map_err(wire_fault))
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
        let connection = self.connection(&connection)?;
        Ok(connection.write_secret(&prefix, &name, &user, encoding, &suffix).await.map_err(wire_fault))
    }

    async fn start_tls(
        &mut self,
        connection: Resource<WireConnection>,
    ) -> wasmtime::Result<Result<(), wire::WireFault>> {
        Ok(self.connection(&connection)?.start_tls().await.map_err(wire_fault))
    }

    async fn read(
        &mut self,
        connection: Resource<WireConnection>,
        max: u32,
        timeout_ms: u32,
    ) -> wasmtime::Result<Result<Vec<u8>, wire::WireFault>> {
        Ok(self.connection(&connection)?.read(max, timeout_ms).await.map_err(wire_fault))
    }

    async fn keep(
        &mut self,
        _connection: Resource<WireConnection>,
        label: String,
        media_type: String,
        bytes: Vec<u8>,
    ) -> wasmtime::Result<u64> {
        GuestState::keep(self, &label, &media_type, bytes)
    }

    async fn drop(&mut self, connection: Resource<WireConnection>) -> wasmtime::Result<()> {
        self.close(connection)
    }
}

impl host::Host for GuestState {
    async fn now(&mut self) -> wasmtime::Result<i64> {
        Ok(GuestState::now(self))
    }

    async fn log(&mut self, at: host::Level, message: String) -> wasmtime::Result<()> {
        let level = match at {
            host::Level::Debug => LogLevel::Debug,
            host::Level::Info => LogLevel::Info,
            host::Level::Warn => LogLevel::Warn,
            host::Level::Error => LogLevel::Error,
        };
        self.say(level, &message);
        Ok(())
    }

    async fn progress(&mut self, done: u64, total: Option<u64>) -> wasmtime::Result<()> {
        self.note_progress(done, total);
        Ok(())
    }

    async fn hmac(
        &mut self,
        credential: String,
        digest: host::Digest,
        message: Vec<u8>,
    ) -> wasmtime::Result<Vec<u8>> {
        GuestState::hmac(self, &credential, hmac_digest(digest), &message)
    }

    async fn hmac_equal(
        &mut self,
        credential: String,
        digest: host::Digest,
        message: Vec<u8>,
        claimed: Vec<u8>,
    ) -> wasmtime::Result<bool> {
        GuestState::hmac_equal(self, &credential, hmac_digest(digest), &message, &claimed)
    }
}

const fn hmac_digest(digest: host::Digest) -> HmacDigest {
    match digest {
        host::Digest::Sha1 => HmacDigest::Sha1,
        host::Digest::Sha256 => HmacDigest::Sha256,
        host::Digest::Sha512 => HmacDigest::Sha512,
    }
}
