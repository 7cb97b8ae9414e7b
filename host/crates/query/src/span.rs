//! A value with where it was read.

use std::ops::Range;

/// A value with where it stands in the filter. Two are equal when their values are: the same test may be
/// written at another place.
#[derive(Debug, Clone)]
pub struct Spanned<T> {
    /// What was read.
    pub inner: T,
    /// Bytes of the filter that it was read from.
    pub span: Range<usize>,
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.inner == other.inner
    }
}
