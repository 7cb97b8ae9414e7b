//! What a platform must do to be played: its routes, its own operations, its own words for a refusal.

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::Value;

use crate::{Allowance, ControlError, Handshake, Hook, Ms, Standing};

/// A platform that a double plays. It is made with the [`Core`](crate::Core) of its double, from which it has
/// time, seed, tokens and the way out for webhooks.
pub trait Platform: Send + Sync + 'static {
    /// Returns the routes as the platform has them, at the root; its fallback answers what the platform
    /// answers at an unknown address. `/_control` is the double's.
    fn router(self: Arc<Self>) -> Router;

    /// Does an operation of this platform: `insert`, `edit`, `delete`, `restore`, `hide`, `move`,
    /// `rename-author`, `remove-author`, `react`, `seed`, `torture`, each as far as the platform knows such a
    /// thing. `args` is the whole operation as it came.
    fn control(&self, op: &str, args: &Value) -> Result<Value, ControlError>;

    /// Returns the platform's own answer to a request that it refuses, status, headers and body.
    fn refusal(&self, refusal: &Refusal, request: &Parts) -> Response;

    /// Returns which allowance `request` is counted against; none where the platform counts nothing.
    fn allowance(&self, _request: &Parts) -> Option<Allowance> {
        None
    }

    /// Adds what the platform tells of an allowance with every answer.
    fn tell_standing(&self, _standing: &Standing, _headers: &mut HeaderMap) {}

    /// Returns the headers that prove a webhook delivery of `body`, sent at `at`.
    fn sign(&self, _hook: &Hook, _body: &[u8], _at: Ms) -> Vec<(String, String)> {
        Vec::new()
    }

    /// Returns the request by which the platform makes sure of a webhook before it sends anything.
    fn handshake(&self, _hook: &Hook) -> Option<Handshake> {
        None
    }

    /// Returns how long the platform waits before attempt `attempt` (the second is 2) of a delivery that
    /// failed; none when it gives up.
    fn retry_after_ms(&self, _attempt: u32) -> Option<Ms> {
        None
    }

    /// Returns the headers that the platform adds to attempt `attempt` (the second is 2) of a delivery that
    /// failed.
    fn retry_headers(&self, _attempt: u32) -> Vec<(String, String)> {
        Vec::new()
    }

    /// Returns the bytes of a webhook body; a platform that escapes more than JSON asks for does so here.
    fn hook_bytes(&self, body: &Value) -> Vec<u8> {
        crate::emitter::plain_bytes(body)
    }

    /// Returns one body for many events, where the platform sends so.
    fn batch(&self, _bodies: &[Value]) -> Option<Value> {
        None
    }
}

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The allowance is used up.
    RateLimit(Standing),
    /// What was paid for is used up, until this time.
    Quota {
        /// When it is there again, in milliseconds since 1970.
        resets_at: Ms,
    },
    /// There is no token, or one that nobody knows.
    Unknown,
    /// The token's time is over.
    Expired,
    /// The user or the platform took the token back.
    Revoked,
    /// The token lacks this right; "" where the double is to choose one.
    Scope(String),
    /// The token may do much, but not this.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// The platform itself has failed.
    ServerError,
}
