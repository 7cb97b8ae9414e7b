//! Who asks, and what he may see.

use axum::http::request::Parts;
use axum::response::Response;

use super::world::{Category, Kind, Post, Topic, User, World};
use super::{Discourse, refusal};
use crate::TokenState;

/// Who asks: a user, or a guest.
#[derive(Debug, Clone)]
pub struct Viewer(Option<User>);

/// Returns who asks; a wrong key is no guest.
pub fn viewer(forum: &Discourse, request: &Parts) -> Result<Viewer, Response> {
    let header = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok());
    let Some(key) = header("api-key") else {
        return match forum.state().login_required {
            true => Err(refusal::not_logged_in()),
            false => Ok(Viewer(None)),
        };
    };
    let token = forum.core.token(key).filter(|token| token.state == TokenState::Valid);
    let token = token.ok_or_else(refusal::invalid_key)?;
    let username = header("api-username").unwrap_or_default();
    let is_bound = !token.account.is_empty() && !token.account.eq_ignore_ascii_case(username);
    let user = forum.state().world.user_named(username).cloned().filter(|_| !is_bound);
    let user = user.ok_or_else(refusal::invalid_key)?;
    match token.may("read") {
        true => Ok(Viewer(Some(user))),
        false => Err(refusal::invalid_access()),
    }
}

/// Returns the user who asks; a guest is refused.
pub fn user(forum: &Discourse, request: &Parts) -> Result<(Viewer, i64), Response> {
    let viewer = viewer(forum, request)?;
    match viewer.id() {
        Some(id) => Ok((viewer, id)),
        None => Err(refusal::not_logged_in()),
    }
}

impl Viewer {
    /// The forum itself, which webhooks speak as.
    pub fn system(world: &World) -> Self {
        Self(world.users.get(&super::world::SYSTEM).cloned())
    }

    /// Returns the user's id.
    pub fn id(&self) -> Option<i64> {
        self.0.as_ref().map(|user| user.id)
    }

    /// Returns the user.
    pub fn user(&self) -> Option<&User> {
        self.0.as_ref()
    }

    /// Tells whether it is a moderator or administrator.
    pub fn is_staff(&self) -> bool {
        self.0.as_ref().is_some_and(|user| user.staff)
    }

    /// Tells whether it may read a category.
    pub fn may_read(&self, category: &Category) -> bool {
        let groups = self.0.as_ref().map(|user| user.groups.as_slice()).unwrap_or_default();
        category.groups.is_empty() || category.groups.iter().any(|group| groups.contains(group))
    }

    /// Tells whether it may open a topic.
    pub fn may_open(&self, world: &World, topic: &Topic) -> bool {
        match topic.category {
            Some(category) => world.categories.get(&category).is_some_and(|category| self.may_read(category)),
            None => self.is_staff() || self.id().is_some_and(|id| topic.allowed.contains(&id)),
        }
    }

    /// Tells whether it may see a post of a topic that it may open.
    pub fn may_see(&self, post: &Post) -> bool {
        let is_there = post.deleted.is_none() || self.is_staff();
        is_there && (post.kind != Kind::Whisper || self.is_staff())
    }
}
