//! Which of two contents of one item is shown: a total order over what the platform said, so that the order
//! in which contents come makes no difference.

use std::cmp::Ordering;

use hark_model::Ms;

/// What decides which content of an item is shown; the greater wins. The order of the fields is the order of
/// the decision: last edit, the platform's edit marker, the content's digest, how much else was told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Content {
    pub edited_at: Option<Ms>,
    pub platform_revision: RevisionMark,
    /// Of title, text and markup: equal digests are one revision.
    pub sha256: [u8; 32],
    pub facts: i64,
}

impl Content {
    /// Tells whether `other` is what somebody made of the same edit on the platform.
    pub fn is_same_edit(&self, other: &Self) -> bool {
        (self.edited_at, &self.platform_revision) == (other.edited_at, &other.platform_revision)
    }
}

/// A platform's edit marker: numbers by value and below all other marks, these by their bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RevisionMark(Box<str>);

impl RevisionMark {
    pub fn new(mark: &str) -> Self {
        Self(mark.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn key(&self) -> (bool, usize, &str, &str) {
        if self.0.bytes().all(|byte| byte.is_ascii_digit()) {
            let digits = self.0.trim_start_matches('0');
            (false, digits.len(), digits, &self.0)
        } else {
            (true, 0, &self.0, &self.0)
        }
    }
}

impl Ord for RevisionMark {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for RevisionMark {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_order_as_people_count() {
        let ordered = ["", "0", "1", "9", "10", "18446744073709551616", "1a", "etag-1", "v2"];
        for pair in ordered.windows(2) {
            assert!(RevisionMark::new(pair[0]) < RevisionMark::new(pair[1]), "{pair:?}");
        }
    }
}
