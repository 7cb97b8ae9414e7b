//! Doubles: platforms that are played on loopback, so that connectors and the platforms' own clients can be
//! tried against them.
//!
//! Holds: a double keeps to the platform's documents in addresses, bodies, headers and errors; the same
//! script, seed and clock give the same bytes; nothing leaves this machine.
//! Not its business: what a connector makes of it.

#![allow(
    clippy::result_large_err,
    reason = "a refusal is an answer like others, and made no more often than they"
)]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

pub mod client;
mod clock;
mod control;
mod core;
mod double;
mod emitter;
mod fault;
mod gate;
mod hooks;
mod line;
mod marred;
mod platform;
pub mod platforms;
mod rates;
pub mod reply;
mod request_log;
pub mod sample;
mod shelf;
mod signature;
mod test_host;
pub mod times;
mod tokens;
pub mod torture;
mod unsaid;
mod weather;

pub use clock::Clock;
pub use control::ControlError;
pub use core::Core;
pub use double::{Double, Options, StartError};
pub use emitter::{Attempt, Push};
pub use hooks::{Handshake, Hook, Sent};
pub use platform::{Platform, Refusal};
pub use rates::{Allowance, Standing};
pub use request_log::{Entry, violations};
pub use shelf::Shelf;
pub use signature::{Mac, SPOILT_ALL, Spoilt, hmac_sha256, spoil};
pub use test_host::{Kept, TestHost};
pub use tokens::TokenState;

/// UTC, milliseconds since 1970-01-01.
pub type Ms = i64;
