//! Machine opinion: always with its maker, its confidence and what it was made from.

use std::borrow::Cow;

use crate::UnknownWord;
use crate::kinds::words;

words! {
    /// What an opinion is about.
    AnnotationKind {
        /// How it feels.
        Sentiment = "sentiment",
        /// In which language it is.
        Language = "language",
        /// What it is about, or what it is: a question, thanks, a complaint, a wish for a human.
        Topic = "topic",
        /// How soon it wants an answer.
        Urgency = "urgency",
        /// Strong language: words, and nothing of hate.
        Toxicity = "toxicity",
        /// Personal data.
        Pii = "pii",
        /// Who should see it.
        Route = "route",
    }
}
words! {
    /// How a text feels.
    Sentiment {
        /// Pleased.
        Positive = "positive",
        /// Neither.
        Neutral = "neutral",
        /// Displeased.
        Negative = "negative",
        /// No model for its language.
        Unknown = "unknown",
    }
}

/// A piece of what an opinion was made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Byte offset of the span in the item's text.
    pub start: usize,
    /// Byte offset behind the span.
    pub end: usize,
    /// The words themselves, or the name of a rule.
    pub text: String,
    /// What it added to the score.
    pub weight: f64,
}

/// One opinion on one revision of an item.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation {
    /// What it is about.
    pub kind: AnnotationKind,
    /// The opinion: "negative", "en", a rule's name.
    pub value: String,
    /// -1 to 1 for sentiment.
    pub score: Option<f64>,
    /// 0 to 1.
    pub confidence: Option<f64>,
    /// What it was made from.
    pub evidence: Vec<Evidence>,
    /// Who made it.
    pub producer: &'static str,
    /// Which version of the maker; of an operator's own, a digest of it.
    pub producer_version: Cow<'static, str>,
}
