//! E-mail connector: IMAP mailboxes, read without changing anything in them, and replies by SMTP.
//!
//! Holds: a mailbox is opened by EXAMINE and mails are fetched by BODY.PEEK only; the cursor passes a mail
//! only when its events are in the same batch; one bad mail never stops the mailbox, and one full mailbox
//! never the others; a reply is sent once for each key.
//! Not its business: what a mail means, and what is replied.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

mod cut;
mod discover;
mod folders;
mod imap;
mod label;
mod limits;
mod mail;
mod manifest;
mod oauth;
#[cfg(test)]
mod played;
mod position;
mod read;
mod reply;
mod settings;
mod share;
mod smtp;

use hark_sdk::prelude::*;

use imap::Session;
use label::Label;
pub use settings::{Auth, Security, Settings};

/// The connector.
pub struct Email;

hark_sdk::export!(Email);

impl Connector for Email {
    type Settings = Settings;

    fn manifest() -> Manifest {
        manifest::manifest()
    }

    fn check(settings: &Settings) -> Result<CheckReport, Fault> {
        let mut session = sign_in(settings, None)?;
        let mut scopes = Vec::new();
        for folder in folders::wanted(&mut session, settings, None)? {
            let examined = session.examine(&folder)?;
            scopes.push(format!("read {}: {} mails", folder.name, examined.mails));
        }
        session.leave();
        for endpoint in &settings.submission {
            let reader = wire::connect(endpoint)?;
            smtp::Submission::sign_in(reader, settings, Clock::now() + limits::READ_MS_MAX)?.leave();
            scopes.push("reply".to_owned());
        }
        Ok(CheckReport { account: Some(settings.user.clone()), scopes, ..CheckReport::default() })
    }

    fn discover(settings: &Settings) -> Result<Vec<Target>, Fault> {
        discover::discover(sign_in(settings, None)?)
    }

    fn read(settings: &Settings, request: ReadRequest) -> Result<Batch, Fault> {
        if request.stream_name != manifest::STREAM {
            return Err(Fault::unsupported(format!("a stream {:?}", request.stream_name)));
        }
        if request.budget.max_events == 0 || request.budget.max_requests == 0 {
            return Ok(Batch { continuation: request.continuation, ..Batch::default() });
        }
        let session = sign_in(settings, Some(request.budget.deadline))?;
        match request.mode {
            ReadMode::Incremental => read::incremental(session, settings, &request),
            ReadMode::Backfill => read::backfill(session, settings, &request),
            ReadMode::Recheck => read::recheck(session, settings, &request),
        }
    }

    fn act(settings: &Settings, action: Action) -> Result<Outcome, Fault> {
        let connect = || {
            let endpoint = settings.submission.first().map_or("", String::as_str);
            Ok(wire::connect(endpoint)?)
        };
        reply::act(sign_in(settings, None)?, settings, &action, connect)
    }

    fn migrate_cursor(from_version: u32, cursor: Vec<u8>) -> Result<Vec<u8>, Fault> {
        folders::migrate(from_version, cursor)
    }

    fn normalise(settings: &Settings, raw: Raw) -> Result<Vec<Event>, Fault> {
        if raw.media_type == label::RECHECK_MEDIA_TYPE {
            return read::normalise_recheck(&raw);
        }
        let label = Label::parse(&raw.label);
        let hint = label.as_ref().map_or_else(|| "a mail".to_owned(), Label::hint);
        let envelope = mail::Envelope {
            mailbox: label.as_ref().map_or("INBOX", |label| &label.mailbox),
            hint: &hint,
            received_at: label.as_ref().and_then(|label| label.received_at).unwrap_or(raw.received_at),
            payload: raw.payload,
        };
        match raw.media_type.split(';').next().unwrap_or("").trim() {
            label::MEDIA_TYPE => Ok(mail::events(&raw.body, envelope, settings)),
            label::TROUBLE_MEDIA_TYPE => {
                let why = String::from_utf8_lossy(&raw.body);
                Ok(vec![mail::poison(envelope, &why)])
            }
            other => Err(Fault::unsupported(format!("a payload of type {other:?}"))),
        }
    }
}

/// Connects and signs in; the session is over at `deadline`, if there is one.
fn sign_in(settings: &Settings, deadline: Option<Ms>) -> Result<Session<wire::Connection>, Fault> {
    settings.validate()?;
    let reader = wire::connect(&settings.endpoint())?;
    let deadline = deadline.unwrap_or_else(|| Clock::now() + limits::READ_MS_MAX);
    Session::sign_in(reader, settings, deadline)
}
