//! Names for what was masked: the same value has the same name, and nobody without the key can tell which.
//!
//! Holds: HMAC-SHA-256 over kind and value in one spelling. HMAC, because what is hidden is easily guessed (a
//! telephone number is one of a few billion): without a key all could be tried, and with a hash that was made
//! for tables, as SipHash, the key could not be relied on. Not here: where the key is kept.

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::personal::PersonalKind;

/// Bytes of a key.
const KEY_BYTES: usize = 32;
/// Letters of a name, four bits each: among a million people two share one with a chance of one to 37 million.
pub(super) const NAME_LETTERS: usize = 16;

/// Gives values names that only the key can give.
#[derive(Clone)]
pub struct Pseudonyms([u8; KEY_BYTES]);

impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pseudonyms(***)")
    }
}

impl Pseudonyms {
    /// Takes the key: random, and kept as long as the same person is to have the same name.
    pub const fn new(key: [u8; KEY_BYTES]) -> Self {
        Self(key)
    }

    /// Returns the name of `value`, in letters alone, so that it is no number and no address again. Spelling does
    /// not count: capitals of a mail address, spaces and dashes of a number, `00` for `+`.
    pub fn name(&self, kind: PersonalKind, value: &str) -> String {
        let mut code = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        code.update(kind.as_str().as_bytes());
        code.update(b":");
        code.update(spelled(kind, value).as_bytes());
        let bytes = code.finalize().into_bytes();
        let letters = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
        letters.take(NAME_LETTERS).map(|half| char::from(b'a' + half)).collect()
    }
}

/// Returns `value` as everybody who writes it means it.
fn spelled(kind: PersonalKind, value: &str) -> String {
    match kind {
        PersonalKind::Mail => value.to_lowercase(),
        PersonalKind::Internet => value
            .parse::<std::net::IpAddr>()
            .map_or_else(|_| value.to_lowercase(), |address| address.to_string()),
        PersonalKind::Iban | PersonalKind::Card => {
            value.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
        }
        PersonalKind::Phone => {
            let (plus, rest) = match value.strip_prefix("00") {
                Some(rest) => ("+", rest),
                None => (if value.starts_with('+') { "+" } else { "" }, value),
            };
            // The 0 that is dialled at home alone.
            let rest = if plus.is_empty() { rest.to_owned() } else { rest.replace("(0)", "") };
            plus.chars().chain(rest.chars().filter(char::is_ascii_digit)).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_has_one_name_however_it_is_written() {
        let names = Pseudonyms::new([7; KEY_BYTES]);
        for (kind, one, other) in [
            (PersonalKind::Mail, "Jo@X.example", "jo@x.example"),
            (PersonalKind::Internet, "2001:DB8:0:0::1", "2001:db8::1"),
            (PersonalKind::Iban, "DE89 3704 0044 0532 0130 00", "de89370400440532013000"),
            (PersonalKind::Card, "4111-1111-1111-1111", "4111 1111 1111 1111"),
            (PersonalKind::Phone, "+49 (0)30 901820", "004930901820"),
        ] {
            assert_eq!(names.name(kind, one), names.name(kind, other), "{one} and {other}");
            let stranger = Pseudonyms::new([8; KEY_BYTES]);
            assert_ne!(names.name(kind, one), stranger.name(kind, one), "{one}");
        }
        let (mail, phone) = (PersonalKind::Mail, PersonalKind::Phone);
        assert_ne!(names.name(mail, "a@x.example"), names.name(mail, "b@x.example"));
        assert_ne!(names.name(phone, "1234567"), names.name(PersonalKind::Card, "1234567"));
        // Made with `openssl dgst -sha256 -mac HMAC`: whoever has the key can find a person again.
        assert_eq!(names.name(mail, "jo@x.example"), "kjfpflacfkfpdiij");
        assert_eq!(format!("{names:?}"), "Pseudonyms(***)");
    }
}
