//! Text into words, emoticons and emoji, each with its place and what is known of it.
//!
//! Holds: one pass, one look-up per word; offsets are those of the text as it was given. White space and
//! emoji part words, punctuation at their ends does not belong to them, mentions and links say nothing.
//! Not here: what words do to each other.

use std::ops::Range;

use crate::lexicon::{Entry, Lexicon, strip};
use crate::limits;

/// Of ordinary text, with the space behind it; a guess that saves growing.
const BYTES_OF_A_WORD: usize = 5;

/// Where a word stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// In the title, which offsets cannot point into.
    Title,
    /// In the text.
    Text,
}

/// One word, emoticon, or word of an emoji's name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Token {
    pub part: Part,
    /// Byte offset in its part.
    pub start: usize,
    /// Byte offset behind it.
    pub end: usize,
    pub entry: Entry,
    /// All its letters are capitals.
    pub is_upper: bool,
    /// It means the same in every language: an emoji or emoticon.
    pub is_sign: bool,
}

/// The words of one message.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    pub list: Vec<Token>,
    /// `!` outside links.
    pub exclamations: usize,
    /// `?` outside links.
    pub questions: usize,
    /// The first run of `!` and `?`.
    pub marks: Option<(Part, Range<usize>)>,
    /// There is a word that stands for something: not a link, not a mention.
    pub has_words: bool,
    seen_upper: bool,
    seen_lower: bool,
}

impl Tokens {
    /// Makes room for the words of so many bytes of plain text.
    pub fn with_room_for(bytes: usize) -> Self {
        let words = bytes.min(limits::SCORED_BYTES_MAX) / BYTES_OF_A_WORD + 1;
        Self { list: Vec::with_capacity(words), ..Self::default() }
    }

    /// Tells whether capitals mean something: some words have them and some have not.
    pub fn caps_differ(&self) -> bool {
        self.seen_upper && self.seen_lower
    }

    /// Adds the words of `text[range]`.
    pub fn add(&mut self, part: Part, text: &str, range: Range<usize>, lexicon: &Lexicon) {
        if !self.list.is_empty() {
            self.bar(part, range.start);
        }
        let mut rest = text[range.clone()].char_indices().map(|(at, c)| (at + range.start, c)).peekable();
        let mut word_start = None;
        while let Some((at, c)) = rest.next() {
            if is_space(c) {
                self.end_word(part, text, &mut word_start, at, lexicon);
            } else if let Some(name) = lexicon.emoji(c) {
                self.end_word(part, text, &mut word_start, at, lexicon);
                while rest.next_if(|(_, c)| dresses_emoji(*c)).is_some() {}
                let end = rest.peek().map_or(range.end, |(at, _)| *at);
                self.add_emoji(part, at..end, name);
            } else if word_start.is_none() {
                word_start = Some(at);
            }
        }
        self.end_word(part, text, &mut word_start, range.end, lexicon);
    }

    /// Keeps what stands before from acting on what comes behind: three empty places, as far as any rule sees.
    fn bar(&mut self, part: Part, at: usize) {
        let entry = Entry::default();
        let token = Token { part, start: at, end: at, entry, is_upper: false, is_sign: false };
        self.list.extend([token; 3]);
    }

    fn add_emoji(&mut self, part: Part, span: Range<usize>, name: &[Entry]) {
        self.has_words = true;
        self.seen_lower = true;
        let words = name.iter().map(|entry| Token {
            part,
            start: span.start,
            end: span.end,
            entry: *entry,
            is_upper: false,
            is_sign: true,
        });
        self.list.extend(words);
    }

    fn end_word(
        &mut self,
        part: Part,
        text: &str,
        word_start: &mut Option<usize>,
        end: usize,
        lexicon: &Lexicon,
    ) {
        let Some(start) = word_start.take() else { return };
        let raw = &text[start..end];
        let word = strip(raw);
        let start = start + (word.as_ptr() as usize - raw.as_ptr() as usize);
        let is_upper = is_upper(word);
        self.seen_upper |= is_upper;
        self.seen_lower |= !is_upper;
        let mut token =
            Token { part, start, end: start + word.len(), entry: Entry::default(), is_upper, is_sign: false };
        if !is_address(raw) {
            token.entry = lexicon.word(word);
            token.is_sign = token.entry.valence.is_some()
                && word.bytes().any(|b| b.is_ascii_punctuation() && b != b'\'' && b != b'-');
            self.has_words |= token.entry.valence.is_some() || raw.chars().any(char::is_alphanumeric);
            self.count_marks(part, raw, start - (word.as_ptr() as usize - raw.as_ptr() as usize));
        }
        self.list.push(token);
    }

