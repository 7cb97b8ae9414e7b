//! A forum that is played on loopback, and a run of the connector over real HTTP.
#![allow(dead_code, reason = "each test file uses a part")]

use hark_doubles::{Double, Kept, Options, Sent, TestHost};
use hark_plugin_forum::{Forum, Settings};
use hark_sdk::Connector;
use hark_sdk::types::{Batch, Budget, DeliveryResult, Event, Fault, Item, ReadMode, ReadRequest, Removal};
use serde_json::{Value, json};

/// What the webhook is signed with.
pub const SECRET: &str = "test-webhook-secret";

/// A double, and the connector's settings for it.
pub struct Stage {
    pub double: Double,
    pub settings: Settings,
    pub kept: Kept,
    software: String,
}

impl Stage {
    /// Plays `software`; `more` are settings beside the address.
    pub fn new(software: &str, more: Value) -> Self {
        let double = Double::start(software, Options::default()).unwrap();
        let host = TestHost::new(Forum::manifest()).credential("webhook-secret", SECRET).reach(&double);
        let host = match software {
            "discourse" => host.credential("discourse-key", hark_doubles::platforms::discourse::API_KEY),
            "nodebb" => host.credential("nodebb-token", hark_doubles::platforms::nodebb::TOKEN),
            _ => {
                let host = host.credential("phpbb-password", hark_doubles::platforms::phpbb::PASSWORD);
                host.setting("phpbb_user", hark_doubles::platforms::phpbb::USER)
            }
        };
        let kept = host.install();
        let mut stage = Self {
            settings: hark_sdk::parse_settings(
                &json!({ "software": software, "url": double.base_url() }).to_string(),
            )
            .unwrap(),
            double,
            kept,
            software: software.to_owned(),
        };
        stage.set(more);
        stage
    }

    /// Changes settings.
    pub fn set(&mut self, more: Value) {
        let mut all = json!({ "software": self.software, "url": self.double.base_url() });
        all.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        self.settings = hark_sdk::parse_settings(&all.to_string()).unwrap();
    }

    /// Does an operation on the double.
    pub fn control(&self, operation: Value) -> Value {
        self.double.control(operation)
    }

    /// Somebody says something; returns the id of the post.
    pub fn insert(&self, more: Value) -> u64 {
        let mut operation = json!({ "op": "insert" });
        operation.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        self.control(operation)["id"].as_str().unwrap().parse().unwrap()
    }

    /// A request for the stream of posts.
    pub fn request(&self) -> ReadRequest {
        ReadRequest {
            stream_name: "posts".to_owned(),
            target: None,
            mode: ReadMode::Incremental,
            cursor: None,
            continuation: None,
            since: None,
            until: None,
            ids: Vec::new(),
            budget: Budget { max_events: 2_000, max_requests: 50, max_cost_microusd: 0, deadline: i64::MAX },
        }
    }

    /// Reads once.
    pub fn read(&self, request: &ReadRequest) -> Result<Batch, Fault> {
        let asked = self.double.log().len();
        let batch = Forum::read(&self.settings, request.clone());
        let asked = self.double.log().len() - asked;
        assert!(asked <= request.budget.max_requests as usize, "{asked} requests");
        if let Ok(batch) = &batch {
            assert!(
                batch.events.len() <= request.budget.max_events.max(3) as usize,
                "{}",
                batch.events.len()
            );
            assert_parents_first(&batch.events);
        }
        batch
    }

    /// Reads until there is no more, as the host does: the cursor of each batch counts from then on.
    pub fn drain(&self, request: &mut ReadRequest) -> Vec<Event> {
        let mut events = Vec::new();
        for _ in 0..1_000 {
            let batch = self.read(request).unwrap();
            events.extend(batch.events);
            request.cursor = batch.cursor.or(request.cursor.take());
            request.continuation = batch.continuation;
            if request.continuation.is_none() {
                return events;
            }
            // Nobody asks sixty times in the same moment.
            self.control(json!({"op": "advance", "ms": 3_000}));
        }
        panic!("the run does not end");
    }

    /// Hands what is sent to the connector.
    pub fn receive(&self, sent: &Sent) -> DeliveryResult {
        Forum::receive(&self.settings, sent.delivery()).unwrap()
    }
}

/// Each post stands behind its author and its conversation, in the same batch.
fn assert_parents_first(events: &[Event]) {
    let (mut actors, mut conversations) = (Vec::new(), Vec::new());
    for event in events {
        match event {
            Event::Actor(actor) => actors.push(actor.id.as_str()),
            Event::Conversation(conversation) => conversations.push(conversation.id.as_str()),
            Event::Item(item) => {
                assert!(item.author.as_deref().is_none_or(|author| actors.contains(&author)), "{item:?}");
                assert!(conversations.contains(&item.conversation.as_str()), "{item:?}");
            }
            _ => {}
        }
    }
}

/// The items among events.
pub fn items(events: &[Event]) -> Vec<&Item> {
    events.iter().filter_map(|event| if let Event::Item(item) = event { Some(item) } else { None }).collect()
}

/// The ids of the items among events.
pub fn ids(events: &[Event]) -> Vec<u64> {
    items(events).iter().map(|item| item.id.trim_start_matches("post:").parse().unwrap()).collect()
}

/// The item of a post; the last where it came several times.
pub fn item(events: &[Event], id: u64) -> Item {
    let id = format!("post:{id}");
    let found = items(events).into_iter().rfind(|item| item.id == id);
    found.unwrap_or_else(|| panic!("no {id} in {events:#?}")).clone()
}

/// The removals among events.
pub fn removals(events: &[Event]) -> Vec<&Removal> {
    events
        .iter()
        .filter_map(|event| if let Event::Removal(removal) = event { Some(removal) } else { None })
        .collect()
}
