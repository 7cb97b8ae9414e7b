//! The cascade: which messages are asked about, and what becomes of the answers.
//!
//! Holds: of a batch the least sure go first, in an order that depends on nothing else; a message that is not asked
//! about, or of which the model says nothing, keeps what it had. Not here: the model.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hark_model::{Annotation, AnnotationKind, Sentiment};

use crate::analyser::{Analyser, Analysis};
use crate::blend;
use crate::second::budget::Budget;
use crate::second::classifier::Classifier;
use crate::second::error::SecondError;
use crate::second::settings::SecondSettings;
use crate::sentiment::rounded;
use crate::tag;

/// A model that is asked where the first opinion is not sure. One serves all threads.
#[derive(Debug)]
pub struct SecondOpinion {
    classifier: Classifier,
    languages: Vec<String>,
    below: f64,
    maker: &'static str,
}

/// A message with what was said of it first.
#[derive(Debug)]
pub struct Message<'a> {
    /// Its text, as it was analysed.
    pub text: &'a str,
    /// Its title, if it has one.
    pub title: Option<&'a str>,
    /// What was said of it.
    pub analysis: &'a mut Analysis,
}

/// What became of a batch, in messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Asked {
    /// Of which the first opinion was not sure.
    pub unsure: usize,
    /// On which the second opinion decided.
    pub decided: usize,
    /// For which no budget was left.
    pub over_budget: usize,
    /// On which the model said nothing.
    pub silent: usize,
}

impl SecondOpinion {
    /// Reads the model and its tokeniser, and runs them once: seconds for a large model.
    ///
    /// # Errors
    ///
    /// When a setting makes no sense, or a file is not what it should be.
    pub fn load(settings: &SecondSettings) -> Result<Self, SecondError> {
        let mut languages = Vec::with_capacity(settings.languages.len());
        for language in &settings.languages {
            let known = tag::normalised(language).ok_or_else(|| SecondError::Setting {
                key: "languages",
                found: language.clone(),
                wanted: "write tags, as en or de",
            })?;
            languages.push(tag::primary(&known).to_owned());
        }
        let classifier = Classifier::load(settings)?;
        let maker = kept(&classifier.maker);
        Ok(Self { classifier, languages, below: settings.below, maker })
    }

    /// Returns who makes these opinions: `onnx:NAME@DIGEST`, of the model's file and of both files.
    pub fn maker(&self) -> &'static str {
        self.maker
    }

    /// Asks about those of `messages` of which the first opinion, by `analyser`, is least sure, as far as `budget`
    /// goes by `clock`, which says how long it is since some moment.
    pub fn ask(
        &self,
        analyser: &Analyser,
        messages: &mut [Message<'_>],
        budget: &mut Budget,
        clock: &dyn Fn() -> Duration,
    ) -> Asked {
        let begun = clock();
        let mut asked = Asked::default();
        for at in self.unsure(messages) {
            asked.unsure += 1;
            let now = clock();
            if !budget.has_time(begun, now) || !budget.take(now) {
                asked.over_budget += 1;
                continue;
            }
            let Message { text, title, analysis } = &mut messages[at];
            match self.opinion(&analyser.own_words(text, *title)) {
                Some(second) => {
                    analysis.first = Some(std::mem::replace(&mut analysis.sentiment, second));
                    asked.decided += 1;
                }
                None => asked.silent += 1,
            }
        }
        asked
    }

    /// Returns the places of the messages to ask about, the least sure first.
    fn unsure(&self, messages: &[Message<'_>]) -> Vec<usize> {
        let sureness = |message: &Message<'_>| message.analysis.sentiment.confidence.unwrap_or(0.0);
        let mut unsure: Vec<usize> = (0..messages.len())
            .filter(|at| sureness(&messages[*at]) < self.below && self.speaks_for(messages[*at].analysis))
            .collect();
        unsure.sort_by(|one, other| sureness(&messages[*one]).total_cmp(&sureness(&messages[*other])));
        unsure
    }

    /// Tells whether the model knows the language of a text, and has not been asked about it.
    fn speaks_for(&self, analysis: &Analysis) -> bool {
        let language = analysis.language.as_ref().map(|language| tag::primary(&language.value));
        let is_known = match language {
            Some(language) => {
                self.languages.is_empty() || self.languages.iter().any(|known| known == language)
            }
            // There may be nothing written at all, of which nobody can say anything.
            None => self.languages.is_empty() && analysis.sentiment.score.is_some(),
        };
        is_known && analysis.first.is_none()
    }

    fn opinion(&self, text: &str) -> Option<Annotation> {
        let shares = self.classifier.shares(text)?;
        let (label, share): (Sentiment, f64) = blend::label(&shares);
        Some(Annotation {
            kind: AnnotationKind::Sentiment,
            value: label.to_string(),
            score: Some(rounded(shares.positive - shares.negative)),
            confidence: Some(rounded(share)),
            evidence: Vec::new(),
            producer: self.maker,
            producer_version: "".into(),
        })
    }
}

/// Keeps the name of a maker to the end of the program, as opinions only point to it; each once, however often a
/// model is loaded.
fn kept(name: &str) -> &'static str {
    static KEPT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut all = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = all.get(name) {
        return known;
    }
    let name: &'static str = Box::leak(name.into());
    all.insert(name);
    name
}
