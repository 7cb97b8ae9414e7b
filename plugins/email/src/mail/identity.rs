//! Which mail it is, which conversation it belongs to, which mail it answers.

use hark_sdk::types::Ms;
use mail_parser::{HeaderValue, Message};
use sha2::{Digest, Sha256};

use super::header::{self, Author};
use crate::limits;

/// How an id begins that was made here.
const MADE_UP_START: &str = "sha256.";
/// How an id ends that was made here.
const MADE_UP_END: &str = "@local";

/// Where a mail stands among others.
#[derive(Debug, PartialEq, Eq)]
pub struct Thread {
    /// The first mail of the conversation, known or not.
    pub conversation: String,
    /// The mail that it answers, known or not.
    pub parent: Option<String>,
}

/// Returns the Message-ID without its brackets, or one made of what the mail says where it has none.
pub fn own(message: &Message<'_>, author: Option<&Author>, text: &str) -> String {
    named(message).unwrap_or_else(|| made_of(header::claimed_date(message), author, message.subject(), text))
}

/// Returns the Message-ID without its brackets.
pub fn named(message: &Message<'_>) -> Option<String> {
    ids(message.header("Message-ID")).into_iter().next()
}

/// Tells whether `id` was made here, for a mail that has none or one that is too long.
pub fn is_made_up(id: &str) -> bool {
    id.starts_with(MADE_UP_START) && id.ends_with(MADE_UP_END)
}

/// Returns the mails before the mail `own` in its thread, the first one first, each once.
pub fn before(message: &Message<'_>, own: &str) -> Vec<String> {
    let mut before: Vec<String> = Vec::new();
    let references = ids(message.header("References"));
    // A client that names no references is believed when it names one mail that it answers.
    let answered = ids(message.header("In-Reply-To")).into_iter().take(1).filter(|_| references.is_empty());
    for id in references.iter().cloned().chain(answered) {
        if id != own && !is_made_up(&id) && !before.contains(&id) {
            before.push(id);
        }
    }
    before
}

/// Returns the place of the mail `own` in its thread: the root is the first reference, the parent the last.
pub fn thread(message: &Message<'_>, own: &str) -> Thread {
    let others = |name: &str| {
        let mut ids = ids(message.header(name.to_owned()));
        ids.retain(|id| id != own);
        ids
    };
    let (references, in_reply_to) = (others("References"), others("In-Reply-To"));
    let root = references.first().or(in_reply_to.first()).map_or(own, String::as_str);
    let parent = references.last().or(in_reply_to.first());
    Thread { conversation: root.to_owned(), parent: parent.cloned() }
}

fn made_of(date: Option<Ms>, author: Option<&Author>, subject: Option<&str>, text: &str) -> String {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts = [
        date.map(|date| date.to_string()).unwrap_or_default(),
        author.map(|author| author.address.clone()).unwrap_or_default(),
        words(subject.unwrap_or_default()),
        words(text),
    ];
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hashed(hash)
}

fn hashed(hash: Sha256) -> String {
    let digest = hash.finalize();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{MADE_UP_START}{hex}{MADE_UP_END}")
}

/// Returns the message ids in a field, each without brackets and blanks; one that is too long is hashed.
fn ids(value: Option<&HeaderValue<'_>>) -> Vec<String> {
    let raw: Vec<&str> = match value {
        Some(HeaderValue::Text(one)) => vec![one],
        Some(HeaderValue::TextList(many)) => many.iter().map(AsRef::as_ref).collect(),
        _ => Vec::new(),
    };
    // The root is the first and the parent the last: of too many, both ends count.
    let (first, last) = raw.split_at(raw.len().min(limits::REFERENCES_MAX / 2));
    let last = &last[last.len().saturating_sub(limits::REFERENCES_MAX / 2)..];
    first.iter().chain(last).filter_map(|id| clean(id)).collect()
}

fn clean(id: &str) -> Option<String> {
    let id: String =
        id.chars().filter(|c| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>')).collect();
    match id.len() {
        0 => None,
        1..=limits::ID_BYTES_MAX => Some(id),
        _ => Some(hashed(Sha256::new_with_prefix(id.as_bytes()))),
    }
}
