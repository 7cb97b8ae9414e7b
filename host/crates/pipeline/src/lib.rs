//! The way of an item through the host: schedule, read or be told, admit, analyse, route, store.
//!
//! Holds: one read at a time for each target of a stream; a batch and its cursor are stored in one step; one bad
//! event never stops a source, one bad source never stops another. Not here: SQL, wasm, sockets.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

mod act;
mod admission;
mod answers;
mod assemble;
mod backfill;
mod breaker;
mod capsule;
mod clock;
mod deliveries;
mod difference;
mod enrich;
mod intake;
pub mod limits;
mod listening;
mod pipeline;
mod powers;
mod precedence;
mod reanalysis;
mod recent;
mod recheck;
mod replay;
mod rotation;
mod schedule;
mod source_work;
mod stream;
mod supervisor;
mod template;
mod trial;
mod trouble;

pub use act::{ActError, Acted, Deed, act, new_key};
pub use admission::{Admission, Admitted, Refused, admit};
pub use answers::Answers;
pub use assemble::{AssembleError, Permission, SourceSetup, gate_options, permissions};
pub use backfill::{BackfillEnd, BackfillError, Backfiller};
pub use clock::now;
pub use deliveries::{Deliveries, DeliveryAnswer, Incoming};
pub use difference::{Change, Difference};
pub use enrich::{Enricher, Opinion};
pub use listening::Listening;
pub use pipeline::{Pipeline, PipelineReport};
pub use powers::Powers;
pub use reanalysis::{Reanalysis, ReanalysisEnd};
pub use replay::{Replay, ReplayError, ReplayReport};
pub use stream::StreamReport;
pub use template::TemplateError;
