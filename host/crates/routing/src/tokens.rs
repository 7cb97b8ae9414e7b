//! The words of an item, folded for comparison, with their places.

use std::ops::Range;

use hark_config::{fold_into, word_spans};
use hark_model::Evidence;

use crate::limits;

/// Where a word stands.
#[derive(Debug, Clone)]
struct Token {
    folded: Range<usize>,
    span: Range<usize>,
    in_title: bool,
}

/// The words of a title and a text, in order.
#[derive(Debug)]
pub(crate) struct Tokens<'a> {
    title: &'a str,
    text: &'a str,
    folded: String,
    tokens: Vec<Token>,
}

impl<'a> Tokens<'a> {
    /// Takes the words of `title`, then those of `text`.
    pub(crate) fn of(title: Option<&'a str>, text: &'a str) -> Self {
        let title = title.unwrap_or_default();
        let mut tokens = Self { title, text, folded: String::new(), tokens: Vec::new() };
        tokens.take(title, true);
        tokens.take(text, false);
        tokens
    }

    fn take(&mut self, text: &str, in_title: bool) {
        let room = limits::WORDS_MAX.saturating_sub(self.tokens.len());
        for span in word_spans(text).take(room) {
            let start = self.folded.len();
            fold_into(&text[span.clone()], &mut self.folded);
            self.tokens.push(Token { folded: start..self.folded.len(), span, in_title });
        }
    }

    /// Returns how many words there are.
    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Returns the folded word at `at`.
    pub(crate) fn word(&self, at: usize) -> &str {
        &self.folded[self.tokens[at].folded.clone()]
    }

    /// Tells whether the words `from..to` stand together: not half in the title, half in the text.
    pub(crate) fn are_together(&self, from: usize, to: usize) -> bool {
        self.tokens[from].in_title == self.tokens[to - 1].in_title
    }

    /// Tells whether `sigil` stands right before the word at `at`.
    pub(crate) fn has_sigil(&self, at: usize, sigil: char) -> bool {
        let token = &self.tokens[at];
        self.source(token)[..token.span.start].ends_with(sigil)
    }

    /// Returns the words `from..to` as evidence. Offsets are into the text; words of the title have
    /// none (0 to 0).
    pub(crate) fn evidence(&self, from: usize, to: usize) -> Evidence {
        let (first, last) = (&self.tokens[from], &self.tokens[to - 1]);
        let span = first.span.start..last.span.end;
        let text = self.source(first)[span.clone()].to_owned();
        let (start, end) = if first.in_title { (0, 0) } else { (span.start, span.end) };
        Evidence { start, end, text, weight: 1.0 }
    }

    fn source(&self, token: &Token) -> &'a str {
        if token.in_title { self.title } else { self.text }
    }
}
