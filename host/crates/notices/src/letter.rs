//! What is sent: a notice behind the mask, with the secrets of its question if it asks one.

use hark_model::Ms;
use hark_store::ClaimedNotice;

use crate::{Mask, limits};

/// A notice as it leaves.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    /// Names the effect.
    pub key: String,
    /// One line, without control characters.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// Where to read on.
    pub link: Option<String>,
    /// The one person it is for; none for the addresses of the target.
    pub to: Option<String>,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// What stands before the `@` of its Message-ID; none for what is made of the key.
    pub thread: Option<String>,
    /// When it was queued.
    pub at: Ms,
}

/// A letter may hold a link that is a secret.
impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Letter").field("key", &self.key).finish_non_exhaustive()
    }
}

/// The secrets that go with a question.
pub(crate) struct Secrets {
    /// The link that opens it.
    pub link: String,
    /// The address for answers by mail, where the settings name a mailbox.
    pub reply_to: Option<String>,
    /// What stands before the `@` of its Message-ID.
    pub thread: String,
    /// The one person it is for; none for chat.
    pub to: Option<String>,
}

impl Letter {
    /// Makes a letter of a notice. All text passes the mask; only then are the secrets of a question put in.
    pub fn new(notice: &ClaimedNotice, mask: &Mask, secrets: Option<Secrets>) -> Self {
        let plain = Self {
            key: notice.key.clone(),
            subject: one_line(&mask.cover(&notice.subject)),
            body: cut(mask.cover(&notice.body), limits::BODY_BYTES_MAX),
            link: notice.link.clone(),
            to: None,
            reply_to: None,
            thread: None,
            at: notice.at,
        };
        match secrets {
            Some(secrets) => {
                let Secrets { link, reply_to, thread, to } = secrets;
                Self { link: Some(link), to, reply_to, thread: Some(thread), ..plain }
            }
            None => plain,
        }
    }
}

/// No line end or other control character reaches a header.
fn one_line(text: &str) -> String {
    let line: String = text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
    cut(line.trim().to_owned(), limits::SUBJECT_BYTES_MAX)
}

fn cut(mut text: String, bytes_max: usize) -> String {
    text.truncate(text.floor_char_boundary(bytes_max));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_one_short_line() {
        assert_eq!(one_line(" a\r\nBcc: x\u{7f}b "), "a  Bcc: x b");
        assert_eq!(one_line(&"ä".repeat(300)).len(), limits::SUBJECT_BYTES_MAX);
    }
}
