//! What the tests of the connector share.
#![allow(dead_code, reason = "each test uses a part")]

use hark_doubles::platforms::x::{APP_TOKEN, USER_TOKEN};
use hark_doubles::{Double, Kept, Options, TestHost};
use hark_plugin_x::{Settings, X};
use hark_sdk::Connector;
use hark_sdk::types::{Batch, Budget, Event, Fault, Gap, Item, Ms, ReadMode, ReadRequest, Removal};
use serde_json::{Value, json};

/// Where the clock of a double stands first.
pub const NOW: Ms = 1_784_928_203_000;
/// Secret of the documents' vectors.
pub const SECRET: &str = "test-consumer-secret";

/// A played X, with the connector on top of it.
pub struct Stage {
    pub double: Double,
    pub settings: Settings,
    pub kept: Kept,
}

impl Stage {
    /// Starts with the token of an app that searches for "acme".
    pub fn searching() -> Self {
        Self::with(APP_TOKEN, json!({ "query": "acme" }))
    }

    /// Starts with the token of our account.
    pub fn signed_in() -> Self {
        Self::with(USER_TOKEN, json!({ "query": "acme" }))
    }

    pub fn with(token: &str, settings: Value) -> Self {
        let double = Double::start("x", Options::default()).unwrap();
        let mut settings = settings;
        settings["api"] = json!(double.base_url());
        let settings = hark_sdk::parse_settings(&settings.to_string()).unwrap();
        let host = TestHost::new(X::manifest())
            .credential("bearer-token", token)
            .credential("consumer-secret", SECRET);
        let kept = host.reach(&double).install();
        Self { double, settings, kept }
    }

    pub fn read(&self, request: ReadRequest) -> Result<Batch, Fault> {
        X::read(&self.settings, request)
    }

    /// Inserts a post and returns its id.
    pub fn insert(&self, post: Value) -> String {
        let mut operation = post;
        operation["op"] = json!("insert");
        self.double.control(operation)["id"].as_str().unwrap().to_owned()
    }

    /// Reads a run to its end, batch by batch, as the host does.
    pub fn run(&self, mut request: ReadRequest) -> Result<(Vec<Batch>, Option<Vec<u8>>), Fault> {
        let mut batches = Vec::new();
        loop {
            let batch = self.read(request.clone())?;
            request.cursor = batch.cursor.clone().or(request.cursor);
            request.continuation.clone_from(&batch.continuation);
            batches.push(batch);
            if request.continuation.is_none() {
                return Ok((batches, request.cursor));
            }
        }
    }

    /// Reads a run to its end as the host does: it waits for X's windows, stores each cursor, and after each
    /// window does `meanwhile`; with `restarts` it then has nothing but the cursor.
    pub fn run_over_windows(
        &self,
        mut request: ReadRequest,
        restarts: bool,
        mut meanwhile: impl FnMut(usize),
    ) -> (Vec<Batch>, Option<Vec<u8>>) {
        let mut batches = Vec::new();
        for window in 0..1_000 {
            loop {
                let batch = match self.read(request.clone()) {
                    Ok(batch) => batch,
                    Err(Fault::RateLimited(limit)) => {
                        self.double.control(json!({"op": "now", "ms": limit.until.unwrap()}));
                        break;
                    }
                    Err(fault) => panic!("{fault:?}"),
                };
                request.cursor = batch.cursor.clone().or(request.cursor);
                request.continuation.clone_from(&batch.continuation);
                batches.push(batch);
                if request.continuation.is_none() {
                    return (batches, request.cursor);
                }
            }
            if restarts {
                request.continuation = None;
            }
            meanwhile(window);
        }
        panic!("it never ends");
    }

    pub fn asked(&self) -> Vec<String> {
        self.double.log().iter().map(|entry| format!("{} {}", entry.method, entry.path)).collect()
    }
}

pub fn request(stream: &str, cursor: Option<Vec<u8>>) -> ReadRequest {
    ReadRequest {
        stream_name: stream.to_owned(),
        target: None,
        mode: ReadMode::Incremental,
        cursor,
        continuation: None,
        since: None,
        until: None,
        ids: Vec::new(),
        budget: Budget { max_events: 2_000, max_requests: 50, max_cost_microusd: 0, deadline: Ms::MAX },
    }
}

pub fn items(events: &[Event]) -> Vec<&Item> {
    let items = events.iter().filter_map(|event| match event {
        Event::Item(item) => Some(item),
        _ => None,
    });
    items.collect()
}

pub fn texts(events: &[Event]) -> Vec<&str> {
    items(events).into_iter().map(|item| item.text.as_str()).collect()
}

pub fn removals(events: &[Event]) -> Vec<&Removal> {
    let removals = events.iter().filter_map(|event| match event {
        Event::Removal(removal) => Some(removal),
        _ => None,
    });
    removals.collect()
}

pub fn gaps(events: &[Event]) -> Vec<&Gap> {
    let gaps = events.iter().filter_map(|event| match event {
        Event::Gap(gap) => Some(gap),
        _ => None,
    });
    gaps.collect()
}
