//! E-mail connector: one IMAP mailbox, read without changing anything in it.
//!
//! Holds: a mailbox is opened by EXAMINE and mails are fetched by BODY.PEEK only; the cursor passes a mail
//! only when its events are in the same batch; one bad mail never stops the mailbox.
//! Not its business: what a mail means, and sending any.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

mod cut;
mod imap;
mod label;
mod limits;
mod mail;
mod manifest;
#[cfg(test)]
mod played;
mod position;
mod read;
mod settings;

use hark_sdk::prelude::*;

use imap::{Folder, Session};
use label::Label;
pub use settings::{Security, Settings};

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
        let examined = session.examine(Folder::Setting(&settings.mailbox))?;
        session.leave();
        Ok(CheckReport {
            account: Some(settings.user.clone()),
            scopes: vec![format!("read {}: {} mails", settings.mailbox, examined.mails)],
            ..CheckReport::default()
        })
    }

    fn discover(settings: &Settings) -> Result<Vec<Target>, Fault> {
        let mut session = sign_in(settings, None)?;
        let mailboxes = session.list()?;
        session.leave();
        let target = |name: String| Target {
            id: name.clone(),
            stream_name: manifest::STREAM.to_owned(),
            title: name,
            url: None,
            visibility: Visibility::Direct,
            members: None,
            last_active: None,
            ours: true,
        };
        Ok(mailboxes.into_iter().filter(|listed| listed.can_open).map(|listed| target(listed.name)).collect())
    }

    fn read(settings: &Settings, request: ReadRequest) -> Result<Batch, Fault> {
        if request.stream_name != manifest::STREAM {
            return Err(Fault::unsupported(format!("a stream {:?}", request.stream_name)));
        }
        if request.mode != ReadMode::Incremental {
            return Err(Fault::unsupported("reading a mailbox otherwise than forward"));
        }
        if request.budget.max_events == 0 || request.budget.max_requests == 0 {
            return Ok(Batch { continuation: request.continuation, ..Batch::default() });
        }
        let session = sign_in(settings, Some(request.budget.deadline))?;
        read::read(session, settings, &request)
    }

    fn normalise(settings: &Settings, raw: Raw) -> Result<Vec<Event>, Fault> {
        let label = Label::parse(&raw.label);
        let hint = label.as_ref().map_or_else(|| "a mail".to_owned(), Label::hint);
        let envelope = mail::Envelope {
            mailbox: label.as_ref().map_or(&settings.mailbox, |label| &label.mailbox),
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
