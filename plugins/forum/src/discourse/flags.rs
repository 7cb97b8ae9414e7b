//! What members report to the moderators: the review queue.
//!
//! Holds: one report for each entry of the queue, again whenever its state changes; only what is about a post.

use std::collections::BTreeMap;

use hark_sdk::prelude::*;
use serde_json::Value;

use super::shapes::{ReviewPage, Reviewable, Score, ScoreOrId, ScoreType};
use crate::client::Client;
use crate::manifest::CURSOR_VERSION;
use crate::out::line;
use crate::{lenient, limits};

/// Entries of a page, by the forum.
const PAGE_ENTRIES: usize = 10;

/// What is known of the queue: the state of its newest entries.
type Known = BTreeMap<u64, String>;

/// Reads the newest entries of the queue.
pub fn read(mut client: Client<'_>, request: &ReadRequest) -> Result<Batch, Fault> {
    let mut known: Known = cursor::read(CURSOR_VERSION, request.cursor.as_deref())?.unwrap_or_default();
    let room = usize::try_from(request.budget.max_events).unwrap_or(usize::MAX);
    let mut events = Vec::new();
    for page in 0..limits::REVIEW_PAGES_MAX {
        if !client.may_ask() || events.len() >= room {
            break;
        }
        let offset = page * PAGE_ENTRIES;
        let response = client
            .get(&format!("/review.json?status=all&sort_order=created_at&offset={offset}"))
            .map_err(needs_moderator)?;
        let reviews: ReviewPage = lenient::json(&response)?;
        let count = reviews.reviewables.len();
        let names = Names { scores: &reviews.reviewable_scores, types: &reviews.score_types };
        for (at, value) in reviews.reviewables.into_iter().enumerate() {
            let origin = response.origin(format!("/reviewables/{at}"));
            match event(value, names, origin, response.received_at()) {
                Some(Event::FlagReport(report)) => {
                    let id = report.id.rsplit(':').next().and_then(|id| id.parse().ok()).unwrap_or(0);
                    let is_news = known.get(&id) != Some(&report.status);
                    if is_news && events.len() < room {
                        known.insert(id, report.status.clone());
                        events.push(report.into());
                    }
                }
                // What cannot be understood is told once, not every minute.
                Some(Event::Poison(poison)) if known.get(&0) != Some(&poison.hint) => {
                    known.insert(0, poison.hint.clone());
                    events.push(poison.into());
                }
                _ => {}
            }
        }
        if count < PAGE_ENTRIES {
            break;
        }
    }
    while known.len() > limits::REPORTS_MAX {
        known.pop_first();
    }
    Ok(Batch::new::<Event>(events).cursor(cursor::write(CURSOR_VERSION, &known)?))
}

fn needs_moderator(fault: Fault) -> Fault {
    match fault {
        Fault::Auth(problem) if problem.why == AuthWhy::Forbidden => Fault::Auth(AuthProblem {
            why: AuthWhy::Scope,
            scope: Some("moderator".to_owned()),
            detail: format!("the review queue needs a moderator's key: {}", problem.detail),
        }),
        // The forum hides from others that there is such a page.
        Fault::NotFound(detail) => Fault::Auth(AuthProblem {
            why: AuthWhy::Scope,
            scope: Some("moderator".to_owned()),
            detail: format!("the review queue is not to be seen with this key: {detail}"),
        }),
        other => other,
    }
}

/// What stands beside the entries of a page.
#[derive(Clone, Copy)]
struct Names<'a> {
    scores: &'a [Score],
    types: &'a [ScoreType],
}

/// Returns the report that an entry of a delivery is, none if it is about no post.
pub fn of_delivery(value: Value, origin: Provenance, at: Ms) -> Option<Event> {
    event(value, Names { scores: &[], types: &[] }, origin, at)
}

/// Returns the report that an entry is; users and posts that wait for approval are none.
fn event(value: Value, names: Names<'_>, origin: Provenance, at: Ms) -> Option<Event> {
    let hint = value.get("id").map(|id| format!("reviewable:{id}"));
    let entry: Reviewable = match serde_json::from_value(value) {
        Ok(entry) => entry,
        Err(error) => {
            let hint = hint.unwrap_or_else(|| "an entry of the review queue".to_owned());
            return Some(Poison::new(hint, format!("no report as expected: {error}"), origin).into());
        }
    };
    let about = format!("post:{}", entry.post_id?);
    let reporter = entry.created_by_id.or(entry.created_by.as_ref().and_then(|user| user.id));
    let report = FlagReport {
        id: format!("reviewable:{}", entry.id),
        about,
        reporter: reporter.map(|id| format!("user:{id}")),
        reason: reason(&entry, names),
        status: status(entry.status.as_ref()),
        at: entry.created_at.as_deref().and_then(time::parse_rfc3339).unwrap_or(at),
        origin,
    };
    Some(report.into())
}

fn reason(entry: &Reviewable, names: Names<'_>) -> String {
    let scores = entry.reviewable_scores.iter().flatten().filter_map(|score| match score {
        ScoreOrId::Score(score) => Some(score),
        ScoreOrId::Id(id) => names.scores.iter().find(|score| score.id == *id),
        ScoreOrId::Other(_) => None,
    });
    let mut reasons: Vec<String> = Vec::new();
    for score in scores {
        let named = || names.types.iter().find(|kind| kind.id.is_some() && kind.id == score.score_type_id);
        let title = score.score_type.as_ref().or_else(named).and_then(|kind| kind.title.as_deref());
        let words = title.or(score.reason.as_deref()).map(html::to_text).and_then(|words| line(&words));
        reasons.extend(words.filter(|words| !reasons.contains(words)));
    }
    match reasons.is_empty() {
        true => entry.kind.as_deref().and_then(line).unwrap_or_else(|| "reported".to_owned()),
        false => reasons.join(", "),
    }
}

fn status(status: Option<&Value>) -> String {
    let word = match status {
        Some(Value::Number(number)) => match number.as_u64() {
            Some(0) => "pending",
            Some(1) => "approved",
            Some(2) => "rejected",
            Some(3) => "ignored",
            Some(4) => "deleted",
            _ => "unknown",
        },
        Some(Value::String(word)) => word,
        _ => "unknown",
    };
    line(word).unwrap_or_else(|| "unknown".to_owned())
}
