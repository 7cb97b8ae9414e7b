//! X API v2, as its documents of August 2026 describe it.
//!
//! Holds: ids carry their time and are above 2^53; pages are newest first and go on by id, so that what comes
//! or goes between two of them moves nothing else; each edit is a post of its own. Not here: the filtered
//! stream, direct messages, OAuth 1.0a signatures (one is taken for what it says).

mod account_activity;
mod activity;
mod operations;
mod page;
mod post;
mod problem;
mod query;
mod reading;
mod rights;
mod view;
mod world;
mod writing;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::http::HeaderMap;
use axum::http::header::{HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post, put};
use serde_json::{Value, json};

use crate::hooks::Expected;
use crate::platforms::x::view::Vocabulary;
use crate::platforms::x::world::World;
use crate::signature::{Mac, hmac_sha256};
use crate::{Allowance, ControlError, Core, Handshake, Hook, Ms, Platform, Refusal, Standing};

pub use world::OWN_ID;

/// Token of an app, without a user.
pub const APP_TOKEN: &str = "x-app-token";
/// Token of the account that listens.
pub const USER_TOKEN: &str = "x-user-token";
/// Header that signs a delivery.
pub const SIGNATURE: &str = "x-twitter-webhooks-signature";
/// Length of the windows of all limits.
const QUARTER_HOUR_MS: Ms = 900_000;

/// X.
pub struct X {
    core: Arc<Core>,
    state: Mutex<State>,
}

/// What changes on X.
struct State {
    world: World,
    vocabulary: Vocabulary,
    /// Webhooks get bodies of the Account Activity API.
    account_activity: bool,
    /// Replies only to those who mentioned the account.
    needs_summon: bool,
}

impl X {
    /// Makes an X on which nobody has said anything.
    pub fn new(core: Arc<Core>) -> Self {
        core.issue_token(APP_TOKEN, "");
        core.issue_token(USER_TOKEN, &OWN_ID.to_string());
        let state = State {
            world: World::new(),
            vocabulary: Vocabulary::default(),
            account_activity: false,
            needs_summon: false,
        };
        Self { core, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Platform for X {
    fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/2/tweets/search/recent", get(reading::search))
            .route("/2/tweets", get(reading::look_up).post(writing::create))
            .route("/2/tweets/{id}", get(reading::look_up_one).delete(writing::delete))
            .route("/2/tweets/{id}/hidden", put(writing::hide))
            .route("/2/users/me", get(reading::me))
            .route("/2/users", get(reading::users))
            .route("/2/users/by/username/{username}", get(reading::user_named))
            .route("/2/users/{id}", get(reading::user))
            .route("/2/users/{id}/mentions", get(reading::mentions))
            .route("/2/users/{id}/tweets", get(reading::timeline))
            .route("/2/users/{id}/likes", post(writing::like))
            .fallback(async || problem::no_route())
            .with_state(self)
    }

    fn control(&self, op: &str, args: &Value) -> Result<Value, ControlError> {
        operations::run(self, op, args)
    }

    fn refusal(&self, refusal: &Refusal, _request: &Parts) -> Response {
        match refusal {
            Refusal::RateLimit(standing) => problem::rate_limit(standing),
            Refusal::Quota { resets_at } => problem::usage_capped(*resets_at),
            Refusal::Unknown | Refusal::Expired | Refusal::Revoked => problem::unauthorized(),
            Refusal::Scope(_) => problem::forbidden("You are not permitted to perform this action."),
            Refusal::Forbidden => problem::client_forbidden(),
            Refusal::NotFound => problem::no_route(),
            Refusal::ServerError => {
                problem::problem(503, "about:blank", "Service Unavailable", "Service Unavailable")
            }
        }
    }

    fn allowance(&self, request: &Parts) -> Option<Allowance> {
        let by_user = self.core.bearer(request).is_none_or(|token| !token.account.is_empty());
        let (bucket, limit) = bucket_of(request.method.as_str(), request.uri.path(), by_user)?;
        let who = if by_user { "user" } else { "app" };
        Some(Allowance { bucket: format!("{bucket}/{who}"), limit, window_ms: QUARTER_HOUR_MS })
    }

    fn tell_standing(&self, standing: &Standing, headers: &mut HeaderMap) {
        for (name, value) in problem::standing_headers(standing) {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }

    fn sign(&self, hook: &Hook, body: &[u8], _at: Ms) -> Vec<(String, String)> {
        let digest = hmac_sha256(&hook.secret, body, Mac::Base64);
        vec![(SIGNATURE.to_owned(), format!("sha256={digest}"))]
    }

    fn handshake(&self, hook: &Hook) -> Option<Handshake> {
        const CRC_TOKEN: &str = "test-crc-token";
        let response = hmac_sha256(&hook.secret, CRC_TOKEN.as_bytes(), Mac::Base64);
        Some(Handshake {
            method: "GET",
            query: format!("crc_token={CRC_TOKEN}"),
            headers: Vec::new(),
            body: Vec::new(),
            expected: vec![Expected::Field("response_token".to_owned(), json!(format!("sha256={response}")))],
        })
    }

    /// The documents only speak of "retry and recovery support".
    fn retry_after_ms(&self, attempt: u32) -> Option<Ms> {
        (attempt <= 3).then_some(Ms::from(attempt) * 60_000)
    }
}

/// Returns the bucket of a request and its limit per quarter of an hour.
fn bucket_of(method: &str, path: &str, by_user: bool) -> Option<(&'static str, u32)> {
    let of_either = |user, app| if by_user { user } else { app };
    Some(match (method, path.trim_start_matches("/2/")) {
        ("GET", "tweets/search/recent") => ("search", of_either(300, 450)),
        ("GET", "users/me") => ("me", 75),
        ("GET", path) if path.ends_with("/mentions") => ("mentions", of_either(300, 450)),
        ("GET", path) if path.starts_with("users/") && path.ends_with("/tweets") => {
            ("timeline", of_either(900, 10_000))
        }
        ("GET", path) if path.starts_with("tweets") => ("lookup", of_either(900, 300)),
        ("GET", path) if path.starts_with("users") => ("users", of_either(900, 300)),
        ("POST", "tweets") => ("create", 100),
        ("DELETE", path) if path.starts_with("tweets/") => ("delete", 50),
        ("PUT", path) if path.ends_with("/hidden") => ("hide", 50),
        ("POST", path) if path.ends_with("/likes") => ("like", 50),
        _ => return None,
    })
}
