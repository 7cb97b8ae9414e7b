//! Reads what is new in a mailbox, within a budget.
//!
//! Holds: mails are given in the order of their UIDs, and the position passes one only when its events are
//! in the batch; a mail that cannot be read becomes poison and is passed.
//! Not its business: how replies look.

mod large;

use std::collections::BTreeMap;

use hark_sdk::prelude::*;
use hark_sdk::wire::Transport;
use mail_parser::DateTime;

use crate::imap::{Examined, FetchEnd, Fetched, Folder, Session, is_for_good};
use crate::label::{self, Label};
use crate::limits;
use crate::mail::{self, Envelope};
use crate::position::{Care, Position, Run, Window, window_since};
use crate::settings::Settings;

/// Reads on from where `request` says.
pub fn read<T: Transport>(
    mut session: Session<T>,
    settings: &Settings,
    request: &ReadRequest,
) -> Result<Batch, Fault> {
    let run = match Run::of_continuation(request.continuation.as_deref())? {
        Some(run) => Some(run),
        None => Position::of_cursor(request.cursor.as_deref())?.map(Run::at),
    };
    let folder = match request.target.as_deref() {
        Some(target) => Folder::Target(target),
        None => Folder::Setting(&settings.mailbox),
    };
    let examined = session.examine(folder)?;
    let run = match run {
        Some(run) if run.position.fits(folder.name(), examined) => run,
        stale => Run::at(start(&mut session, settings, request, folder, examined, stale)?),
    };
    let reading = Reading {
        session,
        settings,
        examined,
        run,
        events: Vec::new(),
        left: request.budget.max_events,
        bytes: 0,
    };
    reading.batch()
}

/// Returns where to begin in a mailbox that was never read, or whose UIDs have changed: before the first
/// mail that arrived late enough. What was stored before is told by its Message-ID.
fn start<T: Transport>(
    session: &mut Session<T>,
    settings: &Settings,
    request: &ReadRequest,
    folder: Folder<'_>,
    examined: Examined,
    stale: Option<Run>,
) -> Result<Position, Fault> {
    let now = Clock::now();
    let last_read_at = stale.map(|run| run.position.read_at);
    let since = window_since(now, settings.lookback_days, request.since, last_read_at);
    // A date without a zone: a day earlier is early enough anywhere.
    let found = session.search(&format!("SINCE {}", imap_date(since - limits::DAY_MS)))?;
    let newest = examined.uid_next.map_or(u32::MAX, |next| next.saturating_sub(1));
    let last_uid = match found.map(|uids| uids.into_iter().min()) {
        Some(Some(first)) => first.saturating_sub(1),
        Some(None) if examined.uid_next.is_some() => newest,
        // No answer: read from the beginning; the window passes over what is too old.
        _ => 0,
    };
    let mut position = Position {
        mailbox: folder.name().to_owned(),
        uid_validity: examined.uid_validity,
        last_uid: 0,
        read_at: now,
        window: Some(Window { until_uid: newest, since }),
    };
    position.pass(last_uid);
    Ok(position)
}

/// `24-Jul-2026`
fn imap_date(at: Ms) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let date = DateTime::from_timestamp(at.max(0) / 1_000);
    let month = MONTHS.get(usize::from(date.month).wrapping_sub(1)).unwrap_or(&MONTHS[0]);
    format!("{}-{month}-{:04}", date.day, date.year)
}

/// What a mail is before it is fetched.
#[derive(Debug, Clone, Copy)]
struct Seen {
    uid: u32,
    size: u64,
    received_at: Option<Ms>,
}

/// Whether reading goes on.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// With the next mail.
    On,
    /// In another call: this one has spent its budget or lost its server.
    Later,
}

struct Reading<'a, T> {
    session: Session<T>,
    settings: &'a Settings,
    examined: Examined,
    run: Run,
    events: Vec<Event>,
    left: u32,
    bytes: u64,
}

