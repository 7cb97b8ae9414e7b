//! What other rules would do with the same items: a dry run, as a difference.
//!
//! Holds: nothing that is given is changed; the same rules make no difference.

use std::collections::BTreeMap;

use hark_model::Priority;

use crate::Name;
use crate::decision::{Addressee, Decision, Owner};
use crate::item::Item;
use crate::state::State;
use crate::tree::{Context, RouteScratch, Tree};

/// What other rules would do.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Difference {
    /// How many items were tried.
    pub items: usize,
    /// Items that would go elsewhere, or for other reasons, in their order.
    pub moves: Vec<Move>,
    /// How many would go from whom to whom; those whose owner stays are not among them.
    pub owners: BTreeMap<(Owner, Owner), usize>,
}

/// An item that would go elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// Its place among the items, from 0.
    pub item: usize,
    /// Where it goes now.
    pub old: Place,
    /// Where it would go.
    pub new: Place,
}

/// Where an item goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Who has it.
    pub owner: Owner,
    /// Rules that take it.
    pub rules: Vec<Name>,
    /// How soon.
    pub priority: Option<Priority>,
    /// Its tags.
    pub tags: Vec<Name>,
    /// The service level that counts.
    pub service: Option<Name>,
    /// Who is told.
    pub told: Vec<Addressee>,
}

impl Place {
    fn of(decision: &Decision) -> Self {
        let heard = decision.notices.iter().filter(|notice| notice.due_at.is_some());
        let mut told: Vec<Addressee> = heard.flat_map(|notice| notice.to.iter().cloned()).collect();
        told.sort();
        told.dedup();
        Self {
            owner: decision.owner.clone(),
            rules: decision.taken.iter().map(|taken| taken.rule.clone()).collect(),
            priority: decision.priority,
            tags: decision.tags.clone(),
            service: decision.service.clone(),
            told,
        }
    }
}

impl Difference {
    /// Routes `items` with both trees, each from the same state on, as if they came one behind the other.
    pub fn between<'i>(
        old: &Tree,
        new: &Tree,
        items: impl IntoIterator<Item = &'i Item<'i>>,
        context: &Context<'_>,
        state: &State,
    ) -> Self {
        let mut runs = [Run::new(old, state), Run::new(new, state)];
        let mut difference = Self::default();
        for (number, item) in items.into_iter().enumerate() {
            difference.items += 1;
            let [old, new] = runs.each_mut().map(|run| run.place(item, context));
            if old == new {
                continue;
            }
            if old.owner != new.owner {
                *difference.owners.entry((old.owner.clone(), new.owner.clone())).or_default() += 1;
            }
            difference.moves.push(Move { item: number, old, new });
        }
        difference
    }
}

struct Run<'a> {
    tree: &'a Tree,
    state: State,
    scratch: RouteScratch,
}

impl<'a> Run<'a> {
    fn new(tree: &'a Tree, state: &State) -> Self {
        Self { tree, state: state.clone(), scratch: RouteScratch::default() }
    }

    fn place(&mut self, item: &Item<'_>, context: &Context<'_>) -> Place {
        let decision = self.tree.route(item, context, &self.state, &mut self.scratch);
        self.state.apply(&decision);
        Place::of(&decision)
    }
}

/// Writes it for people: a line for each way that items would take, those with most items first.
impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {} items would be routed otherwise", self.moves.len(), self.items)?;
        let mut ways: Vec<_> = self.owners.iter().collect();
        ways.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        for ((old, new), count) in ways {
            write!(f, "\n{count:>8}  {old} -> {new}")?;
        }
        Ok(())
    }
}
