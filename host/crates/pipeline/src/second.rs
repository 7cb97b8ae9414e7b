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

#[cfg(test)]
mod tests {
    use hark_model::{AnnotationKind, Event};

    use super::*;
    use crate::admission::Admitted;
    use crate::enrich::{Enricher, Origin};
    use crate::given::{actor, item};

    #[test]
    fn the_last_that_is_asked_decides() {
        let second = SecondOpinion::new(|_, batch| {
            assert_eq!(batch.len(), 1, "an actor is nothing to ask about");
            for item in batch {
                let mut other = item.analysis.sentiment.clone();
                (other.value, other.producer) = ("negative".to_owned(), "other");
                item.analysis.first = Some(std::mem::replace(&mut item.analysis.sentiment, other));
            }
        });
        let enricher = Enricher::new(Analyser::new(), hark_routing::Tree::bare()).asking(second);
        let events = [
            Event::Actor(actor("1", "ada", "ada@x.example")),
            Event::Item(item("1", "What a great day!", 5)),
        ];
        let admitted = events.map(|event| Admitted { event, cuts: Vec::new() }).into();
        let (entries, _) = enricher.enrich(admitted, &Origin { scope: "forum", observed_at: 9 }, None);
        let opinions = entries[1].annotations.iter().filter(|it| it.kind == AnnotationKind::Sentiment);
        let opinions: Vec<_> = opinions.map(|it| (it.producer, it.value.as_str())).collect();
        assert_eq!(opinions, [("hark-sentiment", "positive"), ("other", "negative")]);
    }
}
