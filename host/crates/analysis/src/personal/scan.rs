//! One text through all recognisers.
//!
//! Holds: most texts are let pass after one look at their bytes; what is found is in order and does not
//! overlap. Not here: what each kind looks like.

use std::ops::Range;

use crate::personal::{iban, internet, mail, number};

/// Fewest digits of anything with digits: `1.1.1.1`.
const DIGITS_MIN: usize = 4;
/// Fewest digits of an IBAN.
const IBAN_DIGITS_MIN: usize = 8;
/// Fewest colons of an address with colons.
const COLONS_MIN: usize = 2;

/// What sort of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PersonalKind {
    /// A mail address.
    Mail,
    /// An address of the internet, of either version.
    Internet,
    /// An account number, with a right checksum.
    Iban,
    /// A payment card, with a right checksum and a beginning that is somebody's.
    Card,
    /// A telephone number, international or as written at home.
    Phone,
}

impl PersonalKind {
    /// Every kind; where two could be meant, the first is.
    pub const ALL: [Self; 5] = [Self::Mail, Self::Internet, Self::Iban, Self::Card, Self::Phone];

    /// Returns the one spelling of this kind.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Internet => "ip",
            Self::Iban => "iban",
            Self::Card => "card",
            Self::Phone => "phone",
        }
    }
}

/// Personal data at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What sort.
    pub kind: PersonalKind,
    /// Where, in bytes of the text.
    pub span: Range<usize>,
}

/// Returns the personal data of `text`, in its order.
pub fn find(text: &str) -> Vec<Found> {
    let mut scan = Scan::of(text);
    scan.run();
    scan.found
}

/// A text under way.
#[derive(Debug)]
pub(crate) struct Scan<'t> {
    pub text: &'t str,
    pub found: Vec<Found>,
    /// Bytes and digits looked at: what the scan has cost.
    pub steps: u64,
}

impl<'t> Scan<'t> {
    pub fn of(text: &'t str) -> Self {
        Self { text, found: Vec::new(), steps: 0 }
    }

    pub fn run(&mut self) {
        let Bytes { ats, digits, colons } = Bytes::of(self.text);
        self.steps += self.text.len() as u64;
        if ats > 0 {
            mail::find(self);
            self.part();
        }
        if colons >= COLONS_MIN {
            internet::find(self);
        }
        if digits >= IBAN_DIGITS_MIN {
            iban::find(self);
        }
        self.part();
        if digits >= DIGITS_MIN {
            number::find(self);
            self.part();
        }
    }

    pub fn put(&mut self, kind: PersonalKind, span: Range<usize>) {
        self.found.push(Found { kind, span });
    }

    /// Tells whether a letter, digit or `_` ends just before `at`.
    pub fn is_joined_before(&self, at: usize) -> bool {
        self.text[..at].chars().next_back().is_some_and(is_inner)
    }

    /// Tells whether a letter, digit or `_` begins at `at`.
    pub fn is_joined_behind(&self, at: usize) -> bool {
        self.text[at..].chars().next().is_some_and(is_inner)
    }

    /// Puts what was found in order; what overlaps becomes one, of the first kind, so that no part is left.
    fn part(&mut self) {
        self.found.sort_by_key(|found| (found.span.start, found.kind));
        let mut kept: Vec<Found> = Vec::with_capacity(self.found.len());
        for found in self.found.drain(..) {
            match kept.last_mut() {
                Some(last) if last.span.end > found.span.start => {
                    last.kind = last.kind.min(found.kind);
                    last.span.end = last.span.end.max(found.span.end);
                }
                _ => kept.push(found),
            }
        }
        self.found = kept;
    }
}

