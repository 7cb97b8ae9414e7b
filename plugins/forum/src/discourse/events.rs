//! From a post of Discourse to events: pure.
//!
//! Holds: whispers and hidden posts are restricted, private messages direct, whatever their category is; a post
//! without its words is a removal; the same post gives the same events.

use hark_sdk::prelude::*;

use super::categories::Categories;
use super::page::Entry;
use super::parents::Places;
use super::shapes::{Post, Tag, Topic, User};
use crate::out::{Draft, line, markup};
use crate::settings::{Settings, more_private};

const REGULAR: u64 = 1;
const SMALL_ACTION: u64 = 3;
const WHISPER: u64 = 4;
const LIKE: u64 = 2;
const PRIVATE: &str = "private_message";
/// Shortest time after its creation at which a change is an edit: the forum itself touches a new post.
const EDIT_MS_MIN: i64 = 1_000;
/// Most quotes of one post that become relations.
const QUOTES_MAX: usize = 50;

/// What must be known beside a post.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    pub settings: &'a Settings,
    pub categories: &'a Categories,
    pub places: &'a Places,
    /// All posts are private messages.
    pub private: bool,
}

/// Turns an entry into a draft; `restored` says that it was gone and is back.
pub fn draft(entry: Entry, around: Around<'_>, restored: bool) -> Draft {
    let origin = Provenance::new(entry.payload, entry.pointer);
    let hint = entry.id.map_or_else(|| "a post without an id".to_owned(), |id| format!("post:{id}"));
    match entry.post {
        Ok(post) => of_post(*post, around, origin, entry.received_at, restored),
        Err(why) => Draft::single(Poison::new(hint, why, origin)),
    }
}

fn of_post(post: Post, around: Around<'_>, origin: Provenance, at: Ms, restored: bool) -> Draft {
    if let Some(removal) = removal(&post, &origin) {
        return Draft::single(removal);
    }
    let actor = actor(&post, around.settings, at);
    let conversation = conversation(&post, around);
    let size = post.cooked.as_ref().or(post.raw.as_ref()).map_or(0, |text| text.len().saturating_mul(2));
    let item = item(post, around, origin, at, restored);
    Draft { actor, conversation: Some(conversation), last: item.into(), size }
}

/// Returns the removal that a post is which is no longer to be read.
pub fn removal(post: &Post, origin: &Provenance) -> Option<Removal> {
    let time = |text: &Option<String>| text.as_deref().and_then(time::parse_rfc3339);
    let by_author = |by: &User| by.id.is_some() && by.id == post.user_id;
    let (reason, at) = match &post.deleted_at {
        Some(_) if post.deleted_by.as_ref().is_some_and(by_author) => {
            (RemovalReason::DeletedByAuthor, time(&post.deleted_at))
        }
        Some(_) => (RemovalReason::RemovedByModerator, time(&post.deleted_at)),
        None if post.user_deleted => (RemovalReason::DeletedByAuthor, time(&post.updated_at)),
        None if post.hidden && post.cooked_hidden => {
            (RemovalReason::RemovedByModerator, time(&post.updated_at))
        }
        None => return None,
    };
    Some(Removal::new(format!("post:{}", post.id), reason, at, origin.clone()))
}

/// Returns the figures of a post.
pub fn counters(post: &Post) -> Counters {
    let likes = post.actions_summary.as_ref().map(|actions| {
        actions.iter().find(|action| action.id == Some(LIKE)).and_then(|action| action.count).unwrap_or(0)
    });
    Counters { likes, replies: post.reply_count, views: post.reads, ..Counters::default() }
}

fn actor(post: &Post, settings: &Settings, seen_at: Ms) -> Option<Actor> {
    let id = post.user_id?;
    let username = post.username.as_deref().and_then(line);
    let avatar = post.avatar_template.as_deref().map(|template| template.replace("{size}", "96"));
    Some(Actor {
        kind: if id < 0 { ActorKind::Service } else { ActorKind::Person },
        display_name: post.name.as_deref().and_then(line),
        profile_url: username.as_ref().map(|name| format!("{}/u/{name}", settings.base())),
        handle: username,
        avatar_url: avatar.and_then(|address| settings.absolute(&address)),
        is_self: post.yours,
        ..Actor::new(format!("user:{id}"), seen_at)
    })
}

