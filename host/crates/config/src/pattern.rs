//! Patterns of rules: words as they stand in texts, names as they stand beside them.
//!
//! Holds: what counts as a word is said here once, for the patterns and for the texts that they are held
//! against. A pattern that cannot match, or would match everything, does not exist. Not here: finding.

use std::ops::Range;

use crate::limits;

/// Yields the place of every word of `text`, in order.
///
/// A word is a run of letters and digits, with the marks above and below them. In scripts that are written
/// without spaces (Han, Kana, Thai, Lao, Khmer, Burmese) each letter is a word, so that a phrase finds
/// them anywhere; each emoji and symbol is a word. Everything else only parts words: `e-mail` is two.
pub fn word_spans(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, sort) = loop {
            let (at, c) = rest.next()?;
            match sort_of(c) {
                Sort::Between | Sort::Mark => {}
                sort => break (at, sort),
            }
        };
        let continues = |c| match sort {
            Sort::Letter => matches!(sort_of(c), Sort::Letter | Sort::Mark),
            _ => matches!(sort_of(c), Sort::Mark),
        };
        while rest.next_if(|(_, c)| continues(*c)).is_some() {}
        Some(start..rest.peek().map_or(text.len(), |(at, _)| *at))
    })
}

/// Appends `word` to `to` in the form in which words are compared: each letter in lower case.
pub fn fold_into(word: &str, to: &mut String) {
    // Letter by letter: `str::to_lowercase` writes a last sigma differently, and a prefix may end anywhere.
    for c in word.chars() {
        if c.is_ascii() {
            to.push(c.to_ascii_lowercase());
        } else {
            to.extend(c.to_lowercase());
        }
    }
}

/// Returns `word` in the form in which words are compared.
pub fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    fold_into(word, &mut folded);
    folded
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Letter,
    Alone,
    Mark,
    Between,
}

fn sort_of(c: char) -> Sort {
    match c {
        '\0'..='\x7f' if c.is_ascii_alphanumeric() => Sort::Letter,
        '\0'..='\x7f' => Sort::Between,
        '\u{300}'..='\u{36f}' => Sort::Mark,
        // Nukta and virama stand at the same two places of each Indic block and are no letters.
        '\u{900}'..='\u{dff}' if matches!(u32::from(c) & 0x7f, 0x3c | 0x4d) => Sort::Mark,
        // Variant selectors and skin tones change how the emoji before them looks, not what it is.
        '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' => Sort::Mark,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' => spaceless(c),
        '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' => spaceless(c),
        '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => spaceless(c),
        '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' => Sort::Alone,
        _ if c.is_alphanumeric() => Sort::Letter,
        _ => Sort::Between,
    }
}

fn spaceless(c: char) -> Sort {
    if c.is_alphanumeric() { Sort::Alone } else { Sort::Mark }
}

/// Words that a rule cannot use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWords {
    /// Nothing to look for.
    #[error("{0:?} holds no word")]
    NoWord(Box<str>),
    /// A star that is not at the end of a word.
    #[error("a star stands only at the end, as in \"payment*\"; {0:?} has one elsewhere")]
    Star(Box<str>),
    /// A prefix that nearly everything begins with.
    #[error("{0:?} would match too much; write at least {min} letters before the star", min = limits::PREFIX_CHARS_MIN)]
    ShortPrefix(Box<str>),
    /// Characters that are in no word.
    #[error("{text:?} holds {found:?}, which is part of no word and would never be looked at")]
    NotInWords {
        /// What was read.
        text: Box<str>,
        /// What is in no word.
        found: char,
    },
    /// Longer than is of use.
    #[error("{0:?} is a phrase of more than {max} words", max = limits::PHRASE_WORDS_MAX)]
    TooLong(Box<str>),
}

/// What to look for in a text: `word`, `prefix*`, `several words`, `#tag` or `@name`; upper and lower case
/// are the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WordPattern {
    text: Box<str>,
    words: Box<[Box<str>]>,
    is_prefix: bool,
    sigil: Option<char>,
}

