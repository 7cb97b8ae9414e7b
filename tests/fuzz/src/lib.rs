//! Everything that reads bytes of somebody else, each as one function that a fuzzer can drive.
//!
//! Holds: a target asserts what its reader promises, and tells whether the reader took the input; it needs neither
//! network nor clock nor a fuzzer, so that what was found once is tried again by every `cargo test`. Not here: how
//! inputs are made up; that is libFuzzer's, by way of `fuzz_targets`.

#![allow(clippy::expect_used, clippy::missing_panics_doc, reason = "a broken promise is told by a panic")]

#[cfg(feature = "engine")]
mod admission;
mod analysis;
#[cfg(feature = "network")]
mod answer;
mod cassette;
mod config;
mod email;
mod events;
mod filter;
#[cfg(feature = "engine")]
mod guest;
#[cfg(feature = "network")]
mod http_response;
#[cfg(feature = "engine")]
mod lifting;
#[cfg(feature = "engine")]
mod made_up;
#[cfg(feature = "network")]
mod place;
mod speech;
#[cfg(feature = "network")]
mod supply;
#[cfg(feature = "network")]
mod wire;
mod xml;

#[cfg(feature = "engine")]
pub use admission::admission;
pub use analysis::analysis;
pub use cassette::cassette;
pub use config::{config, signals};
pub use email::email;
pub use filter::filter;
#[cfg(feature = "network")]
pub use http_response::http_response;
#[cfg(feature = "engine")]
pub use lifting::lifting;
#[cfg(feature = "network")]
pub use supply::{lock, supply};
#[cfg(feature = "network")]
pub use wire::wire;
pub use xml::xml;

/// What became of an input whose reader kept its promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It was read.
    Taken,
    /// It was refused, with a reason.
    Refused,
}

/// A target.
pub type Target = fn(&[u8]) -> Verdict;

/// Every target that is built, by the name of its binary and of its folder in `corpus`.
pub const TARGETS: &[(&str, Target)] = &[
    #[cfg(feature = "engine")]
    ("admission", admission),
    ("analysis", analysis),
    ("cassette", cassette),
    ("config", config),
    ("email", email),
    ("filter", filter),
    #[cfg(feature = "network")]
    ("http_response", http_response),
    #[cfg(feature = "engine")]
    ("lifting", lifting),
    #[cfg(feature = "network")]
    ("lock", lock),
    ("signals", signals),
    #[cfg(feature = "network")]
    ("supply", supply),
    #[cfg(feature = "network")]
    ("wire", wire),
    ("xml", xml),
];
