//! Text into words, numbers, emoticons, emoji, hashtags, mentions, links and marks, each with its place.
//!
//! Holds: one pass, each word hashed once; offsets are those of the text as it was given; the steps taken
//! are counted and are in proportion to the text. There are two sizes: a token is what the lexicon's rules
//! count as a word (what stands between white space and emoji, without punctuation at its ends), a piece is
//! what the model counts as one (each part of "and/or", each letter of Chinese). Not here: what words do to
//! each other.

use std::cell::Cell;
use std::ops::Range;

use crate::chars::{Class, class, dresses_emoji, fold, is_space};
use crate::hash::Hash;
use crate::lexicon::{Entry, Lexicon, strip};
use crate::limits;

/// Of ordinary text, with the space behind it; a guess that saves growing.
const BYTES_OF_A_WORD: usize = 5;
/// A letter written more often than this in a row is there for emphasis.
const REPEATS_MAX: usize = 2;
/// Marks in a row beyond this many say no more.
const MARKS_MAX: u32 = 3;
/// Room for so many words at most is kept for the next text.
const SPARE_WORDS_MAX: usize = 1_024;

thread_local! {
    /// Room that the last text of this thread needed no more.
    static SPARE: Cell<Option<Tokens>> = const { Cell::new(None) };
}

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

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Word,
    Number,
    /// A word behind `#`.
    Hashtag,
    /// A letter that is a word, or the beginning of one: Han, Kana, Thai.
    Letter,
    Emoticon,
    /// An emoji or another picture.
    Picture,
    /// A run of `!`, `?`, `.` or a quotation mark.
    Mark,
    Mention,
    Link,
}

/// How many kinds there are.
pub(crate) const KINDS: usize = Kind::Link as usize + 1;

/// What the model counts as one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    pub kind: Kind,
    /// Which token it is or is of.
    pub token: u32,
    /// Byte offset in its part.
    pub start: u32,
    /// Byte offset behind it.
    pub end: u32,
    /// Of its letters: in lower case, each digit as 0, nothing more than twice in a row.
    pub hash: u64,
    /// Where its letters stand in `Tokens::letters`, as `hash` has them.
    letters: (u32, u16),
    /// It was written with a letter more than twice in a row.
    pub is_elongated: bool,
    /// A comma, a full stop or the like stands before it.
    pub is_after_break: bool,
}

/// The words of one message.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    pub list: Vec<Token>,
    pub pieces: Vec<Piece>,
    letters: Vec<u32>,
    /// `!` outside links.
    pub exclamations: usize,
    /// `?` outside links.
    pub questions: usize,
    /// The first run of `!` and `?`.
    pub marks: Option<(Part, Range<usize>)>,
    /// There is a word that stands for something: not a link, not a mention.
    pub has_words: bool,
    /// Characters looked at: what the pass has cost.
    pub steps: u64,
    seen_upper: bool,
    seen_lower: bool,
    breaks: bool,
}

impl Tokens {
    /// Makes room for the words of so many bytes of plain text.
    pub fn with_room_for(bytes: usize) -> Self {
        let bytes = bytes.min(limits::SCORED_BYTES_MAX);
        let words = bytes / BYTES_OF_A_WORD + 1;
        let mut tokens = SPARE.try_with(Cell::take).ok().flatten().unwrap_or_default();
        tokens.list.reserve(words);
        tokens.pieces.reserve(words + words / 4);
        tokens.letters.reserve(bytes);
        tokens
    }

    /// Keeps the room of these words for the next text of this thread: making it anew takes as long as
    /// some of them. Of the words themselves nothing is left.
    pub fn give_back(self) {
        let Self { mut list, mut pieces, mut letters, .. } = self;
        let most = list.capacity().max(pieces.capacity()).max(letters.capacity() / BYTES_OF_A_WORD);
        if most <= SPARE_WORDS_MAX {
            list.clear();
            pieces.clear();
            letters.clear();
            // A thread that is about to end keeps nothing.
            let _ =
                SPARE.try_with(|spare| spare.set(Some(Self { list, pieces, letters, ..Self::default() })));
        }
    }

    /// Tells whether capitals mean something: some words have them and some have not.
    pub fn caps_differ(&self) -> bool {
        self.seen_upper && self.seen_lower
    }

    /// Returns the letters of `piece`, as its hash has them.
    pub fn letters_of(&self, piece: &Piece) -> &[u32] {
        let (start, len) = piece.letters;
        &self.letters[start as usize..start as usize + usize::from(len)]
    }

