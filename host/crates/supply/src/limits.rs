//! Bounds of what is read of files, and of what others send.

/// Largest component that is fetched or read; the runtime takes none that is larger.
pub const COMPONENT_BYTES_MAX: u64 = 64 << 20;
/// Largest manifest of a registry.
pub const MANIFEST_BYTES_MAX: u64 = 1 << 20;
/// Longest signature, with its comments.
pub const SIGNATURE_BYTES_MAX: u64 = 4 << 10;
/// Longest line of a signature, and longest part of its trusted comment.
pub const COMMENT_BYTES_MAX: usize = 1 << 10;
/// Largest file of a secret key.
pub const KEY_FILE_BYTES_MAX: u64 = 4 << 10;
/// Largest lock file.
pub const LOCK_BYTES_MAX: u64 = 4 << 20;
/// Most pins of one lock file.
pub const PINS_MAX: usize = 10_000;
/// Longest answer of a token server.
pub const TOKEN_BYTES_MAX: u64 = 64 << 10;
/// What is read of an answer that says what went wrong.
pub const SAID_BYTES_MAX: u64 = 8 << 10;
/// What is shown of it.
pub const SAID_CHARS_MAX: usize = 200;
