//! Rules in the order of the file, found by their words.

use hark_config::{RuleConfig, WordPattern};
use hark_model::{Evidence, Route, RouteReason};

use crate::Facts;
use crate::matcher::{Hits, Matcher, PatternId};
use crate::tokens::Tokens;

/// The rules of one configuration, ready to route.
#[derive(Debug, Default)]
pub struct Router {
    rules: Vec<Rule>,
    matcher: Matcher,
    /// For each pattern the rules that need it.
    anchored: Vec<Vec<usize>>,
    /// Rules that need no word.
    unanchored: Vec<usize>,
}

#[derive(Debug)]
struct Rule {
    config: RuleConfig,
    any: Vec<PatternId>,
    all: Vec<PatternId>,
    none: Vec<PatternId>,
}

impl Router {
    /// Takes the rules of a configuration, in its order.
    pub fn new(rules: &[RuleConfig]) -> Self {
        let mut router = Self::default();
        for config in rules {
            router.add(config);
        }
        router
    }

    fn add(&mut self, config: &RuleConfig) {
        let number = self.rules.len();
        let mut ids = |patterns: &[WordPattern]| -> Vec<PatternId> {
            patterns.iter().map(|pattern| self.matcher.add(pattern)).collect()
        };
        let rule = Rule {
            any: ids(&config.words),
            all: ids(&config.words_all),
            none: ids(&config.not_words),
            config: config.clone(),
        };
        // One word of `words_all` is enough to find the rule, or each of `words`.
        let anchors = if rule.all.is_empty() { rule.any.as_slice() } else { &rule.all[..1] };
        if anchors.is_empty() {
            self.unanchored.push(number);
        }
        for id in anchors {
            if self.anchored.len() <= *id {
                self.anchored.resize_with(id + 1, Vec::new);
            }
            self.anchored[*id].push(number);
        }
        self.rules.push(rule);
    }

    /// Returns who should see the item, with every rule that had a say. A rule with `stop` that
    /// matches is the last to have one.
    pub fn route(&self, facts: &Facts<'_>) -> Route {
        let hits = self.matcher.find(&Tokens::of(facts.title, facts.text));
        let mut route = Route::default();
        for number in self.candidates(&hits) {
            let rule = &self.rules[number];
            let Some(evidence) = rule.matches(facts, &hits) else { continue };
            rule.say(&mut route, evidence);
            if rule.config.stop {
                break;
            }
        }
        route.tags.sort();
        route.tags.dedup();
        route
    }

    /// Rules that may match, in the order of the file.
    fn candidates(&self, hits: &Hits) -> Vec<usize> {
        let mut found = self.unanchored.clone();
        for id in hits.keys() {
            found.extend(self.anchored.get(*id).into_iter().flatten());
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl Rule {
    /// Returns the words that made the rule match, or nothing if it does not.
    fn matches(&self, facts: &Facts<'_>, hits: &Hits) -> Option<Vec<Evidence>> {
        let is_hit = |id: &PatternId| hits.contains_key(id);
        let any = self.any.is_empty() || self.any.iter().any(is_hit);
        let words = any && self.all.iter().all(is_hit) && !self.none.iter().any(is_hit);
        if !words || !fields_match(&self.config, facts) {
            return None;
        }
        let found = self.any.iter().chain(&self.all).filter_map(|id| hits.get(id));
        let mut evidence: Vec<Evidence> = found.flatten().cloned().collect();
        evidence.sort_by(|a, b| (a.start, a.end, &a.text).cmp(&(b.start, b.end, &b.text)));
        evidence.dedup();
        Some(evidence)
    }

    fn say(&self, route: &mut Route, evidence: Vec<Evidence>) {
        let config = &self.config;
        // The first rule that names somebody has the last word on who.
        if route.team.is_none() && route.person.is_none() {
            route.team.clone_from(&config.team);
            route.person.clone_from(&config.person);
        }
        route.priority = route.priority.max(config.priority);
        route.tags.extend(config.tags.iter().cloned());
        route.reasons.push(RouteReason { rule: config.name.clone(), evidence });
    }
}

/// Tells whether every condition of `rule` that is not about words holds.
pub(crate) fn fields_match(rule: &RuleConfig, facts: &Facts<'_>) -> bool {
    let score = facts.score;
    (rule.zones.is_empty() || rule.zones.contains(&facts.zone))
        && (rule.sources.is_empty() || rule.sources.iter().any(|source| source == facts.source))
        && (rule.sentiments.is_empty() || rule.sentiments.contains(&facts.sentiment))
        && rule.score_below.is_none_or(|bound| score.is_some_and(|score| score < bound))
        && rule.score_above.is_none_or(|bound| score.is_some_and(|score| score > bound))
        && (rule.languages.is_empty() || rule.languages.iter().any(|language| facts.language_is(language)))
        && (rule.authors.is_empty() || rule.authors.iter().any(|author| facts.author_is(author)))
        && (rule.places.is_empty()
            || rule.places.iter().any(|pattern| facts.place.is_some_and(|place| pattern.matches(place))))
}

#[cfg(test)]
mod tests;
