//! Addresses that are read: timelines, accounts, notifications, search, statuses and what is around them.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::{Value, json};

use crate::platforms::mastodon::page::{self, Asked, Parameters, is_on, value, values};
use crate::platforms::mastodon::status::{Account, Status, Visibility};
use crate::platforms::mastodon::world::World;
use crate::platforms::mastodon::{DOMAIN, Mastodon, errors, notification, view};
use crate::{reply, times};

type Answer = Result<Response, Response>;

/// Most statuses of a timeline's page.
const STATUSES_MAX: usize = 40;
/// Most notifications of a page.
const NOTIFICATIONS_MAX: usize = 80;
/// Most statuses on either side of a context.
const CONTEXT_MAX: usize = 4_096;
/// Most ids of one look-up.
const IDS_MAX: usize = 20;

/// `GET /api/v1/timelines/public`
pub async fn public(State(it): State<Arc<Mastodon>>, request: Parts) -> Answer {
    let viewer = it.account(&request, "read:statuses")?;
    let parameters = page::parameters(&request);
    let (local, remote) = (is_on(&parameters, "local"), is_on(&parameters, "remote"));
    let with_pictures = is_on(&parameters, "only_media");
    let world = it.state();
    let is_local = |status: &Status| world.account(status.author).is_some_and(|it| it.domain.is_none());
    let wanted = |status: &Status| {
        status.visibility == Visibility::Public
            && status.reblog.is_none()
            && !(local && !is_local(status) || remote && is_local(status))
            && !(with_pictures && status.pictures.is_empty())
    };
    Ok(timeline(&world, &request, &parameters, viewer, wanted))
}

/// `GET /api/v1/timelines/tag/:hashtag`
pub async fn tag(State(it): State<Arc<Mastodon>>, Path(tag): Path<String>, request: Parts) -> Answer {
    let viewer = it.account(&request, "read:statuses")?;
    let parameters = page::parameters(&request);
    let lists = ["any", "all", "none"]
        .map(|name| values(&parameters, name).into_iter().map(str::to_lowercase).collect::<Vec<_>>());
    let [any, all, none] = &lists;
    let tag = tag.to_lowercase();
    let wanted = |status: &Status| {
        let tags: Vec<_> = status.marked('#').map(str::to_lowercase).collect();
        status.visibility == Visibility::Public
            && (tags.contains(&tag) || any.iter().any(|tag| tags.contains(tag)))
            && all.iter().all(|tag| tags.contains(tag))
            && !none.iter().any(|tag| tags.contains(tag))
    };
    let world = it.state();
    Ok(timeline(&world, &request, &parameters, viewer, wanted))
}

/// `GET /api/v1/timelines/home`: the account that listens follows everybody.
pub async fn home(State(it): State<Arc<Mastodon>>, request: Parts) -> Answer {
    let viewer = it.account(&request, "read:statuses")?;
    let parameters = page::parameters(&request);
    let world = it.state();
    Ok(timeline(&world, &request, &parameters, viewer, |_| true))
}

/// `GET /api/v1/accounts/:id/statuses`
pub async fn statuses_of(State(it): State<Arc<Mastodon>>, Path(id): Path<String>, request: Parts) -> Answer {
    let viewer = it.account(&request, "read:statuses")?;
    let parameters = page::parameters(&request);
    let (no_replies, no_reblogs) =
        (is_on(&parameters, "exclude_replies"), is_on(&parameters, "exclude_reblogs"));
    let world = it.state();
    let author = known_account(&world, &id)?.id;
    let wanted = |status: &Status| {
        status.author == author
            && !(no_replies && status.in_reply_to.is_some() || no_reblogs && status.reblog.is_some())
    };
    Ok(timeline(&world, &request, &parameters, viewer, wanted))
}

fn timeline(
    world: &World,
    request: &Parts,
    parameters: &Parameters,
    viewer: u64,
    wanted: impl Fn(&Status) -> bool,
) -> Response {
    let asked = Asked::read(parameters, 20, STATUSES_MAX);
    let all = world.statuses.newest_first(asked.below());
    let visible = all.filter(|(_, status)| world.may_see(status, Some(viewer)) && wanted(status));
    let chosen = asked.choose(visible);
    let entities = chosen.into_iter().map(|(id, status)| (id, view::status(world, &status)));
    page::answer(request, parameters, entities.collect())
}

/// `GET /api/v1/notifications`
pub async fn notifications(State(it): State<Arc<Mastodon>>, request: Parts) -> Answer {
    it.account(&request, "read:notifications")?;
    let parameters = page::parameters(&request);
    let (types, not) = (values(&parameters, "types"), values(&parameters, "exclude_types"));
    let world = it.state();
    let all = world.notifications.newest_first(None).filter(|(_, notification)| {
        let kind = notification.kind.as_str();
        (types.is_empty() || types.contains(&kind)) && !not.contains(&kind)
    });
    let there = all.filter_map(|(id, it)| Some((id, notification::entity(&world, id, &it)?)));
    let chosen = Asked::read(&parameters, 40, NOTIFICATIONS_MAX).choose(there);
    Ok(page::answer(&request, &parameters, chosen))
}

