//! Bounds of routing.

/// Words of an item that rules look at; a longer text is matched by its head.
pub(crate) const WORDS_MAX: usize = 50_000;
/// Places of one pattern that are kept as evidence.
pub(crate) const EVIDENCE_MAX: usize = 4;
