//! `FETCH`: flags, dates, sizes, envelopes and bytes of mails.

use imap_codec::imap_types::core::AString;
use imap_codec::imap_types::fetch::{MacroOrMessageDataItemNames, MessageDataItemName, Section};
use imap_codec::imap_types::sequence::SequenceSet;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::search::holds;
use super::session::Selected;
use crate::mailbox::{Mail, Mailbox};
use crate::message::Envelope;

/// A part that this server does not give: it takes no mail apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotServed;

/// Writes what was asked for of every mail in `set`; marks mails as seen where the client looks
/// without `PEEK` into a mailbox that it did not open for reading only.
pub(super) fn fetch(
    mailbox: &mut Mailbox,
    selected: &Selected,
    set: &SequenceSet,
    names: MacroOrMessageDataItemNames<'_>,
    by_uid: bool,
    answer: &mut Vec<u8>,
) -> Result<(), NotServed> {
    let mut names = match &names {
        MacroOrMessageDataItemNames::Macro(short) => short.expand(),
        MacroOrMessageDataItemNames::MessageDataItemNames(names) => names.clone(),
    };
    if by_uid && !names.contains(&MessageDataItemName::Uid) {
        names.insert(0, MessageDataItemName::Uid);
    }
    let last_number = u32::try_from(selected.uids.len()).unwrap_or(u32::MAX);
    let last_uid = selected.uids.last().copied().unwrap_or(0);
    for (number, &uid) in (1_u32..).zip(&selected.uids) {
        let wanted = if by_uid { holds(set, uid, last_uid) } else { holds(set, number, last_number) };
        if !wanted || mailbox.by_uid(uid).is_none() {
            continue;
        }
        if !selected.read_only && names.iter().any(marks_seen) {
            mailbox.mark_seen(uid);
        }
        let Some(mail) = mailbox.by_uid(uid) else { continue };
        // A response goes out whole or not at all: half a line would swallow the next.
        let mut line = format!("* {number} FETCH (").into_bytes();
        for (at, name) in names.iter().enumerate() {
            if at > 0 {
                line.push(b' ');
            }
            part(mail, name, &mut line)?;
        }
        line.extend(b")\r\n");
        answer.append(&mut line);
    }
    Ok(())
}

fn marks_seen(name: &MessageDataItemName<'_>) -> bool {
    use MessageDataItemName as Name;
    matches!(name, Name::BodyExt { peek: false, .. } | Name::Rfc822 | Name::Rfc822Text)
}

fn part(mail: &Mail, name: &MessageDataItemName<'_>, answer: &mut Vec<u8>) -> Result<(), NotServed> {
    let (head, body) = split(&mail.raw);
    match name {
        MessageDataItemName::Uid => answer.extend(format!("UID {}", mail.uid).bytes()),
        MessageDataItemName::Flags => {
            answer.extend(format!("FLAGS ({})", if mail.seen { "\\Seen" } else { "" }).bytes());
        }
        MessageDataItemName::InternalDate => {
            answer.extend(format!("INTERNALDATE \"{}\"", internal_date(mail.at_ms)).bytes());
        }
        MessageDataItemName::Rfc822Size => answer.extend(format!("RFC822.SIZE {}", mail.raw.len()).bytes()),
        MessageDataItemName::Envelope => {
            answer.extend(b"ENVELOPE ");
            envelope(&mail.envelope, answer);
        }
        MessageDataItemName::Rfc822 => literal("RFC822", &mail.raw, None, answer),
        MessageDataItemName::Rfc822Header => literal("RFC822.HEADER", head, None, answer),
        MessageDataItemName::Rfc822Text => literal("RFC822.TEXT", body, None, answer),
        MessageDataItemName::BodyExt { section, partial, .. } => {
            let partial = partial.map(|(start, length)| (start, length.get()));
            match section {
                None => literal("BODY[]", &mail.raw, partial, answer),
                Some(Section::Header(None)) => literal("BODY[HEADER]", head, partial, answer),
                Some(Section::Text(None)) => literal("BODY[TEXT]", body, partial, answer),
                Some(Section::HeaderFields(None, names)) => {
                    let (label, fields) = header_fields(head, names.as_ref());
                    literal(&label, &fields, partial, answer);
                }
                Some(_) => return Err(NotServed),
            }
        }
        _ => return Err(NotServed),
    }
    Ok(())
}

/// Splits a mail behind the empty line that ends its headers.
fn split(raw: &[u8]) -> (&[u8], &[u8]) {
    let end = raw.windows(4).position(|four| four == b"\r\n\r\n").map_or(raw.len(), |at| at + 4);
    raw.split_at(end)
}

fn literal(label: &str, bytes: &[u8], partial: Option<(u32, u32)>, answer: &mut Vec<u8>) {
    let (bytes, origin) = match partial {
        None => (bytes, String::new()),
        Some((start, length)) => {
            let from = usize::try_from(start).unwrap_or(usize::MAX).min(bytes.len());
            let to = from.saturating_add(usize::try_from(length).unwrap_or(usize::MAX)).min(bytes.len());
            (&bytes[from..to], format!("<{start}>"))
        }
    };
    answer.extend(format!("{label}{origin} {{{}}}\r\n", bytes.len()).bytes());
    answer.extend_from_slice(bytes);
}

/// Returns the label and the lines of the named headers, with the empty line behind them.
fn header_fields(head: &[u8], names: &[AString<'_>]) -> (String, Vec<u8>) {
    let names: Vec<String> =
        names.iter().map(|name| String::from_utf8_lossy(name.as_ref()).to_ascii_uppercase()).collect();
    let mut fields = Vec::new();
    let mut wanted = false;
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        let goes_on = line.starts_with(b" ") || line.starts_with(b"\t");
        if !goes_on {
            let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
            wanted = names.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()));
        }
        if wanted {
            fields.extend_from_slice(line);
        }
    }
    fields.extend_from_slice(b"\r\n");
    (format!("BODY[HEADER.FIELDS ({})]", names.join(" ")), fields)
}

fn internal_date(at_ms: i64) -> String {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned(TimeZone::UTC).strftime("%d-%b-%Y %H:%M:%S +0000").to_string()
}

fn envelope(envelope: &Envelope, answer: &mut Vec<u8>) {
    let from = address(&envelope.name, &envelope.address);
    let (to_name, to_address) =
        envelope.to.trim_end_matches('>').rsplit_once(" <").unwrap_or(("", &envelope.to));
    let parent = envelope.references.last().map_or_else(|| "NIL".to_owned(), |id| string(id));
    let date = jiff::fmt::rfc2822::to_string(&envelope.sent).unwrap_or_default();
    let fields = [
        string(&date),
        string(&envelope.subject),
        from.clone(),
        from.clone(),
        from,
        address(to_name, to_address),
        "NIL".to_owned(),
        "NIL".to_owned(),
        parent,
        string(&envelope.message_id),
    ];
    answer.extend(format!("({})", fields.join(" ")).bytes());
}

fn address(name: &str, address: &str) -> String {
    let (local, domain) = address.split_once('@').unwrap_or((address, ""));
    format!("(({} NIL {} {}))", string(name), string(local), string(domain))
}

/// Writes text as a quoted string, or as a literal where quotes cannot hold it.
fn string(text: &str) -> String {
    if text.is_ascii() && !text.contains(['\r', '\n']) {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        format!("{{{}}}\r\n{text}", text.len())
    }
}
