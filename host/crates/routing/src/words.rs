//! Reasons in words, for people.

use hark_model::Ms;
use jiff::Timestamp;

use crate::decision::{Notice, Quiet, Reason, Unfit, WhyQueued, WhyRefused};

/// Says when, in UTC.
fn time(at: Ms) -> String {
    Timestamp::from_millisecond(at).map_or_else(|_| format!("{at} ms"), |at| at.to_string())
}

/// Says when a notice is due and what keeps it quiet.
pub(crate) fn notice(notice: &Notice) -> String {
    match (&notice.quiet, notice.due_at) {
        (Some(Quiet::Silenced { silence, author, reason, until }), _) => {
            format!("kept quiet by silence {silence} of {author} until {}: {reason}", time(*until))
        }
        (Some(Quiet::Inhibited { by, until }), _) => format!("kept quiet by {by} until {}", time(*until)),
        (Some(Quiet::Muted { calendar, until }), _) => {
            format!("put off by calendar {calendar} until {}", time(*until))
        }
        (None, Some(due)) => format!("due {}", time(due)),
        (None, None) => "never".to_owned(),
    }
}

/// Writes one step on the way to an owner.
pub(crate) fn reason(reason: &Reason, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    match reason {
        Reason::Has(person) => write!(f, "{person} has the conversation already"),
        Reason::Named(person) => write!(f, "the rule names {person}"),
        Reason::Turn(person) => write!(f, "it is {person}'s turn"),
        Reason::LeastLoaded { person, load } => {
            write!(f, "{person} has the fewest open conversations ({load})")
        }
        Reason::Sticky(person) => write!(f, "{person} had this author before"),
        Reason::Expert { person, evidence } => write!(f, "{person} knows about it: {evidence}"),
        Reason::OnCall { person, is_cover: false } => write!(f, "{person} has the shift"),
        Reason::OnCall { person, is_cover: true } => write!(f, "{person} covers the shift"),
        Reason::Passed { person, why } => {
            write!(f, "{person} was passed over: ")?;
            unfit(*why, f)
        }
        Reason::PassedMore(count) => write!(f, "{count} more were passed over"),
        Reason::Queued { team, why: WhyQueued::ByMethod } => write!(f, "team {team} takes from its queue"),
        Reason::Queued { team, why: WhyQueued::NobodyLeft } => {
            write!(f, "nobody of team {team} is left, so it waits in the team's queue")
        }
        Reason::Queued { team, why: WhyQueued::Already } => {
            write!(f, "the conversation waits in the queue of team {team} already")
        }
        Reason::TeamRefused { team, why: WhyRefused::Zone(zone) } => {
            write!(f, "nobody of team {team} may see the zone {zone}, so it waits in the root's queue")
        }
        Reason::TeamRefused { team, why: WhyRefused::Full { load, queue_max } } => {
            write!(
                f,
                "the queue of team {team} is full ({load} of {queue_max}), so it waits in the root's queue"
            )
        }
        Reason::NobodyNamed => {
            f.write_str("no rule names a team or a person, so it waits in the root's queue")
        }
    }
}

fn unfit(why: Unfit, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    match why {
        Unfit::Zone(zone) => write!(f, "may not see the zone {zone}"),
        Unfit::Away(Some(until)) => write!(f, "away until {}", time(until)),
        Unfit::Away(None) => f.write_str("away"),
        Unfit::OffHours(until) => write!(f, "not at work until {}", time(until)),
        Unfit::Full { load, capacity } => write!(f, "full ({load} of {capacity})"),
        Unfit::Skill => f.write_str("lacks a skill that the rule asks for"),
        Unfit::Function => f.write_str("has no function that the rule asks for"),
        Unfit::NotInTeam => f.write_str("not in the team"),
        Unfit::Gone => f.write_str("no longer in the file"),
    }
}
