//! Played servers for tests: IMAP with mailboxes in memory, a strict ear for what is sent, faults on demand;
//! and any other line protocol by a script.
//!
//! Holds: any command that could change a mailbox fails the test, but for a mail put into `Sent`.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use hark_sdk::types::Ms;
use hark_sdk::wire::{LineReader, Script, SecretEncoding, Transport, WireFault};
use mail_parser::DateTime;

/// A mail on the server.
#[derive(Debug, Clone)]
pub struct Stored {
    pub uid: u32,
    pub received_at: Ms,
    pub raw: Vec<u8>,
    /// What the server says that its size is, where it lies.
    pub claimed_size: Option<u64>,
    /// What the server announces too little or too much of its literal.
    pub misannounced: i64,
    /// BODYSTRUCTURE, as the server words it.
    pub structure: Option<String>,
}

impl Stored {
    pub fn new(uid: u32, received_at: Ms, raw: impl Into<Vec<u8>>) -> Self {
        Self { uid, received_at, raw: raw.into(), claimed_size: None, misannounced: 0, structure: None }
    }
}

/// A mailbox beside INBOX; the next UID is one more than the highest.
#[derive(Debug, Clone)]
pub struct Other {
    /// Name as it goes over the wire.
    pub name: &'static str,
    /// Its flags in a list.
    pub flags: &'static str,
    pub mails: Vec<Stored>,
}

/// What the server holds, across connections.
#[derive(Debug)]
pub struct World {
    pub mails: Vec<Stored>,
    pub uid_validity: u32,
    pub uid_next: u32,
    /// Does the server say what the next UID is?
    pub tells_uid_next: bool,
    /// The mark of the last change, in each mailbox.
    pub modseq: u64,
    /// What the server can do beside IMAP4rev1.
    pub can: &'static str,
    /// Does a search for a Message-ID find it?
    pub finds_ids: bool,
    pub others: Vec<Other>,
    /// Bytes after which the next connection is cut.
    pub cut_after: Option<usize>,
    /// Bytes of one read.
    pub chunk: usize,
    /// UIDs that are expunged as soon as sizes were asked for.
    pub expunge_after_look: Vec<u32>,
    /// What every session answered to, in order.
    pub heard: Vec<String>,
    /// What was kept, over all calls.
    pub kept: Vec<(String, String, Vec<u8>)>,
}

impl World {
    pub fn new(mails: Vec<Stored>) -> Rc<RefCell<Self>> {
        let uid_next = mails.iter().map(|mail| mail.uid).max().unwrap_or(0) + 1;
        Rc::new(RefCell::new(Self {
            mails,
            uid_validity: 7,
            uid_next,
            tells_uid_next: true,
            modseq: 1,
            can: "",
            finds_ids: true,
            others: Vec::new(),
            cut_after: None,
            chunk: 4_096,
            expunge_after_look: Vec::new(),
            heard: Vec::new(),
            kept: Vec::new(),
        }))
    }

    /// Returns the mails of a mailbox, its UIDVALIDITY and its next UID.
    fn mailbox(&self, name: &str) -> Option<(Vec<Stored>, u32, u32)> {
        if name == "INBOX" {
            return Some((self.mails.clone(), self.uid_validity, self.uid_next));
        }
        let other = self.others.iter().find(|other| other.name == name)?;
        let next = other.mails.iter().map(|mail| mail.uid).max().unwrap_or(0) + 1;
        Some((other.mails.clone(), 7, next))
    }
}

/// Connects to `world`.
pub fn connect(world: &Rc<RefCell<World>>) -> LineReader<Played> {
    let left = world.borrow_mut().cut_after.take();
    let can = world.borrow().can;
    let mut played =
        Played { world: Rc::clone(world), out: VecDeque::new(), left, open: String::new(), appending: None };
    played.say(&format!("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN{can}] ready {{5}}\r\n"));
    LineReader::new(played)
}

/// One connection.
pub struct Played {
    world: Rc<RefCell<World>>,
    out: VecDeque<u8>,
    left: Option<usize>,
    /// The mailbox that is open.
    open: String,
    /// A mail on its way in: tag, size, what came of it.
    appending: Option<(String, usize, Vec<u8>)>,
}

impl Played {
    fn say(&mut self, text: &str) {
        self.out.extend(text.as_bytes());
    }

