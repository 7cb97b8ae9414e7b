//! Bounds of a filter. Bytes are UTF-8 bytes.

/// Longest filter, in bytes.
pub const FILTER_BYTES_MAX: usize = 4 << 10;
/// Deepest nesting of brackets and negations.
pub const DEPTH_MAX: usize = 32;
/// Most tests of a filter, each value of a field counted; what lists hold is counted by themselves.
pub const TERMS_MAX: usize = 256;
/// Longest value of a field, in bytes.
pub const VALUE_BYTES_MAX: usize = 256;
/// Most words of a phrase.
pub const PHRASE_WORDS_MAX: usize = 16;
/// Fewest letters and digits before the star of a prefix: fewer begin nearly every text.
pub const PREFIX_CHARS_MIN: usize = 2;
/// Most words that `NEAR` lets stand between, so that it says more than "somewhere in the text".
pub const NEAR_WORDS_MAX: u32 = 100;
/// Most words and phrases of one `NEAR`.
pub const NEAR_PHRASES_MAX: usize = 8;
/// Longest list file, in bytes.
pub const LIST_BYTES_MAX: usize = 1 << 20;
/// Most entries of all lists of a filter together.
pub const LIST_ENTRIES_MAX: usize = 10_000;
/// Longest name of a list file, in bytes.
pub const LIST_NAME_BYTES_MAX: usize = 64;
/// Longest time that is given as an age, in minutes: one hundred years.
pub const AGE_MINUTES_MAX: u64 = 100 * 366 * 24 * 60;
/// Greatest count that a filter can ask for: well below where 64-bit floats begin to leave whole numbers out.
pub const COUNT_MAX: u64 = 1_000_000_000_000_000;
/// Bytes of a word that the index keeps; FTS5 cuts longer ones (`FTS5_MAX_TOKEN_SIZE`).
pub const WORD_BYTES_MAX: usize = 32_768;
/// Most places of the words of one test that a trace tells.
pub const SPOTS_MAX: usize = 8;
/// Mistakes up to which another word is offered in the place of one that is not known.
pub(crate) const MISTAKES_MAX: usize = 2;
/// Bytes of a wrong word that an error repeats.
pub(crate) const SHOWN_BYTES_MAX: usize = 64;
