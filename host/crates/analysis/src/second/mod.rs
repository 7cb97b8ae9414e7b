//! A second opinion on how a text feels, by an ONNX model of the operator's own: for the messages of which the
//! first opinion is least sure, as many as a budget allows.
//!
//! Holds: nobody is asked beyond the budget, and whoever is not asked keeps the first opinion; where a second one
//! decides the first is kept beside it, and each names its maker. Time comes from the clock that is given. Not
//! here: threads, batches, storing.
//!
//! Run by `tract`, which is Rust alone. `ort` was turned down: it downloads a library in C++ while it is built.

mod budget;
mod classifier;
mod error;
mod network;
mod opinion;
mod settings;

pub use budget::Budget;
pub use error::SecondError;
pub use opinion::{Asked, Message, SecondOpinion};
pub use settings::{SecondLimits, SecondSettings};
