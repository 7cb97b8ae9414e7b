//! From the first byte to a signed-in session.
//!
//! Holds: no secret is sent before TLS, and none is ever seen here; what was said in plain is forgotten.

use hark_sdk::prelude::*;
use hark_sdk::wire::{LineReader, SecretEncoding, Transport};

use super::fault::{Doing, refused};
use super::mutf7;
use super::reply::{Code, Kind, Reply, Status};
use super::session::{FetchEnd, Session};
use crate::limits;
use crate::manifest::PASSWORD;
use crate::settings::{Auth, Security, Settings};

impl<T: Transport> Session<T> {
    /// Signs in on a fresh connection; the session must be over at `deadline`.
    pub fn sign_in(reader: LineReader<T>, settings: &Settings, deadline: Ms) -> Result<Self, Fault> {
        let mut session = Self::new(reader, settings.message_bytes_max(), deadline);
        let greeting = session.greeting()?;
        match greeting.kind {
            Kind::Ok => {}
            // Whoever is in the middle can say this, and would then skip TLS.
            Kind::PreAuth if settings.security == Security::Starttls => {
                return Err(Fault::protocol("the server is signed in before TLS was started"));
            }
            Kind::PreAuth => return Ok(session),
            _ => return Err(refused(&greeting, Doing::Connecting)),
        }
        session.learn(&greeting);
        if settings.security == Security::Starttls {
            session.secure()?;
        }
        if session.capabilities.is_empty() {
            session.ask_capabilities()?;
        }
        session.prove(settings)?;
        Ok(session)
    }

    /// Learns what the server says that it can do, where it says so.
    pub(super) fn learn(&mut self, status: &Status) {
        if let Some(Code::Capability(words)) = &status.code {
            self.capabilities.clone_from(words);
        }
    }

    fn ask_capabilities(&mut self) -> Result<(), Fault> {
        let mut found = None;
        self.send("CAPABILITY")?;
        let done = self.replies(|reply| {
            if let Reply::Capability(words) = reply {
                found = Some(words);
            }
        })?;
        match done.kind {
            Kind::Ok => self.capabilities = found.unwrap_or_default(),
            _ => return Err(refused(&done, Doing::Connecting)),
        }
        Ok(())
    }

    fn secure(&mut self) -> Result<(), Fault> {
        self.send("STARTTLS")?;
        let done = self.replies(drop)?;
        if done.kind != Kind::Ok {
            let said = format!("the server does not start TLS here: {}", done.text);
            return Err(Fault::config("security", said));
        }
        self.reader.start_tls()?;
        // What was promised in plain may have come from anybody.
        self.ask_capabilities()
    }

    fn prove(&mut self, settings: &Settings) -> Result<(), Fault> {
        if settings.auth == Auth::Xoauth2 {
            return self.prove_by_token(&settings.user);
        }
        let can = |word: &str| self.capabilities.contains(word);
        let (login, plain, initial) = (!can("LOGINDISABLED"), can("AUTH=PLAIN"), can("SASL-IR"));
        // A quoted string is ASCII; a user who is not can only sign in by SASL.
        let done = match (login && settings.user.is_ascii(), plain) {
            (true, _) => self.login(&settings.user)?,
            (false, true) => self.authenticate(&settings.user, initial)?,
            (false, false) => {
                return Err(Fault::unsupported("the server offers neither LOGIN nor AUTHENTICATE PLAIN"));
            }
        };
        match done.kind {
            Kind::Ok => {
                self.learn(&done);
                Ok(())
            }
            _ => Err(refused(&done, Doing::SigningIn)),
        }
    }

    fn login(&mut self, user: &str) -> Result<Status, Fault> {
        let prefix = format!("{} LOGIN {} ", self.begin()?, mutf7::quoted(user));
        self.reader.write_secret(prefix.as_bytes(), PASSWORD, user, SecretEncoding::ImapQuoted, b"\r\n")?;
        self.replies(drop)
    }

