//! Why an item went where it went: every rule that it came to, with the words and values that decided, and everything
//! that is needed to decide it again.
//!
//! Holds: the rules are asked one by one here, without the index; the decision is that of [`Tree::route`].

use std::cell::RefCell;

use hark_model::Ms;
use hark_query::{Ambient, RefusedRule, Trace, Words};

use crate::Name;
use crate::decision::{Decision, Owner, Reason};
use crate::item::{Item, Snapshot};
use crate::limits;
use crate::people::{Expert, Experts};
use crate::quiet::{Silence, Silences};
use crate::state::State;
use crate::tree::{Context, RouteScratch, Tree};

/// Why an item went where it went.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// Digest of the file of the rules that decided.
    pub digest: [u8; 32],
    /// What was decided.
    pub decision: Decision,
    /// Every rule that the item came to and whose filter let it through, in order; the root is the first.
    pub came_to: Vec<Seen>,
    /// Rules that it came to and whose filter did not let it through, though words of theirs stand in it: at most
    /// [`limits::MISSES_MAX`].
    pub missed: Vec<Seen>,
    /// How many more rules it came to.
    pub others: usize,
    item: Snapshot,
    state: State,
    ranks: Vec<(Box<str>, Vec<Expert>)>,
    silences: Vec<Silence>,
}

/// A rule and an item.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Name of the rule.
    pub rule: Name,
    /// Line of the file, from 1.
    pub line: usize,
    /// Its filter, written in the one form.
    pub filter: String,
    /// What the filter asked and what the item had; nothing where it asks nothing.
    pub trace: Option<Trace>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a rule and an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The rule took the item.
    Took,
    /// A rule under it took the item.
    LedOn,
    /// Its filter did not let the item through.
    Missed,
    /// Its filter lets the item through, but this rule before it said `stop`.
    StoppedBy(Name),
}

/// Why an explanation cannot be played again.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The rules are others.
    #[error("it was decided by another file of rules; load that one")]
    OtherRules,
    /// A silence cannot stand.
    #[error("a silence of then cannot stand")]
    Silence(#[source] RefusedRule),
}

/// Remembers what an expert finder said.
struct Recorded<'a> {
    experts: &'a dyn Experts,
    ranks: RefCell<Vec<(Box<str>, Vec<Expert>)>>,
}

impl Experts for Recorded<'_> {
    fn rank(&self, item: &Item<'_>, team: &str) -> Vec<Expert> {
        let ranked = self.experts.rank(item, team);
        self.ranks.borrow_mut().push((team.into(), ranked.clone()));
        ranked
    }
}

/// Says what an expert finder said.
struct Replayed<'a>(&'a [(Box<str>, Vec<Expert>)]);

impl Experts for Replayed<'_> {
    fn rank(&self, _: &Item<'_>, team: &str) -> Vec<Expert> {
        let said = self.0.iter().find(|(own, _)| **own == *team);
        said.map(|(_, ranked)| ranked.clone()).unwrap_or_default()
    }
}

impl Tree {
    /// Decides like [`Tree::route`], and says why. This asks every rule: it is for people, not for every item.
    pub fn explain(&self, item: &Item<'_>, context: &Context<'_>, state: &State) -> Explanation {
        let experts = Recorded { experts: context.experts, ranks: RefCell::default() };
        let recorded = Context { experts: &experts, ..*context };
        let decision = self.route(item, &recorded, state, &mut RouteScratch::default());
        let Considered { came_to, missed, others } = self.consider(item, context.now, &decision);
        Explanation {
            digest: self.digest,
            came_to,
            missed,
            others,
            item: Snapshot::of(item),
            state: self.excerpt(item, &decision, state),
            ranks: experts.ranks.into_inner(),
            silences: context.silences.map(|silences| silences.list().to_vec()).unwrap_or_default(),
            decision,
        }
    }

    /// Returns what rule `name` makes of an item, whether the item comes to it or not; nothing if there is no such rule.
    pub fn explain_rule(&self, name: &str, item: &Item<'_>, now: Ms) -> Option<Option<Trace>> {
        let node = self.nodes.iter().find(|node| &*node.name == name)?;
        // A filter that cannot be asked is in no tree.
        node.when.trace(&item.record, Ambient { now, me: None }).ok()
    }

    /// Asks every rule that the item comes to, one by one.
    fn consider(&self, item: &Item<'_>, now: Ms, decision: &Decision) -> Considered {
        let words = Words::of(item.record.title, item.record.text);
        let ambient = Ambient { now, me: None };
        let mut considered = Considered::default();
        let mut is_reached = vec![false; self.nodes.len()];
        let mut stopped: Vec<Option<usize>> = vec![None; self.nodes.len()];
        for (at, node) in self.nodes.iter().enumerate() {
            if at > 0 && !is_reached[node.parent] {
                continue;
            }
            let holds = node.when.matches(&item.record, &words, ambient).unwrap_or(false);
            let outcome = match stopped[node.parent].filter(|_| at > 0 && holds) {
                Some(by) => Outcome::StoppedBy(self.nodes[by].name.clone()),
                None if !holds => Outcome::Missed,
                None => {
                    is_reached[at] = true;
                    if at > 0 && node.stop {
                        stopped[node.parent] = Some(at);
                    }
                    let is_taker = decision.taken.iter().any(|taken| taken.rule == node.name);
                    if is_taker { Outcome::Took } else { Outcome::LedOn }
                }
            };
            let is_full = considered.missed.len() >= limits::MISSES_MAX;
            if outcome == Outcome::Missed && is_full {
                considered.others += 1;
                continue;
            }
            let trace = node.when.trace(&item.record, ambient).ok().flatten();
            let filter = node.when.to_string();
            let seen = Seen { rule: node.name.clone(), line: node.line, filter, trace, outcome };
            considered.take(seen);
        }
        considered
    }

