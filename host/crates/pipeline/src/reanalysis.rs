//! Another analyser over the archive: what it thinks is added beside what was thought before.
//!
//! Holds: an item is never changed, and neither is its route; what a maker in this version has said of a revision
//! is not asked again; a stop leaves the run where a piece ends, and the same order goes on from there. Half of the
//! time is left to whoever else writes. Not here: texts that were shown before, and what is gone.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hark_analysis::{Analyser, Habit};
use hark_lifecycle::Shutdown;
use hark_model::{Annotation, AnnotationKind, Ms};
use hark_store::{
    ArchivedItem, ReanalysisOrder, ReanalysisStatus, ReanalysisStep, Reopinion, Store, StoreError,
};

use crate::clock::now;
use crate::limits;

/// How a run over the archive ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReanalysisEnd {
    /// There is no more.
    Done,
    /// Ordered to stop; the same order goes on.
    Stopped,
    /// Somebody else reads it.
    NotOurs,
}

/// A run over the archive.
#[derive(Debug)]
pub struct Reanalysis {
    store: Store,
    analyser: Arc<Analyser>,
    status: ReanalysisStatus,
    /// False where it is only looked what would be added.
    is_kept: bool,
}

impl Reanalysis {
    /// Goes on with the run of this analyser over the items since then, or begins one.
    pub async fn order(store: Store, analyser: Analyser, since: Option<Ms>) -> Result<Self, StoreError> {
        let order = ReanalysisOrder { makers: analyser.makers(), since, at: now() };
        let status = store.order_reanalysis(order).await?;
        Ok(Self { store, analyser: Arc::new(analyser), status, is_kept: true })
    }

    /// Looks what a whole run would add, and writes nothing.
    pub async fn look(store: Store, analyser: Analyser, since: Option<Ms>) -> Result<Self, StoreError> {
        let status = ReanalysisStatus {
            id: 0,
            since,
            below: i64::MAX,
            done: false,
            total: store.archive_items(since).await?,
            seen: 0,
            passed_over: 0,
            opinions: 0,
            otherwise: 0,
            started_at: now(),
        };
        Ok(Self { store, analyser: Arc::new(analyser), status, is_kept: false })
    }

    /// Returns how far it is.
    pub fn status(&self) -> &ReanalysisStatus {
        &self.status
    }

    /// Reads piece after piece until the end or an order to stop; `told` hears of each.
    pub async fn run(
        &mut self,
        shutdown: &Shutdown,
        mut told: impl FnMut(&ReanalysisStatus),
    ) -> Result<ReanalysisEnd, StoreError> {
        while !self.status.done {
            if shutdown.is_ordered() {
                return Ok(ReanalysisEnd::Stopped);
            }
            let begun = Instant::now();
            if !self.piece().await? {
                return Ok(ReanalysisEnd::NotOurs);
            }
            told(&self.status);
            self.pause(begun.elapsed(), shutdown).await;
        }
        Ok(ReanalysisEnd::Done)
    }

    /// Reads one piece; false if somebody else moved the run.
    async fn piece(&mut self) -> Result<bool, StoreError> {
        let from = self.status.below;
        let items = self.store.archive(from, self.status.since).await?;
        let mut status = self.status.clone();
        status.done = items.is_empty();
        status.below = items.last().map_or(from, |item| item.row);
        status.seen += items.len() as u64;
        let analyser = Arc::clone(&self.analyser);
        let thought = tokio::task::spawn_blocking(move || Thought::of(&analyser, &items)).await;
        let thought = thought.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
        status.passed_over += thought.passed_over;
        status.otherwise += thought.otherwise;
        if !self.is_kept {
            status.opinions += thought.opinions.iter().map(|it| it.annotations.len() as u64).sum::<u64>();
            self.status = status;
            return Ok(true);
        }
        let step = ReanalysisStep { status: status.clone(), from, opinions: thought.opinions, at: now() };
        let Some(added) = self.store.step_reanalysis(step).await? else { return Ok(false) };
        self.status = ReanalysisStatus { opinions: status.opinions + added, ..status };
        Ok(true)
    }

