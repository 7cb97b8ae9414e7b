//! Topics, categories and groups that are read.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::reading::{Answer, id_of, parameters};
use super::rights::{Viewer, viewer};
use super::view::{self, Place};
use super::world::{Category, Post, Topic, World};
use super::{Discourse, refusal};
use crate::reply;

/// Posts that come with a topic.
const CHUNK: usize = 20;
/// Topics of a list.
const LIST: usize = 30;

/// `GET /t/ID.json`
pub async fn topic(
    State(forum): State<Arc<Discourse>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    request: Parts,
) -> Answer {
    open(&forum, &request, id_of(&id)?, None, query)
}

/// `GET /t/ID/NUMBER.json`, `/t/SLUG/ID.json`, `/t/ID/posts.json`
pub async fn topic_at(
    State(forum): State<Arc<Discourse>>,
    Path((a, b)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    request: Parts,
) -> Answer {
    match (a.parse::<u64>(), b.as_str()) {
        (Ok(id), "posts.json" | "posts") => posts_of(&forum, &request, id, query),
        (Ok(id), _) => open(&forum, &request, id, Some(id_of(&b)?), query),
        (Err(_), _) => open(&forum, &request, id_of(&b)?, None, query),
    }
}

/// `GET /t/SLUG/ID/NUMBER.json`
pub async fn topic_with_slug(
    State(forum): State<Arc<Discourse>>,
    Path((_, id, number)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    request: Parts,
) -> Answer {
    open(&forum, &request, id_of(&id)?, Some(id_of(&number)?), query)
}

fn open(forum: &Discourse, request: &Parts, id: u64, near: Option<u64>, query: Option<String>) -> Answer {
    let viewer = viewer(forum, request)?;
    let state = forum.state();
    let world = &state.world;
    let topic = world.topics.get(&id).ok_or_else(refusal::not_found)?;
    if !viewer.may_open(world, topic) {
        return Err(refusal::invalid_access());
    }
    let raw = has_raw(query.as_deref());
    let seen = seen(world, topic, &viewer);
    if seen.is_empty() {
        return Err(refusal::not_found());
    }
    let at = near.map_or(0, |near| seen.iter().position(|post| post.number >= near).unwrap_or(seen.len()));
    let start = at.saturating_sub(CHUNK / 2 - 1).min(seen.len().saturating_sub(CHUNK));
    let shown = &seen[start..(start + CHUNK).min(seen.len())];
    let posts: Vec<Value> =
        shown.iter().map(|post| view::post(world, post, &viewer, Place::Topic { raw })).collect();
    let mut body = view::topic(world, topic);
    let person = |post: Option<&&Post>| {
        post.and_then(|post| world.users.get(&post.user?)).map(view::user).unwrap_or_default()
    };
    let more = json!({
        "post_stream": { "posts": posts, "stream": seen.iter().map(|post| post.id).collect::<Vec<_>>() },
        "chunk_size": CHUNK, "participant_count": 1, "draft": null,
        "details": {
            "can_edit": viewer.is_staff(), "notification_level": 1,
            "created_by": person(seen.first()), "last_poster": person(seen.last()),
            "participants": [], "links": [],
        },
    });
    if let Value::Object(more) = more {
        body.extend(more);
    }
    Ok(reply::json(200, &Value::Object(body)))
}

fn posts_of(forum: &Discourse, request: &Parts, id: u64, query: Option<String>) -> Answer {
    let viewer = viewer(forum, request)?;
    let raw = has_raw(query.as_deref());
    let query = query.unwrap_or_default();
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let ids: Vec<u64> =
        pairs.filter(|(name, _)| name == "post_ids[]").filter_map(|(_, id)| id.parse().ok()).collect();
    let state = forum.state();
    let world = &state.world;
    let topic = world.topics.get(&id).ok_or_else(refusal::not_found)?;
    if !viewer.may_open(world, topic) {
        return Err(refusal::invalid_access());
    }
    let seen = seen(world, topic, &viewer);
    let wanted = seen.into_iter().filter(|post| ids.is_empty() || ids.contains(&post.id)).take(CHUNK);
    let posts: Vec<Value> =
        wanted.map(|post| view::post(world, post, &viewer, Place::Topic { raw })).collect();
    Ok(reply::json(200, &json!({ "post_stream": { "posts": posts }, "id": id })))
}

fn has_raw(query: Option<&str>) -> bool {
    let parameters = parameters(query.map(str::to_owned));
    parameters.get("include_raw").is_some_and(|value| matches!(value.as_str(), "true" | "1"))
}

/// The posts of a topic by number. Those that were deleted stand in no stream, not even in the staff's, unless asked
/// for.
fn seen<'w>(world: &'w World, topic: &Topic, viewer: &Viewer) -> Vec<&'w Post> {
    let posts = topic.posts.iter().filter_map(|id| world.posts.get(id));
    let mut posts: Vec<&Post> = posts.filter(|post| post.deleted.is_none() && viewer.may_see(post)).collect();
    posts.sort_by_key(|post| post.number);
    posts
}

