//! What the connector says of itself.

use hark_sdk::prelude::*;

/// Version of [`crate::folders::Folders`] as a cursor.
pub const CURSOR_VERSION: u32 = 2;
/// The one stream.
pub const STREAM: &str = "inbox";
/// What signs in to the mailbox.
pub const PASSWORD: &str = "imap-password";
/// What signs in where replies are handed in.
pub const SUBMISSION_PASSWORD: &str = "smtp-password";
/// The one action.
pub const REPLY: &str = "reply";

/// Where the mailbox lies, and the only places that may receive its password.
const ENDPOINTS: [&str; 2] = ["tls://{host}:{port}", "starttls://{host}:{port}"];
/// Where replies are handed in: nowhere, as long as the setting is empty.
const SUBMISSION: &str = "{submission}";

/// Returns the manifest.
pub fn manifest() -> Manifest {
    let password =
        CredentialInfo::new(PASSWORD, Placement::WireLogin).title("IMAP password or OAuth access token");
    let submission = CredentialInfo::new(SUBMISSION_PASSWORD, Placement::WireLogin)
        .title("SMTP password or OAuth access token")
        .audience(SUBMISSION)
        .optional();
    // List mail may be read by all its list, so the floor is the community; all else is marked direct.
    let stream = StreamInfo::new(STREAM)
        .mode(ReadMode::Backfill)
        .mode(ReadMode::Recheck)
        .sees_removals()
        .visibility_floor(Visibility::Community)
        .min_poll_ms(15_000);
    let manifest = Manifest::new("email", env!("CARGO_PKG_VERSION"))
        .title("E-mail (IMAP, SMTP)")
        .platform("imap")
        .zone(Zone::Extranet)
        .cursor_version(CURSOR_VERSION)
        .credential(ENDPOINTS.into_iter().fold(password, CredentialInfo::audience))
        .credential(submission)
        .stream(stream)
        .action(ActionInfo {
            name: REPLY.to_owned(),
            schema: hark_sdk::schema_of::<crate::reply::Arguments>(),
            max_chars: None,
            needs_summon: false,
        });
    ENDPOINTS.into_iter().chain([SUBMISSION]).fold(manifest, Manifest::endpoint)
}
