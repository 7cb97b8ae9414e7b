//! What the header of a mail says: author, dates, list, marks of machines.

use hark_sdk::time;
use hark_sdk::types::Ms;
use mail_parser::{Address, HeaderName, Message, MimeHeaders};

use super::plain;
use crate::limits;

/// Who wrote a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// Address in lower case.
    pub address: String,
    /// Name as written.
    pub name: Option<String>,
}

/// Longest address that is taken for one: 64 bytes, an `@`, 255 bytes.
const ADDRESS_BYTES_MAX: usize = 320;
/// Longest language tag.
const LANGUAGE_BYTES_MAX: usize = 35;
/// Fields of which every mail has at least one.
const MARKS: [HeaderName<'static>; 7] = [
    HeaderName::From,
    HeaderName::Date,
    HeaderName::Subject,
    HeaderName::MessageId,
    HeaderName::To,
    HeaderName::Received,
    HeaderName::ReturnPath,
];
/// Local parts that no person answers to.
const MACHINES: [&str; 9] = [
    "mailer-daemon",
    "postmaster",
    "noreply",
    "no-reply",
    "donotreply",
    "do-not-reply",
    "bounce",
    "bounces",
    "notifications",
];

/// Tells whether `message` has any field that makes it a mail.
pub fn is_mail(message: &Message<'_>) -> bool {
    message.headers().iter().any(|header| MARKS.contains(&header.name))
}

/// Returns who wrote the mail: the first address of `From`, else `Sender`.
pub fn author(message: &Message<'_>) -> Option<Author> {
    [message.from(), message.sender()].into_iter().flatten().find_map(first_address)
}

fn first_address(addresses: &Address<'_>) -> Option<Author> {
    addresses.iter().find_map(|entry| {
        let address = clean_address(entry.address()?)?;
        let name = entry.name().and_then(plain::line).filter(|name| !name.eq_ignore_ascii_case(&address));
        Some(Author { address, name })
    })
}

/// Returns the addresses in `To` and `Cc`, in lower case.
pub fn recipients(message: &Message<'_>) -> Vec<String> {
    let entries = message.all_to().chain(message.all_cc()).flat_map(Address::iter);
    entries.filter_map(|entry| clean_address(entry.address()?)).collect()
}

/// Returns `address` in lower case, without blanks; none if it cannot be one.
pub fn clean_address(address: &str) -> Option<String> {
    let address: String = address.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    (1..=ADDRESS_BYTES_MAX).contains(&address.len()).then(|| address.to_lowercase())
}

/// Returns when the mail says that it was written.
pub fn claimed_date(message: &Message<'_>) -> Option<Ms> {
    let parsed = message.date().filter(|date| date.is_valid()).map(|date| date.to_timestamp() * 1_000);
    parsed.or_else(|| message.header_raw("Date").and_then(time::parse_rfc2822))
}

/// Returns when the mail was written, and whether that is only when it arrived: a date from after its
/// arrival or from before there was mail is not believed.
pub fn published(message: &Message<'_>, received_at: Ms) -> (Ms, bool) {
    let believed = limits::FIRST_MAIL_MS..=received_at.saturating_add(limits::CLOCK_SKEW_MS);
    match claimed_date(message).filter(|date| believed.contains(date)) {
        Some(date) => (date, false),
        None => (received_at, true),
    }
}

/// Returns the mailing list that the mail came by, in lower case: its id, else the address that posts to it.
pub fn list(message: &Message<'_>) -> Option<String> {
    let Some(named) = field(message, "List-Id") else { return list_post(message) };
    let inner = named.rsplit_once('<').map_or(named, |(_, rest)| rest.split('>').next().unwrap_or(rest));
    let list = plain::line(inner).map(|list| plain::cut(list.to_lowercase(), limits::ID_BYTES_MAX));
    list.or_else(|| list_post(message))
}

/// Returns the address that posts to the list that the mail came by (RFC 2369).
pub fn list_post(message: &Message<'_>) -> Option<String> {
    let (_, rest) = field(message, "List-Post")?.split_once("<mailto:")?;
    clean_address(rest.split(['>', '?']).next()?).filter(|address| address.contains('@'))
}

/// Tells whether a machine sent the mail, or asks not to be answered (RFC 3834 and what came before).
pub fn is_automated(message: &Message<'_>) -> bool {
    let word = |name: &'static str| {
        field(message, name).map(|value| value.split(';').next().unwrap_or("").trim().to_ascii_lowercase())
    };
    let bulk = word("Precedence").is_some_and(|word| matches!(word.as_str(), "bulk" | "junk" | "list"));
    let suppressed =
        word("X-Auto-Response-Suppress").is_some_and(|word| !matches!(word.as_str(), "" | "none"));
    bulk || suppressed || is_by_machine(message)
}

/// Tells whether the mail says that no person wrote it.
pub fn is_by_machine(message: &Message<'_>) -> bool {
    let submitted = field(message, "Auto-Submitted")
        .map(|value| value.split(';').next().unwrap_or("").trim().to_ascii_lowercase());
    let bounce_path = field(message, "Return-Path").is_some_and(|path| path.trim() == "<>");
    let report = message.content_type().is_some_and(|kind| {
        kind.ctype().eq_ignore_ascii_case("multipart")
            && kind.subtype().is_some_and(|sub| sub.eq_ignore_ascii_case("report"))
    });
    submitted.is_some_and(|word| word != "no") || bounce_path || report
}

/// Tells whether nobody reads mail to `address`.
pub fn is_machine(address: &str) -> bool {
    let local = address.split('@').next().unwrap_or(address);
    let local = local.split('+').next().unwrap_or(local);
    MACHINES.contains(&local)
}

/// Returns where the list keeps the mail for reading (RFC 5064).
pub fn archived_at(message: &Message<'_>) -> Option<String> {
    let url = field(message, "Archived-At")?.trim().trim_start_matches('<').trim_end_matches('>').to_owned();
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    (is_web && url.len() <= limits::LINE_TEXT_BYTES_MAX && !url.contains(char::is_whitespace)).then_some(url)
}

/// Returns the language that the mail says it is written in.
pub fn language(message: &Message<'_>) -> Option<String> {
    let first = field(message, "Content-Language")?.split(',').next()?.trim();
    let primary = first.split('-').next().unwrap_or("");
    let is_tag = (2..=3).contains(&primary.len())
        && first.len() <= LANGUAGE_BYTES_MAX
        && first.split('-').all(|part| (1..=8).contains(&part.len()))
        && first.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !primary.eq_ignore_ascii_case("und");
    is_tag.then(|| first.to_owned())
}

/// Returns the words of `Keywords`.
pub fn keywords(message: &Message<'_>) -> Vec<String> {
    let words = field(message, "Keywords").unwrap_or_default();
    words.split(',').filter_map(plain::line).take(limits::KEYWORDS_MAX).collect()
}

/// Returns a field as it was sent, folded lines and all.
fn field<'a>(message: &'a Message<'_>, name: &'static str) -> Option<&'a str> {
    message.header_raw(name)
}
