//! Bounds of the gate that no setting widens; the others are in `SourceLimits`.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Longest value of a credential.
pub const SECRET_BYTES_MAX: usize = 64 << 10;
/// Bytes that are read of a file of authorities.
pub const CA_FILE_BYTES_MAX: u64 = 4 << 20;
/// Shortest value that is looked for in answers: shorter ones would blank ordinary words.
pub const SCRUB_BYTES_MIN: usize = 8;
/// Most values that are learnt while a source runs and looked for in answers; the latest stay.
pub const SCRUB_LEARNT_MAX: usize = 16;
/// Longest wait for the program of a `cmd:` credential.
pub const COMMAND_WAIT_MAX: Duration = Duration::from_secs(30);
/// Longest wait for a TCP connection and its TLS handshake, each.
pub const CONNECT_WAIT_MAX: Duration = Duration::from_secs(10);
/// Most addresses of one name that are tried.
pub const ADDRESSES_MAX: usize = 32;
/// How long an idle HTTP connection is kept for the next call.
pub const POOL_IDLE_MAX: Duration = Duration::from_secs(300);
/// Most idle HTTP connections kept for one host.
pub const POOL_IDLE_PER_HOST_MAX: usize = 4;
/// Most headers of a request, and of a response.
pub const HEADERS_MAX: usize = 100;
/// Bytes of all headers of a request.
pub const REQUEST_HEADER_BYTES_MAX: usize = 32 << 10;
/// Bytes of a request body.
pub const REQUEST_BODY_BYTES_MAX: usize = 4 << 20;
/// Bytes of a redirect's body that are read so that its connection can be used again.
pub const REDIRECT_BODY_BYTES_MAX: usize = 64 << 10;
/// Bytes of all payloads kept in one call.
pub const KEPT_BYTES_MAX: usize = 128 << 20;
/// Bytes of what one call sends and hears that are held for the case that it crashes.
pub const TRANSCRIPT_BYTES_MAX: usize = 4 << 20;
/// Payloads kept in one call.
pub const KEPT_PAYLOADS_MAX: usize = 8_192;
/// Bytes of the label or media type of a kept payload.
pub const KEPT_NAME_BYTES_MAX: usize = 256;
/// Bytes that one wire read gives at most.
pub const WIRE_READ_BYTES_MAX: usize = 256 << 10;
/// Bytes that one wire connection may write.
pub const WIRE_WRITTEN_BYTES_MAX: usize = 4 << 20;
/// Bytes that may cross a `starttls://` connection in either direction before its TLS.
pub const WIRE_PLAIN_BYTES_MAX: usize = 64 << 10;
/// Bytes of the prefix, the suffix and the user of a secret that is written.
pub const WIRE_LOGIN_BYTES_MAX: usize = 1_024;
/// Bytes that a guest may write before the secret: greetings and a login command, no more.
pub const WIRE_BEFORE_LOGIN_BYTES_MAX: usize = 4_096;
/// Redirects of one request of the host itself.
pub const HOST_REDIRECTS_MAX: u32 = 5;
/// Longest wait of the host itself for the head of an answer, and for each next piece of its body.
pub const HOST_WAIT_MAX: Duration = Duration::from_secs(30);
/// Longest wait of the host itself for a whole body, however slowly its pieces come.
pub const HOST_BODY_WAIT_MAX: Duration = Duration::from_secs(1_800);
/// Bytes of all headers of an answer to the host itself.
pub const HOST_HEADER_BYTES_MAX: u32 = 64 << 10;
/// This machine.
pub(crate) const LOOPBACK: [IpNet; 2] = [
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8)),
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128)),
];
/// Bytes of a text about a refusal or failure.
pub const FAULT_TEXT_BYTES_MAX: usize = 4 << 10;
/// Longest time that a platform's `retry-after` is obeyed by itself.
pub const HOLD_MAX: Duration = Duration::from_secs(24 * 3600);
/// Bytes of the answer that asked to wait, given again to those who ask meanwhile.
pub const HELD_BODY_BYTES_MAX: usize = 64 << 10;
/// Most pairs of credential and host whose allowances are remembered.
pub const ALLOWANCES_MAX: usize = 10_000;
/// Bytes of an answer of a token endpoint.
pub const TOKEN_ANSWER_BYTES_MAX: usize = 64 << 10;
/// How long before its end an access token is renewed, at most; short-lived ones a tenth of their life before.
pub const TOKEN_AHEAD_MAX: Duration = Duration::from_secs(60);
/// Longest life of an access token that is believed.
pub const TOKEN_LIFE_MAX: Duration = Duration::from_secs(366 * 24 * 3600);
/// Shortest time between two renewals that an upstream's 401 asks for.
pub const TOKEN_RENEWAL_PAUSE: Duration = Duration::from_secs(60);
/// Longest wait for an answer of a token endpoint.
pub const TOKEN_WAIT_MAX: Duration = Duration::from_secs(30);