/// `GET /api/v2/search`
pub async fn search(State(it): State<Arc<Mastodon>>, request: Parts) -> Answer {
    let viewer = it.account(&request, "read:search")?;
    let parameters = page::parameters(&request);
    let Some(text) = value(&parameters, "q").filter(|text| !text.trim().is_empty()) else {
        return Err(errors::error(400, "param is missing or the value is empty: q"));
    };
    let kind = value(&parameters, "type").unwrap_or_default();
    let words: Vec<_> = text.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let world = it.state();
    let mut found = json!({ "accounts": [], "statuses": [], "hashtags": [] });
    if kind.is_empty() || kind == "statuses" {
        let holds = |status: &Status| {
            let text = status.text.to_lowercase();
            status.reblog.is_none() && words.iter().all(|word| text.contains(word.as_str()))
        };
        let all = world.statuses.newest_first(None);
        let fitting = all.filter(|(_, status)| world.may_see(status, Some(viewer)) && holds(status));
        let offset = value(&parameters, "offset").and_then(|offset| offset.parse().ok()).unwrap_or(0);
        let chosen = Asked::read(&parameters, 20, STATUSES_MAX).choose(fitting.skip(offset));
        found["statuses"] = chosen.iter().map(|(_, status)| view::status(&world, status)).collect();
    }
    if kind.is_empty() || kind == "accounts" {
        let account = world.account_named(text.trim_start_matches('@'));
        found["accounts"] = account.iter().map(view::account).collect();
    }
    Ok(reply::json(200, &found))
}

/// `GET /api/v1/statuses?id[]=`
pub async fn several(State(it): State<Arc<Mastodon>>, request: Parts) -> Answer {
    let viewer = it.account(&request, "read:statuses")?;
    let parameters = page::parameters(&request);
    let ids = values(&parameters, "id");
    if ids.len() > IDS_MAX {
        return Err(errors::invalid("too many ids"));
    }
    let world = it.state();
    let found = ids.iter().filter_map(|id| world.visible(id.parse().ok()?, Some(viewer)));
    let entities: Vec<Value> = found.map(|status| view::status(&world, &status)).collect();
    Ok(reply::json(200, &Value::Array(entities)))
}

/// `GET /api/v1/statuses/:id`
pub async fn one(State(it): State<Arc<Mastodon>>, Path(id): Path<String>, request: Parts) -> Answer {
    let viewer = it.account(&request, "read:statuses")?;
    let world = it.state();
    let status = known_status(&world, &id, viewer)?;
    Ok(reply::json(200, &view::status(&world, &status)))
}

/// `GET /api/v1/statuses/:id/context`
pub async fn context(State(it): State<Arc<Mastodon>>, Path(id): Path<String>, request: Parts) -> Answer {
    let viewer = it.account(&request, "read:statuses")?;
    let world = it.state();
    let status = known_status(&world, &id, viewer)?;
    let mut ancestors: Vec<Status> = Vec::new();
    let mut above = status.in_reply_to;
    while let Some(parent) = above.and_then(|id| world.visible(id, Some(viewer))) {
        // Answers can go round in circles.
        if ancestors.len() == CONTEXT_MAX || parent.id == status.id || ancestors.contains(&parent) {
            break;
        }
        above = parent.in_reply_to;
        ancestors.insert(0, parent);
    }
    let mut descendants: Vec<Status> = Vec::new();
    let mut known = vec![status.id];
    for (_, later) in world.statuses.oldest_first(Some(status.id)) {
        let is_below = later.in_reply_to.is_some_and(|id| known.contains(&id));
        if is_below && descendants.len() < CONTEXT_MAX && world.may_see(&later, Some(viewer)) {
            known.push(later.id);
            descendants.push(later);
        }
    }
    let entities = |list: &[Status]| list.iter().map(|it| view::status(&world, it)).collect::<Vec<_>>();
    let context = json!({ "ancestors": entities(&ancestors), "descendants": entities(&descendants) });
    Ok(reply::json(200, &context))
}

/// `GET /api/v1/statuses/:id/history`
pub async fn history(State(it): State<Arc<Mastodon>>, Path(id): Path<String>, request: Parts) -> Answer {
    let viewer = it.account(&request, "read:statuses")?;
    let world = it.state();
    let status = known_status(&world, &id, viewer)?;
    let texts = status.edits.iter().map(|(_, before)| before.clone()).chain([status.text.clone()]);
    let times = std::iter::once(status.created_at).chain(status.edits.iter().map(|(at, _)| *at));
    let versions: Vec<Value> = texts
        .zip(times)
        .map(|(text, at)| {
            let whole = view::status(&world, &Status { text, ..status.clone() });
            json!({
                "content": whole["content"], "spoiler_text": whole["spoiler_text"],
                "sensitive": whole["sensitive"], "created_at": times::rfc3339_ms(at),
                "account": whole["account"], "poll": null, "media_attachments": whole["media_attachments"],
                "emojis": [],
            })
        })
        .collect();
    Ok(reply::json(200, &Value::Array(versions)))
}

