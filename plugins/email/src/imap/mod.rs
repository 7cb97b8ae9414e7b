//! IMAP over a wire connection: frames, replies, sessions.
//!
//! Holds: no byte of a literal is ever read as a reply; every read is bounded; nothing that is sent can
//! change the mailbox.
//! Not its business: what a mail says, and which mails are wanted.

mod fault;
mod frame;
mod mutf7;
mod reply;
mod session;
mod sign_in;
mod structure;

pub use fault::is_for_good;
pub use reply::Fetched;
pub use session::{Examined, FetchEnd, Folder, Session};
pub use structure::{Part, Shape};
