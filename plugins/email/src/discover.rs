//! Which mailboxes there are: what could be listened to.

use hark_sdk::prelude::*;
use hark_sdk::wire::Transport;

use crate::imap::{Asked, Folder, Listed, Session};
use crate::limits;
use crate::manifest::STREAM;

/// What the server keeps mailboxes for (RFC 6154), in words.
const USES: [(&str, &str); 7] = [
    ("\\all", "all mail"),
    ("\\archive", "archive"),
    ("\\drafts", "drafts"),
    ("\\flagged", "flagged mail"),
    ("\\junk", "junk"),
    ("\\sent", "sent mail"),
    ("\\trash", "bin"),
];

/// Returns the mailboxes that can be listened to, with what is in them as far as time allows.
pub fn discover<T: Transport>(mut session: Session<T>) -> Result<Vec<Target>, Fault> {
    let listed = session.list()?;
    let mut targets = Vec::new();
    for (place, listed) in listed.into_iter().filter(|listed| listed.can_open).enumerate() {
        if place == limits::DISCOVERED_MAX {
            hark_sdk::warn!("there are more than {} mailboxes: the rest is left out", limits::DISCOVERED_MAX);
            break;
        }
        // A mailbox that cannot be looked into is there all the same.
        let has_time = session.time_left() > limits::SPARE_MS;
        let mails = match has_time {
            true => session.counts(&listed.name)?.and_then(|counts| counts.mails),
            false => None,
        };
        let is_looked_up =
            has_time && place < limits::DISCOVERED_OPENED_MAX && mails.is_some_and(|mails| mails > 0);
        let last_active = match is_looked_up {
            true => last_received(&mut session, &listed.name)?,
            false => None,
        };
        targets.push(Target {
            title: title(&listed, mails),
            id: listed.name,
            stream_name: STREAM.to_owned(),
            url: None,
            visibility: Visibility::Direct,
            members: None,
            last_active,
            ours: true,
        });
    }
    session.leave();
    Ok(targets)
}

fn last_received<T: Transport>(session: &mut Session<T>, name: &str) -> Result<Option<Ms>, Fault> {
    let folder = Folder { name: name.to_owned(), asked: Asked::Self_ };
    match session.last_received(&folder) {
        Err(Fault::NotFound(_)) => Ok(None),
        other => other,
    }
}

/// `Gesendet (sent mail, 12 mails)`
fn title(listed: &Listed, mails: Option<u32>) -> String {
    let used = USES.iter().find(|(word, _)| listed.uses.iter().any(|used| used == word));
    let count = mails.map(|mails| if mails == 1 { "1 mail".to_owned() } else { format!("{mails} mails") });
    let facts: Vec<_> = used.map(|(_, words)| (*words).to_owned()).into_iter().chain(count).collect();
    match facts.is_empty() {
        true => listed.name.clone(),
        false => format!("{} ({})", listed.name, facts.join(", ")),
    }
}
