//! Slack's Web API and Events API, as the documents of July 2026 describe them: one workspace, one app in it.
//!
//! Holds: errors are status 200 with `"ok":false`, but for 429; a `ts` is a text that orders and names the
//! messages of a channel; pages go on by cursors that name a `ts`, so that what comes or goes between two of them
//! moves nothing else. Not here: sockets, OAuth, blocks, files' contents.

mod call;
mod events;
mod history;
mod message;
mod methods;
mod operations;
mod view;
mod world;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::any;
use serde_json::{Value, json};

use crate::hooks::Expected;
use crate::platforms::slack::world::World;
use crate::signature::{Mac, hmac_sha256};
use crate::{Allowance, ControlError, Core, Handshake, Hook, Ms, Platform, Refusal, reply};

pub use world::{CHANNEL, OWN_USER, TEAM};

/// Token of the app.
pub const BOT_TOKEN: &str = "xoxb-slack-bot-token";
/// Header that signs a delivery.
pub const SIGNATURE: &str = "x-slack-signature";
/// Header that says when a delivery was signed.
pub const TIMESTAMP: &str = "x-slack-request-timestamp";
/// What the handshake is about.
const CHALLENGE: &str = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P";
/// Length of the windows of all limits.
const MINUTE_MS: Ms = 60_000;

/// Slack.
pub struct Slack {
    core: Arc<Core>,
    state: Mutex<World>,
}

impl Slack {
    /// Makes a workspace in which nobody has said anything.
    pub fn new(core: Arc<Core>) -> Self {
        core.issue_token(BOT_TOKEN, OWN_USER);
        Self { core, state: Mutex::new(World::new()) }
    }

    fn state(&self) -> MutexGuard<'_, World> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns an answer that says no.
fn refused(error: &str) -> Response {
    reply::json(200, &json!({ "ok": false, "error": error }))
}

impl Platform for Slack {
    fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/api/{method}", any(methods::call))
            .fallback(async || {
                reply::with_type(404, "text/html; charset=utf-8", "<!DOCTYPE html><title>404</title>")
            })
            .with_state(self)
    }

    fn control(&self, op: &str, args: &Value) -> Result<Value, ControlError> {
        operations::run(self, op, args)
    }

    fn refusal(&self, refusal: &Refusal, _request: &Parts) -> Response {
        match refusal {
            Refusal::RateLimit(standing) => {
                let seconds = (standing.resets_at - self.core.now()).max(0).div_euclid(1_000).max(1);
                let answer = reply::json(429, &json!({ "ok": false, "error": "ratelimited" }));
                reply::and_headers(answer, &[("retry-after", seconds.to_string())])
            }
            Refusal::Quota { .. } => refused("team_access_not_granted"),
            Refusal::Unknown => refused("invalid_auth"),
            Refusal::Expired => refused("token_expired"),
            Refusal::Revoked => refused("token_revoked"),
            Refusal::Scope(needed) => {
                call::missing_scope(if needed.is_empty() { "channels:history" } else { needed }, "")
            }
            Refusal::Forbidden => refused("not_allowed_token_type"),
            Refusal::NotFound => refused("channel_not_found"),
            Refusal::ServerError => reply::json(503, &json!({ "ok": false, "error": "service_unavailable" })),
        }
    }

    fn allowance(&self, request: &Parts) -> Option<Allowance> {
        let method = request.uri.path().strip_prefix("/api/")?;
        let is_history = matches!(method, "conversations.history" | "conversations.replies");
        let limit = match method {
            _ if is_history && self.state().restricted => 1,
            // One a second and channel.
            "chat.postMessage" => 60,
            "conversations.list" | "users.list" => 20,
            "users.info" | "auth.test" => 100,
            _ => 50,
        };
        Some(Allowance { bucket: method.to_owned(), limit, window_ms: MINUTE_MS })
    }

    fn sign(&self, hook: &Hook, body: &[u8], at: Ms) -> Vec<(String, String)> {
        let seconds = at.div_euclid(1_000);
        let signed = [format!("v0:{seconds}:").as_bytes(), body].concat();
        let digest = hmac_sha256(&hook.secret, &signed, Mac::Hex);
        vec![(TIMESTAMP.to_owned(), seconds.to_string()), (SIGNATURE.to_owned(), format!("v0={digest}"))]
    }

    fn handshake(&self, hook: &Hook) -> Option<Handshake> {
        let body = json!({ "token": hook.verify_token, "challenge": CHALLENGE, "type": "url_verification" });
        let body = self.hook_bytes(&body);
        let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        headers.extend(self.sign(hook, &body, self.core.now()));
        let expected = vec![
            Expected::Body(CHALLENGE.to_owned()),
            Expected::Field("challenge".to_owned(), json!(CHALLENGE)),
        ];
        Some(Handshake { method: "POST", query: String::new(), headers, body, expected })
    }

    /// At once, after a minute, after five.
    fn retry_after_ms(&self, attempt: u32) -> Option<Ms> {
        match attempt {
            2 => Some(0),
            3 => Some(MINUTE_MS),
            4 => Some(5 * MINUTE_MS),
            _ => None,
        }
    }

    fn retry_headers(&self, attempt: u32) -> Vec<(String, String)> {
        vec![
            ("x-slack-retry-num".to_owned(), (attempt - 1).to_string()),
            ("x-slack-retry-reason".to_owned(), "http_error".to_owned()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_of_the_documents_is_signed_as_there() {
        let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
        let slack = Slack::new(Core::new(1, 0));
        let hook = json!({ "secret": "8f742231b10e8888abcd99yyyzzz85a5" });
        let hook: Hook = serde_json::from_value(hook).unwrap();
        let headers = slack.sign(&hook, body.as_bytes(), 1_531_420_618_000);
        assert_eq!(headers[0].1, "1531420618");
        assert_eq!(headers[1].1, "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503");
    }
}
