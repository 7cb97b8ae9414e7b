//! Routing: who should see an item, and why; who gets it, who is told, and until when. Pure and synchronous.
//!
//! Holds: the same item, rules, state and clock give the same decision always, and every decision has its reasons. A file
//! of rules is taken whole or refused whole, with everything that is wrong with it. Not here: the filter language, storing,
//! sending.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

mod abuse;
mod assign;
mod calendar;
mod decision;
mod difference;
mod echo;
mod example;

mod explain;
mod item;
mod label;
pub mod limits;
mod notice;
mod people;
mod quiet;
mod read;

mod rotation;
mod service;
mod shown;
mod state;
mod tell;
mod tree;
mod words;

/// A name of the file: of a rule, a team, a person and so on.
pub type Name = std::sync::Arc<str>;

pub use abuse::{InvalidReportStep, ReportOutcome, ReportStatus, ReportStep};
pub use calendar::{Calendar, Opening};
pub use decision::{
    Addressee, Decision, Notice, Owner, Quiet, Reason, Taken, Unfit, Waits, WhyQueued, WhyRefused,
};
pub use difference::{Difference, Move, Place};
pub use echo::{Arrival, Origin, Sent};
pub use example::EXAMPLE;

pub use explain::{Explanation, Outcome, ReplayError, Seen};
pub use item::{Item, Snapshot};
pub use label::Label;
pub use notice::{DueNotice, Group};
pub use people::{Expert, Experts, Method, NoExperts, Person, Team};
pub use quiet::{Silence, Silences};
pub use read::Surroundings;

pub use rotation::Rotation;
pub use service::{Action, Deadline, DueStep, Health, Inbound, Level, Period, Promise, Step};
pub use state::{Desk, Presence, State, Sticky, Work};
pub use tree::{Context, RouteScratch, Tree};
