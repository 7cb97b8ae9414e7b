//! What a character is to the tokeniser.
//!
//! Holds: the same for every text, by code point alone. Not here: scripts and languages.

/// What a character does to the words around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// A letter, digit or mark: belongs to the word.
    Inner,
    /// A word by itself, or the beginning of one, where words are written without spaces.
    Single,
    /// A mark on what stands before it, even on a `Single`.
    Mark,
    /// `'` and `’`: belong to the word between letters.
    Apostrophe,
    /// Anything else but white space.
    Other,
}

/// Returns what `c` is.
pub(crate) fn class(c: char) -> Class {
    if c.is_ascii() {
        return match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' => Class::Inner,
            '\'' => Class::Apostrophe,
            _ => Class::Other,
        };
    }
    match u32::from(c) {
        0x2019 => Class::Apostrophe,
        // Vowels and tones of Thai, Lao, Burmese and Khmer stand with the consonant before them.
        0xe31 | 0xe33..=0xe3a | 0xe45 | 0xe47..=0xe4e => Class::Mark,
        0xeb1 | 0xeb3..=0xebc | 0xec8..=0xece | 0x102b..=0x103e | 0x1056..=0x1060 | 0x17b4..=0x17d3 => {
            Class::Mark
        }
        0xe01..=0xe4e | 0xe81..=0xedf | 0x1000..=0x109f | 0x1780..=0x17b3 => Class::Single,
        // Han and Kana; Korean parts its words by spaces.
        0x3005..=0x3007 | 0x3041..=0x30ff | 0x31f0..=0x31ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff => {
            Class::Single
        }
        0xf900..=0xfaff | 0xff66..=0xff9f | 0x20000..=0x3ffff => Class::Single,
        0x300..=0x36f | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff | 0xfe20..=0xfe2f => Class::Mark,
        0x591..=0x5c7 | 0x610..=0x61a | 0x64b..=0x65f | 0x670 | 0x6d6..=0x6ed => Class::Mark,
        // Signs of the scripts of India that no property counts as letters.
        0x900..=0xdff if !matches!(c, '।' | '॥') => Class::Inner,
        _ if c.is_alphanumeric() => Class::Inner,
        _ => Class::Other,
    }
}

/// Tells whether `c` parts words: white space, and the four control characters that Python counts as such.
pub(crate) fn is_space(c: char) -> bool {
    match c {
        ' ' | '\t'..='\r' | '\u{1c}'..='\u{1f}' => true,
        c if c.is_ascii() => false,
        c => c.is_whitespace(),
    }
}

/// Tells whether `c` only changes how the emoji before it looks, or joins the next to it.
pub(crate) fn dresses_emoji(c: char) -> bool {
    matches!(c, '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// Calls `put` with `c` in lower case, with a plain apostrophe.
pub(crate) fn fold(c: char, mut put: impl FnMut(u32)) {
    match c {
        c if c.is_ascii() => put(u32::from(c.to_ascii_lowercase())),
        // Keyboards of telephones write the other apostrophe, which no lexicon has.
        '’' => put(u32::from('\'')),
        c => c.to_lowercase().for_each(|lower| put(u32::from(lower))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_has_its_words() {
        for (text, want) in [
            ("aZ9é", [Class::Inner; 4].as_slice()),
            ("決か", &[Class::Single; 2]),
            ("ที่", &[Class::Single, Class::Mark, Class::Mark]),
            ("한국", &[Class::Inner; 2]),
            ("हिं", &[Class::Inner; 3]),
            ("e\u{301}", &[Class::Inner, Class::Mark]),
            ("’!。\u{202e}\0", &[Class::Apostrophe, Class::Other, Class::Other, Class::Other, Class::Other]),
        ] {
            assert_eq!(text.chars().map(class).collect::<Vec<_>>(), want, "text: {text:?}");
        }
    }
}
