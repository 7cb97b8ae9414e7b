//! Account numbers: letters of a country, check digits, and what follows in that country.
//!
//! Holds: the checksum is right (modulo 97, ISO 13616) and the form is that of the country; in one piece or
//! in groups of four. The crate `iban_validate` has the countries. Not here: whose account it is.

use iban::Iban;

use crate::personal::PersonalKind;
use crate::personal::scan::Scan;

/// Fewest letters and digits: Norway's.
const LETTERS_MIN: usize = 15;
/// Most of them.
const LETTERS_MAX: usize = 34;
/// Letters of a group.
const GROUP: usize = 4;

/// Finds the IBANs of a text.
pub(crate) fn find(scan: &mut Scan<'_>) {
    let bytes = scan.text.as_bytes();
    let mut at = 0;
    while at + LETTERS_MIN <= bytes.len() {
        scan.steps += 1;
        let begins = matches!(&bytes[at..at + GROUP], [a, b, c, d]
            if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() && c.is_ascii_digit() && d.is_ascii_digit());
        if begins
            && !scan.is_joined_before(at)
            && let Some(end) = end_of(scan, at)
        {
            scan.put(PersonalKind::Iban, at..end);
            at = end;
        } else {
            at += 1;
        }
    }
}

/// Returns where the IBAN ends that begins at `start`, if it is one.
fn end_of(scan: &mut Scan<'_>, start: usize) -> Option<usize> {
    let bytes = scan.text.as_bytes();
    let mut letters = [0_u8; LETTERS_MAX];
    let (mut count, mut at, mut end) = (0, start, None);
    loop {
        let group =
            bytes[at..].iter().take(LETTERS_MAX + 1).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        scan.steps += group as u64 + 1;
        let is_whole = at == start && group >= LETTERS_MIN;
        if group == 0 || count + group > LETTERS_MAX || !(group <= GROUP || is_whole) {
            break;
        }
        letters[count..count + group].copy_from_slice(&bytes[at..at + group]);
        letters[count..count + group].make_ascii_uppercase();
        (count, at) = (count + group, at + group);
        if count >= LETTERS_MIN && !scan.is_joined_behind(at) && is_iban(&letters[..count]) {
            end = Some(at);
        }
        let parts = bytes.get(at).is_some_and(|byte| matches!(byte, b' ' | b'-'));
        if is_whole || group < GROUP || !parts {
            break;
        }
        at += 1;
    }
    end
}

fn is_iban(letters: &[u8]) -> bool {
    std::str::from_utf8(letters).is_ok_and(|text| text.parse::<Iban>().is_ok())
}
