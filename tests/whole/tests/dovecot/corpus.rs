//! A corpus of mails with every trap that mail has, each with what must come of it.
//!
//! Holds: the same seed gives the same corpus; every subject carries its mail's number.

use std::time::{Duration, SystemTime};

use hark_model::{Direction, Visibility};

use crate::traps;

/// One mail.
pub struct Specimen {
    /// What is hard about it.
    pub trap: &'static str,
    /// Its bytes.
    pub raw: Vec<u8>,
    /// When it arrived.
    pub arrived: SystemTime,
    /// What must come of it.
    pub want: Want,
}

/// What must come of a mail.
pub enum Want {
    /// An item.
    Item(Box<Item>),
    /// Nothing new: it comes under the id of an earlier mail.
    Known,
    /// A line in quarantine.
    Poison,
}

/// What an item must be.
#[derive(Clone)]
pub struct Item {
    /// In its subject, and in no other.
    pub token: String,
    /// Its id; none where one must be made.
    pub id: Option<String>,
    /// Its text.
    pub text: Text,
    /// Who speaks to whom.
    pub direction: Direction,
    /// Who may read it.
    pub visibility: Visibility,
    /// A machine sent it.
    pub automated: bool,
    /// Its date is that of its arrival.
    pub is_estimate: bool,
    /// Id of its conversation, where it is not its own.
    pub conversation: Option<String>,
    /// Id of what it answers.
    pub parent: Option<String>,
    /// How many files it has.
    pub attachments: u32,
    /// Names of those that have one.
    pub names: Vec<&'static str>,
    /// It has markup.
    pub html: bool,
    /// How many contents came under its id.
    pub revisions: u32,
}

/// What a text must be.
#[derive(Clone)]
pub enum Text {
    /// This.
    Is(String),
    /// With this in it.
    Holds(String),
}

/// Makes `count` mails that arrived within the last days before `now`.
pub fn generate(seed: u64, now: SystemTime, count: usize) -> Vec<Specimen> {
    let mut maker =
        Maker { random: Random(seed), first: now - Duration::from_secs(20 * 86_400), made: Vec::new() };
    for trap in traps::RARE {
        trap(&mut maker);
    }
    let mut common = traps::COMMON.iter().cycle();
    while maker.made.len() < count {
        // The last ones must not come in pairs.
        let trap = if count - maker.made.len() < 4 {
            &(traps::plain as traps::Trap)
        } else {
            common.next().expect("a cycle")
        };
        trap(&mut maker);
    }
    maker.made
}

/// Makes one mail after the other.
pub struct Maker {
    /// Where chance comes from.
    pub random: Random,
    first: SystemTime,
    /// What was made.
    pub made: Vec<Specimen>,
}

impl Maker {
    /// Starts a mail that has nothing hard about it.
    pub fn draft(&mut self, trap: &'static str) -> Draft {
        let number = self.made.len();
        let token = format!("T{number:04}");
        let arrived = self.first + Duration::from_secs(60 * number as u64);
        let id = format!("{token}.{:08x}@mail.example.org", self.random.below(u64::from(u32::MAX)));
        let date = rfc2822(arrived - Duration::from_secs(1 + self.random.below(90)));
        let text = format!("Hello, this is mail {token}.\n\n{}\n", self.random.words(12));
        let want = Item {
            token: token.clone(),
            id: Some(id.clone()),
            text: Text::Is(text.trim_end().to_owned()),
            direction: Direction::Inbound,
            visibility: Visibility::Direct,
            automated: false,
            is_estimate: false,
            conversation: None,
            parent: None,
            attachments: 0,
            names: Vec::new(),
            html: false,
            revisions: 1,
        };
        let fields = vec![
            ("Date", date.into_bytes()),
            ("From", format!("Jo Fictional <jo{}@example.org>", self.random.below(40)).into_bytes()),
            ("To", b"support@example.com".to_vec()),
            ("Subject", format!("{} {token}", self.random.words(3)).into_bytes()),
            ("Message-ID", format!("<{id}>").into_bytes()),
        ];
        Draft { trap, id, token, arrived, fields, body: text.into_bytes(), want }
    }

    /// Delivers the mail `draft`, from which an item must come.
    pub fn push(&mut self, draft: Draft) {
        let raw = draft.bytes();
        let want = Want::Item(Box::new(draft.want));
        self.made.push(Specimen { trap: draft.trap, raw, arrived: draft.arrived, want });
    }

    /// Delivers the mail `draft`, from which something else must come.
    pub fn push_as(&mut self, draft: Draft, want: Want) {
        let raw = draft.bytes();
        self.made.push(Specimen { trap: draft.trap, raw, arrived: draft.arrived, want });
    }

    /// Returns the place of some earlier mail that is an item of its own.
    pub fn earlier(&mut self) -> Option<usize> {
        // A forgery must not be the one that brings the first date that can be believed.
        let is_plain = |item: &Item| item.id.is_some() && item.conversation.is_none() && !item.is_estimate;
        let plain = |specimen: &Specimen| matches!(&specimen.want, Want::Item(item) if is_plain(item));
        let places: Vec<_> = (0..self.made.len()).filter(|place| plain(&self.made[*place])).collect();
        let most = places.len() as u64;
        (most > 0).then(|| places[self.random.below(most) as usize])
    }
}

/// A mail in the making.
pub struct Draft {
    /// What is hard about it.
    pub trap: &'static str,
    /// Its Message-ID, without brackets.
    pub id: String,
    /// Its number.
    pub token: String,
    /// When it arrives.
    pub arrived: SystemTime,
    fields: Vec<(&'static str, Vec<u8>)>,
    /// Its body.
    pub body: Vec<u8>,
    /// What must come of it.
    pub want: Item,
}

impl Draft {
    /// Sets a field, in the place of one of that name if there is one.
    pub fn set(&mut self, name: &'static str, value: impl Into<Vec<u8>>) {
        let value = value.into();
        match self.fields.iter_mut().find(|(known, _)| *known == name) {
            Some(field) => field.1 = value,
            None => self.fields.push((name, value)),
        }
    }

    /// Takes a field away.
    pub fn remove(&mut self, name: &'static str) {
        self.fields.retain(|(known, _)| *known != name);
    }

    /// Sets the body and what its text must be.
    pub fn say(&mut self, body: impl Into<Vec<u8>>, text: Text) {
        self.body = body.into();
        self.want.text = text;
    }

    fn bytes(&self) -> Vec<u8> {
        let mut raw = Vec::new();
        for (name, value) in &self.fields {
            raw.extend_from_slice(name.as_bytes());
            raw.extend_from_slice(b": ");
            raw.extend_from_slice(value);
            raw.push(b'\n');
        }
        raw.push(b'\n');
        raw.extend_from_slice(&self.body);
        raw
    }
}

/// SplitMix64: small, and the same everywhere.
pub struct Random(u64);

impl Random {
    /// Returns a number below `most`.
    pub fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % most.max(1)
    }

    /// Returns some words.
    pub fn words(&mut self, count: usize) -> String {
        const WORDS: [&str; 24] = [
            "widget", "broke", "again", "after", "the", "update", "please", "help", "order", "invoice",
            "late", "refund", "thanks", "works", "now", "colour", "wrong", "size", "battery", "screen",
            "cracked", "delivery", "missing", "great",
        ];
        let words: Vec<_> = (0..count).map(|_| WORDS[self.below(WORDS.len() as u64) as usize]).collect();
        words.join(" ")
    }
}

/// Writes a date as mails do.
pub fn rfc2822(at: SystemTime) -> String {
    let at = jiff::Timestamp::try_from(at).expect("a date within reason");
    at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}