    fn authenticate(&mut self, user: &str, initial: bool) -> Result<Status, Fault> {
        match self.write_sasl("PLAIN", SecretEncoding::SaslPlain, user, initial)? {
            Some(refusal) => Ok(refusal),
            None => self.replies(drop),
        }
    }

    /// Sends the secret by the SASL mechanism `name`; a status means that the server would not have it.
    pub(super) fn write_sasl(
        &mut self,
        name: &str,
        encoding: SecretEncoding,
        user: &str,
        initial: bool,
    ) -> Result<Option<Status>, Fault> {
        let mut prefix = format!("{} AUTHENTICATE {name}", self.begin()?);
        match initial {
            true => prefix.push(' '),
            false => {
                self.reader.write(format!("{prefix}\r\n").as_bytes())?;
                if let Some(refusal) = self.until_asked()? {
                    return Ok(Some(refusal));
                }
                prefix.clear();
            }
        }
        self.reader.write_secret(prefix.as_bytes(), PASSWORD, user, encoding, b"\r\n")?;
        Ok(None)
    }

    /// Waits for the server to ask for the rest; a status means that it will not.
    pub(super) fn until_asked(&mut self) -> Result<Option<Status>, Fault> {
        for _ in 0..limits::STRAY_RESPONSES_MAX {
            match self.next().map_err(FetchEnd::from)? {
                Reply::Continue(_) => return Ok(None),
                Reply::Done(_, status) => return Ok(Some(status)),
                Reply::Status(status) if status.kind == Kind::Bye => {
                    return Err(refused(&status, Doing::SigningIn));
                }
                Reply::Junk => return Err(Fault::protocol("the server's answer cannot be read")),
                _ => {}
            }
        }
        Err(Fault::protocol("the server says more than can be listened to"))
    }
}

#[cfg(test)]
mod tests {
    use hark_sdk::testing;
    use hark_sdk::wire::Script;

    use super::*;
    use crate::settings::tests::settings;

    const NOW: Ms = 1_784_885_565_000;

    /// Signs in on a server that says `session`; returns what it heard.
    fn sign_in(session: &str, security: Security, user: &str) -> (Result<(), Fault>, String, u32) {
        testing::set_now(NOW);
        let mut settings = settings();
        (settings.security, settings.user) = (security, user.to_owned());
        // One line a read, so that nothing is read ahead across the upgrade.
        let script = Script::new(session.split_inclusive('\n'));
        let mut reader = LineReader::new(Shared(std::rc::Rc::new(std::cell::RefCell::new(script))));
        let server = std::rc::Rc::clone(&reader.transport().0);
        let outcome = Session::sign_in(reader, &settings, NOW + 9_000).map(drop);
        let server = server.borrow();
        (outcome, String::from_utf8(server.sent.clone()).unwrap(), server.tls_started)
    }

    struct Shared(std::rc::Rc<std::cell::RefCell<Script>>);

    impl Transport for Shared {
        fn write(&mut self, bytes: &[u8]) -> Result<(), hark_sdk::wire::WireFault> {
            self.0.borrow_mut().write(bytes)
        }
        fn write_secret(
            &mut self,
            prefix: &[u8],
            name: &str,
            user: &str,
            encoding: SecretEncoding,
            suffix: &[u8],
        ) -> Result<(), hark_sdk::wire::WireFault> {
            let kind: &[u8] = match encoding {
                SecretEncoding::ImapQuoted => b"quoted ",
                SecretEncoding::SaslPlain => b"sasl ",
                _ => b"? ",
            };
            self.0.borrow_mut().write_secret(&[prefix, kind].concat(), name, user, encoding, suffix)
        }
        fn start_tls(&mut self) -> Result<(), hark_sdk::wire::WireFault> {
            self.0.borrow_mut().start_tls()
        }
        fn read(&mut self, max: u32, timeout_ms: u32) -> Result<Vec<u8>, hark_sdk::wire::WireFault> {
            self.0.borrow_mut().read(max, timeout_ms)
        }
        fn keep(&mut self, label: &str, media_type: &str, bytes: &[u8]) -> u64 {
            self.0.borrow_mut().keep(label, media_type, bytes)
        }
    }

