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
use crate::settings::{Security, Settings};

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

    fn learn(&mut self, status: &Status) {
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
            Kind::Ok => Ok(()),
            _ => Err(refused(&done, Doing::SigningIn)),
        }
    }

    fn login(&mut self, user: &str) -> Result<Status, Fault> {
        let prefix = format!("{} LOGIN {} ", self.begin()?, mutf7::quoted(user));
        self.reader.write_secret(prefix.as_bytes(), PASSWORD, user, SecretEncoding::ImapQuoted, b"\r\n")?;
        self.replies(drop)
    }

    fn authenticate(&mut self, user: &str, initial: bool) -> Result<Status, Fault> {
        let mut prefix = format!("{} AUTHENTICATE PLAIN", self.begin()?);
        match initial {
            true => prefix.push(' '),
            false => {
                self.reader.write(format!("{prefix}\r\n").as_bytes())?;
                if let Some(refusal) = self.until_asked()? {
                    return Ok(refusal);
                }
                prefix.clear();
            }
        }
        self.reader.write_secret(prefix.as_bytes(), PASSWORD, user, SecretEncoding::SaslPlain, b"\r\n")?;
        self.replies(drop)
    }

    /// Waits for the server to ask for the rest; a status means that it will not.
    fn until_asked(&mut self) -> Result<Option<Status>, Fault> {
        for _ in 0..limits::STRAY_RESPONSES_MAX {
            match self.next().map_err(FetchEnd::from)? {
                Reply::Continue => return Ok(None),
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
