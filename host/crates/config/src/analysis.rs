//! `[analysis]`: what of the operator's own is asked about how items feel, and what they want.

use std::path::{Path, PathBuf};

use hark_model::Sentiment;

use crate::config::path_in;
use crate::reader::Section;

/// What of the operator's own analyses items.
#[derive(Debug, Default)]
pub(crate) struct Analysis {
    pub models: Vec<PathBuf>,
    pub signals: Option<PathBuf>,
    pub second_opinion: Option<SecondOpinionConfig>,
}

/// A model that is asked about the items of which the first opinion is least sure, and what it may cost; what is not
/// written is the analysis's to choose.
#[derive(Debug, Clone, PartialEq)]
pub struct SecondOpinionConfig {
    /// The model, as ONNX.
    pub model: PathBuf,
    /// Its tokeniser, as `tokenizer.json` of Hugging Face.
    pub tokenizer: PathBuf,
    /// What each class of the model means, in the model's order.
    pub labels: Vec<Sentiment>,
    /// Languages that the model knows, as tags; none where it knows all.
    pub languages: Vec<String>,
    /// A first opinion of less confidence is asked about, 0 to 1.
    pub below: Option<f64>,
    /// Most items that are asked about in a second, over time.
    pub items_per_sec: Option<u32>,
    /// Most items at once.
    pub items_at_once: Option<u32>,
    /// After so long no other item of a batch is begun, in milliseconds.
    pub batch_ms: Option<u32>,
    /// Most tokens of a text.
    pub tokens: Option<u32>,
}

/// Reads the table.
pub(crate) fn read(mut section: Section<'_, '_>, folder: &Path) -> Analysis {
    let sink = section.sink;
    let listed = section.strings("models").unwrap_or_default();
    let analysis = Analysis {
        models: listed.iter().map(|text| path_in(folder, text, sink)).collect(),
        signals: section.string("signals").map(|text| path_in(folder, &text, sink)),
        second_opinion: section.table("second_opinion").and_then(|second| read_second(second, folder)),
    };
    section.finish("");
    analysis
}

fn read_second(mut section: Section<'_, '_>, folder: &Path) -> Option<SecondOpinionConfig> {
    let sink = section.sink;
    let mut file = |key, what| {
        let text = section.string(key);
        if text.is_none() {
            section.missing(key, what);
        }
        text.map(|text| path_in(folder, &text, sink))
    };
    let model = file("model", "name a file such as \"model.onnx\"");
    let tokenizer = file("tokenizer", "name the `tokenizer.json` that the model was trained with");
    let labels: Vec<Sentiment> = section.words_in_order("labels");
    if labels.is_empty() {
        section.missing(
            "labels",
            "write what each class means, in the model's order: [\"negative\", \"neutral\", \"positive\"]",
        );
    }
    let listed = section.strings("languages").unwrap_or_default();
    let languages = listed.iter().map(|text| text.inner.to_owned()).collect();
    let below = section.share("below");
    let mut number = |key, most| section.number(key, 1..=most).and_then(|number| u32::try_from(number).ok());
    let (items_per_sec, items_at_once) = (number("items_per_sec", 100_000), number("items_at_once", 100_000));
    let batch_ms = number("batch_ms", 60_000);
    let tokens = section.number("tokens", 8..=4_096).and_then(|number| u32::try_from(number).ok());
    section.finish("");
    Some(SecondOpinionConfig {
        model: model?,
        tokenizer: tokenizer?,
        labels,
        languages,
        below,
        items_per_sec,
        items_at_once,
        batch_ms,
        tokens,
    })
}
