//! NodeBB 4, its read API under `/api` and its write API under `/api/v3`.
//!
//! Holds: lists and topics go by pages of twenty that are counted by number, so that what is purged between two
//! requests shifts the rest; a deleted post stays in its topic and is marked. Not here: chats, groups, the
//! fediverse, sockets.

#![allow(clippy::result_large_err, reason = "a refusal is an answer like any other, and made as seldom")]

mod answers;
mod operations;
mod view;
mod world;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::{ControlError, Core, Platform, Refusal, TokenState, reply};
use world::World;

/// Token of user 1, an administrator.
pub const TOKEN: &str = "nodebb-api-token";
/// Posts of a page.
const PAGE: usize = 20;

/// NodeBB.
pub struct NodeBb {
    core: Arc<Core>,
    world: Mutex<World>,
}

impl NodeBb {
    /// Makes a forum with two categories and nothing said in them.
    pub fn new(core: Arc<Core>) -> Self {
        core.issue_token(TOKEN, "1");
        Self { core, world: Mutex::new(World::new()) }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the user who asks: 0 is a guest; a token that is none is refused.
    fn uid(&self, request: &Parts) -> Result<u64, Response> {
        if !request.headers.contains_key("authorization") {
            return Ok(0);
        }
        let token = self.core.bearer(request).filter(|token| token.state == TokenState::Valid);
        token.and_then(|token| token.account.parse().ok()).ok_or_else(|| unauthorised(request))
    }
}

impl Platform for NodeBb {
    fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/api/config", get(answers::config))
            .route("/api/recent/posts", get(answers::all_posts))
            .route("/api/recent/posts/{term}", get(answers::recent_posts))
            .route("/api/topic/{tid}", get(answers::topic))
            .route("/api/categories", get(answers::categories))
            .route("/api/flags", get(answers::flags))
            .route("/api/v3/posts/{pid}", get(answers::post))
            .route("/api/v3/topics/{tid}", post(answers::reply_to_topic))
            .route("/api/v3/categories/{cid}/privileges", get(answers::privileges))
            .fallback(async |request: Parts| not_found(&request))
            .with_state(self)
    }

    fn control(&self, op: &str, args: &Value) -> Result<Value, ControlError> {
        operations::run(self, op, args)
    }

    fn refusal(&self, refusal: &Refusal, request: &Parts) -> Response {
        match refusal {
            Refusal::RateLimit(_) | Refusal::Quota { .. } => {
                of_api(request, 429, "too-many-requests", "You have been rate limited, please slow down.")
            }
            Refusal::Unknown | Refusal::Expired | Refusal::Revoked => unauthorised(request),
            Refusal::Scope(_) | Refusal::Forbidden => forbidden(request),
            Refusal::NotFound => not_found(request),
            Refusal::ServerError => of_api(request, 500, "internal-server-error", "Internal Error."),
        }
    }
}

fn unauthorised(request: &Parts) -> Response {
    of_api(
        request,
        401,
        "not-authorised",
        "A valid login session was not found. Please log in and try again.",
    )
}

fn forbidden(request: &Parts) -> Response {
    of_api(request, 403, "forbidden", "You are not authorised to make this call")
}

fn not_found(request: &Parts) -> Response {
    of_api(request, 404, "not-found", "Invalid API call")
}

/// The write API answers in `status`, the read API flat.
fn of_api(request: &Parts, status: u16, code: &str, message: &str) -> Response {
    let path = request.uri.path();
    let body = match path.starts_with("/api/v3/") {
        true => json!({ "status": { "code": code, "message": message }, "response": {} }),
        false => json!({
            "path": path.trim_start_matches("/api"), "loggedIn": true, "error": message,
            "title": format!("[[global:{status}.title]]"),
        }),
    };
    reply::json(status, &body)
}
