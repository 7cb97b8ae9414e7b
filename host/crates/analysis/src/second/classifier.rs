//! A text in, shares of the labels out.
//!
//! Holds: model and tokeniser belong together and to the labels, as far as running them can show. Not here: which
//! texts.

use std::io::Read;
use std::path::Path;

use hark_model::Sentiment;
use sha2::{Digest, Sha256};
use tokenizers::{Tokenizer, TruncationParams};

use crate::linear::Shares;
use crate::second::error::SecondError;
use crate::second::network::Network;
use crate::second::settings::{SecondLimits, SecondSettings};

/// Bytes of a text for each token that is read: no tokeniser makes so long ones of words.
const BYTES_OF_A_TOKEN: usize = 16;
/// Bytes of the digest that the maker's name has.
const DIGEST_BYTES: usize = 6;
/// Most letters of the model's name.
const NAME_MAX: usize = 64;

/// A tokeniser and a model, with what its classes mean.
#[derive(Debug)]
pub(super) struct Classifier {
    tokenizer: Tokenizer,
    network: Network,
    labels: Vec<Sentiment>,
    bytes_max: usize,
    /// The model's name, and what tells both files from all others.
    pub maker: String,
}

impl Classifier {
    /// Reads both files and runs them once.
    pub fn load(settings: &SecondSettings) -> Result<Self, SecondError> {
        settings.check()?;
        let SecondLimits { tokens_max, model_bytes_max, tokenizer_bytes_max, .. } = settings.limits;
        let model = read("model", &settings.model, model_bytes_max, "model_bytes_max")?;
        let words = read("tokeniser", &settings.tokenizer, tokenizer_bytes_max, "tokenizer_bytes_max")?;
        let refused = |source| SecondError::Tokenizer { path: settings.tokenizer.clone(), source };
        let mut tokenizer = Tokenizer::from_bytes(&words).map_err(refused)?;
        let network = Network::of(&model, &settings.model, tokens_max, filler(&tokenizer))?;
        let max_length = network.tokens_max().unwrap_or(tokens_max);
        let cut = TruncationParams { max_length, ..TruncationParams::default() };
        // The network fills up, as only it knows how far.
        tokenizer.with_padding(None).with_truncation(Some(cut)).map_err(refused)?;
        let maker = format!("onnx:{}@{}", name(&settings.model), digest(&[&model, &words]));
        let (labels, bytes_max) = (settings.labels.clone(), max_length * BYTES_OF_A_TOKEN);
        let classifier = Self { tokenizer, network, labels, bytes_max, maker };
        classifier.try_once(settings)?;
        Ok(classifier)
    }

    /// Runs the model on the tokeniser's last word: both know as many words, and every class has a label.
    fn try_once(&self, settings: &SecondSettings) -> Result<(), SecondError> {
        let last = self.tokenizer.get_vocab(true).into_values().max().unwrap_or(0);
        let (shape, values) = self.network.run(&[last]).map_err(|error| SecondError::Apart {
            model: settings.model.clone(),
            tokenizer: settings.tokenizer.clone(),
            source: error.into(),
        })?;
        if values.len() == self.labels.len() && shape.last() == Some(&self.labels.len()) {
            return Ok(());
        }
        let (path, labels) = (settings.model.clone(), self.labels.len());
        Err(SecondError::Classes { path, shape, labels })
    }

    /// Returns the shares of the labels for `text`; nothing where the model fails or answers with no numbers.
    pub fn shares(&self, text: &str) -> Option<Shares> {
        let text = &text[..text.floor_char_boundary(self.bytes_max)];
        let words = self.tokenizer.encode_fast(text, true).ok()?;
        if words.get_ids().is_empty() {
            return None;
        }
        let (_, logits) = self.network.run(words.get_ids()).ok()?;
        if logits.iter().any(|logit| !logit.is_finite()) {
            return None;
        }
        let mut shares = Shares { negative: 0.0, neutral: 0.0, positive: 0.0 };
        for (label, share) in self.labels.iter().zip(softmax(&logits)) {
            match label {
                Sentiment::Negative => shares.negative += share,
                Sentiment::Neutral | Sentiment::Unknown => shares.neutral += share,
                Sentiment::Positive => shares.positive += share,
            }
        }
        Some(shares)
    }
}

fn softmax(logits: &[f32]) -> Vec<f64> {
    let most = logits.iter().copied().fold(f32::MIN, f32::max);
    let parts: Vec<f64> = logits.iter().map(|logit| f64::from(logit - most).exp()).collect();
    let sum: f64 = parts.iter().sum();
    parts.into_iter().map(|part| part / sum).collect()
}

/// Reads a file that is not larger than it may be.
fn read(what: &'static str, path: &Path, bytes_max: u64, key: &'static str) -> Result<Vec<u8>, SecondError> {
    let refused = |source| SecondError::File { what, path: path.to_owned(), source };
    let file = std::fs::File::open(path).map_err(refused)?;
    let mut bytes = Vec::new();
    let read = file.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes).map_err(refused)? as u64;
    match read > bytes_max {
        true => Err(SecondError::Large { path: path.to_owned(), bytes: read, bytes_max, key }),
        false => Ok(bytes),
    }
}

/// Returns the token that texts are filled up with.
fn filler(tokenizer: &Tokenizer) -> u32 {
    let named = || ["[PAD]", "<pad>"].iter().find_map(|name| tokenizer.token_to_id(name));
    tokenizer.get_padding().map(|padding| padding.pad_id).or_else(named).unwrap_or(0)
}

/// Returns the file's name without its ending, in plain letters.
fn name(path: &Path) -> String {
    let name = path.file_stem().map(|name| name.to_string_lossy()).unwrap_or_default();
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' };
    name.chars().map(plain).take(NAME_MAX).collect()
}

fn digest(files: &[&[u8]]) -> String {
    let mut digest = Sha256::new();
    for file in files {
        digest.update((file.len() as u64).to_le_bytes());
        digest.update(file);
    }
    digest.finalize().iter().take(DIGEST_BYTES).map(|byte| format!("{byte:02x}")).collect()
}
