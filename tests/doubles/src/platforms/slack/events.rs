//! What the Events API sends of what happens.

use serde_json::{Value, json};

use crate::Push;
use crate::platforms::slack::Slack;
use crate::platforms::slack::message::{Message, ts};
use crate::platforms::slack::view::{self, APP};
use crate::platforms::slack::world::{Channel, OWN_USER, TEAM, World};
use crate::sample::Chance;

/// Letters of an event's id.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Puts an event on the way.
pub fn push(slack: &Slack, world: &mut World, event: Value) {
    world.events += 1;
    let mut chance = Chance::new(slack.core.seed(), world.events);
    let letter = |_| char::from(LETTERS[usize::try_from(chance.below(32)).unwrap_or(0)]);
    let id: String = (0..10).map(letter).collect();
    let body = json!({
        "token": "one-long-verification-token", "team_id": TEAM, "context_team_id": TEAM,
        "context_enterprise_id": null, "api_app_id": APP, "event": event, "type": "event_callback",
        "event_id": format!("Ev{id}"), "event_time": slack.core.now().div_euclid(1_000),
        "authorizations": [{
            "enterprise_id": null, "team_id": TEAM, "user_id": OWN_USER, "is_bot": true,
            "is_enterprise_install": false,
        }],
        "is_ext_shared_channel": false, "event_context": format!("4-eyJldCI6Im1lc3NhZ2UiLCJpZCI6Ii{id}"),
    });
    slack.core.push(Push { body, headers: Vec::new() });
}

/// Somebody said something.
pub fn said(id: &str, channel: &Channel, message: &Message) -> Value {
    let mut event = view::message(message);
    event["channel"] = json!(id);
    event["channel_type"] = json!(channel.kind.name());
    event["event_ts"] = json!(ts(message.id));
    let parent = message.thread.and_then(|top| channel.messages.get(top));
    if let Some(user) = parent.and_then(|parent| parent.user) {
        event["parent_user_id"] = json!(user);
    }
    event
}

/// Somebody edited something.
pub fn changed(id: &str, channel: &Channel, now: &Message, before: &Message, at: u64) -> Value {
    json!({
        "type": "message", "subtype": "message_changed", "hidden": true, "channel": id,
        "channel_type": channel.kind.name(), "ts": ts(at), "event_ts": ts(at),
        "message": view::message(now), "previous_message": view::message(before),
    })
}

/// Something was deleted.
pub fn deleted(id: &str, channel: &Channel, before: &Message, at: u64) -> Value {
    json!({
        "type": "message", "subtype": "message_deleted", "hidden": true, "channel": id,
        "channel_type": channel.kind.name(), "ts": ts(at), "event_ts": ts(at), "deleted_ts": ts(before.id),
        "previous_message": view::message(before),
    })
}

/// Somebody reacted.
pub fn reaction(id: &str, message: &Message, name: &str, user: &str) -> Value {
    json!({
        "type": "reaction_added", "user": user, "reaction": name, "item_user": message.user,
        "item": { "type": "message", "channel": id, "ts": ts(message.id) }, "event_ts": ts(message.id + 500),
    })
}
