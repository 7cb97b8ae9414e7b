//! A plain in-memory store: it keeps all that was said and works the answer out from the whole, each time.

use std::collections::{BTreeMap, BTreeSet};

use hark_model::*;
use hark_store::Committed;

use crate::events::Seen;
use crate::given::SOURCES;

/// All that was said.
#[derive(Debug, Default)]
pub struct Twin {
    seen: Vec<Seen>,
}

/// What must be true of one item.
#[derive(Debug, PartialEq)]
pub struct Expected {
    pub zone: Zone,
    pub visibility: Visibility,
    pub published_at: Ms,
    pub observed_at: Ms,
    pub feed_at: Ms,
    pub removed_at: Option<Ms>,
    pub revisions: usize,
    pub likes: Option<u64>,
    /// Texts that may be shown: one, unless the platform left the order open.
    pub texts: BTreeSet<String>,
    pub author_name: Option<Option<String>>,
    pub sources: BTreeSet<String>,
}

impl Twin {
    pub fn hear(&mut self, seen: &Seen) {
        self.seen.push(seen.clone());
    }

    /// Returns what must be true of every item, by scope and id.
    pub fn items(&self) -> BTreeMap<(String, String), Expected> {
        let mut ids = BTreeSet::new();
        for seen in &self.seen {
            if let Event::Item(item) = &seen.event {
                ids.insert((SOURCES[seen.source].0.to_owned(), item.id.clone()));
            }
        }
        ids.into_iter().map(|id| (id.clone(), self.item(&id.0, &id.1))).collect()
    }

    /// Returns how many of each sort `commit` must have reported in all.
    pub fn agrees(&self, done: &[Committed]) -> bool {
        let sum = |what: fn(&Committed) -> u32| done.iter().map(what).sum::<u32>() as usize;
        let said = self.seen.iter().filter(|seen| matches!(seen.event, Event::Item(_))).count();
        let items = self.items();
        let revisions: usize = items.values().map(|item| item.revisions).sum();
        sum(|c| c.new_items) == items.len()
            && sum(|c| c.new_items) + sum(|c| c.new_revisions) == revisions
            && sum(|c| c.new_items) + sum(|c| c.new_revisions) + sum(|c| c.duplicates) == said
    }

    fn of_scope<'a>(&'a self, scope: &'a str) -> impl Iterator<Item = &'a Seen> {
        self.seen.iter().filter(move |seen| SOURCES[seen.source].0 == scope)
    }

    fn item(&self, scope: &str, id: &str) -> Expected {
        let said: Vec<(&Seen, &Item)> = self
            .of_scope(scope)
            .filter_map(|seen| match &seen.event {
                Event::Item(item) if item.id == id => Some((seen, item)),
                _ => None,
            })
            .collect();
        let best = said.iter().map(|(_, item)| rank(item)).max().unwrap();
        let shown: Vec<&Item> =
            said.iter().map(|(_, item)| *item).filter(|item| rank(item) == best).collect();
        let published_at =
            said.iter().map(|(_, i)| (i.published_is_estimate, i.published_at)).min().unwrap().1;
        let observed_at = said.iter().map(|(seen, _)| seen.observed_at).min().unwrap();
        let contents: BTreeSet<_> = said.iter().map(|(_, i)| (&i.text, &i.title, &i.html)).collect();
        let removed_at = self.removed_at(scope, id, &said);
        Expected {
            zone: said.iter().map(|(seen, _)| SOURCES[seen.source].1).min().unwrap(),
            visibility: said.iter().map(|(_, item)| item.visibility).max().unwrap(),
            published_at,
            observed_at,
            feed_at: published_at.min(observed_at + 300_000),
            removed_at,
            revisions: contents.len(),
            likes: self.likes(scope, id, &said),
            texts: match removed_at {
                Some(_) => BTreeSet::from([String::new()]),
                None => shown.iter().map(|item| item.text.clone()).collect(),
            },
            author_name: self.author_name(scope, &shown),
            sources: said.iter().map(|(seen, _)| format!("source-{}", seen.source)).collect(),
        }
    }

    fn removed_at(&self, scope: &str, id: &str, said: &[(&Seen, &Item)]) -> Option<Ms> {
        let removed = self.of_scope(scope).filter_map(|seen| match &seen.event {
            Event::Removal(removal) if removal.id == id => Some(removal.at.unwrap_or(seen.observed_at)),
            _ => None,
        });
        let claims = said.iter().filter_map(|(seen, item)| {
            let claim = item.edited_at.or((!item.published_is_estimate).then_some(item.published_at));
            claim.filter(|claim| *claim <= seen.observed_at + 300_000)
        });
        let claimed = claims.max();
        removed.max().filter(|removed| claimed.is_none_or(|claimed| claimed <= *removed))
    }

    fn likes(&self, scope: &str, id: &str, said: &[(&Seen, &Item)]) -> Option<u64> {
        let with_items =
            said.iter().filter_map(|(seen, item)| Some((seen.observed_at, item.counters.as_ref()?)));
        let alone = self.of_scope(scope).filter_map(|seen| match &seen.event {
            Event::Engagement(engagement) if engagement.id == id => {
                Some((engagement.at, &engagement.counters))
            }
            _ => None,
        });
        let told =
            with_items.chain(alone).filter(|(_, c)| c.likes.or(c.views).is_some() || c.score.is_some());
        told.max_by_key(|(at, c)| (*at, c.likes, c.views, c.score)).and_then(|(_, counters)| counters.likes)
    }

    /// Returns the author's name, unless it is open whose name it is.
    fn author_name(&self, scope: &str, shown: &[&Item]) -> Option<Option<String>> {
        let authors: BTreeSet<_> = shown.iter().map(|item| &item.author).collect();
        if authors.len() > 1 {
            return None;
        }
        let author = authors.first().and_then(|author| author.as_ref())?;
        let names = self.of_scope(scope).filter_map(|seen| match &seen.event {
            Event::Actor(actor) if actor.id == *author => Some((actor.seen_at, actor.display_name.clone()?)),
            _ => None,
        });
        Some(names.max().map(|(_, name)| name))
    }
}

/// What the platform itself says of the order of contents.
fn rank(item: &Item) -> (Option<Ms>, usize) {
    let marks = ["", "2", "10", "x"];
    (item.edited_at, marks.iter().position(|mark| *mark == item.revision).unwrap())
}
