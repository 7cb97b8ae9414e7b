//! Language and sentiment with evidence; pure and synchronous.

use hark_model::Annotation;

/// Reads texts: in which language they are and how they feel. One serves all threads.
#[derive(Debug, Default)]
pub struct Analyser {}

/// What was found in one text.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis {
    /// In which language; absent when that cannot be told.
    pub language: Option<Annotation>,
    /// How it feels; `unknown` for a language without a model.
    pub sentiment: Annotation,
}

impl Analysis {
    /// Returns every opinion, for the store.
    pub fn annotations(self) -> Vec<Annotation> {
        self.language.into_iter().chain([self.sentiment]).collect()
    }
}

impl Analyser {
    /// Loads what is compiled in.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says what can be said of `text`.
    pub fn analyse(&self, text: &str, title: Option<&str>, claimed_language: Option<&str>) -> Analysis {
        let _ = (text, title, claimed_language);
        Analysis {
            language: None,
            sentiment: Annotation {
                kind: hark_model::AnnotationKind::Sentiment,
                value: hark_model::Sentiment::Unknown.to_string(),
                score: None,
                confidence: None,
                evidence: Vec::new(),
                producer: "hark-lexicon",
                producer_version: "1",
            },
        }
    }
}
