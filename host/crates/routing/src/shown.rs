//! A decision as it is kept with its item: team, person, priority, tags, and each rule with the words that it met.
//!
//! Holds: a decision in which no rule had a say is kept as nothing.

use hark_model::{Evidence, Ms, Route, RouteReason};
use hark_query::{Ambient, Column, Spot};

use crate::decision::{Decision, Owner, Reason};
use crate::item::Item;
use crate::limits;
use crate::tree::Tree;

impl Decision {
    /// Tells whether nobody has a say: only the root took the item, and it says nothing of it.
    pub fn is_silent(&self) -> bool {
        let only_root = self.taken.iter().all(|taken| &*taken.rule == crate::tree::ROOT);
        only_root
            && self.owner == Owner::Root
            && self.priority.is_none()
            && self.tags.is_empty()
            && self.service.is_none()
            && self.notices.is_empty()
    }

    /// Returns the person who is named by a rule, and not chosen by turn or load.
    fn named_person(&self) -> Option<&str> {
        self.reasons.iter().find_map(|reason| match reason {
            Reason::Named(person) => Some(&**person),
            _ => None,
        })
    }
}

impl Tree {
    /// Returns what is kept of a decision. Where the item opens no work, nobody is chosen: a person is kept
    /// only where a rule names her.
    pub fn shown(&self, decision: &Decision, item: &Item<'_>, opens_work: bool) -> Route {
        if decision.is_silent() {
            return Route::default();
        }
        let (team, person) = match &decision.owner {
            Owner::Person { person, team } => (team.as_deref(), Some(&**person)),
            Owner::Team(team) => (Some(&**team), None),
            Owner::Root => (None, None),
        };
        let person = if opens_work { person } else { decision.named_person() };
        Route {
            team: team.map(str::to_owned),
            person: person.map(str::to_owned),
            priority: decision.priority,
            tags: decision.tags.iter().map(ToString::to_string).collect(),
            reasons: decision
                .taken
                .iter()
                .map(|taken| RouteReason {
                    rule: taken.rule.to_string(),
                    evidence: self.evidence(&taken.rule, item, decision.at),
                })
                .collect(),
        }
    }

    /// Returns the words that a rule and those above it met, in their order.
    fn evidence(&self, rule: &str, item: &Item<'_>, now: Ms) -> Vec<Evidence> {
        let Some(place) = self.rule_places.get(rule) else { return Vec::new() };
        let ambient = Ambient { now, me: None };
        let traces = self.path(*place).filter_map(|node| {
            // A filter that cannot be asked is in no tree.
            self.nodes[node].when.trace(&item.record, ambient).ok().flatten()
        });
        let mut evidence: Vec<Evidence> =
            traces.flat_map(|trace| trace.spots().into_iter().map(evidence_of).collect::<Vec<_>>()).collect();
        evidence.sort_by(|a, b| (a.start, a.end, &a.text).cmp(&(b.start, b.end, &b.text)));
        evidence.dedup();
        evidence.truncate(limits::EVIDENCE_MAX);
        evidence
    }
}

/// Offsets are into the text; words of the title have none (0 to 0).
fn evidence_of(spot: &Spot) -> Evidence {
    let (start, end) = match spot.column {
        Column::Title => (0, 0),
        Column::Text => (spot.span.start, spot.span.end),
    };
    Evidence { start, end, text: spot.text.clone(), weight: 1.0 }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use hark_model::{ItemUid, Priority, Zone};
    use hark_query::{NoLists, Record, WordCounts};

    use super::*;
    use crate::{Context, NoExperts, RouteScratch, State, Surroundings};

    #[test]
    fn a_decision_is_kept_with_the_words_of_its_rules() {
        let rules = r#"
[person.ann]
zones = ["social"]
[team.cards]
members = ["ann"]
[[rule]]
name = "card"
when = "card*"
team = "cards"
tags = ["money"]
[[rule]]
name = "lost"
under = "card"
when = "lost or stolen"
priority = "high"
"#;
        let counts = WordCounts::default();
        let around = Surroundings { lists: &NoLists, counts: &counts };
        let tree = Tree::parse(rules, Path::new("rules.toml"), &around).unwrap();
        let shown = |title, text, opens| {
            let record = Record { title, ..Record::new(ItemUid::from_bytes([0; 16]), Zone::Social, text, 0) };
            let item = Item { record, conversation: "c", author: None };
            let context = Context { now: 0, experts: &NoExperts, silences: None };
            let decision = tree.route(&item, &context, &State::default(), &mut RouteScratch::default());
            tree.shown(&decision, &item, opens)
        };
        let route = shown(Some("My card"), "I lost it", true);
        assert_eq!((route.team.as_deref(), route.person.as_deref()), (Some("cards"), Some("ann")));
        assert_eq!(
            (route.priority, route.tags.as_slice()),
            (Some(Priority::High), &["money".to_owned()][..])
        );
        let words: Vec<_> =
            route.reasons[0].evidence.iter().map(|own| (own.start, own.end, own.text.as_str())).collect();
        assert_eq!((route.reasons[0].rule.as_str(), words), ("lost", vec![(0, 0, "card"), (2, 6, "lost")]));
        assert_eq!(shown(None, "a lost card", false).person, None, "nobody was chosen");
        assert_eq!(shown(None, "good morning", true), Route::default());
    }
}
