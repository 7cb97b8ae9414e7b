//! A reply as a mail: who gets it, where it stands in its thread, its words in a form that every server takes.

use base64::Engine;
use hark_sdk::prelude::*;
use mail_builder::headers::Header;
use mail_builder::headers::address::Address;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::text::Text;

use super::{Arguments, To};
use crate::limits;
use crate::mail::{Correspondent, Original};
use crate::settings::Settings;

/// A reply that is ready to go.
#[derive(Debug)]
pub struct Draft {
    /// Our address.
    pub from: String,
    /// Addresses that get it.
    pub to: Vec<String>,
    /// The mail: 7-bit, lines ended by CR LF.
    pub raw: Vec<u8>,
}

/// Writes the reply to `original`; its Message-ID begins with `token`.
pub fn draft(
    original: &Original,
    arguments: &Arguments,
    token: &str,
    settings: &Settings,
) -> Result<Draft, Fault> {
    let from = sender(original, settings)?;
    let (to, cc) = recipients(original, arguments.to, settings)?;
    let domain = from.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    let mut raw = Vec::new();
    field(&mut raw, "From", &Address::from(from.clone()));
    field(&mut raw, "To", &addresses(&to));
    if !cc.is_empty() {
        field(&mut raw, "Cc", &addresses(&cc));
    }
    field(&mut raw, "Subject", &Text::new(subject(original)));
    field(&mut raw, "Date", &Date::new(Clock::now() / 1_000));
    field(&mut raw, "Message-ID", &MessageId::new(format!("{token}{domain}")));
    field(&mut raw, "In-Reply-To", &MessageId::new(original.message_id.clone()));
    field(&mut raw, "References", &MessageId::from(references(original)));
    push_body(&mut raw, &text::plain(&arguments.text));
    let to = to.into_iter().chain(cc).map(|somebody| somebody.address).collect();
    Ok(Draft { from, to, raw })
}

/// Field by field: the library's builder of whole mails has a clock and chance linked in, which a connector has
/// not.
fn field(raw: &mut Vec<u8>, name: &str, value: &impl Header) {
    raw.extend_from_slice(name.as_bytes());
    raw.extend_from_slice(b": ");
    value.write_header(raw, name.len() + 2);
}

/// Plain where every server takes it as it is, else in base64.
fn push_body(raw: &mut Vec<u8>, text: &str) {
    let lines = text.replace('\n', "\r\n") + "\r\n";
    let is_plain = text.is_ascii() && text.lines().all(|line| line.len() <= limits::REPLY_LINE_BYTES_MAX);
    let (charset, encoding) = if is_plain { ("us-ascii", "7bit") } else { ("utf-8", "base64") };
    let head = format!(
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    );
    raw.extend_from_slice(head.as_bytes());
    if is_plain {
        raw.extend_from_slice(lines.as_bytes());
        return;
    }
    let encoded = base64::engine::general_purpose::STANDARD.encode(lines);
    for line in encoded.as_bytes().chunks(limits::BASE64_LINE_BYTES) {
        raw.extend_from_slice(line);
        raw.extend_from_slice(b"\r\n");
    }
}

/// The address of ours that the mail was sent to, else the first that there is.
fn sender(original: &Original, settings: &Settings) -> Result<String, Fault> {
    let named = original.recipients.iter().find(|somebody| settings.is_own(&somebody.address));
    let known = std::iter::once(&settings.user).chain(&settings.own_addresses);
    let from = named
        .map(|somebody| somebody.address.clone())
        .or_else(|| known.map(|own| own.trim().to_owned()).find(|own| can_be_reached(own)));
    from.filter(|from| can_be_reached(from))
        .ok_or_else(|| Fault::config("own_addresses", "it names no address that a reply can come from"))
}

type Recipients = (Vec<Correspondent>, Vec<Correspondent>);

