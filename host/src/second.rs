//! A second opinion by a model of the operator's own, as `[analysis.second_opinion]` says; needs the feature `onnx`.

use hark_config::SecondOpinionConfig;
use hark_pipeline::SecondOpinion;

use crate::exit::{Exit, Failure};

/// Loads the model.
#[cfg(feature = "onnx")]
pub fn load(config: &SecondOpinionConfig) -> Result<SecondOpinion, Failure> {
    use std::sync::{Mutex, PoisonError};
    use std::time::Instant;

    use hark_analysis::second::{Budget, Message};

    let settings = settings(config);
    let second = hark_analysis::second::SecondOpinion::load(&settings).map_err(|error| {
        Failure::new(Exit::Config, format!("[analysis.second_opinion]: {}", crate::exit::chain(&error)))
            .hint("host/crates/analysis/README.md says which models can be run")
    })?;
    let (budget, begun) = (Mutex::new(Budget::new(settings.limits)), Instant::now());
    Ok(SecondOpinion::new(move |analyser, batch| {
        let mut messages: Vec<Message<'_>> = batch
            .iter_mut()
            .map(|item| Message { text: item.text, title: item.title, analysis: &mut *item.analysis })
            .collect();
        // One batch at a time: the budget is of the process, and a model takes a whole core anyway.
        let mut budget = budget.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = second.ask(analyser, &mut messages, &mut budget, &|| begun.elapsed());
        if asked.unsure > 0 {
            tracing::debug!(?asked, "a second opinion was asked");
        }
    }))
}

#[cfg(feature = "onnx")]
fn settings(config: &SecondOpinionConfig) -> hark_analysis::second::SecondSettings {
    use hark_analysis::second::{SecondLimits, SecondSettings};

    let usual = SecondLimits::STRICT;
    SecondSettings {
        languages: config.languages.clone(),
        below: config.below.unwrap_or(SecondSettings::BELOW),
        limits: SecondLimits {
            messages_per_sec_max: config.items_per_sec.unwrap_or(usual.messages_per_sec_max),
            messages_at_once_max: config.items_at_once.unwrap_or(usual.messages_at_once_max),
            batch_ms_max: config.batch_ms.unwrap_or(usual.batch_ms_max),
            tokens_max: config.tokens.map_or(usual.tokens_max, |tokens| tokens as usize),
            ..usual
        },
        ..SecondSettings::new(&config.model, &config.tokenizer, config.labels.as_slice())
    }
}

/// Says why there is none.
#[cfg(not(feature = "onnx"))]
pub fn load(config: &SecondOpinionConfig) -> Result<SecondOpinion, Failure> {
    let message = format!(
        "[analysis.second_opinion] names the model {}, and this Hark was built without the feature `onnx`",
        config.model.display()
    );
    Err(Failure::new(Exit::Config, message)
        .hint("build it with `cargo build --features onnx`, or take the table out"))
}
