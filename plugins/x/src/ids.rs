//! Ids of X: numbers above 2^53, so texts; they hold the time at which they were given.

use std::cmp::Ordering;

use hark_sdk::types::Ms;

/// When X began to count, in milliseconds since 1970.
const EPOCH_MS: Ms = 1_288_834_974_657;
/// Ids below are from before that.
const FIRST: u64 = 1 << 35;

/// Tells whether `text` is an id: 1 to 19 digits.
pub fn is_id(text: &str) -> bool {
    (1..=19).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Compares ids by number, without ever making numbers of them.
pub fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// Returns when a post with that id was written, where the id can tell.
pub fn time_of(id: &str) -> Option<Ms> {
    let number: u64 = id.parse().ok().filter(|number| *number >= FIRST)?;
    Ms::try_from(number >> 22).ok().map(|ms| ms + EPOCH_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_compared_by_number_and_hold_their_time() {
        assert_eq!(compare("9", "10"), Ordering::Less);
        assert_eq!(compare("1990000000000000010", "1990000000000000009"), Ordering::Greater);
        assert_eq!(compare("007", "7"), Ordering::Equal);
        // The documents' own pair of id and time.
        assert_eq!(time_of("1212092628029698048").map(|ms| ms / 1000), Some(1_577_820_376));
        assert_eq!(time_of("20"), None);
        for (text, want) in
            [("1", true), ("", false), ("12345678901234567890", false), ("1a", false), ("-1", false)]
        {
            assert_eq!(is_id(text), want, "{text}");
        }
    }
}
