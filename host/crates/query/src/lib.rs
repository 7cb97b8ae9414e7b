//! Hark's one filter language: read, explained, as SQL, and over items in memory.
//!
//! Holds: the same filter gives the same items in the database and in memory. Not here: a database, files, clocks.

pub mod limits;
mod words;

pub use words::{Column, Words};
