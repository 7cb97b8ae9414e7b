//! What tests of several crates need: guests that are built, and servers that are started.
//!
//! Everything here panics on failure: a test that cannot be set up has failed.

pub mod browser;
pub mod connectors;
pub mod dovecot;
mod guests;
pub mod needs;
mod python;
pub mod registry;
pub mod submission;

pub use guests::{guest, guest_bytes, guest_names, newer_contract};
pub use python::python_with;
