//! The only outbound network: HTTP and line-protocol connections through one gate per source.
//!
//! Holds: nothing connects unless the manifest and the grant both say so and every resolved address
//! was checked; a credential is placed by name at the last hop, goes only to its audience, and is taken
//! out of everything that comes back. Not here: retries, back-off, WIT types, what an answer means.

mod call;
mod credential;
mod gate;
mod http;
pub mod limits;
mod names;
mod secret;
mod wire;

pub use call::{CallBudget, GateCall, GateReport};
pub use credential::{BoundCredential, HmacDenied, HmacDigest};
pub use gate::{GateError, GateOptions, SourceGate};
pub use http::{HttpFault, HttpRequest, HttpResponse};
pub use names::Names;
pub use secret::{Secret, SecretError};
pub use wire::{SecretEncoding, WireConnection, WireFault};
