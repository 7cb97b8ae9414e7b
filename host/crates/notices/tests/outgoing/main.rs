//! Notices on their way out: real servers on loopback, senders that are killed.
//!
//! The program is its own sender: started with a database and an address in its environment, it sends what is due
//! until it is killed.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod given;
mod mail;
mod receiver;
mod sender;
mod slack;
mod webhook;

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(order) = sender::Order::from_env() {
        return sender::run(&order);
    }
    hark_kit::needs::run_each([
        (None, [webhook::TRIALS, slack::TRIALS].concat()),
        (hark_kit::submission::SubmissionServer::installed().err(), mail::TRIALS.to_vec()),
    ])
}
