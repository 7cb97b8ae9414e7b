//! What the account that listens is told of.

use serde_json::{Value, json};

use crate::platforms::mastodon::status::Status;
use crate::platforms::mastodon::view;
use crate::platforms::mastodon::world::World;
use crate::{Ms, times};

/// A notification.
#[derive(Debug, Clone, PartialEq)]
pub struct Notification {
    /// `mention`, `favourite`, `reblog`, `admin.report`.
    pub kind: String,
    pub account: u64,
    pub status: Option<u64>,
    /// Words of a report to the moderators.
    pub report: Option<String>,
    pub at: Ms,
}

impl Notification {
    /// Somebody has mentioned the account.
    pub fn mention(status: &Status, at: Ms) -> Self {
        Self { kind: "mention".into(), account: status.author, status: Some(status.id), report: None, at }
    }
}

/// Returns a notification as the API writes it; none if its status is no longer there.
pub fn entity(world: &World, id: u64, notification: &Notification) -> Option<Value> {
    let account = world.account(notification.account)?;
    let mut entity = json!({
        "id": id.to_string(), "type": notification.kind, "group_key": format!("ungrouped-{id}"),
        "created_at": times::rfc3339_ms(notification.at), "account": view::account(&account),
    });
    if let Some(status) = notification.status {
        let status = world.statuses.get(status)?;
        entity["status"] = view::status(world, &status);
    }
    if let Some(words) = &notification.report {
        entity["report"] = json!({
            "id": id.to_string(), "action_taken": false, "action_taken_at": null, "category": "other",
            "comment": words, "forwarded": false, "created_at": times::rfc3339_ms(notification.at),
            "status_ids": [], "rule_ids": [], "collection_ids": [], "target_account": view::account(&account),
        });
    }
    Some(entity)
}
