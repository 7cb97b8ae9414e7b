//! The manifest: what a connector says it is and what it asks for.

use crate::{ConnectorId, ReadMode, Visibility, Zone};

/// One stream that a connector can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamInfo {
    /// "inbox", "search".
    pub name: String,
    /// How it can be read.
    pub modes: Vec<ReadMode>,
    /// Nothing less private may come out of it.
    pub visibility_floor: Visibility,
    /// Edits show.
    pub edits_seen: bool,
    /// Removals show.
    pub removals_seen: bool,
    /// The platform pushes it.
    pub webhook: bool,
    /// Shortest interval between polls.
    pub min_poll_ms: u64,
    /// How far back it reaches.
    pub max_lookback_ms: Option<u64>,
    /// Reading costs money.
    pub priced: bool,
}

/// One thing that a connector can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionInfo {
    /// "reply".
    pub name: String,
    /// JSON Schema of the arguments.
    pub schema: String,
    /// Longest text.
    pub max_chars: Option<u32>,
    /// Only in answer to somebody who asked for it.
    pub needs_summon: bool,
}

/// Where the host puts a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placement {
    /// `Authorization: Bearer`.
    Bearer,
    /// `Authorization: Bearer`, with the HMAC-SHA256 of the value under credential `key`, in hex, as query
    /// parameter `parameter`, while that key is bound.
    BearerProved {
        /// Name of the webhook key that proves.
        key: String,
        /// Where the proof goes.
        parameter: String,
    },
    /// `Authorization: Basic`, with this user; may name a settings field.
    Basic(String),
    /// A header of this name.
    Header(String),
    /// A query parameter of this name.
    Query(String),
    /// OAuth 1.0a signature.
    Oauth1,
    /// Only for `hmac`.
    WebhookKey,
    /// Only for `write-secret`.
    WireLogin,
}

/// What a connector needs to prove itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialInfo {
    /// Name that the operator binds a value to.
    pub name: String,
    /// For people.
    pub title: String,
    /// Where it goes.
    pub placement: Placement,
    /// Patterns of the only hosts that may ever receive it.
    pub audience: Vec<String>,
    /// Works without.
    pub optional: bool,
}

/// What a connector says it is and what it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Its name.
    pub id: ConnectorId,
    /// Its version.
    pub version: String,
    /// For people.
    pub title: String,
    /// "x", "imap", "rss".
    pub platform: String,
    /// JSON Schema 2020-12 of the settings.
    pub config_schema: String,
    /// What it needs to prove itself.
    pub credentials: Vec<CredentialInfo>,
    /// Outbound allow-list for HTTP.
    pub hosts: Vec<String>,
    /// Outbound allow-list for wire connections.
    pub endpoints: Vec<String>,
    /// What it reads.
    pub streams: Vec<StreamInfo>,
    /// What it does.
    pub actions: Vec<ActionInfo>,
    /// Zone, unless the operator says otherwise.
    pub default_zone: Zone,
    /// Version of its cursors.
    pub cursor_version: u32,
}
