//! The file: one JSON document, laid out for reading and for `diff`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Blob, Listing};

/// Version of the format; a file of another is refused.
pub const VERSION: u32 = 1;

/// Why a text is no cassette.
#[derive(Debug, thiserror::Error)]
pub enum CassetteError {
    /// It is of another version.
    #[error("the cassette is of version {found}, this Hark plays version {VERSION}: record it again")]
    Version {
        /// What it says.
        found: u64,
    },
    /// It is a capsule of another version.
    #[error("the capsule is of version {found}, this Hark replays version {}", crate::CAPSULE_VERSION)]
    CapsuleVersion {
        /// What it says.
        found: u64,
    },
    /// It is not what a cassette looks like.
    #[error("this is no cassette")]
    Form(#[from] serde_json::Error),
}

/// A recording of one source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cassette {
    /// Version of the format.
    pub cassette: u32,
    /// Id of the connector.
    pub connector: String,
    /// Its version when this was recorded.
    pub connector_version: String,
    /// What people should know of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The settings of the source.
    pub settings: Map<String, Value>,
    /// Values of credentials that were made for tests; without one, a value is made up. Never a real one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub credentials: BTreeMap<String, String>,
    /// How the platform lists, so that it can be simulated with more and fewer items.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub listings: Vec<Listing>,
    /// What was asked, in order.
    pub calls: Vec<Call>,
}

/// One call of the connector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// What it was asked.
    pub ask: Ask,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// What it sent and heard, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<Exchange>,
    /// What it answered.
    pub answer: Answer,
}

/// A question to a connector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ask {
    /// `check`.
    Check,
    /// `discover`.
    Discover,
    /// `read`.
    Read(Read),
    /// `receive`.
    Receive(Delivery),
    /// `act`.
    Act(Act),
}

/// A `read-request`; times in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Read {
    /// Stream.
    pub stream: String,
    /// "incremental", "backfill" or "recheck".
    #[serde(default = "incremental", skip_serializing_if = "is_incremental")]
    pub mode: String,
    /// Target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Where to resume. A cursor that an earlier call of the cassette gave is taken from that call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Blob>,
    /// Where the run goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continuation: Option<Blob>,
    /// From.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// To.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
    /// What to look up again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<String>,
    /// Events at most.
    pub max_events: u32,
    /// Requests at most.
    pub max_requests: u32,
}

fn incremental() -> String {
    "incremental".to_owned()
}

fn is_incremental(mode: &str) -> bool {
    mode == "incremental"
}

/// A webhook delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// Method and path, as in "POST /in/x".
    pub request: String,
    /// Query, without "?".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub query: String,
    /// Headers, each "name: value".
    pub headers: Vec<String>,
    /// Body, untouched.
    pub body: Blob,
}

/// An action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// Its name.
    pub name: String,
    /// On which item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// Its arguments.
    pub arguments: Value,
    /// Its key.
    pub idempotency_key: String,
}

/// What a connector answered.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Class of the fault, as in "auth"; none when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// Status, where the call was a delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The rest of a report, an outcome: whatever is neither event nor cursor.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub report: Value,
    /// Events, as `hark plugin try --json` shows them, whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Value>,
    /// Where to resume.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Blob>,
    /// Where the run goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continuation: Option<Blob>,
}

/// What went over the network in one call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exchange {
    /// One request, redirects apart.
    Http(HttpExchange),
    /// One connection.
    Wire(WireSession),
}

/// One request and what came back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpExchange {
    /// Method and address, as in "GET https://api.example.com/posts?page=2", without credentials.
    pub request: String,
    /// Headers that the connector named, each "name: value".
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<String>,
    /// Name of the credential that was put in place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    /// What was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Blob>,
    /// Milliseconds from the start of the call to the answer.
    #[serde(default)]
    pub after_ms: i64,
    /// What came back.
    pub answer: HttpAnswer,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum HttpAnswer {
    /// Nothing.
    Trouble {
        /// Why.
        trouble: HttpTrouble,
    },
    /// A response.
    Response {
        /// Status.
        status: u16,
        /// Headers as a connector may see them, each "name: value".
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        headers: Vec<String>,
        /// Body, decompressed.
        #[serde(default)]
        body: Blob,
    },
}

