//! Webhooks: where they go, what is sent there, how a platform makes sure of them.

use hark_sdk::types::Delivery;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Ms;

/// Where a platform sends its events.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hook {
    /// The operation's name, which comes along.
    #[serde(default, rename = "op")]
    _op: String,
    /// `http://127.0.0.1:...`; without it nothing is sent, `deliver` only returns what would be.
    #[serde(default)]
    pub url: Option<String>,
    /// What signs the bodies.
    #[serde(default)]
    pub secret: String,
    /// What the platform shows in its handshake, where it has such a thing.
    #[serde(default)]
    pub verify_token: String,
    /// Deliver after each operation, without being asked.
    #[serde(default)]
    pub live: bool,
}

/// The request by which a platform makes sure of a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    /// GET or POST.
    pub method: &'static str,
    /// Its query, "" without one.
    pub query: String,
    /// Its headers beside the usual ones.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
    /// The answers that will do.
    pub expected: Vec<Expected>,
}

/// An answer to a handshake that will do; its status is 200.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Exactly this body.
    Body(String),
    /// A JSON object in which this field has this value.
    Field(String, Value),
}

impl Handshake {
    /// Tells whether that answer will do.
    pub fn is_answered_by(&self, status: u16, body: &[u8]) -> bool {
        status == 200
            && self.expected.iter().any(|expected| match expected {
                Expected::Body(want) => body == want.as_bytes(),
                Expected::Field(name, want) => {
                    serde_json::from_slice::<Value>(body).is_ok_and(|body| body.get(name) == Some(want))
                }
            })
    }
}

/// A request that was made to a webhook, or that would have been.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// GET or POST.
    pub method: String,
    /// Path of the webhook.
    pub path: String,
    /// Query, "" without one.
    pub query: String,
    /// All headers that say something.
    pub headers: Vec<(String, String)>,
    /// Body, as text.
    #[serde(serialize_with = "as_text")]
    pub body: Vec<u8>,
    /// When, by the double's clock.
    pub at: Ms,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// Status of the answer; none when it was not sent or nobody answered.
    pub status: Option<u16>,
}

fn as_text<S: serde::Serializer>(body: &[u8], target: S) -> Result<S::Ok, S::Error> {
    target.serialize_str(&String::from_utf8_lossy(body))
}

impl Sent {
    /// Returns it as the host hands it to a connector.
    pub fn delivery(&self) -> Delivery {
        Delivery {
            payload: 1,
            method: self.method.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            headers: self.headers.clone(),
            body: self.body.clone(),
            received_at: self.at,
        }
    }
}
