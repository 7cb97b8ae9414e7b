//! How far one mailbox has been read.

use hark_sdk::prelude::*;

use crate::imap::{Counts, Examined};
use crate::limits;

/// A span of UIDs of which only mails that arrived late enough are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Last UID of the span.
    pub until_uid: u32,
    /// Mails that arrived before are passed over.
    pub since: Ms,
}

/// How far a mailbox has been read. Every mail up to `last_uid` is stored, or was passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Name of the mailbox: UIDs of another one mean nothing.
    pub mailbox: String,
    /// UIDVALIDITY under which the UIDs hold.
    pub uid_validity: u32,
    /// Last UID that was read.
    pub last_uid: u32,
    /// When it was last read.
    pub read_at: Ms,
    /// The mark of its last change when it was last read to its end (CONDSTORE).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modseq: Option<u64>,
    /// Set while reading a mailbox for the first time, or again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
}

impl Position {
    /// Tells whether the position is one in the mailbox that was opened.
    pub fn fits(&self, mailbox: &str, examined: Examined) -> bool {
        self.mailbox == mailbox && self.uid_validity == examined.uid_validity
    }

    /// Tells whether nothing can be new in the mailbox, as far as it tells from outside. Mails never change,
    /// so the next UID decides; where a server keeps that to itself, the mark of the last change does.
    pub fn is_whole(&self, counts: Counts) -> bool {
        let nothing_came = match counts.uid_next {
            Some(next) => self.last_uid >= next.saturating_sub(1),
            None => counts.modseq.is_some_and(|mark| mark > 0 && self.modseq == Some(mark)),
        };
        self.window.is_none() && counts.uid_validity == Some(self.uid_validity) && nothing_came
    }

    /// Tells whether a mail is wanted that arrived at `received_at`.
    pub fn wants(&self, uid: u32, received_at: Option<Ms>) -> bool {
        match (&self.window, received_at) {
            (Some(window), Some(at)) if uid <= window.until_uid => at >= window.since,
            _ => true,
        }
    }

    /// Moves on to `uid`.
    pub fn pass(&mut self, uid: u32) {
        self.last_uid = self.last_uid.max(uid);
        if self.window.as_ref().is_some_and(|window| self.last_uid >= window.until_uid) {
            self.window = None;
        }
    }
}

/// Where the next call of the same run goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// How far the mailbox has been read.
    pub position: Position,
    /// How many events of the next mail were given already.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub given: u32,
    /// How carefully the next mail is asked for, because something was wrong.
    #[serde(default, skip_serializing_if = "Care::is_none")]
    pub care: Care,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(given: &u32) -> bool {
    *given == 0
}

/// How carefully a mail is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Care {
    /// Together with others.
    #[default]
    None,
    /// Alone, so that it is known whose fault it is.
    Alone,
    /// Alone, and of a large one just the beginning: the server may not be able to take it apart.
    Beginning,
}

impl Care {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

impl Run {
    /// Starts a run at `position`.
    pub fn at(position: Position) -> Self {
        Self { position, given: 0, care: Care::None }
    }

    /// Moves on to `uid`.
    pub fn pass(&mut self, uid: u32) {
        self.position.pass(uid);
        (self.given, self.care) = (0, Care::None);
    }
}

/// Returns since when mails are wanted where the mailbox is read for the first time, or again: as far back
/// as the settings say, further if it was last read before that.
pub fn window_since(now: Ms, lookback_days: u32, asked: Option<Ms>, last_read_at: Option<Ms>) -> Ms {
    let lookback = now - i64::from(lookback_days) * limits::DAY_MS;
    let since = asked.unwrap_or(lookback);
    last_read_at.map_or(since, |at| since.min(at - limits::DAY_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position() -> Position {
        let window = Some(Window { until_uid: 20, since: 1_000 });
        Position {
            mailbox: "INBOX".into(),
            uid_validity: 7,
            last_uid: 10,
            read_at: 5_000,
            modseq: None,
            window,
        }
    }

    #[test]
    fn a_position_knows_its_mailbox() {
        let position = position();
        let opened = Examined { uid_validity: 7, uid_next: None, mails: 0, modseq: None };
        assert!(position.fits("INBOX", opened));
        assert!(!position.fits("Sent", opened));
        assert!(!position.fits("INBOX", Examined { uid_validity: 8, ..opened }));
    }

    #[test]
    fn a_window_holds_to_its_end() {
        let mut position = position();
        assert!(
            !position.wants(20, Some(999)) && position.wants(20, Some(1_000)) && position.wants(20, None)
        );
        assert!(position.wants(21, Some(0)), "what came since counts whatever its date");
        position.pass(19);
        assert!(position.window.is_some());
        position.pass(20);
        assert_eq!((position.last_uid, position.window.clone()), (20, None));
        position.pass(5);
        assert_eq!(position.last_uid, 20);
    }

    #[test]
    fn what_cannot_have_changed_is_not_opened() {
        let read = Position { window: None, modseq: Some(70), ..position() };
        let told = |uid_validity, uid_next, modseq| Counts { mails: Some(3), uid_validity, uid_next, modseq };
        for (counts, is_whole) in [
            (told(Some(7), Some(11), Some(71)), true),
            (told(Some(7), Some(12), Some(70)), false),
            (told(Some(8), Some(11), Some(70)), false),
            (told(None, Some(11), Some(70)), false),
            (told(Some(7), None, Some(70)), true),
            (told(Some(7), None, Some(71)), false),
            (told(Some(7), None, Some(0)), false),
            (told(Some(7), None, None), false),
        ] {
            assert_eq!(read.is_whole(counts), is_whole, "{counts:?}");
        }
        assert!(!position().is_whole(told(Some(7), Some(11), None)), "the window is not through");
    }

    #[test]
    fn a_window_reaches_back_to_where_reading_stopped() {
        let day = limits::DAY_MS;
        for (asked, last_read_at, want) in [
            (None, None, 70 * day),
            (Some(10 * day), None, 10 * day),
            (None, Some(99 * day), 70 * day),
            (None, Some(50 * day), 49 * day),
        ] {
            assert_eq!(window_since(100 * day, 30, asked, last_read_at), want);
        }
    }
}
