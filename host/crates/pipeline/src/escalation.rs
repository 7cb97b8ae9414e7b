//! What happens as time runs out, and what people are told: steps of escalation, promises that are broken, notices of groups.
//!
//! Holds: nobody is told of what she may not see; a key names one notice of one group, or of one step, for ever.

use hark_model::Ms;
use hark_routing::{Action, Addressee, DueNotice, Level, Owner, Promise, State, Tree};
use hark_store::{NewNotice, ServiceStepRow};
use sha2::{Digest as _, Sha256};

use crate::limits;
use crate::memory::Clock;

/// What became due at one moment.
#[derive(Debug, Default)]
pub(crate) struct Escalation {
    pub notices: Vec<NewNotice>,
    pub steps: Vec<ServiceStepRow>,
}

impl Escalation {
    /// Takes what became due of one conversation since it was asked last.
    pub fn take(&mut self, key: &str, clock: &Clock, level: &Level, tree: &Tree, state: &mut State, now: Ms) {
        for promise in [Promise::FirstResponse, Promise::Resolve] {
            self.breach(clock, level, promise, now);
        }
        for due in level.steps_due(&clock.period, clock.stepped_at, now) {
            let percent = due.step.percent;
            let (what, told) = match &due.step.action {
                Action::Notify(to) => {
                    let names: Vec<String> = to.iter().map(ToString::to_string).collect();
                    (format!("notify {} at {percent} %", names.join(", ")), to.as_slice())
                }
                Action::Reassign(to) => {
                    state.give(key, owner_of(to));
                    (format!("reassign to {to} at {percent} %"), std::slice::from_ref(to))
                }
            };
            let row = row(clock, due.step.of, what, due.at);
            for to in told.iter().filter(|to| level.zones.iter().any(|zone| tree.may_see(to, *zone))) {
                self.notices.push(step_notice(&row, key, percent, to, level, now));
            }
            self.steps.push(row);
        }
    }

    fn breach(&mut self, clock: &Clock, level: &Level, promise: Promise, now: Ms) {
        let deadline = level.deadline(promise, &clock.period, now);
        let broken = deadline.and_then(|deadline| deadline.due_at).filter(|due| {
            let is_late = match promise {
                Promise::FirstResponse => clock.period.first_response_at.or(clock.period.done_at),
                Promise::Resolve => clock.period.done_at,
            };
            clock.stepped_at <= *due && *due < now && is_late.is_none_or(|kept| kept > *due)
        });
        self.steps.extend(broken.map(|due| row(clock, promise, "breach".to_owned(), due)));
    }
}

fn owner_of(to: &Addressee) -> Owner {
    match to {
        Addressee::Team(team) => Owner::Team(team.clone()),
        Addressee::Person(person) => Owner::Person { person: person.clone(), team: None },
    }
}

fn row(clock: &Clock, promise: Promise, step: String, due_at: Ms) -> ServiceStepRow {
    ServiceStepRow {
        scope: clock.scope.clone(),
        conversation: clock.conversation.clone(),
        opened_at: clock.period.opened_at,
        promise: word(promise),
        step,
        due_at,
    }
}

fn word(promise: Promise) -> &'static str {
    match promise {
        Promise::FirstResponse => "first-response",
        Promise::Resolve => "resolve",
    }
}

fn step_notice(
    row: &ServiceStepRow,
    key: &str,
    percent: u32,
    to: &Addressee,
    level: &Level,
    now: Ms,
) -> NewNotice {
    let opened = row.opened_at;
    NewNotice {
        key: format!(
            "service/{}/{opened}/{}/{percent}/{}",
            digest(key),
            row.promise,
            digest(&to.to_string())
        ),
        target: target(to),
        urgent: true,
        held: false,
        subject: format!("{percent} % of the time for the {} is over", row.promise),
        body: format!("Conversation {key}\nService level {}: {}", level.name, row.step),
        link: None,
        due_at: now,
        at: now,
    }
}

/// Returns what is sent of a group whose time has come, one notice for each who is told.
pub(crate) fn group_notices(notice: &DueNotice, now: Ms) -> Vec<NewNotice> {
    let subject = match notice.news {
        0 => format!("still open: rule {}", notice.rule),
        1 => format!("1 new item: rule {}", notice.rule),
        news => format!("{news} new items: rule {}", notice.rule),
    };
    let mut body = format!("{}\n", notice.group);
    for conversation in notice.open.iter().take(limits::NOTICE_LINES_MAX) {
        body.push_str(conversation);
        body.push('\n');
    }
    let more = notice.open.len().saturating_sub(limits::NOTICE_LINES_MAX);
    if more > 0 {
        body.push_str(&format!("and {more} more\n"));
    }
    let one = |to: &Addressee| NewNotice {
        // A group is told at most once at a moment.
        key: format!("route/{}/{now}/{}", digest(&notice.group), digest(&to.to_string())),
        target: target(to),
        urgent: false,
        held: false,
        subject: subject.clone(),
        body: body.clone(),
        link: None,
        due_at: now,
        at: now,
    };
    notice.to.iter().map(one).collect()
}

/// A team or a person is told through the target of her name.
fn target(to: &Addressee) -> String {
    let (Addressee::Team(name) | Addressee::Person(name)) = to;
    name.to_string()
}

/// Returns a short name of a long one.
fn digest(text: &str) -> String {
    Sha256::digest(text).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
