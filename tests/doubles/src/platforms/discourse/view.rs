//! Posts, topics and people as JSON.

use serde_json::{Map, Value, json};

use super::rights::Viewer;
use super::world::{Kind, Post, Topic, User, World};
use crate::times::rfc3339_ms;

/// Where a post is shown: each place leaves other things out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// `/posts.json`: with the topic's title and category.
    List,
    /// A topic, with or without `raw`.
    Topic { raw: bool },
    /// Alone.
    Alone,
    /// A webhook, which the forum itself speaks.
    Hook,
}

/// Returns a user as all lists show one.
pub fn user(user: &User) -> Value {
    json!({ "id": user.id, "username": user.username, "name": user.name, "avatar_template": avatar(user) })
}

fn avatar(user: &User) -> String {
    let letter = user.username.chars().next().unwrap_or('x');
    format!("/letter_avatar_proxy/v4/letter/{letter}/8491ac/{{size}}.png")
}

/// Returns what the forum makes of Markdown: a paragraph, with mentions and quotes. Hostile markup stays, so that
/// whoever reads it meets it.
pub fn cook(world: &World, raw: &str) -> String {
    let words = raw.split(' ').map(|word| {
        let name: String = word.trim_start_matches('@').chars().take_while(|c| c.is_alphanumeric()).collect();
        match word.starts_with('@') && world.user_named(&name).is_some() {
            true => {
                let rest = &word[1 + name.len()..];
                format!("<a class=\"mention\" href=\"/u/{}\">@{name}</a>{rest}", name.to_lowercase())
            }
            false => word.to_owned(),
        }
    });
    let words = words.collect::<Vec<_>>().join(" ");
    match words.strip_prefix("[quote=").and_then(|rest| rest.split_once(']')) {
        Some((about, rest)) => {
            let (quoted, said) = rest.split_once("[/quote]").unwrap_or((rest, ""));
            let mut about = about.split(',');
            let (post, topic) = (about.next().unwrap_or("1"), about.next().unwrap_or("1"));
            format!(
                "<aside class=\"quote no-group\" data-username=\"x\" data-post=\"{post}\" data-topic=\"{topic}\">\n\
                 <blockquote>\n<p>{quoted}</p>\n</blockquote>\n</aside>\n<p>{said}</p>"
            )
        }
        None => format!("<p>{words}</p>"),
    }
}

/// Returns a post as `viewer` sees it at `place`.
pub fn post(world: &World, post: &Post, viewer: &Viewer, place: Place) -> Value {
    let topic = world.topics.get(&post.topic);
    let author = post.user.and_then(|id| world.users.get(&id));
    let yours = post.user.is_some() && post.user == viewer.id();
    let hidden_from = post.hidden && !viewer.is_staff() && !yours;
    let cooked = match () {
        () if post.user_deleted => "<p>(post deleted by author)</p>".to_owned(),
        () if hidden_from => {
            "<p>This post was flagged by the community and is temporarily hidden.</p>".to_owned()
        }
        () => cook(world, &post.raw),
    };
    let slug = topic.map_or_else(|| "topic".to_owned(), |topic| slug(&topic.title));
    let name = author.and_then(|author| author.name.clone());
    let body = json!({
        "id": post.id, "name": name.clone().unwrap_or_default(),
        "username": author.map(|author| author.username.clone()),
        "avatar_template": author.map(avatar),
        "created_at": rfc3339_ms(post.created_at), "updated_at": rfc3339_ms(post.updated_at),
        "cooked": cooked, "post_number": post.number, "post_type": post.kind as u64,
        "posts_count": topic.map_or(0, |topic| topic.posts.len()),
        "reply_count": world.answers(post), "reply_to_post_number": post.reply_to, "quote_count": 0,
        "incoming_link_count": 0, "reads": post.reads, "readers_count": post.reads.saturating_sub(1), "score": 7.4,
        "topic_id": post.topic, "topic_slug": slug,
        "display_username": name, "primary_group_name": null, "flair_name": null,
        "version": post.version, "user_title": null, "bookmarked": false,
        "moderator": false, "admin": author.is_some_and(|author| author.id < 0),
        "staff": author.is_some_and(|author| author.staff), "user_id": post.user,
        "hidden": post.hidden, "trust_level": 2,
        "deleted_at": post.deleted.map(|(at, _)| rfc3339_ms(at)), "user_deleted": post.user_deleted,
        "edit_reason": post.edit_reason, "wiki": false,
    });
    let Value::Object(mut body) = body else { return Value::Null };
    if hidden_from {
        body.insert("cooked_hidden".to_owned(), Value::Bool(true));
    }
    let shows_raw = !matches!(place, Place::Topic { raw: false }) && !hidden_from;
    if shows_raw {
        body.insert("raw".to_owned(), Value::String(post.raw.clone()));
    }
    if let Some(code) = &post.action_code {
        body.insert("action_code".to_owned(), Value::String(code.clone()));
    }
    if let Some((_, by)) = post.deleted.filter(|_| viewer.is_staff())
        && let Some(by) = world.users.get(&by)
    {
        body.insert("deleted_by".to_owned(), user(by));
    }
    put_place(&mut body, world, post, topic, viewer, place);
    Value::Object(body)
}

