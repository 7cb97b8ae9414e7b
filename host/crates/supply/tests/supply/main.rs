//! The way of a connector from an address or a registry to bytes that may be run, with everything that can
//! be changed on that way changed.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod https;
mod kit;
mod offline;
mod registry;
mod server;
mod signatures;
