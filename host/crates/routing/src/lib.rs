//! Routing rules over analysed items; pure and synchronous.

use hark_config::RuleConfig;
use hark_model::{Route, Sentiment, Zone};

/// What is known of one item when it is routed.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Its zone.
    pub zone: Zone,
    /// Name of its source.
    pub source: &'a str,
    /// Mailbox, forum, channel.
    pub place: Option<&'a str>,
    /// The author's id.
    pub author_id: Option<&'a str>,
    /// The author's short name, with or without `@`.
    pub author_handle: Option<&'a str>,
    /// The author's addresses.
    pub author_emails: &'a [String],
    /// Subject or headline.
    pub title: Option<&'a str>,
    /// Plain text.
    pub text: &'a str,
    /// BCP 47.
    pub language: Option<&'a str>,
    /// How it feels.
    pub sentiment: Sentiment,
    /// -1 to 1.
    pub score: Option<f64>,
    /// 0 to 1.
    pub confidence: Option<f64>,
}

/// Rules that cannot be used together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Two rules of one name: a reason would not say which.
    #[error("two rules are named {0:?}")]
    DuplicateName(String),
    /// A score that is no number.
    #[error("a score of rule {0:?} is not a number from -1 to 1")]
    Score(String),
}

/// Standing rules, ready to be asked. One serves all threads.
#[derive(Debug, Default)]
pub struct Router {}

impl Router {
    /// Makes `rules` ready, in their order.
    pub fn new(rules: &[RuleConfig]) -> Result<Self, RuleError> {
        let _ = rules;
        Ok(Self {})
    }

    /// Says who should see the item, and why.
    pub fn route(&self, facts: &Facts<'_>) -> Route {
        let _ = facts;
        Route::default()
    }
}
