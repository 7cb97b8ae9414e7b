//! Feed pages, JSON and the live stream, rendered on the server.
//!
//! Holds: heard content is text to a browser, never markup or a script; nothing here writes; a page
//! asks no host but ours. Not here: SQL, connectors, what an item means.

mod server;

pub use server::{ServeError, WebOptions, router, serve};
