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
mod desk;
mod difference;
mod enrich;
mod escalation;
mod experts;
#[cfg(test)]
mod given;
mod intake;
pub mod limits;
mod listening;
mod masking;
mod memory;
mod memory_rows;
mod pipeline;
mod powers;
mod precedence;
mod reanalysis;
mod recent;
mod recheck;
mod record;
mod replay;
mod rotation;
mod schedule;
mod second;
mod source_work;
mod spike_watch;
mod stream;
mod supervisor;
mod template;
mod trial;
mod trouble;
mod trying;

pub use act::{ActError, Acted, Deed, act, new_key};
pub use admission::{Admission, Admitted, Refused, admit};
pub use answers::Answers;
pub use assemble::{AssembleError, Permission, SourceSetup, gate_options, permissions};
pub use backfill::{BackfillEnd, BackfillError, Backfiller};
pub use clock::now;
pub use deliveries::{Deliveries, DeliveryAnswer, Incoming};
pub use desk::{DeskClock, know_staff};
pub use difference::{Change, Difference};
pub use enrich::{Enricher, Opinion};
pub use experts::{ExpertFinder, ExpertItem, ExpertPerson, ExpertQuestion, FoundExpert};
pub use listening::Listening;
pub use masking::Masking;
pub use pipeline::{Pipeline, PipelineReport};
pub use powers::Powers;
pub use reanalysis::{Reanalysis, ReanalysisEnd};
pub use replay::{Replay, ReplayError, ReplayReport};
pub use second::{Analysed, SecondOpinion};
pub use stream::StreamReport;
pub use template::TemplateError;
pub use trying::{DryRun, Moved, dry_run, explain};
