//! Bounds of a filter. Bytes are UTF-8 bytes.

/// Bytes of a word that the index keeps; FTS5 cuts longer ones (`FTS5_MAX_TOKEN_SIZE`).
pub const WORD_BYTES_MAX: usize = 32_768;
