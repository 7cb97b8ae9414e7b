//! Messages, and the `ts` by which Slack knows them.

use crate::Ms;

/// Microseconds of a millisecond: a `ts` counts in them.
const MICROS: u64 = 1_000;

/// Returns the first number of a message of the millisecond `at`.
pub fn first_id(at: Ms) -> u64 {
    u64::try_from(at).unwrap_or(0) * MICROS
}

/// Returns a number as a `ts`: `1784884365.000200`.
pub fn ts(id: u64) -> String {
    format!("{}.{:06}", id / 1_000_000, id % 1_000_000)
}

/// Reads a `ts`; the digits behind the point may be fewer, or none.
pub fn parse_ts(text: &str) -> Option<u64> {
    let (seconds, micros) = text.split_once('.').unwrap_or((text, "0"));
    if micros.len() > 6 || !micros.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let micros: u64 = format!("{micros:0<6}").parse().ok()?;
    seconds.parse::<u64>().ok()?.checked_mul(1_000_000)?.checked_add(micros)
}

/// A message of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its `ts` as a number.
    pub id: u64,
    /// Who said it; none where nobody did.
    pub user: Option<String>,
    /// In Slack's markup.
    pub text: String,
    /// The message that its thread hangs on.
    pub thread: Option<u64>,
    /// When it was edited, and by whom.
    pub edited: Option<(u64, String)>,
    /// Reactions: name and who.
    pub reactions: Vec<(String, Vec<String>)>,
    /// Names of its files.
    pub files: Vec<String>,
    /// It was deleted, but its thread keeps the place.
    pub is_tombstone: bool,
    /// Which app said it.
    pub by_app: bool,
    /// What the app noted with it, as JSON; shown to who asks for it.
    pub metadata: Option<String>,
}

impl Message {
    /// Starts a message of its own.
    pub fn new(id: u64, user: &str, text: impl Into<String>) -> Self {
        Self {
            id,
            user: Some(user.to_owned()),
            text: text.into(),
            thread: None,
            edited: None,
            reactions: Vec::new(),
            files: Vec::new(),
            is_tombstone: false,
            by_app: false,
            metadata: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ts_is_read_back() {
        let id = first_id(1_784_884_365_000) + 200;
        assert_eq!(ts(id), "1784884365.000200");
        assert_eq!(parse_ts("1784884365.000200"), Some(id));
        assert_eq!(parse_ts("1784884365"), Some(id - 200));
        assert_eq!((parse_ts("now"), parse_ts("1.2.3"), parse_ts("")), (None, None, None));
    }
}