    /// Leaves as much time to others as it took itself.
    async fn pause(&self, took: Duration, shutdown: &Shutdown) {
        if !self.is_kept || self.status.done {
            return;
        }
        tokio::select! {
            () = shutdown.ordered() => {}
            () = tokio::time::sleep(took.min(limits::REANALYSIS_PAUSE_MAX)) => {}
        }
    }
}

/// What an analyser thinks of a piece of the archive.
#[derive(Debug, Default, PartialEq)]
struct Thought {
    opinions: Vec<Reopinion>,
    passed_over: u64,
    otherwise: u64,
}

impl Thought {
    fn of(analyser: &Analyser, items: &[ArchivedItem]) -> Self {
        let mut thought = Self::default();
        for item in items {
            let annotations = new_opinions(analyser, item);
            let is_other = |opinion: &Annotation| {
                opinion.kind == AnnotationKind::Sentiment
                    && item.sentiment.as_ref().is_some_and(|shown| *shown != opinion.value)
            };
            thought.otherwise += u64::from(annotations.iter().any(is_other));
            if annotations.is_empty() {
                thought.passed_over += 1;
            } else {
                thought.opinions.push(Reopinion { row: item.row, revision: item.revision, annotations });
            }
        }
        thought
    }
}

/// Returns what is thought of `item` by makers that have not spoken about it.
fn new_opinions(analyser: &Analyser, item: &ArchivedItem) -> Vec<Annotation> {
    let habit = item.language.as_deref().map(known_habit);
    let analysis = analyser.analyse_by(
        &item.text,
        item.title.as_deref(),
        item.claimed_language.as_deref(),
        habit.as_ref(),
    );
    let has_spoken = |opinion: &Annotation| {
        let maker = |(producer, version): &(String, String)| {
            producer == opinion.producer && *version == opinion.producer_version
        };
        item.makers.iter().any(maker)
    };
    analysis.annotations().into_iter().filter(|opinion| !has_spoken(opinion)).collect()
}

/// The language that a text was taken for when it came stands in for the habit of its author, of which no more is
/// known: a text too short to tell stays in it.
fn known_habit(language: &str) -> Habit {
    let mut habit = Habit::default();
    (0..limits::HABIT_TEXTS).for_each(|_| habit.note(language));
    habit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archived(text: &str, language: Option<&str>, makers: &[(&str, &str)]) -> ArchivedItem {
        ArchivedItem {
            row: 7,
            revision: 2,
            title: None,
            text: text.to_owned(),
            claimed_language: None,
            language: language.map(str::to_owned),
            sentiment: Some("positive".to_owned()),
            makers: makers.iter().map(|(who, version)| ((*who).to_owned(), (*version).to_owned())).collect(),
        }
    }

    #[test]
    fn only_who_has_not_spoken_is_asked() {
        let analyser = Analyser::new();
        let text = "I hate the new checkout, it is horrible";
        let older = [("hark-language", "2"), ("hark-sentiment", "1"), ("hark-signals", "1")];
        let found = new_opinions(&analyser, &archived(text, Some("en"), &older));
        let said: Vec<_> = found.iter().map(|opinion| (opinion.producer, opinion.value.as_str())).collect();
        assert_eq!(said, [("hark-sentiment", "negative")]);
        let now = [("hark-language", "2"), ("hark-sentiment", "2"), ("hark-signals", "1")];
        let thought =
            Thought::of(&analyser, &[archived(text, Some("en"), &older), archived(text, Some("en"), &now)]);
        assert_eq!((thought.opinions.len(), thought.passed_over, thought.otherwise), (1, 1, 1));
        assert_eq!((thought.opinions[0].row, thought.opinions[0].revision), (7, 2));
    }

    #[test]
    fn a_text_too_short_to_tell_stays_in_its_language() {
        let analyser = Analyser::new();
        let told = |language: Option<&str>| {
            let found = new_opinions(&analyser, &archived("Super!", language, &[]));
            let found = found.into_iter().find(|opinion| opinion.kind == AnnotationKind::Language);
            found.map(|opinion| opinion.value)
        };
        assert_eq!((told(Some("de")).as_deref(), told(None)), (Some("de"), None));
    }
}