    /// Adds the words of `text[range]`.
    pub fn add(&mut self, part: Part, text: &str, range: Range<usize>, lexicon: &Lexicon) {
        if !self.list.is_empty() {
            self.bar(part, range.start);
        }
        let (mut at, mut word_start) = (range.start, range.start);
        let bytes = text.as_bytes();
        while at < range.end {
            self.steps += 1;
            // Most text is ASCII, which needs no decoding to be parted.
            if bytes[at].is_ascii() {
                if is_space(char::from(bytes[at])) {
                    self.end_word(part, text, word_start..at, lexicon);
                    word_start = at + 1;
                }
                at += 1;
                continue;
            }
            let Some(c) = text[at..].chars().next() else { break };
            let behind = at + c.len_utf8();
            if is_space(c) {
                self.end_word(part, text, word_start..at, lexicon);
                word_start = behind;
            } else if let Some(name) = lexicon.emoji(c) {
                self.end_word(part, text, word_start..at, lexicon);
                let dress = text[behind..range.end].chars().take_while(|c| dresses_emoji(*c));
                word_start = behind + dress.map(char::len_utf8).sum::<usize>();
                self.add_emoji(part, at..word_start, c, name);
                at = word_start;
                continue;
            }
            at = behind;
        }
        self.end_word(part, text, word_start..range.end, lexicon);
    }

    /// Keeps what stands before from acting on what comes behind: three empty places, as far as any rule sees.
    fn bar(&mut self, part: Part, at: usize) {
        let entry = Entry::default();
        let token = Token { part, start: at, end: at, entry, is_upper: false, is_sign: false };
        self.list.extend([token; 3]);
        self.breaks = true;
    }

    fn add_emoji(&mut self, part: Part, span: Range<usize>, c: char, name: &[Entry]) {
        self.has_words = true;
        self.seen_lower = true;
        self.steps += (span.len() + name.len()) as u64;
        let words = name.iter().map(|entry| Token {
            part,
            start: span.start,
            end: span.end,
            entry: *entry,
            is_upper: false,
            is_sign: true,
        });
        self.list.extend(words);
        self.put(Kind::Picture, span, Hash::default().letter(u32::from(c)).end());
    }

    fn end_word(&mut self, part: Part, text: &str, range: Range<usize>, lexicon: &Lexicon) {
        if range.is_empty() {
            return;
        }
        let raw = &text[range.clone()];
        let word = strip(raw);
        let start = range.start + (word.as_ptr() as usize - raw.as_ptr() as usize);
        let is_upper = is_upper(word);
        self.seen_upper |= is_upper;
        self.seen_lower |= !is_upper;
        let entry = Entry::default();
        self.list.push(Token { part, start, end: start + word.len(), entry, is_upper, is_sign: false });
        self.steps += raw.len() as u64;
        if is_address(raw) {
            let kind = if raw.contains('@') && !raw.contains("://") { Kind::Mention } else { Kind::Link };
            self.put(kind, range, 0);
            return;
        }
        let first = self.pieces.len();
        let is_plain = self.add_pieces(raw, range.start);
        let entry = match self.pieces.get(first) {
            // The word is one piece, and its hash that of the lexicon.
            Some(piece)
                if is_plain && piece.start as usize == start && piece.end as usize == start + word.len() =>
            {
                lexicon.hashed(piece.hash, word)
            }
            _ => lexicon.word(word),
        };
        let is_sign = entry.valence.is_some()
            && word.bytes().any(|b| b.is_ascii_punctuation() && b != b'\'' && b != b'-');
        if is_sign {
            self.pieces.truncate(first);
            let letters = word.chars().fold(Hash::default(), |hash, c| hash.letter(u32::from(c)));
            self.put(Kind::Emoticon, start..start + word.len(), letters.end());
        }
        self.has_words = self.has_words || entry.valence.is_some() || raw.chars().any(char::is_alphanumeric);
        if let Some(token) = self.list.last_mut() {
            (token.entry, token.is_sign) = (entry, is_sign);
        }
        self.count_marks(part, raw, range.start);
    }

    /// Adds a piece without letters, unless it only repeats the one before.
    fn put(&mut self, kind: Kind, span: Range<usize>, hash: u64) {
        let token = self.list.len().saturating_sub(1) as u32;
        let is_repeat = self
            .pieces
            .last()
            .is_some_and(|last| last.kind == kind && last.hash == hash && kind != Kind::Mark);
        let is_after_break = std::mem::take(&mut self.breaks);
        if !is_repeat {
            let (start, end) = (span.start as u32, span.end as u32);
            let letters = (self.letters.len() as u32, 0);
            self.pieces.push(Piece {
                kind,
                token,
                start,
                end,
                hash,
                letters,
                is_elongated: false,
                is_after_break,
            });
        }
    }

