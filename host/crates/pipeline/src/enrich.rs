//! Adds machine opinion and a route to admitted events: pure, for a whole batch at once.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use hark_analysis::{Analyser, Analysis, Habit};
use hark_model::{Actor, Annotation, Event, Item, Route, Sentiment, SourceName, Zone};
use hark_routing::{Facts, Router};
use hark_store::Entry;

use crate::admission::Admitted;

/// What the host thinks of one item.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Opinion {
    /// Language and sentiment.
    pub annotations: Vec<Annotation>,
    /// Who should see it.
    pub route: Option<Route>,
}

/// Analysis and routing, as one step over a batch.
#[derive(Debug)]
pub struct Enricher {
    analyser: Analyser,
    router: Router,
}

impl Enricher {
    /// Takes the parts.
    pub fn new(analyser: Analyser, router: Router) -> Self {
        Self { analyser, router }
    }

    /// Returns the entries to store for `admitted`, read by `source` in `zone`.
    pub fn enrich(&self, admitted: Vec<Admitted>, source: &SourceName, zone: Zone) -> Vec<Entry> {
        let context = Context::of(&admitted, source, zone);
        let mut analyses: Vec<Option<Analysis>> =
            admitted.iter().map(|entry| self.analyse(&entry.event, None)).collect();
        let habits = Habits::of(&admitted, &analyses, &context);
        for (entry, analysis) in admitted.iter().zip(&mut analyses) {
            let is_open = analysis.as_ref().is_some_and(|analysis| analysis.language.is_none());
            if let Some(habit) = habits.of_event(&entry.event, &context).filter(|_| is_open) {
                *analysis = self.analyse(&entry.event, Some(habit));
            }
        }
        let opinions: Vec<Opinion> = admitted
            .iter()
            .zip(analyses)
            .map(|(entry, analysis)| self.opinion(&entry.event, analysis, &context))
            .collect();
        let entries = admitted.into_iter().zip(opinions);
        entries
            .map(|(Admitted { event, cuts }, Opinion { annotations, route })| Entry {
                event,
                annotations,
                route,
                cuts,
            })
            .collect()
    }

    fn analyse(&self, event: &Event, habit: Option<&Habit>) -> Option<Analysis> {
        let Event::Item(item) = event else { return None };
        let (title, language) = (item.title.as_deref(), item.language.as_deref());
        Some(self.analyser.analyse_by(&item.text, title, language, habit))
    }

    fn opinion(&self, event: &Event, analysis: Option<Analysis>, context: &Context) -> Opinion {
        let (Event::Item(item), Some(analysis)) = (event, analysis) else { return Opinion::default() };
        let route = self.router.route(&context.facts(item, &analysis));
        Opinion { annotations: analysis.annotations(), route: Some(route) }
    }
}

/// The enricher of now: another takes its place while sources are listened to. A batch is of one of them.
#[derive(Debug)]
pub(crate) struct CurrentEnricher(RwLock<Arc<Enricher>>);

impl CurrentEnricher {
    pub fn new(enricher: Enricher) -> Self {
        Self(RwLock::new(Arc::new(enricher)))
    }

    pub fn get(&self) -> Arc<Enricher> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn replace(&self, enricher: Enricher) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(enricher);
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
    fn of(admitted: &'a [Admitted], analyses: &[Option<Analysis>], context: &'a Context) -> Self {
        let mut habits = Self::default();
        for (entry, analysis) in admitted.iter().zip(analyses) {
            let language = analysis.as_ref().and_then(|analysis| analysis.language.as_ref());
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
