//! Our own replies when they come back through reading: they belong to the thread and never open work.
//!
//! Holds: an item is ours if it has the id that its platform gave what we sent, or if its author is one of our accounts and
//! it carries a key that we sent. An account of ours alone is not enough to say which reply it is, but enough not to open
//! work: what staff writes on the platform itself is an answer, too.

use std::collections::HashMap;

/// What we sent and may meet again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    by_native_id: HashMap<(Box<str>, Box<str>), Box<str>>,
    keys: std::collections::HashSet<Box<str>>,
}

/// What is known of an item that came in, of where it comes from.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// The scope that makes the id unique: platform and account.
    pub scope: &'a str,
    /// The platform's id.
    pub native_id: &'a str,
    /// Whether its author is one of our own accounts.
    pub is_self: bool,
    /// The key that we sent it with, where the platform gives it back.
    pub idempotency_key: Option<&'a str>,
}

/// Whose an item is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A reply that we sent, with its key.
    OurReply(Box<str>),
    /// By one of our accounts, but not sent from here: an answer by hand.
    OurAccount,
    /// By somebody else.
    Theirs,
}

impl Origin {
    /// Tells whether the item may open work.
    pub fn opens_work(&self) -> bool {
        matches!(self, Self::Theirs)
    }
}

impl Sent {
    /// Notes that we are about to send something with `key`.
    pub fn note_key(&mut self, key: &str) {
        self.keys.insert(key.into());
    }

    /// Notes the id that the platform gave what we sent with `key`.
    pub fn note_id(&mut self, key: &str, scope: &str, native_id: &str) {
        self.note_key(key);
        self.by_native_id.insert((scope.into(), native_id.into()), key.into());
    }

    /// Returns whose an item is.
    pub fn origin(&self, arrival: &Arrival<'_>) -> Origin {
        if let Some(key) = self.by_native_id.get(&(arrival.scope.into(), arrival.native_id.into())) {
            return Origin::OurReply(key.clone());
        }
        // A stranger who repeats a key of ours is still a stranger.
        match arrival.idempotency_key.and_then(|key| self.keys.get(key)) {
            _ if !arrival.is_self => Origin::Theirs,
            Some(key) => Origin::OurReply(key.clone()),
            None => Origin::OurAccount,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_sent_never_opens_work() {
        let mut sent = Sent::default();
        sent.note_key("key-1");
        sent.note_id("key-2", "imap:support", "<a@b>");
        let arrival = |scope, native_id, is_self, idempotency_key| Arrival {
            scope,
            native_id,
            is_self,
            idempotency_key,
        };
        let reply = |key: &str| Origin::OurReply(key.into());
        for (arrival, want) in [
            (arrival("imap:support", "<a@b>", false, None), reply("key-2")),
            (arrival("imap:support", "<a@b>", true, Some("key-1")), reply("key-2")),
            // The same id elsewhere is another item.
            (arrival("imap:sales", "<a@b>", false, None), Origin::Theirs),
            // The answer of the platform was lost; the item comes back with the key.
            (arrival("imap:support", "<c@d>", true, Some("key-1")), reply("key-1")),
            (arrival("imap:support", "<c@d>", true, Some("key-9")), Origin::OurAccount),
            (arrival("imap:support", "<c@d>", true, None), Origin::OurAccount),
            (arrival("imap:support", "<c@d>", false, Some("key-1")), Origin::Theirs),
            (arrival("imap:support", "<c@d>", false, None), Origin::Theirs),
        ] {
            let origin = sent.origin(&arrival);
            assert_eq!(origin.opens_work(), want == Origin::Theirs, "{arrival:?}");
            assert_eq!(origin, want, "{arrival:?}");
        }
    }
}