impl WordPattern {
    /// Parses `text`; the only way to obtain a pattern.
    pub fn parse(text: &str) -> Result<Self, InvalidWords> {
        let inner = text.trim();
        let (inner, is_prefix) = inner.strip_suffix('*').map_or((inner, false), |inner| (inner, true));
        if inner.contains('*') {
            return Err(InvalidWords::Star(text.into()));
        }
        let sigil = inner.chars().next().filter(|first| matches!(first, '#' | '@'));
        let inner = inner.strip_prefix(['#', '@']).unwrap_or(inner);
        if let Some(found) = inner.chars().find(|c| sort_of(*c) == Sort::Between && !parts_words(*c)) {
            return Err(InvalidWords::NotInWords { text: text.into(), found });
        }
        let spans: Vec<_> = word_spans(inner).take(limits::PHRASE_WORDS_MAX + 1).collect();
        let Some(last) = spans.last() else { return Err(InvalidWords::NoWord(text.into())) };
        if spans.len() > limits::PHRASE_WORDS_MAX {
            return Err(InvalidWords::TooLong(text.into()));
        }
        if is_prefix && last.end != inner.len() {
            return Err(InvalidWords::Star(text.into()));
        }
        let is_short = inner[last.clone()].chars().count() < limits::PREFIX_CHARS_MIN;
        if is_prefix && is_short && spans.len() == 1 {
            return Err(InvalidWords::ShortPrefix(text.into()));
        }
        let words = spans.into_iter().map(|span| fold(&inner[span]).into()).collect();
        Ok(Self { text: text.into(), words, is_prefix, sigil })
    }

    /// Returns the pattern as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the words to find one behind the other, folded; at least one.
    pub fn words(&self) -> &[Box<str>] {
        &self.words
    }

    /// Tells whether the last word needs only begin like this.
    pub fn is_prefix(&self) -> bool {
        self.is_prefix
    }

    /// Returns the `#` or `@` that must stand right before the first word.
    pub fn sigil(&self) -> Option<char> {
        self.sigil
    }
}

/// Tells whether `c` may part the words of a pattern: people write `e-mail`, `don't`, `AT&T`, `example.com`.
fn parts_words(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '\'' | '’' | '.' | ',' | '&' | '/' | '_' | ':' | '\u{200d}')
}

/// A pattern of names that cannot be understood or would match every name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} {why}")]
pub struct InvalidNamePattern {
    text: Box<str>,
    why: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum NameRule {
    Exact(Box<str>),
    Start(Box<str>),
    End(Box<str>),
}

/// A whole name, `start*` or `*end`; upper and lower case are the same, and so are `@jo` and `jo`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NamePattern {
    text: Box<str>,
    rule: NameRule,
}

impl NamePattern {
    /// Parses `text`; the only way to obtain a pattern.
    pub fn parse(text: &str) -> Result<Self, InvalidNamePattern> {
        let refuse = |why| Err(InvalidNamePattern { text: text.into(), why });
        let folded = fold(text.trim());
        let name = without_at(&folded);
        let (rule, name): (fn(Box<str>) -> NameRule, &str) =
            match (name.strip_prefix('*'), name.strip_suffix('*')) {
                (Some(end), _) => (NameRule::End, end),
                (_, Some(start)) => (NameRule::Start, start),
                _ => (NameRule::Exact, name),
            };
        if name.contains('*') {
            return refuse("has a star that is neither its first nor its only last character");
        }
        if name.is_empty() {
            return refuse("would match every name or none; leave it out");
        }
        Ok(Self { text: text.into(), rule: rule(name.into()) })
    }

    /// Tells whether `name` is meant.
    pub fn matches(&self, name: &str) -> bool {
        let folded = fold(name);
        let name = without_at(&folded);
        match &self.rule {
            NameRule::Exact(whole) => name == &**whole,
            NameRule::Start(start) => name.starts_with(&**start),
            NameRule::End(end) => name.ends_with(&**end),
        }
    }

