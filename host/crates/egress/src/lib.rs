//! The only outbound network: HTTP and line-protocol connections through one gate per source.
//!
//! Holds: nothing connects unless the manifest and the grant both say so and every resolved address
//! was checked; a credential is placed by name at the last hop, goes only to its audience, and is taken
//! out of everything that comes back. Not here: retries, back-off, WIT types, what an answer means.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

mod address;
mod allowance;
mod argv;
mod call;
mod credential;
mod exchange;
mod gate;
mod headers;
mod host_client;
mod http;
pub mod limits;
mod meter;
mod names;
mod oauth1;
mod oauth2;
mod pacing;
mod proof;
mod redirect;
mod refusal;
mod renewal;
mod scrub;
mod secret;
mod shared;
mod tls;
mod tokens;
mod upstream;
mod url_rule;
mod vault;
mod wire;
mod wire_login;

pub use argv::ArgvError;
pub use call::{CallBudget, GateCall, GateReport, Transcript};
pub use credential::{BoundCredential, HmacDenied, HmacDigest};
pub use gate::{GateError, GateOptions, SourceGate};
pub use host_client::{HostClient, HostClientOptions, HostCredential, HostRequest, HostResponse, Unanswered};
pub use http::{HttpFault, HttpRequest, HttpResponse};
pub use names::{NameTable, Names};
pub use refusal::RULES;
pub use secret::{Secret, SecretError};
pub use shared::Shared;
pub use tls::TrustError;
pub use vault::{Kept, Shelf, ShelfError, Vault, VaultKey, VaultKeyError};
pub use wire::{SecretEncoding, WireConnection, WireFault};
