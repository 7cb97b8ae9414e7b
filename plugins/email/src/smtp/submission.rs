//! One session with a submission server, one mail.

use hark_sdk::prelude::*;
use hark_sdk::wire::{LineReader, SecretEncoding, Transport};
use smtp_proto::{AUTH_PLAIN, AUTH_XOAUTH2, EXT_SIZE, EXT_START_TLS, EhloResponse, Response};

use super::answer::{self, Doing, refused};
use crate::limits;
use crate::manifest::SUBMISSION_PASSWORD;
use crate::oauth;
use crate::settings::{Auth, Settings};

/// How we call ourselves: a client behind who knows what has no name of its own.
const OUR_NAME: &str = "[127.0.0.1]";

/// Why a mail was not, or may not have been, taken.
#[derive(Debug, Clone, PartialEq)]
pub enum NotSent {
    /// It was not taken.
    Fault(Fault),
    /// It was sent to its end, and what became of it is not known.
    Unknown(String),
}

impl<F: Into<Fault>> From<F> for NotSent {
    fn from(fault: F) -> Self {
        Self::Fault(fault.into())
    }
}

/// A mail with its envelope. The addresses are printable ASCII without brackets.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    /// Who sends it.
    pub from: &'a str,
    /// Who gets it.
    pub to: &'a [String],
    /// The mail, lines ended by CR LF.
    pub raw: &'a [u8],
}

/// A signed-in connection to a submission server.
pub struct Submission<T> {
    reader: LineReader<T>,
    offers: EhloResponse<String>,
    deadline: Ms,
}

impl<T: Transport> Submission<T> {
    /// Signs in on a fresh connection; the session must be over at `deadline`.
    pub fn sign_in(reader: LineReader<T>, settings: &Settings, deadline: Ms) -> Result<Self, Fault> {
        let offers = EhloResponse::new(String::new());
        let mut session = Self { reader, offers, deadline };
        let greeting = session.answer()?;
        if greeting.code != 220 {
            return Err(refused(&greeting, Doing::Connecting));
        }
        session.hello()?;
        if settings.submission.iter().any(|endpoint| endpoint.starts_with("starttls://")) {
            session.secure()?;
        }
        session.prove(settings)?;
        Ok(session)
    }

    /// Hands `letter` in.
    pub fn send(mut self, letter: Letter<'_>) -> Result<(), NotSent> {
        let size = letter.raw.len();
        if self.offers.size > 0 && size > self.offers.size {
            let most = self.offers.size;
            return Err(Fault::Refused(format!("the reply has {size} bytes, the server takes {most}")).into());
        }
        let declared = match self.offers.has_capability(EXT_SIZE) {
            true => format!(" SIZE={size}"),
            false => String::new(),
        };
        self.ask(&format!("MAIL FROM:<{}>{declared}", letter.from), 250, Doing::Sending)?;
        for to in letter.to {
            self.recipient(to)?;
        }
        self.ask("DATA", 354, Doing::Sending)?;
        self.reader.write(&stuffed(letter.raw))?;
        self.end()
    }

    /// Says goodbye without a mail.
    pub fn leave(mut self) {
        if let Err(fault) = self.reader.write(b"QUIT\r\n") {
            hark_sdk::debug!("no goodbye: {fault:?}");
        }
    }

    fn recipient(&mut self, to: &str) -> Result<(), Fault> {
        let answer = self.say(&format!("RCPT TO:<{to}>"))?;
        match answer.code {
            250 | 251 => Ok(()),
            _ => Err(refused(&answer, Doing::Sending)),
        }
    }

    /// Sends the end of the mail. From here on the server may have taken it, whatever happens.
    fn end(mut self) -> Result<(), NotSent> {
        let unknown = |fault: Fault| {
            NotSent::Unknown(format!(
                "the mail was sent, and the server did not say that it took it: {fault:?}"
            ))
        };
        self.reader.write(b".\r\n").map_err(|fault| unknown(fault.into()))?;
        let answer = self.answer().map_err(unknown)?;
        if answer.code != 250 {
            return Err(refused(&answer, Doing::Sending).into());
        }
        self.leave();
        Ok(())
    }

