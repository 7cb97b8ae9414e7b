//! The review queue: what members report.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::request::Parts;
use serde_json::{Value, json};

use super::reading::{Answer, parameters};
use super::rights::user;
use super::world::{Report, World};
use super::{Discourse, refusal, view};
use crate::reply;
use crate::times::rfc3339_ms;

/// Entries of a page.
const PAGE: usize = 10;

/// `GET /review.json`
pub async fn queue(State(forum): State<Arc<Discourse>>, RawQuery(query): RawQuery, request: Parts) -> Answer {
    let (viewer, _) = user(&forum, &request)?;
    if !viewer.is_staff() {
        return Err(refusal::not_found());
    }
    let parameters = parameters(query);
    let offset = parameters.get("offset").and_then(|offset| offset.parse().ok()).unwrap_or(0);
    let all = parameters.get("status").is_some_and(|status| status == "all");
    let state = forum.state();
    let world = &state.world;
    let wanted = || world.reports.values().rev().filter(|report| all || report.status == 0);
    let shown: Vec<&Report> = wanted().skip(offset).take(PAGE).collect();
    let users = shown.iter().filter_map(|report| world.users.get(&report.by)).map(view::user);
    let scores = shown.iter().map(|report| {
        json!({
            "id": report.id + 5_000, "score": 1.5, "agree_stats": { "agreed": 0, "disagreed": 0, "ignored": 0 },
            "status": report.status, "created_at": rfc3339_ms(report.at), "reviewed_at": null,
            "user_id": report.by, "score_type_id": report.kind, "reviewable_conversation_id": null,
        })
    });
    let types = [3, 4, 6, 7, 8].map(|id| json!({ "id": id, "title": title(id), "reviewable_priority": 0 }));
    let body = json!({
        "reviewables": shown.iter().map(|report| reviewable(world, report, false)).collect::<Vec<_>>(),
        "reviewable_scores": scores.collect::<Vec<_>>(), "score_types": types,
        "users": users.collect::<Vec<_>>(),
        "meta": { "total_rows_reviewables": wanted().count(), "status": if all { "all" } else { "pending" } },
    });
    Ok(reply::json(200, &body))
}

fn title(kind: u64) -> &'static str {
    match kind {
        3 => "It's Off-Topic",
        4 => "It's Inappropriate",
        8 => "It's Spam",
        _ => "Something Else",
    }
}

/// Returns an entry of the queue; a delivery has its scores within, a page beside it.
pub fn reviewable(world: &World, report: &Report, whole: bool) -> Value {
    let post = world.posts.get(&report.post);
    let mut body = json!({
        "id": report.id, "type": "ReviewableFlaggedPost", "type_source": "core", "status": report.status,
        "topic_id": post.map(|post| post.topic), "topic_url": post.map(|post| format!("/t/{}", post.topic)),
        "target_url": post.map(|post| format!("/t/{}/{}", post.topic, post.number)), "topic_tags": [],
        "category_id": post.and_then(|post| world.topics.get(&post.topic)?.category),
        "created_at": rfc3339_ms(report.at), "can_edit": false, "score": 1.5, "version": 0,
        "post_id": report.post, "cooked": post.map(|post| view::cook(world, &post.raw)),
        "raw": post.map(|post| post.raw.clone()), "reply_count": 0, "reply_to_post_number": null,
        "created_by_id": report.by, "target_created_by_id": post.and_then(|post| post.user),
        "bundled_action_ids": [],
    });
    match whole {
        true => {
            body["reviewable_scores"] = json!([{
                "id": report.id + 5_000, "score": 1.5, "status": report.status, "created_at": rfc3339_ms(report.at),
                "score_type": { "id": report.kind, "title": title(report.kind) },
            }]);
        }
        false => body["reviewable_score_ids"] = json!([report.id + 5_000]),
    }
    body
}
