//! The support mailbox: mails in the order of their UIDs.
//!
//! Holds: a UID is given once and never again; the oldest mails go when the bound is reached. Not
//! here: IMAP.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::limits;
use crate::message::Envelope;

/// A mail as it lies in the mailbox.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    /// Its number, never given twice.
    pub uid: u32,
    /// When it came in.
    pub at_ms: i64,
    /// Somebody has read it.
    pub seen: bool,
    /// The bytes as they came in.
    pub raw: Arc<[u8]>,
    /// Who wrote it and what it answers.
    pub envelope: Arc<Envelope>,
}

/// Mails, oldest first.
#[derive(Debug)]
pub(crate) struct Mailbox {
    mails: VecDeque<Mail>,
    uid_next: u32,
    uid_validity: u32,
}

impl Mailbox {
    pub fn new(uid_validity: u32) -> Self {
        Self { mails: VecDeque::new(), uid_next: 1, uid_validity: uid_validity.max(1) }
    }

    /// Takes a mail in and gives it the next UID.
    pub fn append(&mut self, envelope: Envelope, raw: Vec<u8>, at_ms: i64) {
        if self.mails.len() == limits::MAILS_MAX {
            self.mails.pop_front();
        }
        let uid = self.uid_next;
        self.uid_next += 1;
        self.mails.push_back(Mail { uid, at_ms, seen: false, raw: raw.into(), envelope: envelope.into() });
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Mail> + ExactSizeIterator {
        self.mails.iter()
    }

    pub fn by_uid(&self, uid: u32) -> Option<&Mail> {
        self.mails.binary_search_by_key(&uid, |mail| mail.uid).ok().and_then(|at| self.mails.get(at))
    }

    /// Marks a mail as read.
    pub fn mark_seen(&mut self, uid: u32) {
        if let Ok(at) = self.mails.binary_search_by_key(&uid, |mail| mail.uid) {
            self.mails[at].seen = true;
        }
    }

    /// Finds the last mail that was played from the scene `key`.
    pub fn find(&self, key: &str) -> Option<&Mail> {
        self.mails.iter().rev().find(|mail| mail.envelope.key == key)
    }

    pub const fn uid_next(&self) -> u32 {
        self.uid_next
    }

    pub const fn uid_validity(&self) -> u32 {
        self.uid_validity
    }
}
