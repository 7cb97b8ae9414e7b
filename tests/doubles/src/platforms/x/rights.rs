//! Who asks, and whether they may.

use axum::http::request::Parts;
use axum::response::Response;

use crate::TokenState;
use crate::platforms::x::{X, problem};
use crate::tokens::Token;

/// Who asks.
pub enum Who {
    /// An app, for nobody.
    App,
    /// A user, by id.
    User(u64),
}

/// Returns who asks, if the token is good and has `scope`; an app has no scopes.
pub fn who(x: &X, request: &Parts, scope: &str) -> Result<Who, Response> {
    let token = token(x, request).filter(|token| token.state == TokenState::Valid);
    let token = token.ok_or_else(problem::unauthorized)?;
    match token.account.parse() {
        Ok(id) if token.may(scope) => Ok(Who::User(id)),
        Ok(_) => Err(problem::forbidden("You are not permitted to perform this action.")),
        Err(_) => Ok(Who::App),
    }
}

/// Returns the user that asks; an app alone is refused.
pub fn user(x: &X, request: &Parts, scope: &str) -> Result<u64, Response> {
    match who(x, request, scope)? {
        Who::User(id) => Ok(id),
        Who::App => Err(problem::problem(
            403,
            "unsupported-authentication",
            "Unsupported Authentication",
            "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.  Supported authentication \
             types are [OAuth 1.0a User Context, OAuth 2.0 User Context].",
        )),
    }
}

/// `Bearer` by its value, `OAuth` 1.0a by its `oauth_token`.
fn token(x: &X, request: &Parts) -> Option<Token> {
    if let Some(token) = x.core.bearer(request) {
        return Some(token);
    }
    let header = request.headers.get("authorization")?.to_str().ok()?.strip_prefix("OAuth ")?;
    let mut parameters = header.split(',').filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = parameters.find(|(name, _)| *name == "oauth_token")?;
    x.core.token(value.trim_matches('"'))
}
