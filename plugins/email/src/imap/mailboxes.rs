//! Mailboxes from outside: which there are, what each holds, and one mail put into one.

use hark_sdk::prelude::*;
use hark_sdk::wire::Transport;

use super::fault::{Doing, refused};
use super::mutf7;
use super::reply::{Counts, Kind, Listed, Reply};
use super::session::{Asked, Folder, Session};

impl<T: Transport> Session<T> {
    /// Tells whether the server can do `word`.
    pub fn can(&self, word: &str) -> bool {
        self.capabilities.contains(word)
    }

    /// Returns the mailboxes that there are, with what they are for where the server tells.
    pub fn list(&mut self) -> Result<Vec<Listed>, Fault> {
        let mut found = Vec::new();
        // Without being asked to, a server may keep the uses to itself.
        self.send(match self.can("LIST-EXTENDED") && self.can("SPECIAL-USE") {
            true => "LIST \"\" \"*\" RETURN (SPECIAL-USE)",
            false => "LIST \"\" \"*\"",
        })?;
        let done = self.replies(|reply| {
            if let Reply::Listed(listed) = reply {
                found.push(listed);
            }
        })?;
        match done.kind {
            Kind::Ok => Ok(found),
            _ => Err(refused(&done, Doing::Reading)),
        }
    }

    /// Returns what the mailbox holds, without opening it; none if the server does not tell.
    pub fn counts(&mut self, name: &str) -> Result<Option<Counts>, Fault> {
        let mut found = None;
        let modseq = if self.can("CONDSTORE") || self.can("QRESYNC") { " HIGHESTMODSEQ" } else { "" };
        let name = mutf7::quoted(&mutf7::encode(name));
        self.send(&format!("STATUS {name} (MESSAGES UIDNEXT UIDVALIDITY{modseq})"))?;
        let done = self.replies(|reply| {
            if let Reply::Counted(counts) = reply {
                found = Some(counts);
            }
        })?;
        Ok(found.filter(|_| done.kind == Kind::Ok))
    }

    /// Puts the mail `raw` into `mailbox`, as seen.
    pub fn append(&mut self, mailbox: &str, raw: &[u8]) -> Result<(), Fault> {
        let name = mutf7::quoted(&mutf7::encode(mailbox));
        self.send(&format!("APPEND {name} (\\Seen) {{{}}}", raw.len()))?;
        if let Some(done) = self.until_asked()? {
            return Err(refused(&done, Doing::Opening(Asked::Target)));
        }
        self.reader.write(raw)?;
        self.reader.write(b"\r\n")?;
        let done = self.replies(drop)?;
        match done.kind {
            Kind::Ok => Ok(()),
            _ => Err(refused(&done, Doing::Opening(Asked::Target))),
        }
    }

    /// Returns the mail that came last, as an open mailbox numbers them: when it was received.
    pub fn last_received(&mut self, folder: &Folder) -> Result<Option<Ms>, Fault> {
        let examined = self.examine(folder)?;
        let mut last = None;
        if examined.mails > 0 {
            self.fetch("*", "UID INTERNALDATE", |_, mail| last = last.max(mail.received_at))?;
        }
        Ok(last)
    }
}