/// Returns who gets the reply, and who gets a copy.
fn recipients(original: &Original, to: To, settings: &Settings) -> Result<Recipients, Fault> {
    let others = || {
        let is_other = |somebody: &&Correspondent| !settings.is_own(&somebody.address);
        original.recipients.iter().filter(is_other).cloned().collect::<Vec<_>>()
    };
    let (first, copies) = match to {
        To::List => match &original.list_post {
            Some(address) => (vec![Correspondent { name: None, address: address.clone() }], Vec::new()),
            None => return Err(Fault::Refused("the mail came by no list that takes mail".to_owned())),
        },
        // What we said ourselves is answered to those that we said it to.
        _ if original.author.iter().all(|author| settings.is_own(&author.address)) => (others(), Vec::new()),
        To::Author => (original.author.clone(), Vec::new()),
        To::All => (original.author.clone(), others()),
    };
    let mut known: Vec<String> = Vec::new();
    let mut fresh = |list: Vec<Correspondent>| -> Vec<Correspondent> {
        let mut list = list;
        list.retain(|somebody| {
            let is_new = can_be_reached(&somebody.address) && !known.contains(&somebody.address);
            known.push(somebody.address.clone());
            is_new
        });
        list
    };
    let (first, copies) = (fresh(first), fresh(copies));
    match first.len() + copies.len() {
        _ if first.is_empty() => Err(Fault::Refused("the mail names nobody that can be answered".to_owned())),
        1..=limits::RECIPIENTS_MAX => Ok((first, copies)),
        count => {
            let most = limits::RECIPIENTS_MAX;
            Err(Fault::Refused(format!("{count} would get the reply, at most {most} may")))
        }
    }
}

/// Tells whether `address` can stand in an envelope as it is.
fn can_be_reached(address: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_graphic() && !b"<>()[]\\,;:\"".contains(&byte);
    address
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.') || domain == "localhost")
        && address.bytes().all(legal)
        && address.matches('@').count() == 1
}

fn addresses(list: &[Correspondent]) -> Address<'static> {
    let one =
        |somebody: &Correspondent| Address::new_address(somebody.name.clone(), somebody.address.clone());
    Address::new_list(list.iter().map(one).collect())
}

fn subject(original: &Original) -> String {
    let subject = original.subject.as_deref().unwrap_or("");
    match subject.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("re:")) {
        true => subject.to_owned(),
        false => format!("Re: {subject}").trim_end().to_owned(),
    }
}

/// The references of the mail, then itself; of too many the first, which is the root, and the last.
fn references(original: &Original) -> Vec<String> {
    let mut references = original.references.clone();
    references.retain(|id| *id != original.message_id);
    if references.len() > limits::REPLY_REFERENCES_MAX {
        let last = references.split_off(references.len() - limits::REPLY_REFERENCES_MAX + 1);
        references.truncate(1);
        references.extend(last);
    }
    references.push(original.message_id.clone());
    references
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_addresses_go_into_an_envelope() {
        for (address, fits) in [
            ("jo@example.org", true),
            ("jo+x@example.org", true),
            ("jo@localhost", true),
            ("jo@example", false),
            ("jö@example.org", false),
            ("jo> SIZE=1@example.org", false),
            ("a@b@example.org", false),
            ("@example.org", false),
            ("jo", false),
        ] {
            assert_eq!(can_be_reached(address), fits, "{address}");
        }
    }

    #[test]
    fn the_root_and_the_nearest_stay_among_many_references() {
        let original = Original {
            message_id: "self@x".into(),
            references: (0..400).map(|n| format!("{n}@x")).collect(),
            ..Original::default()
        };
        let references = references(&original);
        assert_eq!(references.len(), limits::REPLY_REFERENCES_MAX + 1);
        assert_eq!((references[0].as_str(), references[1].as_str()), ("0@x", "351@x"));
        assert_eq!(references.last().map(String::as_str), Some("self@x"));
    }
}
