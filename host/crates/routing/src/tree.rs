//! The tree of rules: a root that takes everything, and rules under it that inherit what they do not say.
//!
//! Holds: an item goes down as far as filters let it through; where no rule further down takes it, the rule that it has
//! come to does. Under one rule every rule is asked, in the order of the file, until one that says `stop`. A tree
//! is whole: it comes from a file in which nothing was wrong. Not here: TOML, people.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use hark_model::{Ms, Priority, Zone};
use hark_query::{Filter, NoLists, Standing, WordCounts};

use crate::Name;
use crate::assign::Assignment;
use crate::calendar::{Calendar, Opening};
use crate::decision::{Addressee, Decision, Taken, Waits};
use crate::item::Item;
use crate::label::Label;
use crate::people::{Experts, Method, Person, Team};
use crate::quiet::{Inhibition, Silences};
use crate::read::Surroundings;
use crate::rotation::Rotation;
use crate::service::Level;
use crate::state::State;

/// Name of the root: rules are not called so.
pub(crate) const ROOT: &str = "root";

/// Rules, teams, persons, calendars and service levels, ready to route.
#[derive(Debug, Default)]
pub struct Tree {
    pub(crate) digest: [u8; 32],
    /// Each rule stands before those under it, which follow it at once; the root is the first.
    pub(crate) nodes: Vec<Node>,
    /// The filters of all rules but the root, each joined with those above it: a rule without an anchor of its own has that
    /// of the rule it stands under.
    pub(crate) standing: Standing,
    pub(crate) silences: Silences,
    pub(crate) inhibitions: Vec<Inhibition>,
    pub(crate) calendars: Vec<Arc<Calendar>>,
    pub(crate) people: Vec<Person>,
    pub(crate) teams: Vec<Team>,
    pub(crate) rotations: Vec<Rotation>,
    pub(crate) levels: Vec<Level>,
    pub(crate) person_places: HashMap<Name, usize>,
    pub(crate) team_places: HashMap<Name, usize>,
    pub(crate) rule_places: HashMap<Name, usize>,
}

/// One rule, with what it inherits.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub name: Name,
    /// Line of the file, from 1.
    pub line: usize,
    pub parent: usize,
    /// Behind the last rule under it.
    pub end: usize,
    /// Its own filter.
    pub when: Filter,
    pub team: Option<usize>,
    pub person: Option<usize>,
    /// It, or a rule above it that is not the root, says whom items go to (team, person) or how one is chosen (assign,
    /// skills, functions).
    pub names_owner: bool,
    pub assign: Option<Method>,
    pub skills: Vec<Name>,
    pub functions: Vec<Name>,
    pub priority: Option<Priority>,
    pub tags: Vec<Name>,
    pub group_by: Vec<Label>,
    pub waits: Waits,
    pub notify: Vec<Addressee>,
    /// Places of calendars while which are open it is quiet.
    pub mute: Vec<usize>,
    /// Places of calendars of which one must be open; always if there are none.
    pub active: Vec<usize>,
    pub service: Option<usize>,
    pub stop: bool,
}

/// What a decision is made within.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The time.
    pub now: Ms,
    /// Who knows about an item.
    pub experts: &'a dyn Experts,
    /// Silences beside those of the file.
    pub silences: Option<&'a Silences>,
}

/// What the work on one item needs; kept between items, so that little is allocated for each.
#[derive(Debug, Default)]
pub struct RouteScratch {
    digest: [u8; 32],
    pub(crate) rules: hark_query::Scratch,
    pub(crate) silences: hark_query::Scratch,
    pub(crate) more_silences: hark_query::Scratch,
    /// For each calendar what it said last: of now, and of when notices are due.
    openings: Vec<[Option<Opening>; 2]>,
    stack: Vec<Reached>,
}

#[derive(Debug)]
struct Reached {
    node: usize,
    /// A rule under it takes the item.
    goes_on: bool,
    is_stopped: bool,
}

impl RouteScratch {
    fn begin(&mut self, tree: &Tree) {
        if self.digest != tree.digest || self.openings.len() != tree.calendars.len() {
            self.digest = tree.digest;
            self.openings.clear();
            self.openings.resize(tree.calendars.len(), [None; 2]);
        }
    }

    /// Returns what a calendar says at `at`; most items come while it says the same.
    pub(crate) fn opening(&mut self, tree: &Tree, calendar: usize, at: Ms) -> Option<Opening> {
        let known = self.openings.get_mut(calendar)?;
        let holds = |opening: &Option<Opening>| opening.is_some_and(|own| own.from <= at && at < own.until);
        if !known.first().is_some_and(holds) {
            // The other may hold; else what was asked for longest makes room.
            known.reverse();
            if !known.first().is_some_and(holds) {
                known[0] = Some(tree.calendars.get(calendar)?.opening(at));
            }
        }
        known[0]
    }
}

impl Tree {
    /// Returns the rules of who has none: everything waits in the queue of the root.
    pub fn bare() -> Self {
        let counts = WordCounts::default();
        let around = Surroundings { lists: &NoLists, counts: &counts };
        Self::parse("", Path::new(""), &around).expect("nothing is wrong with an empty file")
    }

