//! Plain text as the contract wants it: LF, NFC, no NUL, no control characters.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Returns `text` with LF line ends, in NFC, without control characters but tab and LF, and without white
/// space at its ends.
pub fn plain(text: &str) -> String {
    let trimmed = text.trim();
    let clean = match trimmed.bytes().any(|byte| byte == b'\r' || is_unwanted(char::from(byte))) {
        true => trimmed.replace("\r\n", "\n").replace('\r', "\n").replace(is_unwanted, ""),
        false => trimmed.to_owned(),
    };
    if clean.is_ascii() {
        return clean;
    }
    match is_nfc_quick(clean.chars()) {
        IsNormalized::Yes => clean,
        IsNormalized::No | IsNormalized::Maybe => clean.nfc().collect(),
    }
}

/// Returns `text` as [`plain`] on one line: each run of white space is one space.
pub fn line(text: &str) -> String {
    // Without a list of the words: of a text of megabytes it would be as large as the text again.
    let mut words = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    plain(&words)
}

/// The C0 controls and DEL; those of C1 are left, as they never begin anything in UTF-8 on a screen that
/// neutralises them.
fn is_unwanted(c: char) -> bool {
    c.is_ascii_control() && !matches!(c, '\n' | '\t' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_plain() {
        for (text, want) in [
            (" a\r\nb\rc\n", "a\nb\nc"),
            ("e\u{301}te\u{301}", "été"),
            ("nul\0 and\u{8} bell\u{7}", "nul and bell"),
            ("tab\tstays", "tab\tstays"),
            ("\u{1f44d}\u{1f3fd} \u{202e}x", "\u{1f44d}\u{1f3fd} \u{202e}x"),
            ("", ""),
        ] {
            assert_eq!(plain(text), want, "{text:?}");
        }
        assert_eq!(line(" a \n\t b\u{a0}c "), "a b c");
    }
}
