//! What the connector says of itself.

use hark_sdk::prelude::*;

use crate::limits;

/// Version of all cursors.
pub const CURSOR_VERSION: u32 = 1;
/// What everybody who may read the forum may read, and more.
pub const POSTS: &str = "posts";
/// The private messages of the key's user.
pub const MESSAGES: &str = "messages";
/// What members report to the moderators.
pub const FLAGS: &str = "flags";
/// Key of the Discourse API.
pub const DISCOURSE_KEY: &str = "discourse-key";
/// Token of the NodeBB API.
pub const NODEBB_TOKEN: &str = "nodebb-token";
/// Password of the member that a phpBB is read as.
pub const PHPBB_PASSWORD: &str = "phpbb-password";
/// Secret that Discourse signs its deliveries with.
pub const WEBHOOK_SECRET: &str = "webhook-secret";
/// The one action.
pub const REPLY: &str = "reply";

const HOST: &str = "{url}";
const MEMBER: &str = "{phpbb_user}";
const REPLY_SCHEMA: &str = r#"{"type":"object","properties":{"text":{"type":"string","minLength":1,"description":"Markdown"},"whisper":{"type":"boolean","description":"Discourse: for the staff only"}},"required":["text"],"additionalProperties":false}"#;

/// Returns the manifest.
pub fn manifest() -> Manifest {
    let key = |name: &str, placement, title: &str| {
        CredentialInfo::new(name, placement).title(title).audience(HOST).optional()
    };
    let posts =
        StreamInfo::new(POSTS).mode(ReadMode::Backfill).mode(ReadMode::Recheck).sees_edits().sees_removals();
    let posts = StreamInfo { webhook: true, ..posts }.min_poll_ms(limits::POLL_MS_MIN);
    let messages = StreamInfo::new(MESSAGES).visibility_floor(Visibility::Direct).sees_edits();
    let messages = messages.min_poll_ms(limits::POLL_MS_MIN);
    let flags = StreamInfo::new(FLAGS).visibility_floor(Visibility::Restricted).sees_edits();
    let flags = flags.min_poll_ms(limits::FLAGS_POLL_MS_MIN);
    Manifest::new("forum", env!("CARGO_PKG_VERSION"))
        .title("Forum (Discourse, NodeBB, phpBB)")
        .platform("forum")
        .zone(Zone::Intranet)
        .cursor_version(CURSOR_VERSION)
        .host(HOST)
        .credential(key(DISCOURSE_KEY, Placement::Header("Api-Key".to_owned()), "Discourse API key"))
        .credential(key(NODEBB_TOKEN, Placement::Bearer, "NodeBB API token"))
        .credential(key(PHPBB_PASSWORD, Placement::Basic(MEMBER.to_owned()), "Password of phpbb_user"))
        .credential(
            CredentialInfo::new(WEBHOOK_SECRET, Placement::WebhookKey)
                .title("Secret of the Discourse webhook")
                .optional(),
        )
        .stream(posts)
        .stream(messages)
        .stream(flags)
        .action(ActionInfo {
            name: REPLY.to_owned(),
            schema: REPLY_SCHEMA.to_owned(),
            max_chars: Some(limits::REPLY_CHARS_MAX),
            needs_summon: false,
        })
}
