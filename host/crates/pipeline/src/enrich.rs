//! Adds machine opinion to admitted events: pure, for a whole batch at once. Not here: who gets them (`desk`).

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use hark_analysis::duplicates::Signature;
use hark_analysis::{Analyser, Analysis, Habit};
use hark_model::{Actor, Annotation, Event, ItemUid, Ms, Zone};
use hark_routing::Tree;
use hark_store::{CopyOf, Entry, Store, StoreError};

use crate::admission::Admitted;
use crate::desk::Desk;
use crate::masking::Masking;
use crate::recent::{Recent, Said};
use crate::second::{Analysed, SecondOpinion};

/// What the host thinks of one item.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Opinion {
    /// Language and sentiment.
    pub annotations: Vec<Annotation>,
    /// What earlier item it is nearly the same as.
    pub copy_of: Option<CopyOf>,
}

/// What is thought of items, and the rules that say who gets them.
#[derive(Debug)]
pub struct Enricher {
    analyser: Analyser,
    tree: Arc<Tree>,
    second: Option<SecondOpinion>,
    masking: Option<Masking>,
}

impl Enricher {
    /// Takes the parts.
    pub fn new(analyser: Analyser, tree: Tree) -> Self {
        Self { analyser, tree: Arc::new(tree), second: None, masking: None }
    }

    /// Asks `second` after the analyser.
    #[must_use]
    pub fn asking(self, second: SecondOpinion) -> Self {
        Self { second: Some(second), ..self }
    }

    /// Masks personal data of some zones before anything else is done with it.
    #[must_use]
    pub fn masked_by(self, masking: Masking) -> Self {
        Self { masking: Some(masking), ..self }
    }

    /// Returns what masks the personal data of `zone`; none where it is stored as it is.
    pub(crate) fn masking(&self, zone: Zone) -> Option<&Masking> {
        self.masking.as_ref().filter(|masking| masking.masks(zone))
    }

    /// Returns the entries to store for `admitted`, which came from `origin`, and what the batch says about their
    /// surroundings; `recent` is what was said of late, where copies of that are to be told.
    pub(crate) fn enrich(
        &self,
        admitted: Vec<Admitted>,
        origin: &Origin<'_>,
        recent: Option<&Recent>,
    ) -> (Vec<Entry>, About) {
        let about = About::of(&admitted);
        let mut readings: Vec<Option<Read>> =
            admitted.iter().map(|entry| self.read(&entry.event, None)).collect();
        let habits = Habits::of(&admitted, &readings, &about);
        for (entry, read) in admitted.iter().zip(&mut readings) {
            let is_open = read.as_ref().is_some_and(|read| read.analysis.language.is_none());
            if let Some(habit) = habits.of_event(&entry.event, &about).filter(|_| is_open) {
                *read = self.read(&entry.event, Some(habit));
            }
        }
        self.ask_again(&admitted, &mut readings);
        let copies = recent.map_or_else(Vec::new, |recent| origin.look_up(recent, &admitted, &readings));
        let mut opinions: Vec<Opinion> = readings.into_iter().map(Opinion::of).collect();
        for (opinion, copy) in opinions.iter_mut().zip(copies) {
            opinion.copy_of = copy;
        }
        let entries = admitted.into_iter().zip(opinions);
        let entries = entries.map(|(Admitted { event, cuts }, Opinion { annotations, copy_of })| Entry {
            event,
            annotations,
            route: None,
            copy_of,
            cuts,
        });
        (entries.collect(), about)
    }

    /// Returns the rules.
    pub fn tree(&self) -> Arc<Tree> {
        Arc::clone(&self.tree)
    }

    /// Returns who analyses.
    pub(crate) fn analyser(&self) -> &Analyser {
        &self.analyser
    }

    fn ask_again(&self, admitted: &[Admitted], readings: &mut [Option<Read>]) {
        let Some(second) = &self.second else { return };
        let said = admitted.iter().zip(readings).filter_map(|(entry, read)| {
            let (Event::Item(item), Some(read)) = (&entry.event, read) else { return None };
            let title = item.title.as_deref();
            Some(Analysed { text: &item.text, title, analysis: &mut read.analysis })
        });
        second.ask(&self.analyser, &mut said.collect::<Vec<_>>());
    }

    fn read(&self, event: &Event, habit: Option<&Habit>) -> Option<Read> {
        let Event::Item(item) = event else { return None };
        let (title, language) = (item.title.as_deref(), item.language.as_deref());
        let reading = self.analyser.read(&item.text, title, language, habit);
        Some(Read { analysis: reading.analysis(), signature: reading.signature() })
    }
}

