//! In which language a text is, or that it cannot be told.
//!
//! Holds: the platform's own claim goes first, unless the script contradicts it; a text too short or too
//! mixed has no language rather than a wrong one. Not here: what follows from the language.

use std::ops::Range;

use whichlang::{Lang, detect_language};

use crate::common_words::Votes;
use crate::limits;
use crate::script::Letters;
use crate::steps;
use crate::tag;
use crate::tokens::is_address;

/// Least confidence with which a language is named.
const CONFIDENCE_MIN: f64 = 0.7;

/// Confidence of the model from which common words are not asked: they would take a third more time.
const SETTLED_MIN: f64 = 0.98;

/// Letters from which each column of `AGREEMENT` counts.
const LETTERS: [u32; 9] = [0, 5, 10, 15, 20, 30, 40, 60, 90];

/// How often the model was right, by how many halves of a text it reads as it reads the whole, and by how
/// many letters there are: 11,034 tweets in seven languages with Latin letters (UMSAB, training part),
/// smoothed so that more letters never count for less.
const AGREEMENT: [[f64; 9]; 3] = [
    [0.10, 0.20, 0.35, 0.50, 0.55, 0.55, 0.55, 0.55, 0.55],
    [0.20, 0.57, 0.70, 0.76, 0.76, 0.85, 0.89, 0.91, 0.92],
    [0.25, 0.57, 0.83, 0.94, 0.96, 0.98, 0.99, 0.99, 0.99],
];

/// How often both are right where common words lead by one, two or more and letters agree; and the words,
/// where letters do not.
const AGREED: [f64; 3] = [0.92, 0.97, 0.99];
const CONTRADICTED: [f64; 3] = [0.76, 0.85, 0.93];

/// What is known of the language of a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    /// The platform said so.
    Claimed(String),
    /// We say so, with how often that is right.
    Found(&'static str, f64),
    /// It cannot be told, but this is the habit of who wrote it, with how likely that makes it.
    Usual(String, f64),
    /// It cannot be told; if it were a language with Latin letters it would most likely be English, and
    /// this often it is.
    PerhapsEnglish(f64),
    /// It cannot be told, and English is not what it looks like.
    Unknown,
    /// There is nothing written: links, mentions, numbers, emoji.
    Nothing,
}

/// Decides on the language of what `parts` hold in their ranges.
pub(crate) fn decide(parts: &[(&str, &[Range<usize>])], claim: Option<&str>) -> Verdict {
    let claim = claim.and_then(tag::normalised);
    // No letter but Latin ones contradicts a claim.
    let is_plain =
        || parts.iter().all(|(text, ranges)| ranges.iter().all(|range| text[range.clone()].is_ascii()));
    if let Some(tag) = claim.as_ref().filter(|_| is_plain()) {
        return Verdict::Claimed(tag.clone());
    }
    let cleaned = Cleaned::of(parts);
    if let Some(tag) = claim.filter(|tag| !cleaned.contradicts(tag)) {
        return Verdict::Claimed(tag);
    }
    cleaned.decide()
}

/// The written words of a text, without links and mentions; tags only where there is little else, as most of
/// them are names.
struct Cleaned {
    text: String,
    letters: Letters,
}

impl Cleaned {
    fn of(parts: &[(&str, &[Range<usize>])]) -> Self {
        let bytes: usize =
            parts.iter().flat_map(|(_, ranges)| ranges.iter()).map(ExactSizeIterator::len).sum();
        let text = String::with_capacity(bytes.min(limits::LANGUAGE_BYTES_MAX) + 1);
        let mut cleaned = Self { text, letters: Letters::default() };
        let has_tags = cleaned.add_all(parts, false);
        if has_tags && cleaned.letters.weight() < LETTERS[2] {
            cleaned.add_all(parts, true);
        }
        cleaned
    }