    fn count_marks(&mut self, part: Part, raw: &str, start: usize) {
        let is_mark = |byte: &u8| matches!(byte, b'!' | b'?');
        let bytes = raw.as_bytes();
        let Some(first) = bytes.iter().position(is_mark) else { return };
        self.exclamations += bytes.iter().filter(|byte| **byte == b'!').count();
        self.questions += bytes.iter().filter(|byte| **byte == b'?').count();
        if self.marks.is_none() {
            let run = bytes[first..].iter().take_while(|byte| is_mark(byte)).count();
            self.marks = Some((part, start + first..start + first + run));
        }
    }
}

/// Tells whether `c` parts words: white space, and the four control characters that Python counts as such.
fn is_space(c: char) -> bool {
    match c {
        ' ' | '\t'..='\r' | '\u{1c}'..='\u{1f}' => true,
        c if c.is_ascii() => false,
        c => c.is_whitespace(),
    }
}

/// Tells whether `c` only changes how the emoji before it looks, or joins the next to it.
fn dresses_emoji(c: char) -> bool {
    matches!(c, '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// Tells whether a word names somebody or some page, and so says nothing of feelings.
pub(crate) fn is_address(word: &str) -> bool {
    let word = word.trim_start_matches(['(', '"', '\'', '<', '.', '[']);
    let is = |prefix: &str| {
        word.as_bytes().get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    (word.starts_with('@') && word.len() > 1)
        || is("http://")
        || is("https://")
        || is("www.")
        || word == "http"
}

/// Tells whether `word` has letters with case and all of them are capitals.
fn is_upper(word: &str) -> bool {
    let mut cased = false;
    for c in word.chars() {
        let is_lower = if c.is_ascii() { c.is_ascii_lowercase() } else { c.is_lowercase() };
        if is_lower {
            return false;
        }
        cased |= if c.is_ascii() { c.is_ascii_uppercase() } else { c.is_uppercase() };
    }
    cased
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> (Vec<&str>, Tokens) {
        let mut tokens = Tokens::default();
        tokens.add(Part::Text, text, 0..text.len(), &Lexicon::new());
        (tokens.list.iter().map(|token| &text[token.start..token.end]).collect(), tokens)
    }

    #[test]
    fn words_have_their_place_in_the_text() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            ("  Great, \"really\" great!!  ", &["Great", "really", "great"]),
            ("I'm :) not ;-( ok?", &["I'm", ":)", "not", ";-(", "ok?"]),
            ("#happy @good_guy https://bad.example/?!", &["happy", "good_guy", "https://bad.example"]),
            ("größe\u{a0}über\nviel", &["größe", "über", "viel"]),
        ];
        for (text, want) in cases {
            assert_eq!(words(text).0, *want, "text: {text:?}");
        }
    }

    #[test]
    fn an_emoji_is_one_place_with_the_words_of_its_name() {
        let (found, tokens) = words("wow😂ok ❤\u{fe0f}x");
        assert_eq!(found[0], "wow");
        assert!(
            found[1..6].iter().all(|word| *word == "😂")
                && tokens.list[1..6].iter().all(|token| token.is_sign)
        );
        assert_eq!(tokens.list[5].entry.valence, Some(2.8), "face with tears of joy");
        assert_eq!(found.last(), Some(&"x"));
        assert_eq!(found[found.len() - 2], "❤\u{fe0f}");
    }

    #[test]
    fn links_and_mentions_say_nothing() {
        let (_, tokens) = words("@great http://happy.example/? www.love.example");
        assert!(tokens.list.iter().all(|token| token.entry == Entry::default()));
        assert!(!tokens.has_words && tokens.questions == 0);
        assert!(
            words("ok").1.has_words
                && words("👍").1.has_words
                && words(":)").1.has_words
                && !words("...").1.has_words
        );
    }

    #[test]
    fn marks_are_counted_and_the_first_run_is_kept() {
        let (_, tokens) = words("no way! really?!? yes");
        assert_eq!((tokens.exclamations, tokens.questions), (2, 2));
        assert_eq!(tokens.marks, Some((Part::Text, 6..7)));
    }

    #[test]
    fn capitals_mean_something_only_beside_small_letters() {
        for (text, want) in [("GOOD day", true), ("GOOD DAY", false), ("good day", false), ("ÄRGER 1", true)]
        {
            assert_eq!(words(text).1.caps_differ(), want, "text: {text:?}");
        }
    }
}
