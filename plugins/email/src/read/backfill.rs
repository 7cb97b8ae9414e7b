//! What lies further back: from a date down to an earlier one, in slices, newest first.
//!
//! Holds: it has a cursor of its own and knows nothing of that of live reading; a slice is passed only when
//! all that arrived in it was given.

use hark_sdk::prelude::*;
use hark_sdk::wire::Transport;

use super::{Visit, imap_date};
use crate::folders;
use crate::imap::{Examined, Folder, Session};
use crate::limits;
use crate::manifest::CURSOR_VERSION;
use crate::position::{Position, Run};
use crate::settings::Settings;
use crate::share::{Call, Next, Share};

/// How far back each mailbox has been read: the cursor and the continuation of a backfill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Backfill {
    /// Where it ends.
    since: Ms,
    /// Where it began.
    until: Ms,
    folders: Vec<Stretch>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    turn: String,
}

/// How far back one mailbox has been read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Stretch {
    /// All that arrived from here on was given.
    down_to: Ms,
    /// How many days the slice before that covers.
    days: u32,
    /// How far that slice was read.
    slice: Run,
}

impl Backfill {
    fn of(request: &ReadRequest) -> Result<Self, Fault> {
        let known: Option<Self> = match request.continuation.as_deref() {
            Some(continuation) => cursor::read(CURSOR_VERSION, Some(continuation))?,
            None => cursor::read(CURSOR_VERSION, request.cursor.as_deref())?,
        };
        let since = request.since.unwrap_or(limits::FIRST_MAIL_MS);
        Ok(match known {
            // A wider span is another one; a narrower one is what is left of it.
            Some(known) if known.since <= since && request.until.is_none_or(|until| until <= known.until) => {
                Self { since, ..known }
            }
            _ => {
                let until = request.until.unwrap_or_else(Clock::now);
                Self { since, until, folders: Vec::new(), turn: String::new() }
            }
        })
    }

    fn stretch(&self, folder: &Folder) -> Option<&Stretch> {
        self.folders.iter().find(|known| known.slice.position.mailbox == folder.name)
    }

    fn set(&mut self, stretch: Stretch) {
        let mailbox = &stretch.slice.position.mailbox;
        match self.folders.iter_mut().find(|known| known.slice.position.mailbox == *mailbox) {
            Some(known) => *known = stretch,
            None => self.folders.push(stretch),
        }
    }
}

/// Reads further back from where `request` says, all mailboxes in turn.
pub fn backfill<T: Transport>(
    mut session: Session<T>,
    settings: &Settings,
    request: &ReadRequest,
) -> Result<Batch, Fault> {
    let mut state = Backfill::of(request)?;
    let folders = folders::wanted(&mut session, settings, request.target.as_deref())?;
    let before = state.folders.clone();
    let mut call = Call::new(session, settings, request.budget.max_events);
    let mut turn = std::mem::take(&mut state.turn);
    let ended = call.serve(&folders, &mut turn, |call, folder, share| visit(&mut state, call, folder, share));
    state.turn = turn;
    let Call { session, events, .. } = call;
    let written = cursor::write(CURSOR_VERSION, &state)?;
    let more = match ended {
        Ok(next) => {
            session.leave();
            next != Next::On
        }
        Err(fault) if state.folders == before => return Err(fault),
        Err(fault) => {
            hark_sdk::warn!("the backfill ended early: {fault:?}");
            true
        }
    };
    Ok(Batch { continuation: more.then(|| written.clone()), ..Batch::new(events).cursor(written) })
}

fn visit<T: Transport>(
    state: &mut Backfill,
    call: &mut Call<'_, T>,
    folder: &Folder,
    share: Share,
) -> Result<(Next, u64), Fault> {
    if state.stretch(folder).is_some_and(|known| known.down_to <= state.since) {
        return Ok((Next::On, 0));
    }
    let examined = call.session.examine(folder)?;
    let mut stretch = match state.stretch(folder) {
        Some(known) if known.slice.position.fits(&folder.name, examined) => known.clone(),
        // Other UIDs: the slice begins anew, what was given is told by its Message-ID.
        Some(known) => Stretch { slice: slice_of(folder, examined), ..known.clone() },
        None => {
            let slice = slice_of(folder, examined);
            Stretch { down_to: state.until, days: limits::SLICE_DAYS_MIN, slice }
        }
    };
    let before = stretch.clone();
    let mut visit =
        Visit::new(&mut call.session, call.settings, &mut call.events, stretch.slice.clone(), share);
    let ended = go_back(&mut visit, &mut stretch, state.since);
    stretch.slice = visit.run;
    let bytes = visit.bytes;
    if ended.is_ok() || stretch != before {
        state.set(stretch);
    }
    Ok((ended?, bytes))
}

fn slice_of(folder: &Folder, examined: Examined) -> Run {
    Run::at(Position {
        mailbox: folder.name.clone(),
        uid_validity: examined.uid_validity,
        last_uid: 0,
        read_at: 0,
        modseq: None,
        window: None,
    })
}

/// Reads slice by slice until the span is through or the share is spent.
fn go_back<T: Transport>(visit: &mut Visit<'_, T>, stretch: &mut Stretch, since: Ms) -> Result<Next, Fault> {
    while stretch.down_to > since {
        if visit.is_spent() {
            return Ok(Next::Later);
        }
        let from = since.max(stretch.down_to - i64::from(stretch.days) * limits::DAY_MS);
        let found = match visit.read_slice(from, stretch.down_to)? {
            (Next::On, found) => found,
            (next, _) => return Ok(next),
        };
        stretch.down_to = from;
        stretch.days = match found {
            0 => stretch.days.saturating_mul(2).min(limits::SLICE_DAYS_MAX),
            1..=limits::SLICE_MAILS_MAX => stretch.days,
            _ => (stretch.days / 2).max(1),
        };
        visit.run.position.last_uid = 0;
    }
    Ok(Next::On)
}

impl<T: Transport> Visit<'_, T> {
    /// Reads what arrived from `from` on and before `to`; says how many mails there were.
    fn read_slice(&mut self, from: Ms, to: Ms) -> Result<(Next, usize), Fault> {
        // Dates without a zone: a day more on either side is enough anywhere.
        let (first, last) = (imap_date(from - limits::DAY_MS), imap_date(to + 2 * limits::DAY_MS));
        let found = self.session.search(&format!("SINCE {first} BEFORE {last}"))?;
        let Some(mut uids) = found else {
            return Err(Fault::unsupported("a backfill of a server that does not search by date"));
        };
        uids.sort_unstable();
        let found = uids.len();
        uids.retain(|uid| *uid > self.run.position.last_uid);
        for some in uids.chunks(limits::LOOKED_UIDS_MAX) {
            if self.is_spent() {
                return Ok((Next::Later, found));
            }
            let words: Vec<_> = some.iter().map(u32::to_string).collect();
            let mut seen = self.look(&words.join(","))?;
            seen.retain(|mail| mail.received_at.is_none_or(|at| (from..to).contains(&at)));
            match self.take_all(seen)? {
                Next::On => {}
                next => return Ok((next, found)),
            }
            if let Some(last) = some.last() {
                self.pass(*last);
            }
        }
        Ok((Next::On, found))
    }
}
