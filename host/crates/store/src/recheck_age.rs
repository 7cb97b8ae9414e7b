//! When an item is looked at again, by its age: often while people talk, seldom later, never in the end.
//!
//! Pure. Not here: which items there are.

use hark_model::Ms;

const MINUTE: Ms = 60_000;
const HOUR: Ms = 60 * MINUTE;
const DAY: Ms = 24 * HOUR;

/// Up to which age an item is looked at again after how long.
const STEPS: &[(Ms, Ms)] = &[
    (HOUR, 10 * MINUTE),
    (6 * HOUR, 30 * MINUTE),
    (DAY, 2 * HOUR),
    (3 * DAY, 6 * HOUR),
    (7 * DAY, DAY),
    (30 * DAY, 3 * DAY),
];
/// The same where somebody is at work on the conversation.
const STEPS_OPEN: &[(Ms, Ms)] =
    &[(HOUR, 5 * MINUTE), (DAY, 30 * MINUTE), (7 * DAY, 2 * HOUR), (30 * DAY, DAY), (90 * DAY, 3 * DAY)];

/// The same of an item that is gone, by the age of its removal: platforms bring back what was hidden by mistake.
const STEPS_GONE: &[(Ms, Ms)] = &[(DAY, 6 * HOUR), (7 * DAY, DAY)];

/// Returns when an item is due that went away at `gone_at` and was last asked for at `seen_at`; `None` if never
/// again. A removal ahead of our clock is as good as forged: it is not waited for.
pub(crate) fn next_due_gone(gone_at: Ms, seen_at: Ms) -> Option<Ms> {
    let age = seen_at.saturating_sub(gone_at);
    let (_, pause) = STEPS_GONE.iter().find(|(up_to, _)| age < *up_to)?;
    (age >= -hark_model::limits::CLOCK_SKEW_MS_MAX).then(|| seen_at.saturating_add(*pause))
}

/// Returns when an item is due that was last seen at `seen_at`; `None` if never again.
pub(crate) fn next_due(published_at: Ms, seen_at: Ms, open: bool) -> Option<Ms> {
    let age = seen_at.saturating_sub(published_at).max(0);
    let steps = if open { STEPS_OPEN } else { STEPS };
    let (_, pause) = steps.iter().find(|(up_to, _)| age < *up_to)?;
    Some(seen_at.saturating_add(*pause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_older_the_rarer_and_open_work_more_often() {
        for (age, pause, pause_open) in [
            (-DAY, Some(10 * MINUTE), Some(5 * MINUTE)),
            (0, Some(10 * MINUTE), Some(5 * MINUTE)),
            (2 * HOUR, Some(30 * MINUTE), Some(30 * MINUTE)),
            (23 * HOUR, Some(2 * HOUR), Some(30 * MINUTE)),
            (2 * DAY, Some(6 * HOUR), Some(2 * HOUR)),
            (8 * DAY, Some(3 * DAY), Some(DAY)),
            (40 * DAY, None, Some(3 * DAY)),
            (90 * DAY, None, None),
        ] {
            let seen_at = 1_000 * DAY;
            assert_eq!(next_due(seen_at - age, seen_at, false).map(|at| at - seen_at), pause, "age {age}");
            assert_eq!(
                next_due(seen_at - age, seen_at, true).map(|at| at - seen_at),
                pause_open,
                "age {age}"
            );
        }
        assert_eq!(next_due(Ms::MIN, Ms::MAX, false), None, "forged times do no harm");
    }

    #[test]
    fn what_is_gone_is_looked_for_seldom_and_not_for_long() {
        let now = 1_000 * DAY;
        for (age, pause) in
            [(0, Some(6 * HOUR)), (25 * HOUR, Some(DAY)), (7 * DAY, None), (-DAY, None), (Ms::MIN, None)]
        {
            let due = next_due_gone(now.saturating_sub(age), now).map(|at| at - now);
            assert_eq!(due, pause, "age {age}");
        }
    }

    #[test]
    fn an_item_is_looked_at_a_bounded_number_of_times() {
        for (open, most) in [(false, 80), (true, 250)] {
            let (mut seen, mut looks) = (0, 0);
            while let Some(due) = next_due(0, seen, open) {
                (seen, looks) = (due, looks + 1);
            }
            assert!(looks <= most, "{looks} looks, open {open}");
        }
    }
}
