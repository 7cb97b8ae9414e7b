//! What the rules tell of labelled texts. Nobody labelled these with signals: what can be said is how often each
//! is told, and how the texts that it is told of were felt by people, beside all texts.

use crate::analyser::Analyser;
use crate::eval::Figure;
use crate::labelled::Labelled;

const SET: &str = "signals, English";

/// Value of the opinion; what its share and the share of negative and positive texts among it are called.
const TOLD: [(&str, [&str; 3]); 7] = [
    ("soon", ["soon: told", "soon: negative", "soon: positive"]),
    ("urgent", ["urgent: told", "urgent: negative", "urgent: positive"]),
    ("question", ["question: told", "question: negative", "question: positive"]),
    ("thanks", ["thanks: told", "thanks: negative", "thanks: positive"]),
    ("complaint", ["complaint: told", "complaint: negative", "complaint: positive"]),
    ("strong-language", ["strong language: told", "strong language: negative", "strong language: positive"]),
    ("human", ["human: told", "human: negative", "human: positive"]),
];

/// Measures on `texts`, which are in English.
pub(super) fn figures(analyser: &Analyser, texts: &[Labelled]) -> Vec<Figure> {
    let mut figures = Vec::new();
    let mut put = |name, part: u64, whole: u64| {
        if whole > 0 {
            let value = part as f64 / whole as f64;
            figures.push(Figure { set: SET.to_owned(), name, value, texts: whole });
        }
    };
    let mut all = [0_u64; 3];
    let mut told = [[0_u64; 3]; TOLD.len()];
    for text in texts {
        all[text.label.place()] += 1;
        for found in analyser.read(&text.text, None, Some("en"), None).signals() {
            if let Some(at) = TOLD.iter().position(|(value, _)| *value == found.value) {
                told[at][text.label.place()] += 1;
            }
        }
    }
    let whole = all.iter().sum();
    put("all: negative", all[0], whole);
    put("all: positive", all[2], whole);
    for ((_, [share, negative, positive]), labels) in TOLD.iter().zip(told) {
        let count = labels.iter().sum();
        put(share, count, whole);
        put(negative, labels[0], count);
        put(positive, labels[2], count);
    }
    figures
}
