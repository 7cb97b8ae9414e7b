//! Finds word patterns in an item in one pass over its words, however many patterns there are.
//!
//! Holds: a pattern is looked at only where its first word stands.

use std::collections::{BTreeMap, HashMap};

use hark_config::WordPattern;
use hark_model::Evidence;

use crate::limits;
use crate::tokens::Tokens;

/// Number of a pattern within a matcher.
pub(crate) type PatternId = usize;

/// Patterns by their first word.
#[derive(Debug, Default)]
pub(crate) struct Matcher {
    patterns: Vec<WordPattern>,
    ids: HashMap<WordPattern, PatternId>,
    by_word: HashMap<Box<str>, Vec<PatternId>>,
    /// Patterns that are one prefix: by their length in bytes, then by the prefix.
    by_prefix: BTreeMap<usize, HashMap<Box<str>, Vec<PatternId>>>,
}

/// Every pattern that was found, with where.
pub(crate) type Hits = HashMap<PatternId, Vec<Evidence>>;

impl Matcher {
    /// Adds `pattern`, once, and returns its number.
    pub(crate) fn add(&mut self, pattern: &WordPattern) -> PatternId {
        if let Some(id) = self.ids.get(pattern) {
            return *id;
        }
        let id = self.patterns.len();
        let first = pattern.words()[0].clone();
        if pattern.is_prefix() && pattern.words().len() == 1 {
            self.by_prefix.entry(first.len()).or_default().entry(first).or_default().push(id);
        } else {
            self.by_word.entry(first).or_default().push(id);
        }
        self.patterns.push(pattern.clone());
        self.ids.insert(pattern.clone(), id);
        id
    }

    /// Finds every pattern in `tokens`.
    pub(crate) fn find(&self, tokens: &Tokens<'_>) -> Hits {
        let mut hits = Hits::new();
        for at in 0..tokens.len() {
            let word = tokens.word(at);
            if let Some(ids) = self.by_word.get(word) {
                self.note(ids, tokens, at, &mut hits);
            }
            for (length, prefixes) in self.by_prefix.range(..=word.len()) {
                if let Some(ids) = word.get(..*length).and_then(|head| prefixes.get(head)) {
                    self.note(ids, tokens, at, &mut hits);
                }
            }
        }
        hits
    }

    fn note(&self, ids: &[PatternId], tokens: &Tokens<'_>, at: usize, hits: &mut Hits) {
        for id in ids {
            let Some(end) = match_at(&self.patterns[*id], tokens, at) else { continue };
            let evidence = hits.entry(*id).or_default();
            if evidence.len() < limits::EVIDENCE_MAX {
                evidence.push(tokens.evidence(at, end));
            }
        }
    }
}

/// Returns the place behind `pattern` if it stands at word `at`.
pub(crate) fn match_at(pattern: &WordPattern, tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let words = pattern.words();
    let end = at + words.len();
    if end > tokens.len() || !tokens.are_together(at, end) {
        return None;
    }
    let fits = words.iter().enumerate().all(|(n, word)| {
        let found = tokens.word(at + n);
        let is_open = pattern.is_prefix() && n + 1 == words.len();
        if is_open { found.starts_with(&**word) } else { found == &**word }
    });
    let sigil_fits = pattern.sigil().is_none_or(|sigil| tokens.has_sigil(at, sigil));
    (fits && sigil_fits).then_some(end)
}
