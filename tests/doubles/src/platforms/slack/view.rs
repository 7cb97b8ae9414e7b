//! Messages, people and channels as the API writes them.

use serde_json::{Value, json};

use crate::platforms::slack::message::{Message, ts};
use crate::platforms::slack::world::{Channel, Kind, TEAM, User};

/// Id of the app.
pub const APP: &str = "A0PNCHHK2";

/// Returns a message as it is in itself.
pub fn message(message: &Message) -> Value {
    if message.is_tombstone {
        return json!({
            "type": "message", "subtype": "tombstone", "user": "USLACKBOT", "hidden": true,
            "text": "This message was deleted.", "ts": ts(message.id), "thread_ts": ts(message.id),
        });
    }
    let mut entity = json!({
        "type": "message", "text": message.text, "ts": ts(message.id), "team": TEAM, "blocks": [],
    });
    if let Some(user) = &message.user {
        entity["user"] = json!(user);
    }
    if message.by_app {
        entity["bot_id"] = json!("B0APP");
        entity["app_id"] = json!(APP);
    } else {
        entity["client_msg_id"] = json!(format!("5cbb3b31-0000-4000-8000-{:012x}", message.id % (1 << 48)));
    }
    if let Some(thread) = message.thread {
        entity["thread_ts"] = json!(ts(thread));
    }
    if let Some((at, user)) = &message.edited {
        entity["edited"] = json!({ "user": user, "ts": ts(*at) });
    }
    if !message.reactions.is_empty() {
        let of = |(name, users): &(String, Vec<String>)| json!({ "name": name, "users": users, "count": users.len() });
        entity["reactions"] = message.reactions.iter().map(of).collect();
    }
    if !message.files.is_empty() {
        let files = message.files.iter().enumerate().map(|(place, name)| {
            json!({
                "id": format!("F{:08}", place + 1), "name": name, "title": name, "mimetype": "text/plain",
                "filetype": "text", "size": 100, "url_private": format!("https://files.slack.com/files-pri/{TEAM}-F1/{name}"),
            })
        });
        entity["files"] = files.collect();
    }
    entity
}

/// Adds what the app noted with a message.
pub fn noted(mut entity: Value, message: &Message) -> Value {
    if let Some(metadata) = message.metadata.as_deref().and_then(|text| serde_json::from_str(text).ok()) {
        entity["metadata"] = metadata;
    }
    entity
}

/// Returns a message with what hangs on it: its thread, if it has one.
pub fn with_thread(channel: &Channel, top: &Message) -> Value {
    let mut entity = message(top);
    let replies: Vec<Message> = replies(channel, top.id);
    if let Some(last) = replies.last() {
        let mut users: Vec<&String> = replies.iter().filter_map(|reply| reply.user.as_ref()).collect();
        users.sort_unstable();
        users.dedup();
        entity["thread_ts"] = json!(ts(top.id));
        entity["reply_count"] = json!(replies.len());
        entity["reply_users_count"] = json!(users.len());
        entity["reply_users"] = json!(users);
        entity["latest_reply"] = json!(ts(last.id));
        entity["is_locked"] = json!(false);
        entity["subscribed"] = json!(false);
    }
    entity
}

/// Returns what was said in the thread on `top`, oldest first.
pub fn replies(channel: &Channel, top: u64) -> Vec<Message> {
    // Generated replies are near; only those that were put there can be anywhere.
    let end = top + channel.reach;
    let near = channel.messages.oldest_first(Some(top)).take_while(|(id, _)| *id <= end);
    let all = near.chain(channel.messages.kept_after(end)).map(|(_, message)| message);
    all.filter(|message| message.thread == Some(top)).collect()
}

/// Returns somebody.
pub fn user(user: &User) -> Value {
    json!({
        "id": user.id, "team_id": TEAM, "name": user.name, "deleted": user.deleted, "real_name": user.real_name,
        "tz": "Europe/London", "is_admin": false, "is_owner": false, "is_bot": user.is_bot,
        "is_app_user": false, "updated": 1_784_884_365,
        "profile": {
            "real_name": user.real_name, "display_name": user.name, "team": TEAM,
            "email": format!("{}@intranet.example", user.name),
            "image_72": "https://files.example/a.png", "status_text": "", "status_emoji": "",
        },
    })
}

/// Returns a channel.
pub fn channel(id: &str, channel: &Channel) -> Value {
    let is = |kind| channel.kind == kind;
    json!({
        "id": id, "name": channel.name, "name_normalized": channel.name, "is_channel": is(Kind::Channel),
        "is_group": is(Kind::Group), "is_im": is(Kind::Im), "is_mpim": false, "is_private": !is(Kind::Channel),
        "is_archived": false, "is_general": false, "is_shared": false, "is_ext_shared": false,
        "is_member": channel.is_member, "created": 1_449_252_889, "creator": "U2147483697",
        "context_team_id": TEAM, "num_members": 4,
        "topic": { "value": "", "creator": "", "last_set": 0 },
        "purpose": { "value": "Things that break", "creator": "U2147483697", "last_set": 1_449_252_889 },
    })
}
