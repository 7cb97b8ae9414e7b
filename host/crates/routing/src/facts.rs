//! What a rule may look at.

use hark_config::NamePattern;
use hark_model::{Sentiment, Zone};

/// What is known of one item when it is routed.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Zone of its source.
    pub zone: Zone,
    /// Name of its source.
    pub source: &'a str,
    /// Forum, channel, page, mailbox.
    pub place: Option<&'a str>,
    /// The platform's id of its author.
    pub author_id: Option<&'a str>,
    /// The author's short name.
    pub author_handle: Option<&'a str>,
    /// The author's mail addresses.
    pub author_emails: &'a [String],
    /// Subject or headline.
    pub title: Option<&'a str>,
    /// Plain text.
    pub text: &'a str,
    /// Language, where known.
    pub language: Option<&'a str>,
    /// How it feels.
    pub sentiment: Sentiment,
    /// -1 to 1, where there is a model for its language.
    pub score: Option<f64>,
    /// 0 to 1.
    pub confidence: Option<f64>,
}

impl Facts<'_> {
    /// Tells whether `pattern` names the author, by handle, mail address or id.
    pub(crate) fn author_is(&self, pattern: &NamePattern) -> bool {
        let emails = self.author_emails.iter().map(String::as_str);
        self.author_handle.into_iter().chain(self.author_id).chain(emails).any(|name| pattern.matches(name))
    }

    /// Tells whether the item is in `language`: `en` takes `en-GB`, `en-GB` only itself.
    pub(crate) fn language_is(&self, language: &str) -> bool {
        self.language.is_some_and(|own| {
            let head = own.get(..language.len());
            let ends = matches!(own.as_bytes().get(language.len()), None | Some(b'-'));
            ends && head.is_some_and(|head| head.eq_ignore_ascii_case(language))
        })
    }
}
