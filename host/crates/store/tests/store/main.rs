//! The store against real files: properties over random events, and what can be wrong with a file.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod beside;
mod chime_ins;
mod consistency;
mod content;
mod events;
mod feed;
mod files;
mod given;
mod items;
mod labels;
mod notices;
mod people;
mod properties;
mod reanalysis;
mod reports;
mod routing;
mod spikes;
mod supervision;
mod thread;
mod twin;
mod writer;
