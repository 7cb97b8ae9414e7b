//! The addresses of the forum.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::request::Parts;
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use super::world::World;
use super::{NodeBb, PAGE, forbidden, not_found, of_api, view};
use crate::{Ms, reply};

type Answer = Result<Response, Response>;

fn parameters(query: Option<String>) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect()
}

fn page_of(parameters: &BTreeMap<String, String>) -> usize {
    parameters.get("page").and_then(|page| page.parse().ok()).unwrap_or(1)
}

/// Administrators read all; others what is for every member.
fn may_read(world: &World, uid: u64, cid: u64) -> bool {
    uid == 1 || world.categories.get(&cid).is_some_and(|(_, open)| *open)
}

/// `GET /api/config`
pub async fn config(State(forum): State<Arc<NodeBb>>, request: Parts) -> Answer {
    let uid = forum.uid(&request)?;
    let body = json!({
        "relative_path": "", "upload_url": "/assets/uploads", "siteTitle": "NodeBB", "version": "4.5.0",
        "postsPerPage": PAGE, "topicsPerPage": 20, "uid": uid, "loggedIn": uid > 0, "userLang": "en-GB",
    });
    Ok(reply::json(200, &body))
}

/// `GET /api/recent/posts?page=`: all of them
pub async fn all_posts(state: State<Arc<NodeBb>>, query: RawQuery, request: Parts) -> Answer {
    recent_posts(state, Path(String::new()), query, request).await
}

/// `GET /api/recent/posts/TERM?page=`: an unknown term is no bound
pub async fn recent_posts(
    State(forum): State<Arc<NodeBb>>,
    Path(term): Path<String>,
    RawQuery(query): RawQuery,
    request: Parts,
) -> Answer {
    const DAY_MS: Ms = 24 * 3_600_000;
    let uid = forum.uid(&request)?;
    let page = page_of(&parameters(query)).max(1);
    let now = forum.core.now();
    let since = match term.as_str() {
        "day" => now - DAY_MS,
        "week" => now - 7 * DAY_MS,
        "month" => now - 30 * DAY_MS,
        _ => Ms::MIN,
    };
    let world = forum.world();
    // What may not be read is taken out of the page, not out of the count.
    let shown = world.page(since, page - 1).filter(|post| {
        let cid = world.topics.get(&post.tid).map_or(0, |topic| topic.cid);
        may_read(&world, uid, cid) && (post.deleter.is_none() || uid == 1)
    });
    let list: Vec<Value> = shown.map(|post| view::summary(&world, post)).collect();
    Ok(reply::json(200, &Value::Array(list)))
}

/// `GET /api/topic/TID?sort=&page=`
pub async fn topic(
    State(forum): State<Arc<NodeBb>>,
    Path(tid): Path<String>,
    RawQuery(query): RawQuery,
    request: Parts,
) -> Answer {
    let uid = forum.uid(&request)?;
    let parameters = parameters(query);
    let newest_first = parameters.get("sort").is_some_and(|sort| sort == "newest_to_oldest");
    let world = forum.world();
    let topic = tid.parse().ok().and_then(|tid: u64| world.topics.get(&tid));
    let topic = topic.ok_or_else(|| not_found(&request))?;
    if !may_read(&world, uid, topic.cid) {
        return Err(forbidden(&request));
    }
    Ok(reply::json(200, &view::topic(&world, topic, uid, page_of(&parameters), newest_first)))
}

/// `GET /api/v3/posts/PID`: raw, without what a page makes of it
pub async fn post(State(forum): State<Arc<NodeBb>>, Path(pid): Path<String>, request: Parts) -> Answer {
    let uid = forum.uid(&request)?;
    let world = forum.world();
    let post = pid.parse().ok().and_then(|pid: u64| world.posts.get(&pid));
    let post = post.ok_or_else(|| not_found(&request))?;
    let cid = world.topics.get(&post.tid).map_or(0, |topic| topic.cid);
    if !may_read(&world, uid, cid) {
        return Err(forbidden(&request));
    }
    let mut body = view::whole(&world, post, uid);
    body["content"] = json!(post.content);
    Ok(answered(&body))
}

