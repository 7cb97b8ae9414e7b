//! Who gets an item: a person of the team that the rule names, else the team's queue, else the queue of the root.
//!
//! Holds: nobody gets what her zone does not allow, whatever a rule says; who is away or full is passed over, and it is
//! said why. Who has the conversation keeps it while she is there.

use crate::Name;
use crate::decision::{Owner, Reason, Unfit, WhyQueued, WhyRefused};
use crate::item::Item;
use crate::limits;
use crate::people::{Method, Team};
use crate::state::{Desk, Presence, State};
use crate::tree::{Context, Node, RouteScratch, Tree};

/// An owner with how it came about.
#[derive(Debug)]
pub(crate) struct Assignment {
    pub owner: Owner,
    pub reasons: Vec<Reason>,
    pub handed_over_from: Option<Name>,
}

/// Whether a person fits an item that is hers already or is to become hers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    ToKeep,
    ToTake,
}

impl Assignment {
    pub fn of(
        tree: &Tree,
        node: &Node,
        item: &Item<'_>,
        context: &Context<'_>,
        state: &State,
        scratch: &mut RouteScratch,
    ) -> Self {
        let mut search = Search {
            tree,
            node,
            item,
            context,
            state,
            scratch,
            reasons: Vec::with_capacity(limits::PASSED_MAX),
            passed: Vec::with_capacity(limits::PASSED_MAX),
            passed_more: 0,
        };
        let before = state.work.get(item.conversation).map(|work| &work.owner);
        let owner = search.owner(before);
        let mut reasons = search.reasons;
        if search.passed_more > 0 {
            reasons.push(Reason::PassedMore(search.passed_more));
        }
        let handed_over_from = match (before, &owner) {
            (Some(Owner::Person { person: old, .. }), new) if !is_with(new, old) => Some(old.clone()),
            _ => None,
        };
        Self { owner, reasons, handed_over_from }
    }
}

fn is_with(owner: &Owner, wanted: &str) -> bool {
    matches!(owner, Owner::Person { person, .. } if &**person == wanted)
}

struct Search<'a> {
    tree: &'a Tree,
    node: &'a Node,
    item: &'a Item<'a>,
    context: &'a Context<'a>,
    state: &'a State,
    scratch: &'a mut RouteScratch,
    reasons: Vec<Reason>,
    /// Places of those who were passed over.
    passed: Vec<usize>,
    /// Passed over beside those in `reasons`.
    passed_more: usize,
}

