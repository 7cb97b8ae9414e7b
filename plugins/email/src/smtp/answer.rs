//! What a submission server says, and the fault that a refusal amounts to.

use hark_sdk::prelude::*;
use hark_sdk::wire::{LineReader, Transport};
use smtp_proto::response::parser::ResponseReceiver;
use smtp_proto::{EhloResponse, Response};

use crate::limits;

/// What was being done when the server refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Starting the session.
    Connecting,
    /// Signing in.
    SigningIn,
    /// Handing the mail in.
    Sending,
}

/// Reads one answer, all lines of it, as it stands on the wire.
pub fn read<T: Transport>(reader: &mut LineReader<T>) -> Result<Vec<u8>, Fault> {
    let mut answer = Vec::new();
    loop {
        let line = reader.read_line(limits::SMTP_ANSWER_BYTES_MAX - answer.len())?;
        let goes_on = line.get(3) == Some(&b'-');
        answer.extend_from_slice(&line);
        if !goes_on {
            return Ok(answer);
        }
    }
}

/// Understands an answer.
pub fn understand(raw: &[u8]) -> Result<Response<String>, Fault> {
    let nonsense = |_| Fault::protocol("the submission server's answer cannot be read");
    ResponseReceiver::default().parse(&mut raw.iter()).map_err(nonsense)
}

/// Understands the answer to EHLO: what the server offers.
pub fn offers(raw: &[u8]) -> Result<EhloResponse<String>, Fault> {
    EhloResponse::parse(&mut raw.iter()).or_else(|_| {
        let answer = understand(raw)?;
        match answer.code {
            250 => Err(Fault::protocol("the submission server's offer cannot be read")),
            _ => Err(refused(&answer, Doing::Connecting)),
        }
    })
}

/// Returns the fault that `answer` amounts to. The words of the server are passed on, and never decide.
pub fn refused(answer: &Response<String>, doing: Doing) -> Fault {
    let said = format!("the submission server said: {} {}", answer.code, answer.message.trim());
    match (answer.code, doing) {
        (400..=499, _) => Fault::transient(said),
        (530, _) => Fault::auth(AuthWhy::Missing, said),
        (500..=599, Doing::SigningIn) => Fault::auth(AuthWhy::Forbidden, said),
        (500..=599, Doing::Connecting) => Fault::config("submission[0]", said),
        (500..=599, Doing::Sending) => Fault::Refused(said),
        _ => Fault::protocol(said),
    }
}

#[cfg(test)]
mod tests {
    use hark_sdk::wire::Script;

    use super::*;

    #[test]
    fn answers_are_read_to_their_end() {
        let mut reader =
            LineReader::new(Script::new(["250-first\r\n250-se", "cond\r\n250 last\r\n535 5.7.8 no\r\n"]));
        let offers = offers(&read(&mut reader).unwrap()).unwrap();
        assert_eq!(offers.hostname, "first");
        let answer = understand(&read(&mut reader).unwrap()).unwrap();
        assert_eq!((answer.code, answer.esc, answer.message.trim()), (535, [5, 7, 8], "no"));
        for nonsense in ["hello\r\n", "HTTP/1.1 400 Bad Request\r\n", "\r\n"] {
            assert!(matches!(understand(nonsense.as_bytes()), Err(Fault::Protocol(_))), "{nonsense}");
        }
    }

    #[test]
    fn each_refusal_has_its_fault() {
        for (code, doing, want) in [
            (421, Doing::Connecting, "Transient"),
            (554, Doing::Connecting, "submission[0]"),
            (454, Doing::SigningIn, "Transient"),
            (535, Doing::SigningIn, "Forbidden"),
            (530, Doing::Sending, "Missing"),
            (550, Doing::Sending, "Refused"),
            (452, Doing::Sending, "Transient"),
            (250, Doing::Sending, "Protocol"),
        ] {
            let answer = Response { code, esc: [0; 3], message: "no".to_owned() };
            let fault = format!("{:?}", refused(&answer, doing));
            assert!(fault.contains(want), "{code} {doing:?}: {fault}");
        }
    }
}
