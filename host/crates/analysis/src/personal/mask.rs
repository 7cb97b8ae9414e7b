//! A text without the personal data in it.
//!
//! Holds: what the policy names is gone, all else stays as it was; the same value has the same name in every
//! text masked with the same key. Not here: what else is known of a person.

use std::borrow::Cow;

use crate::personal::key::Pseudonyms;
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
