//! What a second opinion is made with, and what it may cost.
//!
//! Holds: every limit has a value before anything is read. Not here: in which file an operator writes this.

use std::path::PathBuf;

use hark_model::Sentiment;

use crate::second::error::SecondError;

/// Most classes of a model.
const LABELS_MAX: usize = 16;
/// Fewest tokens: a tokeniser adds up to four of its own to every text.
const TOKENS_MIN: usize = 8;
/// Most tokens that any model is given.
const TOKENS_MAX: usize = 4_096;

/// What the operator brings.
#[derive(Debug, Clone, PartialEq)]
pub struct SecondSettings {
    /// The model, as ONNX.
    pub model: PathBuf,
    /// The tokeniser that it was trained with: `tokenizer.json` of Hugging Face.
    pub tokenizer: PathBuf,
    /// What each class of the model means, in the model's order. Several classes may mean the same.
    pub labels: Vec<Sentiment>,
    /// The languages of the model, as tags; nothing where it knows all. A text in another one, or of which the
    /// language cannot be told, is then not asked about.
    pub languages: Vec<String>,
    /// A first opinion of less confidence is asked about, 0 to 1.
    pub below: f64,
    /// What it may cost.
    pub limits: SecondLimits,
}

impl SecondSettings {
    /// Confidence below which the first opinion is right in about half of all texts: a third of them.
    pub const BELOW: f64 = 0.55;

    /// Takes the files and the labels, and the strict limits.
    pub fn new(
        model: impl Into<PathBuf>,
        tokenizer: impl Into<PathBuf>,
        labels: impl Into<Vec<Sentiment>>,
    ) -> Self {
        let (model, tokenizer, labels) = (model.into(), tokenizer.into(), labels.into());
        let (languages, below, limits) = (Vec::new(), Self::BELOW, SecondLimits::STRICT);
        Self { model, tokenizer, labels, languages, below, limits }
    }

    /// Tells what of this makes no sense.
    pub(super) fn check(&self) -> Result<(), SecondError> {
        let refused = |key, found, wanted| Err(SecondError::Setting { key, found, wanted });
        let has = |label| self.labels.contains(&label);
        let names = || self.labels.iter().map(|label| label.as_str()).collect::<Vec<_>>().join(", ");
        if self.labels.len() > LABELS_MAX || has(Sentiment::Unknown) {
            return refused("labels", names(), "write up to 16 of negative, neutral and positive");
        }
        if !has(Sentiment::Negative) || !has(Sentiment::Positive) {
            return refused("labels", names(), "write what each class means, in the model's order");
        }
        if !(0.0..=1.0).contains(&self.below) {
            return refused("below", self.below.to_string(), "write a number from 0 to 1");
        }
        self.limits.check()
    }
}

/// What second opinions may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecondLimits {
    /// Most messages that are asked about in a second, over time.
    pub messages_per_sec_max: u32,
    /// Most messages at once, after a time in which fewer were asked about.
    pub messages_at_once_max: u32,
    /// After so long no other message of a batch is begun, in milliseconds.
    pub batch_ms_max: u32,
    /// Most tokens of a text, with those that the tokeniser adds; the rest of the text is not read.
    pub tokens_max: usize,
    /// Largest model that is loaded, in bytes.
    pub model_bytes_max: u64,
    /// Largest tokeniser that is loaded, in bytes.
    pub tokenizer_bytes_max: u64,
}

impl SecondLimits {
    /// What holds where nothing is written: a model of the size of RoBERTa makes about 20 messages a second.
    pub const STRICT: Self = Self {
        messages_per_sec_max: 10,
        messages_at_once_max: 50,
        batch_ms_max: 1_000,
        tokens_max: 128,
        model_bytes_max: 1 << 30,
        tokenizer_bytes_max: 64 << 20,
    };

    fn check(&self) -> Result<(), SecondError> {
        let refused =
            |key, found: usize, wanted| Err(SecondError::Setting { key, found: found.to_string(), wanted });
        if !(TOKENS_MIN..=TOKENS_MAX).contains(&self.tokens_max) {
            return refused("tokens_max", self.tokens_max, "write a number from 8 to 4096");
        }
        if self.messages_per_sec_max == 0 {
            return refused("messages_per_sec_max", 0, "write 1 or more, or leave the second opinion out");
        }
        if self.messages_at_once_max == 0 {
            return refused("messages_at_once_max", 0, "write 1 or more, or leave the second opinion out");
        }
        Ok(())
    }
}

impl Default for SecondLimits {
    fn default() -> Self {
        Self::STRICT
    }
}