fn conversation(post: &Post, around: Around<'_>) -> Conversation {
    let topic = around.places.topic(post.topic_id);
    let title = topic.and_then(|topic| topic.title.as_deref()).or(post.topic_title.as_deref());
    Conversation {
        title: title.and_then(line),
        url: Some(format!("{}/t/{}", around.settings.base(), post.topic_id)),
        place: around.categories.place(category(post, topic)),
        visibility: topic_visibility(post, topic, around),
        locked: topic.is_some_and(|topic| topic.closed || topic.archived),
        ..Conversation::new(format!("topic:{}", post.topic_id))
    }
}

/// Returns the conversation that a topic is.
pub fn of_topic(topic: &Topic, settings: &Settings, closed: bool) -> Conversation {
    let visibility = match topic.archetype.as_deref() {
        Some(PRIVATE) => Visibility::Direct,
        _ => listed(settings.visibility_of(topic.category_id, closed), topic.visible),
    };
    Conversation {
        title: topic.title.as_deref().and_then(line),
        url: Some(format!("{}/t/{}", settings.base(), topic.id)),
        // A delivery does not say what the category is called.
        place: None,
        visibility,
        locked: topic.closed || topic.archived,
        ..Conversation::new(format!("topic:{}", topic.id))
    }
}

fn category(post: &Post, topic: Option<&Topic>) -> Option<u64> {
    topic.and_then(|topic| topic.category_id).or(post.category_id)
}

/// Tells whether a post is a private message.
pub fn is_private(post: &Post, topic: Option<&Topic>) -> bool {
    let archetype = post.topic_archetype.as_deref().or(topic.and_then(|topic| topic.archetype.as_deref()));
    archetype == Some(PRIVATE)
}

fn topic_visibility(post: &Post, topic: Option<&Topic>, around: Around<'_>) -> Visibility {
    if around.private || is_private(post, topic) {
        return Visibility::Direct;
    }
    let category = category(post, topic);
    let open = around.settings.visibility_of(category, around.categories.is_closed(category));
    listed(open, topic.and_then(|topic| topic.visible))
}

fn listed(visibility: Visibility, visible: Option<bool>) -> Visibility {
    match visible {
        Some(false) => more_private(visibility, Visibility::Unlisted),
        Some(true) | None => visibility,
    }
}

/// Tells whether a post is one that `/posts.json` shows.
pub fn is_regular(post: &Post) -> bool {
    post.post_type.is_none_or(|kind| kind == REGULAR)
}

/// Returns the figures of a post as an event.
pub fn engagement(post: &Post, entry: &Entry) -> Engagement {
    Engagement {
        id: format!("post:{}", post.id),
        counters: counters(post),
        at: entry.received_at,
        origin: Provenance::new(entry.payload, entry.pointer.clone()),
    }
}

/// Tells whether a post is for the staff only, whoever may read its topic.
pub fn is_whisper(post: &Post) -> bool {
    post.post_type == Some(WHISPER)
}

fn item(post: Post, around: Around<'_>, origin: Provenance, at: Ms, restored: bool) -> Item {
    let topic = around.places.topic(post.topic_id);
    let of_topic = topic_visibility(&post, topic, around);
    let closed = is_whisper(&post) || post.hidden;
    let published = post.created_at.as_deref().and_then(time::parse_rfc3339);
    let is_first = post.post_number == Some(1);
    let title = topic.and_then(|topic| topic.title.as_deref()).or(post.topic_title.as_deref());
    let words = words(&post);
    let kind = match of_topic {
        Visibility::Direct => ItemKind::Message,
        _ if is_first => ItemKind::Post,
        _ => ItemKind::Comment,
    };
    Item {
        revision: post.version.map(|version| version.to_string()).unwrap_or_default(),
        kind,
        direction: if post.yours { Direction::Outbound } else { Direction::Inbound },
        conversation: format!("topic:{}", post.topic_id),
        author: post.user_id.map(|id| format!("user:{id}")),
        title: title.filter(|_| is_first).and_then(line),
        url: Some(url(&post, around.settings)),
        published_is_estimate: published.is_none(),
        edited_at: edited_at(&post, published, at, restored),
        visibility: if closed { more_private(of_topic, Visibility::Restricted) } else { of_topic },
        sensitive: post.hidden,
        automated: is_automated(&post),
        relations: relations(&post, around.places),
        tags: tags(&post, topic),
        counters: Some(counters(&post)),
        html: post.cooked.filter(|cooked| !cooked.is_empty()).map(markup),
        ..Item::new(format!("post:{}", post.id), words, published.unwrap_or(at), origin)
    }
}

