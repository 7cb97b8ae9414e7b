//! Notices on their way out, and experts who are asked to chime in.
//!
//! Holds: a notice is queued in the transaction of its cause and has one effect for each key, as far as the way allows:
//!
//! - **Webhook** (Standard Webhooks): sent until it is taken, always with the same `webhook-id`. A receiver that folds
//!   by id sees one effect; one that does not may see several.
//! - **Mail**: SMTP gives no more than at least once or at most once. Before the mail's end is sent, that is noted on
//!   the disk. If then no answer comes, because the connection broke, the server is slow, or we were killed, the notice
//!   is `uncertain`: nobody can know whether it arrived. It is sent again by itself [`Policy::repeats_max`] times (once,
//!   ten minutes later), byte for byte the same and with the same Message-ID, by which a receiver can fold it; most mail
//!   programs do not, so a person may see it twice. With 0 repeats it rests among the dead letters: then a person may
//!   have missed it. After that a person decides.
//! - **Slack** and alike: as mail, without anything to fold by.
//!
//! What was certainly not taken is tried again with growing pauses, and in the end rests among the dead letters
//! (`Store::notices`, `retry_notice`, `drop_notice`). All text passes the [`Mask`]. Secrets stand neither in the
//! database nor in logs or errors. Not here: who is told what (routing), pages, the command line.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

mod attempt;
mod courier;
mod digest;
mod letter;
pub mod limits;
mod mail;
mod mask;
mod post;
mod question;
mod quiet;
mod reply;
mod slack;
mod smtp;
mod target;
mod ticket;
mod webhook;

pub use attempt::{Attempt, Tried};
pub use courier::{Clock, Courier, Round};
pub use mail::message_id;
pub use mask::Mask;
pub use question::{Cover, Opened, Question, QuestionError, Questions, QuestionsOptions};
pub use quiet::{QuietError, QuietHours};
pub use reply::{MailTaken, own_words};
pub use smtp::{MailAddress, SmtpSecurity};
pub use target::{HttpTrust, MailOptions, Policy, Target, TargetError};
pub use ticket::{QuestionKey, QuestionKeyError};
