//! What the process gives up before it listens, so that a hole in the sandbox of a connector ends in a second one.
//!
//! Holds: nothing that is given up comes back, neither for this thread nor for those that it starts; what the kernel
//! does not allow is said, never passed over. Not here: which files and addresses are needed.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

#[cfg(target_os = "linux")]
mod calls;
#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod files;
mod measure;
mod needs;
#[cfg(target_os = "linux")]
mod process;

#[cfg(not(target_os = "linux"))]
pub use elsewhere::{bound, confine};
pub use measure::{Measure, State};
pub use needs::Needs;
#[cfg(target_os = "linux")]
pub use process::bound;

/// Gives up everything that is not in `needs`, for the calling thread and all that it starts from now on. Dumps are given
/// up for the whole process. Call it before other threads are started.
///
/// Returns what is in force and what is not, in a fixed order. Fails never: who insists looks at the states.
#[cfg(target_os = "linux")]
pub fn confine(needs: &Needs) -> Vec<Measure> {
    // Privileges first: an unprivileged process may only be filtered once it can gain none.
    let mut measures = vec![process::privileges(), process::user(), process::dumps()];
    measures.extend(files::confine(needs));
    measures.extend(calls::confine(needs));
    measures
}
