//! Language, sentiment and signals with evidence, near-duplicates, topics, personal data; pure and synchronous.
//!
//! Holds: one text in, the same opinions out, always; every opinion with its maker, its confidence and
//! what it was made from; time and memory in proportion to the text, up to a bound. Not here: where a text
//! came from, who should see it, what was said before. Files are read for training and evaluation alone.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

mod analyser;
mod blend;
mod chars;
mod common_words;
pub mod duplicates;
pub mod eval;
pub mod experts;
mod features;
mod habit;
mod hash;
pub mod labelled;
mod language;
mod lexicon;
pub mod limits;
mod linear;
pub mod metrics;
mod own_words;
pub mod personal;
mod reading;
mod script;
#[cfg(feature = "onnx")]
pub mod second;
mod sentiment;
pub mod signals;
pub mod spikes;
mod steps;
mod tag;
mod tokens;
pub mod topics;
pub mod train;
mod valence;

pub use analyser::{
    Analyser, Analysis, LANGUAGE_PRODUCER, LANGUAGE_VERSION, LEXICON_PRODUCER, LEXICON_VERSION, OWN_PRODUCER,
    PLATFORM_PRODUCER, PLATFORM_VERSION, SENTIMENT_PRODUCER, SENTIMENT_VERSION,
};
pub use habit::Habit;
pub use linear::{MODEL_BYTES_MAX, Model, ModelError};
pub use reading::Reading;
