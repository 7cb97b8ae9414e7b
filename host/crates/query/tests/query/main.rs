//! The language as a whole: over random filters and random items.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod bounds;
mod random;
mod round_trip;
mod same_answer;
mod standing;
mod trace;
