//! The laws of a connector, tried on a compiled component that plays cassettes; and the recording of them.
//!
//! Holds: a component is a black box, seen only through the contract; whatever it is given, the trial ends
//! and says by name which law was broken, what was expected, what came and where; nothing here needs a
//! network or a clock. Not here: printing, files, what the host does with a connector that failed.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

mod bench;
mod judge;
mod law;
mod laws;
mod limits;
mod platform;
mod record;
mod run;
mod shown;
mod tamper;
mod told;

pub use bench::{Bench, BenchError};
pub use judge::{Ruling, certify};
pub use law::{Breach, LAWS, Law, Verdict, rules_text};
pub use record::{RecordOptions, record};
pub use shown::event;
pub use told::Told;
