//! One call of a method: who asks, with which arguments, and how Slack says no to both.

use std::collections::BTreeMap;

use axum::http::request::Parts;
use axum::response::Response;
use serde_json::{Value, json};

use crate::platforms::slack::{Slack, refused};
use crate::tokens::Token;
use crate::{TokenState, reply};

/// Arguments of a call, however they came.
#[derive(Debug, Default)]
pub struct Arguments(BTreeMap<String, String>);

impl Arguments {
    /// Reads the query, then a form or a JSON object.
    pub fn read(request: &Parts, body: &[u8]) -> Result<Self, Response> {
        let query = request.uri.query().unwrap_or_default();
        let mut all: BTreeMap<String, String> =
            url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let kind =
            request.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("application/json") && !body.is_empty() {
            let Ok(Value::Object(fields)) = serde_json::from_slice(body) else {
                return Err(refused("invalid_json"));
            };
            let text = |value: Value| match value {
                Value::String(text) => text,
                other => other.to_string(),
            };
            all.extend(fields.into_iter().filter(|(_, it)| !it.is_null()).map(|(name, it)| (name, text(it))));
        } else {
            all.extend(url::form_urlencoded::parse(body).into_owned());
        }
        Ok(Self(all))
    }

    /// Returns an argument that says something.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Returns an argument that must be there.
    pub fn need(&self, name: &str, error: &str) -> Result<&str, Response> {
        self.get(name).ok_or_else(|| refused(error))
    }

    /// Tells whether a switch is on.
    pub fn is_on(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| matches!(value, "true" | "1"))
    }

    /// Returns how many things a page may have.
    pub fn limit(&self, default: usize, most: usize) -> Result<usize, Response> {
        match self.get("limit").map(str::parse::<usize>) {
            None => Ok(default.min(most)),
            Some(Ok(limit)) if (1..=1_000).contains(&limit) => Ok(limit.min(most)),
            Some(_) => Err(refused("invalid_limit")),
        }
    }
}

/// Returns the token of a call, if it is good and has the right `scope`.
pub fn token(slack: &Slack, request: &Parts, arguments: &Arguments, scope: &str) -> Result<Token, Response> {
    let by_argument = || arguments.get("token").and_then(|value| slack.core.token(value));
    let has_none = !request.headers.contains_key("authorization") && arguments.get("token").is_none();
    if has_none {
        return Err(refused("not_authed"));
    }
    let token = slack.core.bearer(request).or_else(by_argument).ok_or_else(|| refused("invalid_auth"))?;
    match token.state {
        TokenState::Valid => {}
        TokenState::Expired => return Err(refused("token_expired")),
        TokenState::Revoked => return Err(refused("token_revoked")),
    }
    match scope.is_empty() || token.may(scope) {
        true => Ok(token),
        false => {
            let provided = token.scopes.iter().flatten().cloned().collect::<Vec<_>>().join(",");
            Err(missing_scope(scope, &provided))
        }
    }
}

/// The token lacks a right; Slack says which, and which there are.
pub fn missing_scope(needed: &str, provided: &str) -> Response {
    let answer = json!({ "ok": false, "error": "missing_scope", "needed": needed, "provided": provided });
    reply::and_headers(
        reply::json(200, &answer),
        &[("x-oauth-scopes", provided.to_owned()), ("x-accepted-oauth-scopes", needed.to_owned())],
    )
}