/// Why no response came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HttpTrouble {
    /// The time was over.
    Timeout,
    /// No connection, or it broke.
    Connect,
    /// No trust.
    Tls,
    /// Larger than a response may be.
    TooLarge,
}

/// One connection.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WireSession {
    /// Where to, as in "tls://mail.example.com:993".
    pub endpoint: String,
    /// What was said, in order.
    pub steps: Vec<WireStep>,
}

/// One step of a connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WireStep {
    /// Written by the connector.
    Sent(Blob),
    /// Written by the host for the connector: where the secret stands, never the secret.
    Secret(Secret),
    /// TLS was started.
    StartTls,
    /// Read by the connector.
    Received(Blob),
    /// A read that gave nothing.
    Trouble(WireTrouble),
}

/// A login that was written for the connector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secret {
    /// What stands before the secret.
    pub prefix: Blob,
    /// Name of the credential.
    pub credential: String,
    /// For whom.
    pub user: String,
    /// How it is written, as in "imap-quoted".
    pub encoding: String,
    /// What stands behind the secret.
    pub suffix: Blob,
}

/// Why a read gave nothing, or, as the first step, why there was no connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WireTrouble {
    /// The time was over.
    Timeout,
    /// Nobody answered.
    Connect,
    /// The other side closed.
    Closed,
}

impl Cassette {
    /// Reads a cassette.
    pub fn parse(text: &str) -> Result<Self, CassetteError> {
        let value: Value = serde_json::from_str(text)?;
        match value.get("cassette").and_then(Value::as_u64) {
            Some(found) if found != u64::from(VERSION) => Err(CassetteError::Version { found }),
            _ => Ok(serde_json::from_value(value)?),
        }
    }

    /// Writes a cassette, with a line feed at its end.
    pub fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("a cassette holds nothing that JSON does not");
        text + "\n"
    }
}

/// Splits "name: value".
pub(crate) fn header(line: &str) -> (&str, &str) {
    line.split_once(':').map_or((line, ""), |(name, value)| (name, value.strip_prefix(' ').unwrap_or(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cassette() -> Cassette {
        let read = Read {
            stream: "posts".to_owned(),
            mode: incremental(),
            target: None,
            cursor: Some(Blob::from("7")),
            continuation: None,
            since: None,
            until: None,
            ids: Vec::new(),
            max_events: 20,
            max_requests: 5,
        };
        let http = HttpExchange {
            request: "GET https://x.example/a".to_owned(),
            headers: vec!["accept: */*".to_owned()],
            credential: Some("token".to_owned()),
            body: None,
            after_ms: 12,
            answer: HttpAnswer::Response { status: 200, headers: Vec::new(), body: Blob::from("{\n}") },
        };
        let broken =
            HttpExchange { answer: HttpAnswer::Trouble { trouble: HttpTrouble::Timeout }, ..http.clone() };
        let wire = WireSession {
            endpoint: "tls://x.example:993".to_owned(),
            steps: vec![
                WireStep::Received(Blob::from("* OK\r\n")),
                WireStep::Sent(Blob::from("a CAPABILITY\r\n")),
                WireStep::StartTls,
                WireStep::Trouble(WireTrouble::Closed),
            ],
        };
        Cassette {
            cassette: VERSION,
            connector: "x".to_owned(),
            connector_version: "1.0.0".to_owned(),
            note: String::new(),
            settings: Map::new(),
            credentials: BTreeMap::new(),
            listings: Vec::new(),
            calls: vec![Call {
                ask: Ask::Read(read),
                at: 1,
                exchanges: vec![Exchange::Http(http), Exchange::Http(broken), Exchange::Wire(wire)],
                answer: Answer { cursor: Some(Blob(vec![0xff])), ..Answer::default() },
            }],
        }
    }

    #[test]
    fn a_cassette_reads_back_and_another_version_is_refused() {
        let text = cassette().text();
        assert_eq!(Cassette::parse(&text).unwrap(), cassette());
        let newer = text.replacen("\"cassette\": 1", "\"cassette\": 2", 1);
        assert!(matches!(Cassette::parse(&newer), Err(CassetteError::Version { found: 2 })));
        assert!(matches!(Cassette::parse("{}"), Err(CassetteError::Form(_))));
        assert!(matches!(Cassette::parse(&text.replacen("at", "a", 1)), Err(CassetteError::Form(_))));
    }
}
