//! One call over several mailboxes: each gets its share of what the call may spend.
//!
//! Holds: no mailbox waits for another to be read to its end; what one leaves over, the others get; the one
//! that had to wait begins the next call.

use std::collections::VecDeque;

use hark_sdk::prelude::*;
use hark_sdk::wire::Transport;

use crate::imap::{Folder, Session};
use crate::limits;
use crate::settings::Settings;

/// How it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// With what follows: this is done.
    On,
    /// With others: this has spent its share.
    Later,
    /// In another call: the connection is no use any more.
    Stop,
}

/// What a mailbox may spend at its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Events.
    pub events: u32,
    /// Bytes of mail.
    pub bytes: u64,
}

/// One call: its connection, what it has found, and what it may still spend.
pub struct Call<'a, T> {
    /// The connection.
    pub session: Session<T>,
    /// The settings.
    pub settings: &'a Settings,
    /// What was found.
    pub events: Vec<Event>,
    events_max: usize,
    bytes: u64,
}

impl<'a, T: Transport> Call<'a, T> {
    /// Starts a call that may give `events_max` events.
    pub fn new(session: Session<T>, settings: &'a Settings, events_max: u32) -> Self {
        Self { session, settings, events: Vec::new(), events_max: events_max as usize, bytes: 0 }
    }

    /// Serves `folders` in turn until all are done or the call has spent what it may; `turn` is who begins,
    /// and then who begins the next time. `each` says how many bytes its visit took.
    pub fn serve(
        &mut self,
        folders: &[Folder],
        turn: &mut String,
        mut each: impl FnMut(&mut Self, &Folder, Share) -> Result<(Next, u64), Fault>,
    ) -> Result<Next, Fault> {
        let first = folders.iter().position(|folder| folder.name == *turn).unwrap_or(0);
        let mut waiting: VecDeque<&Folder> = folders[first..].iter().chain(&folders[..first]).collect();
        while let Some(folder) = waiting.pop_front() {
            turn.clone_from(&folder.name);
            if self.is_spent() {
                return Ok(Next::Later);
            }
            let share = self.share(waiting.len() + 1);
            let (next, bytes) = each(self, folder, share)?;
            self.bytes += bytes;
            match next {
                Next::On => {}
                Next::Later => waiting.push_back(folder),
                Next::Stop => {
                    // Who spoils the connection waits for the others.
                    turn.clone_from(&waiting.front().unwrap_or(&folder).name);
                    return Ok(Next::Stop);
                }
            }
        }
        turn.clear();
        Ok(Next::On)
    }

    /// Tells whether the call may spend no more.
    pub fn is_spent(&self) -> bool {
        self.left() == 0
            || self.bytes >= limits::CALL_BYTES_MAX
            || self.session.time_left() < limits::SPARE_MS
    }

    fn left(&self) -> u32 {
        u32::try_from(self.events_max.saturating_sub(self.events.len())).unwrap_or(u32::MAX)
    }

    fn share(&self, among: usize) -> Share {
        let among_events = u32::try_from(among).unwrap_or(u32::MAX);
        Share {
            events: (self.left() / among_events).max(1),
            bytes: (limits::CALL_BYTES_MAX.saturating_sub(self.bytes) / among as u64).max(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use hark_sdk::testing;

    use super::*;
    use crate::imap::Asked;
    use crate::played::{self, World};
    use crate::settings::tests::settings;

    const NOW: Ms = 1_784_885_565_000;

    /// Serves folders that want so many events each; returns in which order they got how many, and whose
    /// turn it is then.
    fn served(wants: &[(&str, u32)], turn: &str, events_max: u32) -> (Vec<(String, u32)>, String, Next) {
        testing::set_now(NOW);
        let settings = settings();
        let session =
            Session::sign_in(played::connect(&World::new(Vec::new())), &settings, NOW + 20_000).unwrap();
        let mut call = Call::new(session, &settings, events_max);
        let folders: Vec<_> =
            wants.iter().map(|(name, _)| Folder { name: (*name).into(), asked: Asked::Target }).collect();
        let mut left: Vec<_> = wants.iter().map(|(name, want)| ((*name).to_owned(), *want)).collect();
        let (mut order, mut turn) = (Vec::new(), turn.to_owned());
        let next = call.serve(&folders, &mut turn, |call, folder, share| {
            let (_, want) = left.iter_mut().find(|(name, _)| *name == folder.name).unwrap();
            let got = share.events.min(*want);
            *want -= got;
            call.events.extend((0..got).map(|_| Event::from(Conversation::new("x"))));
            order.push((folder.name.clone(), got));
            Ok((if *want == 0 { Next::On } else { Next::Later }, 0))
        });
        (order, turn, next.unwrap())
    }

    #[test]
    fn a_full_mailbox_does_not_starve_the_others() {
        let (order, turn, next) = served(&[("full", 900), ("a", 5), ("b", 0)], "", 90);
        let order: Vec<_> = order.iter().map(|(name, got)| (name.as_str(), *got)).collect();
        assert_eq!(order, [("full", 30), ("a", 5), ("b", 0), ("full", 55)]);
        assert_eq!((turn.as_str(), next), ("full", Next::Later));
    }

    #[test]
    fn who_had_to_wait_begins() {
        let (order, turn, _) = served(&[("a", 9), ("b", 9), ("c", 9)], "", 2);
        assert_eq!(order, [("a".to_owned(), 1), ("b".to_owned(), 1)]);
        assert_eq!(turn, "c");
        let (order, turn, next) = served(&[("a", 1), ("b", 1), ("c", 1)], "c", 9);
        assert_eq!(order[0].0, "c");
        assert_eq!((turn.as_str(), next), ("", Next::On));
    }
}
