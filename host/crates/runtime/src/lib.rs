//! The only wasmtime: compile, limit, call; the contract's types into the model's and back.
//!
//! Holds: a guest gets nothing but the imports of the contract and WASI with nothing granted; every call
//! is a fresh instance with a cap on memory, computing, time, log and answer; nothing that a guest does
//! is a panic here. A component is spoken to in the version of the contract that it was built for, each behind an
//! adapter of its own; [`Contract`] says how one is added. Not here: what an answer means, network, storage, when to
//! call.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

mod answers;
mod apart;
mod call;
mod call_error;
mod call_log;
mod codes;
mod compiled;
mod compiled_cache;
mod computing;
mod connector;
mod contract;
mod contracts;
mod crash;
mod engine;
mod exports;
mod fitted;
mod guest_state;
mod host_functions;
mod inspect;
mod limits;
mod load_error;
mod manifest;
mod memory;
mod precompiler;
mod probe;
mod report;
mod runtime;
mod skew;
mod v0_1;
mod wasi;

pub use apart::{Apart, compile_for};
pub use call_error::{CallError, TrapKind};
pub use codes::Compiler;
pub use compiled_cache::CacheError;
pub use connector::{Connector, LoadNote};
pub use contract::{Contract, Returned};
pub use contracts::Contracts;
pub use guest_state::GuestState;
pub use load_error::LoadError;
pub use manifest::InvalidManifest;
pub use precompiler::Precompiler;
pub use probe::Probe;
pub use report::{CallContext, CallReport, CallUsage, LogLevel, LogLine};
pub use runtime::{Runtime, RuntimeError, RuntimeOptions};
pub use skew::Skew;
