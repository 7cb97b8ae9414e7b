//! IMAP over a wire connection: frames, replies, sessions.
//!
//! Holds: no byte of a literal is ever read as a reply; every read is bounded; nothing that is sent can
//! change a mailbox, but for the copy of a reply that is put where sent mail is kept.
//! Not its business: what a mail says, and which mails are wanted.

mod fault;
mod frame;
mod mailboxes;
mod mutf7;
mod reply;
mod session;
mod sign_in;
mod structure;
mod xoauth2;

pub use fault::is_for_good;
pub use mutf7::quoted;
pub use reply::{Counts, Fetched, Listed};
pub use session::{Asked, Examined, FetchEnd, Folder, Session};
pub use structure::{Part, Shape};