    fn hear(&mut self, line: &str) {
        self.world.borrow_mut().heard.push(line.to_owned());
        let (tag, command) = line.split_once(' ').expect("a tag");
        let mut words = command.split(' ');
        let is_good = match (words.next().unwrap_or(""), words.next().unwrap_or("")) {
            ("LOGIN", _) => true,
            ("LOGOUT", _) => return,
            ("EXAMINE", _) => self.examine(command.trim_start_matches("EXAMINE ").trim_matches('"')),
            ("STATUS", _) => self.status(command),
            ("LIST", _) => self.list(),
            ("APPEND", "\"Sent\"") => return self.begin_append(tag, command),
            ("UID", "SEARCH") => self.search(words.collect()),
            ("UID", "FETCH") => {
                let set = words.next().expect("a set").to_owned();
                let items = words.collect::<Vec<_>>().join(" ");
                self.fetch(
                    &set,
                    items.strip_prefix('(').and_then(|items| items.strip_suffix(')')).expect("brackets"),
                )
            }
            _ => panic!("a reader must not say: {line}"),
        };
        let done = if is_good { "OK done" } else { "NO [NONEXISTENT] no such mailbox" };
        self.say(&format!("{tag} {done}\r\n"));
    }

    fn mails(&self) -> Vec<Stored> {
        self.world.borrow().mailbox(&self.open).expect("a mailbox is open").0
    }

    fn examine(&mut self, name: &str) -> bool {
        let Some((mails, validity, next)) = self.world.borrow().mailbox(name) else { return false };
        self.open = name.to_owned();
        let (tells, modseq) = (self.world.borrow().tells_uid_next, self.world.borrow().modseq);
        self.say("* FLAGS (\\Answered \\Seen)\r\n* 0 RECENT\r\n* OK [UIDVALIDITY ");
        self.say(&format!("{validity}] Grüße\r\n* {} EXISTS\r\n", mails.len()));
        if tells {
            self.say(&format!("* OK [UIDNEXT {next}] next\r\n"));
        }
        if self.world.borrow().can.contains("CONDSTORE") {
            self.say(&format!("* OK [HIGHESTMODSEQ {modseq}] highest\r\n"));
        }
        true
    }

    fn status(&mut self, command: &str) -> bool {
        let name = command.split('"').nth(1).expect("a quoted name").to_owned();
        let Some((mails, validity, next)) = self.world.borrow().mailbox(&name) else { return false };
        self.say(&format!("* STATUS \"{name}\" (MESSAGES {} UIDVALIDITY {validity}", mails.len()));
        let (tells, modseq) = (self.world.borrow().tells_uid_next, self.world.borrow().modseq);
        if tells {
            self.say(&format!(" UIDNEXT {next}"));
        }
        if command.contains("HIGHESTMODSEQ") {
            self.say(&format!(" HIGHESTMODSEQ {modseq}"));
        }
        self.say(")\r\n");
        true
    }

    fn list(&mut self) -> bool {
        self.say("* LIST () \"/\" INBOX\r\n");
        let others = self.world.borrow().others.clone();
        for other in others {
            self.say(&format!("* LIST ({}) \"/\" \"{}\"\r\n", other.flags, other.name));
        }
        true
    }

    fn begin_append(&mut self, tag: &str, command: &str) {
        let size = command.rsplit_once('{').expect("a literal").1.trim_end_matches('}');
        self.appending = Some((tag.to_owned(), size.parse().expect("a size"), Vec::new()));
        self.say("+ go on\r\n");
    }

    fn go_on_appending(&mut self, bytes: &[u8]) {
        let Some((tag, size, mut raw)) = self.appending.take() else { return };
        raw.extend_from_slice(bytes);
        if raw.len() < size + 2 {
            self.appending = Some((tag, size, raw));
            return;
        }
        raw.truncate(size);
        {
            let mut world = self.world.borrow_mut();
            let sent = world.others.iter_mut().find(|other| other.name == "Sent").expect("a mailbox for it");
            let uid = sent.mails.iter().map(|mail| mail.uid).max().unwrap_or(0) + 1;
            sent.mails.push(Stored::new(uid, hark_sdk::Clock::now(), raw));
        }
        self.say(&format!("{tag} OK [APPENDUID 7 1] done\r\n"));
    }

