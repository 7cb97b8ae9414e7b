//! Mastodon 4.5, as its documents of July 2026 describe it: one instance that federates with others.
//!
//! Holds: a status has an id on this instance and a URI that is the same everywhere; pages go on by ids in the
//! `Link` header, so that what comes or goes between two of them moves nothing else; times and limits are
//! written as Mastodon writes them. Not here: streaming, media uploads, lists, administration.

mod errors;
mod notification;
mod operations;
mod page;
mod reading;
mod status;
mod view;
mod world;
mod writing;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::http::HeaderMap;
use axum::http::header::HeaderValue;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::Value;

use crate::platforms::mastodon::world::World;
use crate::tokens::Token;
use crate::{Allowance, ControlError, Core, Ms, Platform, Refusal, Standing, TokenState, times};

pub use world::OWN_ID;

/// Token of the account that listens.
pub const USER_TOKEN: &str = "mastodon-user-token";
/// Where the instance says that it is, whatever its port.
pub const DOMAIN: &str = "mastodon.example";
/// Length of the window of the limit on requests.
const FIVE_MINUTES_MS: Ms = 300_000;
/// Length of the window of the limit on deletions.
const HALF_HOUR_MS: Ms = 1_800_000;

/// Mastodon.
pub struct Mastodon {
    core: Arc<Core>,
    state: Mutex<World>,
}

impl Mastodon {
    /// Makes an instance on which nobody has said anything.
    pub fn new(core: Arc<Core>) -> Self {
        core.issue_token(USER_TOKEN, &OWN_ID.to_string());
        Self { core, state: Mutex::new(World::new()) }
    }

    fn state(&self) -> MutexGuard<'_, World> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the token of a request, if it is good and has the right `scope` or the one above it.
    fn token(&self, request: &Parts, scope: &str) -> Result<Token, Response> {
        let Some(token) = self.core.bearer(request) else { return Err(errors::invalid_token()) };
        match token.state {
            TokenState::Valid => {}
            TokenState::Expired => return Err(errors::error(401, "The access token expired")),
            TokenState::Revoked => return Err(errors::error(401, "The access token was revoked")),
        }
        let above = scope.split(':').next().unwrap_or(scope);
        match token.may(scope) || token.may(above) {
            true => Ok(token),
            false => Err(errors::outside_scopes()),
        }
    }

    /// Returns the account that asks.
    fn account(&self, request: &Parts, scope: &str) -> Result<u64, Response> {
        let token = self.token(request, scope)?;
        token.account.parse().map_err(|_| errors::error(422, "This method requires an authenticated user"))
    }
}

impl Platform for Mastodon {
    fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/api/v1/apps", post(writing::register_app))
            .route("/api/v1/apps/verify_credentials", get(reading::app))
            .route("/api/v1/trends/tags", get(reading::trends))
            .route("/oauth/token", post(writing::issue_token))
            .route("/api/v1/instance", get(reading::instance))
            .route("/api/v1/instance/", get(reading::instance))
            .route("/api/v2/instance", get(reading::instance_v2))
            .route("/api/v2/instance/", get(reading::instance_v2))
            .route("/api/v1/accounts/verify_credentials", get(reading::own_account))
            .route("/api/v1/accounts/lookup", get(reading::look_up))
            .route("/api/v1/accounts/{id}", get(reading::account))
            .route("/api/v1/accounts/{id}/statuses", get(reading::statuses_of))
            .route("/api/v1/timelines/public", get(reading::public))
            .route("/api/v1/timelines/tag/{hashtag}", get(reading::tag))
            .route("/api/v1/timelines/home", get(reading::home))
            .route("/api/v1/notifications", get(reading::notifications))
            .route("/api/v2/search", get(reading::search))
            .route("/api/v1/statuses", get(reading::several).post(writing::create))
            .route("/api/v1/statuses/{id}", get(reading::one).put(writing::edit).delete(writing::delete))
            .route("/api/v1/statuses/{id}/context", get(reading::context))
            .route("/api/v1/statuses/{id}/history", get(reading::history))
            .route("/api/v1/statuses/{id}/favourite", post(writing::favourite))
            .fallback(async || errors::not_found())
            .with_state(self)
    }

    fn control(&self, op: &str, args: &Value) -> Result<Value, ControlError> {
        operations::run(self, op, args)
    }

    fn refusal(&self, refusal: &Refusal, _request: &Parts) -> Response {
        match refusal {
            Refusal::RateLimit(standing) => errors::too_many(standing),
            Refusal::Quota { .. } => errors::error(403, "This action is not allowed"),
            Refusal::Unknown => errors::invalid_token(),
            Refusal::Expired => errors::error(401, "The access token expired"),
            Refusal::Revoked => errors::error(401, "The access token was revoked"),
            Refusal::Scope(_) => errors::outside_scopes(),
            Refusal::Forbidden => errors::error(403, "This action is not allowed"),
            Refusal::NotFound => errors::not_found(),
            Refusal::ServerError => errors::error(503, "Service temporarily unavailable"),
        }
    }

    fn allowance(&self, request: &Parts) -> Option<Allowance> {
        let who = self.core.bearer(request).map_or_else(|| "ip".to_owned(), |token| token.account);
        let path = request.uri.path();
        Some(match request.method == "DELETE" && path.starts_with("/api/v1/statuses/") {
            true => Allowance { bucket: format!("delete/{who}"), limit: 30, window_ms: HALF_HOUR_MS },
            false => Allowance { bucket: format!("all/{who}"), limit: 300, window_ms: FIVE_MINUTES_MS },
        })
    }

    fn tell_standing(&self, standing: &Standing, headers: &mut HeaderMap) {
        for (name, value) in errors::standing_headers(standing) {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
    }
}

/// Returns `ms` as Mastodon writes the end of a window: `2026-07-24T09:20:00.000000Z`.
fn reset_time(ms: Ms) -> String {
    format!("{}.{:03}000Z", times::written("%Y-%m-%dT%H:%M:%S", ms), ms.rem_euclid(1000))
}