    fn hello(&mut self) -> Result<(), Fault> {
        self.patience()?;
        self.reader.write(format!("EHLO {OUR_NAME}\r\n").as_bytes())?;
        self.offers = answer::offers(&answer::read(&mut self.reader)?)?;
        Ok(())
    }

    fn secure(&mut self) -> Result<(), Fault> {
        if !self.offers.has_capability(EXT_START_TLS) {
            return Err(Fault::config("submission[0]", "the server does not start TLS here"));
        }
        self.ask("STARTTLS", 220, Doing::Connecting)?;
        self.reader.start_tls()?;
        // What was offered in plain may have come from anybody.
        self.hello()
    }

    fn prove(&mut self, settings: &Settings) -> Result<(), Fault> {
        let (name, mechanism, encoding) = match settings.auth {
            Auth::Password => ("PLAIN", AUTH_PLAIN, SecretEncoding::SaslPlain),
            Auth::Xoauth2 => ("XOAUTH2", AUTH_XOAUTH2, SecretEncoding::SaslXoauth2),
        };
        if self.offers.auth_mechanisms & mechanism == 0 {
            return Err(Fault::unsupported(format!("the submission server does not offer AUTH {name}")));
        }
        self.patience()?;
        let prefix = format!("AUTH {name} ");
        self.reader.write_secret(
            prefix.as_bytes(),
            SUBMISSION_PASSWORD,
            &settings.user,
            encoding,
            b"\r\n",
        )?;
        let answer = self.answer()?;
        match answer.code {
            235 => Ok(()),
            // The reason is in a challenge, which wants an empty answer before the refusal comes.
            334 => {
                let refusal = self.say("")?;
                Err(oauth::refused(&decoded(answer.message.trim()), refusal.message.trim()))
            }
            _ => Err(refused(&answer, Doing::SigningIn)),
        }
    }

    fn ask(&mut self, command: &str, want: u16, doing: Doing) -> Result<(), Fault> {
        let answer = self.say(command)?;
        match answer.code == want {
            true => Ok(()),
            false => Err(refused(&answer, doing)),
        }
    }

    fn say(&mut self, command: &str) -> Result<Response<String>, Fault> {
        self.patience()?;
        self.reader.write(format!("{command}\r\n").as_bytes())?;
        self.answer()
    }

    fn answer(&mut self) -> Result<Response<String>, Fault> {
        self.patience()?;
        answer::understand(&answer::read(&mut self.reader)?)
    }

    fn patience(&mut self) -> Result<(), Fault> {
        match u32::try_from((self.deadline - Clock::now()).min(limits::READ_MS_MAX)) {
            Ok(left) if left > 0 => {
                self.reader.set_timeout_ms(left);
                Ok(())
            }
            _ => Err(Fault::transient("the call ran out of time")),
        }
    }
}

