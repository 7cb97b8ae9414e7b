//! Addresses that are read: search, mentions, timelines, posts and people by id.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::{Map, Value, json};

use crate::platforms::x::page::{Asked, Rules, SEARCH_MS, answer};
use crate::platforms::x::post::Post;
use crate::platforms::x::query::Query;
use crate::platforms::x::view::{self, Parameters, View};
use crate::platforms::x::world::Unseen;
use crate::platforms::x::{X, problem, rights};
use crate::reply;

/// Most ids of one look-up.
const LOOK_UP_MAX: usize = 100;
/// Longest search of those who serve themselves.
const QUERY_CHARS_MAX: usize = 512;

/// Most mentions of an account that are shown.
const MENTIONS_SHOWN: usize = 800;
/// Most posts of an account that are shown.
const TIMELINE_SHOWN: usize = 3_200;

type Answer = Result<Response, Response>;

/// Returns the parameters of a query.
pub fn parameters(query: Option<String>) -> Parameters {
    url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect()
}

/// `GET /2/tweets/search/recent`
pub async fn search(State(x): State<Arc<X>>, RawQuery(query): RawQuery, request: Parts) -> Answer {
    rights::who(&x, &request, "tweet.read")?;
    let parameters = parameters(query);
    let text = parameters.get("query").map(String::as_str).unwrap_or_default();
    if text.is_empty() || text.chars().count() > QUERY_CHARS_MAX {
        let message =
            format!("The `query` query parameter has {} characters, not 1 to {QUERY_CHARS_MAX}", text.len());
        return Err(problem::invalid("query", text, &message));
    }
    let unclear = || {
        problem::invalid("query", text, "There were errors processing your request: no viable alternative")
    };
    let wanted = Query::parse(text).ok_or_else(unclear)?;
    let rules = Rules { results: (10, 100, 10), reaches_ms: Some(SEARCH_MS), shows: None };
    let asked = Asked::read(&parameters, &rules, x.core.now())?;
    let state = x.state();
    let world = &state.world;
    // Since May 2026 a search by words finds no reposts.
    let is_asked_for = |post: &Post| post.reposted.is_none() && wanted.matches(world, post);
    Ok(answer(world, state.vocabulary, &parameters, &asked, is_asked_for))
}

/// `GET /2/users/:id/mentions`
pub async fn mentions(
    State(x): State<Arc<X>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    request: Parts,
) -> Answer {
    rights::who(&x, &request, "tweet.read")?;
    let parameters = parameters(query);
    let rules = Rules { results: (5, 100, 10), reaches_ms: None, shows: Some(MENTIONS_SHOWN) };
    let asked = Asked::read(&parameters, &rules, x.core.now())?;
    let state = x.state();
    let user = id.parse().ok().and_then(|id| state.world.user(id));
    let Some(user) = user else { return Ok(only_error("user", "id", &id, Unseen::Missing)) };
    let is_asked_for = |post: &Post| {
        view::mentions(&post.text).any(|(_, _, username)| username.eq_ignore_ascii_case(&user.username))
    };
    Ok(answer(&state.world, state.vocabulary, &parameters, &asked, is_asked_for))
}

/// `GET /2/users/:id/tweets`
pub async fn timeline(
    State(x): State<Arc<X>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    request: Parts,
) -> Answer {
    rights::who(&x, &request, "tweet.read")?;
    let parameters = parameters(query);
    let rules = Rules { results: (5, 100, 10), reaches_ms: None, shows: Some(TIMELINE_SHOWN) };
    let asked = Asked::read(&parameters, &rules, x.core.now())?;
    let state = x.state();
    let author = id.parse().ok();
    let is_asked_for = |post: &Post| author.is_some() && post.author == author;
    Ok(answer(&state.world, state.vocabulary, &parameters, &asked, is_asked_for))
}

/// `GET /2/tweets?ids=`
pub async fn look_up(State(x): State<Arc<X>>, RawQuery(query): RawQuery, request: Parts) -> Answer {
    rights::who(&x, &request, "tweet.read")?;
    let parameters = parameters(query);
    let ids = ids(&parameters)?;
    let state = x.state();
    let view = View::new(&state.world, state.vocabulary, &parameters);
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for id in ids {
        match id.parse().map_err(|_| Unseen::Missing).and_then(|id| state.world.visible(id)) {
            Ok(post) => found.push(post),
            Err(why) => errors.push(problem::unseen("tweet", "ids", id, why)),
        }
    }
    let (includes, more) = view.around(&found);
    errors.extend(more);
    let data = found.iter().map(|post| view.post(post)).collect();
    Ok(list(data, includes, errors))
}

