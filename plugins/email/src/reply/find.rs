//! The mail that is answered, and the copy of an answer that was sent before.

use hark_sdk::prelude::*;
use hark_sdk::wire::Transport;

use super::{folders, own_folder};
use crate::imap::{FetchEnd, Fetched, Folder, Session};
use crate::label::{self, Label};
use crate::mail::{self, Envelope, Original};
use crate::read::{can_be_searched, uids_of};
use crate::settings::Settings;

/// Returns the mailboxes that are listened to, and those where sent mail is kept.
pub fn folders_with_sent<T: Transport>(
    session: &mut Session<T>,
    settings: &Settings,
) -> Result<Vec<Folder>, Fault> {
    let mut folders = folders::wanted(session, settings, None)?;
    let listed = session.list()?;
    let is_sent = |uses: &[String]| uses.iter().any(|used| used == "\\sent");
    let kept = listed.into_iter().filter(|listed| listed.can_open && is_sent(&listed.uses));
    let sent = settings.sent_mailbox.clone().into_iter().chain(kept.map(|listed| listed.name));
    for name in sent {
        if !folders.iter().any(|folder| folder.name == name) {
            folders.push(own_folder(name));
        }
    }
    Ok(folders)
}

/// Returns the events of the reply whose Message-ID begins with `token`, if one was sent before.
pub fn sent_before<T: Transport>(
    session: &mut Session<T>,
    settings: &Settings,
    folders: &[Folder],
    token: &str,
) -> Result<Option<Vec<Event>>, Fault> {
    for folder in folders {
        let examined = session.examine(folder)?;
        let Some(uids) = uids_of(session, token)? else {
            return Err(Fault::unsupported("replies by a server that does not search"));
        };
        for uid in uids {
            let found = fetch_one(session, uid, "UID INTERNALDATE BODY.PEEK[]")?;
            let Some(Fetched { received_at, whole: Some(raw), .. }) = found else { continue };
            if !mail::message_id(&raw).is_some_and(|id| id.starts_with(token)) {
                continue;
            }
            let label = Label {
                mailbox: folder.name.clone(),
                uid_validity: examined.uid_validity,
                uid,
                received_at: Some(received_at.unwrap_or_else(Clock::now)),
            };
            let payload = session.keep(&label.to_string(), label::MEDIA_TYPE, &raw);
            let hint = label.hint();
            let received_at = label.received_at.unwrap_or_default();
            let envelope = Envelope { mailbox: &label.mailbox, hint: &hint, received_at, payload };
            return Ok(Some(mail::events(&raw, envelope, settings)));
        }
    }
    Ok(None)
}

/// Returns the mail with this Message-ID, and the mailbox it lies in.
pub fn original<T: Transport>(
    session: &mut Session<T>,
    settings: &Settings,
    folders: &[Folder],
    id: &str,
) -> Result<(String, Original), Fault> {
    if !can_be_searched(id) {
        return Err(Fault::Refused(
            "the mail has no Message-ID of its own, so nothing can be an answer to it".to_owned(),
        ));
    }
    for folder in folders {
        session.examine(folder)?;
        for uid in uids_of(session, id)?.unwrap_or_default() {
            let found = fetch_one(session, uid, "UID BODY.PEEK[HEADER]")?;
            let original = found
                .and_then(|mail| mail.header)
                .and_then(|header| mail::original(&header, settings))
                // A search is for a part of the field.
                .filter(|original| original.message_id == id);
            if let Some(original) = original {
                return Ok((folder.name.clone(), original));
            }
        }
    }
    Err(Fault::NotFound("the mail that is answered is in none of the mailboxes any more".to_owned()))
}

fn fetch_one<T: Transport>(
    session: &mut Session<T>,
    uid: u32,
    items: &str,
) -> Result<Option<Fetched>, FetchEnd> {
    let mut got = None;
    session.fetch(&uid.to_string(), items, |_, mail| {
        if mail.uid == Some(uid) && (mail.whole.is_some() || mail.header.is_some()) {
            got = Some(mail);
        }
    })?;
    Ok(got)
}