/// `POST /api/v3/topics/TID`
pub async fn reply_to_topic(
    State(forum): State<Arc<NodeBb>>,
    Path(tid): Path<String>,
    request: Parts,
    body: Bytes,
) -> Answer {
    const CHARS_MIN: usize = 8;
    let uid = forum.uid(&request)?;
    if uid == 0 {
        return Err(super::unauthorised(&request));
    }
    let wanted: Value = serde_json::from_slice(&body).unwrap_or_default();
    let content = wanted["content"].as_str().unwrap_or_default();
    if content.trim().chars().count() < CHARS_MIN {
        let words = "Please enter a longer post. Posts should contain at least 8 character(s).";
        return Err(of_api(&request, 400, "bad-request", words));
    }
    let mut world = forum.world();
    let tid = tid.parse().unwrap_or(0);
    let is_locked = world.topics.get(&tid).map(|topic| topic.locked);
    match is_locked {
        None => return Err(not_found(&request)),
        Some(true) if uid != 1 => {
            return Err(of_api(&request, 403, "forbidden", "This topic has been locked."));
        }
        Some(_) => {}
    }
    let pid = world.say(tid, uid, content, wanted["toPid"].as_u64(), forum.core.now());
    let body = world.posts.get(&pid).map(|post| view::whole(&world, post, uid)).unwrap_or_default();
    Ok(answered(&body))
}

/// `GET /api/v3/categories/CID/privileges`: for administrators
pub async fn privileges(State(forum): State<Arc<NodeBb>>, Path(cid): Path<u64>, request: Parts) -> Answer {
    if forum.uid(&request)? != 1 {
        return Err(forbidden(&request));
    }
    let world = forum.world();
    let (_, open) = world.categories.get(&cid).ok_or_else(|| not_found(&request))?;
    let rights = |may: bool| json!({ "groups:find": may, "groups:read": may, "groups:topics:read": may, "groups:topics:create": may });
    let groups = json!([
        { "name": "registered-users", "privileges": rights(*open), "isPrivate": false, "isSystem": true },
        { "name": "management", "privileges": rights(true), "isPrivate": true, "isSystem": false },
    ]);
    Ok(answered(&json!({ "labels": {}, "users": [], "groups": groups, "keys": {} })))
}

/// `GET /api/categories`
pub async fn categories(State(forum): State<Arc<NodeBb>>, request: Parts) -> Answer {
    let uid = forum.uid(&request)?;
    let world = forum.world();
    let seen = world.categories.iter().filter(|(cid, _)| may_read(&world, uid, **cid));
    let list = seen.map(|(cid, (name, _))| {
        let in_it = world.posts.values().filter(|post| world.topics.get(&post.tid).is_some_and(|topic| topic.cid == *cid));
        let last = in_it.max_by_key(|post| post.timestamp);
        let last: Vec<Value> = last.map(|post| json!({ "pid": post.pid, "timestamp": post.timestamp, "content": post.content })).into_iter().collect();
        json!({ "cid": cid, "name": name, "slug": format!("{cid}/category"), "link": "", "disabled": 0, "posts": last, "children": [] })
    });
    Ok(reply::json(200, &json!({ "title": "Categories", "categories": list.collect::<Vec<_>>() })))
}

/// `GET /api/flags`: for moderators
pub async fn flags(State(forum): State<Arc<NodeBb>>, request: Parts) -> Answer {
    if forum.uid(&request)? != 1 {
        return Err(forbidden(&request));
    }
    let world = forum.world();
    let list = world.flags.values().rev().map(|flag| {
        json!({
            "flagId": flag.id, "state": flag.state, "type": "post", "targetId": flag.pid, "description": flag.reason,
            "uid": flag.uid, "datetime": flag.at, "assignee": null, "target_readable": format!("Post {}", flag.pid),
        })
    });
    Ok(reply::json(200, &json!({ "flags": list.collect::<Vec<_>>(), "analytics": [], "hasFilter": true })))
}

fn answered(body: &Value) -> Response {
    reply::json(200, &json!({ "status": { "code": "ok", "message": "OK" }, "response": body }))
}