fn put_place(
    body: &mut Map<String, Value>,
    world: &World,
    post: &Post,
    topic: Option<&Topic>,
    viewer: &Viewer,
    place: Place,
) {
    let title = topic.map(|topic| topic.title.clone());
    let category = topic.and_then(|topic| topic.category);
    let mut put = |fields: Value| {
        if let Value::Object(fields) = fields {
            body.extend(fields);
        }
    };
    if matches!(place, Place::List | Place::Hook) {
        put(json!({ "topic_title": title, "topic_html_title": title, "category_id": category }));
    }
    if place == Place::List {
        put(json!({ "excerpt": post.raw.chars().take(220).collect::<String>() }));
    }
    if place == Place::Hook {
        let slug = category.and_then(|id| world.categories.get(&id)).map(|category| category.slug.clone());
        let count = topic.map_or(0, |topic| topic.posts.len());
        put(json!({
            "category_slug": slug, "topic_posts_count": count, "topic_filtered_posts_count": count,
            "topic_archetype": topic.map_or("", archetype),
        }));
        return;
    }
    let mut likes = Map::from_iter([("id".to_owned(), json!(2))]);
    if post.likes > 0 {
        likes.insert("count".to_owned(), json!(post.likes));
    }
    likes.insert("can_act".to_owned(), json!(true));
    let flags = [3, 4, 8, 7].map(|id| json!({ "id": id, "can_act": true }));
    let mut actions = vec![Value::Object(likes)];
    actions.extend(flags);
    put(json!({
        "yours": post.user.is_some() && post.user == viewer.id(),
        "can_edit": viewer.is_staff(), "can_delete": viewer.is_staff(), "can_recover": post.deleted.is_some(),
        "can_wiki": viewer.is_staff(), "can_view_edit_history": true, "actions_summary": actions,
        "post_url": format!("/t/{}/{}/{}", topic.map_or_else(String::new, |topic| slug(&topic.title)), post.topic, post.number),
    }));
    if viewer.is_staff() {
        let report = world.reports.values().find(|report| report.post == post.id);
        put(json!({
            "reviewable_id": report.map_or(0, |report| report.id),
            "reviewable_score_count": u64::from(report.is_some()),
            "reviewable_score_pending_count": u64::from(report.is_some_and(|report| report.status == 0)),
        }));
    }
}

/// Returns a topic's kind.
pub fn archetype(topic: &Topic) -> &'static str {
    if topic.category.is_some() { "regular" } else { "private_message" }
}

/// Returns a title as addresses have it.
pub fn slug(title: &str) -> String {
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.map(str::to_lowercase).collect::<Vec<_>>().join("-");
    if slug.is_empty() { "topic".to_owned() } else { slug }
}

/// Returns what all views of a topic share.
pub fn topic(world: &World, topic: &Topic) -> Map<String, Value> {
    let there =
        || topic.posts.iter().filter_map(|id| world.posts.get(id)).filter(|post| post.deleted.is_none());
    let last = there().map(|post| post.created_at).max().unwrap_or(topic.created_at);
    let body = json!({
        "id": topic.id, "title": topic.title, "fancy_title": topic.title, "slug": slug(&topic.title),
        "posts_count": there().count(), "reply_count": there().filter(|post| post.reply_to.is_some()).count(),
        "highest_post_number": there().map(|post| post.number).max().unwrap_or(0),
        "created_at": rfc3339_ms(topic.created_at), "last_posted_at": rfc3339_ms(last),
        "bumped": true, "bumped_at": rfc3339_ms(last), "archetype": archetype(topic), "unseen": false,
        "pinned": false, "unpinned": null, "visible": topic.listed, "closed": topic.closed, "archived": false,
        "views": 64, "like_count": there().map(|post| post.likes).sum::<u64>(), "has_summary": false,
        "category_id": topic.category, "pinned_globally": false, "featured_link": null,
        "tags": topic.tags.iter().enumerate().map(|(at, name)| json!({ "id": at + 1, "name": name, "slug": name })).collect::<Vec<_>>(),
    });
    match body {
        Value::Object(body) => body,
        _ => Map::new(),
    }
}

/// Tells whether a post is one that the firehose shows.
pub fn is_listed(world: &World, post: &Post) -> bool {
    let topic = world.topics.get(&post.topic);
    post.kind == Kind::Regular
        && post.deleted.is_none()
        && topic.is_some_and(|topic| topic.listed && topic.category.is_some())
}
