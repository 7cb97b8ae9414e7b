//! What is asked of a connector and what it answers.

use crate::{Event, Ms, ReadMode, Visibility};

/// What `check` found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckReport {
    /// Account that was signed in.
    pub account: Option<String>,
    /// What it may do.
    pub scopes: Vec<String>,
    /// What the admin should know.
    pub warnings: Vec<String>,
    /// Allowance left.
    pub quota_left: Option<u64>,
}

/// Something that could be listened to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The platform's id.
    pub id: String,
    /// Which stream reads it.
    pub stream: String,
    /// For people.
    pub title: String,
    /// Its page.
    pub url: Option<String>,
    /// Who may read it.
    pub visibility: Visibility,
    /// How many are in it.
    pub members: Option<u64>,
    /// Last sign of life.
    pub last_active: Option<Ms>,
    /// We run it.
    pub ours: bool,
}

/// What one call may spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Events.
    pub max_events: u32,
    /// Requests.
    pub max_requests: u32,
    /// Millionths of a dollar.
    pub max_cost_microusd: u64,
    /// When it must be over.
    pub deadline: Ms,
}

/// One read that the host asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadRequest {
    /// Which stream.
    pub stream: String,
    /// Which target, where streams have several.
    pub target: Option<String>,
    /// How.
    pub mode: ReadMode,
    /// Durable position.
    pub cursor: Option<Vec<u8>>,
    /// Position within this run.
    pub continuation: Option<Vec<u8>>,
    /// From when.
    pub since: Option<Ms>,
    /// Until when.
    pub until: Option<Ms>,
    /// Recheck only.
    pub ids: Vec<String>,
    /// What it may spend.
    pub budget: Budget,
}

/// What one read gave.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// What happened.
    pub events: Vec<Event>,
    /// Safe to resume from here once the events are stored.
    pub cursor: Option<Vec<u8>>,
    /// There is more now.
    pub continuation: Option<Vec<u8>>,
    /// Do not call before.
    pub not_before: Option<Ms>,
    /// Requests left.
    pub limit_left: Option<u64>,
    /// When they are all back.
    pub limit_resets: Option<Ms>,
    /// What it cost.
    pub cost_microusd: u64,
}

/// A webhook delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Id of the kept payload.
    pub payload: u64,
    /// HTTP method.
    pub method: String,
    /// Path.
    pub path: String,
    /// Query, without `?`.
    pub query: String,
    /// Headers in order.
    pub headers: Vec<(String, String)>,
    /// Untouched bytes.
    pub body: Vec<u8>,
    /// When it came.
    pub received_at: Ms,
}

/// What a delivery gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryResult {
    /// HTTP status to answer with.
    pub status: u16,
    /// Headers to answer with.
    pub headers: Vec<(String, String)>,
    /// Body to answer with.
    pub body: Vec<u8>,
    /// The platform's delivery id.
    pub dedupe_key: Option<String>,
    /// What happened.
    pub events: Vec<Event>,
    /// Streams to poll at once.
    pub poll_now: Vec<String>,
    /// The stream that the events belong to, where all of them belong to one.
    pub stream: Option<String>,
}

/// Something to do on the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// "reply".
    pub name: String,
    /// On which item.
    pub on: Option<String>,
    /// JSON.
    pub arguments: String,
    /// Same key, same effect.
    pub idempotency_key: String,
}

/// What became of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Done; what it made.
    Done(Vec<Event>),
    /// Was done before; what it made.
    AlreadyDone(Vec<Event>),
    /// May have been done.
    Uncertain(String),
}

/// A kept payload, to be read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// What the connector or the gate called it.
    pub label: String,
    /// MIME type.
    pub media_type: String,
    /// Untouched bytes.
    pub body: Vec<u8>,
    /// Id to give in provenance.
    pub payload: u64,
    /// When it came.
    pub received_at: Ms,
}
