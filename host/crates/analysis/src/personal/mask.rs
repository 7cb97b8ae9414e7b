//! A text without the personal data in it.
//!
//! Holds: what the policy names is gone, all else stays as it was; the same value has the same name in every
//! text masked with the same key. Not here: what else is known of a person.

use std::borrow::Cow;
use std::ops::Range;

use crate::personal::key::{NAME_LETTERS, Pseudonyms};
use crate::personal::scan::{Found, PersonalKind, find};

/// Which kinds are masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    kinds: [bool; PersonalKind::ALL.len()],
}

impl Policy {
    /// Masks every kind.
    pub const ALL: Self = Self { kinds: [true; PersonalKind::ALL.len()] };
    /// Masks nothing.
    pub const NONE: Self = Self { kinds: [false; PersonalKind::ALL.len()] };

    /// Masks `kind`, too.
    #[must_use]
    pub const fn with(mut self, kind: PersonalKind) -> Self {
        self.kinds[kind as usize] = true;
        self
    }

    /// Leaves `kind` as it is.
    #[must_use]
    pub const fn without(mut self, kind: PersonalKind) -> Self {
        self.kinds[kind as usize] = false;
        self
    }

    /// Tells whether `kind` is masked.
    pub const fn masks(self, kind: PersonalKind) -> bool {
        self.kinds[kind as usize]
    }
}

/// A text after masking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked<'t> {
    /// The text, with `_KIND:NAME_` for what was masked; as it was given where nothing was.
    pub text: Cow<'t, str>,
    /// What was masked, at its place in the text as it was given.
    pub found: Vec<Found>,
}

impl Masked<'_> {
    /// Returns where the piece stands now that stood at `span` of the text as it was given; none if any of it is masked.
    pub fn place(&self, span: &Range<usize>) -> Option<Range<usize>> {
        let (mut longer, mut shorter) = (0, 0);
        for found in self.found.iter().take_while(|found| found.span.start < span.end) {
            if found.span.end > span.start {
                return None;
            }
            longer += mask_bytes(found.kind);
            shorter += found.span.len();
        }
        Some(span.start + longer - shorter..span.end + longer - shorter)
    }
}

/// Returns how long `_KIND:NAME_` is.
const fn mask_bytes(kind: PersonalKind) -> usize {
    kind.as_str().len() + NAME_LETTERS + 3
}

/// Masks in `text` what `policy` names, with names by `pseudonyms`.
pub fn mask<'t>(text: &'t str, policy: Policy, pseudonyms: &Pseudonyms) -> Masked<'t> {
    let mut found = find(text);
    found.retain(|found| policy.masks(found.kind));
    if found.is_empty() {
        return Masked { text: Cow::Borrowed(text), found };
    }
    let mut masked = String::with_capacity(text.len() + 16 * found.len());
    let mut at = 0;
    for Found { kind, span } in &found {
        let name = pseudonyms.name(*kind, &text[span.clone()]);
        masked.push_str(&text[at..span.start]);
        // Signs of a word on both sides: what stood beside a word still does, and does not become a number.
        masked.extend(["_", kind.as_str(), ":", &name, "_"]);
        at = span.end;
    }
    masked.push_str(&text[at..]);
    Masked { text: Cow::Owned(masked), found }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_found_at_its_new_place() {
        let text = "good a@b.example bad 192.168.0.17 fine";
        let masked = mask(text, Policy::ALL, &Pseudonyms::new([7; 32]));
        for word in ["good", "bad", "fine"] {
            let at = text.find(word).unwrap();
            let place = masked.place(&(at..at + word.len())).unwrap();
            assert_eq!(&masked.text[place], word, "{}", masked.text);
        }
        assert_eq!((masked.place(&(7..9)), masked.place(&(0..6))), (None, None));
        assert_eq!(masked.place(&(0..0)), Some(0..0));
    }
}
