//! Named tasks, the order to stop them, and a grace time.
//!
//! Holds: every task has a name and an owner that awaits it; an order to stop reaches every task at
//! once; what is still running after the grace time is aborted and named. Not here: signals, what a
//! task does.

mod shutdown;
mod tasks;

pub use shutdown::Shutdown;
pub use tasks::{StopReport, Tasks};
