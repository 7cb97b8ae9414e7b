//! Posts that are read: the newest, by id, by number, by words; and who reads them.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::rights::{Viewer, user, viewer};
use super::view::{self, Place};
use super::world::{Post, World};
use super::{Discourse, refusal};
use crate::reply;
use crate::times::parse_rfc3339;

/// Posts of a page.
const PAGE_POSTS: usize = 50;

pub type Answer = Result<Response, Response>;

/// Returns the parameters of a query; of those with one name the last.
pub fn parameters(query: Option<String>) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect()
}

/// Returns the id at the end of a path, with or without `.json`.
pub fn id_of(segment: &str) -> Result<u64, Response> {
    segment.strip_suffix(".json").unwrap_or(segment).parse().map_err(|_| refusal::not_found())
}

/// `GET /posts.json`
pub async fn latest_posts(
    State(forum): State<Arc<Discourse>>,
    RawQuery(query): RawQuery,
    request: Parts,
) -> Answer {
    let viewer = viewer(&forum, &request)?;
    let may = |world: &World, post: &Post| {
        view::is_listed(world, post)
            && world.topics.get(&post.topic).is_some_and(|topic| viewer.may_open(world, topic))
    };
    Ok(page(&forum, &viewer, query, "latest_posts", may))
}

/// `GET /private-posts.json`
pub async fn private_posts(
    State(forum): State<Arc<Discourse>>,
    RawQuery(query): RawQuery,
    request: Parts,
) -> Answer {
    let (viewer, id) = user(&forum, &request)?;
    let may = |world: &World, post: &Post| {
        let topic = world.topics.get(&post.topic);
        post.deleted.is_none()
            && topic.is_some_and(|topic| topic.category.is_none() && topic.allowed.contains(&id))
    };
    Ok(page(&forum, &viewer, query, "private_posts", may))
}

fn page(
    forum: &Discourse,
    viewer: &Viewer,
    query: Option<String>,
    root: &str,
    may: impl Fn(&World, &Post) -> bool,
) -> Response {
    let before = parameters(query).get("before").and_then(|before| before.parse().ok()).filter(|id| *id > 0);
    let state = forum.state();
    let world = &state.world;
    let range = match (state.windows, before) {
        (false, None) => 0..=u64::MAX,
        (false, Some(before)) => 0..=before - 1,
        (true, before) => {
            let last = before.unwrap_or(world.last_post());
            last.saturating_sub(49)..=last
        }
    };
    let posts = world.posts.range(range).rev().map(|(_, post)| post).filter(|post| may(world, post));
    let posts: Vec<Value> =
        posts.take(PAGE_POSTS).map(|post| view::post(world, post, viewer, Place::List)).collect();
    reply::json(200, &Value::Object(Map::from_iter([(root.to_owned(), Value::Array(posts))])))
}

/// `GET /posts/ID.json`
pub async fn post(State(forum): State<Arc<Discourse>>, Path(id): Path<String>, request: Parts) -> Answer {
    let viewer = viewer(&forum, &request)?;
    let id = id_of(&id)?;
    let state = forum.state();
    alone(&state.world, state.world.posts.get(&id), &viewer)
}

/// `GET /posts/by_number/TOPIC/NUMBER.json`
pub async fn post_by_number(
    State(forum): State<Arc<Discourse>>,
    Path((topic, number)): Path<(String, String)>,
    request: Parts,
) -> Answer {
    let viewer = viewer(&forum, &request)?;
    let (topic, number) = (id_of(&topic)?, id_of(&number)?);
    let state = forum.state();
    alone(&state.world, state.world.at(topic, number), &viewer)
}

/// A post that is gone is not found, one in a closed room is forbidden.
pub fn alone(world: &World, post: Option<&Post>, viewer: &Viewer) -> Answer {
    let post = post.ok_or_else(refusal::not_found)?;
    let topic = world.topics.get(&post.topic).ok_or_else(refusal::not_found)?;
    if !viewer.may_open(world, topic) {
        return Err(refusal::invalid_access());
    }
    match viewer.may_see(post) {
        true => Ok(reply::json(200, &view::post(world, post, viewer, Place::Alone))),
        false => Err(refusal::not_found()),
    }
}

/// `GET /search.json`: words, and `after:`, `before:`, `@name`, `order:`.
pub async fn search(
    State(forum): State<Arc<Discourse>>,
    RawQuery(query): RawQuery,
    request: Parts,
) -> Answer {
    let viewer = viewer(&forum, &request)?;
    let parameters = parameters(query);
    let asked = parameters.get("q").map(String::as_str).unwrap_or_default();
    if asked.chars().count() < 3 {
        return Err(refusal::invalid_parameters("Your search term is too short."));
    }
    let after = asked
        .split(' ')
        .find_map(|word| parse_rfc3339(&format!("{}T00:00:00Z", word.strip_prefix("after:")?)));
    let words: Vec<String> =
        asked.split(' ').filter(|word| !word.contains(':')).map(str::to_lowercase).collect();
    let state = forum.state();
    let world = &state.world;
    let is_found = |post: &&Post| {
        let raw = post.raw.to_lowercase();
        view::is_listed(world, post)
            && world.topics.get(&post.topic).is_some_and(|topic| viewer.may_open(world, topic))
            && after.is_none_or(|after| post.created_at >= after)
            && words.iter().all(|word| raw.contains(word.as_str()))
    };
    let found: Vec<&Post> = world.posts.values().rev().filter(is_found).take(PAGE_POSTS).collect();
    let posts = found.iter().map(|post| {
        let full = view::post(world, post, &viewer, Place::List);
        let blurb: String = post.raw.chars().take(200).collect();
        let mut short = Map::new();
        for field in ["id", "name", "username", "avatar_template", "created_at", "post_number", "topic_id"] {
            short.insert(field.to_owned(), full[field].clone());
        }
        short.insert("like_count".to_owned(), json!(post.likes));
        short.insert("blurb".to_owned(), json!(blurb));
        Value::Object(short)
    });
    let topics = found.iter().filter_map(|post| world.topics.get(&post.topic));
    let topics: BTreeMap<u64, Value> =
        topics.map(|topic| (topic.id, Value::Object(view::topic(world, topic)))).collect();
    let ids: Vec<u64> = found.iter().map(|post| post.id).collect();
    let body = json!({
        "posts": posts.collect::<Vec<_>>(), "topics": topics.into_values().collect::<Vec<_>>(),
        "users": [], "categories": [], "tags": [], "groups": [],
        "grouped_search_result": {
            "more_posts": null, "more_users": null, "more_categories": null, "term": asked,
            "search_log_id": 1, "more_full_page_results": null, "can_create_topic": true, "error": null,
            "post_ids": ids, "user_ids": [], "category_ids": [], "tag_ids": [], "group_ids": [],
        },
    });
    Ok(reply::json(200, &body))
}

/// `GET /session/current.json`
pub async fn session(State(forum): State<Arc<Discourse>>, request: Parts) -> Answer {
    let viewer = viewer(&forum, &request)?;
    let user = viewer.user().ok_or_else(refusal::not_found)?;
    let mut body = view::user(user);
    body["admin"] = json!(user.id < 0);
    body["moderator"] = json!(user.staff);
    body["trust_level"] = json!(2);
    Ok(reply::json(200, &json!({ "current_user": body })))
}
