//! What the connector says of itself.

use hark_sdk::prelude::*;

use crate::limits;

/// Version of the cursors.
pub const CURSOR_VERSION: u32 = 1;
/// Posts on the page with their comments.
pub const FEED: &str = "feed";
/// Posts elsewhere that tag the page.
pub const MENTIONS: &str = "mentions";
/// The token that reads and answers.
pub const TOKEN: &str = "page-token";
/// Signs the deliveries, and proves calls.
pub const APP_SECRET: &str = "app-secret";
/// Proves that a handshake comes from the one who set up the webhook.
pub const VERIFY_TOKEN: &str = "verify-token";

/// Answers a comment or post.
pub const REPLY: &str = "reply";
/// Hides a comment from all but its author and the page.
pub const HIDE: &str = "hide";
/// Shows a hidden comment again.
pub const UNHIDE: &str = "unhide";

const API: &str = "{api}";

/// Returns the manifest.
///
/// There is no stream of reviews: reading recommendations ended with v22.0 (error 12). Those that a webhook
/// still brings are taken.
pub fn manifest() -> Manifest {
    let credential = |name, placement| CredentialInfo::new(name, placement).audience(API);
    Manifest::new("facebook", env!("CARGO_PKG_VERSION"))
        .title("Facebook Pages")
        .host(API)
        .cursor_version(CURSOR_VERSION)
        .credential(credential(TOKEN, Placement::BearerProved(proof())).title("Page access token"))
        .credential(
            credential(APP_SECRET, Placement::WebhookKey)
                .title("App secret, for webhooks and to prove calls")
                .optional(),
        )
        .credential(
            credential(VERIFY_TOKEN, Placement::WebhookKey).title("Verify token, for webhooks").optional(),
        )
        .stream(feed())
        .stream(mentions())
        .action(reply())
        .action(on_comment(HIDE))
        .action(on_comment(UNHIDE))
}

/// What an app may demand of its calls beside the token ("Require App Secret").
fn proof() -> Proof {
    Proof { key: APP_SECRET.to_owned(), parameter: "appsecret_proof".to_owned() }
}

fn feed() -> StreamInfo {
    let stream = StreamInfo::new(FEED).mode(ReadMode::Backfill).mode(ReadMode::Recheck);
    StreamInfo { webhook: true, ..stream.sees_edits().sees_removals() }
}

fn mentions() -> StreamInfo {
    let stream = StreamInfo::new(MENTIONS).mode(ReadMode::Recheck).min_poll_ms(5 * 60_000);
    StreamInfo { webhook: true, ..stream.sees_removals() }
}

fn reply() -> ActionInfo {
    let schema = r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"text":{"type":"string","minLength":1,"maxLength":8000}},"required":["text"],"additionalProperties":false}"#;
    ActionInfo {
        name: REPLY.to_owned(),
        schema: schema.to_owned(),
        max_chars: Some(limits::COMMENT_CHARS_MAX),
        needs_summon: false,
    }
}

fn on_comment(name: &str) -> ActionInfo {
    let schema = r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{},"additionalProperties":false}"#;
    ActionInfo { name: name.to_owned(), schema: schema.to_owned(), max_chars: None, needs_summon: false }
}
