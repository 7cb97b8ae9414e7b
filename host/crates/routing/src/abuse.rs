//! Reports of abuse: what becomes of one.
//!
//! Holds: a report ends with an outcome, and only an appeal opens it again; every other step is refused.

/// Where a report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ReportStatus {
    /// Nobody has looked at it.
    New,
    /// Somebody looks at it.
    InReview,
    /// It was handed to the platform, a lawyer or the police, and waits for them.
    Escalated,
    /// It has ended.
    Closed(ReportOutcome),
    /// Somebody objects to the outcome.
    Appealed(ReportOutcome),
}

/// How a report ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ReportOutcome {
    /// What was said was taken away.
    Removed,
    /// It was hidden from most.
    Hidden,
    /// Its author was warned.
    Warned,
    /// Its author was shut out.
    Suspended,
    /// It breaks no rule.
    NoViolation,
    /// The same was reported already.
    Duplicate,
    /// Whoever reported took it back.
    Withdrawn,
}

/// What somebody does with a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReportStep {
    /// Somebody takes it up.
    Review,
    /// It is handed on.
    Escalate,
    /// It ends.
    Close(ReportOutcome),
    /// Somebody objects.
    Appeal,
    /// The objection is turned down: the outcome stays.
    Uphold,
    /// The objection is right: it is looked at anew.
    Reopen,
}

/// A step that a report cannot take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a report that is {from} cannot {step}; it can {}", allowed(*.from))]
pub struct InvalidReportStep {
    /// Where it stands.
    pub from: ReportStatus,
    /// What was asked for.
    pub step: ReportStep,
}

impl ReportStatus {
    /// Returns where the report stands after `step`.
    pub fn after(self, step: ReportStep) -> Result<Self, InvalidReportStep> {
        use ReportOutcome::{Duplicate, Withdrawn};
        Ok(match (self, step) {
            (Self::New, ReportStep::Review) => Self::InReview,
            (Self::InReview, ReportStep::Escalate) => Self::Escalated,
            (Self::Escalated, ReportStep::Review) => Self::InReview,
            // What somebody took back, or reported twice, needs no look.
            (Self::New, ReportStep::Close(outcome @ (Duplicate | Withdrawn))) => Self::Closed(outcome),
            (Self::InReview | Self::Escalated, ReportStep::Close(outcome)) => Self::Closed(outcome),
            // Nobody can object to what was never judged.
            (Self::Closed(outcome), ReportStep::Appeal) if !matches!(outcome, Duplicate | Withdrawn) => {
                Self::Appealed(outcome)
            }
            (Self::Appealed(outcome), ReportStep::Uphold) => Self::Closed(outcome),
            (Self::Appealed(_), ReportStep::Reopen) => Self::InReview,
            (from, step) => return Err(InvalidReportStep { from, step }),
        })
    }

    /// Tells whether somebody has still to do something.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Closed(_))
    }
}

impl ReportOutcome {
    /// Every outcome, in order.
    pub const ALL: &'static [Self] = &[
        Self::Removed,
        Self::Hidden,
        Self::Warned,
        Self::Suspended,
        Self::NoViolation,
        Self::Duplicate,
        Self::Withdrawn,
    ];

    /// Returns the one spelling of this outcome.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Hidden => "hidden",
            Self::Warned => "warned",
            Self::Suspended => "suspended",
            Self::NoViolation => "no-violation",
            Self::Duplicate => "duplicate",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl std::fmt::Display for ReportStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::New => f.write_str("new"),
            Self::InReview => f.write_str("in review"),
            Self::Escalated => f.write_str("escalated"),
            Self::Closed(outcome) => write!(f, "closed as {}", outcome.as_str()),
            Self::Appealed(outcome) => write!(f, "appealed against {}", outcome.as_str()),
        }
    }
}

impl std::fmt::Display for ReportStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Review => f.write_str("be reviewed"),
            Self::Escalate => f.write_str("be escalated"),
            Self::Close(outcome) => write!(f, "be closed as {}", outcome.as_str()),
            Self::Appeal => f.write_str("be appealed against"),
            Self::Uphold => f.write_str("be upheld"),
            Self::Reopen => f.write_str("be reopened"),
        }
    }
}

fn steps() -> impl Iterator<Item = ReportStep> {
    use ReportStep::{Appeal, Close, Escalate, Reopen, Review, Uphold};
    let outcomes = ReportOutcome::ALL.iter().map(|outcome| Close(*outcome));
    [Review, Escalate].into_iter().chain(outcomes).chain([Appeal, Uphold, Reopen])
}

fn allowed(from: ReportStatus) -> String {
    let allowed = steps().filter(|step| from.after(*step).is_ok());
    let words: Vec<String> = allowed.map(|step| step.to_string()).collect();
    if words.is_empty() { "take no step any more".to_owned() } else { words.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<ReportStatus> {
        let closed = ReportOutcome::ALL.iter().map(|outcome| ReportStatus::Closed(*outcome));
        let appealed = ReportOutcome::ALL.iter().map(|outcome| ReportStatus::Appealed(*outcome));
        let open = [ReportStatus::New, ReportStatus::InReview, ReportStatus::Escalated];
        open.into_iter().chain(closed).chain(appealed).collect()
    }

    #[test]
    fn only_the_table_of_steps_is_allowed() {
        let mut table = Vec::new();
        for from in all() {
            for step in steps() {
                if let Ok(to) = from.after(step) {
                    table.push((from, step, to));
                }
            }
        }
        // From new: review and two ends; from review 1 + 7; from escalated 1 + 7; from five judged ends an appeal; from
        // seven appeals two steps each.
        assert_eq!(table.len(), 3 + 8 + 8 + 5 + 14);
        for (from, step, to) in table {
            match (from, to) {
                (ReportStatus::Closed(before), ReportStatus::Appealed(after))
                | (ReportStatus::Appealed(before), ReportStatus::Closed(after)) => assert_eq!(before, after),
                (ReportStatus::Closed(_), _) => {
                    panic!("an end is left by an appeal only: {from} {step} {to}")
                }
                _ => assert!(from.is_open(), "{from} {step} {to}"),
            }
        }
    }

    #[test]
    fn a_wrong_step_is_told_with_what_can_be_done() {
        let error = ReportStatus::New.after(ReportStep::Close(ReportOutcome::Removed)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a report that is new cannot be closed as removed; it can be reviewed, be closed as duplicate, be closed as withdrawn"
        );
        let error = ReportStatus::Closed(ReportOutcome::Withdrawn).after(ReportStep::Appeal).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a report that is closed as withdrawn cannot be appealed against; it can take no step any more"
        );
    }
}
