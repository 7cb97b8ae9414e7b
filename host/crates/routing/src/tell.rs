//! Who is told of an item and when, and what keeps them from being told.

use hark_model::Ms;

use crate::decision::Addressee;
use crate::decision::{Decision, Notice, Quiet, Reason, Unfit};
use crate::item::Item;
use crate::quiet::Silence;
use crate::state::State;
use crate::tree::{Context, Node, RouteScratch, Tree};

/// How often calendars may put one notice off in turn before the time that was found so far is taken.
const PUT_OFF_MAX: usize = 16;

impl Tree {
    /// Adds notices, and what keeps other rules quiet, to a decision.
    pub(crate) fn tell(
        &self,
        decision: &mut Decision,
        taken: &[usize],
        item: &Item<'_>,
        context: &Context<'_>,
        state: &State,
        scratch: &mut RouteScratch,
    ) {
        for inhibition in &self.inhibitions {
            if taken.iter().any(|node| self.is_under(*node, inhibition.source)) {
                let until = context.now.saturating_add(inhibition.lasts_ms);
                decision.raised.push((inhibition.key(item), until));
            }
        }
        if taken.iter().all(|node| self.nodes[*node].notify.is_empty()) {
            return;
        }
        let mut silences = self.silences.about(item, context.now, &mut scratch.silences);
        if let Some(more) = context.silences {
            silences.extend(more.about(item, context.now, &mut scratch.more_silences));
        }
        for (number, place) in taken.iter().enumerate() {
            let node = &self.nodes[*place];
            let to = self.addressees(node, item, &mut decision.reasons);
            if to.is_empty() {
                continue;
            }
            let group = decision.taken[number].group.clone();
            let quiet =
                self.silenced(*place, &silences).or_else(|| self.inhibited(*place, item, context.now, state));
            let (due_at, quiet) = match quiet {
                Some(quiet) => (None, Some(quiet)),
                None => {
                    let first = context.now.saturating_add(node.waits.wait_ms);
                    let due = state.groups.get(&group).map_or(first, |group| group.due(context.now));
                    let (due, muted) = self.put_off(node, due, scratch);
                    (Some(due), muted)
                }
            };
            decision.notices.push(Notice {
                rule: node.name.clone(),
                group,
                to,
                waits: node.waits,
                due_at,
                quiet,
            });
        }
    }

    /// Returns those of a rule who may see the item.
    fn addressees(&self, node: &Node, item: &Item<'_>, reasons: &mut Vec<Reason>) -> Vec<Addressee> {
        let zone = item.record.zone;
        let mut to = Vec::with_capacity(node.notify.len());
        for who in &node.notify {
            if self.may_see(who, zone) {
                to.push(who.clone());
            } else if let Addressee::Person(person) = who {
                reasons.push(Reason::Passed { person: person.clone(), why: Unfit::Zone(zone) });
            }
        }
        to
    }

    fn silenced(&self, node: usize, silences: &[&Silence]) -> Option<Quiet> {
        let is_about = |silence: &&&Silence| {
            silence.rules.is_empty()
                || self.path(node).any(|above| silence.rules.contains(&self.nodes[above].name))
        };
        silences.iter().find(is_about).map(|silence| Quiet::Silenced {
            silence: silence.name.clone(),
            author: silence.author.clone(),
            reason: silence.reason.clone(),
            until: silence.until,
        })
    }

    fn inhibited(&self, node: usize, item: &Item<'_>, now: Ms, state: &State) -> Option<Quiet> {
        let targets = self.inhibitions.iter();
        let mut targets = targets.filter(|own| own.targets.iter().any(|target| self.is_under(node, *target)));
        targets.find_map(|inhibition| {
            let until = state.raised.get(&inhibition.key(item)).copied().filter(|until| *until > now)?;
            Some(Quiet::Inhibited { by: inhibition.name.clone(), until })
        })
    }

    /// Returns when a notice that is due at `due` may be sent, by the calendars of its rule, and which put it off.
    fn put_off(&self, node: &Node, mut due: Ms, scratch: &mut RouteScratch) -> (Ms, Option<Quiet>) {
        let mut by = None;
        for _ in 0..PUT_OFF_MAX {
            let Some((calendar, until)) = self.muted(node, due, scratch) else { break };
            (due, by) = (until, Some(calendar));
        }
        let quiet = by
            .and_then(|place| self.calendars.get(place))
            .map(|calendar| Quiet::Muted { calendar: calendar.name.clone(), until: due });
        (due, quiet)
    }

    /// Returns the calendar that keeps a rule quiet at a moment, and until when.
    fn muted(&self, node: &Node, at: Ms, scratch: &mut RouteScratch) -> Option<(usize, Ms)> {
        let mut opening = |place: &usize| Some((*place, scratch.opening(self, *place, at)?));
        let mute = node.mute.iter().filter_map(&mut opening).find(|(_, opening)| opening.is_open);
        if let Some((place, opening)) = mute {
            return Some((place, opening.until));
        }
        let active: Vec<_> = node.active.iter().filter_map(opening).collect();
        if active.iter().any(|(_, opening)| opening.is_open) {
            return None;
        }
        active.into_iter().map(|(place, opening)| (place, opening.until)).min_by_key(|(_, until)| *until)
    }
}
