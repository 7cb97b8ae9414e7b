//! A session: commands out, replies in, until the mailbox is open and beyond.

use std::collections::BTreeSet;

use hark_sdk::prelude::*;
use hark_sdk::wire::{LineReader, Transport};

use super::fault::{Doing, refused};
use super::frame::{self, FrameError, Unsynced};
use super::mutf7;
use super::reply::{self, Code, Fetched, Kind, Reply, Status};
use crate::limits;

/// A mailbox that was opened for reading only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Examined {
    /// Its UIDVALIDITY: UIDs of another one mean nothing.
    pub uid_validity: u32,
    /// The UID that the next mail will get, where the server says so.
    pub uid_next: Option<u32>,
    /// How many mails it holds.
    pub mails: u32,
    /// The mark of its last change, where the server keeps one (CONDSTORE).
    pub modseq: Option<u64>,
}

/// Who asks for a mailbox to be opened: whose fault it is if there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The operator, in this entry of `mailboxes`.
    Setting(usize),
    /// The host, which names a target.
    Target,
    /// The connector itself, on the way to something else.
    Self_,
}

/// Which mailbox to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Its name.
    pub name: String,
    /// Who asks.
    pub asked: Asked,
}

/// Why a FETCH ended before its end.
#[derive(Debug)]
pub enum FetchEnd {
    /// The session is over.
    Cut(Fault),
    /// The server refuses.
    Refused(Status),
    /// A response makes no sense, that of the mail with this UID where it can be told; nothing that
    /// follows it can be believed.
    Unreadable(Option<u32>),
}

impl From<FrameError> for FetchEnd {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::Cut(fault) => Self::Cut(fault),
            FrameError::Unsynced(Unsynced) => Self::Unreadable(None),
        }
    }
}

impl From<FetchEnd> for Fault {
    fn from(end: FetchEnd) -> Self {
        match end {
            FetchEnd::Cut(fault) => fault,
            FetchEnd::Refused(status) => refused(&status, Doing::Reading),
            FetchEnd::Unreadable(_) => Fault::protocol("the server's answer cannot be read"),
        }
    }
}

/// A signed-in connection. It reads: the one method that changes anything on the server is `append`, which
/// puts the copy of a reply where sent mail is kept.
pub struct Session<T> {
    pub(super) reader: LineReader<T>,
    pub(super) capabilities: BTreeSet<String>,
    pub(super) tag: String,
    commands: u32,
    literal_max: usize,
    deadline: Ms,
}

impl<T: Transport> Session<T> {
    /// Starts on `reader`; nothing has been said yet. The session must be over at `deadline`.
    pub(super) fn new(reader: LineReader<T>, message_bytes_max: u64, deadline: Ms) -> Self {
        let literal_max = usize::try_from(message_bytes_max).unwrap_or(usize::MAX);
        Self {
            reader,
            capabilities: BTreeSet::new(),
            tag: String::new(),
            commands: 0,
            literal_max: literal_max.max(limits::LITERAL_BYTES_MIN),
            deadline,
        }
    }

    /// Returns how many milliseconds are left.
    pub fn time_left(&self) -> i64 {
        self.deadline - Clock::now()
    }

    /// Keeps a payload for provenance and returns its id.
    pub fn keep(&mut self, label: &str, media_type: &str, bytes: &[u8]) -> u64 {
        self.reader.keep(label, media_type, bytes)
    }

    /// Opens a mailbox for reading only.
    pub fn examine(&mut self, folder: &Folder) -> Result<Examined, Fault> {
        let (mut uid_validity, mut uid_next, mut modseq, mut mails) = (None, None, None, 0);
        let command = format!("EXAMINE {}", mutf7::quoted(&mutf7::encode(&folder.name)));
        self.send(&command)?;
        let done = self.replies(|reply| match reply {
            Reply::Exists(count) => mails = count,
            Reply::Status(Status { code: Some(Code::UidValidity(value)), .. }) => uid_validity = Some(value),
            Reply::Status(Status { code: Some(Code::UidNext(uid)), .. }) => uid_next = Some(uid),
            Reply::Status(Status { code: Some(Code::HighestModSeq(mark)), .. }) => modseq = Some(mark),
            _ => {}
        })?;
        match (done.kind, uid_validity) {
            (Kind::Ok, Some(uid_validity)) => Ok(Examined { uid_validity, uid_next, mails, modseq }),
            (Kind::Ok, None) => Err(Fault::protocol("the server names no UIDVALIDITY for the mailbox")),
            _ => Err(refused(&done, Doing::Opening(folder.asked))),
        }
    }

