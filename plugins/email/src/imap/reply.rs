//! Replies: frames understood, as far as this connector cares.
//!
//! Holds: the codec sees no literal, so neither their size nor their bytes can trouble it.

use std::collections::BTreeSet;

use hark_sdk::types::Ms;
use imap_codec::decode::Decoder;
use imap_codec::imap_types::core::{IString, NString};
use imap_codec::imap_types::fetch::{MessageDataItem, Section};
use imap_codec::imap_types::mailbox::Mailbox;
use imap_codec::imap_types::response::{
    Bye, Capability, Code as WireCode, CommandContinuationRequest, Data, GreetingKind, Response,
    Status as WireStatus, StatusBody, StatusKind,
};
use imap_codec::imap_types::status::StatusDataItem;
use imap_codec::{GreetingCodec, ResponseCodec};

use super::frame::Frame;
use super::mutf7;
use super::structure::{self, Part};

/// How a command or the session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It went well.
    Ok,
    /// It was understood and failed.
    No,
    /// It was not understood.
    Bad,
    /// The server hangs up.
    Bye,
    /// Signed in from the start.
    PreAuth,
}

/// A response code, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    /// What the server can do.
    Capability(BTreeSet<String>),
    /// UIDVALIDITY of the mailbox.
    UidValidity(u32),
    /// The UID that the next mail will get.
    UidNext(u32),
    /// The mark of the last change in the mailbox (CONDSTORE).
    HighestModSeq(u64),
    /// Any other: its first word, in upper case.
    Word(String),
}

/// A status with its words for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// How it stands.
    pub kind: Kind,
    /// Why, for programs.
    pub code: Option<Code>,
    /// Why, for people.
    pub text: String,
}

impl Status {
    /// Returns the code's word, where it is one.
    pub fn word(&self) -> &str {
        match &self.code {
            Some(Code::Word(word)) => word,
            _ => "",
        }
    }
}

/// What a FETCH response holds.
#[derive(Debug, Default)]
pub struct Fetched {
    /// UID of the mail.
    pub uid: Option<u32>,
    /// When the server received it.
    pub received_at: Option<Ms>,
    /// Its size.
    pub size: Option<u64>,
    /// Its parts.
    pub structure: Option<Part>,
    /// All of it, or its beginning.
    pub whole: Option<Vec<u8>>,
    /// Its header.
    pub header: Option<Vec<u8>>,
    /// Header of the part that was asked for.
    pub part_header: Option<Vec<u8>>,
    /// Body of the part that was asked for.
    pub part: Option<Vec<u8>>,
    /// One of these was too large to be held.
    pub oversize: bool,
    /// The response made no sense, but for its UID.
    pub unreadable: bool,
}

/// A mailbox in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// It can be opened.
    pub can_open: bool,
    /// What it is for, as in `\sent` (RFC 6154), in lower case.
    pub uses: Vec<String>,
}

/// What a server tells of a mailbox that is not open; none is what it left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// How many mails it holds.
    pub mails: Option<u32>,
    /// Its UIDVALIDITY.
    pub uid_validity: Option<u32>,
    /// The UID that the next mail will get.
    pub uid_next: Option<u32>,
    /// The mark of its last change (CONDSTORE); 0 where it keeps none.
    pub modseq: Option<u64>,
}

/// One reply.
#[derive(Debug)]
pub enum Reply {
    /// The end of the command with this tag.
    Done(String, Status),
    /// Something about the session.
    Status(Status),
    /// The server waits for the rest of a command; what it says meanwhile, decoded where it is base64.
    Continue(String),
    /// How many mails there are.
    Exists(u32),
    /// UIDs that were searched for.
    Search(Vec<u32>),
    /// A mailbox.
    Listed(Listed),
    /// What a mailbox holds.
    Counted(Counts),
    /// What the server can do.
    Capability(BTreeSet<String>),
    /// A mail.
    Fetched(Box<Fetched>),
    /// Untagged data that is of no interest.
    Other,
    /// A FETCH response that the codec cannot read.
    UnreadableFetch {
        /// UID of the mail, where that can be told.
        uid: Option<u32>,
        /// It held no literal, so there is no doubt where it ended.
        in_step: bool,
    },
    /// No response at all: the rest of something else.
    Junk,
}