    fn search(&mut self, criteria: Vec<&str>) -> bool {
        let finds_ids = self.world.borrow().finds_ids;
        let matches = |mail: &Stored| match criteria.as_slice() {
            ["SINCE", since] => mail.received_at >= date_of(since),
            ["SINCE", since, "BEFORE", before] => {
                (date_of(since)..date_of(before)).contains(&mail.received_at)
            }
            ["HEADER", "Message-ID", id] => {
                let text = String::from_utf8_lossy(&mail.raw).into_owned();
                let mut ids = text.lines().filter(|line| line.starts_with("Message-ID:"));
                finds_ids && ids.any(|line| line.contains(id.trim_matches('"')))
            }
            other => panic!("a reader must not search for {other:?}"),
        };
        let mails = self.mails();
        let uids: Vec<_> =
            mails.iter().filter(|mail| matches(mail)).map(|mail| mail.uid.to_string()).collect();
        self.say(&format!("* SEARCH {}\r\n", uids.join(" ")).replace("SEARCH \r", "SEARCH\r"));
        true
    }

    fn fetch(&mut self, set: &str, items: &str) -> bool {
        let (mails, doomed) = {
            let all = self.mails();
            let mut world = self.world.borrow_mut();
            let highest = all.iter().map(|mail| mail.uid).max().unwrap_or(0);
            let found: Vec<Stored> = all.into_iter().filter(|mail| in_set(set, mail.uid, highest)).collect();
            let looks = items.contains("RFC822.SIZE");
            (found, if looks { std::mem::take(&mut world.expunge_after_look) } else { Vec::new() })
        };
        for (index, mail) in mails.iter().enumerate() {
            self.answer(index + 1, mail, items);
        }
        self.world.borrow_mut().mails.retain(|mail| !doomed.contains(&mail.uid));
        for seq in 1..=doomed.len() {
            self.say(&format!("* {seq} EXPUNGE\r\n"));
        }
        true
    }

    fn answer(&mut self, seq: usize, mail: &Stored, items: &str) {
        self.say(&format!("* {seq} FETCH (UID {}", mail.uid));
        // The one item with a blank in it.
        let items = items.replace("HEADER.FIELDS (MESSAGE-ID)", "HEADER.FIELDS_(MESSAGE-ID)");
        for item in items.split(' ').filter(|item| *item != "UID") {
            self.item(mail, item);
        }
        self.say(")\r\n");
    }

    fn item(&mut self, mail: &Stored, item: &str) {
        let header_end = crate::mail::header_end(&mail.raw);
        let (name, most) = match item.split_once('<') {
            Some((name, partial)) => {
                let most = partial.trim_end_matches('>').split_once('.').expect("a partial").1;
                (name, most.parse().expect("a length"))
            }
            None => (item, usize::MAX),
        };
        let partial = if item == name { "" } else { "<0>" };
        match name {
            "RFC822.SIZE" => {
                let size = mail.claimed_size.unwrap_or(mail.raw.len() as u64);
                self.say(&format!(" RFC822.SIZE {size}"));
            }
            "INTERNALDATE" => self.say(&format!(" INTERNALDATE \"{}\"", internal_date(mail.received_at))),
            "BODYSTRUCTURE" => {
                let structure = mail.structure.as_deref();
                self.say(&format!(
                    " BODYSTRUCTURE {}",
                    structure.unwrap_or("(\"text\" \"plain\" NIL NIL NIL \"7bit\" 9 1)")
                ));
            }
            "BODY.PEEK[]" => self.literal(&format!("BODY[]{partial}"), &mail.raw, most, mail.misannounced),
            "BODY.PEEK[HEADER]" => {
                self.literal(&format!("BODY[HEADER]{partial}"), &mail.raw[..header_end], most, 0)
            }
            "BODY.PEEK[HEADER.FIELDS_(MESSAGE-ID)]" => {
                let text = String::from_utf8_lossy(&mail.raw[..header_end]).into_owned();
                let named = text.split_inclusive('\n').find(|line| line.starts_with("Message-ID:"));
                let fields = format!("{}\r\n", named.unwrap_or(""));
                self.literal("BODY[HEADER.FIELDS (MESSAGE-ID)]", fields.as_bytes(), most, 0);
            }
            "BODY.PEEK[1.MIME]" => {
                self.literal(&format!("BODY[1.MIME]{partial}"), b"Content-Type: text/plain\r\n\r\n", most, 0)
            }
            "BODY.PEEK[1]" => self.literal(&format!("BODY[1]{partial}"), b"the first text", most, 0),
            other => panic!("a reader must not ask for {other}"),
        }
    }

    fn literal(&mut self, name: &str, bytes: &[u8], most: usize, misannounced: i64) {
        let bytes = &bytes[..bytes.len().min(most)];
        let announced = (bytes.len() as i64 + misannounced).max(0);
        self.say(&format!(" {name} {{{announced}}}\r\n"));
        self.out.extend(bytes);
    }
}