    /// Returns the UIDs that `criteria` find; none if the server does not search.
    pub fn search(&mut self, criteria: &str) -> Result<Option<Vec<u32>>, Fault> {
        let mut found = Vec::new();
        self.send(&format!("UID SEARCH {criteria}"))?;
        let done = self.replies(|reply| {
            if let Reply::Search(uids) = reply {
                found.extend(uids);
            }
        })?;
        Ok((done.kind == Kind::Ok).then_some(found))
    }

    /// Fetches `items` of the mails `uids`, each given to `each` as it comes. Every item that holds a body
    /// is a `.PEEK`, which leaves the mail unseen.
    pub fn fetch(
        &mut self,
        uids: &str,
        items: &str,
        mut each: impl FnMut(&mut Self, Fetched),
    ) -> Result<(), FetchEnd> {
        self.send(&format!("UID FETCH {uids} ({items})")).map_err(FetchEnd::Cut)?;
        for _ in 0..limits::STRAY_RESPONSES_MAX {
            match self.next()? {
                Reply::Fetched(fetched) => each(self, *fetched),
                Reply::UnreadableFetch { uid: Some(uid), in_step: true } => {
                    each(self, Fetched { uid: Some(uid), unreadable: true, ..Fetched::default() });
                }
                Reply::UnreadableFetch { uid, .. } => return Err(FetchEnd::Unreadable(uid)),
                Reply::Junk => return Err(FetchEnd::Unreadable(None)),
                Reply::Status(status) if status.kind == Kind::Bye => {
                    return Err(FetchEnd::Cut(refused(&status, Doing::Reading)));
                }
                Reply::Done(tag, status) if tag == self.tag => {
                    return if status.kind == Kind::Ok { Ok(()) } else { Err(FetchEnd::Refused(status)) };
                }
                _ => {}
            }
        }
        Err(FetchEnd::Unreadable(None))
    }

    /// Says goodbye; what the server answers is of no interest.
    pub fn leave(mut self) {
        if let Err(fault) = self.send("LOGOUT") {
            hark_sdk::debug!("no goodbye: {fault:?}");
        }
    }

    /// Sends a command under a new tag.
    pub(super) fn send(&mut self, command: &str) -> Result<(), Fault> {
        let tag = self.begin()?;
        Ok(self.reader.write(format!("{tag} {command}\r\n").as_bytes())?)
    }

    /// Begins a command: returns its tag, and sets how long its answers may take.
    pub(super) fn begin(&mut self) -> Result<String, Fault> {
        self.patience()?;
        self.commands += 1;
        self.tag = format!("h{}", self.commands);
        Ok(self.tag.clone())
    }

    fn patience(&mut self) -> Result<(), Fault> {
        match u32::try_from(self.time_left().min(limits::READ_MS_MAX)) {
            Ok(left) if left > 0 => {
                self.reader.set_timeout_ms(left);
                Ok(())
            }
            _ => Err(Fault::transient("the call ran out of time")),
        }
    }

    /// Reads the next reply.
    pub(super) fn next(&mut self) -> Result<Reply, FrameError> {
        self.patience().map_err(FrameError::Cut)?;
        Ok(reply::reply(frame::read(&mut self.reader, &self.tag, self.literal_max)?))
    }

    /// Reads the first line that the server says.
    pub(super) fn greeting(&mut self) -> Result<Status, Fault> {
        self.patience()?;
        let frame = frame::read(&mut self.reader, "", self.literal_max).map_err(FetchEnd::from)?;
        reply::greeting(&frame).ok_or_else(|| Fault::protocol("the server does not speak IMAP"))
    }

    /// Gives the replies to the last command to `each` until it is done.
    pub(super) fn replies(&mut self, mut each: impl FnMut(Reply)) -> Result<Status, Fault> {
        for _ in 0..limits::STRAY_RESPONSES_MAX {
            match self.next().map_err(FetchEnd::from)? {
                Reply::Done(tag, status) if tag == self.tag => return Ok(status),
                Reply::Status(status) if status.kind == Kind::Bye => {
                    return Err(refused(&status, Doing::Reading));
                }
                Reply::Junk => return Err(Fault::protocol("the server's answer cannot be read")),
                reply => each(reply),
            }
        }
        Err(Fault::protocol("the server says more than can be listened to"))
    }
}
