//! Reads mails of one open mailbox, within a share.
//!
//! Holds: mails are given in the order of their UIDs, and the position passes one only when its events are
//! in the batch; a mail that cannot be read becomes poison and is passed.
//! Not its business: how replies look, which mails are looked for.

mod backfill;
mod incremental;
mod large;
mod recheck;

use std::collections::BTreeMap;

use hark_sdk::prelude::*;
use hark_sdk::wire::Transport;
use mail_parser::DateTime;

use crate::imap::{FetchEnd, Fetched, Session, is_for_good};
use crate::label::{self, Label};
use crate::limits;
use crate::mail::{self, Envelope};
use crate::position::{Care, Run};
use crate::settings::Settings;
use crate::share::{Next, Share};

pub use backfill::backfill;
pub use incremental::incremental;
pub use recheck::{can_be_searched, normalise_recheck, recheck, uids_of};

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

/// A visit to one open mailbox.
struct Visit<'a, T> {
    session: &'a mut Session<T>,
    settings: &'a Settings,
    events: &'a mut Vec<Event>,
    run: Run,
    left: u32,
    bytes: u64,
    bytes_max: u64,
}

impl<'a, T: Transport> Visit<'a, T> {
    fn new(
        session: &'a mut Session<T>,
        settings: &'a Settings,
        events: &'a mut Vec<Event>,
        run: Run,
        share: Share,
    ) -> Self {
        Self { session, settings, events, run, left: share.events, bytes: 0, bytes_max: share.bytes }
    }

    fn is_spent(&self) -> bool {
        self.left == 0 || self.bytes >= self.bytes_max || self.session.time_left() < limits::SPARE_MS
    }

    fn pass(&mut self, uid: u32) {
        self.run.pass(uid);
    }

    /// Returns what is known of the mails `uids`, in the order of their UIDs.
    fn look(&mut self, uids: &str) -> Result<Vec<Seen>, Fault> {
        let mut seen = BTreeMap::new();
        let end = self.session.fetch(uids, "UID RFC822.SIZE INTERNALDATE", |_, mail| {
            if let Some(uid) = mail.uid {
                let size = mail.size.unwrap_or(0);
                seen.insert(uid, Seen { uid, size, received_at: mail.received_at });
            }
        });
        end?;
        Ok(seen.into_values().collect())
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
            if next != Next::On {
                return Ok(next);
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
            if next != Next::On {
                return Ok(next);
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
        let Some(missing) = chunk.iter().find(|mail| mail.uid > last_uid) else { return Ok(Next::Stop) };
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
        Ok(Next::Stop)
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

#[cfg(test)]
pub(crate) mod tests;
