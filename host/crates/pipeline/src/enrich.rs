//! Adds machine opinion and a route to admitted events: pure, for a whole batch at once.

use std::collections::HashMap;

use hark_analysis::Analyser;
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
        let opinions: Vec<Opinion> =
            admitted.iter().map(|entry| self.opinion(&entry.event, &context)).collect();
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

    fn opinion(&self, event: &Event, context: &Context) -> Opinion {
        let Event::Item(item) = event else { return Opinion::default() };
        let analysis = self.analyser.analyse(&item.text, item.title.as_deref(), item.language.as_deref());
        let route = self.router.route(&context.facts(item, &analysis));
        Opinion { annotations: analysis.annotations(), route: Some(route) }
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

    fn facts<'a>(&'a self, item: &'a Item, analysis: &'a hark_analysis::Analysis) -> Facts<'a> {
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
