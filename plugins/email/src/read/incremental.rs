//! What is new in each mailbox since it was last read.

use hark_sdk::prelude::*;
use hark_sdk::wire::Transport;

use super::{Seen, Visit, imap_date};
use crate::folders::{self, Round};
use crate::imap::{Examined, Folder, Session};
use crate::limits;
use crate::position::{Position, Run, Window, window_since};
use crate::settings::Settings;
use crate::share::{Call, Next, Share};

/// Reads on from where `request` says, all mailboxes in turn.
pub fn incremental<T: Transport>(
    mut session: Session<T>,
    settings: &Settings,
    request: &ReadRequest,
) -> Result<Batch, Fault> {
    let mut round = Round::of(request)?;
    let folders = folders::wanted(&mut session, settings, request.target.as_deref())?;
    round.keep_only(&folders);
    let before = round.clone();
    let mut call = Call::new(session, settings, request.budget.max_events);
    let mut turn = std::mem::take(&mut round.turn);
    let mut visits = Visits { round: &mut round, request, several: folders.len() > 1, lost: None };
    let ended = call.serve(&folders, &mut turn, |call, folder, share| visits.visit(call, folder, share));
    let lost = visits.lost.take();
    let is_read = |folder: &Folder| round.run(&folder.name).is_some();
    if let (Ok(_), Some(lost)) = (&ended, lost)
        && !folders.iter().any(is_read)
    {
        return Err(lost);
    }
    round.turn = turn;
    let Call { session, events, .. } = call;
    match ended {
        Ok(Next::On) => {
            session.leave();
            Ok(Batch::new(events).cursor(round.cursor()?))
        }
        Ok(_) => {
            session.leave();
            partial(&round, events)
        }
        // What came whole before the cut is good; the rest is asked for again, and the fault returns if it
        // stays.
        Err(fault) if round.is_as_far_as(&before) => Err(fault),
        Err(fault) => {
            hark_sdk::warn!("the read ended early: {fault:?}");
            partial(&round, events)
        }
    }
}

/// Returns what a call has when it ends before the end.
fn partial(round: &Round, events: Vec<Event>) -> Result<Batch, Fault> {
    Ok(Batch { continuation: Some(round.continuation()?), ..Batch::new(events).cursor(round.cursor()?) })
}

struct Visits<'a> {
    round: &'a mut Round,
    request: &'a ReadRequest,
    several: bool,
    /// Why a mailbox that is read for long cannot be opened any more.
    lost: Option<Fault>,
}

impl Visits<'_> {
    fn visit<T: Transport>(
        &mut self,
        call: &mut Call<'_, T>,
        folder: &Folder,
        share: Share,
    ) -> Result<(Next, u64), Fault> {
        let run = self.round.run(&folder.name).cloned();
        if self.several && self.is_whole(&mut call.session, folder, run.as_ref())? {
            return Ok((Next::On, 0));
        }
        let examined = match call.session.examine(folder) {
            Ok(examined) => examined,
            // One that was there once does not stop the others; one that never was is a wrong setting.
            Err(fault @ (Fault::Config(_) | Fault::NotFound(_))) if self.several && run.is_some() => {
                hark_sdk::warn!("a mailbox cannot be opened any more: {fault:?}");
                self.lost = Some(fault);
                return Ok((Next::On, 0));
            }
            Err(fault) => return Err(fault),
        };
        let run = match run {
            Some(run) if run.position.fits(&folder.name, examined) => run,
            stale => Run::at(start(call, self.request, folder, examined, stale)?),
        };
        let before = run.clone();
        let mut visit = Visit::new(&mut call.session, call.settings, &mut call.events, run, share);
        let ended = visit.read_on(examined);
        let (mut run, bytes) = (visit.run, visit.bytes);
        if let Ok(Next::On) = ended {
            // A server that hides the next UID never says where the window ends: here.
            let Position { read_at, modseq, window, .. } = &mut run.position;
            (*read_at, *modseq, *window) = (Clock::now(), examined.modseq, None);
        }
        if ended.is_ok() || run != before {
            self.round.set(run);
        }
        Ok((ended?, bytes))
    }

    /// Tells whether the mailbox need not be opened: from outside it is as it was.
    fn is_whole<T: Transport>(
        &mut self,
        session: &mut Session<T>,
        folder: &Folder,
        run: Option<&Run>,
    ) -> Result<bool, Fault> {
        let Some(run) = run.filter(|run| run.position.window.is_none()) else { return Ok(false) };
        let is_whole = session.counts(&folder.name)?.is_some_and(|counts| run.position.is_whole(counts));
        if is_whole {
            let mut run = run.clone();
            run.position.read_at = Clock::now();
            self.round.set(run);
        }
        Ok(is_whole)
    }
}