    /// Adds the pieces of `raw`, which begins at `base`; tells whether the first is as it was written.
    fn add_pieces(&mut self, raw: &str, base: usize) -> bool {
        let mut word = Open::default();
        let mut is_plain = true;
        let mut hash_sign = false;
        let mut chars = raw.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            self.steps += 1;
            let kind = match class(c) {
                Class::Inner => Kind::Word,
                Class::Mark if word.is_open => Kind::Word,
                Class::Apostrophe
                    if word.is_open && chars.peek().is_some_and(|(_, next)| class(*next) == Class::Inner) =>
                {
                    Kind::Word
                }
                Class::Single => {
                    is_plain &= self.close(&mut word, base + at);
                    word.kind = Kind::Letter;
                    Kind::Letter
                }
                Class::Mark => continue,
                Class::Apostrophe | Class::Other => {
                    is_plain &= self.close(&mut word, base + at);
                    self.add_other(c, base + at);
                    hash_sign = c == '#';
                    continue;
                }
            };
            if !word.is_open {
                let kind = if hash_sign && kind == Kind::Word { Kind::Hashtag } else { kind };
                word.open(kind, base + at, self.letters.len());
                hash_sign = false;
            } else if word.kind == Kind::Letter && kind == Kind::Word && class(c) == Class::Inner {
                is_plain &= self.close(&mut word, base + at);
                word.open(kind, base + at, self.letters.len());
            }
            self.add_letter(&mut word, c);
        }
        is_plain & self.close(&mut word, base + raw.len())
    }

    fn add_letter(&mut self, word: &mut Open, c: char) {
        let letters = &mut self.letters;
        fold(c, |letter| {
            let written = letters.len() - word.letters;
            let digit = u32::from('0')..=u32::from('9');
            let letter = match digit.contains(&letter) {
                true => {
                    word.is_plain &= letter == u32::from('0');
                    *digit.start()
                }
                false => {
                    word.has_letters = true;
                    letter
                }
            };
            word.repeats = if written > 0 && letter == word.last { word.repeats + 1 } else { 1 };
            word.last = letter;
            if written == limits::WORD_LETTERS_MAX {
                word.is_plain = false;
            } else if word.repeats > REPEATS_MAX {
                word.is_plain = false;
                word.is_elongated |= letter != *digit.start();
            } else {
                word.hash = word.hash.letter(letter);
                letters.push(letter);
            }
        });
    }

    /// Ends the word under way; tells whether it is written as its hash has it.
    fn close(&mut self, word: &mut Open, end: usize) -> bool {
        let word = std::mem::take(word);
        if !word.is_open {
            return true;
        }
        let kind = if word.has_letters { word.kind } else { Kind::Number };
        self.pieces.push(Piece {
            kind,
            token: self.list.len().saturating_sub(1) as u32,
            start: word.start as u32,
            end: end as u32,
            hash: word.hash.end(),
            letters: (word.letters as u32, (self.letters.len() - word.letters) as u16),
            is_elongated: word.is_elongated,
            is_after_break: std::mem::take(&mut self.breaks),
        });
        word.is_plain
    }

    fn add_other(&mut self, c: char, at: usize) {
        let mark = match c {
            '!' | '！' | '¡' => '!',
            '?' | '？' | '¿' | '؟' => '?',
            '…' | '.' | '。' => '.',
            '"' | '“' | '”' | '„' | '«' | '»' => '"',
            c if u32::from(c) >= 0x2190 => {
                self.put(Kind::Picture, at..at + c.len_utf8(), Hash::default().letter(u32::from(c)).end());
                return;
            }
            _ => {
                self.breaks = true;
                return;
            }
        };
        self.add_mark(mark, at, at + c.len_utf8());
    }

    /// Adds a mark, or makes the run of it longer.
    fn add_mark(&mut self, mark: char, at: usize, end: usize) {
        let hash = |run: u32| Hash::default().letter(u32::from(mark)).letter(run).end();
        if let Some(last) =
            self.pieces.last_mut().filter(|last| last.kind == Kind::Mark && last.end as usize == at)
            && let Some(run) = (1..=MARKS_MAX).find(|run| last.hash == hash(*run))
        {
            (last.hash, last.end) = (hash((run + 1).min(MARKS_MAX)), end as u32);
            return;
        }
        self.put(Kind::Mark, at..end, hash(1));
        self.breaks = true;
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

/// The piece under way.
#[derive(Debug)]
struct Open {
    is_open: bool,
    kind: Kind,
    start: usize,
    letters: usize,
    hash: Hash,
    last: u32,
    repeats: usize,
    has_letters: bool,
    is_plain: bool,
    is_elongated: bool,
}

impl Default for Open {
    fn default() -> Self {
        let (kind, hash) = (Kind::Word, Hash::default());
        Self {
            is_open: false,
            kind,
            start: 0,
            letters: 0,
            hash,
            last: 0,
            repeats: 0,
            has_letters: false,
            is_plain: true,
            is_elongated: false,
        }
    }
}

impl Open {
    fn open(&mut self, kind: Kind, start: usize, letters: usize) {
        *self = Self { is_open: true, kind, start, letters, ..Self::default() };
    }
}

/// Tells whether a word names somebody or some page, and so says nothing of feelings.
pub(crate) fn is_address(word: &str) -> bool {
    // Nearly every word is told by its first byte.
    if !word.starts_with(['@', 'h', 'H', 'w', 'W', '(', '"', '\'', '<', '.', '[']) {
        return false;
    }
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

    fn pieces(text: &str) -> Vec<(Kind, &str)> {
        let mut tokens = Tokens::default();
        tokens.add(Part::Text, text, 0..text.len(), &Lexicon::new());
        tokens
            .pieces
            .iter()
            .map(|piece| (piece.kind, &text[piece.start as usize..piece.end as usize]))
            .collect()
    }

    #[test]
    fn every_kind_of_piece_is_found_in_its_place() {
        use Kind::{Emoticon, Hashtag, Letter, Link, Mark, Mention, Number, Picture, Word};
        let cases: &[(&str, &[(Kind, &str)])] = &[
            (
                "So and/or 12:30.",
                &[(Word, "So"), (Word, "and"), (Word, "or"), (Number, "12"), (Number, "30"), (Mark, ".")],
            ),
            (
                "@jo https://x.example/a #Fail!!",
                &[(Mention, "@jo"), (Link, "https://x.example/a"), (Hashtag, "Fail"), (Mark, "!!")],
            ),
            ("ok :-) 😂😂☂", &[(Word, "ok"), (Emoticon, ":-)"), (Picture, "😂"), (Picture, "☂")]),
            ("don’t 'quote'", &[(Word, "don’t"), (Word, "quote")]),
            ("決済 2件", &[(Letter, "決"), (Letter, "済"), (Number, "2"), (Letter, "件")]),
            ("ที่นี่", &[(Letter, "ที่"), (Letter, "นี่")]),
            ("हिंदी 한국어", &[(Word, "हिंदी"), (Word, "한국어")]),
            ("e\u{301}t \u{301}\u{301}", &[(Word, "e\u{301}t")]),
            ("\0 \u{202e}x\u{fffd}", &[(Word, "x"), (Picture, "\u{fffd}")]),
        ];
        for (text, want) in cases {
            assert_eq!(pieces(text), *want, "text: {text:?}");
        }
    }

    #[test]
    fn a_word_has_one_hash_however_it_is_written() {
        let hashes = |text: &str| {
            let mut tokens = Tokens::default();
            tokens.add(Part::Text, text, 0..text.len(), &Lexicon::new());
            tokens.pieces.iter().map(|piece| (piece.hash, piece.is_elongated)).collect::<Vec<_>>()
        };
        assert_eq!(hashes("SO so #So so,"), hashes("so so so so"));
        assert_eq!(hashes("don’t")[0], hashes("DON'T")[0]);
        assert_eq!(hashes("sooooo")[0], (hashes("soo")[0].0, true));
        assert_eq!(hashes("2016")[0].0, hashes("1999")[0].0, "the number itself does not matter");
        assert_ne!(hashes("2016")[0].0, hashes("9")[0].0);
    }

    #[test]
    fn steps_are_in_proportion_to_any_text() {
        let lexicon = Lexicon::new();
        for piece in [
            "😂",
            "\u{fffd}",
            "\u{301}",
            "\u{202e}",
            "\0",
            "a",
            "👩\u{200d}👧",
            "e\u{301}\u{302}",
            "ที่",
            "決",
            "!",
            "?!",
            "\"",
            "#",
            "@a ",
            "not good ",
            "a'",
            "\u{200d}",
            "é",
            ".",
            " ",
            "http://",
        ] {
            let steps = |bytes: usize| {
                let text = piece.repeat(bytes / piece.len());
                let mut tokens = Tokens::default();
                tokens.add(Part::Text, &text, 0..text.len(), &lexicon);
                assert!(tokens.pieces.len() + tokens.letters.len() <= 2 * text.len());
                (tokens.steps, text.len() as u64)
            };
            let ((few, short), (many, long)) = (steps(1 << 12), steps(1 << 20));
            assert!(many <= 6 * long, "{piece:?}: {many} steps for {long} bytes");
            assert!(many * short <= (few + 64) * long * 11 / 10, "{piece:?}: {few} steps, then {many}");
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
