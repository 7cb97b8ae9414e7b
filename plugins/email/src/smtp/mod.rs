//! Handing a mail in: SMTP submission (RFC 6409) over a wire connection.
//!
//! Holds: no secret is sent before TLS; once the end of a mail was sent, nothing but the server's answer
//! says whether it was taken: no answer is neither a success nor a failure.
//! Not its business: what the mail says.

mod answer;
mod submission;

pub use submission::{Letter, NotSent, Submission};