/// Returns where to begin in a mailbox that was never read, or whose UIDs have changed: before the first
/// mail that arrived late enough. What was stored before is told by its Message-ID.
fn start<T: Transport>(
    call: &mut Call<'_, T>,
    request: &ReadRequest,
    folder: &Folder,
    examined: Examined,
    stale: Option<Run>,
) -> Result<Position, Fault> {
    let now = Clock::now();
    let last_read_at = stale.map(|run| run.position.read_at);
    let since = window_since(now, call.settings.lookback_days, request.since, last_read_at);
    // A date without a zone: a day earlier is early enough anywhere.
    let found = call.session.search(&format!("SINCE {}", imap_date(since - limits::DAY_MS)))?;
    let newest = examined.uid_next.map_or(u32::MAX, |next| next.saturating_sub(1));
    let last_uid = match found.map(|uids| uids.into_iter().min()) {
        Some(Some(first)) => first.saturating_sub(1),
        Some(None) if examined.uid_next.is_some() => newest,
        // No answer: read from the beginning; the window passes over what is too old.
        _ => 0,
    };
    let mut position = Position {
        mailbox: folder.name.clone(),
        uid_validity: examined.uid_validity,
        last_uid: 0,
        read_at: now,
        modseq: None,
        window: Some(Window { until_uid: newest, since }),
    };
    position.pass(last_uid);
    Ok(position)
}

impl<T: Transport> Visit<'_, T> {
    /// Reads until nothing is new or the share is spent.
    fn read_on(&mut self, examined: Examined) -> Result<Next, Fault> {
        let mut width = limits::RANGE_UIDS_MIN;
        while let Some(last) = self.range_end(examined, width) {
            if self.is_spent() {
                return Ok(Next::Later);
            }
            let seen = self.look_up_to(last)?;
            let is_empty = seen.is_empty();
            match self.take_all(seen)? {
                Next::On => {}
                next => return Ok(next),
            }
            match last {
                Some(last) => self.pass(last),
                None if is_empty => return Ok(Next::On),
                None => {}
            }
            width = if is_empty {
                width.saturating_mul(2).min(limits::RANGE_UIDS_MAX)
            } else {
                limits::RANGE_UIDS_MIN
            };
        }
        Ok(Next::On)
    }

    /// Returns the end of the next range of UIDs, an open one where the server does not tell the next UID;
    /// none if nothing is new.
    fn range_end(&self, examined: Examined, width: u32) -> Option<Option<u32>> {
        let last_uid = self.run.position.last_uid;
        match examined.uid_next {
            Some(next) if last_uid >= next.saturating_sub(1) => None,
            Some(next) => Some(Some(last_uid.saturating_add(width).min(next - 1))),
            None => (last_uid < u32::MAX).then_some(None),
        }
    }

    /// Returns the wanted mails up to `last`, in the order of their UIDs.
    fn look_up_to(&mut self, last: Option<u32>) -> Result<Vec<Seen>, Fault> {
        let after = self.run.position.last_uid;
        let last_word = last.map_or("*".to_owned(), |last| last.to_string());
        let mut seen = self.look(&format!("{}:{last_word}", after + 1))?;
        // `n:*` names the last mail even where it is older than n.
        seen.retain(|mail| mail.uid > after && last.is_none_or(|last| mail.uid <= last));
        seen.retain(|mail| self.run.position.wants(mail.uid, mail.received_at));
        Ok(seen)
    }
}
