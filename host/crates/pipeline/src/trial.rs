//! A build on trial: the one before it stands by, and comes back when this one crashes.
//!
//! Holds: a trial ends once, by a crash, by time, or by a call that does well where there is no way back after it.

use std::sync::atomic::{AtomicBool, Ordering};

use hark_model::Ms;
use tokio::sync::mpsc;

use crate::clock::{millis, now};
use crate::limits;

/// A build on trial.
#[derive(Debug)]
pub(crate) struct Trial {
    source: String,
    fails: mpsc::UnboundedSender<String>,
    until: Ms,
    /// What it stores, the one before it cannot read.
    is_one_way: bool,
    is_over: AtomicBool,
}

impl Trial {
    /// Begins one; its failure is told to `fails` by the name of the source.
    pub fn new(source: String, is_one_way: bool, fails: mpsc::UnboundedSender<String>) -> Self {
        let until = now() + millis(limits::TRIAL);
        Self { source, fails, until, is_one_way, is_over: AtomicBool::new(false) }
    }

    /// Notes a crash: the first one is told.
    pub fn crashed(&self) {
        if !self.is_over.swap(true, Ordering::SeqCst) && now() < self.until {
            // Nobody hears it who is about to stop.
            let _ = self.fails.send(self.source.clone());
        }
    }

    /// Notes a call that did well.
    pub fn did_well(&self) {
        if self.is_one_way {
            self.is_over.store(true, Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_crash_is_told_and_no_other() {
        let (fails, mut failed) = mpsc::unbounded_channel();
        let trial = Trial::new("plat".to_owned(), false, fails);
        trial.did_well();
        trial.crashed();
        trial.crashed();
        assert_eq!(failed.try_recv().as_deref(), Ok("plat"));
        assert!(failed.try_recv().is_err());
    }

    #[test]
    fn what_cannot_go_back_is_on_trial_until_it_does_well() {
        let (fails, mut failed) = mpsc::unbounded_channel();
        let trial = Trial::new("plat".to_owned(), true, fails);
        trial.did_well();
        trial.crashed();
        assert!(failed.try_recv().is_err());
    }
}