/// `GET /2/tweets/:id`
pub async fn look_up_one(
    State(x): State<Arc<X>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    request: Parts,
) -> Answer {
    rights::who(&x, &request, "tweet.read")?;
    let parameters = parameters(query);
    let state = x.state();
    let view = View::new(&state.world, state.vocabulary, &parameters);
    match id.parse().map_err(|_| Unseen::Missing).and_then(|id| state.world.visible(id)) {
        Ok(post) => {
            let (includes, errors) = view.around(std::slice::from_ref(&post));
            let mut body = Map::from_iter([("data".to_owned(), view.post(&post))]);
            body.extend(includes.map(|includes| ("includes".to_owned(), includes)));
            if !errors.is_empty() {
                body.insert("errors".to_owned(), Value::Array(errors));
            }
            Ok(reply::json(200, &Value::Object(body)))
        }
        Err(why) => Ok(only_error("tweet", "id", &id, why)),
    }
}

/// `GET /2/users/me`
pub async fn me(State(x): State<Arc<X>>, RawQuery(query): RawQuery, request: Parts) -> Answer {
    let id = rights::user(&x, &request, "users.read")?;
    Ok(one_user(&x, &parameters(query), "id", &id.to_string(), Some(id)))
}

/// `GET /2/users/:id`
pub async fn user(
    State(x): State<Arc<X>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    request: Parts,
) -> Answer {
    rights::who(&x, &request, "users.read")?;
    Ok(one_user(&x, &parameters(query), "id", &id, id.parse().ok()))
}

/// `GET /2/users/by/username/:username`
pub async fn user_named(
    State(x): State<Arc<X>>,
    Path(username): Path<String>,
    RawQuery(query): RawQuery,
    request: Parts,
) -> Answer {
    rights::who(&x, &request, "users.read")?;
    let id = x.state().world.user_named(&username).map(|user| user.id);
    Ok(one_user(&x, &parameters(query), "username", &username, id))
}

/// `GET /2/users?ids=`
pub async fn users(State(x): State<Arc<X>>, RawQuery(query): RawQuery, request: Parts) -> Answer {
    rights::who(&x, &request, "users.read")?;
    let parameters = parameters(query);
    let ids = ids(&parameters)?;
    let state = x.state();
    let view = View::new(&state.world, state.vocabulary, &parameters);
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for id in ids {
        match id.parse().ok().and_then(|id| state.world.user(id)).filter(|user| !user.suspended) {
            Some(user) => found.push(view.user(&user)),
            None => errors.push(problem::unseen("user", "ids", id, Unseen::Missing)),
        }
    }
    Ok(list(found, None, errors))
}

fn one_user(x: &X, parameters: &Parameters, by: &str, asked: &str, id: Option<u64>) -> Response {
    let state = x.state();
    let user = id.and_then(|id| state.world.user(id)).filter(|user| !user.suspended);
    match user {
        Some(user) => {
            let view = View::new(&state.world, state.vocabulary, parameters);
            reply::json(200, &json!({ "data": view.user(&user) }))
        }
        None => only_error("user", by, asked, Unseen::Missing),
    }
}

fn ids(parameters: &Parameters) -> Result<Vec<&str>, Response> {
    let value = parameters.get("ids").map(String::as_str).unwrap_or_default();
    let ids: Vec<&str> = value.split(',').filter(|id| !id.is_empty()).collect();
    if let Some(wrong) = ids.iter().find(|id| id.len() > 19 || !id.bytes().all(|byte| byte.is_ascii_digit()))
    {
        let message = format!("The `ids` query parameter value [{wrong}] is not valid");
        return Err(problem::invalid("ids", value, &message));
    }
    match ids.len() {
        1..=LOOK_UP_MAX => Ok(ids),
        count => {
            let message = format!("size must be between 1 and {LOOK_UP_MAX}, is {count}");
            Err(problem::invalid("ids", value, &message))
        }
    }
}

fn list(data: Vec<Value>, includes: Option<Value>, errors: Vec<Value>) -> Response {
    let mut body = Map::new();
    if !data.is_empty() {
        body.insert("data".to_owned(), Value::Array(data));
    }
    body.extend(includes.map(|includes| ("includes".to_owned(), includes)));
    if !errors.is_empty() {
        body.insert("errors".to_owned(), Value::Array(errors));
    }
    reply::json(200, &Value::Object(body))
}

/// What is not there by its id alone is an error within status 200.
fn only_error(kind: &str, by: &str, id: &str, why: Unseen) -> Response {
    reply::json(200, &json!({ "errors": [problem::unseen(kind, by, id, why)] }))
}
