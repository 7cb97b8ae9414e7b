//! Answers by mail: which question a mail is about, whether a person wrote it, and their own words in it.

mod machine;
mod words;

use hark_store::{ChimeInId, ChimeInStanding};
use mail_parser::{Address, HeaderValue, Message, MessageParser};

use crate::limits;
use crate::smtp::MailAddress;
use crate::ticket::Ticket;

pub use words::own_words;

/// Most tickets of one mail that are tried.
const TICKETS_MAX: usize = 16;

/// What came of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTaken {
    /// It is the answer.
    Answered(ChimeInId),
    /// It has no right ticket.
    NotOurs,
    /// A machine wrote it; it does not count.
    Automatic(ChimeInId),
    /// The question's mail came back.
    Undeliverable(ChimeInId),
    /// Somebody else than who was asked wrote it; it does not count.
    Stranger(ChimeInId),
    /// It has no words of its own.
    Empty(ChimeInId),
    /// The question does not open any more.
    Closed(ChimeInId, ChimeInStanding),
}

/// The mailbox that answers come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Inbox {
    local: String,
    domain: String,
}

impl Inbox {
    /// Parses `local@domain`. A ticket must fit before the `@`, where 64 characters may stand.
    pub fn parse(text: &str) -> Option<Self> {
        let address = MailAddress::parse(text).ok()?;
        let (local, domain) = address.as_str().rsplit_once('@')?;
        let fit = (1..=12).contains(&local.len()) && !local.contains('+');
        fit.then(|| Self { local: local.to_owned(), domain: domain.to_owned() })
    }

    /// Returns the address that an answer to one question comes to.
    pub fn with(&self, id: ChimeInId, secret: &str) -> String {
        format!("{}+{id}-{secret}@{}", self.local, self.domain)
    }

    /// Returns the ticket in an address of this mailbox.
    fn ticket(&self, address: &str) -> Option<Ticket> {
        let (local, domain) = address.trim().rsplit_once('@')?;
        let (name, ticket) = local.split_once('+')?;
        let ours = name.eq_ignore_ascii_case(&self.local) && domain.eq_ignore_ascii_case(&self.domain);
        ours.then(|| Ticket::parse(ticket)).flatten()
    }
}

/// What a mail says, before it is known whether its tickets are right.
pub(crate) struct ReadMail {
    /// Its one author.
    pub from: Option<String>,
    /// It reports that a mail could not be delivered, for good.
    pub bounced: bool,
    /// No person wrote it.
    pub automatic: bool,
    /// The author's own words.
    pub words: String,
    by_address: Vec<Ticket>,
    by_thread: Vec<Ticket>,
}

impl ReadMail {
    /// Reads a mail; `None` if it is none, or too large.
    pub fn read(raw: &[u8], inbox: &Inbox) -> Option<Self> {
        let mail = MessageParser::default().parse(raw).filter(|_| raw.len() <= limits::MAIL_BYTES_MAX)?;
        let mut addresses = recipients(&mail);
        let report = machine::is_report(&mail);
        if report {
            addresses.extend(quoted_addresses(raw, inbox));
        }
        let from = author(&mail);
        let itself = from.as_deref().is_some_and(|from| from.starts_with(&format!("{}+", inbox.local)));
        Some(Self {
            bounced: report && machine::is_failure(&mail, raw),
            automatic: report || itself || machine::is_automatic(&mail),
            words: words::of(&mail),
            by_address: addresses.iter().filter_map(|address| inbox.ticket(address)).collect(),
            by_thread: answered(&mail).iter().filter_map(|id| thread_ticket(id)).collect(),
            from,
        })
    }

    /// Returns tickets and whether they stood in an address, at most a few.
    pub fn tickets(&self) -> impl Iterator<Item = (&Ticket, bool)> {
        let by_address = self.by_address.iter().map(|ticket| (ticket, true));
        by_address.chain(self.by_thread.iter().map(|ticket| (ticket, false))).take(TICKETS_MAX)
    }
}

fn author(mail: &Message<'_>) -> Option<String> {
    let mut all = mail.from()?.iter();
    let one = all.next()?.address()?.to_owned();
    // Of two authors none is who was asked.
    all.next().is_none().then_some(one)
}

fn recipients(mail: &Message<'_>) -> Vec<String> {
    let listed = |list: Option<&Address<'_>>| -> Vec<String> {
        let all = list.into_iter().flat_map(Address::iter);
        all.filter_map(|one| one.address().map(str::to_owned)).collect()
    };
    let mut found = listed(mail.to());
    found.extend(listed(mail.cc()));
    for name in ["Delivered-To", "X-Original-To", "Envelope-To"] {
        found.extend(mail.header_raw(name).map(|value| value.trim().trim_matches(['<', '>']).to_owned()));
    }
    found
}

/// Returns addresses of the mailbox that stand anywhere in a report, as in the headers of what came back.
fn quoted_addresses(raw: &[u8], inbox: &Inbox) -> Vec<String> {
    let text = String::from_utf8_lossy(raw);
    let start = format!("{}+", inbox.local);
    let found = text.match_indices(&start).filter_map(|(at, _)| {
        let end = |char: char| char.is_whitespace() || matches!(char, '<' | '>' | ';' | ',' | '"' | ')');
        text[at..].split(end).next().map(str::to_owned)
    });
    found.take(TICKETS_MAX).collect()
}

/// Returns the Message-IDs that a mail answers, the nearest first.
fn answered(mail: &Message<'_>) -> Vec<String> {
    let ids = |value: &HeaderValue<'_>| -> Vec<String> {
        value.as_text_list().unwrap_or_default().iter().map(ToString::to_string).collect()
    };
    let mut found = ids(mail.in_reply_to());
    found.extend(ids(mail.references()).into_iter().rev());
    found
}

fn thread_ticket(message_id: &str) -> Option<Ticket> {
    let (local, _) = message_id.trim_matches(['<', '>', ' ']).split_once('@')?;
    Ticket::parse(local.strip_prefix("chime-in.")?)
}