    /// Returns what is to become of an item. The same item, state and context give the same decision always.
    pub fn route(
        &self,
        item: &Item<'_>,
        context: &Context<'_>,
        state: &State,
        scratch: &mut RouteScratch,
    ) -> Decision {
        scratch.begin(self);
        let taken = self.walk(item, context.now, scratch);
        let namer = taken.iter().copied().find(|node| self.nodes[*node].names_owner).unwrap_or(0);
        let assigned = Assignment::of(self, &self.nodes[namer], item, context, state, scratch);
        let nodes = || taken.iter().map(|node| &self.nodes[*node]);
        let mut tags: Vec<Name> = nodes().flat_map(|node| node.tags.iter().cloned()).collect();
        tags.sort();
        tags.dedup();
        let service = nodes().find_map(|node| node.service).or_else(|| self.level_place(item.record.zone));
        let mut decision = Decision {
            at: context.now,
            conversation: item.conversation.into(),
            author: item.author.map(Into::into),
            taken: nodes().map(|node| node.taken(item)).collect(),
            owner: assigned.owner,
            named_by: self.nodes[namer].name.clone(),
            reasons: assigned.reasons,
            handed_over_from: assigned.handed_over_from,
            priority: nodes().filter_map(|node| node.priority).max(),
            tags,
            service: service.and_then(|place| self.levels.get(place)).map(|level| level.name.clone()),
            notices: Vec::new(),
            raised: Vec::new(),
        };
        self.tell(&mut decision, &taken, item, context, state, scratch);
        decision
    }

    /// Returns the rules that take the item, in order; at least one.
    fn walk(&self, item: &Item<'_>, now: Ms, scratch: &mut RouteScratch) -> Vec<usize> {
        let RouteScratch { rules, stack, .. } = scratch;
        let mut taken = Vec::new();
        let mut leave = |stack: &mut Vec<Reached>| {
            taken.extend(stack.pop().filter(|reached| !reached.goes_on).map(|reached| reached.node));
        };
        stack.clear();
        stack.push(Reached { node: 0, goes_on: false, is_stopped: false });
        for number in self.standing.matches(&item.record, now, rules) {
            let at = *number as usize + 1;
            while stack.last().is_some_and(|top| self.nodes[top.node].end <= at) {
                leave(stack);
            }
            let node = &self.nodes[at];
            let Some(top) = stack.last_mut() else { break };
            // What is above it was not come to, or a rule before it said `stop`.
            if top.node != node.parent || top.is_stopped {
                continue;
            }
            (top.goes_on, top.is_stopped) = (true, node.stop);
            stack.push(Reached { node: at, goes_on: false, is_stopped: false });
        }
        while !stack.is_empty() {
            leave(stack);
        }
        taken
    }

    /// Returns the rules without an anchor, neither of their own nor of what they stand under: each is looked at for every
    /// item, so a word that must be in the item, or a tag, would make it cheaper.
    pub fn unanchored(&self) -> impl Iterator<Item = &str> {
        self.standing.unanchored()
    }

    /// Returns how many rules there are beside the root.
    pub fn rules(&self) -> usize {
        self.standing.len()
    }

    /// Yields the names of the rules beside the root.
    pub fn rule_names(&self) -> impl Iterator<Item = &str> + Clone {
        self.nodes.iter().skip(1).map(|node| &*node.name)
    }

    /// Returns the digest of the file that the tree was made of.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// Returns the silences of the file.
    pub fn silences(&self) -> &Silences {
        &self.silences
    }

    /// Returns the persons, in the order of the file.
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// Returns the teams, in the order of the file.
    pub fn teams(&self) -> &[Team] {
        &self.teams
    }

    /// Returns the service level of that name.
    pub fn level(&self, name: &str) -> Option<&Level> {
        self.levels.iter().find(|level| &*level.name == name)
    }

    /// Returns the calendar of that name.
    pub fn calendar(&self, name: &str) -> Option<&Calendar> {
        self.calendars.iter().find(|calendar| calendar.name() == name).map(|calendar| &**calendar)
    }

    /// Returns who of the rotation of that name has the shift at `at`.
    pub fn on_call(&self, rotation: &str, at: Ms) -> Option<&Person> {
        let rotation = self.rotations.iter().find(|own| own.name() == rotation)?;
        self.people.get(rotation.on_call(at).person)
    }

    /// Tells whether somebody may see items of a zone. Nobody else is told of them, by whatever way.
    pub fn may_see(&self, who: &Addressee, zone: Zone) -> bool {
        match who {
            Addressee::Person(name) => {
                self.person_places.get(name).is_some_and(|place| self.people[*place].zones.contains(&zone))
            }
            Addressee::Team(name) => {
                self.team_places.get(name).is_some_and(|place| self.teams[*place].zones.contains(&zone))
            }
        }
    }

    /// Tells whether rule `node` is `above` or stands under it.
    pub(crate) fn is_under(&self, node: usize, above: usize) -> bool {
        self.nodes.get(above).is_some_and(|own| above <= node && node < own.end)
    }

    /// Yields a rule and those above it, up to the root.
    pub(crate) fn path(&self, node: usize) -> impl Iterator<Item = usize> {
        let parent = |at: &usize| (*at > 0).then(|| self.nodes[*at].parent);
        std::iter::successors(Some(node), parent)
    }

    fn level_place(&self, zone: Zone) -> Option<usize> {
        self.levels.iter().position(|level| level.zones.contains(&zone))
    }
}

impl Node {
    fn taken(&self, item: &Item<'_>) -> Taken {
        Taken {
            rule: self.name.clone(),
            group: Label::key(&self.name, &self.group_by, item),
            waits: self.waits,
        }
    }
}

#[cfg(test)]
mod tests;