impl Opinion {
    fn of(read: Option<Read>) -> Self {
        let annotations = read.map(|read| read.analysis.annotations()).unwrap_or_default();
        Self { annotations, copy_of: None }
    }
}

/// What was made of one text.
struct Read {
    analysis: Analysis,
    signature: Option<Signature>,
}

/// Where a batch came from, and when.
pub(crate) struct Origin<'a> {
    pub scope: &'a str,
    pub observed_at: Ms,
}

impl Origin<'_> {
    fn look_up(
        &self,
        recent: &Recent,
        admitted: &[Admitted],
        readings: &[Option<Read>],
    ) -> Vec<Option<CopyOf>> {
        let said = admitted.iter().zip(readings).map(|(entry, read)| {
            let (Event::Item(item), Some(signature)) = (&entry.event, read.as_ref()?.signature) else {
                return None;
            };
            let uid = ItemUid::derive(self.scope, &item.id);
            Some(Said { uid, published_at: item.published_at, signature })
        });
        recent.look_up(&said.collect::<Vec<_>>(), self.observed_at)
    }
}

/// The enricher of now: another takes its place while sources are listened to. A batch is of one of them.
#[derive(Debug)]
pub(crate) struct CurrentEnricher {
    enricher: RwLock<Arc<Enricher>>,
    /// What was said of late, where copies of that are to be told.
    recent: Option<Arc<Recent>>,
    desk: Desk,
}

impl CurrentEnricher {
    /// Tells no copies: what is read again, or was said by us, is none.
    pub fn new(enricher: Enricher) -> Self {
        Self { enricher: RwLock::new(Arc::new(enricher)), recent: None, desk: Desk::default() }
    }

    /// Tells copies of what the store knows of the last day, and of what comes.
    pub async fn listening(enricher: Enricher, store: &Store) -> Result<Self, StoreError> {
        let recent = Recent::of(store, enricher.analyser()).await?;
        Ok(Self { recent: Some(Arc::new(recent)), ..Self::new(enricher) })
    }

    pub fn get(&self) -> Arc<Enricher> {
        Arc::clone(&self.enricher.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns what was said of late.
    pub fn recent(&self) -> Option<Arc<Recent>> {
        self.recent.clone()
    }

    /// Returns who decides who gets what.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    pub fn replace(&self, enricher: Enricher) {
        *self.enricher.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(enricher);
    }
}

/// In which languages the authors and places of a batch write. It is of one batch alone, so that the same
/// batch gives the same opinions always.
#[derive(Default)]
struct Habits<'a> {
    authors: HashMap<&'a str, Habit>,
    places: HashMap<&'a str, Habit>,
}

impl<'a> Habits<'a> {
    fn of(admitted: &'a [Admitted], readings: &[Option<Read>], about: &'a About) -> Self {
        let mut habits = Self::default();
        for (entry, read) in admitted.iter().zip(readings) {
            let language = read.as_ref().and_then(|read| read.analysis.language.as_ref());
            let (Event::Item(item), Some(language)) = (&entry.event, language) else { continue };
            if let Some(author) = &item.author {
                habits.authors.entry(author).or_default().note(&language.value);
            }
            if let Some(place) = about.places.get(&item.conversation) {
                habits.places.entry(place).or_default().note(&language.value);
            }
        }
        habits
    }

    /// Returns the habit of the author, or else of the place.
    fn of_event(&self, event: &Event, about: &About) -> Option<&Habit> {
        let Event::Item(item) = event else { return None };
        let author = item.author.as_deref().and_then(|author| self.authors.get(author));
        let place = || about.places.get(&item.conversation).and_then(|place| self.places.get(place.as_str()));
        author.filter(|habit| habit.usual().is_some()).or_else(place)
    }
}

/// What a batch says about the surroundings of its items.
#[derive(Debug, Default)]
pub(crate) struct About {
    actors: HashMap<String, Actor>,
    places: HashMap<String, String>,
}

impl About {
    fn of(admitted: &[Admitted]) -> Self {
        let mut about = Self::default();
        for entry in admitted {
            match &entry.event {
                Event::Actor(actor) => {
                    about.actors.insert(actor.id.clone(), actor.clone());
                }
                Event::Conversation(conversation) => {
                    if let Some(place) = &conversation.place {
                        about.places.insert(conversation.id.clone(), place.clone());
                    }
                }
                _ => {}
            }
        }
        about
    }

    /// Returns the actor of this id.
    pub fn actor(&self, id: &str) -> Option<&Actor> {
        self.actors.get(id)
    }

    /// Returns the place of the conversation of this id.
    pub fn place(&self, conversation: &str) -> Option<&str> {
        self.places.get(conversation).map(String::as_str)
    }
}