    /// Adds the words that are tags, or those that are none, until there is no room; tells whether there are
    /// tags.
    fn add_all(&mut self, parts: &[(&str, &[Range<usize>])], tags: bool) -> bool {
        let mut has_tags = false;
        for (text, ranges) in parts {
            for range in *ranges {
                let text = &text[range.clone()];
                let mut has_room = true;
                let mut take = |word: &str| {
                    steps::taken(word.len());
                    if is_address(word) {
                        return true;
                    }
                    let is_tag = word.starts_with('#');
                    has_tags |= is_tag;
                    has_room = is_tag != tags || self.add(word.trim_start_matches('#'));
                    has_room
                };
                // Most text is ASCII, which is parted by bytes; white space is the same.
                if text.is_ascii() {
                    let is_space = |c: char| matches!(c, '\t'..='\r' | ' ');
                    text.split(is_space).filter(|word| !word.is_empty()).all(&mut take);
                } else {
                    text.split_whitespace().all(&mut take);
                }
                if !has_room {
                    return has_tags;
                }
            }
        }
        has_tags
    }

    /// Adds `word`, cut where the room ends; tells whether there is room for more.
    fn add(&mut self, word: &str) -> bool {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        let room = limits::LANGUAGE_BYTES_MAX.saturating_sub(self.text.len());
        let taken = &word[..word.floor_char_boundary(room)];
        self.letters.add_all(taken);
        self.text.push_str(taken);
        taken.len() == word.len() && room > 0
    }

    /// Tells whether the text cannot be in the language of `tag`: many clients send the language of their
    /// menus, and then Japanese is "en".
    fn contradicts(&self, tag: &str) -> bool {
        let is_latin_language = LATIN_LANGUAGES.contains(&tag::primary(tag));
        is_latin_language
            && self.letters.weight() > 0
            && !self.letters.is_latin()
            && self.letters.language().is_some()
    }

    fn decide(&self) -> Verdict {
        if self.letters.weight() == 0 {
            return Verdict::Nothing;
        }
        match self.letters.language() {
            Some((_, 0.0)) => return Verdict::Unknown,
            Some((language, confidence))
                if self.letters.weight() >= LETTERS[1] && confidence >= CONFIDENCE_MIN =>
            {
                return Verdict::Found(language, confidence);
            }
            Some(_) => return Verdict::Unknown,
            None if !self.letters.is_latin() => return Verdict::Unknown,
            None => {}
        }
        let (language, confidence) = self.vote();
        match language {
            Some(language) if confidence >= CONFIDENCE_MIN => Verdict::Found(language, confidence),
            Some("en") => Verdict::PerhapsEnglish(confidence),
            _ => Verdict::Unknown,
        }
    }

    /// Returns the language that the letters and the common words speak for, with how sure that is.
    fn vote(&self) -> (Option<&'static str>, f64) {
        let (letters, confidence) = self.read();
        let letters = code(letters);
        if confidence >= SETTLED_MIN {
            return (letters, confidence);
        }
        steps::taken(self.text.len());
        let (words, lead) = Votes::of(&self.text).first();
        match lead {
            0 => (letters, confidence),
            _ if letters == Some(words) => (letters, AGREED[lead.min(3) as usize - 1].max(confidence)),
            1 if confidence > 0.9 => (letters, 1.0 - (1.0 - confidence) * 2.0),
            1 if confidence > 0.6 => (letters, confidence * 0.9),
            // Words of a language that is none of ours, or that letters do not bear out.
            _ => (served(words), CONTRADICTED[lead.min(3) as usize - 1]),
        }
    }

    /// Returns the language that the model reads, with how often it is right with a text of this length
    /// whose halves it reads like this. The model itself gives no confidence.
    fn read(&self) -> (Lang, f64) {
        // By halves, and then as a whole.
        steps::taken(2 * self.text.len());
        let middle = self.text.floor_char_boundary(self.text.len() / 2);
        let (language, agreeing) = match self.text[..middle].rfind(' ') {
            None => (detect_language(&self.text), 1),
            Some(space) => self.read_halves(space),
        };
        let column = LETTERS.partition_point(|letters| *letters <= self.letters.weight()) - 1;
        (language, AGREEMENT[agreeing][column])
    }