impl Transport for Played {
    fn write(&mut self, bytes: &[u8]) -> Result<(), WireFault> {
        if self.appending.is_some() {
            self.go_on_appending(bytes);
            return Ok(());
        }
        let text = std::str::from_utf8(bytes).expect("commands are text").to_owned();
        self.hear(text.strip_suffix("\r\n").expect("commands are whole lines"));
        Ok(())
    }

    fn write_secret(
        &mut self,
        prefix: &[u8],
        name: &str,
        user: &str,
        _encoding: SecretEncoding,
        suffix: &[u8],
    ) -> Result<(), WireFault> {
        let line = [prefix, name.as_bytes(), b" of ", user.as_bytes(), suffix].concat();
        self.write(&line)
    }

    fn start_tls(&mut self) -> Result<(), WireFault> {
        Ok(())
    }

    fn read(&mut self, max: u32, _timeout_ms: u32) -> Result<Vec<u8>, WireFault> {
        let chunk = self.world.borrow().chunk.min(max as usize).min(self.left.unwrap_or(usize::MAX));
        match (self.left, self.out.is_empty()) {
            (Some(0), _) => Err(WireFault::Closed),
            (_, true) => Err(WireFault::Timeout),
            _ => {
                let count = chunk.min(self.out.len());
                self.left = self.left.map(|left| left - count);
                Ok(self.out.drain(..count).collect())
            }
        }
    }

    fn keep(&mut self, label: &str, media_type: &str, bytes: &[u8]) -> u64 {
        let mut world = self.world.borrow_mut();
        world.kept.push((label.to_owned(), media_type.to_owned(), bytes.to_vec()));
        world.kept.len() as u64
    }
}

fn in_set(set: &str, uid: u32, highest: u32) -> bool {
    let number = |word: &str| if word == "*" { highest } else { word.parse().expect("a UID") };
    set.split(',').any(|range| {
        let (first, last) = range.split_once(':').unwrap_or((range, range));
        let (first, last) = (number(first), number(last));
        (first.min(last)..=first.max(last)).contains(&uid)
    })
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn internal_date(at: Ms) -> String {
    let date = DateTime::from_timestamp(at / 1_000);
    let month = MONTHS[usize::from(date.month) - 1];
    let (hour, minute, second) = (date.hour, date.minute, date.second);
    format!("{:>2}-{month}-{:04} {hour:02}:{minute:02}:{second:02} +0000", date.day, date.year)
}

fn date_of(text: &str) -> Ms {
    let mut words = text.split('-');
    let day = words.next().and_then(|day| day.parse().ok()).expect("a day");
    let month =
        words.next().and_then(|month| MONTHS.iter().position(|known| *known == month)).expect("a month");
    let year = words.next().and_then(|year| year.parse().ok()).expect("a year");
    let date = DateTime { year, month: month as u8 + 1, day, ..DateTime::from_timestamp(0) };
    date.to_timestamp() * 1_000
}

/// A server that follows a script, one line a read, so that nothing is read ahead across an upgrade; what
/// it heard stays known when the connection is gone.
#[derive(Clone)]
pub struct Scripted(Rc<RefCell<Script>>);

impl Scripted {
    pub fn new(session: &str) -> Self {
        Self(Rc::new(RefCell::new(Script::new(session.split_inclusive('\n')))))
    }

    pub fn connect(&self) -> LineReader<Self> {
        LineReader::new(self.clone())
    }

    pub fn heard(&self) -> String {
        String::from_utf8(self.0.borrow().sent.clone()).expect("it heard text")
    }

    pub fn tls_started(&self) -> u32 {
        self.0.borrow().tls_started
    }
}

impl Transport for Scripted {
    fn write(&mut self, bytes: &[u8]) -> Result<(), WireFault> {
        self.0.borrow_mut().write(bytes)
    }

    fn write_secret(
        &mut self,
        prefix: &[u8],
        name: &str,
        user: &str,
        encoding: SecretEncoding,
        suffix: &[u8],
    ) -> Result<(), WireFault> {
        self.0.borrow_mut().write_secret(prefix, name, user, encoding, suffix)
    }

    fn start_tls(&mut self) -> Result<(), WireFault> {
        self.0.borrow_mut().start_tls()
    }

    fn read(&mut self, max: u32, timeout_ms: u32) -> Result<Vec<u8>, WireFault> {
        self.0.borrow_mut().read(max, timeout_ms)
    }

    fn keep(&mut self, label: &str, media_type: &str, bytes: &[u8]) -> u64 {
        self.0.borrow_mut().keep(label, media_type, bytes)
    }
}
