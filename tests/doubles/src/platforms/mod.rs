//! The platforms that are played. A new one is a module, a name and a line in [`make`].

use std::sync::Arc;

use axum::Router;

use crate::{Core, Platform};

pub mod discourse;
pub mod facebook;
pub mod mastodon;
pub mod nodebb;
pub mod phpbb;
pub mod slack;
pub mod x;

/// Names of all platforms, in order.
pub const NAMES: &[&str] = &["discourse", "facebook", "mastodon", "nodebb", "phpbb", "slack", "x"];

/// Makes the platform of that name, with its routes.
pub(crate) fn make(name: &str, core: &Arc<Core>) -> Option<(Arc<dyn Platform>, Router)> {
    Some(match name {
        "discourse" => with_routes(discourse::Discourse::new(Arc::clone(core))),
        "facebook" => with_routes(facebook::Facebook::new(Arc::clone(core))),
        "mastodon" => with_routes(mastodon::Mastodon::new(Arc::clone(core))),
        "nodebb" => with_routes(nodebb::NodeBb::new(Arc::clone(core))),
        "phpbb" => with_routes(phpbb::PhpBb::new(Arc::clone(core))),
        "slack" => with_routes(slack::Slack::new(Arc::clone(core))),
        "x" => with_routes(x::X::new(Arc::clone(core))),
        _ => return None,
    })
}

fn with_routes<P: Platform>(platform: P) -> (Arc<dyn Platform>, Router) {
    let platform = Arc::new(platform);
    let router = Arc::clone(&platform).router();
    (platform, router)
}
