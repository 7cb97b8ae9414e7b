//! One text, read once, and what can be asked of it then.
//!
//! Holds: the words are parted and hashed once, whatever is asked and how often. Not here: the answers.

use hark_model::Annotation;

use crate::analyser::{self, Analyser, Analysis};
use crate::duplicates::Signature;
use crate::language::Verdict;
use crate::signals::Asked;
use crate::tokens::Tokens;
use crate::topics::Terms;

/// A text with its words.
#[derive(Debug)]
pub struct Reading<'t> {
    pub(crate) analyser: &'t Analyser,
    pub(crate) text: &'t str,
    /// What of the title is read.
    pub(crate) title: &'t str,
    pub(crate) tokens: Tokens,
    pub(crate) verdict: Verdict,
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        std::mem::take(&mut self.tokens).give_back();
    }
}

impl Reading<'_> {
    /// Says what can be said of this text alone, with evidence.
    pub fn analysis(&self) -> Analysis {
        Analysis {
            sentiment: self.analyser.sentiment_of(&self.tokens, &self.verdict, self.text, self.title),
            first: None,
            language: analyser::language_of(self.verdict.clone()),
            signals: self.signals(),
        }
    }

    /// Says what the text wants and how it is meant, as far as rules tell.
    pub fn signals(&self) -> Vec<Annotation> {
        let language = match &self.verdict {
            Verdict::Claimed(tag) | Verdict::Usual(tag, _) => Some(tag.as_str()),
            Verdict::Found(language, _) => Some(*language),
            Verdict::PerhapsEnglish(_) => Some("en"),
            Verdict::Unknown | Verdict::Nothing => None,
        };
        let (tokens, text, title) = (&self.tokens, self.text, self.title);
        self.analyser.signals.find(&Asked { tokens, text, title, language })
    }

    /// Returns what nearly the same texts have nearly the same; nothing for a text too short to tell.
    pub fn signature(&self) -> Option<Signature> {
        Signature::of(&self.tokens)
    }

    /// Returns the words and phrases that say something, to count them.
    pub fn terms(&self) -> Terms<'_> {
        Terms::of(&self.tokens, self.text, self.title)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_one_text_is_left_for_the_next() {
        let analyser = Analyser::new();
        let texts =
            ["GREAT!!! what? 😂 :) #no @jo", "so", "", "the meeting is at three", "Not good, sooo bad"];
        let alone = |text: &'static str| {
            let fresh = std::thread::spawn(move || {
                let analyser = Analyser::new();
                let reading = analyser.read(text, None, Some("en"), None);
                (reading.analysis(), reading.signature(), format!("{:?}", reading.tokens))
            });
            fresh.join().unwrap()
        };
        for text in texts.into_iter().chain(texts.into_iter().rev()) {
            let reading = analyser.read(text, None, Some("en"), None);
            let found = (reading.analysis(), reading.signature(), format!("{:?}", reading.tokens));
            assert_eq!(found, alone(text), "text: {text:?}");
        }
    }
}