fn is_inner(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// How often the bytes occur without which there is nothing to find.
struct Bytes {
    ats: usize,
    digits: usize,
    colons: usize,
}

impl Bytes {
    fn of(text: &str) -> Self {
        let (mut ats, mut digits, mut colons) = (0, 0, 0);
        for part in text.as_bytes().chunks(255) {
            // Counts of a byte each, so that the compiler can make many at once.
            let (mut at, mut digit, mut colon) = (0_u8, 0_u8, 0_u8);
            for byte in part {
                at += u8::from(*byte == b'@');
                digit += u8::from(byte.is_ascii_digit());
                colon += u8::from(*byte == b':');
            }
            ats += usize::from(at);
            digits += usize::from(digit);
            colons += usize::from(colon);
        }
        Self { ats, digits, colons }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&'static str, &str)> {
        find(text).into_iter().map(|found| (found.kind.as_str(), &text[found.span])).collect()
    }

    #[test]
    fn every_kind_is_found_as_people_write_it() {
        for (text, want) in [
            ("write to Jo.Doe+shop@mail.example.org.", ("mail", "Jo.Doe+shop@mail.example.org")),
            ("(jürgen@müller.example), please", ("mail", "jürgen@müller.example")),
            ("mailto:jo@x.example?subject=a", ("mail", "jo@x.example")),
            ("from 192.168.0.17, twice", ("ip", "192.168.0.17")),
            ("ping 8.8.8.8.", ("ip", "8.8.8.8")),
            ("at 2001:db8::8a2e:370:7334!", ("ip", "2001:db8::8a2e:370:7334")),
            ("[fe80::1]:80", ("ip", "fe80::1")),
            ("to DE89 3704 0044 0532 0130 00 please", ("iban", "DE89 3704 0044 0532 0130 00")),
            ("gb82west12345698765432,", ("iban", "gb82west12345698765432")),
            ("NO9386011117947", ("iban", "NO9386011117947")),
            ("card 4111 1111 1111 1111 declined", ("card", "4111 1111 1111 1111")),
            ("5500-0000-0000-0004", ("card", "5500-0000-0000-0004")),
            ("378282246310005.", ("card", "378282246310005")),
            ("call +49 (0)30 901820", ("phone", "+49 (0)30 901820")),
            ("0041 44 668 18 00", ("phone", "0041 44 668 18 00")),
            ("tel:+14155552671", ("phone", "+14155552671")),
            ("(415) 555-2671", ("phone", "(415) 555-2671")),
            ("1-415-555-2671 or", ("phone", "1-415-555-2671")),
            ("appelle 06.12.34.56.78 stp", ("phone", "06.12.34.56.78")),
            ("ruf 030/901820-22 an", ("phone", "030/901820-22")),
        ] {
            assert_eq!(found(text), [want], "text: {text:?}");
        }
    }

    #[test]
    fn what_only_looks_alike_is_left() {
        for text in [
            "",
            "@jo and @jane, 24/7",
            "jo@localhost a@b @ x@y.1",
            "on 03.05.2026 12:30 or 2016-11-23, 01/02/2016 1500",
            "1.000.000 or 3.14159265358979",
            "version v1.2.3.4, 1.2.3.4.5 and 300.1.1.1",
            "std::vec a::b ::1 12:30:45 10:00:: 2001:db8::",
            "GB82 WEST 1234 5698 7654 33",
            "4111 1111 1111 1112 and 1234567890123456",
            "https://x.example/status/1234567890123456789",
            "order 2016112345, id a0301234567b",
            "+28 12345678 and +49 12",
            "123 456 7890, 115-555-2671",
        ] {
            assert_eq!(found(text), [], "text: {text:?}");
        }
    }

    #[test]
    fn what_overlaps_is_one() {
        assert_eq!(found("4111111111111111@x.example"), [("mail", "4111111111111111@x.example")]);
        assert_eq!(found("a@b.example_c@d.example"), [("mail", "a@b.example_c@d.example")]);
        assert_eq!(
            found("DE89 3704 0044 0532 0130 00@x.example"),
            [("mail", "DE89 3704 0044 0532 0130 00@x.example")]
        );
        assert_eq!(
            found("jo@x.example 192.168.0.17 +4930901820"),
            [("mail", "jo@x.example"), ("ip", "192.168.0.17"), ("phone", "+4930901820")]
        );
    }

    #[test]
    fn steps_are_in_proportion_to_any_text() {
        for piece in [
            "@",
            "a@",
            "@a",
            "a@b.",
            "@a.b",
            ".@.",
            "1",
            "1 ",
            "12345 ",
            "0",
            "00 ",
            "+1 ",
            "+4",
            "(0",
            "1.",
            "1.1.1.1.",
            "4111 ",
            "4111111111111111",
            "DE89",
            "DE89 ",
            "AA11 BB22 ",
            "0-",
            "1)(",
            ":",
            "::",
            "a:",
            "1:",
            "ab:cd::",
            "ü@",
            "1ü",
            "\u{301}1",
            "x",
            "😂",
            "\0",
        ] {
            let steps = |bytes: usize| {
                let text = piece.repeat(bytes / piece.len());
                let mut scan = Scan::of(&text);
                scan.run();
                (scan.steps, text.len() as u64)
            };
            let ((few, short), (many, long)) = (steps(1 << 12), steps(1 << 20));
            assert!(many <= 64 * long, "{piece:?}: {many} steps for {long} bytes");
            assert!(many * short <= (few + 256) * long * 11 / 10, "{piece:?}: {few} steps, then {many}");
        }
    }
}
