//! Adds machine opinion and a route to admitted events: pure, for a whole batch at once.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use hark_analysis::duplicates::Signature;
use hark_analysis::{Analyser, Analysis, Habit};
use hark_model::{Actor, Annotation, Event, Item, ItemUid, Ms, Route, Sentiment, SourceName, Zone};
use hark_routing::{Facts, Router};
use hark_store::{CopyOf, Entry, Store, StoreError};

use crate::admission::Admitted;
use crate::masking::Masking;
use crate::recent::{Recent, Said};
use crate::second::{Analysed, SecondOpinion};

/// What the host thinks of one item.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Opinion {
    /// Language and sentiment.
    pub annotations: Vec<Annotation>,
    /// Who should see it.
    pub route: Option<Route>,
    /// What earlier item it is nearly the same as.
    pub copy_of: Option<CopyOf>,
}

/// Analysis and routing, as one step over a batch.
#[derive(Debug)]
pub struct Enricher {
    analyser: Analyser,
    router: Router,
    second: Option<SecondOpinion>,
    masking: Option<Masking>,
}

impl Enricher {
    /// Takes the parts.
    pub fn new(analyser: Analyser, router: Router) -> Self {
        Self { analyser, router, second: None, masking: None }
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

    /// Returns the entries to store for `admitted`, which came from `origin`; `recent` is what was said of late,
    /// where copies of that are to be told.
    pub(crate) fn enrich(
        &self,
        admitted: Vec<Admitted>,
        origin: &Origin<'_>,
        recent: Option<&Recent>,
    ) -> Vec<Entry> {
        let context = Context::of(&admitted, origin.source, origin.zone);
        let mut readings: Vec<Option<Read>> =
            admitted.iter().map(|entry| self.read(&entry.event, None)).collect();
        let habits = Habits::of(&admitted, &readings, &context);
        for (entry, read) in admitted.iter().zip(&mut readings) {
            let is_open = read.as_ref().is_some_and(|read| read.analysis.language.is_none());
            if let Some(habit) = habits.of_event(&entry.event, &context).filter(|_| is_open) {
                *read = self.read(&entry.event, Some(habit));
            }
        }
        self.ask_again(&admitted, &mut readings);
        let copies = recent.map_or_else(Vec::new, |recent| origin.look_up(recent, &admitted, &readings));
        let mut opinions: Vec<Opinion> = admitted
            .iter()
            .zip(readings)
            .map(|(entry, read)| self.opinion(&entry.event, read, &context))
            .collect();
        for (opinion, copy) in opinions.iter_mut().zip(copies) {
            opinion.copy_of = copy;
        }
        let entries = admitted.into_iter().zip(opinions);
        entries
            .map(|(Admitted { event, cuts }, Opinion { annotations, route, copy_of })| Entry {
                event,
                annotations,
                route,
                copy_of,
                cuts,
            })
            .collect()
    }

    /// Returns who should see something that is no item, by the same rules.
    pub(crate) fn route(&self, facts: &Facts<'_>) -> Route {
        self.router.route(facts)
    }

    /// Returns who analyses.
    pub(crate) fn analyser(&self) -> &Analyser {
        &self.analyser
    }

    fn read(&self, event: &Event, habit: Option<&Habit>) -> Option<Read> {
        let Event::Item(item) = event else { return None };
        let (title, language) = (item.title.as_deref(), item.language.as_deref());
        let reading = self.analyser.read(&item.text, title, language, habit);
        Some(Read { analysis: reading.analysis(), signature: reading.signature() })
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

    fn opinion(&self, event: &Event, read: Option<Read>, context: &Context) -> Opinion {
        let (Event::Item(item), Some(Read { analysis, .. })) = (event, read) else {
            return Opinion::default();
        };
        let route = self.router.route(&context.facts(item, &analysis));
        Opinion { annotations: analysis.annotations(), route: Some(route), copy_of: None }
    }
}

/// What was made of one text.
struct Read {
    analysis: Analysis,
    signature: Option<Signature>,
}

/// Where a batch came from, and when.
pub(crate) struct Origin<'a> {
    pub source: &'a SourceName,
    pub scope: &'a str,
    pub zone: Zone,
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
}

impl CurrentEnricher {
    /// Tells no copies: what is read again, or was said by us, is none.
    pub fn new(enricher: Enricher) -> Self {
        Self { enricher: RwLock::new(Arc::new(enricher)), recent: None }
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
    fn of(admitted: &'a [Admitted], readings: &[Option<Read>], context: &'a Context) -> Self {
        let mut habits = Self::default();
        for (entry, read) in admitted.iter().zip(readings) {
            let language = read.as_ref().and_then(|read| read.analysis.language.as_ref());
            let (Event::Item(item), Some(language)) = (&entry.event, language) else { continue };
            if let Some(author) = &item.author {
                habits.authors.entry(author).or_default().note(&language.value);
            }
            if let Some(place) = context.places.get(&item.conversation) {
                habits.places.entry(place).or_default().note(&language.value);
            }
        }
        habits
    }

    /// Returns the habit of the author, or else of the place.
    fn of_event(&self, event: &Event, context: &Context) -> Option<&Habit> {
        let Event::Item(item) = event else { return None };
        let author = item.author.as_deref().and_then(|author| self.authors.get(author));
        let place =
            || context.places.get(&item.conversation).and_then(|place| self.places.get(place.as_str()));
        author.filter(|habit| habit.usual().is_some()).or_else(place)
    }
}

/// What a batch says about the surroundings of its items.
struct Context {
    source: String,
    zone: Zone,
    actors: HashMap<String, Actor>,
    places: HashMap<String, String>,
}

impl Context {
    fn of(admitted: &[Admitted], source: &SourceName, zone: Zone) -> Self {
        let mut actors = HashMap::new();
        let mut places = HashMap::new();
        for entry in admitted {
            match &entry.event {
                Event::Actor(actor) => {
                    actors.insert(actor.id.clone(), actor.clone());
                }
                Event::Conversation(conversation) => {
                    if let Some(place) = &conversation.place {
                        places.insert(conversation.id.clone(), place.clone());
                    }
                }
                _ => {}
            }
        }
        Self { source: source.to_string(), zone, actors, places }
    }

    fn facts<'a>(&'a self, item: &'a Item, analysis: &'a Analysis) -> Facts<'a> {
        let author = item.author.as_deref();
        let actor = author.and_then(|id| self.actors.get(id));
        Facts {
            zone: self.zone,
            source: &self.source,
            place: self.places.get(&item.conversation).map(String::as_str),
            author_id: author,
            author_handle: actor.and_then(|actor| actor.handle.as_deref()),
            author_emails: actor.map_or(&[], |actor| actor.emails.as_slice()),
            title: item.title.as_deref(),
            text: &item.text,
            language: analysis.language.as_ref().map(|language| language.value.as_str()),
            sentiment: analysis.sentiment.value.parse().unwrap_or(Sentiment::Unknown),
            score: analysis.sentiment.score,
            confidence: analysis.sentiment.confidence,
        }
    }
}