    #[test]
    fn each_server_is_signed_in_to_as_it_asks() {
        let (tls, starttls) = (Security::Tls, Security::Starttls);
        for (name, session, security, user, heard) in [
            (
                "login",
                "* OK [CAPABILITY IMAP4rev1] hi\r\nh1 OK in\r\n",
                tls,
                "a\"b",
                "h1 LOGIN \"a\\\"b\" quoted <imap-password for a\"b>\r\n",
            ),
            (
                "capabilities are asked for",
                "* OK hi\r\n* CAPABILITY IMAP4rev1\r\nh1 OK\r\nh2 OK in\r\n",
                tls,
                "jo",
                "h1 CAPABILITY\r\nh2 LOGIN \"jo\" quoted <imap-password for jo>\r\n",
            ),
            (
                "initial response",
                "* OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN SASL-IR] hi\r\nh1 OK in\r\n",
                tls,
                "jo",
                "h1 AUTHENTICATE PLAIN sasl <imap-password for jo>\r\n",
            ),
            (
                "asked for the response",
                "* OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN] hi\r\n+ \r\nh1 OK in\r\n",
                tls,
                "jo",
                "h1 AUTHENTICATE PLAIN\r\nsasl <imap-password for jo>\r\n",
            ),
            (
                "a user beyond ASCII",
                "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi\r\nh1 OK in\r\n",
                tls,
                "jö",
                "h1 AUTHENTICATE PLAIN sasl <imap-password for jö>\r\n",
            ),
            (
                "starttls",
                "* OK [CAPABILITY IMAP4rev1 LOGINDISABLED STARTTLS] hi\r\nh1 OK go\r\n* CAPABILITY IMAP4rev1\r\nh2 OK\r\nh3 OK in\r\n",
                starttls,
                "jo",
                "h1 STARTTLS\r\nh2 CAPABILITY\r\nh3 LOGIN \"jo\" quoted <imap-password for jo>\r\n",
            ),
            ("signed in already", "* PREAUTH hi\r\n", tls, "jo", ""),
        ] {
            let (outcome, sent, tls_started) = sign_in(session, security, user);
            assert_eq!((outcome, sent.as_str()), (Ok(()), heard), "{name}");
            assert_eq!(tls_started, u32::from(security == starttls), "{name}");
        }
    }

    #[test]
    fn each_refusal_is_told() {
        let (tls, starttls) = (Security::Tls, Security::Starttls);
        let login = "* OK [CAPABILITY IMAP4rev1] hi\r\n";
        for (name, session, security, want) in [
            ("wrong password", format!("{login}h1 NO [AUTHENTICATIONFAILED] Invalid\r\n"), tls, "Auth("),
            ("unavailable", format!("{login}h1 NO [UNAVAILABLE] later\r\n"), tls, "Transient("),
            ("too many", format!("{login}* BYE [UNAVAILABLE] too many connections\r\n"), tls, "Transient("),
            ("limit", format!("{login}h1 NO [LIMIT] slow down\r\n"), tls, "RateLimited("),
            ("quota", format!("{login}h1 NO [OVERQUOTA] full\r\n"), tls, "QuotaExhausted("),
            ("bye at once", "* BYE too many\r\n".to_owned(), tls, "Transient("),
            ("no IMAP", "HTTP/1.1 400 Bad Request\r\n".to_owned(), tls, "Protocol("),
            ("silence", String::new(), tls, "Transient("),
            ("no way in", "* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hi\r\n".to_owned(), tls, "Unsupported("),
            ("no starttls", format!("{login}h1 BAD what\r\n"), starttls, "field: \"security\""),
            ("preauth before tls", "* PREAUTH hi\r\n".to_owned(), starttls, "Protocol("),
        ] {
            let (outcome, sent, _) = sign_in(&session, security, "jo");
            let fault = format!("{:?}", outcome.unwrap_err());
            assert!(fault.contains(want), "{name}: {fault}");
            assert!(security == tls || !sent.contains("LOGIN"), "{name}: no secret in plain");
        }
    }
}