/// Reads the first line that a server says.
pub fn greeting(frame: &Frame) -> Option<Status> {
    let (_, greeting) = GreetingCodec::default().decode(&frame.lines).ok()?;
    let kind = match greeting.kind {
        GreetingKind::Ok => Kind::Ok,
        GreetingKind::PreAuth => Kind::PreAuth,
        GreetingKind::Bye => Kind::Bye,
    };
    Some(Status { kind, code: greeting.code.as_ref().and_then(code), text: greeting.text.inner().to_owned() })
}

/// Reads `frame`.
pub fn reply(mut frame: Frame) -> Reply {
    let lines = with_words(std::mem::take(&mut frame.lines));
    let in_step = frame.literals.is_empty();
    match ResponseCodec::default().decode(&lines) {
        Ok(([], response)) => understood(response, frame),
        _ => unreadable(&lines, in_step),
    }
}

/// Gives a status without words some: the grammar asks for them, and servers leave them out.
fn with_words(mut lines: Vec<u8>) -> Vec<u8> {
    let mut words = lines.trim_ascii_end().split(|byte| *byte == b' ').skip(1);
    let kind = words.next().unwrap_or_default();
    let is_status =
        [b"OK".as_slice(), b"NO", b"BAD", b"BYE"].iter().any(|known| known.eq_ignore_ascii_case(kind));
    if is_status && words.next().is_none() {
        lines.truncate(lines.trim_ascii_end().len());
        lines.extend_from_slice(b" ...\r\n");
    }
    lines
}

