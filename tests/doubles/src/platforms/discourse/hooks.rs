//! Deliveries of a webhook.

use serde_json::{Map, Value, json};

use super::Discourse;
use super::review::reviewable;
use super::rights::Viewer;
use super::view::{self, Place};
use crate::Push;

/// Address that the forum gives as its own in deliveries.
pub const INSTANCE: &str = "https://forum.example.com";

impl Discourse {
    /// Tells of a post: `post_created`, `post_edited`, `post_destroyed`, `post_recovered`.
    pub fn tell_post(&self, event: &str, id: u64) {
        let state = self.state();
        let viewer = Viewer::system(&state.world);
        let Some(post) = state.world.posts.get(&id) else { return };
        let body = view::post(&state.world, post, &viewer, Place::Hook);
        drop(state);
        self.tell("post", event, body);
    }

    /// Tells of a topic: `topic_edited`, `topic_closed_status_updated`, `topic_destroyed`.
    pub fn tell_topic(&self, event: &str, id: u64) {
        let state = self.state();
        let Some(topic) = state.world.topics.get(&id) else { return };
        let body = Value::Object(view::topic(&state.world, topic));
        drop(state);
        self.tell("topic", event, body);
    }

    /// Tells of a like.
    pub fn tell_like(&self, id: u64) {
        let state = self.state();
        let viewer = Viewer::system(&state.world);
        let Some(post) = state.world.posts.get(&id) else { return };
        let post = view::post(&state.world, post, &viewer, Place::Hook);
        drop(state);
        let user = json!({ "id": 8, "username": "kimfict", "name": "" });
        self.tell("like", "post_liked", json!({ "post": post, "user": user }));
    }

    /// Tells of a report: `reviewable_created`, `reviewable_transitioned_to`.
    pub fn tell_report(&self, event: &str, id: u64) {
        let state = self.state();
        let Some(report) = state.world.reports.get(&id) else { return };
        let body = reviewable(&state.world, report, true);
        drop(state);
        self.tell("reviewable", event, body);
    }

    /// Tells that there is a webhook.
    pub fn tell_ping(&self) {
        self.send("ping", None, json!({ "ping": "OK" }));
    }

    fn tell(&self, kind: &str, event: &str, body: Value) {
        self.send(kind, Some(event), Value::Object(Map::from_iter([(kind.to_owned(), body)])));
    }

    fn send(&self, kind: &str, event: Option<&str>, body: Value) {
        let id = {
            let mut state = self.state();
            state.events += 1;
            state.events
        };
        let mut headers = vec![
            ("accept".to_owned(), "*/*".to_owned()),
            ("user-agent".to_owned(), "Discourse/2026.7.0".to_owned()),
            ("x-discourse-instance".to_owned(), INSTANCE.to_owned()),
            ("x-discourse-event-id".to_owned(), id.to_string()),
            ("x-discourse-event-type".to_owned(), kind.to_owned()),
        ];
        headers.extend(event.map(|event| ("x-discourse-event".to_owned(), event.to_owned())));
        self.core.push(Push { body, headers });
    }
}
