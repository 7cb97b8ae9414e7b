//! Whether mails that were given are still there.
//!
//! Holds: a mail counts as gone only if every mailbox was searched by a server that was seen to find mails
//! by their Message-ID; a fault is never a removal. A mail that is there is as it was: mails never change,
//! so it gets no event.

use std::collections::BTreeSet;

use hark_sdk::prelude::*;
use hark_sdk::wire::Transport;

use crate::folders;
use crate::imap::{Examined, Folder, Session, quoted};
use crate::label;
use crate::limits;
use crate::mail;
use crate::manifest::CURSOR_VERSION;
use crate::settings::Settings;

/// What was looked for and where, as it is kept: the evidence of a removal.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Searched {
    message_id: String,
    not_in: Vec<String>,
}

/// How many of the request's ids are through.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Through {
    ids: usize,
}

/// Answers the ids of `request`: a removal for each mail that is gone.
pub fn recheck<T: Transport>(
    mut session: Session<T>,
    settings: &Settings,
    request: &ReadRequest,
) -> Result<Batch, Fault> {
    let through: Through = cursor::read(CURSOR_VERSION, request.continuation.as_deref())?.unwrap_or_default();
    let rest = request.ids.get(through.ids..).unwrap_or_default();
    let most = limits::RECHECKED_MAX.min(request.budget.max_events as usize);
    let ids = &rest[..rest.len().min(most)];
    let folders = folders::wanted(&mut session, settings, request.target.as_deref())?;
    let gone = gone(&mut session, &folders, ids)?;
    let mut events = Vec::new();
    for id in gone {
        let not_in = folders.iter().map(|folder| folder.name.clone()).collect();
        let searched = Searched { message_id: id, not_in };
        let kept = serde_json::to_vec(&searched).map_err(|error| Fault::protocol(error.to_string()))?;
        let payload = session.keep("imap recheck", label::RECHECK_MEDIA_TYPE, &kept);
        events.push(searched.removal(payload));
    }
    session.leave();
    let through = Through { ids: through.ids + ids.len() };
    let continuation = match through.ids < request.ids.len() {
        true => Some(cursor::write(CURSOR_VERSION, &through)?),
        false => None,
    };
    Ok(Batch { continuation, ..Batch::new(events) })
}

/// Reads again what was kept of a recheck.
pub fn normalise_recheck(raw: &Raw) -> Result<Vec<Event>, Fault> {
    let searched: Searched = serde_json::from_slice(&raw.body)
        .map_err(|error| Fault::protocol(format!("the kept recheck cannot be read: {error}")))?;
    Ok(vec![searched.removal(raw.payload)])
}

impl Searched {
    /// It may have been deleted, or moved to where nobody listens: all that can be told is that it cannot
    /// be seen any more, not since when.
    fn removal(&self, payload: u64) -> Event {
        let origin = Provenance::new(payload, "");
        Removal::new(&self.message_id, RemovalReason::NoLongerVisible, None, origin).into()
    }
}

/// Returns those of `ids` that are in none of `folders`.
fn gone<T: Transport>(
    session: &mut Session<T>,
    folders: &[Folder],
    ids: &[String],
) -> Result<Vec<String>, Fault> {
    let mut missing: BTreeSet<&String> = ids.iter().filter(|id| can_be_searched(id)).collect();
    for folder in folders {
        if missing.is_empty() {
            break;
        }
        let examined = session.examine(folder)?;
        if examined.mails == 0 {
            continue;
        }
        if !finds_by_id(session, examined)? {
            hark_sdk::warn!("the server does not find mails by their Message-ID: nothing is rechecked");
            return Ok(Vec::new());
        }
        for id in missing.clone() {
            if session.time_left() < limits::SPARE_MS {
                return Err(Fault::transient("the recheck ran out of time"));
            }
            if is_there(session, id)? {
                missing.remove(id);
            }
        }
    }
    Ok(missing.into_iter().cloned().collect())
}

/// Tells whether a mail can be found by `id`: it is its Message-ID, and one that can be asked for.
pub fn can_be_searched(id: &str) -> bool {
    id.bytes().all(|byte| byte.is_ascii_graphic()) && !mail::is_made_up(id)
}

/// Returns the UIDs of the mails with this Message-ID in the open mailbox. A search is for a part of the
/// field, so there may be others among them; their order is that of the server.
pub fn uids_of<T: Transport>(session: &mut Session<T>, id: &str) -> Result<Option<Vec<u32>>, Fault> {
    session.search(&format!("HEADER Message-ID {}", quoted(id)))
}

fn is_there<T: Transport>(session: &mut Session<T>, id: &str) -> Result<bool, Fault> {
    match uids_of(session, id)? {
        Some(uids) => Ok(!uids.is_empty()),
        None => Err(Fault::unsupported("a recheck of a server that does not search")),
    }
}

/// Tells whether the server finds a mail of the open mailbox by its Message-ID: not every one does, and
/// then all mails would seem gone.
fn finds_by_id<T: Transport>(session: &mut Session<T>, examined: Examined) -> Result<bool, Fault> {
    let mut known = None;
    let first = examined.uid_next.map_or(1, |next| next.saturating_sub(limits::PROOF_UIDS_MAX).max(1));
    session.fetch(&format!("{first}:*"), "UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]", |_, mail| {
        let id = mail.header.as_deref().and_then(mail::message_id).filter(|id| can_be_searched(id));
        if let (Some(uid), Some(id)) = (mail.uid, id) {
            known = Some((uid, id));
        }
    })?;
    let Some((uid, id)) = known else { return Ok(false) };
    Ok(uids_of(session, &id)?.is_some_and(|uids| uids.contains(&uid)))
}
