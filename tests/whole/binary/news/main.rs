//! News for people and questions to experts, with the built binary: real mail servers, a receiver that fails half of the
//! time, and senders that are killed.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod asks;
mod courier;
mod folder;
mod receiver;

use std::process::ExitCode;

use hark_kit::dovecot::Dovecot;
use hark_kit::submission::SubmissionServer;

fn main() -> ExitCode {
    let missing = Dovecot::installed().err().or_else(|| SubmissionServer::installed().err());
    hark_kit::needs::run(missing, [courier::TRIALS, asks::TRIALS].concat())
}
