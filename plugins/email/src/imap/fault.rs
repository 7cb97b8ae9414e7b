//! A server's refusal to the fault that the host acts on.

use hark_sdk::prelude::*;

use super::reply::{Kind, Status};
use super::session::Asked;

/// What was being done when the server refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Starting the session.
    Connecting,
    /// Signing in.
    SigningIn,
    /// Opening a mailbox.
    Opening(Asked),
    /// Anything else.
    Reading,
}

/// Returns the fault that `status` amounts to. The words of the server are passed on, and never decide.
pub fn refused(status: &Status, doing: Doing) -> Fault {
    let said = match status.word() {
        "" => status.text.clone(),
        word => format!("[{word}] {}", status.text),
    };
    let said = format!("the server said: {said}");
    match (status.word(), doing) {
        ("UNAVAILABLE" | "INUSE" | "SERVERBUG" | "CLIENTBUG", _) => Fault::transient(said),
        ("LIMIT", _) => Fault::rate_limited(None, "imap", said),
        ("OVERQUOTA", _) => Fault::quota_exhausted(None, "imap", said),
        ("AUTHENTICATIONFAILED" | "AUTHORIZATIONFAILED" | "CONTACTADMIN", _) => {
            Fault::auth(AuthWhy::Forbidden, said)
        }
        ("EXPIRED", _) => Fault::auth(AuthWhy::Expired, said),
        ("PRIVACYREQUIRED", _) => Fault::config("security", said),
        _ if status.kind == Kind::Bye => Fault::transient(said),
        (_, Doing::SigningIn) if status.kind == Kind::No => Fault::auth(AuthWhy::Forbidden, said),
        (_, Doing::Opening(Asked::Setting(place))) if status.kind == Kind::No => {
            Fault::config(format!("mailboxes[{place}]"), said)
        }
        (_, Doing::Opening(_)) if status.kind == Kind::No => Fault::NotFound(said),
        _ if status.kind == Kind::No => Fault::transient(said),
        _ => Fault::protocol(said),
    }
}

/// Tells whether the server refuses what was asked for, not just now: asking again would change nothing.
pub fn is_for_good(status: &Status) -> bool {
    let passing =
        ["UNAVAILABLE", "INUSE", "LIMIT", "OVERQUOTA", "AUTHORIZATIONFAILED", "CONTACTADMIN", "EXPIRED"];
    !passing.contains(&status.word())
}

#[cfg(test)]
mod tests {
    use super::super::reply::Code;
    use super::*;

    #[test]
    fn each_refusal_has_its_fault() {
        let status = |kind, word: &str| Status {
            kind,
            code: (!word.is_empty()).then(|| Code::Word(word.to_owned())),
            text: "no".to_owned(),
        };
        for (kind, word, doing, want) in [
            (Kind::No, "AUTHENTICATIONFAILED", Doing::SigningIn, "Auth"),
            (Kind::No, "", Doing::SigningIn, "Auth"),
            (Kind::No, "UNAVAILABLE", Doing::SigningIn, "Transient"),
            (Kind::No, "LIMIT", Doing::SigningIn, "RateLimited"),
            (Kind::No, "OVERQUOTA", Doing::Reading, "QuotaExhausted"),
            (Kind::No, "NONEXISTENT", Doing::Opening(Asked::Setting(1)), "mailboxes[1]"),
            (Kind::No, "", Doing::Opening(Asked::Setting(0)), "Config"),
            (Kind::No, "NONEXISTENT", Doing::Opening(Asked::Target), "NotFound"),
            (Kind::No, "SERVERBUG", Doing::Opening(Asked::Setting(0)), "Transient"),
            (Kind::Bye, "", Doing::Connecting, "Transient"),
            (Kind::Bye, "UNAVAILABLE", Doing::Reading, "Transient"),
            (Kind::Bad, "", Doing::Reading, "Protocol"),
        ] {
            let fault = format!("{:?}", refused(&status(kind, word), doing));
            assert!(fault.contains(want), "{kind:?} {word} {doing:?}: {fault}");
        }
    }
}
