//! Prints how a model is made, and how good the analysis is.

use std::path::Path;

use hark_analysis::eval::{Evaluation, Figure};
use hark_analysis::train::{Progress, Trained};
use serde_json::json;

use super::clean;
use super::line;

/// Says what is done of a training; nothing where JSON is asked for.
pub fn progress(step: Progress, json: bool) {
    if !json {
        anstream::eprintln!("{} of {}: {}", step.done, step.of, step.step);
    }
}

/// Says what was made, and where it is.
pub fn trained(trained: &Trained, out: &Path, json: bool) {
    let table = &trained.held_out;
    if json {
        return line(&json!({
            "model": out.display().to_string(), "weights": trained.model.weights(), "texts": trained.texts,
            "held_out": {
                "texts": table.texts(), "macro_recall": table.macro_recall(), "macro_f1": table.macro_f1(),
                "accuracy": table.accuracy(),
            },
        }));
    }
    say!("{trained}");
    say!("written to {}", clean::line(&out.display().to_string()));
}

/// Prints every figure, and what was left out: the same facts as a table, or as a line of JSON for each.
pub fn evaluated(found: &Evaluation, json: bool) {
    for figure in &found.figures {
        let Figure { set, name, value, texts } = figure;
        if json {
            line(&json!(figure));
        } else {
            let places = if *value >= 100.0 { 0 } else { 4 };
            say!("{:<34} {name:<42} {value:>10.places$} {texts:>7}", clean::line(set));
        }
    }
    for path in found.left_out.iter().map(|path| path.display().to_string()) {
        if json {
            line(&json!({ "left_out": path }));
        } else {
            anstream::eprintln!("left out, no labelled texts: {}", clean::line(&path));
        }
    }
}
