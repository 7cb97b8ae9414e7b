//! The only wasmtime: compile, limit, call; the contract's types into the model's and back.
//!
//! Holds: a guest gets nothing but the imports of the contract and WASI with nothing granted; every call
//! is a fresh instance with a cap on memory, computing, time, log and answer; nothing that a guest does
//! is a panic here. Not here: what an answer means, network, storage, when to call.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

mod answers_in;
mod apart;
mod bindings;
mod call;
mod call_error;
mod call_log;
mod codes;
mod compiled;
mod compiled_cache;
mod computing;
mod connector;
mod crash;
mod engine;
mod events_in;
mod exports;
mod guest_state;
mod imports;
mod inspect;
mod limits;
mod load_error;
mod manifest_in;
mod memory;
mod precompiler;
mod probe;
mod questions_out;
mod report;
mod runtime;
mod wasi;

pub use apart::{Apart, compile_for};
pub use call_error::{CallError, TrapKind};
pub use codes::Compiler;
pub use compiled_cache::CacheError;
pub use connector::{Connector, LoadNote};
pub use load_error::{CONTRACT, LoadError};
pub use manifest_in::InvalidManifest;
pub use precompiler::Precompiler;
pub use probe::Probe;
pub use report::{CallContext, CallReport, CallUsage, LogLevel, LogLine};
pub use runtime::{Runtime, RuntimeError, RuntimeOptions};
