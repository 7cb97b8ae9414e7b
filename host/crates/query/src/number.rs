//! Numbers of a filter, and what is asked of them.

/// What is asked of a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// `n`.
    Is(f64),
    /// `<n`.
    Below(f64),
    /// `<=n`.
    AtMost(f64),
    /// `>n`.
    Above(f64),
    /// `>=n`.
    AtLeast(f64),
    /// `a..b`, both ends included.
    Within(f64, f64),
}

impl Bound {
    /// Tells whether `number` is so.
    pub fn holds(self, number: f64) -> bool {
        match self {
            Self::Is(bound) => number == bound,
            Self::Below(bound) => number < bound,
            Self::AtMost(bound) => number <= bound,
            Self::Above(bound) => number > bound,
            Self::AtLeast(bound) => number >= bound,
            Self::Within(low, high) => low <= number && number <= high,
        }
    }
}

impl std::fmt::Display for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Is(n) => write!(f, "{n}"),
            Self::Below(n) => write!(f, "<{n}"),
            Self::AtMost(n) => write!(f, "<={n}"),
            Self::Above(n) => write!(f, ">{n}"),
            Self::AtLeast(n) => write!(f, ">={n}"),
            Self::Within(low, high) => write!(f, "{low}..{high}"),
        }
    }
}