fn url(post: &Post, settings: &Settings) -> String {
    match post.post_number {
        Some(number) => format!("{}/t/{}/{number}", settings.base(), post.topic_id),
        None => format!("{}/p/{}", settings.base(), post.id),
    }
}

/// Edits within the first minutes leave the version as it is, so the time counts, too.
fn edited_at(post: &Post, published: Option<Ms>, at: Ms, restored: bool) -> Option<Ms> {
    let updated = post.updated_at.as_deref().and_then(time::parse_rfc3339);
    if restored {
        return Some(updated.unwrap_or(at).max(at));
    }
    let is_late = updated.zip(published).is_some_and(|(updated, created)| updated - created >= EDIT_MS_MIN);
    updated.filter(|_| is_late || post.version.is_some_and(|version| version > 1))
}

/// Small actions are what the forum notes of itself, as that a topic was closed.
fn is_automated(post: &Post) -> bool {
    post.post_type == Some(SMALL_ACTION) || post.is_auto_generated || post.user_id.is_some_and(|id| id < 0)
}

fn words(post: &Post) -> String {
    let cooked = post.cooked.as_deref().unwrap_or_default();
    let cooked = &cooked[..cooked.floor_char_boundary(crate::limits::HTML_BYTES_MAX)];
    let words = html::to_text(cooked);
    if !words.is_empty() {
        return words;
    }
    let raw = text::plain(post.raw.as_deref().unwrap_or_default());
    match (&post.action_code, raw.is_empty()) {
        (Some(code), true) => {
            text::line(&format!("{code} {}", post.action_code_who.as_deref().unwrap_or_default()))
        }
        _ => raw,
    }
}

fn tags(post: &Post, topic: Option<&Topic>) -> Vec<String> {
    let of_topic = topic.and_then(|topic| topic.tags.as_deref()).unwrap_or_default();
    let names = of_topic.iter().filter_map(|tag| match tag {
        Tag::Name(name) | Tag::Named { name } => line(name),
        Tag::Other(_) => None,
    });
    names.chain(post.action_code.as_deref().and_then(line)).collect()
}

fn relations(post: &Post, places: &Places) -> Vec<Relation> {
    let relation = |kind, target| Relation { kind, target, target_is_actor: false };
    let answered = post.reply_to_post_number.filter(|number| Some(*number) != post.post_number);
    let answered = answered.map(|number| places.reference(post.topic_id, number));
    let mut relations: Vec<_> =
        answered.into_iter().map(|target| relation(RelationKind::ReplyTo, target)).collect();
    for (topic, number) in quotes(post.cooked.as_deref().unwrap_or_default()) {
        let target = places.reference(topic.unwrap_or(post.topic_id), number);
        if !relations.iter().any(|known| known.kind == RelationKind::QuoteOf && known.target == target) {
            relations.push(relation(RelationKind::QuoteOf, target));
        }
    }
    for id in post.mentioned_users.iter().flatten().filter_map(|user| user.id) {
        let target = format!("user:{id}");
        relations.push(Relation { kind: RelationKind::MentionOf, target, target_is_actor: true });
    }
    relations
}

/// Returns topic and number of what is quoted: `<aside class="quote" data-post="2" data-topic="119">`.
fn quotes(cooked: &str) -> Vec<(Option<u64>, u64)> {
    let asides = cooked.split("<aside").skip(1).take(QUOTES_MAX);
    let tags = asides.filter_map(|rest| rest.split('>').next()).filter(|tag| tag.contains("quote"));
    let number = |tag: &str, name: &str| {
        let value = tag.split(name).nth(1)?.strip_prefix("=\"")?;
        value.split('"').next()?.parse().ok()
    };
    tags.filter_map(|tag| Some((number(tag, "data-topic"), number(tag, "data-post")?))).collect()
}
