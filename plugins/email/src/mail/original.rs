//! What a reply must know of the mail that it answers.

use mail_parser::{Address, Message, MessageParser};

use super::{charset, header, identity, plain};
use crate::settings::Settings;

/// Somebody with an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correspondent {
    /// Name as written.
    pub name: Option<String>,
    /// Address in lower case.
    pub address: String,
}

/// A mail that is answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Original {
    /// Its Message-ID.
    pub message_id: String,
    /// The mails before it in its thread, the first one first.
    pub references: Vec<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// Who wrote it, by the addresses where they want their answers.
    pub author: Vec<Correspondent>,
    /// Who else it was sent to, openly.
    pub recipients: Vec<Correspondent>,
    /// Address of the mailing list that it came by.
    pub list_post: Option<String>,
    /// A machine sent it, or it asks not to be answered.
    pub automated: bool,
}

/// Reads the header of a mail; none if it has no Message-ID of its own.
pub fn original(raw: &[u8], settings: &Settings) -> Option<Original> {
    let mended = charset::mend_header(raw);
    let message = MessageParser::default().parse(mended.as_ref())?;
    let message_id = identity::named(&message)?;
    let answers = [message.reply_to(), message.from(), message.sender()];
    let author = answers.into_iter().flatten().map(people).find(|people| !people.is_empty());
    let author = author.unwrap_or_default();
    let by_machine =
        author.iter().all(|author| header::is_machine(&author.address) && !settings.is_own(&author.address));
    Some(Original {
        references: identity::before(&message, &message_id),
        subject: message.subject().and_then(plain::line),
        recipients: message.all_to().chain(message.all_cc()).flat_map(people).collect(),
        list_post: header::list_post(&message),
        automated: automated(&message) || by_machine,
        author,
        message_id,
    })
}

/// A list marks each of its mails as `Precedence: list`, whoever wrote it: that alone makes no machine.
fn automated(message: &Message<'_>) -> bool {
    header::is_automated(message) && (header::list(message).is_none() || header::is_by_machine(message))
}

fn people(addresses: &Address<'_>) -> Vec<Correspondent> {
    let somebody = |entry: &mail_parser::Addr<'_>| {
        let address = header::clean_address(entry.address()?)?;
        let name = entry.name().and_then(plain::line).filter(|name| !name.eq_ignore_ascii_case(&address));
        Some(Correspondent { name, address })
    };
    addresses.iter().filter_map(somebody).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::settings;

    fn read(header: &str) -> Option<Original> {
        original(header.as_bytes(), &settings())
    }

    #[test]
    fn what_a_reply_must_know_is_read() {
        let original = read(
            "From: Jo <Jo@Example.org>\r\nTo: support@example.com, \"B\" <b@example.org>\r\nCc: c@example.org\r\n\
Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <m@x>\r\nReferences: <r@x>\r\n <p@x>\r\n\r\n",
        )
        .unwrap();
        assert_eq!(original.author[0].address, "jo@example.org");
        assert_eq!(original.author[0].name.as_deref(), Some("Jo"));
        let to: Vec<_> = original.recipients.iter().map(|to| to.address.as_str()).collect();
        assert_eq!(to, ["support@example.com", "b@example.org", "c@example.org"]);
        assert_eq!(original.references, ["r@x", "p@x"]);
        assert_eq!((original.subject.as_deref(), original.automated), (Some("Grüße"), false));
        assert_eq!(original.list_post, None);
    }

    #[test]
    fn machines_are_known_and_lists_are_none() {
        let with = |fields: &str| {
            read(&format!("From: jo@example.org\r\nMessage-ID: <m@x>\r\n{fields}\r\n\r\n")).unwrap()
        };
        assert!(with("Auto-Submitted: auto-replied").automated);
        assert!(with("Precedence: bulk").automated);
        let list =
            "List-Id: <w.example.org>\r\nList-Post: <mailto:W@Example.org?subject=x>\r\nPrecedence: list";
        assert!(!with(list).automated);
        assert_eq!(with(list).list_post.as_deref(), Some("w@example.org"));
        assert!(with(&format!("{list}\r\nAuto-Submitted: auto-replied")).automated);
        assert_eq!(with("List-Id: <w.example.org>\r\nList-Post: NO").list_post, None);
        assert_eq!(with("Reply-To: Team <team@example.org>").author[0].address, "team@example.org");
        let machine = read("From: no-reply@example.org\r\nMessage-ID: <m@x>\r\n\r\n").unwrap();
        assert!(machine.automated);
        assert_eq!(read("From: jo@example.org\r\n\r\n"), None);
    }
}
