//! `SEARCH`: which mails fit.

use imap_codec::imap_types::search::SearchKey;
use imap_codec::imap_types::sequence::{SeqOrUid, Sequence, SequenceSet};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::session::Selected;
use crate::mailbox::{Mail, Mailbox};

/// A key that this server does not know.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotServed;

/// Returns UIDs, or sequence numbers, of the mails that fit every key.
pub(super) fn search(
    mailbox: &Mailbox,
    selected: &Selected,
    keys: &[SearchKey<'_>],
    by_uid: bool,
) -> Result<Vec<u32>, NotServed> {
    let mut found = Vec::new();
    for (number, uid) in (1_u32..).zip(&selected.uids) {
        let Some(mail) = mailbox.by_uid(*uid) else { continue };
        if all(keys, mail, number, selected)? {
            found.push(if by_uid { *uid } else { number });
        }
    }
    Ok(found)
}

fn all(keys: &[SearchKey<'_>], mail: &Mail, number: u32, selected: &Selected) -> Result<bool, NotServed> {
    for key in keys {
        if !fits(key, mail, number, selected)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn fits(key: &SearchKey<'_>, mail: &Mail, number: u32, selected: &Selected) -> Result<bool, NotServed> {
    let last_number = u32::try_from(selected.uids.len()).unwrap_or(u32::MAX);
    let last_uid = selected.uids.last().copied().unwrap_or(0);
    let came = day(mail.at_ms);
    Ok(match key {
        SearchKey::And(keys) => all(keys.as_ref(), mail, number, selected)?,
        SearchKey::Not(key) => !fits(key, mail, number, selected)?,
        SearchKey::Or(one, other) => {
            fits(one, mail, number, selected)? || fits(other, mail, number, selected)?
        }
        SearchKey::All | SearchKey::Undeleted | SearchKey::Undraft | SearchKey::Unanswered => true,
        SearchKey::Unflagged | SearchKey::Old => true,
        SearchKey::Deleted | SearchKey::Draft | SearchKey::Answered | SearchKey::Flagged => false,
        SearchKey::New | SearchKey::Recent => false,
        SearchKey::Seen => mail.seen,
        SearchKey::Unseen => !mail.seen,
        SearchKey::SequenceSet(set) => holds(set, number, last_number),
        SearchKey::Uid(set) => holds(set, mail.uid, last_uid),
        SearchKey::Larger(bytes) => mail.raw.len() > usize::try_from(*bytes).unwrap_or(usize::MAX),
        SearchKey::Smaller(bytes) => mail.raw.len() < usize::try_from(*bytes).unwrap_or(usize::MAX),
        SearchKey::Since(date) => came >= named(&date.as_ref().to_string())?,
        SearchKey::Before(date) => came < named(&date.as_ref().to_string())?,
        SearchKey::On(date) => came == named(&date.as_ref().to_string())?,
        SearchKey::SentSince(date) => mail.envelope.sent.date() >= named(&date.as_ref().to_string())?,
        SearchKey::SentBefore(date) => mail.envelope.sent.date() < named(&date.as_ref().to_string())?,
        SearchKey::SentOn(date) => mail.envelope.sent.date() == named(&date.as_ref().to_string())?,
        SearchKey::Subject(words) => contains(&mail.envelope.subject, words.as_ref()),
        SearchKey::From(words) => {
            contains(&format!("{} <{}>", mail.envelope.name, mail.envelope.address), words.as_ref())
        }
        SearchKey::Header(name, words) if name.as_ref().eq_ignore_ascii_case(b"message-id") => {
            contains(&mail.envelope.message_id, words.as_ref())
        }
        _ => return Err(NotServed),
    })
}

/// Tells whether a set of numbers holds `number`; `*` is `last`, and ranges read either way.
pub(super) fn holds(set: &SequenceSet, number: u32, last: u32) -> bool {
    let value = |at: &SeqOrUid| match at {
        SeqOrUid::Value(value) => value.get(),
        SeqOrUid::Asterisk => last,
    };
    set.0.as_ref().iter().any(|part| match part {
        Sequence::Single(at) => value(at) == number,
        Sequence::Range(one, other) => {
            let (one, other) = (value(one), value(other));
            (one.min(other)..=one.max(other)).contains(&number)
        }
    })
}

fn day(at_ms: i64) -> Date {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned(TimeZone::UTC).date()
}

/// Reads `YYYY-MM-DD`, which is how the codec writes its dates.
fn named(text: &str) -> Result<Date, NotServed> {
    text.parse().map_err(|_| NotServed)
}

fn contains(text: &str, words: &[u8]) -> bool {
    text.to_lowercase().contains(&String::from_utf8_lossy(words).to_lowercase())
}