    /// Returns what of the state the decision was made from.
    fn excerpt(&self, item: &Item<'_>, decision: &Decision, state: &State) -> State {
        let mut excerpt = State::default();
        let node = self.nodes.iter().find(|node| node.name == decision.named_by);
        let team = node.and_then(|node| node.team).and_then(|team| self.teams.get(team));
        let rotation = team.and_then(|team| team.rotation).and_then(|place| self.rotations.get(place));
        let members = team.into_iter().flat_map(|team| &team.members);
        let shifts = rotation
            .into_iter()
            .flat_map(|own| own.people.iter().chain(own.covers.iter().map(|cover| &cover.person)));
        let named = node.and_then(|node| node.person.as_ref());
        let places = members.chain(shifts).chain(named);
        let mut people: Vec<Name> =
            places.filter_map(|place| self.people.get(*place)).map(|person| person.name.clone()).collect();
        if let Some(work) = state.work.get(item.conversation) {
            excerpt.work.insert(item.conversation.into(), work.clone());
            if let Owner::Person { person, .. } = &work.owner {
                people.push(person.clone());
            }
        }
        excerpt.desks =
            people.into_iter().filter_map(|name| Some((name.clone(), *state.desks.get(&name)?))).collect();
        if let Some(team) = team {
            let name = &team.name;
            excerpt.queues.extend(state.queues.get(name).map(|load| (name.clone(), *load)));
            excerpt.turns.extend(state.turns.get(name).map(|last| (name.clone(), last.clone())));
            let sticky = item.author.and_then(|author| state.sticky.get(name)?.get_key_value(author));
            let sticky =
                sticky.map(|(author, sticky)| (name.clone(), [(author.clone(), sticky.clone())].into()));
            excerpt.sticky.extend(sticky);
        }
        for taken in &decision.taken {
            let group = state.groups.get(&taken.group);
            excerpt.groups.extend(group.map(|group| (taken.group.clone(), group.clone())));
        }
        for inhibition in &self.inhibitions {
            let key = inhibition.key(item);
            excerpt.raised.extend(state.raised.get(&key).map(|until| (key.clone(), *until)));
        }
        excerpt
    }
}

#[derive(Default)]
struct Considered {
    came_to: Vec<Seen>,
    missed: Vec<Seen>,
    others: usize,
}

impl Considered {
    fn take(&mut self, seen: Seen) {
        let touches = |seen: &Seen| seen.trace.as_ref().is_some_and(Trace::touches);
        match seen.outcome {
            Outcome::Missed if !touches(&seen) => self.others += 1,
            Outcome::Missed => self.missed.push(seen),
            _ => self.came_to.push(seen),
        }
    }
}

impl Explanation {
    /// Decides again, with the rules of then: the item, the state and what others said are part of the explanation.
    pub fn replay(&self, tree: &Tree) -> Result<Decision, ReplayError> {
        if tree.digest != self.digest {
            return Err(ReplayError::OtherRules);
        }
        let silences = Silences::new(self.silences.clone()).map_err(ReplayError::Silence)?;
        let experts = Replayed(&self.ranks);
        let context = Context { now: self.decision.at, experts: &experts, silences: Some(&silences) };
        Ok(tree.route(&self.item.item(), &context, &self.state, &mut RouteScratch::default()))
    }
}

/// Writes it for people, a line for each step.
impl std::fmt::Display for Explanation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let decision = &self.decision;
        writeln!(f, "{}, named by rule {}", decision.owner, decision.named_by)?;
        for reason in &decision.reasons {
            writeln!(f, "  {reason}")?;
        }
        for seen in self.came_to.iter().chain(&self.missed) {
            write!(f, "rule {} (line {}) ", seen.rule, seen.line)?;
            match &seen.outcome {
                Outcome::Took => f.write_str("took it")?,
                Outcome::LedOn => f.write_str("led on")?,
                Outcome::StoppedBy(rule) => write!(f, "came behind {rule}, which said stop")?,
                Outcome::Missed => f.write_str("did not match")?,
            }
            match &seen.trace {
                Some(trace) if seen.outcome == Outcome::Missed => {
                    writeln!(f, ": not so: {}", trace.misses().join("; "))?;
                }
                Some(trace) => writeln!(f, ": {trace}")?,
                None => writeln!(f, ": it takes everything")?,
            }
        }
        for notice in &decision.notices {
            let to: Vec<String> = notice.to.iter().map(ToString::to_string).collect();
            writeln!(
                f,
                "notice of rule {} to {}: {}",
                notice.rule,
                to.join(", "),
                crate::words::notice(notice)
            )?;
        }
        write!(f, "{} more rules have no word in it", self.others)
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        crate::words::reason(self, f)
    }
}
