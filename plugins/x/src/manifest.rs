//! What the connector says of itself.

use hark_sdk::prelude::*;

use crate::position;

/// The token of an app or, for replies and for finding out whose it is, of a user.
pub const TOKEN: &str = "bearer-token";
/// The app's consumer secret, which signs webhooks.
pub const SECRET: &str = "consumer-secret";
/// The one action.
pub const REPLY: &str = "reply";
/// Where requests go.
const HOST: &str = "{api}";
/// Longest text of a post without a subscription.
const POST_CHARS_MAX: u32 = 280;

/// A stream of the connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Recent search.
    Search,
    /// Mentions of our account.
    Mentions,
}

impl Stream {
    /// Returns the stream of that name.
    pub fn named(name: &str) -> Result<Self, Fault> {
        match name {
            "search" => Ok(Self::Search),
            "mentions" => Ok(Self::Mentions),
            _ => Err(Fault::unsupported(format!("stream {name}"))),
        }
    }

    /// Returns its name.
    pub fn name(self) -> &'static str {
        if self == Self::Search { "search" } else { "mentions" }
    }

    fn info(self) -> StreamInfo {
        let info = StreamInfo::new(self.name()).sees_edits().sees_removals();
        let info = info.mode(ReadMode::Backfill).mode(ReadMode::Recheck);
        let reach = u64::try_from(crate::limits::SEARCH_REACH_MS).ok();
        StreamInfo {
            webhook: self == Self::Mentions,
            max_lookback_ms: reach.filter(|_| self == Self::Search),
            priced: true,
            ..info
        }
    }
}

/// Returns the manifest.
pub fn manifest() -> Manifest {
    let token =
        CredentialInfo::new(TOKEN, Placement::Bearer).title("bearer token of the app or of the account");
    let secret = CredentialInfo::new(SECRET, Placement::WebhookKey)
        .title("consumer secret of the app, for webhooks")
        .optional();
    let reply = ActionInfo {
        name: REPLY.to_owned(),
        schema:
            r#"{"type":"object","required":["text"],"properties":{"text":{"type":"string","minLength":1}}}"#
                .to_owned(),
        max_chars: Some(POST_CHARS_MAX),
        needs_summon: true,
    };
    Manifest::new("x", env!("CARGO_PKG_VERSION"))
        .title("X")
        .platform("x")
        .cursor_version(position::VERSION)
        .host(HOST)
        .credential(token.audience(HOST))
        .credential(secret)
        .stream(Stream::Search.info())
        .stream(Stream::Mentions.info())
        .action(reply)
}
