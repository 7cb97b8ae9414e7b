//! How far a mailbox has been read: the cursor, and the continuation within a run.

use hark_sdk::prelude::*;

use crate::imap::Examined;
use crate::limits;
use crate::manifest::CURSOR_VERSION;

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
    /// Set while reading a mailbox for the first time, or again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
}

impl Position {
    /// Reads a cursor; none gives none.
    pub fn of_cursor(cursor: Option<&[u8]>) -> Result<Option<Self>, Fault> {
        cursor::read(CURSOR_VERSION, cursor)
    }

    /// Returns the position as a cursor.
    pub fn cursor(&self) -> Result<Vec<u8>, Fault> {
        cursor::write(CURSOR_VERSION, self)
    }

    /// Tells whether the position is one in the mailbox that was opened.
    pub fn fits(&self, mailbox: &str, examined: Examined) -> bool {
        self.mailbox == mailbox && self.uid_validity == examined.uid_validity
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
    #[serde(default)]
    pub given: u32,
    /// How carefully the next mail is asked for, because something was wrong.
    #[serde(default)]
    pub care: Care,
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

impl Run {
    /// Reads a continuation; none gives none.
    pub fn of_continuation(continuation: Option<&[u8]>) -> Result<Option<Self>, Fault> {
        cursor::read(CURSOR_VERSION, continuation)
    }

    /// Starts a run at `position`.
    pub fn at(position: Position) -> Self {
        Self { position, given: 0, care: Care::None }
    }

    /// Returns the run as a continuation.
    pub fn continuation(&self) -> Result<Vec<u8>, Fault> {
        cursor::write(CURSOR_VERSION, self)
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
        Position { mailbox: "INBOX".into(), uid_validity: 7, last_uid: 10, read_at: 5_000, window }
    }

    #[test]
    fn a_position_reads_back_and_knows_its_mailbox() {
        let position = position();
        assert_eq!(Position::of_cursor(Some(&position.cursor().unwrap())), Ok(Some(position.clone())));
        let run = Run { given: 2, care: Care::Alone, ..Run::at(position.clone()) };
        assert_eq!(Run::of_continuation(Some(&run.continuation().unwrap())), Ok(Some(run)));
        let opened = Examined { uid_validity: 7, uid_next: None, mails: 0 };
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
