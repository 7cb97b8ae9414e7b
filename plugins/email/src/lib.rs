//! E-mail connector: one IMAP mailbox, read without changing anything in it.
//!
//! Holds: a mailbox is opened by EXAMINE and mails are fetched by BODY.PEEK only; the cursor passes a mail
//! only when its events are in the same batch; one bad mail never stops the mailbox.
//! Not its business: what a mail means, and sending any.

mod label;
mod limits;
mod mail;
mod manifest;
mod settings;
