//! A played IMAP server for tests: a mailbox in memory, a strict ear for what is sent, faults on demand.
//!
//! Holds: any command that could change a mailbox fails the test.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use hark_sdk::types::Ms;
use hark_sdk::wire::{LineReader, SecretEncoding, Transport, WireFault};
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

/// What the server holds, across connections.
#[derive(Debug)]
pub struct World {
    pub mails: Vec<Stored>,
    pub uid_validity: u32,
    pub uid_next: u32,
    /// Does the server say what the next UID is?
    pub tells_uid_next: bool,
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
            cut_after: None,
            chunk: 4_096,
            expunge_after_look: Vec::new(),
            heard: Vec::new(),
            kept: Vec::new(),
        }))
    }
}

/// Connects to `world`.
pub fn connect(world: &Rc<RefCell<World>>) -> LineReader<Played> {
    let left = world.borrow_mut().cut_after.take();
    let mut played = Played { world: Rc::clone(world), out: VecDeque::new(), left };
    played.say("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready {5}\r\n");
    LineReader::new(played)
}

/// One connection.
pub struct Played {
    world: Rc<RefCell<World>>,
    out: VecDeque<u8>,
    left: Option<usize>,
}

impl Played {
    fn say(&mut self, text: &str) {
        self.out.extend(text.as_bytes());
    }

    fn hear(&mut self, line: &str) {
        self.world.borrow_mut().heard.push(line.to_owned());
        let (tag, command) = line.split_once(' ').expect("a tag");
        let mut words = command.split(' ');
        match (words.next().unwrap_or(""), words.next().unwrap_or("")) {
            ("LOGIN", _) => {}
            ("LOGOUT", _) => return,
            ("EXAMINE", "\"INBOX\"") => self.examine(),
            ("UID", "SEARCH") => self.search(words.nth(1).expect("a date")),
            ("UID", "FETCH") => {
                let set = words.next().expect("a set").to_owned();
                let items = words.collect::<Vec<_>>().join(" ");
                self.fetch(&set, items.trim_matches(['(', ')']));
            }
            _ => panic!("a reader must not say: {line}"),
        }
        self.say(&format!("{tag} OK done\r\n"));
    }

    fn examine(&mut self) {
        let (exists, validity, next, tells) = {
            let world = self.world.borrow();
            (world.mails.len(), world.uid_validity, world.uid_next, world.tells_uid_next)
        };
        self.say("* FLAGS (\\Answered \\Seen)\r\n* 0 RECENT\r\n* OK [UIDVALIDITY ");
        self.say(&format!("{validity}] Grüße\r\n* {exists} EXISTS\r\n"));
        if tells {
            self.say(&format!("* OK [UIDNEXT {next}] next\r\n"));
        }
    }

    fn search(&mut self, date: &str) {
        let uids: Vec<_> = {
            let world = self.world.borrow();
            let since = date_of(date);
            world
                .mails
                .iter()
                .filter(|mail| mail.received_at >= since)
                .map(|mail| mail.uid.to_string())
                .collect()
        };
        self.say(&format!("* SEARCH {}\r\n", uids.join(" ")).replace("SEARCH \r", "SEARCH\r"));
    }

    fn fetch(&mut self, set: &str, items: &str) {
        let (mails, doomed) = {
            let mut world = self.world.borrow_mut();
            let highest = world.mails.iter().map(|mail| mail.uid).max().unwrap_or(0);
            let found: Vec<Stored> =
                world.mails.iter().filter(|mail| in_set(set, mail.uid, highest)).cloned().collect();
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
    }

    fn answer(&mut self, seq: usize, mail: &Stored, items: &str) {
        self.say(&format!("* {seq} FETCH (UID {}", mail.uid));
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
