//! The gate against real servers on this machine: each rule has a case that passes and one that must
//! not. Rules that are pure have their tables beside the code.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod budgets;
mod canary;
mod credentials;
mod http;
mod kit;
mod pacing;
mod recording;
mod redirects;
#[allow(dead_code, reason = "shared with the corpus of attacks")]
mod server;
mod tokens;
mod wire;
