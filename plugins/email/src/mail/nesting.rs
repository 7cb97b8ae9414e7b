//! Mails within mails within mails: the parser takes each apart, one inside the other, and a mail can hold
//! tens of thousands of them. Beyond a few they are given a type that makes them plain attachments.

use std::borrow::Cow;

use crate::limits;

/// Media type of a mail within a mail that is not taken apart.
pub const HELD_MAIL: &str = "message/x-held";

/// What makes the parser take a part apart, and what it is called instead; both of one length.
const KINDS: [(&[u8], &[u8]); 3] = [
    (b"message/rfc822", HELD_MAIL.as_bytes()),
    (b"message/global", b"message/x-hold"),
    (b"multipart/digest", b"multipart/x-held"),
];

/// Returns `raw` with all but the first few nested mails made attachments.
pub fn tame(mut raw: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let found = nested(&raw);
    if found.len() <= limits::NESTED_MAILS_MAX {
        return raw;
    }
    let bytes = raw.to_mut();
    for (at, replacement) in &found[limits::NESTED_MAILS_MAX..] {
        bytes[*at..*at + replacement.len()].copy_from_slice(replacement);
    }
    raw
}

/// Returns the media type that `kind` was before it was tamed.
pub fn untamed(kind: &str) -> &str {
    let known = KINDS.iter().find(|(_, held)| kind.as_bytes() == *held);
    known.and_then(|(kind, _)| std::str::from_utf8(kind).ok()).unwrap_or(kind)
}

/// Returns where a nested mail is announced: on a line of a header or its continuation.
fn nested(raw: &[u8]) -> Vec<(usize, &'static [u8])> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        let is_field = line.len() > 12 && line[..12].eq_ignore_ascii_case(b"content-type");
        if is_field || line.starts_with(b" ") || line.starts_with(b"\t") {
            for (kind, held) in KINDS {
                let place = line.windows(kind.len()).position(|window| window.eq_ignore_ascii_case(kind));
                found.extend(place.map(|place| (at + place, held)));
            }
        }
        at += line.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_are_left_and_the_rest_held() {
        let few = b"Content-Type: message/rfc822\n\n".repeat(limits::NESTED_MAILS_MAX);
        assert_eq!(tame(Cow::Borrowed(&few)), few);
        let many = b"Content-Type:\n Message/RFC822\n\n".repeat(limits::NESTED_MAILS_MAX + 2);
        let tamed = tame(Cow::Borrowed(&many)).into_owned();
        assert_eq!(tamed.len(), many.len());
        assert_eq!(String::from_utf8(tamed).unwrap().matches("message/x-held").count(), 2);
        assert_eq!(untamed("message/x-held"), "message/rfc822");
        assert_eq!(untamed("text/plain"), "text/plain");
    }
}
