//! Why there is no second opinion: what is wrong, where, and what to do.

use std::error::Error;
use std::path::PathBuf;

/// Why a model or its tokeniser cannot be used; all of it is the operator's to mend.
#[derive(Debug, thiserror::Error)]
pub enum SecondError {
    /// A setting makes no sense.
    #[error("second opinion: `{key}` is \"{found}\": {wanted}")]
    Setting {
        /// Which.
        key: &'static str,
        /// What it is.
        found: String,
        /// What to write instead.
        wanted: &'static str,
    },
    /// A file cannot be read.
    #[error("{}: the {what} of the second opinion cannot be read; see that the file is there and may be read", .path.display())]
    File {
        /// The model or the tokeniser.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file is larger than it may be.
    #[error("{}: {bytes} bytes or more, where {bytes_max} are the most; raise `{key}` if the file is meant", .path.display())]
    Large {
        /// The file.
        path: PathBuf,
        /// What was read of it, in bytes.
        bytes: u64,
        /// What it may have.
        bytes_max: u64,
        /// The limit.
        key: &'static str,
    },
    /// The model cannot be read or run.
    #[error(
        "{}: no ONNX model that runs here; export it in fp32, with operator set 9 to 18, in one file", .path.display()
    )]
    Model {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The model wants to know what no text says.
    #[error(
        "{}: the model's input `{input}` {trouble}; export it with input_ids and, if need be, attention_mask and \
         token_type_ids, each of one text (or any number of them) by tokens", .path.display()
    )]
    Input {
        /// The file.
        path: PathBuf,
        /// The input's name.
        input: String,
        /// What is wrong with it.
        trouble: &'static str,
    },
    /// The model has another number of classes than there are labels.
    #[error(
        "{}: the model answers with shape {shape:?}, and there are {labels} labels; write one for each class, in the \
         model's order", .path.display()
    )]
    Classes {
        /// The file.
        path: PathBuf,
        /// What it answers with.
        shape: Vec<usize>,
        /// How many labels there are.
        labels: usize,
    },
    /// The tokeniser cannot be read or used.
    #[error("{}: no tokeniser; give the tokenizer.json that came with the model", .path.display())]
    Tokenizer {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The tokeniser has words that the model has not.
    #[error(
        "{}: the model does not know every word of {}; give the model and the tokenizer.json that belong together",
        .model.display(), .tokenizer.display()
    )]
    Apart {
        /// The model's file.
        model: PathBuf,
        /// The tokeniser's.
        tokenizer: PathBuf,
        /// What the model said.
        source: Box<dyn Error + Send + Sync>,
    },
}
