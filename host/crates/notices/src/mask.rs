//! Masking: what all text passes on its way out.
//!
//! Holds: a subject or text that leaves has passed the mask, whoever queued it. What the mask covers is decided
//! outside; secrets of links are put in behind it, or it could break them.

use std::sync::Arc;

/// Covers personal data in a text; given from outside.
#[derive(Clone)]
pub struct Mask(Arc<dyn Fn(&str) -> String + Send + Sync>);

impl std::fmt::Debug for Mask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mask")
    }
}

impl Mask {
    /// Makes a mask of a function.
    pub fn new(cover: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(cover))
    }

    /// Makes one that covers nothing.
    pub fn nothing() -> Self {
        Self::new(str::to_owned)
    }

    /// Returns the text as it may leave.
    pub fn cover(&self, text: &str) -> String {
        (self.0)(text)
    }
}