    fn read_halves(&self, space: usize) -> (Lang, usize) {
        let (left, right) = (detect_language(&self.text[..space]), detect_language(&self.text[space..]));
        if left == right {
            // The whole is then read the same, and most texts need not be read again.
            return (left, 2);
        }
        let whole = detect_language(&self.text);
        (whole, usize::from(left == whole || right == whole))
    }
}

/// Languages with Latin letters that platforms claim most.
const LATIN_LANGUAGES: &[&str] = &[
    "ca", "cs", "da", "de", "en", "es", "et", "fi", "fr", "hr", "hu", "id", "it", "lt", "lv", "ms", "nb",
    "nl", "no", "pl", "pt", "ro", "sk", "sl", "sv", "tl", "tr", "vi",
];

/// Returns `language` if it is one that is named from common words alone.
fn served(language: &'static str) -> Option<&'static str> {
    (!matches!(language, "da" | "pl" | "id")).then_some(language)
}

/// Returns the code of a language with Latin letters; the others the script has told already.
fn code(language: Lang) -> Option<&'static str> {
    match language {
        Lang::Deu => Some("de"),
        Lang::Eng => Some("en"),
        Lang::Fra => Some("fr"),
        Lang::Ita => Some("it"),
        Lang::Nld => Some("nl"),
        Lang::Por => Some("pt"),
        Lang::Spa => Some("es"),
        Lang::Swe => Some("sv"),
        Lang::Tur => Some("tr"),
        Lang::Vie => Some("vi"),
        Lang::Ara | Lang::Cmn | Lang::Hin | Lang::Jpn | Lang::Kor | Lang::Rus => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(text: &str, claim: Option<&str>) -> Verdict {
        decide(&[(text, std::slice::from_ref(&(0..text.len())))], claim)
    }

    fn language(text: &str, claim: Option<&str>) -> Option<String> {
        match verdict(text, claim) {
            Verdict::Claimed(tag) => Some(tag),
            Verdict::Found(language, _) => Some(language.to_owned()),
            _ => None,
        }
    }

    #[test]
    fn languages_are_found_where_there_is_enough_to_go_by() {
        for (text, want) in [
            ("The checkout fails again and nobody answers", Some("en")),
            ("Die Kasse geht schon wieder nicht und niemand antwortet", Some("de")),
            ("La caisse ne marche plus et personne ne répond", Some("fr")),
            ("El pago no funciona y nadie responde", Some("es")),
            ("O pagamento não funciona e ninguém responde", Some("pt")),
            ("De kassa doet het weer niet en niemand antwoordt", Some("nl")),
            ("決済ができません", Some("ja")),
            ("Płatność znów się nie udała, a nikt nie odpowiada", Some("pl")),
            ("Betalingen virker ikke længere, og ingen svarer på spørgsmålet", None),
            ("ok", None),
            ("lol", None),
            ("@jo @ann https://example.com/the/quick/brown/fox", None),
            ("😂😂😂 12:30 !!", None),
            ("", None),
        ] {
            assert_eq!(language(text, None).as_deref(), want, "text: {text:?}");
        }
    }

    #[test]
    fn the_claim_goes_first_unless_the_script_contradicts_it() {
        for (text, claim, want) in [
            ("ok", "de-at", Some("de-AT")),
            ("The checkout fails again", "fr", Some("fr")),
            ("The checkout fails again", "und", Some("en")),
            ("決済ができません", "en", Some("ja")),
            ("決済 checkout iPhone Android", "en", Some("en")),
            ("😂", "en", Some("en")),
            ("😂", "und", None),
        ] {
            assert_eq!(language(text, Some(claim)).as_deref(), want, "text: {text:?}, claim: {claim}");
        }
    }

    #[test]
    fn what_is_too_short_may_still_look_like_english() {
        assert!(matches!(verdict("thanks!", None), Verdict::PerhapsEnglish(_)));
        assert_eq!(verdict("tavolo", None), Verdict::Unknown);
        assert_eq!(verdict("👍 @jo", None), Verdict::Nothing);
    }
}
