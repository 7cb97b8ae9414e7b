//! The one action: a reply to a mail, handed in by SMTP.
//!
//! Holds: the Message-ID of a reply is made of the idempotency key, so that a second try finds the first
//! one's copy and sends nothing; a machine is never answered; where nobody can tell whether the server took
//! it, the outcome is `uncertain`.
//! Not its business: who may reply, and what is said.

mod compose;
mod find;

use hark_sdk::prelude::*;
use hark_sdk::wire::{LineReader, Transport};
use sha2::{Digest, Sha256};

use crate::folders;
use crate::imap::{Asked, Folder, Session};
use crate::label::{self, Label};
use crate::limits;
use crate::mail::{self, Envelope};
use crate::manifest::REPLY;
use crate::settings::Settings;
use crate::smtp::{Letter, NotSent, Submission};

use compose::Draft;

/// What the action is given.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// The words, as plain text.
    #[schemars(length(min = 1))]
    pub text: String,
    /// Who gets the reply.
    #[serde(default)]
    pub to: To,
}

/// Who gets a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum To {
    /// Who wrote the mail, where they want their answers.
    #[default]
    Author,
    /// They, and all others that the mail went to.
    All,
    /// The mailing list that the mail came by.
    List,
}

/// Does `action` as the signed-in user; `connect` reaches the submission server.
pub fn act<T: Transport, S: Transport>(
    mut session: Session<T>,
    settings: &Settings,
    action: &Action,
    connect: impl FnOnce() -> Result<LineReader<S>, Fault>,
) -> Result<Outcome, Fault> {
    let (on, arguments) = understood(action)?;
    if settings.submission.is_empty() {
        return Err(Fault::config("submission", "no server is named that replies are handed in to"));
    }
    let folders = find::folders_with_sent(&mut session, settings)?;
    let token = token(&action.idempotency_key, settings);
    if let Some(events) = find::sent_before(&mut session, settings, &folders, &token)? {
        session.leave();
        return Ok(Outcome::AlreadyDone(events));
    }
    let (folder, original) = find::original(&mut session, settings, &folders, on)?;
    if original.automated && arguments.to != To::List {
        return Err(Fault::Refused("a machine sent the mail: it is not answered".to_owned()));
    }
    let draft = compose::draft(&original, &arguments, &token, settings)?;
    let submission = Submission::sign_in(connect()?, settings, Clock::now() + limits::READ_MS_MAX)?;
    let letter = Letter { from: &draft.from, to: &draft.to, raw: &draft.raw };
    match submission.send(letter) {
        Ok(()) => Ok(Outcome::Done(sent(session, settings, folder, &draft))),
        Err(NotSent::Unknown(why)) => Ok(Outcome::Uncertain(why)),
        Err(NotSent::Fault(fault)) => Err(fault),
    }
}

fn understood(action: &Action) -> Result<(&str, Arguments), Fault> {
    if action.name != REPLY {
        return Err(Fault::unsupported(format!("an action {:?}", action.name)));
    }
    let on = action.on.as_deref().ok_or_else(|| Fault::Refused("a reply is one to a mail".to_owned()))?;
    let arguments: Arguments = serde_json::from_str(&action.arguments)
        .map_err(|error| Fault::Refused(format!("the arguments of the reply are wrong: {error}")))?;
    match arguments.text.trim().len() {
        1..=limits::REPLY_TEXT_BYTES_MAX => Ok((on, arguments)),
        0 => Err(Fault::Refused("the reply says nothing".to_owned())),
        bytes => Err(Fault::Refused(format!(
            "the reply has {bytes} bytes, at most {} are sent",
            limits::REPLY_TEXT_BYTES_MAX
        ))),
    }
}

/// Returns what begins the Message-ID of the reply with this key: nobody else's begins so.
fn token(key: &str, settings: &Settings) -> String {
    let mut hash = Sha256::new();
    for part in [settings.host.as_str(), settings.user.as_str(), key] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let hex: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("hark.{hex}@")
}

/// Keeps a copy of what was sent and returns its events. It is sent: nothing here may fail any more.
fn sent<T: Transport>(
    mut session: Session<T>,
    settings: &Settings,
    folder: String,
    draft: &Draft,
) -> Vec<Event> {
    let label = Label { mailbox: folder, uid_validity: 0, uid: 0, received_at: Some(Clock::now()) };
    let payload = session.keep(&label.to_string(), label::MEDIA_TYPE, &draft.raw);
    if let Some(mailbox) = &settings.sent_mailbox
        && let Err(fault) = session.append(mailbox, &draft.raw)
    {
        hark_sdk::warn!("the reply was sent, but its copy could not be put into {mailbox:?}: {fault:?}");
    }
    session.leave();
    let hint = label.hint();
    let envelope = Envelope {
        mailbox: &label.mailbox,
        hint: &hint,
        received_at: label.received_at.unwrap_or_default(),
        payload,
    };
    mail::events(&draft.raw, envelope, settings)
}

fn own_folder(name: String) -> Folder {
    Folder { name, asked: Asked::Self_ }
}

#[cfg(test)]
mod tests;
