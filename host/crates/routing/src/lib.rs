//! Routing rules over analysed items: who should see an item, and why. Pure and synchronous.
//!
//! Holds: rules speak in the order of the file, whatever the index finds first; every say has the
//! rule's name and the words that made it match. Not here: TOML, the filter language, people's shifts.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

mod facts;
mod limits;
mod matcher;
mod router;
mod tokens;

pub use facts::Facts;
pub use router::Router;