fn understood(response: Response<'_>, frame: Frame) -> Reply {
    match response {
        Response::CommandContinuationRequest(request) => Reply::Continue(match request {
            CommandContinuationRequest::Basic(basic) => basic.text().inner().to_owned(),
            CommandContinuationRequest::Base64(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        }),
        Response::Status(WireStatus::Tagged(tagged)) => {
            Reply::Done(tagged.tag.inner().to_owned(), status(&tagged.body))
        }
        Response::Status(WireStatus::Untagged(body)) => Reply::Status(status(&body)),
        Response::Status(WireStatus::Bye(Bye { code: why, text })) => {
            let why = why.as_ref().and_then(code);
            Reply::Status(Status { kind: Kind::Bye, code: why, text: text.inner().to_owned() })
        }
        Response::Data(data) => datum(data, frame),
    }
}

fn datum(data: Data<'_>, frame: Frame) -> Reply {
    match data {
        Data::Capability(words) => Reply::Capability(capabilities(words.as_ref())),
        Data::Exists(count) => Reply::Exists(count),
        Data::Search(uids, ..) => Reply::Search(uids.into_iter().map(Into::into).collect()),
        Data::List { items, mailbox, .. } => {
            let uses: Vec<_> = items.iter().map(|item| item.to_string().to_ascii_lowercase()).collect();
            let can_open = !uses.iter().any(|flag| flag == "\\noselect" || flag == "\\nonexistent");
            Reply::Listed(Listed { name: mailbox_name(&mailbox, &frame), can_open, uses })
        }
        Data::Status { items, .. } => Reply::Counted(counts(&items)),
        Data::Fetch { items, .. } => Reply::Fetched(Box::new(fetched(items.into_inner(), frame))),
        _ => Reply::Other,
    }
}

fn counts(items: &[StatusDataItem]) -> Counts {
    let mut counts = Counts::default();
    for item in items {
        match item {
            StatusDataItem::Messages(mails) => counts.mails = Some(*mails),
            StatusDataItem::UidValidity(value) => counts.uid_validity = Some(value.get()),
            StatusDataItem::UidNext(uid) => counts.uid_next = Some(uid.get()),
            StatusDataItem::HighestModSeq(mark) => counts.modseq = Some(*mark),
            _ => {}
        }
    }
    counts
}

fn fetched(items: Vec<MessageDataItem<'_>>, mut frame: Frame) -> Fetched {
    let mut fetched = Fetched { oversize: frame.oversize, ..Fetched::default() };
    for item in items {
        match item {
            MessageDataItem::Uid(uid) => fetched.uid = Some(uid.get()),
            MessageDataItem::InternalDate(date) => {
                fetched.received_at = Some(date.as_ref().timestamp_millis())
            }
            MessageDataItem::Rfc822Size(size) => fetched.size = Some(u64::from(size)),
            MessageDataItem::BodyStructure(body) => fetched.structure = Some(structure::part(&body, &frame)),
            MessageDataItem::BodyExt { section, data, .. } => {
                let bytes = Some(take_bytes(data, &mut frame));
                match section {
                    None => fetched.whole = bytes,
                    Some(Section::Header(None) | Section::HeaderFields(None, _)) => fetched.header = bytes,
                    Some(Section::Mime(_)) => fetched.part_header = bytes,
                    Some(Section::Part(_)) => fetched.part = bytes,
                    Some(_) => {}
                }
            }
            _ => {}
        }
    }
    fetched
}

/// Returns the bytes of `data`: those of the literal whose place it names, moved out of the frame.
fn take_bytes(data: NString<'_>, frame: &mut Frame) -> Vec<u8> {
    match data.0 {
        Some(IString::Literal(place)) => place_of(place.data())
            .and_then(|place| frame.literals.get_mut(place))
            .map(std::mem::take)
            .unwrap_or_default(),
        Some(other) => other.into_inner().into_owned(),
        None => Vec::new(),
    }
}

/// Returns what `string` says: itself, or the literal whose place it names.
pub fn words(string: &IString<'_>, frame: &Frame) -> String {
    let bytes = match string {
        IString::Literal(place) => {
            place_of(place.data()).and_then(|place| frame.literals.get(place)).cloned()
        }
        IString::Quoted(quoted) => Some(quoted.inner().as_bytes().to_vec()),
    };
    String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
}

fn place_of(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn mailbox_name(mailbox: &Mailbox<'_>, frame: &Frame) -> String {
    use imap_codec::imap_types::core::AString;
    let Mailbox::Other(other) = mailbox else { return "INBOX".to_owned() };
    let name = match other.inner() {
        AString::Atom(atom) => atom.inner().to_owned(),
        AString::String(string) => words(string, frame),
    };
    mutf7::decode(&name)
}

fn status(body: &StatusBody<'_>) -> Status {
    let kind = match body.kind {
        StatusKind::Ok => Kind::Ok,
        StatusKind::No => Kind::No,
        StatusKind::Bad => Kind::Bad,
    };
    Status { kind, code: body.code.as_ref().and_then(code), text: body.text.inner().to_owned() }
}

fn code(code: &WireCode<'_>) -> Option<Code> {
    match code {
        WireCode::Capability(words) => Some(Code::Capability(capabilities(words.as_ref()))),
        WireCode::UidValidity(value) => Some(Code::UidValidity(value.get())),
        WireCode::UidNext(uid) => Some(Code::UidNext(uid.get())),
        WireCode::HighestModSeq(mark) => Some(Code::HighestModSeq(mark.get())),
        WireCode::OverQuota => Some(Code::Word("OVERQUOTA".to_owned())),
        WireCode::Other(other) => {
            let text = String::from_utf8_lossy(other.inner()).to_ascii_uppercase();
            Some(Code::Word(text.split(' ').next().unwrap_or_default().to_owned()))
        }
        _ => None,
    }
}

fn capabilities(words: &[Capability<'_>]) -> BTreeSet<String> {
    words.iter().map(|word| word.to_string().to_ascii_uppercase()).collect()
}

/// Tells a response that is none of ours from the rest of a literal that was longer than announced.
fn unreadable(lines: &[u8], in_step: bool) -> Reply {
    let text = String::from_utf8_lossy(lines);
    let Some(rest) = text.strip_prefix("* ") else { return Reply::Junk };
    let mut words = rest.split_ascii_whitespace();
    let (first, second) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let is_fetch = first.bytes().all(|byte| byte.is_ascii_digit()) && second.eq_ignore_ascii_case("FETCH");
    match is_fetch {
        true => Reply::UnreadableFetch { uid: uid_in(rest), in_step },
        false => Reply::Other,
    }
}

fn uid_in(fetch: &str) -> Option<u32> {
    let upper = fetch.to_ascii_uppercase();
    let at = upper.find("(UID ").or_else(|| upper.find(" UID "))? + 5;
    let digits = &upper[at..];
    digits[..digits.find(|c: char| !c.is_ascii_digit())?].parse().ok()
}

#[cfg(test)]
mod tests {
    use hark_sdk::wire::{LineReader, Script};

    use super::super::frame;
    use super::*;

    fn read(session: &[u8]) -> Reply {
        let mut reader = LineReader::new(Script::new([session]));
        reply(frame::read(&mut reader, "h1", 1 << 20).unwrap())
    }

    #[test]
    fn a_mail_of_any_bytes_is_read() {
        let mut session =
            b"* 172 FETCH (UID 4391 FLAGS (\\Seen) INTERNALDATE \"24-Jul-2026 09:12:45 +0000\" \
RFC822.SIZE 733 BODY[] {6}\r\n"
                .to_vec();
        session.extend_from_slice(b"\0\xff\r\n)\0)\r\n");
        let Reply::Fetched(mail) = read(&session) else { panic!("no mail") };
        assert_eq!((mail.uid, mail.size, mail.received_at), (Some(4391), Some(733), Some(1_784_884_365_000)));
        assert_eq!(mail.whole.as_deref(), Some(b"\0\xff\r\n)\0".as_slice()));
    }

    #[test]
    fn what_servers_say_is_understood_or_let_be() {
        for (session, want) in [
            ("* 172 EXISTS\r\n", "Exists(172)"),
            ("* SEARCH 2 84 882\r\n", "Search([2, 84, 882])"),
            ("* SEARCH\r\n", "Search([])"),
            ("+ idling\r\n", r#"Continue("idling")"#),
            ("+ eyJzdGF0dXMiOiI0MDAifQ==\r\n", r#"Continue("{\"status\":\"400\"}")"#),
            ("* 44 EXPUNGE\r\n", "Other"),
            ("* XVENDOR something {\r\n", "Other"),
            (
                "* OK [UIDNEXT 4392] Predicted next UID\r\n",
                r#"Status(Status { kind: Ok, code: Some(UidNext(4392)), text: "Predicted next UID" })"#,
            ),
            (
                "* BYE [UNAVAILABLE] too many connections\r\n",
                r#"Status(Status { kind: Bye, code: Some(Word("UNAVAILABLE")), text: "too many connections" })"#,
            ),
            (
                "h1 NO [AUTHENTICATIONFAILED] Invalid credentials\r\n",
                r#"Done("h1", Status { kind: No, code: Some(Word("AUTHENTICATIONFAILED")), text: "Invalid credentials" })"#,
            ),
            (
                "h1 NO [OVERQUOTA] full\r\n",
                r#"Done("h1", Status { kind: No, code: Some(Word("OVERQUOTA")), text: "full" })"#,
            ),
            ("h1 OK [READ-ONLY] done\r\n", r#"Done("h1", Status { kind: Ok, code: None, text: "done" })"#),
            (
                "* LIST (\\HasNoChildren \\Noselect) \"/\" \"Entw&APw-rfe\"\r\n",
                r#"Listed(Listed { name: "Entwürfe", can_open: false, uses: ["\\hasnochildren", "\\noselect"] })"#,
            ),
            ("* LIST () NIL {3}\r\na b\r\n", r#"Listed(Listed { name: "a b", can_open: true, uses: [] })"#),
            (
                "* STATUS \"a b\" (MESSAGES 4 UIDNEXT 9 UIDVALIDITY 7 HIGHESTMODSEQ 715194045007)\r\n",
                "Counted(Counts { mails: Some(4), uid_validity: Some(7), uid_next: Some(9), modseq: Some(715194045007) })",
            ),
            ("* 3 FETCH (UID 9 BODY[] gibberish)\r\n", "UnreadableFetch { uid: Some(9), in_step: true }"),
            (
                "* 3 FETCH (INTERNALDATE \"never\" UID 9)\r\n",
                "UnreadableFetch { uid: Some(9), in_step: true }",
            ),
            ("* 3 FETCH nonsense\r\n", "UnreadableFetch { uid: None, in_step: true }"),
            ("h1 OK\r\n", r#"Done("h1", Status { kind: Ok, code: None, text: "..." })"#),
            ("* bye \r\n", r#"Status(Status { kind: Bye, code: None, text: "..." })"#),
            ("the rest of a letter\r\n", "Junk"),
        ] {
            assert_eq!(format!("{:?}", read(session.as_bytes())), want, "{session}");
        }
    }
}
