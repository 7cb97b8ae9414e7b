//! From a post of NodeBB to events: pure.

use hark_sdk::prelude::*;

use super::shapes::{Post, Topic};
use super::topic::{self, Entry};
use crate::lenient;
use crate::out::{self, Draft, line, markup};
use crate::settings::Settings;

/// Turns an entry of a topic into a draft; `closed` says that the topic's category is for some members only.
pub fn draft(entry: Entry, topic: &Topic, settings: &Settings, closed: bool) -> Draft {
    let origin = Provenance::new(entry.payload, entry.pointer);
    let post = match entry.post {
        Ok(post) => *post,
        Err(why) => {
            let hint =
                entry.pid.map_or_else(|| "a post without an id".to_owned(), |pid| format!("post:{pid}"));
            return Draft::single(Poison::new(hint, why, origin));
        }
    };
    if post.deleted || topic.deleted {
        return Draft::single(removal(&post, origin));
    }
    let visibility = settings.visibility_of(topic.cid, closed);
    let actor = actor(&post, settings, entry.received_at);
    let conversation = Conversation {
        title: title(topic),
        url: Some(format!("{}/topic/{}", settings.base(), topic.tid)),
        place: place(topic),
        visibility,
        locked: topic.locked,
        ..Conversation::new(format!("topic:{}", topic.tid))
    };
    let size = post.content.as_ref().map_or(0, |content| 2 * content.len());
    let author = actor.as_ref().map(|actor| actor.id.clone());
    let last = Item { author, visibility, ..item(post, topic, settings, origin, entry.received_at) };
    Draft { actor, conversation: Some(conversation), last: last.into(), size }
}

fn removal(post: &Post, origin: Provenance) -> Removal {
    let by_author = post.deleter_uid.is_some() && post.deleter_uid == post.uid;
    let reason = match by_author {
        true => RemovalReason::DeletedByAuthor,
        false => RemovalReason::RemovedByModerator,
    };
    Removal::new(format!("post:{}", post.pid), reason, None, origin)
}

fn actor(post: &Post, settings: &Settings, seen_at: Ms) -> Option<Actor> {
    let uid = post.uid.filter(|uid| *uid > 0)?;
    let user = post.user.as_ref();
    let slug = user.and_then(|user| user.userslug.as_deref()).filter(|slug| !slug.contains(['/', '?', '#']));
    Some(Actor {
        kind: ActorKind::Person,
        handle: user.and_then(|user| user.username.as_deref()).and_then(line),
        display_name: user.and_then(|user| user.displayname.as_deref()).and_then(line),
        profile_url: slug.map(|slug| format!("{}/user/{slug}", settings.base())),
        avatar_url: user.and_then(|user| settings.absolute(user.picture.as_deref()?)),
        is_self: post.self_post,
        ..Actor::new(format!("user:{uid}"), seen_at)
    })
}

/// What people call the category; its id as that of a target without.
fn place(topic: &Topic) -> Option<String> {
    let name = topic.category.as_ref().and_then(|category| category.name.as_deref());
    name.map(html::unescape)
        .and_then(|name| line(&name))
        .or_else(|| topic.cid.map(|cid| format!("category:{cid}")))
}

fn title(topic: &Topic) -> Option<String> {
    let escaped = topic.title.as_deref().map(html::unescape);
    topic.title_raw.as_deref().or(escaped.as_deref()).and_then(line)
}

fn item(post: Post, topic: &Topic, settings: &Settings, origin: Provenance, at: Ms) -> Item {
    let is_first = topic.main_pid == Some(post.pid);
    let answered = post.to_pid.filter(|pid| *pid != post.pid);
    let relation =
        |pid| Relation { kind: RelationKind::ReplyTo, target: format!("post:{pid}"), target_is_actor: false };
    let replies =
        post.replies.as_ref().and_then(|replies| replies.as_u64().or_else(|| replies.get("count")?.as_u64()));
    let content = post.content.unwrap_or_default();
    let words = html::to_text(&content[..content.floor_char_boundary(crate::limits::HTML_BYTES_MAX)]);
    Item {
        kind: if is_first { ItemKind::Post } else { ItemKind::Comment },
        direction: if post.self_post { Direction::Outbound } else { Direction::Inbound },
        conversation: format!("topic:{}", topic.tid),
        title: title(topic).filter(|_| is_first),
        url: Some(format!("{}/post/{}", settings.base(), post.pid)),
        published_is_estimate: post.timestamp.is_none(),
        edited_at: post.edited.filter(|edited| *edited > 0),
        revision: post
            .edited
            .filter(|edited| *edited > 0)
            .map(|edited| edited.to_string())
            .unwrap_or_default(),
        relations: answered.map(relation).into_iter().collect(),
        tags: topic.tags.iter().filter_map(|tag| line(tag.value.as_deref()?)).collect(),
        counters: Some(Counters { likes: post.upvotes, score: post.votes, replies, ..Counters::default() }),
        html: Some(content).filter(|content| !content.is_empty()).map(markup),
        ..Item::new(format!("post:{}", post.pid), words, post.timestamp.unwrap_or(at), origin)
    }
}

/// Reads a kept topic again; other answers hold nothing that was said.
pub fn normalise(settings: &Settings, raw: &Raw) -> Result<Vec<Event>, Fault> {
    let Some(body) = lenient::from_slice::<serde_json::Value>(&raw.body) else {
        return Err(Fault::protocol(format!("{} is no JSON", raw.label)));
    };
    let Ok(mut topic) = serde_json::from_value::<Topic>(body) else { return Ok(Vec::new()) };
    let values = std::mem::take(&mut topic.posts);
    let entries = topic::entries(values, raw.payload, raw.received_at);
    let drafts = entries.into_iter().map(|entry| draft(entry, &topic, settings, false));
    Ok(out::events(drafts.collect()))
}