fn decoded(challenge: &str) -> String {
    use base64::Engine;
    let bytes = base64::engine::general_purpose::STANDARD.decode(challenge).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Returns `raw` so that no line of it is taken for its end: one dot more before each that begins with one.
fn stuffed(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len() + 64);
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    if !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use hark_sdk::testing;
    use hark_sdk::wire::WireFault;

    use super::*;
    use crate::played::Scripted;
    use crate::settings::tests::settings;

    const NOW: Ms = 1_784_885_565_000;
    const TO: &str = "jo@example.org";

    /// Hands a mail in on a server that says `session`; returns what became of it and what it heard.
    fn send(session: &str, change: impl FnOnce(&mut Settings)) -> (Result<(), NotSent>, String, u32) {
        testing::set_now(NOW);
        let mut settings = settings();
        settings.submission = vec!["tls://smtp.example.com:465".into()];
        change(&mut settings);
        let server = Scripted::new(session);
        let to = [TO.to_owned()];
        let letter = Letter { from: "us@example.com", to: &to, raw: b"A: b\r\n\r\n.dot\r\n..\r\nend" };
        let sent = Submission::sign_in(server.connect(), &settings, NOW + 9_000)
            .map_err(NotSent::Fault)
            .and_then(|session| session.send(letter));
        (sent, server.heard(), server.tls_started())
    }

    const GOOD: &str = "220 hi\r\n250-mx\r\n250-SIZE 9000\r\n250 AUTH PLAIN XOAUTH2\r\n235 in\r\n250 ok\r\n250 ok\r\n354 go\r\n";

    #[test]
    fn a_mail_is_handed_in() {
        let (sent, heard, _) = send(&format!("{GOOD}250 taken\r\n"), |_| {});
        assert_eq!(sent, Ok(()));
        let want = "EHLO [127.0.0.1]\r\nAUTH PLAIN <smtp-password for Listen@example.com>\r\n\
MAIL FROM:<us@example.com> SIZE=21\r\nRCPT TO:<jo@example.org>\r\nDATA\r\nA: b\r\n\r\n..dot\r\n...\r\nend\r\n.\r\nQUIT\r\n";
        assert_eq!(heard, want);
    }

    #[test]
    fn tls_is_started_before_the_secret() {
        let session = format!("220 hi\r\n250-mx\r\n250 STARTTLS\r\n220 go\r\n{}250 taken\r\n", &GOOD[8..]);
        let starttls =
            |settings: &mut Settings| settings.submission = vec!["starttls://smtp.example.com:587".into()];
        let (sent, heard, tls_started) = send(&session, starttls);
        assert_eq!((sent, tls_started), (Ok(()), 1));
        assert!(
            heard.starts_with("EHLO [127.0.0.1]\r\nSTARTTLS\r\nEHLO [127.0.0.1]\r\nAUTH PLAIN "),
            "{heard}"
        );
        let (sent, heard, _) = send(GOOD, starttls);
        assert!(format!("{sent:?}").contains("submission[0]"), "{sent:?}");
        assert!(!heard.contains("AUTH"), "no secret in plain");
    }

    #[test]
    fn a_token_that_is_not_taken_is_told() {
        let challenge = "334 eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIn0=\r\n535 5.7.8 no\r\n";
        let session = GOOD.replace("235 in\r\n", challenge);
        let (sent, heard, _) = send(&session, |settings| settings.auth = Auth::Xoauth2);
        let told = format!("{:?}", sent.unwrap_err());
        assert!(told.contains("Expired") && told.contains("status 401"), "{told}");
        assert!(heard.ends_with("AUTH XOAUTH2 <smtp-password for Listen@example.com>\r\n\r\n"), "{heard}");
    }

    #[test]
    fn what_is_not_known_is_not_called_a_failure() {
        for (session, want) in [
            (GOOD.to_owned(), "Unknown("),
            (format!("{GOOD}gibberish\r\n"), "Unknown("),
            (format!("{GOOD}250-half"), "Unknown("),
            (format!("{GOOD}451 later\r\n"), "Fault::Transient"),
            (format!("{GOOD}554 spam\r\n"), "Fault::Refused"),
            (GOOD.replace("354 go\r\n", ""), "Fault::Transient"),
            (GOOD.replace("250 ok\r\n354 go\r\n", "550 nobody\r\n"), "Fault::Refused"),
            (GOOD.replace("SIZE 9000", "SIZE 9"), "Fault::Refused"),
            (GOOD.replace("235 in", "535 no"), "Forbidden"),
            (GOOD.replace("AUTH PLAIN XOAUTH2", "AUTH LOGIN"), "Unsupported"),
            ("220 hi\r\n500 what\r\n".to_owned(), "submission[0]"),
            ("421 too many\r\n".to_owned(), "Fault::Transient"),
        ] {
            let (sent, _, _) = send(&session, |_| {});
            let told = format!("{:?}", sent.unwrap_err());
            assert!(told.contains(want), "{session}: {told}");
        }
        let closed = Fault::from(WireFault::Closed);
        assert_eq!(NotSent::from(closed.clone()), NotSent::Fault(closed));
    }
}
