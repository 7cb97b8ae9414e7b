//! What a scene is as an operation on the double of its platform.
//!
//! Not here: when it is done, and what becomes of it.

use hark_doubles::platforms::{discourse, facebook, x};
use serde_json::{Value, json};

use crate::stage::{Channel, escape};
use crate::story::{Deed, Scene};

/// The company's handle on X. It is longer than X allows, as are all handles of the story: nobody real has one.
pub(crate) const OWN_HANDLE: &str = "acme_widgets_inc";
/// The name that the doubles give to the company.
const DOUBLE_SELF: &str = "acme";
/// Categories of the forum: one for the work, one for the house.
const WORK: u64 = 4;
const HOUSE: u64 = 5;
/// Number that Discourse has for "It's Inappropriate".
const INAPPROPRIATE: u64 = 4;
/// Requests in a minute; a forum's owner may allow his own reader more than the sixty of the documents.
const FORUM_REQUESTS_MAX: u32 = 600;

/// Something that was said on a played platform.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    /// The platform's id of it.
    pub id: String,
    /// Its headline, or its first words.
    pub title: String,
    /// Its topic, on the forum.
    topic: Option<u64>,
    /// It opened the topic.
    is_first: bool,
    author: String,
}

/// Returns the name of the double.
pub(crate) const fn platform(channel: Channel) -> &'static str {
    match channel {
        Channel::X => "x",
        Channel::Facebook => "facebook",
        _ => "discourse",
    }
}

/// Returns the token that reads the platform.
pub(crate) const fn token(channel: Channel) -> &'static str {
    match channel {
        Channel::X => x::USER_TOKEN,
        Channel::Facebook => facebook::PAGE_TOKEN,
        _ => discourse::API_KEY,
    }
}

/// Returns what makes a platform ready for the story.
pub(crate) fn furniture(channel: Channel) -> Value {
    match channel {
        Channel::X => {
            json!({ "op": "rename-author", "author": DOUBLE_SELF, "username": OWN_HANDLE, "name": "Acme Widgets" })
        }
        Channel::Facebook => {
            json!({ "op": "rename-author", "author": facebook::PAGE_ID.to_string(), "name": "Acme Widgets" })
        }
        _ => json!({ "op": "limit", "bucket": "admin_api_key_rate_limit", "limit": FORUM_REQUESTS_MAX }),
    }
}

/// Returns the operation that says it.
pub(crate) fn insert(scene: &Scene, about: Option<&Known>) -> Value {
    let mut operation = json!({ "op": "insert", "text": text(scene), "author": author(scene) });
    match (scene.channel, about) {
        (Channel::Forum, Some(about)) => {
            operation["topic"] = json!(about.topic);
            if !about.is_first {
                operation["reply_to"] = json!(about.id);
            }
        }
        (Channel::Forum, None) => {
            operation["title"] = json!(scene.title);
            operation["tags"] = json!(scene.tag.iter().collect::<Vec<_>>());
            let is_house = matches!(scene.tag.as_deref(), Some("facilities" | "people" | "general"));
            operation["category"] = json!(if is_house { HOUSE } else { WORK });
        }
        (Channel::Facebook, None) => operation["quiet"] = json!(true),
        (_, about) => operation["reply_to"] = json!(about.map(|about| &about.id)),
    }
    if scene.deed == Deed::Whisper {
        operation["kind"] = json!("whisper");
    }
    if scene.channel == Channel::X {
        operation["lang"] = json!(scene.lang.as_deref().unwrap_or("en"));
    }
    operation
}

/// Returns the operation that gives the speaker a name beside the handle, where there are handles.
pub(crate) fn naming(scene: &Scene) -> Option<Value> {
    let handle = author(scene);
    (scene.channel != Channel::Facebook)
        .then(|| json!({ "op": "rename-author", "author": handle, "name": scene.name }))
}

/// Returns the operation that changes `about`.
pub(crate) fn change(scene: &Scene, about: &Known) -> Value {
    let id = &about.id;
    match scene.deed {
        Deed::Say | Deed::Whisper | Deed::Edit => json!({ "op": "edit", "id": id, "text": text(scene) }),
        Deed::Delete if scene.channel == Channel::Forum => {
            json!({ "op": "delete", "id": id, "by": about.author })
        }
        Deed::Delete => json!({ "op": "delete", "id": id }),
        Deed::Report => {
            json!({ "op": "flag", "id": id, "by": author(scene), "kind": INAPPROPRIATE })
        }
        Deed::Like => {
            let count: u64 = scene.body.trim().parse().unwrap_or(1);
            json!({ "op": "react", "id": id, "likes": count, "count": count })
        }
    }
}

/// Returns what is known of it once it was said.
pub(crate) fn known(scene: &Scene, about: Option<&Known>, answer: &Value) -> Known {
    let title = match about {
        _ if !scene.title.is_empty() => scene.title.clone(),
        Some(about) if scene.channel == Channel::Forum => {
            format!("Re: {}", about.title.trim_start_matches("Re: "))
        }
        _ => scene.body.lines().next().unwrap_or_default().to_owned(),
    };
    Known {
        id: answer["id"].as_str().unwrap_or_default().to_owned(),
        title,
        topic: answer["topic"].as_u64(),
        is_first: about.is_none(),
        author: author(scene),
    }
}

/// Returns the words as the platform takes them: the forum takes markup, and the double knows no line ends.
fn text(scene: &Scene) -> String {
    match scene.channel {
        Channel::Forum => escape(&scene.body).replace('\n', "<br>"),
        _ => scene.body.clone(),
    }
}

/// Returns who speaks, as the platform names people.
fn author(scene: &Scene) -> String {
    match scene.channel {
        Channel::X => scene.address.clone(),
        Channel::Forum => scene.name.to_lowercase().replace(' ', "."),
        _ => scene.name.clone(),
    }
}
