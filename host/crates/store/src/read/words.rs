//! The words that a user searches for, as a query that full-text search cannot misread.
//!
//! Holds: whatever is typed is words, phrases in double quotes and prefixes with a star; no operator, column
//! or bracket of the query language gets through.

use crate::limits;

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Search {
    /// Nothing was asked.
    Anything,
    /// Something was asked that no text holds, such as "!!!".
    Nothing,
    /// A query for `MATCH`.
    Match(String),
}

impl Search {
    /// Reads what a user typed; all words must be there.
    pub fn parse(typed: Option<&str>) -> Self {
        let typed = typed.unwrap_or_default().trim();
        if typed.is_empty() {
            return Self::Anything;
        }
        let typed = &typed[..typed.floor_char_boundary(limits::SEARCH_BYTES_MAX)];
        let terms: Vec<String> =
            split(typed).filter_map(|term| term.quoted()).take(limits::SEARCH_WORDS_MAX).collect();
        if terms.is_empty() { Self::Nothing } else { Self::Match(terms.join(" ")) }
    }
}

struct Term<'a> {
    words: &'a str,
    prefix: bool,
}

impl Term<'_> {
    /// Returns the term as a string of the query language; `None` if it holds no word.
    fn quoted(&self) -> Option<String> {
        if !self.words.chars().any(char::is_alphanumeric) {
            return None;
        }
        // A quote is no part of a word to the tokeniser, so a space says the same.
        let words = self.words.replace(['"', '\0'], " ");
        let star = if self.prefix { " *" } else { "" };
        Some(format!("\"{words}\"{star}"))
    }
}

/// Splits at blanks, but not within double quotes; a quote that is not closed reaches to the end.
fn split(mut rest: &str) -> impl Iterator<Item = Term<'_>> {
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        if rest.is_empty() {
            return None;
        }
        if let Some(phrase) = rest.strip_prefix('"') {
            let (words, behind) = phrase.split_once('"').unwrap_or((phrase, ""));
            let prefix = behind.starts_with('*');
            rest = behind.strip_prefix('*').unwrap_or(behind);
            return Some(Term { words, prefix });
        }
        let end = rest.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        rest = behind;
        Some(Term { words: word.trim_end_matches('*'), prefix: word.ends_with('*') })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_phrases_and_prefixes_have_a_meaning() {
        for (typed, query) in [
            ("card declined", r#""card" "declined""#),
            (r#""card declined" again"#, r#""card declined" "again""#),
            ("pay* OR drop", r#""pay" * "OR" "drop""#),
            (r#""pay tod"*"#, r#""pay tod" *"#),
            (r#"title:x) NOT (y"#, r#""title:x)" "NOT" "(y""#),
            (r#"it"s"#, r#""it" "s""#),
            (r#""open"#, r#""open""#),
            ("!!! größe", r#""größe""#),
            ("a\0b", "\"a b\""),
        ] {
            assert_eq!(Search::parse(Some(typed)), Search::Match(query.to_owned()), "typed: {typed:?}");
        }
        assert_eq!(Search::parse(Some("  ")), Search::Anything);
        assert_eq!(Search::parse(Some("!!! *")), Search::Nothing);
    }
}