    /// Returns the pattern as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

fn without_at(name: &str) -> &str {
    name.strip_prefix('@').unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        word_spans(text).map(|span| &text[span]).collect()
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            (" ,.! ", &[]),
            ("Card declined, 2x!", &["Card", "declined", "2x"]),
            ("don't e-mail x@example.com", &["don", "t", "e", "mail", "x", "example", "com"]),
            ("Größe ÜBER naïve e\u{301}te\u{301}", &["Größe", "ÜBER", "naïve", "e\u{301}te\u{301}"]),
            ("हिन्दी में", &["हिन्दी", "में"]),
            ("決済が失敗", &["決", "済", "が", "失", "敗"]),
            ("결제 오류", &["결제", "오류"]),
            ("ok👍🏽👍\u{fe0f}x", &["ok", "👍🏽", "👍\u{fe0f}", "x"]),
            ("#outage_now", &["outage", "now"]),
        ];
        for (text, want) in cases {
            assert_eq!(words(text), *want, "text: {text:?}");
        }
    }

    #[test]
    fn patterns_are_read_as_texts_are() {
        let cases: &[(&str, &[&str], bool, Option<char>)] = &[
            ("Checkout", &["checkout"], false, None),
            (" payment* ", &["payment"], true, None),
            ("card  declined", &["card", "declined"], false, None),
            ("card decl*", &["card", "decl"], true, None),
            ("don’t", &["don", "t"], false, None),
            ("#Outage", &["outage"], false, Some('#')),
            ("@hark*", &["hark"], true, Some('@')),
            ("ΣΑΣ", &["σασ"], false, None),
            ("🔥", &["🔥"], false, None),
            ("支払い*", &["支", "払", "い"], true, None),
        ];
        for (text, words, is_prefix, sigil) in cases {
            let pattern = WordPattern::parse(text).unwrap();
            let found: Vec<&str> = pattern.words().iter().map(|word| &**word).collect();
            assert_eq!(
                (found.as_slice(), pattern.is_prefix(), pattern.sigil()),
                (*words, *is_prefix, *sigil)
            );
            assert_eq!(pattern.as_str(), *text);
        }
    }

    #[test]
    fn patterns_of_no_use_are_refused() {
        let long = "a ".repeat(17);
        let cases = [
            ("", "\"\" holds no word"),
            ("- -", "\"- -\" holds no word"),
            ("*", "\"*\" holds no word"),
            ("pay*ment", "a star stands only at the end, as in \"payment*\"; \"pay*ment\" has one elsewhere"),
            ("pay *", "a star stands only at the end, as in \"payment*\"; \"pay *\" has one elsewhere"),
            ("p*", "\"p*\" would match too much; write at least 2 letters before the star"),
            ("C++", "\"C++\" holds '+', which is part of no word and would never be looked at"),
            (&long, &format!("{long:?} is a phrase of more than 16 words")),
        ];
        for (text, want) in cases {
            assert_eq!(WordPattern::parse(text).unwrap_err().to_string(), want);
        }
    }

    #[test]
    fn names_match_whole_by_start_or_by_end() {
        let cases = [
            ("@Jo", "jo", true),
            ("jo", "@JO", true),
            ("jo", "joe", false),
            ("*@example.org", "Ann@Example.org", true),
            ("*@example.org", "ann@example.org.evil", false),
            ("news-*", "NEWS-7", true),
        ];
        for (pattern, name, want) in cases {
            assert_eq!(NamePattern::parse(pattern).unwrap().matches(name), want, "{pattern} against {name}");
        }
        for bad in ["", "*", "@", "a*b", "*a*", "**"] {
            assert!(NamePattern::parse(bad).is_err(), "pattern: {bad:?}");
        }
    }
}