impl<T: Transport> Reading<'_, T> {
    /// Reads until nothing is new or the budget is spent.
    fn batch(mut self) -> Result<Batch, Fault> {
        let before = self.run.clone();
        match self.go_on() {
            Ok(Next::On) => {
                self.session.leave();
                self.run.position.read_at = Clock::now();
                let cursor = self.run.position.cursor()?;
                Ok(Batch::new(self.events).cursor(cursor))
            }
            Ok(Next::Later) => {
                self.session.leave();
                partial(&self.run, self.events)
            }
            // What came whole before the cut is good; the rest is asked for again, and the fault returns
            // if it stays.
            Err(fault) if self.run == before => Err(fault),
            Err(fault) => {
                hark_sdk::warn!("the read ended early: {fault:?}");
                partial(&self.run, self.events)
            }
        }
    }

    fn go_on(&mut self) -> Result<Next, Fault> {
        let mut width = limits::RANGE_UIDS_MIN;
        while let Some(last) = self.range_end(width) {
            if self.is_spent() {
                return Ok(Next::Later);
            }
            let seen = self.look(last)?;
            let is_empty = seen.is_empty();
            if self.take_all(seen)? == Next::Later {
                return Ok(Next::Later);
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
    fn range_end(&self, width: u32) -> Option<Option<u32>> {
        let last_uid = self.run.position.last_uid;
        match self.examined.uid_next {
            Some(next) if last_uid >= next.saturating_sub(1) => None,
            Some(next) => Some(Some(last_uid.saturating_add(width).min(next - 1))),
            None => (last_uid < u32::MAX).then_some(None),
        }
    }

    fn is_spent(&self) -> bool {
        self.left == 0 || self.bytes >= limits::CALL_BYTES_MAX || self.session.time_left() < limits::SPARE_MS
    }

    fn pass(&mut self, uid: u32) {
        self.run.position.pass(uid);
        (self.run.given, self.run.care) = (0, Care::None);
    }

    /// Returns the mails up to `last`, in the order of their UIDs.
    fn look(&mut self, last: Option<u32>) -> Result<Vec<Seen>, Fault> {
        let after = self.run.position.last_uid;
        let last_word = last.map_or("*".to_owned(), |last| last.to_string());
        let mut seen = BTreeMap::new();
        let end = self.session.fetch(
            &format!("{}:{last_word}", after + 1),
            "UID RFC822.SIZE INTERNALDATE",
            |_, mail| {
                // `n:*` names the last mail even where it is older than n.
                if let Some(uid) = mail.uid.filter(|uid| *uid > after && last.is_none_or(|last| *uid <= last))
                {
                    let size = mail.size.unwrap_or(0);
                    seen.insert(uid, Seen { uid, size, received_at: mail.received_at });
                }
            },
        );
        end?;
        Ok(seen.into_values().filter(|mail| self.run.position.wants(mail.uid, mail.received_at)).collect())
    }

    fn take_all(&mut self, seen: Vec<Seen>) -> Result<Next, Fault> {
        let mut rest = seen.as_slice();
        while !rest.is_empty() {
            if self.is_spent() {
                return Ok(Next::Later);
            }
            let (chunk, following) = rest.split_at(self.chunk_len(rest));
            let next = match chunk {
                [one] if self.is_large(one) => self.take_large(*one)?,
                several => self.take(several)?,
            };
            if next == Next::Later {
                return Ok(Next::Later);
            }
            rest = following;
        }
        Ok(Next::On)
    }

    fn is_large(&self, mail: &Seen) -> bool {
        mail.size > self.settings.message_bytes_max()
    }

    /// Returns how many of the next mails are asked for at once: one that is large stands alone.
    fn chunk_len(&self, rest: &[Seen]) -> usize {
        let by_budget = (self.left / limits::MAIL_EVENTS_MAX) as usize;
        let most = if self.run.care == Care::None { by_budget.min(limits::CHUNK_MAILS_MAX) } else { 1 };
        let mut bytes = 0;
        let fitting = rest.iter().take(most).take_while(|mail| {
            bytes += mail.size;
            !self.is_large(mail) && bytes <= limits::CHUNK_BYTES_MAX
        });
        fitting.count().max(1)
    }

    fn label(&self, mail: &Seen) -> Label {
        Label {
            mailbox: self.run.position.mailbox.clone(),
            uid_validity: self.run.position.uid_validity,
            uid: mail.uid,
            received_at: Some(mail.received_at.unwrap_or_else(Clock::now)),
        }
    }

    /// Fetches these mails whole and gives their events.
    fn take(&mut self, chunk: &[Seen]) -> Result<Next, Fault> {
        let uids: Vec<_> = chunk.iter().map(|mail| mail.uid.to_string()).collect();
        let mut wanted: BTreeMap<u32, Label> =
            chunk.iter().map(|mail| (mail.uid, self.label(mail))).collect();
        let mut got: BTreeMap<u32, Got> = BTreeMap::new();
        let settings = self.settings;
        let end = self.session.fetch(&uids.join(","), "UID BODY.PEEK[]", |session, mut mail| {
            let Some(uid) = mail.uid else { return };
            // A server may tell of flags in between: that is no mail.
            let body = mail.whole.take();
            if body.is_none() && !mail.unreadable {
                return;
            }
            let Some(label) = wanted.remove(&uid) else { return };
            got.insert(uid, Got::of(session, mail, body.unwrap_or_default(), &label, settings));
        });
        self.bytes += chunk.iter().map(|mail| mail.size).sum::<u64>();
        for mail in chunk {
            let next = match (got.remove(&mail.uid), &end) {
                (Some(Got::Events(events)), _) => self.give(mail.uid, events),
                (Some(Got::TooLarge), Ok(())) => self.take_large(*mail)?,
                // Expunged since it was seen.
                (None, Ok(())) => {
                    self.pass(mail.uid);
                    Next::On
                }
                (_, Err(_)) => break,
            };
            if next == Next::Later {
                return Ok(Next::Later);
            }
        }
        match end {
            Ok(()) => Ok(Next::On),
            Err(end) => self.recover(end, chunk),
        }
    }

    /// Says how it goes on after the mails `chunk` could not all be fetched. The connection is not used
    /// again where its answers made no sense.
    fn recover(&mut self, end: FetchEnd, chunk: &[Seen]) -> Result<Next, Fault> {
        let last_uid = self.run.position.last_uid;
        let Some(missing) = chunk.iter().find(|mail| mail.uid > last_uid) else { return Ok(Next::Later) };
        let (named, why) = match end {
            FetchEnd::Refused(status) if is_for_good(&status) => {
                (None, format!("the server said: {}", status.text))
            }
            FetchEnd::Unreadable(uid) => (uid, "the server's answer cannot be read".to_owned()),
            passing => return Err(passing.into()),
        };
        let most_careful = if self.is_large(missing) { Care::Beginning } else { Care::Alone };
        if named == Some(missing.uid) && !self.is_large(missing) || self.run.care >= most_careful {
            self.give_up(missing, &why);
        } else {
            self.run.care = if chunk.len() > 1 { Care::Alone } else { most_careful };
        }
        Ok(Next::Later)
    }

    /// Makes poison of a mail that the server cannot give.
    fn give_up(&mut self, mail: &Seen, why: &str) {
        let label = self.label(mail);
        let payload = self.session.keep(&label.to_string(), label::TROUBLE_MEDIA_TYPE, why.as_bytes());
        let poison = mail::poison(envelope(&label, &label.hint(), payload), why);
        self.give(mail.uid, vec![poison]);
    }

    /// Gives the events of the mail `uid`, as many as the budget allows.
    fn give(&mut self, uid: u32, events: Vec<Event>) -> Next {
        let rest: Vec<_> = events.into_iter().skip(self.run.given as usize).collect();
        let count = u32::try_from(rest.len()).unwrap_or(u32::MAX);
        if count > self.left {
            self.events.extend(rest.into_iter().take(self.left as usize));
            self.run.given += self.left;
            self.left = 0;
            return Next::Later;
        }
        self.events.extend(rest);
        self.left -= count;
        self.pass(uid);
        Next::On
    }
}

/// What became of a mail that was asked for.
enum Got {
    Events(Vec<Event>),
    /// The server had said that it was smaller.
    TooLarge,
}

impl Got {
    fn of<T: Transport>(
        session: &mut Session<T>,
        mail: Fetched,
        body: Vec<u8>,
        label: &Label,
        settings: &Settings,
    ) -> Self {
        if mail.oversize {
            return Self::TooLarge;
        }
        let (media_type, body) = match mail.unreadable {
            true => (label::TROUBLE_MEDIA_TYPE, b"the server's answer cannot be read".to_vec()),
            false => (label::MEDIA_TYPE, body),
        };
        let payload = session.keep(&label.to_string(), media_type, &body);
        let hint = label.hint();
        let envelope = envelope(label, &hint, payload);
        Self::Events(match mail.unreadable {
            true => vec![mail::poison(envelope, "the server's answer cannot be read")],
            false => mail::events(&body, envelope, settings),
        })
    }
}

fn envelope<'a>(label: &'a Label, hint: &'a str, payload: u64) -> Envelope<'a> {
    Envelope { mailbox: &label.mailbox, hint, received_at: label.received_at.unwrap_or(0), payload }
}

/// Returns what a call has when it ends before the end.
fn partial(run: &Run, events: Vec<Event>) -> Result<Batch, Fault> {
    Ok(Batch { continuation: Some(run.continuation()?), ..Batch::new(events).cursor(run.position.cursor()?) })
}

#[cfg(test)]
mod tests;
