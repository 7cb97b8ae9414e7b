//! What goes on beside polling, with the built binary: deliveries, backfill, recheck, replay, replies, other analysers, copies,
//! spikes, masking, labels, who gets what.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod archive;
mod copies;
mod deeds;
mod folder;
mod hot;
mod labels;
mod masked;
mod past;
mod pauses;
mod place;
mod platform;
mod routes;
mod supervised;
mod unusual;
mod webhooks;
