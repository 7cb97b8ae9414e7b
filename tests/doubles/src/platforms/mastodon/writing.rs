//! Addresses that change something: apps and tokens, statuses, favourites.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::response::Response;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;

use crate::platforms::mastodon::page::form;
use crate::platforms::mastodon::reading::known_status;
use crate::platforms::mastodon::status::{Status, Visibility};
use crate::platforms::mastodon::{Mastodon, USER_TOKEN, errors, operations, view};
use crate::{Ms, reply};

type Answer = Result<Response, Response>;

/// Longest status.
const TEXT_CHARS_MAX: usize = 500;
/// How long an idempotency key is remembered.
const KEY_MS: Ms = 3_600_000;

/// `POST /api/v1/apps`
pub async fn register_app(request: Parts, body: Bytes) -> Answer {
    let fields = form(&request, &body);
    let Some(name) = fields.get("client_name") else { return Err(errors::invalid("Name can't be blank")) };
    let redirect = fields.get("redirect_uris").map_or("urn:ietf:wg:oauth:2.0:oob", String::as_str);
    let app = json!({
        "id": "563419", "name": name, "website": null, "scopes": ["read", "write"],
        "redirect_uri": redirect, "redirect_uris": [redirect],
        "client_id": "TWhM-tNSuncnqN7DBJmoyeLnk6K3iJJ71KKXxgL1hPM",
        "client_secret": "ZEaFUFmF0umgBX1qKJDjaU99Q31lDkOU8NutzTOoliw", "client_secret_expires_at": 0,
        "vapid_key": "BCk-QqERU0q-CfYZjcuB6lnyyOYfJ2AifKqfeGIm7Z-HiTU5T9eTG5GxVA0_OH5mMlI4UkkDTpaZwozy0TzdZ2M=",
    });
    Ok(reply::json(200, &app))
}

/// `POST /oauth/token`
pub async fn issue_token(State(it): State<Arc<Mastodon>>, request: Parts, body: Bytes) -> Answer {
    let fields = form(&request, &body);
    if !fields.contains_key("client_id") || !fields.contains_key("client_secret") {
        return Err(reply::json(
            401,
            &json!({
                "error": "invalid_client",
                "error_description": "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.",
            }),
        ));
    }
    let scope = fields.get("scope").map_or("read", String::as_str);
    let token = json!({
        "access_token": USER_TOKEN, "token_type": "Bearer", "scope": scope, "created_at": it.core.now() / 1_000,
    });
    Ok(reply::json(200, &token))
}

/// `POST /api/v1/statuses`
pub async fn create(State(it): State<Arc<Mastodon>>, request: Parts, body: Bytes) -> Answer {
    let author = it.account(&request, "write:statuses")?;
    let fields = form(&request, &body);
    let field = |name: &str| fields.get(name).map(String::as_str).filter(|text| !text.is_empty());
    let key = request.headers.get("idempotency-key").and_then(|key| key.to_str().ok()).map(str::to_owned);
    let now = it.core.now();
    let mut world = it.state();
    if let Some(key) = &key
        && let Some((id, at)) = world.keys.get(&(author, key.clone()))
        && now - at < KEY_MS
        && let Some(status) = world.statuses.get(*id)
    {
        return Ok(reply::json(200, &view::status(&world, &status)));
    }
    let text = field("status").unwrap_or_default();
    check(text)?;
    let answered = match field("in_reply_to_id") {
        Some(id) => Some(known_status(&world, id, author).map_err(|_| {
            errors::error(404, "The post you are trying to reply to does not appear to exist.")
        })?),
        None => None,
    };
    let id = world.next_id(now);
    let mut status = Status::new(id, author, text);
    status.created_at = now;
    status.in_reply_to = answered.as_ref().map(|answered| answered.id);
    status.visibility = match field("visibility").map(|name| Visibility::deserialize(json!(name))) {
        Some(Ok(visibility)) => visibility,
        Some(Err(_)) => return Err(errors::error(422, "'visibility' is not included in the list")),
        None => Visibility::Public,
    };
    status.language = field("language").map(str::to_owned).or(status.language);
    status.spoiler = field("spoiler_text").unwrap_or_default().to_owned();
    status.sensitive = field("sensitive").is_some_and(|on| matches!(on, "true" | "True" | "1"));
    if let Some(answered) = answered {
        world.statuses.change(answered.id, |parent| parent.replies += 1);
    }
    world.statuses.put(id, status.clone());
    if let Some(key) = key {
        world.keys.insert((author, key), (id, now));
    }
    Ok(reply::json(200, &view::status(&world, &status)))
}

/// `PUT /api/v1/statuses/:id`
pub async fn edit(
    State(it): State<Arc<Mastodon>>,
    Path(id): Path<String>,
    request: Parts,
    body: Bytes,
) -> Answer {
    let author = it.account(&request, "write:statuses")?;
    let fields = form(&request, &body);
    let own = own_status(&it, &id, author)?;
    let text = fields.get("status").cloned().unwrap_or_default();
    check(&text)?;
    operations::edit(&it, own.id, &text).map_err(|_| errors::not_found())?;
    let world = it.state();
    let status = known_status(&world, &id, author)?;
    Ok(reply::json(200, &view::status(&world, &status)))
}

/// `DELETE /api/v1/statuses/:id`
pub async fn delete(State(it): State<Arc<Mastodon>>, Path(id): Path<String>, request: Parts) -> Answer {
    let author = it.account(&request, "write:statuses")?;
    let own = own_status(&it, &id, author)?;
    let mut entity = view::status(&it.state(), &own);
    entity["text"] = json!(own.text);
    operations::delete(&it, own.id).map_err(|_| errors::not_found())?;
    Ok(reply::json(200, &entity))
}

/// `POST /api/v1/statuses/:id/favourite`
pub async fn favourite(State(it): State<Arc<Mastodon>>, Path(id): Path<String>, request: Parts) -> Answer {
    let viewer = it.account(&request, "write:favourites")?;
    let mut world = it.state();
    let mut status = known_status(&world, &id, viewer)?;
    status.favourites += 1;
    world.statuses.put(status.id, status.clone());
    let mut entity = view::status(&world, &status);
    entity["favourited"] = json!(true);
    Ok(reply::json(200, &entity))
}

fn own_status(it: &Mastodon, id: &str, author: u64) -> Result<Status, Response> {
    let status = known_status(&it.state(), id, author)?;
    if status.author == author { Ok(status) } else { Err(errors::not_found()) }
}

fn check(text: &str) -> Result<(), Response> {
    if text.trim().is_empty() {
        return Err(errors::invalid("Text can't be blank"));
    }
    match text.chars().count() <= TEXT_CHARS_MAX {
        true => Ok(()),
        false => Err(errors::invalid(&format!("Text character limit of {TEXT_CHARS_MAX} exceeded"))),
    }
}
