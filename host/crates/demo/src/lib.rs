//! Servers on loopback with a day of invented conversation: a mailbox over IMAP and TLS, a blog and its comments
//! as feeds, X, a page on Facebook and a staff forum as doubles. Nobody needs an account anywhere to see Hark at
//! work.
//!
//! Holds: everything listens on loopback only; everything is invented; the same seed tells the same
//! story; memory is bounded however long it runs. Not here: reading any of it, writing `hark.toml`.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

mod arrivals;
mod certificate;
mod config;
mod demo;
mod double;
mod error;
mod feeds;
mod folder;
mod http;
mod imap;
pub mod limits;
mod mailbox;
mod message;
mod played;
mod said;
mod stage;
mod story;

pub use demo::{Demo, DemoOptions};
pub use double::serve_folder;
pub use error::DemoError;
pub use stage::{Arrival, Channel};
pub use story::Deed;