/// `GET /latest.json`
pub async fn latest(
    State(forum): State<Arc<Discourse>>,
    RawQuery(query): RawQuery,
    request: Parts,
) -> Answer {
    list(&forum, &request, query, |_| true)
}

/// `GET /c/ID/l/latest.json`, `/c/ID.json`
pub async fn category_topics(
    State(forum): State<Arc<Discourse>>,
    Path(a): Path<String>,
    RawQuery(query): RawQuery,
    request: Parts,
) -> Answer {
    let viewer = viewer(&forum, &request)?;
    let category = category_named(&forum.state().world, a.strip_suffix(".json").unwrap_or(&a))?;
    if !viewer.may_read(&category) {
        return Err(refusal::invalid_access());
    }
    list(&forum, &request, query, |topic| topic.category == Some(category.id))
}

/// `GET /c/ID/show.json`, `/c/SLUG/ID.json`
pub async fn category(
    State(forum): State<Arc<Discourse>>,
    Path((a, b)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    request: Parts,
) -> Answer {
    let viewer = viewer(&forum, &request)?;
    let named = if b == "show.json" { a.as_str() } else { b.strip_suffix(".json").unwrap_or(&b) };
    let category = category_named(&forum.state().world, named)?;
    if !viewer.may_read(&category) {
        return Err(refusal::invalid_access());
    }
    if b != "show.json" {
        return list(&forum, &request, query, |topic| topic.category == Some(category.id));
    }
    let mut body = shown(&category);
    if viewer.is_staff() {
        let permission = |group: &String| json!({ "permission_type": 1, "group_name": group });
        let everyone = || vec![json!({ "permission_type": 1, "group_name": "everyone" })];
        let permissions: Vec<Value> = category.groups.iter().map(permission).collect();
        body["group_permissions"] = json!(if permissions.is_empty() { everyone() } else { permissions });
    }
    Ok(reply::json(200, &json!({ "category": body })))
}

fn category_named(world: &World, name: &str) -> Result<Category, Response> {
    let mut all = world.categories.values();
    let found = all.find(|category| category.slug == name || name.parse() == Ok(category.id));
    found.cloned().ok_or_else(refusal::not_found)
}

fn list(
    forum: &Discourse,
    request: &Parts,
    query: Option<String>,
    is_wanted: impl Fn(&Topic) -> bool,
) -> Answer {
    let viewer = viewer(forum, request)?;
    let parameters = parameters(query);
    let number = |name: &str| parameters.get(name).and_then(|value| value.parse::<usize>().ok());
    let (page, size) = (number("page").unwrap_or(0), number("per_page").unwrap_or(LIST).clamp(1, 100));
    let state = forum.state();
    let world = &state.world;
    let may = |topic: &&Topic| {
        topic.listed && topic.category.is_some() && viewer.may_open(world, topic) && is_wanted(topic)
    };
    let mut topics: Vec<(String, Value)> = world
        .topics
        .values()
        .filter(may)
        .map(|topic| {
            let body = Value::Object(view::topic(world, topic));
            (body["bumped_at"].as_str().unwrap_or_default().to_owned(), body)
        })
        .collect();
    topics.sort_by(|one, other| other.0.cmp(&one.0));
    let more = topics.len() > (page + 1) * size;
    let topics: Vec<Value> = topics.into_iter().skip(page * size).take(size).map(|(_, body)| body).collect();
    let mut list = json!({
        "can_create_topic": true, "draft": null, "draft_key": "new_topic", "draft_sequence": 0, "per_page": size,
        "topics": topics,
    });
    if more {
        list["more_topics_url"] = json!(format!("/latest?page={}", page + 1));
    }
    Ok(reply::json(
        200,
        &json!({ "users": [], "primary_groups": [], "flair_groups": [], "topic_list": list }),
    ))
}

fn shown(category: &Category) -> Value {
    json!({
        "id": category.id, "name": category.name, "color": "0088CC", "text_color": "FFFFFF", "slug": category.slug,
        "topic_count": 1, "post_count": 1, "position": category.id, "description": null, "description_text": null,
        "topic_url": format!("/t/about-the-{}-category/{}", category.slug, category.id),
        "read_restricted": !category.groups.is_empty(), "permission": 1,
        "parent_category_id": category.parent, "notification_level": 1, "has_children": category.parent.is_none(),
    })
}

fn visible(world: &World, viewer: &Viewer) -> Vec<Value> {
    world.categories.values().filter(|category| viewer.may_read(category)).map(shown).collect()
}

/// `GET /site.json`
pub async fn site(State(forum): State<Arc<Discourse>>, request: Parts) -> Answer {
    let viewer = viewer(&forum, &request)?;
    let state = forum.state();
    let mut body = Map::new();
    body.insert("default_archetype".to_owned(), json!("regular"));
    body.insert(
        "post_types".to_owned(),
        json!({ "regular": 1, "moderator_action": 2, "small_action": 3, "whisper": 4 }),
    );
    if !state.lazy_categories {
        body.insert("categories".to_owned(), Value::Array(visible(&state.world, &viewer)));
    }
    Ok(reply::json(200, &Value::Object(body)))
}

/// `GET /categories.json`: those below others stand within them, where that is asked for.
pub async fn categories(
    State(forum): State<Arc<Discourse>>,
    RawQuery(query): RawQuery,
    request: Parts,
) -> Answer {
    let viewer = viewer(&forum, &request)?;
    let with_below = parameters(query).get("include_subcategories").is_some_and(|value| value == "true");
    let state = forum.state();
    let world = &state.world;
    let (above, below): (Vec<Value>, Vec<Value>) =
        visible(world, &viewer).into_iter().partition(|category| category["parent_category_id"].is_null());
    let categories = above.into_iter().map(|mut category| {
        let topics = world.topics.values().filter(|topic| {
            topic.listed && topic.category.is_some() && json!(topic.category) == category["id"]
        });
        let mut newest = topics.map(|topic| Value::Object(view::topic(world, topic)));
        category["topics"] = json!(newest.next_back().into_iter().collect::<Vec<_>>());
        if with_below {
            let own = below.iter().filter(|one| one["parent_category_id"] == category["id"]);
            category["subcategory_list"] = json!(own.collect::<Vec<_>>());
        }
        category
    });
    let categories: Vec<Value> = categories.collect();
    let list = json!({ "can_create_category": viewer.is_staff(), "can_create_topic": true, "categories": categories });
    Ok(reply::json(200, &json!({ "category_list": list })))
}

/// `GET /groups.json`
pub async fn groups(State(forum): State<Arc<Discourse>>, request: Parts) -> Answer {
    viewer(&forum, &request)?;
    let state = forum.state();
    let count = |name: &str| {
        state.world.users.values().filter(|user| user.groups.iter().any(|group| group == name)).count()
    };
    let mut names: Vec<&String> = state.world.users.values().flat_map(|user| &user.groups).collect();
    names.sort();
    names.dedup();
    let groups: Vec<Value> = names
        .into_iter()
        .enumerate()
        .map(|(at, name)| json!({ "id": 40 + at, "name": name, "user_count": count(name), "automatic": false }))
        .collect();
    Ok(reply::json(
        200,
        &json!({ "groups": groups, "total_rows_groups": groups.len(), "load_more_groups": "/groups?page=1" }),
    ))
}

/// `GET /about.json`
pub async fn about(State(forum): State<Arc<Discourse>>, request: Parts) -> Answer {
    viewer(&forum, &request)?;
    let state = forum.state();
    let members = state.world.users.keys().filter(|id| **id > 0).count();
    let stats = json!({ "topics_count": state.world.topics.len(), "posts_count": state.world.posts.len(), "users_count": members });
    Ok(reply::json(
        200,
        &json!({ "about": { "title": "Intranet forum", "description": "All about work", "locale": "en", "version": "2026.7.0", "stats": stats } }),
    ))
}
