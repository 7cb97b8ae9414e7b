//! Looking posts up again, a hundred at a time: what they count now, whether they were edited, whether they are
//! gone.
//!
//! Holds: gone is only what X itself says of the very id that was asked for; a post that is only hidden from us
//! is no longer visible, not deleted.

use std::collections::BTreeSet;

use hark_sdk::prelude::*;
use serde_json::Value;

use crate::events::{self, Around, Origin};
use crate::model::{Answer, Post, Unseen};
use crate::position::VERSION;
use crate::{Settings, api, ids, limits, prices, problem};

/// What a look-up gave.
pub struct Found {
    pub events: Vec<Event>,
    /// Versions that count of posts that were edited and shown in an older one.
    pub newer: Vec<String>,
}

/// Where a recheck goes on.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Place {
    /// How many of the ids are done.
    done: usize,
    /// Newer versions that are still to be looked up.
    #[serde(default)]
    newer: Vec<String>,
}

/// Answers each id of the request: figures, a newer version, or a removal.
pub fn recheck(settings: &Settings, request: &ReadRequest) -> Result<Batch, Fault> {
    let place = cursor::read::<Place>(VERSION, request.continuation.as_deref())?;
    let Place { mut done, mut newer } = place.unwrap_or_default();
    let mut batch = Batch::default();
    let mut requests = 0;
    let most = chunk_of(request);
    while done < request.ids.len() || !newer.is_empty() {
        let may_go_on = requests == 0 || has_room(request, &batch, requests);
        if !may_go_on {
            batch.continuation = Some(cursor::write(VERSION, &Place { done, newer })?);
            break;
        }
        if !newer.is_empty() {
            // A version that was asked for by its id is shown although there is a newer one.
            look_up(settings, &newer, &mut batch, &mut requests)?;
            newer.clear();
            continue;
        }
        let chunk = &request.ids[done..request.ids.len().min(done + most)];
        done += chunk.len();
        let asked: Vec<String> = chunk.iter().filter(|id| ids::is_id(id)).cloned().collect();
        if !asked.is_empty() {
            newer = look_up(settings, &asked, &mut batch, &mut requests)?;
        }
    }
    Ok(batch)
}

/// How many ids go into one look-up: so many that what they become fits into the budget.
fn chunk_of(request: &ReadRequest) -> usize {
    let events = usize::try_from(request.budget.max_events).unwrap_or(usize::MAX);
    (events / limits::EVENTS_PER_POST).clamp(1, usize::try_from(limits::PAGE_MAX).unwrap_or(usize::MAX))
}

fn has_room(request: &ReadRequest, batch: &Batch, requests: u32) -> bool {
    let Budget { max_events, max_requests, max_cost_microusd, deadline } = request.budget;
    let events = batch.events.len() + chunk_of(request) * limits::EVENTS_PER_POST;
    let cost = batch.cost_microusd + limits::PAGE_MAX * prices::POST;
    requests < max_requests
        && events <= usize::try_from(max_events).unwrap_or(usize::MAX)
        && (max_cost_microusd == 0 || cost <= max_cost_microusd)
        && batch.limit_left != Some(0)
        && Clock::now() + limits::SPARE_MS < deadline
}

fn look_up(
    settings: &Settings,
    ids: &[String],
    batch: &mut Batch,
    requests: &mut u32,
) -> Result<Vec<String>, Fault> {
    *requests += 1;
    let read = api::read(api::posts(settings, "/2/tweets").query("ids", ids.join(",")), "lookup")?;
    batch.limit_left = problem::limit_left(&read.response);
    batch.limit_resets = problem::resets_at(&read.response);
    batch.cost_microusd += read.answer.data.entries().len() as u64 * prices::POST;
    let found = of_look_up(&read.answer, settings.user_id.as_deref(), Origin::from(&read.response));
    batch.events.extend(found.events);
    Ok(found.newer)
}

/// Returns what a look-up says of each of its posts.
pub fn of_look_up(answer: &Answer, own: Option<&str>, origin: Origin) -> Found {
    let around = Around::new(&answer.includes, own, origin);
    let mut found = Found { events: Vec::new(), newer: Vec::new() };
    let mut edited = Vec::new();
    for (pointer, entry) in events::entries("/data", answer.data.entries()) {
        match Post::deserialize(&entry) {
            Ok(post) if post.latest_id() != post.id => found.newer.push(post.latest_id().to_owned()),
            Ok(post) if post.version() > 0 => edited.push((pointer, entry)),
            Ok(post) => found.events.extend(events::engagement(&post, origin, &pointer).map(Event::from)),
            Err(error) => {
                let hint = entry.get("id").and_then(Value::as_str).unwrap_or("a post");
                found.events.push(Poison::new(hint, error.to_string(), origin.at(pointer)).into());
            }
        }
    }
    found.events.extend(events::of_posts(&edited, &around));
    let mut gone = BTreeSet::new();
    for (at, unseen) in answer.errors.iter().enumerate() {
        let removal = removal(unseen, origin.at(format!("/errors/{at}")));
        found.events.extend(removal.filter(|removal| gone.insert(removal.id.clone())).map(Event::from));
    }
    found
}

/// Errors also tell of posts that are only referred to; these were not asked for.
fn removal(unseen: &Unseen, origin: Provenance) -> Option<Removal> {
    let was_asked_for = matches!(unseen.parameter.as_deref(), Some("ids" | "id"));
    let is_post = matches!(unseen.resource_type.as_deref(), Some("tweet" | "post"));
    let id = unseen.resource_id.as_deref().or(unseen.value.as_ref().and_then(Value::as_str))?;
    let kind = unseen.kind.as_deref().and_then(|kind| kind.rsplit('/').next());
    let reason = match kind {
        // X does not say who took it away.
        Some("resource-not-found") => RemovalReason::Unknown,
        Some("not-authorized-for-resource") => RemovalReason::NoLongerVisible,
        _ => return None,
    };
    let is_suspended = unseen.detail.as_deref().is_some_and(|detail| detail.contains("suspended"));
    let reason = if is_suspended { RemovalReason::AccountGone } else { reason };
    (was_asked_for && is_post && ids::is_id(id)).then(|| Removal::new(id, reason, None, origin))
}
