//! The mailbox over IMAP4rev1 and TLS, as far as a reader needs it.
//!
//! `server` owns the sockets, `wire` frames commands, `session` decides what to answer, `select`,
//! `search` and `fetch` word the answers. Holds: nothing a client sends makes the server keep more
//! than one command of bounded length. Not here: writing to the mailbox, but for the `\Seen` flag.

mod fetch;
mod search;
mod server;
mod session;
mod wire;

pub(crate) use server::serve;
pub(crate) use session::Account;

/// The one mailbox there is.
pub(crate) const MAILBOX: &str = "INBOX";