impl Search<'_> {
    fn owner(&mut self, before: Option<&Owner>) -> Owner {
        if let Some(owner @ Owner::Person { person, .. }) = before
            && self.keeps(person)
        {
            self.reasons.push(Reason::Has(person.clone()));
            return owner.clone();
        }
        if let Some(place) = self.node.person.filter(|place| self.fits(*place, Asked::ToTake)) {
            let person = self.tree.people[place].name.clone();
            let team = self.node.team.map(|team| &self.tree.teams[team]);
            let team = team.filter(|team| team.members.contains(&place)).map(|team| team.name.clone());
            self.reasons.push(Reason::Named(person.clone()));
            return Owner::Person { person, team };
        }
        let tree = self.tree;
        match self.node.team.map(|team| &tree.teams[team]) {
            Some(team) => self.of_team(team, before),
            // What follows in a conversation often has none of the words that brought it to its team.
            None if self.node.person.is_none()
                && let Some(owner @ Owner::Team(team)) = before
                && self.may_stay(team) =>
            {
                self.reasons.push(Reason::Queued { team: team.clone(), why: WhyQueued::Already });
                owner.clone()
            }
            None => {
                if self.node.person.is_none() {
                    self.reasons.push(Reason::NobodyNamed);
                }
                Owner::Root
            }
        }
    }

    fn may_stay(&self, team: &Name) -> bool {
        let place = self.tree.team_places.get(team);
        place.is_some_and(|place| self.tree.teams[*place].zones.contains(&self.item.record.zone))
    }

    fn keeps(&mut self, person: &Name) -> bool {
        match self.tree.person_places.get(person) {
            Some(place) => self.fits(*place, Asked::ToKeep),
            None => {
                self.reasons.push(Reason::Passed { person: person.clone(), why: Unfit::Gone });
                false
            }
        }
    }

    fn of_team(&mut self, team: &Team, before: Option<&Owner>) -> Owner {
        let refused = |why| Reason::TeamRefused { team: team.name.clone(), why };
        let zone = self.item.record.zone;
        if !team.zones.contains(&zone) {
            self.reasons.push(refused(WhyRefused::Zone(zone)));
            return Owner::Root;
        }
        let method = self.node.assign.unwrap_or(team.assign);
        if let Some((place, reason)) = self.person_of(team, method) {
            self.reasons.push(reason);
            let person = self.tree.people[place].name.clone();
            return Owner::Person { person, team: Some(team.name.clone()) };
        }
        let queue = Owner::Team(team.name.clone());
        let load = self.state.queues.get(&team.name).copied().unwrap_or(0);
        // What waits in the queue already takes no more room.
        if let Some(queue_max) = team.queue_max.filter(|max| load >= *max && before != Some(&queue)) {
            self.reasons.push(refused(WhyRefused::Full { load, queue_max }));
            return Owner::Root;
        }
        let why = if method == Method::Queue { WhyQueued::ByMethod } else { WhyQueued::NobodyLeft };
        self.reasons.push(Reason::Queued { team: team.name.clone(), why });
        queue
    }

    fn person_of(&mut self, team: &Team, method: Method) -> Option<(usize, Reason)> {
        let chosen = match method {
            Method::Queue => return None,
            Method::OnCall => return self.on_call(team),
            Method::RoundRobin => return self.turn(team),
            Method::Sticky => self.sticky(team),
            Method::Expert => self.expert(team),
            Method::LeastLoaded => None,
        };
        chosen.or_else(|| self.least_loaded(team))
    }

    fn name(&self, place: usize) -> Name {
        self.tree.people[place].name.clone()
    }

    fn turn(&mut self, team: &Team) -> Option<(usize, Reason)> {
        let last = self.state.turns.get(&team.name);
        let last = last
            .and_then(|last| team.members.iter().position(|place| self.tree.people[*place].name == *last));
        let first = last.map_or(0, |last| last + 1);
        let count = team.members.len();
        let mut turns = (0..count).map(|step| team.members[(first + step) % count]);
        let place = turns.find(|place| self.fits(*place, Asked::ToTake))?;
        Some((place, Reason::Turn(self.name(place))))
    }

    fn least_loaded(&mut self, team: &Team) -> Option<(usize, Reason)> {
        let mut best: Option<(u32, usize)> = None;
        for place in &team.members {
            // Who may not see it is passed over whatever she has to do.
            let may_see = self.tree.people[*place].zones.contains(&self.item.record.zone);
            let desk = if may_see { self.desk(*place) } else { Desk::default() };
            if best.is_none_or(|(least, _)| desk.load < least) && self.fits_at(*place, desk, Asked::ToTake) {
                best = Some((desk.load, *place));
            }
        }
        let (load, place) = best?;
        Some((place, Reason::LeastLoaded { person: self.name(place), load }))
    }

    fn sticky(&mut self, team: &Team) -> Option<(usize, Reason)> {
        let sticky = self.state.sticky.get(&team.name)?.get(self.item.author?)?;
        let place = self.member(team, &sticky.person)?;
        Some((place, Reason::Sticky(sticky.person.clone())))
    }

    fn expert(&mut self, team: &Team) -> Option<(usize, Reason)> {
        let ranked = self.context.experts.rank(self.item, &team.name);
        ranked.into_iter().take(limits::EXPERTS_MAX).find_map(|expert| {
            let place = self.member(team, &expert.person)?;
            let (person, evidence) = (expert.person, expert.evidence);
            Some((place, Reason::Expert { person, evidence }))
        })
    }

    fn on_call(&mut self, team: &Team) -> Option<(usize, Reason)> {
        let rotation = team.rotation.and_then(|place| self.tree.rotations.get(place))?;
        let shift = rotation.on_call(self.context.now);
        // Who has the shift need not be in the team.
        self.fits(shift.person, Asked::ToTake).then(|| {
            (shift.person, Reason::OnCall { person: self.name(shift.person), is_cover: shift.is_cover })
        })
    }

    /// Returns the place of a member of the team if she can take the item.
    fn member(&mut self, team: &Team, person: &Name) -> Option<usize> {
        let place = self.tree.person_places.get(person).copied().filter(|place| team.members.contains(place));
        if place.is_none() {
            self.pass(person, Unfit::NotInTeam);
        }
        place.filter(|place| self.fits(*place, Asked::ToTake))
    }

    fn desk(&self, place: usize) -> Desk {
        self.state.desks.get(&self.tree.people[place].name).copied().unwrap_or_default()
    }

    /// Tells whether she can have the item, and notes why not.
    fn fits(&mut self, place: usize, asked: Asked) -> bool {
        self.fits_at(place, self.desk(place), asked)
    }

    fn fits_at(&mut self, place: usize, desk: Desk, asked: Asked) -> bool {
        let Some(why) = self.unfit(place, desk, asked) else { return true };
        // She may be asked again in another way.
        if !self.passed.contains(&place) {
            self.passed.push(place);
            let tree = self.tree;
            self.pass(&tree.people[place].name, why);
        }
        false
    }

    fn unfit(&mut self, place: usize, desk: Desk, asked: Asked) -> Option<Unfit> {
        let (person, now) = (&self.tree.people[place], self.context.now);
        let zone = self.item.record.zone;
        if !person.zones.contains(&zone) {
            return Some(Unfit::Zone(zone));
        }
        if let Presence::Away(until) = desk.presence
            && until.is_none_or(|until| now < until)
        {
            return Some(Unfit::Away(until));
        }
        // Whoever has the conversation is asked nothing more: outside her hours, it waits for her.
        if asked == Asked::ToKeep {
            return None;
        }
        let has = |own: &[Name], wanted: &Name| own.contains(wanted);
        let (skills, functions) = (&self.node.skills, &self.node.functions);
        if !functions.is_empty() && !functions.iter().any(|wanted| has(&person.functions, wanted)) {
            return Some(Unfit::Function);
        }
        if !skills.iter().all(|wanted| has(&person.skills, wanted)) {
            return Some(Unfit::Skill);
        }
        if let Some(capacity) = person.capacity.filter(|capacity| desk.load >= *capacity) {
            return Some(Unfit::Full { load: desk.load, capacity });
        }
        let opening = person.calendar.and_then(|calendar| self.scratch.opening(self.tree, calendar, now));
        opening.filter(|opening| !opening.is_open).map(|opening| Unfit::OffHours(opening.until))
    }

    fn pass(&mut self, person: &Name, why: Unfit) {
        if self.reasons.len() < limits::PASSED_MAX {
            self.reasons.push(Reason::Passed { person: person.clone(), why });
        } else {
            self.passed_more += 1;
        }
    }
}
