//! Feed pages, JSON and the live stream, rendered on the server; the door for deliveries, and the pages of experts
//! without an account.
//!
//! Holds: heard content is text to a browser, never markup or a script; nothing here writes but the answer of an expert; a page
//! asks no host but ours; a link leads only to `http` or `https`. Not here: SQL, connectors, what an
//! item means.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

mod asks;
mod assets;
mod bucket;
mod deliveries;
mod error;
mod guard;
mod json;
pub mod limits;
mod live;
mod pages;
mod query;
mod serve;
mod server;
mod teams;
mod text;

/// Routes, to be merged and served.
pub use axum::Router;

pub use asks::{AskOptions, CurrentQuestions, asks};
pub use deliveries::{DeliveryOptions, DeliveryReply, PerMin, Receive, deliveries};
pub use json::feed_item;
pub use serve::{ConnectionLimits, serve, serve_within};
pub use server::{WebOptions, router};
pub use teams::Teams;
