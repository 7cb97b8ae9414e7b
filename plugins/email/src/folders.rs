//! How far all mailboxes of a source have been read: the cursor, and the continuation within a run.

use hark_sdk::prelude::*;
use hark_sdk::wire::Transport;

use crate::imap::{Asked, Folder, Session};
use crate::manifest::CURSOR_VERSION;
use crate::position::{Position, Run};
use crate::settings::Settings;

/// How far each mailbox has been read: the cursor.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Folders {
    /// One position a mailbox.
    folders: Vec<Position>,
    /// The mailbox whose turn it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    turn: String,
}

/// Where the next call of the same run goes on: the continuation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Round {
    /// One run a mailbox.
    folders: Vec<Run>,
    /// The mailbox whose turn it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub turn: String,
}

impl Round {
    /// Goes on where `request` says.
    pub fn of(request: &ReadRequest) -> Result<Self, Fault> {
        if let Some(round) = cursor::read(CURSOR_VERSION, request.continuation.as_deref())? {
            return Ok(round);
        }
        let Folders { folders, turn } =
            cursor::read(CURSOR_VERSION, request.cursor.as_deref())?.unwrap_or_default();
        Ok(Self { folders: folders.into_iter().map(Run::at).collect(), turn })
    }

    /// Returns the run in the mailbox `name`.
    pub fn run(&self, name: &str) -> Option<&Run> {
        self.folders.iter().find(|run| run.position.mailbox == name)
    }

    /// Puts `run` in the place of the one in its mailbox.
    pub fn set(&mut self, run: Run) {
        match self.folders.iter_mut().find(|known| known.position.mailbox == run.position.mailbox) {
            Some(known) => *known = run,
            None => self.folders.push(run),
        }
    }

    /// Tells whether nothing was read since `other`.
    pub fn is_as_far_as(&self, other: &Self) -> bool {
        self.folders == other.folders
    }

    /// Forgets mailboxes that are not among `folders`, so that the cursor does not grow for ever.
    pub fn keep_only(&mut self, folders: &[Folder]) {
        self.folders.retain(|run| folders.iter().any(|folder| folder.name == run.position.mailbox));
    }

    /// Returns the cursor.
    pub fn cursor(&self) -> Result<Vec<u8>, Fault> {
        let folders = self.folders.iter().map(|run| run.position.clone()).collect();
        cursor::write(CURSOR_VERSION, &Folders { folders, turn: self.turn.clone() })
    }

    /// Returns the continuation.
    pub fn continuation(&self) -> Result<Vec<u8>, Fault> {
        cursor::write(CURSOR_VERSION, self)
    }
}

/// Brings a cursor of version 1, which held one position, up to date.
pub fn migrate(from_version: u32, old: Vec<u8>) -> Result<Vec<u8>, Fault> {
    match from_version {
        CURSOR_VERSION => Ok(old),
        1 => {
            let folders = cursor::read::<Position>(1, Some(&old))?.into_iter().collect();
            cursor::write(CURSOR_VERSION, &Folders { folders, turn: String::new() })
        }
        other => Err(Fault::StaleCursor(format!("cursor of version {other}, ours is {CURSOR_VERSION}"))),
    }
}

/// Returns the mailboxes that are meant: the host's target, or those of the settings, each once.
pub fn wanted<T: Transport>(
    session: &mut Session<T>,
    settings: &Settings,
    target: Option<&str>,
) -> Result<Vec<Folder>, Fault> {
    if let Some(target) = target {
        return Ok(vec![Folder { name: target.to_owned(), asked: Asked::Target }]);
    }
    let named = |name: &String| name.starts_with('\\');
    let listed = if settings.mailboxes.iter().any(named) { session.list()? } else { Vec::new() };
    let mut folders: Vec<Folder> = Vec::new();
    for (place, name) in settings.mailboxes.iter().enumerate() {
        let name = match name.strip_prefix('\\') {
            None => name.clone(),
            Some(_) => {
                let used = name.to_ascii_lowercase();
                let found = listed.iter().find(|listed| listed.can_open && listed.uses.contains(&used));
                let missing =
                    || Fault::config(format!("mailboxes[{place}]"), "the server keeps no such mailbox");
                found.ok_or_else(missing)?.name.clone()
            }
        };
        if !folders.iter().any(|folder| folder.name == name) {
            folders.push(Folder { name, asked: Asked::Setting(place) });
        }
    }
    Ok(folders)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(mailbox: &str, last_uid: u32) -> Position {
        Position {
            mailbox: mailbox.into(),
            uid_validity: 7,
            last_uid,
            read_at: 5_000,
            modseq: None,
            window: None,
        }
    }

    fn request(cursor: Option<Vec<u8>>, continuation: Option<Vec<u8>>) -> ReadRequest {
        ReadRequest { cursor, continuation, ..crate::read::tests::request(9) }
    }

    #[test]
    fn a_round_reads_back_and_forgets_what_is_no_longer_meant() {
        let mut round = Round { turn: "Sent".into(), ..Round::default() };
        round.set(Run { given: 2, ..Run::at(position("INBOX", 3)) });
        round.set(Run::at(position("Sent", 1)));
        round.set(Run::at(position("Sent", 4)));
        let again = Round::of(&request(None, Some(round.continuation().unwrap()))).unwrap();
        assert_eq!(again, round);
        let mut again = Round::of(&request(Some(round.cursor().unwrap()), None)).unwrap();
        assert_eq!((again.run("INBOX").unwrap().given, again.turn.as_str()), (0, "Sent"));
        assert_eq!(again.run("Sent").unwrap().position.last_uid, 4);
        again.keep_only(&[Folder { name: "Sent".into(), asked: Asked::Target }]);
        assert_eq!(again.run("INBOX"), None);
    }

    #[test]
    fn a_cursor_of_one_mailbox_is_understood() {
        let old = cursor::write(1, &position("INBOX", 9)).unwrap();
        let new = migrate(1, old.clone()).unwrap();
        let round = Round::of(&request(Some(new.clone()), None)).unwrap();
        assert_eq!(round.run("INBOX").unwrap().position, position("INBOX", 9));
        assert_eq!(migrate(CURSOR_VERSION, new.clone()), Ok(new));
        assert!(matches!(migrate(3, old), Err(Fault::StaleCursor(_))));
    }
}
