//! A second opinion: somebody who is asked about the items of a batch after the first one has spoken.
//!
//! Holds: who is asked sees a batch once, whole, and decides for itself whom to speak about. Not here: models, and what
//! they may cost.

use std::sync::Arc;

use hark_analysis::{Analyser, Analysis};

/// One item of a batch, with what was said of it first.
#[derive(Debug)]
pub struct Analysed<'a> {
    /// Its text.
    pub text: &'a str,
    /// Its title, if it has one.
    pub title: Option<&'a str>,
    /// What was said of it.
    pub analysis: &'a mut Analysis,
}

/// Who is asked.
type Ask = dyn Fn(&Analyser, &mut [Analysed<'_>]) + Send + Sync;

/// A second opinion; given from outside, as it needs a feature that a program may be built without.
#[derive(Clone)]
pub struct SecondOpinion(Arc<Ask>);

impl std::fmt::Debug for SecondOpinion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecondOpinion")
    }
}

impl SecondOpinion {
    /// Makes one of a function.
    pub fn new(ask: impl Fn(&Analyser, &mut [Analysed<'_>]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(ask))
    }

    /// Asks about a batch.
    pub(crate) fn ask(&self, analyser: &Analyser, batch: &mut [Analysed<'_>]) {
        (self.0)(analyser, batch);
    }
}