/// `GET /api/v1/accounts/verify_credentials`
pub async fn own_account(State(it): State<Arc<Mastodon>>, request: Parts) -> Answer {
    let id = it.account(&request, "read:accounts")?;
    let world = it.state();
    let account = world.account(id).ok_or_else(errors::not_found)?;
    let mut entity = view::account(&account);
    entity["source"] = json!({
        "privacy": "public", "sensitive": false, "language": "en", "note": "hi", "fields": [],
        "follow_requests_count": 0,
    });
    Ok(reply::json(200, &entity))
}

/// `GET /api/v1/apps/verify_credentials`
pub async fn app(State(it): State<Arc<Mastodon>>, request: Parts) -> Answer {
    let token = it.token(&request, "read")?;
    let all = || ["read".to_owned(), "write".to_owned()].into();
    let scopes = token.scopes.unwrap_or_else(all);
    let app =
        json!({ "id": "563419", "name": "Hark", "website": null, "scopes": scopes, "redirect_uris": [] });
    Ok(reply::json(200, &app))
}

/// `GET /api/v1/trends/tags`
pub async fn trends() -> Response {
    let url = format!("https://{DOMAIN}/tags/acme");
    reply::json(200, &json!([{ "name": "acme", "url": url, "history": [] }]))
}

/// `GET /api/v1/accounts/lookup?acct=`
pub async fn look_up(State(it): State<Arc<Mastodon>>, request: Parts) -> Answer {
    it.token(&request, "read:accounts")?;
    let parameters = page::parameters(&request);
    let world = it.state();
    let named = value(&parameters, "acct").and_then(|acct| world.account_named(acct));
    let account = named.filter(|account| !account.suspended).ok_or_else(errors::not_found)?;
    Ok(reply::json(200, &view::account(&account)))
}

/// `GET /api/v1/accounts/:id`
pub async fn account(State(it): State<Arc<Mastodon>>, Path(id): Path<String>, request: Parts) -> Answer {
    it.token(&request, "read:accounts")?;
    let account = known_account(&it.state(), &id)?;
    Ok(reply::json(200, &view::account(&account)))
}

/// `GET /api/v1/instance`
pub async fn instance(State(it): State<Arc<Mastodon>>) -> Response {
    let statuses = it.state().statuses.len();
    let instance = json!({
        "uri": DOMAIN, "title": "Mastodon Example", "short_description": "", "description": "",
        "email": "admin@mastodon.example", "version": "4.5.0", "urls": { "streaming_api": format!("wss://{DOMAIN}") },
        "stats": { "user_count": 2, "status_count": statuses, "domain_count": 2 }, "thumbnail": null,
        "languages": ["en"], "registrations": false, "approval_required": false, "invites_enabled": false,
        "configuration": configuration(), "contact_account": null, "rules": [],
    });
    reply::json(200, &instance)
}

/// `GET /api/v2/instance`
pub async fn instance_v2() -> Response {
    let mut configuration = configuration();
    configuration["urls"] = json!({ "streaming": format!("wss://{DOMAIN}"), "status": null });
    let instance = json!({
        "domain": DOMAIN, "title": "Mastodon Example", "version": "4.5.0",
        "source_url": "https://github.com/mastodon/mastodon", "description": "",
        "usage": { "users": { "active_month": 2 } }, "thumbnail": { "url": "https://files.example/t.png" },
        "icon": [], "languages": ["en"], "configuration": configuration,
        "registrations": { "enabled": false, "approval_required": false, "message": null },
        "api_versions": { "mastodon": 7 },
        "contact": { "email": "admin@mastodon.example", "account": null }, "rules": [],
    });
    reply::json(200, &instance)
}

fn configuration() -> Value {
    json!({
        "accounts": { "max_featured_tags": 10 },
        "statuses": { "max_characters": 500, "max_media_attachments": 4, "characters_reserved_per_url": 23 },
        "media_attachments": { "supported_mime_types": ["image/png"], "image_size_limit": 16_777_216 },
        "polls": { "max_options": 4, "max_characters_per_option": 50 },
    })
}

pub(super) fn known_status(world: &World, id: &str, viewer: u64) -> Result<Status, Response> {
    id.parse().ok().and_then(|id| world.visible(id, Some(viewer))).ok_or_else(errors::not_found)
}

fn known_account(world: &World, id: &str) -> Result<Account, Response> {
    let account = id.parse().ok().and_then(|id| world.account(id));
    account.filter(|account| !account.suspended).ok_or_else(errors::not_found)
}
