//! Kept payloads: what the platform really sent.

use crate::kinds::words;
use crate::{Ms, UnknownWord};

words! {
    /// By which way a payload came.
    Via {
        /// We asked.
        Poll = "poll",
        /// The platform pushed.
        Webhook = "webhook",
        /// A long-lived connection.
        Stream = "stream",
        /// An operator brought it.
        Import = "import",
        /// From our own archive.
        Replay = "replay",
    }
}

/// What the platform really sent, kept by the egress gate during a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPayload {
    /// Id within the call, from 1; what `Provenance::payload` refers to.
    pub id: u64,
    /// What it is.
    pub label: String,
    /// MIME type.
    pub media_type: String,
    /// The bytes, without secrets.
    pub body: Vec<u8>,
    /// Where it came from, without secrets.
    pub url: Option<String>,
    /// HTTP status.
    pub status: Option<u16>,
    /// When it came.
    pub received_at: Ms,
    /// By which way.
    pub via: Via,
}
