//! Discourse, as its server of 2026 answers.
//!
//! Holds: `/posts.json` shows regular posts of listed public topics only, newest first, fifty at a time; what a key
//! may see is what the user may see that it acts as; ids never come twice. Not here: chat, plugins, likes one by
//! one, drafts, translations.

#![allow(clippy::result_large_err, reason = "a refusal is an answer like any other, and made as seldom")]

mod hooks;
mod operations;
mod reading;
mod refusal;
mod review;
mod rights;
mod topics;
mod view;
mod world;
mod writing;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{delete, get, post, put};
use serde_json::Value;

use crate::signature::{Mac, hmac_sha256};
use crate::{Allowance, ControlError, Core, Hook, Ms, Platform, Refusal};
use world::World;

/// A key that may act as any user.
pub const API_KEY: &str = "discourse-api-key-0123456789abcdef";
/// Header that signs a delivery.
pub const SIGNATURE: &str = "x-discourse-event-signature";

/// Discourse.
pub struct Discourse {
    core: Arc<Core>,
    state: Mutex<State>,
}

/// What changes on a forum.
struct State {
    world: World,
    /// Guests see nothing.
    login_required: bool,
    /// Pages count by windows of fifty ids, the last one included, as servers before 2025 did.
    windows: bool,
    /// Lists of categories are left out of `/site.json`, as on forums with very many.
    lazy_categories: bool,
    /// New posts of the API wait for a moderator.
    queues_posts: bool,
    events: u64,
}

impl Discourse {
    /// Makes a forum with three categories and nothing said in them.
    pub fn new(core: Arc<Core>) -> Self {
        core.issue_token(API_KEY, "");
        let state = State {
            world: World::new(),
            login_required: false,
            windows: false,
            lazy_categories: false,
            queues_posts: false,
            events: 2_040,
        };
        Self { core, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Platform for Discourse {
    fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/posts.json", get(reading::latest_posts).post(writing::create))
            .route("/posts", get(reading::latest_posts).post(writing::create))
            .route("/private-posts.json", get(reading::private_posts))
            .route("/posts/by_number/{topic}/{number}", get(reading::post_by_number))
            .route("/posts/{id}", get(reading::post).put(writing::edit).delete(writing::delete))
            .route("/posts/{id}/recover", put(writing::recover))
            .route("/latest.json", get(topics::latest))
            .route("/t/{a}", get(topics::topic))
            .route("/t/{a}/{b}", get(topics::topic_at))
            .route("/t/{a}/{b}/{c}", get(topics::topic_with_slug))
            .route("/site.json", get(topics::site))
            .route("/categories.json", get(topics::categories))
            .route("/c/{a}", get(topics::category_topics))
            .route("/c/{a}/{b}", get(topics::category))
            .route("/c/{a}/l/latest.json", get(topics::category_topics))
            .route("/groups.json", get(topics::groups))
            .route("/about.json", get(topics::about))
            .route("/search.json", get(reading::search))
            .route("/session/current.json", get(reading::session))
            .route("/review.json", get(review::queue))
            .route("/post_actions.json", post(writing::act))
            .route("/post_actions/{id}", delete(writing::undo))
            .fallback(async || refusal::not_found())
            .with_state(self)
    }

    fn control(&self, op: &str, args: &Value) -> Result<Value, ControlError> {
        operations::run(self, op, args)
    }

    fn refusal(&self, refusal: &Refusal, _request: &Parts) -> Response {
        match refusal {
            Refusal::RateLimit(standing) => {
                refusal::rate_limit(&standing.bucket, standing.resets_at - self.core.now())
            }
            Refusal::Quota { resets_at } => {
                refusal::rate_limit("user_api_key_limiter_1_day", resets_at - self.core.now())
            }
            Refusal::Unknown | Refusal::Expired | Refusal::Revoked => refusal::invalid_key(),
            Refusal::Scope(_) | Refusal::Forbidden => refusal::invalid_access(),
            Refusal::NotFound => refusal::not_found(),
            Refusal::ServerError => refusal::server_error(),
        }
    }

    /// Keys share sixty requests a minute; guests have two hundred for each address.
    fn allowance(&self, request: &Parts) -> Option<Allowance> {
        let by_key = request.headers.contains_key("api-key");
        let (bucket, limit) =
            if by_key { ("admin_api_key_rate_limit", 60) } else { ("ip_60_secs_limit", 200) };
        Some(Allowance { bucket: bucket.to_owned(), limit, window_ms: 60_000 })
    }

    fn sign(&self, hook: &Hook, body: &[u8], _at: Ms) -> Vec<(String, String)> {
        // Without a secret there is no signature at all.
        if hook.secret.is_empty() {
            return Vec::new();
        }
        vec![(SIGNATURE.to_owned(), format!("sha256={}", hmac_sha256(&hook.secret, body, Mac::Hex)))]
    }

    /// At most four times again: after 1, 5, 25 and 125 minutes.
    fn retry_after_ms(&self, attempt: u32) -> Option<Ms> {
        (2..=5).contains(&attempt).then(|| 60_000 * Ms::from(5_u32.pow(attempt - 2)))
    }
}
