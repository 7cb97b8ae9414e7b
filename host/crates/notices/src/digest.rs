//! Digests: one notice that lists many.

use std::fmt::Write as _;

use hark_model::Ms;
use hark_store::{NewNotice, NoticeRow};
use sha2::{Digest, Sha256};

use crate::limits;

/// Returns the digest of what is held, oldest first. Its key is made of theirs: the same list is the same effect.
pub(crate) fn digest_of(target: &str, held: &[NoticeRow], now: Ms) -> NewNotice {
    let mut hash = Sha256::new();
    for row in held {
        hash.update((row.key.len() as u64).to_le_bytes());
        hash.update(&row.key);
    }
    let hex: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    NewNotice {
        key: format!("digest:{hex}"),
        target: target.to_owned(),
        urgent: false,
        held: false,
        subject: format!("{} notices", held.len()),
        body: body(held),
        link: None,
        due_at: now,
        at: now,
    }
}

/// Lists every subject, and the words below them as long as there is room.
fn body(held: &[NoticeRow]) -> String {
    let subjects: usize = held.iter().map(|row| row.subject.len() + 8).sum();
    let mut room = limits::BODY_BYTES_MAX.saturating_sub(subjects);
    let mut body = String::new();
    for (n, row) in held.iter().enumerate() {
        // Nothing can fail that writes to a string.
        let _ = writeln!(body, "{}. {}", n + 1, row.subject);
        let words: String =
            row.body.trim().lines().fold(String::new(), |all, line| all + "   " + line + "\n");
        if !words.is_empty() && words.len() < room {
            room -= words.len();
            body.push_str(&words);
        }
    }
    body
}
