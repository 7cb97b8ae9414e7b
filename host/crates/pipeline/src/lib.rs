//! The way of an item through the host: schedule, read, admit, analyse, route, store.
//!
//! Holds: one read at a time for each stream; a batch and its cursor are stored in one step; one bad
//! event never stops a source, one bad source never stops another. Not here: SQL, wasm, sockets.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

mod admission;
mod assemble;
mod enrich;
pub mod limits;
mod pipeline;
mod schedule;
mod stream;
mod template;

pub use admission::{Admission, Admitted, Refused, admit};
pub use assemble::{AssembleError, Permission, SourceSetup, permissions};
pub use enrich::{Enricher, Opinion};
pub use pipeline::{Pipeline, PipelineReport};
pub use stream::{StreamReader, StreamReport, now};
pub use template::TemplateError;
