//! The label of a kept mail: what the server said of it beside its bytes.
//!
//! Holds: a mail and its label give the same events whenever they are read again.

use hark_sdk::types::Ms;

/// Media type of a kept mail.
pub const MEDIA_TYPE: &str = "message/rfc822";
/// Media type of a kept mail that was too large to be fetched whole.
pub const CUT_MEDIA_TYPE: &str = "message/rfc822; cut=yes";

/// Media type of what is kept of a mail that the server could not give.
pub const TROUBLE_MEDIA_TYPE: &str = "text/plain";
/// Media type of what is kept of a mail that is gone: where it was looked for.
pub const RECHECK_MEDIA_TYPE: &str = "application/vnd.hark.imap-recheck+json";
/// How much of the mailbox's name a hint holds.
const HINT_CHARS_MAX: usize = 100;

/// Where a mail lies and when the server received it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The mailbox.
    pub mailbox: String,
    /// UIDVALIDITY of the mailbox.
    pub uid_validity: u32,
    /// UID in the mailbox.
    pub uid: u32,
    /// INTERNALDATE: when the server received it.
    pub received_at: Option<Ms>,
}

impl Label {
    /// Reads what `Display` wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let mut label = Self { mailbox: String::new(), uid_validity: 0, uid: 0, received_at: None };
        let (head, mailbox) = text.strip_prefix("imap ")?.split_once("mailbox=")?;
        label.mailbox = mailbox.to_owned();
        for word in head.split_ascii_whitespace() {
            match word.split_once('=')? {
                ("uidvalidity", value) => label.uid_validity = value.parse().ok()?,
                ("uid", value) => label.uid = value.parse().ok()?,
                ("received", value) => label.received_at = Some(value.parse().ok()?),
                _ => return None,
            }
        }
        Some(label)
    }
}

impl Label {
    /// Says which mail it is where nothing else does.
    pub fn hint(&self) -> String {
        let mailbox: String = self.mailbox.chars().take(HINT_CHARS_MAX).collect();
        format!("{mailbox} uid {} of {}", self.uid, self.uid_validity)
    }
}

impl std::fmt::Display for Label {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "imap uidvalidity={} uid={} ", self.uid_validity, self.uid)?;
        if let Some(at) = self.received_at {
            write!(f, "received={at} ")?;
        }
        // Last, because it may hold anything.
        write!(f, "mailbox={}", self.mailbox)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_reads_back() {
        for (mailbox, received_at) in [("INBOX", Some(1_784_885_565_000)), ("Büro uid=4 mailbox=x", None)] {
            let label = Label { mailbox: mailbox.into(), uid_validity: 7, uid: 9, received_at };
            assert_eq!(Label::parse(&label.to_string()), Some(label));
        }
        for foreign in
            ["", "imap", "imap mailbox", "imap uid=x mailbox=INBOX", "GET /feed", "imap a=1 mailbox=I"]
        {
            assert_eq!(Label::parse(foreign), None, "{foreign}");
        }
    }
}
